"""What formats of datasets share: the pictures of an export on their way into it, and what a format is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from anitui.pipeline.export.shaping import Shape
from anitui.store.dataset_rows import Member

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Class:
    """A label of an export: its own name, its folder, and what it is counted as."""

    label: str
    folder: str
    number: int


@dataclass(slots=True)
class Unit:
    """One picture of an export, with those who are in it. `name` is its place below the destination."""

    place: int
    part: str
    members: Sequence[Member]
    shape: Shape | None  # None: only its path is told
    name: str
    source: str  # where its bytes lie
    shard: int = 0  # with which others it goes into one file, where files hold many

    @property
    def first(self) -> Member:
        return self.members[0]

    @property
    def label(self) -> str:
        return self.first.labels[0]

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture that is exported."""
        return (self.shape.width, self.shape.height) if self.shape else (self.first.width, self.first.height)

    def box(self, member: Member) -> Box | None:
        """Where a face lies in the picture that is exported."""
        if member.box is None or self.shape is None:
            return member.box
        return self.shape.moved(member.box, member.width, member.height)

    @property
    def stem(self) -> str:
        return Path(self.name).stem


@dataclass(frozen=True, slots=True)
class Export:
    """What a format is told before the first picture comes."""

    folder: Path  # the export is written here, before it takes its place
    destination: Path
    classes: Mapping[str, Class]
    parts: Sequence[str]  # "" alone where there are none
    with_pictures: bool
    pairs: Sequence[tuple[str, int, int, bool]]  # of a split: its part, two faces, whether they are the same
    notes: list[str] = field(default_factory=list)  # what a format has to say of it: a line each

    def in_order(self) -> list[Class]:
        return sorted(self.classes.values(), key=lambda each: each.number)


class Writer(Protocol):
    """Writes what stands beside the pictures. They come in their order, and only those that could be made."""

    def add(self, unit: Unit, data: bytes | None) -> None:
        """`data` comes where pictures have no files of their own."""
        ...

    def finish(self) -> Iterable[str]:
        """Write what is left; the names of all files that it wrote."""
        ...

    def close(self) -> None:
        """Let all files go, also where it did not come to its end."""
        ...


class ShardWriter(Writer, Protocol):
    """Writes pictures into files that hold many."""

    def begin(self, name: str) -> None:
        """The next file."""
        ...

    def end(self) -> None:
        """It is complete."""
        ...


@dataclass(frozen=True, slots=True)
class DatasetFormat:
    """A format: how its pictures are called, and what is written beside them."""

    name: str
    called: str
    write: Callable[[Export], Writer]
    named: Callable[[str, Class, str], str]  # of a part, a class and a file's name: its place
    per_picture: bool = False  # one picture with all its boxes, instead of one for each face
    first_number: int = 0  # what the first class is counted as
    own_numbers: bool = False  # classes are counted as the set of labels counts them
    without_pictures: bool = False  # it can also only tell where pictures lie
    shards: Callable[[str, int, int], str] | None = None  # of a part, number and how many: the file that holds many
