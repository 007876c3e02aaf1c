"""Taking pictures in: which contents are known, and one transaction for a batch of new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.store.arrow import as_table
from anitui.store.catalogue import Catalogue, incoming

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MISSING = "file is missing"  # why `doctor` sets a picture aside, and what its return heals

# Of `images i`: it is known that there is no file. A reason that a person had for setting it aside stays in front.
KNOWN_MISSING = f"(i.state = 'set_aside' AND coalesce(ends_with(i.reason, '{MISSING}'), false))"
# Why it is set aside, but for that; NULL when that was all.
OTHER_REASON = f"nullif(regexp_replace(i.reason, '( · )?{MISSING}$', ''), '')"


@dataclass(frozen=True, slots=True)
class KnownImage:
    """A content that is in the catalogue already."""

    image_id: int
    path: str
    stored: str
    purged: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class NewImage:
    """A content to be added: its row, its facts and its hashes."""

    sha256: str
    path: str
    stored: str
    format: str
    mode: str
    width: int
    height: int
    frames: int
    bytes: int
    hashing: str  # exact · fast
    colourfulness: float
    colour_share: float
    sharpness: float
    brightness: float
    dhash: int
    phash: int
    ahash: int


@dataclass(frozen=True, slots=True)
class NewSighting:
    """One place where a content was seen."""

    sha256: str
    site: str
    url: str
    page_url: str | None
    title: str | None
    label_hint: str | None
    post_id: str | None = None
    author: str | None = None
    flair: str | None = None
    nsfw: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item of the queue."""

    item_id: int
    state: str
    reason: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """The bytes of a known image lie elsewhere now."""

    image_id: int
    path: str
    stored: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction takes in. Without a job: `doctor` found it."""

    job_id: int | None
    images: Sequence[NewImage]
    sightings: Sequence[NewSighting]
    outcomes: Sequence[Outcome]
    moved: Sequence[Moved] = ()
    also: Callable[[DuckDBPyConnection], None] | None = None  # what else belongs into the transaction, at its end


_STRING, _INTEGER, _FLOAT, _FLAG = "string", "int64", "float64", "bool"
IMAGE_TYPES = {
    "sha256": _STRING, "path": _STRING, "stored": _STRING, "format": _STRING, "mode": _STRING,
    "width": _INTEGER, "height": _INTEGER, "frames": _INTEGER, "bytes": _INTEGER, "hashing": _STRING,
    "colourfulness": _FLOAT, "colour_share": _FLOAT, "sharpness": _FLOAT, "brightness": _FLOAT,
    "dhash": "uint64", "phash": "uint64", "ahash": "uint64",
}  # fmt: skip
SIGHTING_TYPES = {
    "sha256": _STRING, "site": _STRING, "url": _STRING, "page_url": _STRING, "title": _STRING, "label_hint": _STRING,
    "post_id": _STRING, "author": _STRING, "flair": _STRING, "nsfw": _FLAG,
}  # fmt: skip
OUTCOME_TYPES = {"item_id": _INTEGER, "state": _STRING, "reason": _STRING, "sha256": _STRING}
MOVED_TYPES = {"image_id": _INTEGER, "path": _STRING, "stored": _STRING}


def known_images(catalogue: Catalogue, digests: Sequence[str]) -> dict[str, KnownImage]:
    """Which of these contents the catalogue has."""
    rows = catalogue.rows(
        f"SELECT sha256, image_id, path, stored, purged_at IS NOT NULL, {KNOWN_MISSING} "
        "FROM images i WHERE sha256 IN (SELECT unnest(?::VARCHAR[]))",
        [list(digests)],
    )
    return {row[0]: KnownImage(*row[1:]) for row in rows}


def record(catalogue: Catalogue, batch: Batch) -> None:
    """Add a batch: after this returns, it is on disk. A sighting that is known only takes a new label over."""
    with catalogue.writing() as connection:
        with incoming(connection, as_table(batch.images, IMAGE_TYPES)):
            _add_images(connection)
        with incoming(connection, as_table(batch.moved, MOVED_TYPES)):
            connection.execute(
                "UPDATE images i SET path = n.path, stored = n.stored, "
                f"state = CASE WHEN {KNOWN_MISSING} AND {OTHER_REASON} IS NULL THEN 'active' ELSE i.state END, "
                f"reason = CASE WHEN {KNOWN_MISSING} THEN {OTHER_REASON} ELSE i.reason END "
                "FROM incoming n WHERE i.image_id = n.image_id"
            )
        sightings = {(each.sha256, each.url): each for each in batch.sightings}
        with incoming(connection, as_table(list(sightings.values()), SIGHTING_TYPES)):
            _add_sightings(connection, batch.job_id)
        with incoming(connection, as_table(batch.outcomes, OUTCOME_TYPES)):
            connection.execute(
                "UPDATE job_items j SET state = n.state, reason = n.reason, image_id = i.image_id, "
                "attempts = j.attempts + 1, changed_at = (now() AT TIME ZONE 'UTC') "
                "FROM incoming n LEFT JOIN images i ON i.sha256 = n.sha256 WHERE j.item_id = n.item_id"
            )
        if batch.also is not None:
            batch.also(connection)


def _add_images(connection: DuckDBPyConnection) -> None:
    connection.execute(
        "INSERT INTO images (sha256, path, stored, format, mode, width, height, frames, bytes) "
        "SELECT sha256, path, stored, format, mode, width, height, frames, bytes FROM incoming"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE added AS SELECT i.image_id, n.* FROM incoming n JOIN images i USING (sha256)"
    )
    connection.execute(
        "INSERT INTO image_facts "
        "SELECT image_id, hashing, colourfulness, colour_share, sharpness, brightness FROM added"
    )
    for algorithm in ("dhash", "phash", "ahash"):
        connection.execute(f"INSERT INTO image_hashes SELECT image_id, '{algorithm}', hashing, {algorithm} FROM added")
    connection.execute("DROP TABLE added")


def _add_sightings(connection: DuckDBPyConnection, job_id: int | None) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE seen AS "
        "SELECT i.image_id, n.*, ?::BIGINT AS job_id, NULL::VARCHAR[] AS chain, NULL::TIMESTAMP AS posted_at "
        "FROM incoming n JOIN images i USING (sha256)",
        [job_id],
    )
    # One file has one label: a new one takes the old one's place.
    connection.execute(
        "UPDATE sightings s SET label_hint = n.label_hint, job_id = n.job_id FROM seen n "
        "WHERE n.image_id IN (s.image_id, s.inherited_from) AND s.url = n.url AND n.label_hint IS NOT NULL"
    )
    add_sightings(connection, "s.url = n.url")


def add_sightings(connection: DuckDBPyConnection, same: str) -> None:
    """Add the rows of the temporary table `seen` that are no sighting `s` of their picture yet; drops it.

    `same` says when a row of it, `n`, is the sighting `s`.
    """
    columns = "site, url, page_url, title, label_hint, post_id, author, flair, nsfw, chain, posted_at, job_id"
    connection.execute(
        f"INSERT INTO sightings (image_id, {columns}) SELECT image_id, {columns} FROM seen n "
        f"WHERE NOT EXISTS (FROM sightings s WHERE s.image_id = n.image_id AND {same} AND inherited_from IS NULL)"
    )
    # Whoever is kept for a duplicate inherits what is seen of it later, too.
    connection.execute(
        f"INSERT INTO sightings (image_id, {columns}, inherited_from) SELECT g.keeper_id, {columns}, n.image_id "
        "FROM seen n JOIN duplicate_groups g ON g.kind = 'image' AND g.id = n.image_id AND NOT g.kept "
        f"WHERE NOT EXISTS (FROM sightings s WHERE s.image_id = g.keeper_id AND {same})"
    )
    connection.execute("DROP TABLE seen")
