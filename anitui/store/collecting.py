"""What jobs that collect have found, and what became of it: rows in the order in which their process tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.intake import KNOWN_MISSING, add_sightings

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

KIND = "scrape"  # of the jobs here

_SEEN = ("site", "page_url", "post_id", "title", "author", "flair", "nsfw", "posted_at")
_LEAD = ("job_id", "url", "label_hint", *_SEEN, "instead", "file", "tags", "via")
_ONE_LEAD = ("job_id", "url", "label_hint", "post_id", "page_url")
# A limit may have been raised since, so what was over it is looked at again.
_OVER_A_LIMIT = "coalesce(starts_with(i.reason, 'too many'), false)"
_COLLECTED = f"job_id IN (SELECT job_id FROM jobs WHERE kind = '{KIND}')"


@dataclass(frozen=True, slots=True)
class FoundLead:
    """Where an item was seen, as `job_leads` has it; `gone` says why it is told and not fetched."""

    job_id: int
    url: str
    label_hint: str | None
    site: str
    page_url: str | None = None
    post_id: str | None = None
    title: str | None = None
    author: str | None = None
    flair: str | None = None
    nsfw: bool | None = None
    posted_at: float | None = None
    instead: tuple[str, ...] = ()
    file: str | None = None
    tags: tuple[str, ...] = ()
    via: tuple[str, ...] = ()  # pages that were opened on the way
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of everything that has this address and still waits."""

    url: str
    state: str  # done · already · refused · failed
    reason: str | None = None
    sha256: str | None = None
    chain: tuple[str, ...] = ()
    attempts: int = 1
    jobs: tuple[int, ...] = ()  # of a page: those that were told its pictures; others have it before them still


def add_job(catalogue: Catalogue, name: str, order: Mapping[str, Any]) -> tuple[int, bool]:
    """The job with this order, and whether it is new."""
    text = json.dumps(order, sort_keys=True, ensure_ascii=False)
    with catalogue.writing() as connection:
        found = connection.execute(
            'SELECT job_id FROM jobs WHERE kind = ? AND "order" = ? ORDER BY job_id LIMIT 1', [KIND, text]
        ).fetchall()
        if found:
            return int(found[0][0]), False
        made = connection.execute(
            "INSERT INTO jobs (kind, name, \"order\", state) VALUES (?, ?, ?, 'stopped') RETURNING job_id",
            [KIND, name, text],
        )
        return int(made.fetchall()[0][0]), True


def orders(catalogue: Catalogue, job_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What each job asks for."""
    rows = catalogue.rows(
        f"SELECT job_id, \"order\" FROM jobs WHERE kind = '{KIND}' AND job_id IN (SELECT unnest(?::BIGINT[])) "
        "ORDER BY job_id",
        [list(job_ids)],
    )
    return {job: json.loads(order) for job, order in rows}


def running(catalogue: Catalogue) -> list[int]:
    """The jobs that are said to be worked on."""
    return [row[0] for row in catalogue.rows(f"SELECT job_id FROM jobs WHERE kind = '{KIND}' AND state = 'running'")]


def set_state(catalogue: Catalogue, job_ids: Sequence[int], state: str, reason: str | None = None) -> None:
    """Say how jobs stand."""
    with catalogue.writing() as connection:
        state_in(connection, [(job, state, reason) for job in job_ids])


def state_in(connection: DuckDBPyConnection, states: Sequence[tuple[int, str, str | None]]) -> None:
    """The same in a transaction; a later one of a job counts."""
    for job, state, reason in {each[0]: each for each in states}.values():
        connection.execute(
            f"UPDATE jobs SET state = ?, reason = ?, changed_at = {NOW} WHERE job_id = ?", [state, reason, job]
        )


def remove_job(catalogue: Catalogue, job_id: int) -> None:
    """Take a job and its queue off the list. What it collected stays, with its sightings."""
    with catalogue.writing() as connection:
        for table in ("job_leads", "job_marks", "job_items", "jobs"):
            connection.execute(f"DELETE FROM {table} WHERE job_id = ?", [job_id])


def known_urls(catalogue: Catalogue) -> NDArray[numpy.uint64]:
    """The addresses that need not be asked again, as `url_number` has them, sorted.

    Of a picture, whichever job dealt with it. Pages of pictures count for their own job: another one has not told
    yet what was in them.
    """
    import pyarrow

    table = catalogue.table(
        f"SELECT md5_number_lower(CASE WHEN i.image_id IS NULL AND i.state = 'done' THEN i.job_id || ' ' || i.url "
        f"ELSE i.url END) AS number FROM job_items i LEFT JOIN images m USING (image_id) "
        f"WHERE i.{_COLLECTED} AND i.state IN ('done', 'already', 'refused') AND NOT {_OVER_A_LIMIT} "
        f"AND NOT coalesce({KNOWN_MISSING.replace('i.', 'm.')}, false) ORDER BY number"
    )
    column = table["number"].combine_chunks() if isinstance(table["number"], pyarrow.ChunkedArray) else table["number"]
    numbers: NDArray[numpy.uint64] = column.to_numpy(zero_copy_only=False)
    return numbers


def waiting_leads(catalogue: Catalogue, job_ids: Sequence[int], states: Sequence[str]) -> list[dict[str, Any]]:
    """What of these jobs is still to be fetched, with everything that is known of where it was seen."""
    leads: pyarrow.Table = catalogue.table(
        f"SELECT {', '.join(f'l.{name}' for name in _LEAD if name != 'posted_at')}, epoch(l.posted_at) AS posted_at "
        "FROM job_items i JOIN job_leads l ON l.job_id = i.job_id AND l.url = i.url "
        "WHERE i.job_id IN (SELECT unnest($jobs::BIGINT[])) AND "
        f"(list_contains($states::VARCHAR[], i.state) OR i.state = 'refused' AND {_OVER_A_LIMIT}) "
        "ORDER BY i.item_id",
        {"jobs": list(job_ids), "states": list(states)},
    )
    rows: list[dict[str, Any]] = leads.to_pylist()
    return rows


def taken(catalogue: Catalogue, job_ids: Sequence[int]) -> dict[int, int]:
    """How many pictures each job has had."""
    rows = catalogue.rows(
        "SELECT job_id, count(*) FROM job_items WHERE job_id IN (SELECT unnest(?::BIGINT[])) "
        "AND state IN ('done', 'already') AND image_id IS NOT NULL GROUP BY job_id",
        [list(job_ids)],
    )
    return {job: int(often) for job, often in rows}


def marks(catalogue: Catalogue, job_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The pages that each job went through whole."""
    found: dict[int, dict[str, str]] = {job: {} for job in job_ids}
    for job, page, stamp in catalogue.rows(
        "SELECT job_id, page, stamp FROM job_marks WHERE job_id IN (SELECT unnest(?::BIGINT[]))", [list(job_ids)]
    ):
        found[job][page] = stamp
    return found


def wait_again(catalogue: Catalogue, job_ids: Sequence[int]) -> None:
    """Let what failed wait for another try."""
    with catalogue.writing() as connection:
        connection.execute(
            f"UPDATE job_items SET state = 'waiting', changed_at = {NOW} "
            "WHERE state = 'failed' AND job_id IN (SELECT unnest(?::BIGINT[]))",
            [list(job_ids)],
        )


def enlist(catalogue: Catalogue, leads: Sequence[FoundLead], pages: Sequence[tuple[int, str, str]]) -> int:
    """Note what was found. What is noted already changes nothing, so the same may be told twice.

    What is at hand already, or was refused, because another job dealt with it, is so for this job at once. Returns how
    many were told now, for the first time, as gone.
    """
    gone = 0
    if not leads and not pages:
        return gone
    with catalogue.writing() as connection:
        if leads:
            with incoming(connection, _lead_table(leads)):
                gone = _enlist(connection)
        for job, page, stamp in pages:
            connection.execute(
                "INSERT INTO job_marks SELECT ?, ?, ? WHERE EXISTS (FROM jobs WHERE job_id = ?) "
                "ON CONFLICT DO UPDATE SET stamp = excluded.stamp",
                [job, page, stamp, job],
            )
    return gone


def _enlist(connection: DuckDBPyConnection) -> int:
    told = ", ".join(_LEAD)
    same = " AND ".join(
        f"l.{name} IS NOT DISTINCT FROM n.{name}" for name in ("job_id", "url", "label_hint", "post_id", "page_url")
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM incoming n WHERE {_COLLECTED} "
        f"AND NOT EXISTS (FROM job_leads l WHERE {same}) "
        f"QUALIFY row_number() OVER (PARTITION BY {', '.join(_ONE_LEAD)} ORDER BY place) = 1"
    )
    connection.execute(f"INSERT INTO job_leads ({told}) SELECT {told} FROM fresh ORDER BY place")
    connection.execute(
        f"""
        INSERT INTO job_items (job_id, url, state, attempts, reason, image_id, label_hint)
        WITH one AS (
            SELECT * FROM fresh n WHERE NOT EXISTS (FROM job_items i WHERE i.job_id = n.job_id AND i.url = n.url)
            QUALIFY row_number() OVER (PARTITION BY job_id, url ORDER BY place) = 1
        ), before AS (
            SELECT i.url, arg_max(i, (i.image_id IS NOT NULL, i.changed_at)) AS last
            FROM job_items i SEMI JOIN one USING (url)
            WHERE i.{_COLLECTED} AND NOT {_OVER_A_LIMIT}
              AND (i.image_id IS NOT NULL AND i.state IN ('done', 'already') OR i.state = 'refused')
            GROUP BY i.url
        )
        SELECT o.job_id, o.url,
               CASE WHEN o.gone IS NOT NULL THEN 'refused' WHEN b.last.image_id IS NOT NULL THEN 'already'
                    WHEN b.url IS NOT NULL THEN 'refused' ELSE 'waiting' END,
               0, coalesce(o.gone, b.last.reason), b.last.image_id, o.label_hint
        FROM one o LEFT JOIN before b USING (url) ORDER BY o.place
        """
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE at_hand AS SELECT n.job_id, n.url, i.image_id, i.chain "
        "FROM (SELECT DISTINCT job_id, url FROM fresh) n JOIN job_items i USING (job_id, url) "
        "WHERE i.image_id IS NOT NULL"
    )
    _tell_of(connection)
    gone = connection.execute("SELECT count(*) FROM fresh WHERE gone IS NOT NULL").fetchall()[0][0]
    connection.execute("DROP TABLE fresh")
    return int(gone)


def settle(connection: DuckDBPyConnection, settled: Sequence[Settled], folder: str, read_to: int) -> None:
    """Note what became of addresses, and that the log in `folder` was read so far: in one transaction.

    The first item with an address is done; others, of jobs that found it too, have it already.
    """
    if settled:
        with incoming(connection, _settled_table(settled)):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE at_hand AS "
                "SELECT i.item_id, i.job_id, i.url, m.image_id, n.chain, n.reason, n.attempts, "
                "CASE WHEN n.state = 'done' AND m.image_id IS NOT NULL "
                "AND row_number() OVER (PARTITION BY i.url ORDER BY i.item_id) > 1 "
                "THEN 'already' ELSE n.state END AS state "
                "FROM incoming n JOIN job_items i USING (url) LEFT JOIN images m ON m.sha256 = n.sha256 "
                f"WHERE i.{_COLLECTED} "
                "AND (len(n.jobs) = 0 OR list_contains(n.jobs, i.job_id)) "
                f"AND (i.state IN ('waiting', 'failed') OR i.state = 'refused' AND {_OVER_A_LIMIT})"
            )
        connection.execute(
            "UPDATE job_items i SET state = n.state, reason = n.reason, image_id = n.image_id, chain = n.chain, "
            f"attempts = i.attempts + n.attempts, changed_at = {NOW} FROM at_hand n WHERE n.item_id = i.item_id"
        )
        _tell_of(connection)
    connection.execute(
        "INSERT INTO logs_read VALUES (?, ?) ON CONFLICT DO UPDATE SET read_to = excluded.read_to", [folder, read_to]
    )


def _tell_of(connection: DuckDBPyConnection) -> None:
    """Make the sightings and tags of the items in the temporary table `at_hand` that have their picture; drops it."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE seen AS SELECT h.image_id, h.job_id, h.url, h.chain, "
        "l.site, l.page_url, l.title, l.label_hint, l.post_id, l.author, l.flair, l.nsfw, l.posted_at, l.tags "
        "FROM at_hand h JOIN job_leads l USING (job_id, url) WHERE h.image_id IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY h.image_id, url, l.post_id, l.label_hint ORDER BY l.found_at) = 1"
    )
    connection.execute("DROP TABLE at_hand")
    connection.execute(
        "INSERT INTO image_tags (image_id, label, speaker, said_by) "
        "SELECT image_id, tag, 'job', 'job ' || min(job_id) "
        "FROM (SELECT image_id, job_id, unnest(tags) AS tag FROM seen) n "
        "WHERE NOT EXISTS (FROM image_tags t WHERE t.image_id = n.image_id AND t.label = n.tag AND t.speaker = 'job') "
        "GROUP BY image_id, tag"
    )
    add_sightings(
        connection,
        "s.url = n.url AND s.post_id IS NOT DISTINCT FROM n.post_id AND s.label_hint IS NOT DISTINCT FROM n.label_hint",
    )


def seen_at(catalogue: Catalogue, site: str) -> list[tuple[str | None, str, str | None]]:
    """Page, address and post of every picture that was seen at a site, in the order in which it was."""
    rows = catalogue.rows(
        "SELECT page_url, url, post_id FROM sightings WHERE site = ? AND inherited_from IS NULL ORDER BY sighting_id",
        [site],
    )
    return [(page, url, post) for page, url, post in rows]


def told_of(catalogue: Catalogue, site: str) -> tuple[dict[str, str | None], dict[str, list[str]]]:
    """The title, and what a site says of it, of every picture that was seen there, by its address."""
    rows = catalogue.rows(
        "SELECT url, any_value(title), list_distinct(flatten(list(tags))) FROM job_leads WHERE site = ? GROUP BY url",
        [site],
    )
    return {url: title for url, title, _ in rows}, {url: tags or [] for url, _, tags in rows}


def read_to(catalogue: Catalogue, folder: str) -> int:
    """How far the log in a folder was taken in."""
    rows = catalogue.rows("SELECT read_to FROM logs_read WHERE folder = ?", [folder])
    return int(rows[0][0]) if rows else 0


def forget_log(catalogue: Catalogue, folder: str) -> None:
    """The folder of a log is no more."""
    with catalogue.writing() as connection:
        connection.execute("DELETE FROM logs_read WHERE folder = ?", [folder])


def _lead_table(leads: Sequence[FoundLead]) -> pyarrow.Table:
    import pyarrow

    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    types = {"job_id": pyarrow.int64(), "nsfw": pyarrow.bool_(), "instead": texts, "tags": texts, "via": texts}
    columns = {
        name: pyarrow.array([getattr(each, name) for each in leads], types.get(name, text))
        for name in (*(name for name in _LEAD if name != "posted_at"), "gone")
    }
    moments = [None if each.posted_at is None else round(each.posted_at * 1e6) for each in leads]
    columns["posted_at"] = pyarrow.array(moments, pyarrow.timestamp("us"))
    columns["place"] = pyarrow.array(range(len(leads)), pyarrow.int64())
    return pyarrow.table(columns)


def _settled_table(settled: Sequence[Settled]) -> pyarrow.Table:
    import pyarrow

    last = list({(each.url, each.jobs): each for each in settled}.values())
    types = {
        "attempts": pyarrow.int64(), "chain": pyarrow.list_(pyarrow.string()), "jobs": pyarrow.list_(pyarrow.int64()),
    }  # fmt: skip
    return pyarrow.table(
        {
            name: pyarrow.array([getattr(each, name) for each in last], types.get(name, pyarrow.string()))
            for name in ("url", "state", "reason", "sha256", "chain", "attempts", "jobs")
        }
    )
