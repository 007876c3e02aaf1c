"""Boxes of pictures to look at, the order in which one goes through them, and the hashes of what lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.errors import Stopped, WrongUse
from anitui.store import filters
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.faces import BY_HAND

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

MARKED = "marked for deletion"
FACE, HEAD = "face", "head"
Corners = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True, slots=True)
class Box:
    """A box that counts, with the name it has in the set that is asked for."""

    face_id: int
    x: float
    y: float
    w: float
    h: float
    kind: str = FACE
    detector: str = BY_HAND
    score: float | None = None
    label: str | None = None
    said_by: str | None = None
    unsure: bool = False

    @property
    def by_hand(self) -> bool:
        return self.detector == BY_HAND

    @property
    def corners(self) -> Corners:
        return self.x, self.y, self.w, self.h


@dataclass(frozen=True, slots=True)
class Boxed:
    """A picture with its boxes.

    `looked` are the detectors that have boxes here, also such as were set aside; `in_vain` those that found none.
    """

    image_id: int
    path: str
    width: int
    height: int
    state: str
    reason: str | None
    title: str | None
    reviewed: bool
    boxes: tuple[Box, ...]
    looked: tuple[tuple[str, int], ...]
    lacks_hashes: bool
    in_vain: tuple[str, ...] = ()

    @property
    def marked(self) -> bool:
        return self.state != "active" and self.reason == MARKED


@dataclass(frozen=True, slots=True)
class Queue:
    """Pictures to go through, in their order, and which of them somebody has gone through."""

    query: str
    ids: NDArray[numpy.int64]
    reviewed: NDArray[numpy.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def place_of(self, image_id: int | None) -> int | None:
        """Where a picture stands, if it does."""
        found = [] if image_id is None else (self.ids == image_id).nonzero()[0]
        return int(found[0]) if len(found) else None

    def next_open(self, after: int) -> int | None:
        """The next place that nobody has gone through, behind `after` and then from the beginning."""
        waiting = (~self.reviewed).nonzero()[0]
        if not len(waiting):
            return None
        behind = waiting[waiting > after]
        return int(behind[0] if len(behind) else waiting[0])


# What is read.


def queue(catalogue: Catalogue, query: str = "", cursor: DuckDBPyConnection | None = None) -> Queue:
    """The pictures that a filter leaves: those that nobody has gone through, the newest first, then the others.

    Raises WrongUse when the filter cannot be understood, and Stopped when the cursor was interrupted.
    """
    import duckdb
    import numpy

    condition = filters.parse(query)
    try:
        found = (cursor or catalogue.reader()).execute(
            "SELECT i.image_id, r.image_id IS NOT NULL AS reviewed FROM images i "
            "LEFT JOIN image_facts f ON f.image_id = i.image_id LEFT JOIN reviewed_images r ON r.image_id = i.image_id "
            f"WHERE {condition.sql} ORDER BY reviewed, i.image_id DESC",
            list(condition.parameters),
        ).fetchnumpy()  # fmt: skip
    except duckdb.InterruptException:
        raise Stopped("stopped") from None
    ids = numpy.ascontiguousarray(found["image_id"], dtype=numpy.int64)
    return Queue(query, ids, numpy.array(found["reviewed"], dtype=bool))


def among(catalogue: Catalogue, ids: Sequence[int] | NDArray[numpy.int64]) -> Queue:
    """These pictures, in this order."""
    import numpy

    known = catalogue.reader().execute("SELECT image_id FROM reviewed_images").fetchnumpy()["image_id"]
    given = numpy.array(ids, dtype=numpy.int64)
    return Queue("", given, numpy.isin(given, known))


def boxed(catalogue: Catalogue, image_id: int, label_set: str) -> Boxed:
    """One picture with the boxes that count."""
    found = catalogue.rows(
        "SELECT image_id, path, width, height, state, reason, "
        "(SELECT arg_min(title, sighting_rank(site, sighting_id)) FROM sightings s WHERE s.image_id = i.image_id), "
        "EXISTS (FROM reviewed_images r WHERE r.image_id = i.image_id) FROM images i WHERE image_id = ?",
        [image_id],
    )
    if not found:
        raise WrongUse(f"there is no picture {image_id} in this workspace")
    rows = catalogue.rows(
        "SELECT face_id, x, y, w, h, kind, detector, score, coalesce(unsure, false), state FROM faces "
        "WHERE image_id = ? ORDER BY face_id",
        [image_id],
    )
    detectors: dict[str, int] = {}
    for row in rows:
        if row[6] != BY_HAND:
            detectors[row[6]] = detectors.get(row[6], 0) + 1
    in_vain = catalogue.rows(
        "SELECT detector FROM detections WHERE image_id = ? AND faces = 0 AND reason IS NULL ORDER BY detector",
        [image_id],
    )
    active = [row for row in rows if row[9] == "active"]
    names, hashed = _said_of(catalogue, [row[0] for row in active], label_set)
    there: list[Box] = []
    for face_id, x, y, w, h, kind, detector, score, unsure, _ in active:
        label, said_by = names.get(face_id, (None, None))
        there.append(Box(face_id, x, y, w, h, kind, detector, score, label, said_by, unsure))
    _, path, width, height, state, reason, title, reviewed = found[0]
    return Boxed(
        image_id,
        path,
        width,
        height,
        state,
        reason,
        title,
        reviewed,
        tuple(there),
        tuple(sorted(detectors.items())),
        any(each.face_id not in hashed for each in there),
        tuple(detector for (detector,) in in_vain if detector not in detectors),
    )


def _said_of(
    catalogue: Catalogue, face_ids: Sequence[int], label_set: str
) -> tuple[dict[int, tuple[str, str]], set[int]]:
    """Who these boxes are and who says so, and which of them have hashes."""
    if not face_ids:
        return {}, set()
    # Named one by one: so the view of all labels reads those of the picture only.
    ids = ", ".join(str(int(each)) for each in face_ids)
    names = catalogue.rows(
        f"SELECT face_id, label, said_by FROM labelled_faces WHERE face_id IN ({ids}) AND label_set = ?", [label_set]
    )
    hashed = catalogue.rows(f"SELECT DISTINCT face_id FROM face_hashes WHERE face_id IN ({ids})")
    return {row[0]: (row[1], row[2]) for row in names}, {row[0] for row in hashed}


def picture_of(catalogue: Catalogue, entry_id: int) -> int | None:
    """The picture that a decision on boxes was about."""
    rows = catalogue.rows(
        """
        SELECT image_id FROM (
            SELECT json_extract_string(row_key, '$.image_id')::BIGINT AS image_id FROM journal_changes
            WHERE entry_id = $entry AND table_name IN ('reviewed_images', 'images')
            UNION ALL
            SELECT json_extract_string(coalesce(after, before), '$.image_id')::BIGINT FROM journal_changes
            WHERE entry_id = $entry AND table_name = 'faces'
            UNION ALL
            SELECT f.image_id FROM journal_changes c
            JOIN faces f ON f.face_id = json_extract_string(c.row_key, '$.face_id')::BIGINT
            WHERE c.entry_id = $entry AND c.table_name IN ('faces', 'face_labels')
        ) WHERE image_id IS NOT NULL LIMIT 1
        """,
        {"entry": entry_id},
    )
    return int(rows[0][0]) if rows else None


# Hashes of crops, which belong to their boxes.


@dataclass(frozen=True, slots=True)
class Unhashed:
    """A box whose crop has no hashes."""

    face_id: int
    image_id: int
    path: str
    width: int
    height: int
    corners: Corners


_LACKING = (
    "FROM faces f JOIN images i ON i.image_id = f.image_id ANTI JOIN face_hashes h ON h.face_id = f.face_id "
    "WHERE f.state = 'active' AND i.purged_at IS NULL"
)


def count_without_hashes(catalogue: Catalogue) -> int:
    """How many boxes count and lack hashes."""
    return int(catalogue.value(f"SELECT count(*) {_LACKING}"))


def without_hashes(
    catalogue: Catalogue, image_id: int | None = None, *, after: int = 0, limit: int = 1000
) -> list[Unhashed]:
    """Boxes that count and lack hashes: of one picture, or of those behind one, picture by picture."""
    rows = catalogue.rows(
        f"SELECT f.face_id, i.image_id, i.path, i.width, i.height, f.x, f.y, f.w, f.h {_LACKING} "
        "AND CASE WHEN $image::BIGINT IS NULL THEN i.image_id > $after ELSE i.image_id = $image END "
        "ORDER BY i.image_id, f.face_id LIMIT $limit",
        {"image": image_id, "after": after, "limit": limit},
    )
    return [Unhashed(row[0], row[1], row[2], row[3], row[4], (row[5], row[6], row[7], row[8])) for row in rows]


def put_hashes(catalogue: Catalogue, found: Sequence[tuple[Unhashed, tuple[int, int, int]]]) -> int:
    """Keep the hashes (dhash, phash, ahash) of crops, where the box is still the one that they were made of."""
    rows = [(box.face_id, *box.corners, *hashes) for box, hashes in found]
    with catalogue.writing() as connection, incoming(connection, _hash_table(rows)):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE hashed AS SELECT n.* FROM incoming n "
            "SEMI JOIN faces f ON f.face_id = n.face_id AND f.x = n.x AND f.y = n.y AND f.w = n.w AND f.h = n.h "
            "ANTI JOIN face_hashes k ON k.face_id = n.face_id"
        )
        for algorithm in _ALGORITHMS:
            connection.execute(
                f"INSERT INTO face_hashes SELECT face_id, '{algorithm}', 'fast', {algorithm} FROM hashed"
            )
        kept = int(connection.execute("SELECT count(*) FROM hashed").fetchall()[0][0])
        connection.execute("DROP TABLE hashed")
    return kept


_ALGORITHMS = ("dhash", "phash", "ahash")


def _hash_table(rows: Sequence[tuple[float, ...]]) -> pyarrow.Table:
    import pyarrow

    names = ("face_id", "x", "y", "w", "h", *_ALGORITHMS)
    kinds = (pyarrow.int64(), *[pyarrow.float64()] * 4, *[pyarrow.uint64()] * 3)
    columns = [pyarrow.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)]
    return pyarrow.table(dict(zip(names, columns, strict=True)))
