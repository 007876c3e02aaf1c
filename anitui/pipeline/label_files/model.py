"""What label files say, whatever their format: a sheet on the way in, pages of pictures on the way out.

In, boxes are columns: files have millions of them. Out, they are gathered by pictures, as formats write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_BOXES = 10_000  # in one picture: crowds have two thousand
FARTHEST = 1e6  # no picture is so large
NUMBERS = 2**31  # class indices are below this
SHOWN = 5

KINDS = ("face", "head")  # classes that are called so say what a box is, and not who
UNNAMED = "a class index without a name"


@dataclass(frozen=True, slots=True)
class Problem:
    """What was left out, or noticed and taken all the same; how often, and where it was met first."""

    reason: str
    often: int
    first: tuple[str, ...]
    left_out: bool = True


@dataclass(slots=True)
class Problems:
    """What is wrong in label files, grouped by the reason."""

    _often: Counter[str] = field(default_factory=Counter)
    _first: dict[str, list[str]] = field(default_factory=dict)
    _noticed: set[str] = field(default_factory=set)

    def notice(self, reason: str, where: str = "") -> None:
        """Tell of something that leaves nothing out."""
        self._noticed.add(reason)
        self.add(reason, where)

    def add(self, reason: str, where: str = "") -> None:
        self._often[reason] += 1
        first = self._first.setdefault(reason, [])
        if where and len(first) < SHOWN and where not in first:
            first.append(where)

    def told(self) -> list[Problem]:
        return [
            Problem(reason, often, tuple(self._first[reason]), reason not in self._noticed)
            for reason, often in self._often.most_common()
        ]


class Sheet:
    """One label file as it was read. `kind` is what its boxes are, `unit` what they are measured in."""

    def __init__(
        self, path: Path, problems: Problems, *, name: str = "", kind: str = "face", unit: str = "px", by: str = ""
    ) -> None:
        self.path = path
        self.name = name or path.name
        self.kind = kind
        self.unit = unit
        self.by = by  # who says what its boxes are called, where the format tells; else it follows from the scores
        self.problems = problems
        # What the `line` of a box counts, and whether it does so in a file that the picture has for itself.
        self.counted, self.in_own_file = "line", False
        self.roots: list[Path] = [path.parent]  # where its pictures may lie
        self.heading: dict[str, Any] = {}
        self.classes: dict[int, str] = {}
        self.marked: list[int] = []  # the places of pictures that are marked for deletion
        # Pictures.
        self.names: list[str] = []
        self.others: dict[int, tuple[str, ...]] = {}  # what a picture may be called instead
        self.found: dict[int, str] = {}  # where a picture lies, when it was met and not only named
        self.crops: dict[int, tuple[str, ...]] = {}  # the ends of paths of a picture that is cut to its box already
        self.sizes: dict[int, tuple[int, int]] = {}  # what the file says that a picture's width and height are
        self.parts: dict[int, str] = {}  # of pictures: train, val or test, where the set was published in parts
        self.pair_called: Callable[[str], tuple[str, ...]] = lambda name: (name, name.replace("/", "__"))
        self.picture_line: list[int | None] = []
        self.picture_written: list[str | None] = []
        self._counts: list[int] = []
        # Boxes.
        self.picture: list[int] = []
        self.line: list[int] = []
        self.x: list[float] = []
        self.y: list[float] = []
        self.w: list[float] = []
        self.h: list[float] = []
        self.score: list[float | None] = []
        self.number: list[int | None] = []
        self.label: list[str | None] = []
        self.written: list[str | None] = []
        self.more: dict[int, Mapping[str, Any]] = {}  # what only our own format says of a box
        # Statements that only our own format has: box → what is said of it.
        self.said: list[tuple[int, Mapping[str, Any]]] = []
        self.tags: list[tuple[int, Mapping[str, Any]]] = []  # picture → what is said of all of it
        self.pairs: list[tuple[str, str, bool, bool | None, int]] | None = None

    def wrong(self, reason: str, line: int | None = None) -> None:
        """Leave something out, and say so."""
        self.problems.add(reason, self.name if line is None else f"{self.name} line {line}")

    def notice(self, reason: str, line: int | None = None) -> None:
        """Say something that leaves nothing out."""
        self.problems.notice(reason, self.name if line is None else f"{self.name} line {line}")

    def where(self, picture: int, line: int) -> str:
        """Where a box stands, for a person to look at."""
        return f"{self.names[picture] if self.in_own_file else self.name} {self.counted} {line}"

    def add_picture(
        self, name: str, line: int | None = None, *, others: Sequence[str] = (), written: str | None = None
    ) -> int:
        """A picture; returns its place. Without a line it is known by its name."""
        place = len(self.names)
        self.picture_line.append(line)
        self.names.append(name)
        self.picture_written.append(written)
        self._counts.append(0)
        if others:
            self.others[place] = tuple(others)
        return place

    def add_box(
        self,
        picture: int,
        line: int,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        score: float | None = None,
        number: int | None = None,
        label: str | None = None,
        written: str | None = None,
    ) -> int | None:
        """A box of a picture; returns its place, or None for what can be no box."""
        # Whatever is no number is not greater either.
        if not (w > 0 and h > 0 and w < FARTHEST and h < FARTHEST and abs(x) < FARTHEST and abs(y) < FARTHEST):
            self.problems.add("a box without a size, or with one that no picture has", self.where(picture, line))
            return None
        if score is not None and not -FARTHEST < score < FARTHEST:
            self.problems.add("a score that is no number", self.where(picture, line))
            return None
        if self._counts[picture] >= MOST_BOXES:
            self.problems.add(f"more than {MOST_BOXES:,} boxes in one picture", self.where(picture, line))
            return None
        if number is not None and not 0 <= number < NUMBERS:
            self.problems.add("a class index below 0, or beyond all bounds", self.where(picture, line))
            return None
        if score is not None and not 0 <= score <= 1:
            self.problems.notice("a score that is not from 0 to 1: taken as it stands", self.where(picture, line))
        self._counts[picture] += 1
        self.picture.append(picture)
        self.line.append(line)
        self.x.append(x)
        self.y.append(y)
        self.w.append(w)
        self.h.append(h)
        self.score.append(score)
        self.number.append(number)
        self.label.append(label)
        self.written.append(written)
        return len(self.x) - 1


@dataclass(slots=True)
class OutBox:
    """A box on its way out. `written` is how the file that it came from wrote it; `same`: it is still so."""

    face_id: int
    x: float
    y: float
    w: float
    h: float
    score: float | None
    kind: str
    detector: str
    label: str | None
    written: str | None
    same: bool
    number: int | None = None  # of its label, in the file that is written
    more: Mapping[str, Any] = field(default_factory=dict)  # all that is known of it, for our own format
    said: Sequence[Mapping[str, Any]] = ()


@dataclass(slots=True)
class OutPicture:
    """A picture on its way out. `written` stands where it may be written just as it was."""

    image_id: int
    name: str
    width: int
    height: int
    marked: bool
    file_id: int | None
    written: str | None
    boxes: list[OutBox]
    untouched: bool  # its boxes are those that the file had
    tags: Sequence[Mapping[str, Any]] = ()  # what is said of it as a whole, for our own format


@dataclass(frozen=True, slots=True)
class Remembered:
    """A label file that was taken in earlier."""

    file_id: int | None
    name: str
    kind: str
    unit: str
    heading: Mapping[str, Any]


@dataclass(slots=True)
class OutFile:
    """What belongs into one file: what one that was taken in had, and what came since."""

    like: Remembered
    pictures: list[OutPicture]
    classes: dict[str, int]  # of the set: what each label is counted as
    pairs: list[tuple[str, str, bool, bool | None, int]] = field(default_factory=list)


Lost = Callable[[str], None]  # hears of everything that a format cannot hold


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that is exported."""

    files: list[OutFile]
    lost: Lost

    def pictures(self) -> Iterator[OutPicture]:
        for each in self.files:
            yield from each.pictures


Written = Iterable[tuple[str, str | bytes]]  # names below the destination, and what they hold


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """A format: how it is read and written, and what it has no place for."""

    name: str
    called: str
    label_set: str
    main: str  # the name of its only or first file; a destination that ends like it is that file
    read: Callable[[Path, Problems], list[Sheet]]
    write: Callable[[Outgoing], Written]
    labels: bool = True
    scores: bool = True
    whole_pixels: bool = False
    keeps_marked: bool = False  # also writes pictures that are marked for deletion
    backslashes: bool = False  # between the folders of its pictures
    pairs: bool = False
    file_of: Callable[[str], str] | None = None  # every picture has a file of its own: that of a picture's name
    by_stem: bool = False  # it does not say how the names of its pictures end
    needs_class: bool = False  # a box without a label is written as what it is: a face or a head
    both_kinds: bool = False  # faces and heads stand in one file
    complete: bool = False  # keeps all that is known of a box
    takes_all: bool = False  # names nothing: what lies in the folder is meant


def plain(number: float) -> str:
    """A number as one writes it: no more digits than it needs, none after the point where there is nothing."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def tidy_number(number: float) -> str:
    """The same for what was worked out: without the noise of the last digits."""
    return plain(round(number, 6))
