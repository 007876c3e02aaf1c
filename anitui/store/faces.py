"""Faces: which pictures a detector has not looked at, and what it found, beside what people said of faces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.store.arrow import as_table
from anitui.store.catalogue import Catalogue, incoming

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SAME = 0.5  # of the area that two boxes cover together: so much in common, and they are the same face
BY_HAND = "person"  # the detector of boxes that a person drew, or moved

# Of faces `f`: a person has said something of it, so no detector may take it away.
_TOUCHED = (
    f"(f.detector = '{BY_HAND}' OR f.state <> 'active' OR f.unsure "
    "OR EXISTS (FROM reviewed_images r WHERE r.image_id = f.image_id) "
    "OR EXISTS (FROM face_labels l WHERE l.face_id = f.face_id AND l.speaker = 'person') "
    "OR EXISTS (FROM verdicts v WHERE v.kind = 'face' AND f.face_id IN (v.a_id, v.b_id)))"
)
# What boxes `a` and `b` have in common, of what they cover together.
OVERLAP = (
    "(greatest(0, least(a.x + a.w, b.x + b.w) - greatest(a.x, b.x)) "
    "* greatest(0, least(a.y + a.h, b.y + b.h) - greatest(a.y, b.y)))"
)
_SAME = f"{OVERLAP} > {SAME} * (a.w * a.h + b.w * b.h - {OVERLAP})"


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """A picture in which faces are to be found."""

    image_id: int
    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class NewFace:
    """A box in pixels of the picture as displayed, and the hashes of its crop."""

    image_id: int
    x: float
    y: float
    w: float
    h: float
    score: float | None
    dhash: int
    phash: int
    ahash: int


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A picture that a detector has looked at; `reason` says why it could not."""

    image_id: int
    faces: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many pictures a detector would look at, and how many it has looked at otherwise."""

    pictures: int
    otherwise: int  # with other settings than those asked for


_FACE_TYPES = {
    "image_id": "int64", "x": "float64", "y": "float64", "w": "float64", "h": "float64", "score": "float64",
    "dhash": "uint64", "phash": "uint64", "ahash": "uint64",
}  # fmt: skip
_LOOKED_TYPES = {"image_id": "int64", "faces": "int32", "reason": "string"}

# Pictures `i` that a detector has not looked at, or could not; with `redo`, those that it did not look at since.
_TO_LOOK_AT = """
i.state = 'active' AND i.purged_at IS NULL AND NOT EXISTS (
    FROM detections d WHERE d.image_id = i.image_id AND d.detector = $detector
    AND CASE WHEN $redo THEN d.looked_at >= $since ELSE d.reason IS NULL END
)
"""


def count_waiting(catalogue: Catalogue, detector: str, settings: str, *, redo: bool, since: object) -> Waiting:
    """How many pictures wait for a detector."""
    pictures = catalogue.value(
        f"SELECT count(*) FROM images i WHERE {_TO_LOOK_AT}", {"detector": detector, "redo": redo, "since": since}
    )
    otherwise = catalogue.value(
        "SELECT count(*) FROM detections WHERE detector = ? AND settings <> ? AND reason IS NULL", [detector, settings]
    )
    return Waiting(int(pictures), int(otherwise))


def waiting(catalogue: Catalogue, detector: str, *, redo: bool, since: object, page: int = 5000) -> Iterator[ToLookAt]:
    """The pictures that wait for a detector, page by page; those that came in last come first."""
    last = 1 << 62
    while True:
        rows = catalogue.rows(
            f"SELECT image_id, path, width, height FROM images i WHERE {_TO_LOOK_AT} AND image_id < $last "
            "ORDER BY image_id DESC LIMIT $page",
            {"detector": detector, "redo": redo, "since": since, "last": last, "page": page},
        )
        if not rows:
            return
        for row in rows:
            yield ToLookAt(*row)
        last = rows[-1][0]


def now(catalogue: Catalogue) -> object:
    """The moment, by the clock that rows are written with."""
    return catalogue.value("SELECT now() AT TIME ZONE 'UTC'")


def record(
    catalogue: Catalogue, detector: str, settings: str, looked: Sequence[LookedAt], found: Sequence[NewFace]
) -> int:
    """Note what a detector found in these pictures, in the place of what it found there before; how many are new.

    What a person has said anything of stays, and a box that means the same face is not put beside it. To a picture
    that a person has gone through, nothing is added.
    """
    with catalogue.writing() as connection:
        with incoming(connection, as_table(looked, _LOOKED_TYPES)):
            connection.execute(
                "DELETE FROM detections d USING incoming n WHERE d.image_id = n.image_id AND d.detector = ?", [detector]
            )
            connection.execute(
                "INSERT INTO detections (image_id, detector, settings, faces, reason) "
                "SELECT image_id, ?, ?, faces, reason FROM incoming",
                [detector, settings],
            )
            _drop_untouched(connection, detector)
        with incoming(connection, as_table(found, _FACE_TYPES)):
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE fresh AS SELECT nextval('face_ids') AS face_id, a.* FROM incoming a "
                "WHERE NOT EXISTS (FROM faces b WHERE b.image_id = a.image_id AND b.kind = 'face' "
                f"AND b.detector IN (?, '{BY_HAND}') AND {_SAME}) "
                "AND a.image_id NOT IN (SELECT image_id FROM reviewed_images)",
                [detector],
            )
        connection.execute(
            "INSERT INTO faces (face_id, image_id, x, y, w, h, score, detector, settings) "
            "SELECT face_id, image_id, x, y, w, h, score, ?, ? FROM fresh",
            [detector, settings],
        )
        for algorithm in ("dhash", "phash", "ahash"):
            connection.execute(f"INSERT INTO face_hashes SELECT face_id, '{algorithm}', 'fast', {algorithm} FROM fresh")
        _take_hints(connection, detector)
        new = connection.execute("SELECT count(*) FROM fresh").fetchall()[0][0]
        connection.execute("DROP TABLE fresh")
    return int(new)


def _drop_untouched(connection: DuckDBPyConnection, detector: str) -> None:
    """What the detector found earlier in the pictures of `incoming`, and nobody has said anything of."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE stale AS SELECT f.face_id FROM faces f JOIN incoming n USING (image_id) "
        f"WHERE f.detector = ? AND n.reason IS NULL AND NOT {_TOUCHED}",
        [detector],
    )
    for table in ("face_labels", "face_hashes", "faces"):
        connection.execute(f"DELETE FROM {table} WHERE face_id IN (SELECT face_id FROM stale)")
    connection.execute(
        "DELETE FROM pairs WHERE kind = 'face' "
        "AND (a_id IN (SELECT face_id FROM stale) OR b_id IN (SELECT face_id FROM stale))"
    )
    connection.execute("DROP TABLE stale")


def _take_hints(connection: DuckDBPyConnection, detector: str) -> None:
    """The only face of a picture that was seen under one name is whom the name means; of several, nobody knows."""
    connection.execute(
        """
        INSERT INTO face_labels (face_id, label, label_set, speaker, said_by)
        SELECT n.face_id, s.label, s.label_set, 'job', s.said_by
        FROM fresh n
        JOIN (
            SELECT image_id, any_value(label) AS label, any_value(label_set) AS label_set, min(said_by) AS said_by
            FROM hints WHERE image_id IN (SELECT image_id FROM fresh)
            GROUP BY image_id HAVING count(DISTINCT label) = 1
        ) s USING (image_id)
        WHERE (SELECT count(*) FROM fresh o WHERE o.image_id = n.image_id) = 1
          AND NOT EXISTS (FROM faces f WHERE f.image_id = n.image_id AND f.face_id <> n.face_id
                          AND f.state = 'active' AND f.detector = ?)
        """,
        [detector],
    )
