"""The queue of a review: which labels look wrong, and which faces are worth one; and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.store import naming
from anitui.store.arrow import as_table
from anitui.store.catalogue import Catalogue, incoming

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

KINDS = ("label", "alike", "unlabelled")
_ALIKE_BITS = 4  # up to so many bits of a hash two faces count as nearly equal
_TYPES = {
    "place": "int32", "kind": "string", "face_id": "int64", "other_face": "int64", "said": "string",
    "suggested": "string", "sureness": "float64", "score": "float64", "why": "string",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A face that a review asks about."""

    place: int
    kind: str
    face_id: int
    other_face: int | None
    said: str | None
    suggested: str | None
    sureness: float | None
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Called:
    """How things stand with a set of labels now: who is called what, and whom nobody is to be asked about."""

    labels: Mapping[int, str]
    settled: frozenset[int]  # asked about before and answered by a person, unsure, or set aside


def put(
    catalogue: Catalogue, run_id: int, label_set: str, asked: Sequence[Asked], looked_at: int, look_wrong: int
) -> int:
    """Keep a new queue in place of the one of this set; returns its number. What was answered stays answered."""
    with catalogue.writing() as connection:
        review_id = int(
            connection.execute(
                "INSERT INTO reviews (run_id, label_set, looked_at, look_wrong) VALUES (?, ?, ?, ?) "
                "RETURNING review_id",
                [run_id, label_set, looked_at, look_wrong],
            ).fetchall()[0][0]
        )
        with incoming(connection, as_table(asked, _TYPES)):
            connection.execute(f"INSERT INTO review_queue SELECT ?, {', '.join(_TYPES)} FROM incoming", [review_id])
    return review_id


def called(catalogue: Catalogue, label_set: str) -> Called:
    """Who is called what by now, and whom a review is not to ask about again."""
    labels = catalogue.rows("SELECT face_id, label FROM labelled_faces WHERE label_set = ?", [label_set])
    settled = catalogue.rows(
        """
        SELECT face_id FROM faces f JOIN images i USING (image_id)
        WHERE f.state <> 'active' OR i.state <> 'active' OR f.unsure
        UNION
        SELECT q.face_id FROM review_queue q JOIN reviews r USING (review_id)
        JOIN face_labels l ON l.face_id = q.face_id AND l.label_set = r.label_set
        WHERE r.label_set = ? AND l.speaker = 'person' AND l.said_at > r.made_at
        """,
        [label_set],
    )
    return Called(dict(labels), frozenset(row[0] for row in settled))


def nearly_equal(catalogue: Catalogue, label_set: str) -> list[tuple[int, int]]:
    """Faces that hashes or persons say are one and the same, and that are called otherwise."""
    return [
        (int(a), int(b))
        for a, b in catalogue.rows(
            """
            WITH near AS (
                SELECT DISTINCT a_id, b_id FROM pairs
                WHERE kind = 'face' AND algorithm IN ('dhash', 'phash') AND distance <= $bits
                UNION
                SELECT g.id, h.id FROM duplicate_groups g JOIN duplicate_groups h
                ON h.kind = g.kind AND h.group_id = g.group_id AND h.id > g.id WHERE g.kind = 'face'
            )
            SELECT n.a_id, n.b_id FROM near n
            JOIN labelled_faces a ON a.face_id = n.a_id AND a.label_set = $set
            JOIN labelled_faces b ON b.face_id = n.b_id AND b.label_set = $set
            LEFT JOIN verdicts v ON v.kind = 'face' AND v.a_id = n.a_id AND v.b_id = n.b_id
            WHERE a.label <> b.label AND coalesce(v.verdict <> 'different', true)
            ORDER BY 1, 2
            """,
            {"bits": _ALIKE_BITS, "set": label_set},
        )
    ]


def waiting(catalogue: Catalogue, label_set: str | None = None) -> dict[str, int]:
    """How many of each kind wait for a person."""
    where = "" if label_set is None else "AND label_set = $set"
    found = catalogue.rows(
        f"SELECT kind, count(DISTINCT (label_set, face_id)) FROM review WHERE state = 'waits' {where} GROUP BY kind",
        {"set": label_set} if label_set is not None else {},
    )
    return dict(found)


def looks_wrong(catalogue: Catalogue) -> tuple[int, str | None]:
    """How many labels wait because they look wrong, and in which set the most of them are."""
    rows = catalogue.rows(
        "SELECT label_set, count(DISTINCT face_id) AS often FROM review "
        "WHERE state = 'waits' AND kind <> 'unlabelled' GROUP BY label_set ORDER BY often DESC, label_set"
    )
    return sum(row[1] for row in rows), rows[0][0] if rows else None


def asked_of(catalogue: Catalogue, face_ids: Sequence[int], label_set: str) -> dict[int, Asked]:
    """What is asked of these faces and waits."""
    if not face_ids:
        return {}
    among = ", ".join(str(int(each)) for each in face_ids)
    rows = catalogue.rows(
        f"SELECT {', '.join(_TYPES)} FROM review WHERE label_set = ? AND state = 'waits' AND face_id IN ({among}) "
        "ORDER BY place DESC",
        [label_set],
    )
    return {each.face_id: each for each in (Asked(*row) for row in rows)}


def listed(catalogue: Catalogue, label_set: str) -> Iterator[tuple[object, ...]]:
    """The queue as it waits, the most suspicious first: a row for each, behind a row of the columns' names."""
    columns = ("place", "kind", "face_id", "path", "other_face", "said", "suggested", "sureness", "score", "why")
    yield columns
    yield from catalogue.rows(
        "SELECT r.place, r.kind, r.face_id, i.path, r.other_face, r.said, r.suggested, round(r.sureness, 4), "
        "round(r.score, 4), r.why FROM review r JOIN faces f ON f.face_id = r.face_id "
        "JOIN images i ON i.image_id = f.image_id WHERE r.label_set = ? AND r.state = 'waits' ORDER BY r.place",
        [label_set],
    )


def accept(catalogue: Catalogue, face_ids: Sequence[int], label_set: str) -> int:
    """Call these faces what the review suggests, where it suggests anything; how many were called so."""
    asked = asked_of(catalogue, face_ids, label_set)
    said = {face: each.suggested for face, each in asked.items() if each.suggested is not None}
    return naming.say_each(catalogue, said, label_set, "faces.accept", "agreed with the review about {}")


def confirm(catalogue: Catalogue, face_ids: Sequence[int], label_set: str) -> int:
    """Say that these faces are who they are called, by whomever; how many have a name at all."""
    among = ", ".join(str(int(each)) for each in face_ids) or "NULL"
    rows = catalogue.rows(
        f"SELECT face_id, label FROM labelled_faces WHERE label_set = ? AND face_id IN ({among})", [label_set]
    )
    return naming.say_each(catalogue, dict(rows), label_set, "faces.confirm", "confirmed the names of {}")


def put_clusters(
    catalogue: Catalogue, label_set: str, face_ids: NDArray[numpy.int64], clusters: NDArray[numpy.int32]
) -> int:
    """Keep which faces are alike, in place of what was kept for this set; 0 is in none. How many clusters."""
    import pyarrow

    inside = clusters > 0
    rows = pyarrow.table({"cluster": clusters[inside], "face_id": face_ids[inside]})
    with catalogue.writing() as connection, incoming(connection, rows):
        connection.execute("DELETE FROM face_clusters WHERE label_set = ?", [label_set])
        connection.execute("INSERT INTO face_clusters SELECT ?, cluster, face_id FROM incoming", [label_set])
    return int(clusters.max()) if len(clusters) else 0
