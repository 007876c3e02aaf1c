"""Boxes that a person draws, moves and takes away, and which pictures nobody has gone through. SQL of the Boxes screen.

A detector's box that was moved or resized is the person's from then on: its score said how sure the detector was of
another box, so it goes, and no detector may overwrite it. The hashes of a crop are those of one box only: whoever
changes a box takes them away, and `put_hashes` brings new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.errors import Stopped, WrongUse
from anitui.store import filters, gallery, journal
from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.faces import BY_HAND, SAME
from anitui.store.journal import Decision
from anitui.store.naming import NOT_A_FACE
from anitui.words import count

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
    """A picture with its boxes. `looked` are the detectors that have boxes here, also such as were set aside."""

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
        """
        SELECT f.face_id, x, y, w, h, kind, detector, score, l.label, l.said_by, coalesce(unsure, false), state,
               EXISTS (FROM face_hashes h WHERE h.face_id = f.face_id)
        FROM faces f
        LEFT JOIN (FROM labelled_faces WHERE label_set = $set
                   AND face_id IN (SELECT face_id FROM faces WHERE image_id = $image)) l ON l.face_id = f.face_id
        WHERE image_id = $image ORDER BY f.face_id
        """,
        {"image": image_id, "set": label_set},
    )
    detectors: dict[str, int] = {}
    for row in rows:
        if row[6] != BY_HAND:
            detectors[row[6]] = detectors.get(row[6], 0) + 1
    active = [row for row in rows if row[11] == "active"]
    return Boxed(
        *found[0],
        boxes=tuple(Box(*row[:11]) for row in active),
        looked=tuple(sorted(detectors.items())),
        lacks_hashes=any(not row[12] for row in active),
    )


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


# Decisions. Each is one entry of the journal.


def draw(catalogue: Catalogue, image_id: int, box: Corners, kind: str = FACE) -> int:
    """A box that a person drew; its number."""
    with journal.decision(catalogue, "boxes.draw", f"drew a {kind} on picture {image_id}") as decision:
        return _add(decision, image_id, [box], kind)


def move(catalogue: Catalogue, image_id: int, boxes: Sequence[tuple[int, Corners]], *, into: int | None = None) -> int:
    """Boxes of one picture moved or resized; they are the person's now. The number of the journal's entry.

    `into` is the entry to go on with where nothing was decided since, so that one undo takes back a whole move.
    """
    import pyarrow

    what = "a box" if len(boxes) == 1 else count(len(boxes), "box", "boxes")
    with journal.decision(catalogue, "boxes.move", f"moved {what} on picture {image_id}", into=into) as decision:
        there = {row[0] for row in _of(decision.connection, [each for each, _ in boxes])}
        boxes = [each for each in boxes if each[0] in there]
        size = len(boxes)
        decision.put(
            "faces",
            pyarrow.table(
                {
                    "face_id": pyarrow.array([face_id for face_id, _ in boxes], pyarrow.int64()),
                    **_sides([corners for _, corners in boxes]),
                    "detector": [BY_HAND] * size,
                    "score": pyarrow.nulls(size, pyarrow.float64()),
                    "settings": pyarrow.nulls(size, pyarrow.string()),
                }
            ),
        )
        _forget_hashes(decision.connection, sorted(there))
        return decision.entry_id


def remove(catalogue: Catalogue, face_ids: Sequence[int]) -> tuple[int, int]:
    """Take boxes away: a person's own are gone, others are set aside as no faces. How many of each."""
    import pyarrow

    with journal.decision(catalogue, "boxes.remove", "") as decision:
        rows = _of(decision.connection, face_ids)
        own = [face_id for face_id, by, judged, _ in rows if by == BY_HAND and not judged]
        others = [face_id for face_id, *_ in rows if face_id not in own]
        pictures = {image_id for *_, image_id in rows}
        if own:
            keys = pyarrow.table({"face_id": pyarrow.array(own, pyarrow.int64())})
            with incoming(decision.connection, keys, "chosen"):
                said: pyarrow.Table = decision.connection.sql(
                    "SELECT face_id, said_by, label_set FROM face_labels SEMI JOIN chosen USING (face_id)"
                ).to_arrow_table()
            if len(said):
                decision.remove("face_labels", said)
            decision.remove("faces", keys)
            _forget_hashes(decision.connection, own)
            _forget_pairs(decision.connection, own)
        if others:
            decision.put_where(
                "faces",
                {"state": "set_aside", "reason": NOT_A_FACE},
                "state = 'active' AND face_id IN (SELECT unnest(?::BIGINT[]))",
                [others],
            )
        where = f" on picture {min(pictures)}" if len(pictures) == 1 else ""
        decision.summary = f"took {count(len(rows), 'box', 'boxes')} away{where}"
        return len(own), len(others)


def copy(catalogue: Catalogue, image_id: int, detector: str, kind: str = FACE) -> tuple[int, int]:
    """Take over what a detector found: its faces that were set aside come back; for heads, copies of all its faces.

    What means the same as a box that is there is left out. How many were taken, and how many left out.
    """
    with journal.decision(catalogue, "boxes.copy", "") as decision:
        rows = decision.connection.execute(
            "SELECT face_id, x, y, w, h, kind, state, detector FROM faces WHERE image_id = ? ORDER BY face_id",
            [image_id],
        ).fetchall()
        there: list[Corners] = [tuple(row[1:5]) for row in rows if row[6] == "active" and row[5] == kind]
        found = [
            row for row in rows if row[7] == detector and row[5] == FACE and (kind == HEAD or row[6] == "set_aside")
        ]
        taken: list[tuple[int, Corners]] = []
        for face_id, *sides, _, _, _ in found:
            corners: Corners = (sides[0], sides[1], sides[2], sides[3])
            if not any(mean_the_same(corners, each) for each in there):
                there.append(corners)
                taken.append((face_id, corners))
        if taken and kind == HEAD:
            _add(decision, image_id, [corners for _, corners in taken], HEAD)
        elif taken:
            decision.put_where(
                "faces",
                {"state": "active", "reason": None},
                "face_id IN (SELECT unnest(?::BIGINT[]))",
                [[face_id for face_id, _ in taken]],
            )
        boxes = count(len(taken), "box", "boxes")
        decision.summary = f"copied {boxes} of {detector} on picture {image_id}"
        return len(taken), len(found) - len(taken)


def review(catalogue: Catalogue, image_id: int) -> bool:
    """Somebody has gone through the boxes of this picture; False where that was known."""
    import pyarrow

    with journal.decision(catalogue, "boxes.reviewed", f"went through the boxes of picture {image_id}") as decision:
        known = decision.connection.execute("SELECT 1 FROM reviewed_images WHERE image_id = ?", [image_id]).fetchall()
        if known:
            return False
        now = decision.connection.execute(f"SELECT {NOW}").fetchall()[0][0]
        decision.put(
            "reviewed_images",
            pyarrow.table(
                {
                    "image_id": pyarrow.array([image_id], pyarrow.int64()),
                    "reviewed_at": pyarrow.array([now], pyarrow.timestamp("us")),
                }
            ),
        )
        return True


def mark_for_deletion(catalogue: Catalogue, image_id: int) -> bool | None:
    """Set a picture aside as one that is to go, or bring it back; what it is now. None: it is aside for another reason.

    Only `purge` removes bytes, and only of what is set aside.
    """
    with catalogue.writing() as connection:
        found = connection.execute("SELECT state, reason FROM images WHERE image_id = ?", [image_id]).fetchall()
        state, reason = found[0]
        if state == "active":
            gallery.set_aside(catalogue, [image_id], MARKED, "boxes.mark_for_deletion")
            return True
        if reason != MARKED:
            return None
        gallery.bring_back(catalogue, [image_id], "boxes.mark_for_deletion")
        return False


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


def without_hashes(catalogue: Catalogue, image_id: int | None = None, limit: int = 1000) -> list[Unhashed]:
    """Boxes that count and lack hashes: of one picture, or of all."""
    rows = catalogue.rows(
        "SELECT f.face_id, i.image_id, i.path, i.width, i.height, f.x, f.y, f.w, f.h FROM faces f "
        "JOIN images i ON i.image_id = f.image_id ANTI JOIN face_hashes h ON h.face_id = f.face_id "
        "WHERE f.state = 'active' AND i.purged_at IS NULL AND ($image::BIGINT IS NULL OR i.image_id = $image) "
        "ORDER BY i.image_id, f.face_id LIMIT $limit",
        {"image": image_id, "limit": limit},
    )
    return [Unhashed(*row[:5], corners=tuple(row[5:])) for row in rows]


def put_hashes(catalogue: Catalogue, found: Sequence[tuple[Unhashed, tuple[int, int, int]]]) -> int:
    """Keep the hashes (dhash, phash, ahash) of crops, where the box is still the one that they were made of."""
    with catalogue.writing() as connection:
        kept = 0
        for box, hashes in found:
            still = connection.execute(
                "SELECT 1 FROM faces f WHERE face_id = ? AND x = ? AND y = ? AND w = ? AND h = ? "
                "AND NOT EXISTS (FROM face_hashes k WHERE k.face_id = f.face_id)",
                [box.face_id, *box.corners],
            ).fetchall()
            if not still:
                continue
            kept += 1
            for algorithm, bits in zip(("dhash", "phash", "ahash"), hashes, strict=True):
                connection.execute(
                    "INSERT INTO face_hashes VALUES (?, ?, 'fast', ?::UBIGINT)", [box.face_id, algorithm, bits]
                )
        return kept


def mean_the_same(one: Corners, other: Corners) -> bool:
    """Whether two boxes cover so much in common that they mean the same face."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(0.0, across) * max(0.0, down)
    return common > SAME * (one[2] * one[3] + other[2] * other[3] - common)


def _add(decision: Decision, image_id: int, boxes: Sequence[Corners], kind: str) -> int:
    import pyarrow

    first, size = decision.fresh_ids("face_ids", len(boxes)), len(boxes)
    decision.add(
        "faces",
        pyarrow.table(
            {
                "face_id": pyarrow.array(range(first, first + size), pyarrow.int64()),
                "image_id": pyarrow.array([image_id] * size, pyarrow.int64()),
                **_sides(boxes),
                "detector": [BY_HAND] * size,
                "kind": [kind] * size,
            }
        ),
    )
    return first


def _sides(boxes: Sequence[Corners]) -> dict[str, Any]:
    import pyarrow

    return {
        name: pyarrow.array([float(corners[at]) for corners in boxes], pyarrow.float64())
        for at, name in enumerate(("x", "y", "w", "h"))
    }


def _of(connection: DuckDBPyConnection, face_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """Of these boxes that count: number, detector, whether near-duplicates of it were decided on, picture."""
    return connection.execute(
        "SELECT face_id, detector, EXISTS (FROM verdicts v WHERE v.kind = 'face' AND f.face_id IN (v.a_id, v.b_id)), "
        "image_id FROM faces f WHERE state = 'active' AND face_id IN (SELECT unnest(?::BIGINT[]))",
        [list(face_ids)],
    ).fetchall()


def _forget_hashes(connection: DuckDBPyConnection, face_ids: Sequence[int]) -> None:
    connection.execute("DELETE FROM face_hashes WHERE face_id IN (SELECT unnest(?::BIGINT[]))", [list(face_ids)])


def _forget_pairs(connection: DuckDBPyConnection, face_ids: Sequence[int]) -> None:
    """Of boxes that are gone; who compares again finds them if they come back."""
    for condition, table in (("id", "pairs_compared"), ("a_id", "pairs"), ("b_id", "pairs")):
        connection.execute(
            f"DELETE FROM {table} WHERE kind = 'face' AND {condition} IN (SELECT unnest(?::BIGINT[]))", [list(face_ids)]
        )
