"""Jobs and their items: the queue that can be left and taken up again at any point."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anitui.store.arrow import as_table
from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.intake import KNOWN_MISSING


@dataclass(frozen=True, slots=True)
class WaitingItem:
    item_id: int
    url: str
    label_hint: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that was not taken, and why."""

    url: str
    reason: str
    state: str  # refused: what it is will not change · failed: worth another try
    job_id: int


@dataclass(frozen=True, slots=True)
class FoundItem:
    """A file that was found, and how it looked from outside."""

    url: str
    bytes: int
    mtime_ns: int
    label_hint: str | None


@dataclass(frozen=True, slots=True)
class UnfitItem:
    """Something that cannot even be looked at."""

    url: str
    reason: str
    label_hint: str | None


FOUND_TYPES = {"url": "string", "bytes": "int64", "mtime_ns": "int64", "label_hint": "string"}
UNFIT_TYPES = {"url": "string", "reason": "string", "label_hint": "string"}


def begin(catalogue: Catalogue, kind: str, name: str, order: Mapping[str, Any]) -> int:
    """Start a job, or continue the one with the very same order."""
    text = json.dumps(order, sort_keys=True, ensure_ascii=False)
    with catalogue.writing() as connection:
        found = connection.execute(
            'SELECT job_id FROM jobs WHERE kind = ? AND "order" = ? ORDER BY job_id LIMIT 1', [kind, text]
        ).fetchall()
        if found:
            connection.execute(f"UPDATE jobs SET state = 'running', changed_at = {NOW} WHERE job_id = ?", [found[0][0]])
            return int(found[0][0])
        return int(
            connection.execute(
                "INSERT INTO jobs (kind, name, \"order\", state) VALUES (?, ?, ?, 'running') RETURNING job_id",
                [kind, name, text],
            ).fetchall()[0][0]
        )


def leave(catalogue: Catalogue, job_id: int, *, done: bool) -> None:
    """Say that nobody works on a job any more: it is done, or stopped half-way."""
    with catalogue.writing() as connection:
        connection.execute(
            f"UPDATE jobs SET state = ?, changed_at = {NOW} WHERE job_id = ?", ["done" if done else "stopped", job_id]
        )


def stop_running(catalogue: Catalogue) -> int:
    """Note as stopped what a killed process left as running. Only for who has just taken hold of the workspace.

    Jobs that collect are not in its hands: a process of their own may well be at them.
    """
    with catalogue.writing() as connection:
        stopped = connection.execute(
            f"UPDATE jobs SET state = 'stopped', changed_at = {NOW} "
            "WHERE state = 'running' AND kind <> 'scrape' RETURNING job_id"
        )
        return len(stopped.fetchall())


def enlist_files(catalogue: Catalogue, job_id: int, files: Sequence[FoundItem], *, mode: str) -> int:
    """Put files into the queue that were not dealt with before.

    A file is passed over when the last import that took or refused it did so with the same size, time of change and
    label, its picture is not missing, and its bytes are kept in a way as good as the one asked for. Returns how many
    were passed over.
    """
    each_once = list({file.url: file for file in files}.values())
    with catalogue.writing() as connection, incoming(connection, as_table(each_once, FOUND_TYPES)):
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE enlisted AS
            WITH found AS (SELECT *, row_number() OVER () AS place FROM incoming),
            items AS (
                SELECT i.url,
                       max(i.item_id) FILTER (i.job_id = $job) AS mine,
                       arg_max(i, (i.changed_at, i.item_id))
                           FILTER (i.state IN ('done', 'already', 'refused')) AS last
                FROM found n
                JOIN job_items i ON i.url = n.url
                JOIN jobs j ON j.job_id = i.job_id AND j.kind = (SELECT kind FROM jobs WHERE job_id = $job)
                GROUP BY i.url
            )
            SELECT n.*, k.mine,
                   coalesce(k.last.bytes = n.bytes AND k.last.mtime_ns = n.mtime_ns
                            AND (n.label_hint IS NULL OR k.last.label_hint = n.label_hint)
                            -- limits are settings, and may have been raised since
                            AND NOT coalesce(starts_with(k.last.reason, 'too many'), false)
                            AND (i.image_id IS NULL OR $mode = 'reference' OR i.stored <> 'reference')
                            AND NOT coalesce({KNOWN_MISSING}, false), false) AS known
            FROM found n LEFT JOIN items k ON k.url = n.url LEFT JOIN images i ON i.image_id = k.last.image_id
            """,
            {"job": job_id, "mode": mode},
        )
        connection.execute(
            f"""
            UPDATE job_items i
            SET state = 'waiting', reason = NULL, bytes = e.bytes, mtime_ns = e.mtime_ns, label_hint = e.label_hint,
                changed_at = {NOW}
            FROM enlisted e WHERE e.mine = i.item_id AND NOT e.known
            """
        )
        connection.execute(
            """
            INSERT INTO job_items (job_id, url, state, attempts, label_hint, bytes, mtime_ns)
            SELECT ?, url, 'waiting', 0, label_hint, bytes, mtime_ns FROM enlisted WHERE mine IS NULL AND NOT known
            ORDER BY place
            """,
            [job_id],
        )
        passed_over = connection.execute("SELECT count(*) FROM enlisted WHERE known").fetchall()[0][0]
        connection.execute("DROP TABLE enlisted")
        return int(passed_over)


def forget_unfit(catalogue: Catalogue, job_id: int) -> None:
    """Drop what could not even be looked at: the next look says what of it is still so."""
    with catalogue.writing() as connection:
        connection.execute(
            "DELETE FROM job_items WHERE job_id = ? AND state = 'refused' AND mtime_ns IS NULL", [job_id]
        )


def refuse(catalogue: Catalogue, job_id: int, refusals: Sequence[UnfitItem]) -> None:
    """Note what cannot even be looked at."""
    if not refusals:
        return
    with catalogue.writing() as connection, incoming(connection, as_table(refusals, UNFIT_TYPES)):
        connection.execute("DELETE FROM job_items i USING incoming n WHERE i.job_id = ? AND i.url = n.url", [job_id])
        connection.execute(
            "INSERT INTO job_items (job_id, url, state, reason, label_hint) "
            "SELECT ?, url, 'refused', reason, label_hint FROM incoming",
            [job_id],
        )


def count_waiting(catalogue: Catalogue, job_id: int) -> int:
    return int(catalogue.value("SELECT count(*) FROM job_items WHERE job_id = ? AND state = 'waiting'", [job_id]))


def waiting(catalogue: Catalogue, job_id: int, page: int = 5000) -> Iterator[WaitingItem]:
    """The items that wait, page by page, so that a queue of millions never lies in memory."""
    last = -1
    while True:
        rows = catalogue.rows(
            "SELECT item_id, url, label_hint FROM job_items "
            "WHERE job_id = ? AND state = 'waiting' AND item_id > ? ORDER BY item_id LIMIT ?",
            [job_id, last, page],
        )
        if not rows:
            return
        for row in rows:
            yield WaitingItem(*row)
        last = rows[-1][0]


def failures(catalogue: Catalogue, job_id: int | None = None, limit: int = 10_000) -> list[Failure]:
    """What was not taken, of one job or of all, newest first."""
    rows = catalogue.rows(
        "SELECT url, reason, state, job_id FROM job_items "
        "WHERE state IN ('refused', 'failed') AND (?::BIGINT IS NULL OR job_id = ?) ORDER BY item_id DESC LIMIT ?",
        [job_id, job_id, limit],
    )
    return [Failure(*row) for row in rows]


def count_states(catalogue: Catalogue, job_id: int, among: Sequence[str] = ("refused", "failed")) -> int:
    """How many items of a job are in one of the given states."""
    return int(
        catalogue.value(
            "SELECT count(*) FROM job_items WHERE job_id = ? AND list_contains(?::VARCHAR[], state)",
            [job_id, list(among)],
        )
    )


def standing(catalogue: Catalogue, job_ids: Sequence[int]) -> list[tuple[int, str, str, str | None]]:
    """Number, name, state and its reason of each of these jobs."""
    rows = catalogue.rows(
        "SELECT job_id, name, state, reason FROM jobs WHERE job_id IN (SELECT unnest(?::BIGINT[])) ORDER BY job_id",
        [list(job_ids)],
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
