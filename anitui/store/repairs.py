"""What `doctor` changes in the catalogue. What a person may want back goes through the journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from anitui.store import journal
from anitui.store.arrow import as_table
from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.intake import KNOWN_MISSING, MISSING, OTHER_REASON, Batch, Moved, NewImage, NewSighting, record
from anitui.store.upkeep import TWICE

SAID_BY = "doctor"
ACTION = "doctor.mend"


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A row, as much of it as mending needs."""

    image_id: int
    sha256: str
    path: str
    stored: str
    format: str
    bytes: int
    purged: bool
    known_missing: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """Facts and hashes of a picture that is in the catalogue already."""

    image_id: int
    hashing: str
    colourfulness: float
    colour_share: float
    sharpness: float
    brightness: float
    dhash: int
    phash: int
    ahash: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """A picture whose bytes lay in `media` without a row, and the name that somebody had given to them."""

    image: NewImage
    title: str | None


MEASURED_TYPES = {
    "image_id": "int64", "hashing": "string", "colourfulness": "float64", "colour_share": "float64",
    "sharpness": "float64", "brightness": "float64", "dhash": "uint64", "phash": "uint64", "ahash": "uint64",
}  # fmt: skip


def images(catalogue: Catalogue, image_ids: Sequence[int]) -> list[StoredImage]:
    """The rows as they are now."""
    rows = catalogue.rows(
        f"SELECT image_id, sha256, path, stored, format, bytes, purged_at IS NOT NULL, {KNOWN_MISSING} "
        "FROM images i WHERE image_id IN (SELECT unnest(?::BIGINT[])) ORDER BY image_id",
        [list(image_ids)],
    )
    return [StoredImage(*row) for row in rows]


def places(catalogue: Catalogue, image_ids: Sequence[int]) -> dict[int, list[str]]:
    """Where on this machine the pictures were seen, the latest place first."""
    rows = catalogue.rows(
        "SELECT image_id, list(url ORDER BY sighting_id DESC) FROM sightings "
        "WHERE image_id IN (SELECT unnest(?::BIGINT[])) AND site = 'folder' AND inherited_from IS NULL "
        "GROUP BY image_id",
        [list(image_ids)],
    )
    return dict(rows)


def hashing_of(catalogue: Catalogue, image_ids: Sequence[int]) -> dict[int, str]:
    """How these pictures were hashed, where anything of it is left."""
    rows = catalogue.rows(
        "SELECT image_id, min(mode) FROM (SELECT image_id, mode FROM image_facts "
        "UNION ALL SELECT image_id, mode FROM image_hashes) "
        "WHERE image_id IN (SELECT unnest(?::BIGINT[])) GROUP BY image_id",
        [list(image_ids)],
    )
    return dict(rows)


def take_in(catalogue: Catalogue, found: Sequence[Recovered]) -> None:
    """Add pictures whose bytes lay in `media` without a row."""
    images = [each.image for each in found]
    sightings = [NewSighting(each.image.sha256, "recovered", each.image.path, None, each.title, None) for each in found]
    record(catalogue, Batch(None, images, sightings, []))


def move(catalogue: Catalogue, moved: Sequence[Moved]) -> None:
    """Say where bytes lie now. A picture that was set aside only because they were missing is active again."""
    record(catalogue, Batch(None, [], [], [], moved))


def set_missing(catalogue: Catalogue, image_ids: Sequence[int]) -> int:
    """Set pictures aside whose file is gone; a reason that a person had for it stays in front."""
    rows = catalogue.table(
        "SELECT image_id, 'set_aside' AS state, "
        "CASE WHEN state = 'set_aside' AND reason IS NOT NULL THEN reason || ' · ' || $missing ELSE $missing END "
        f"AS reason FROM images i WHERE purged_at IS NULL AND NOT {KNOWN_MISSING} "
        "AND image_id IN (SELECT unnest($ids::BIGINT[]))",
        {"missing": MISSING, "ids": list(image_ids)},
    )
    with journal.decision(catalogue, ACTION, "set {n} pictures aside whose file is missing", SAID_BY) as made:
        return made.put("images", rows)


def bring_back(catalogue: Catalogue, image_ids: Sequence[int]) -> int:
    """Their file is there again: as they were before `set_missing`."""
    rows = catalogue.table(
        f"SELECT image_id, CASE WHEN {OTHER_REASON} IS NULL THEN 'active' ELSE 'set_aside' END AS state, "
        f"{OTHER_REASON} AS reason FROM images i "
        f"WHERE {KNOWN_MISSING} AND image_id IN (SELECT unnest($ids::BIGINT[]))",
        {"ids": list(image_ids)},
    )
    with journal.decision(catalogue, ACTION, "took {n} pictures back whose file is there again", SAID_BY) as made:
        return made.put("images", rows)


def set_twice(catalogue: Catalogue, image_ids: Sequence[int]) -> int:
    """Set second rows of one content aside."""
    with journal.decision(catalogue, ACTION, "set {n} second rows of one picture aside", SAID_BY) as made:
        return made.put_where(
            "images",
            {"state": "set_aside", "reason": TWICE},
            "image_id IN (SELECT unnest(?::BIGINT[]))",
            [list(image_ids)],
        )


def stop_jobs(catalogue: Catalogue, job_ids: Sequence[int]) -> None:
    with catalogue.writing() as connection:
        connection.execute(
            f"UPDATE jobs SET state = 'stopped', changed_at = {NOW} WHERE job_id IN (SELECT unnest(?::BIGINT[]))",
            [list(job_ids)],
        )


def wait_again(catalogue: Catalogue, item_ids: Sequence[int]) -> None:
    """Put items back into the queue; their jobs are stopped half-way then."""
    ids = [list(item_ids)]
    with catalogue.writing() as connection:
        connection.execute(
            f"UPDATE jobs SET state = 'stopped', changed_at = {NOW} WHERE job_id IN "
            "(SELECT job_id FROM job_items WHERE item_id IN (SELECT unnest(?::BIGINT[])))",
            ids,
        )
        connection.execute(
            f"UPDATE job_items SET state = 'waiting', image_id = NULL, changed_at = {NOW} "
            "WHERE item_id IN (SELECT unnest(?::BIGINT[]))",
            ids,
        )


def sightings_as_lines(catalogue: Catalogue, sighting_ids: Sequence[int]) -> bytes:
    """Sightings as JSON lines, to be kept before they are taken out."""
    rows = catalogue.table(
        "SELECT * FROM sightings WHERE sighting_id IN (SELECT unnest(?::BIGINT[])) ORDER BY sighting_id",
        [list(sighting_ids)],
    ).to_pylist()
    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows).encode()


def take_sightings_out(catalogue: Catalogue, sighting_ids: Sequence[int]) -> None:
    with catalogue.writing() as connection:
        connection.execute(
            "DELETE FROM sightings WHERE sighting_id IN (SELECT unnest(?::BIGINT[]))", [list(sighting_ids)]
        )


def write_measured(catalogue: Catalogue, measured: Sequence[Measured]) -> None:
    """Write facts and hashes in place of what was left of them."""
    with catalogue.writing() as connection, incoming(connection, as_table(measured, MEASURED_TYPES)):
        for table in ("image_facts", "image_hashes"):
            connection.execute(
                f"DELETE FROM {table} t USING incoming n WHERE t.image_id = n.image_id AND t.mode = n.hashing"
            )
        connection.execute(
            "INSERT INTO image_facts "
            "SELECT image_id, hashing, colourfulness, colour_share, sharpness, brightness FROM incoming"
        )
        for algorithm in ("dhash", "phash", "ahash"):
            connection.execute(
                f"INSERT INTO image_hashes SELECT image_id, '{algorithm}', hashing, {algorithm} FROM incoming"
            )
