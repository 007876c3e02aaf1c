"""What a person does to boxes: draws, moves, takes away, copies. Each decision is one entry of the journal.

A detector's box that was moved or resized is the person's from then on: its score said how sure the detector was of
another box, so it goes, and no detector may overwrite it. The hashes of a crop are those of one box only: whoever
changes a box takes them away, and `boxes.put_hashes` brings new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from anitui.store import gallery, journal
from anitui.store.boxes import FACE, HEAD, MARKED, Corners
from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.faces import BY_HAND, SAME
from anitui.store.journal import Decision
from anitui.store.naming import NOT_A_FACE
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection


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
