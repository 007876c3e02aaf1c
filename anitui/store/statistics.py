"""Statistics, read from the views whose names begin with `stats_`: a row of a view is one of the classes here.

What each column means: docs/statistics.md. The fields are the columns, so what is shown and what SQL answers is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from anitui.errors import Stopped
from anitui.store.catalogue import Catalogue

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Total:
    place: int
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class NotTaken:
    reason: str
    items: int


@dataclass(frozen=True, slots=True)
class ClassCount:
    label_set: str
    label: str
    faces: int
    pictures: int
    by_person: int
    by_model: int
    by_job: int


@dataclass(frozen=True, slots=True)
class LongTail:
    label_set: str
    classes: int
    without_faces: int
    faces: int
    most: int
    median: float
    least: int
    half: int
    head_share: float
    below_10: int
    gini: float


@dataclass(frozen=True, slots=True)
class ClassSize:
    label_set: str
    at_least: int
    below: int
    classes: int
    faces: int


@dataclass(frozen=True, slots=True)
class TagCount:
    label_set: str
    label: str
    pictures: int
    by_person: int
    by_model: int
    by_job: int


@dataclass(frozen=True, slots=True)
class Together:
    label: str
    other: str
    pictures: int


@dataclass(frozen=True, slots=True)
class FacesTogether:
    label_set: str
    label: str
    other: str
    pictures: int


@dataclass(frozen=True, slots=True)
class Speaker:
    kind: str
    label_set: str
    speaker: str
    said_by: str
    said: int
    current: int


@dataclass(frozen=True, slots=True)
class SizeBin:
    kind: str
    side: str
    at_least: float
    below: float
    number: int


@dataclass(frozen=True, slots=True)
class BytesBin:
    at_least: int
    below: int
    pictures: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FormatCount:
    format: str
    pictures: int
    bytes: int
    animated: int


@dataclass(frozen=True, slots=True)
class FactBin:
    """Of colourfulness, brightness or sharpness."""

    at_least: int
    below: int
    pictures: int


@dataclass(frozen=True, slots=True)
class Colourfulness(FactBin):
    pass


@dataclass(frozen=True, slots=True)
class Brightness(FactBin):
    pass


@dataclass(frozen=True, slots=True)
class Sharpness(FactBin):
    pass


@dataclass(frozen=True, slots=True)
class FacesPerPicture:
    faces: int
    pictures: int


@dataclass(frozen=True, slots=True)
class DetectorCount:
    detector: str
    kind: str
    faces: int
    pictures: int


@dataclass(frozen=True, slots=True)
class DistanceCount:
    kind: str
    algorithm: str
    distance: int
    pairs: int
    found: int
    judged: int


@dataclass(frozen=True, slots=True)
class SourceDay:
    site: str
    day: date
    sightings: int
    new_pictures: int


@dataclass(frozen=True, slots=True)
class Site:
    site: str
    sightings: int
    pictures: int


@dataclass(frozen=True, slots=True)
class PostedMonth:
    site: str
    month: date
    sightings: int
    pictures: int


@dataclass(frozen=True, slots=True)
class AsideCount:
    kind: str
    reason: str
    number: int


# The view of each, and in which order its rows are shown.
VIEWS: Mapping[type, tuple[str, str]] = {
    Total: ("stats_totals", "place"),
    NotTaken: ("stats_not_taken", "items DESC, reason"),
    ClassCount: ("stats_classes", "faces DESC, label"),
    LongTail: ("stats_long_tail", "label_set"),
    ClassSize: ("stats_class_sizes", "label_set, at_least"),
    TagCount: ("stats_tags", "pictures DESC, label"),
    Together: ("stats_together", "pictures DESC, label, other"),
    FacesTogether: ("stats_faces_together", "pictures DESC, label, other"),
    Speaker: ("stats_speakers", "kind, current DESC, said DESC, speaker, said_by"),
    SizeBin: ("stats_sizes", "kind, side, at_least"),
    BytesBin: ("stats_bytes", "at_least"),
    FormatCount: ("stats_formats", "pictures DESC, format"),
    Colourfulness: ("stats_colourfulness", "at_least"),
    Brightness: ("stats_brightness", "at_least"),
    Sharpness: ("stats_sharpness", "at_least"),
    FacesPerPicture: ("stats_faces_per_picture", "faces"),
    DetectorCount: ("stats_detectors", "faces DESC, detector, kind"),
    DistanceCount: ("stats_distances", "kind, algorithm, distance"),
    SourceDay: ("stats_sources", "day, site"),
    Site: ("stats_sites", "pictures DESC, site"),
    PostedMonth: ("stats_posted", "month, site"),
    AsideCount: ("stats_set_aside", "kind DESC, number DESC, reason"),
}

Counted = TypeVar("Counted")


def read(
    catalogue: Catalogue, what: type[Counted], label_set: str | None = None, cursor: DuckDBPyConnection | None = None
) -> list[Counted]:
    """All rows of a statistic, of one set of labels where it has sets and one is given.

    With a `cursor` of the catalogue it can be interrupted from another thread, and raises Stopped then.
    """
    import duckdb

    view, order = VIEWS[what]
    columns = [each.name for each in fields(what)]  # type: ignore[arg-type]
    of_set = label_set is not None and "label_set" in columns
    asked = f"SELECT {', '.join(columns)} FROM {view}{' WHERE label_set = ?' if of_set else ''} ORDER BY {order}"
    try:
        rows = (cursor or catalogue.reader()).execute(asked, [label_set] if of_set else []).fetchall()
    except duckdb.InterruptException as error:
        raise Stopped("stopped") from error
    return [what(*row) for row in rows]


def sets(catalogue: Catalogue) -> list[str]:
    """The sets that classes or tags belong to, that of characters first."""
    rows = catalogue.rows(
        "SELECT DISTINCT label_set FROM (SELECT label_set FROM labels UNION ALL SELECT label_set FROM face_labels "
        "UNION ALL SELECT 'characters') ORDER BY label_set <> 'characters', label_set"
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Sample:
    """Something that shows what a class looks like: a picture, and of a face its box in it."""

    label: str
    image_id: int
    path: str
    width: int
    height: int
    box: tuple[float, float, float, float] | None


# People's word first; the rest in an order that is the same every time, and has nothing to do with when they came.
_FACES = """
SELECT l.label, f.face_id AS id, f.image_id, f.x, f.y, f.w, f.h, speaker_rank(l.speaker) AS rank
FROM labelled_faces l
JOIN faces f ON f.face_id = l.face_id AND f.state = 'active'
WHERE l.label_set = $set AND f.w > 0 AND f.h > 0 AND list_contains($labels, l.label)
"""
_PICTURES = """
SELECT t.label, t.image_id AS id, t.image_id, NULL AS x, NULL AS y, NULL AS w, NULL AS h,
       speaker_rank(t.speaker) AS rank
FROM tagged_images t WHERE list_contains($labels, t.label)
"""
_SOME = """
SELECT label, image_id, path, width, height, x, y, w, h FROM (
    SELECT s.*, i.path, i.width, i.height,
           row_number() OVER (PARTITION BY s.label ORDER BY s.rank DESC, hash(s.id), s.id) AS place
    FROM ({}) s JOIN images i ON i.image_id = s.image_id AND i.state = 'active' AND i.purged_at IS NULL
) WHERE place <= $most ORDER BY label, place
"""


def sample_faces(catalogue: Catalogue, label_set: str, labels: list[str], most: int) -> list[Sample]:
    """Up to `most` faces of each of these classes."""
    return _samples(catalogue, _FACES, {"set": label_set, "labels": labels, "most": most})


def sample_pictures(catalogue: Catalogue, labels: list[str], most: int) -> list[Sample]:
    """Up to `most` pictures with each of these tags."""
    return _samples(catalogue, _PICTURES, {"labels": labels, "most": most})


def _samples(catalogue: Catalogue, of: str, asked: dict[str, object]) -> list[Sample]:
    rows = catalogue.rows(_SOME.format(of), asked)
    return [
        Sample(label, image_id, path, width, height, None if w is None else (x, y, w, h))
        for label, image_id, path, width, height, x, y, w, h in rows
    ]
