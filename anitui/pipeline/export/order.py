"""What a person asks of an export, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PICTURES = ("whole", "crops", "none")
LINKS = ("copy", "hardlink", "symlink")
IMAGE_FORMATS = ("same", "jpeg", "png", "webp")

CROP_SIZE = 224


@dataclass(frozen=True, slots=True)
class DatasetOrder:
    """What a person asked for. What is None is as the format has it.

    Without a `split` it is all faces with a name, and `query` a filter of faces.
    """

    destination: Path
    format: str
    split: str | None = None
    query: str = ""
    label_set: str | None = None
    detectors: tuple[str, ...] = ()
    kind: str = "face"
    as_frozen: bool = False  # labels as they were when the split was made
    pictures: str | None = None  # whole, crops or none
    size: int | None = None  # of a crop the longer side; of a whole picture the most that it may be
    margin: float = 0.1
    image_format: str | None = None  # same, jpeg, png or webp
    quality: int = 90
    link: str = "copy"
    fix_sizes: bool = False
    force: bool = False  # everything anew, nothing taken over from an earlier export


@dataclass(frozen=True, slots=True)
class Failure:
    """A picture that is not in the export, and why."""

    image_id: int
    source: str
    reason: str


@dataclass(slots=True)
class DatasetReport:
    """What an export wrote."""

    format: str
    destination: str
    split: str | None
    label_set: str
    pictures: str
    parts: dict[str, int] = field(default_factory=dict)  # how many pictures are in each
    members: int = 0
    classes: int = 0
    written: int = 0
    kept: int = 0  # taken over from an earlier export, since nothing about them changed
    removed: int = 0  # files that the earlier export had
    carried: list[str] = field(default_factory=list)  # files that lay there and are none of ours; they still do
    resumed: int = 0  # of those kept, what an export that was cut off had made
    set_aside: int = 0
    unnamed: int = 0
    renamed: int = 0
    others: int = 0
    linked: int = 0  # of those written
    copied_instead: int = 0  # could not be linked
    missing_classes: dict[str, list[str]] = field(default_factory=dict)  # classes that a part has nothing of
    folders: Mapping[str, str] = field(default_factory=dict)  # labels whose folders are called otherwise
    notes: list[str] = field(default_factory=list)  # what the format has to say of it
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0
