"""Label files into the catalogue: their pictures through the ordinary import, then boxes and labels as one decision."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.engine import Engine
from anitui.pipeline.ingest import ImportReport, take_in
from anitui.pipeline.label_files import columns
from anitui.pipeline.label_files.model import SHOWN, LabelFormat, Problem, Problems, Sheet
from anitui.pipeline.label_files.naming import tell_alike
from anitui.pipeline.label_files.parts import settle
from anitui.pipeline.label_files.pictures import LINK_OUTSIDE, NamedPictures, Pictures, parts_of
from anitui.pipeline.sources.folder import printable
from anitui.progress import Event, Work
from anitui.settings import ImportSettings
from anitui.store import label_files, picture_names
from anitui.store.catalogue import Catalogue
from anitui.store.published_splits import Published
from anitui.workspace import Workspace

SEVERAL = "a name that several pictures have"


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """What a person asked for."""

    paths: Sequence[Path]
    format: LabelFormat
    pictures: Path | None = None  # the folder that names begin at; else that of the label file
    label_set: str | None = None
    speaker: str | None = (
        None  # who says what is said; else a model where there are scores, a person where there are none
    )


@dataclass(slots=True)
class LabelReport:
    """What an import of label files did."""

    format: str
    files: int = 0
    pictures: int = 0  # that the files name, each once
    here: int = 0
    on_disk: int = 0
    by_name: int = 0  # found in the catalogue by their names
    missing: int = 0
    boxes: int = 0
    new_boxes: int = 0
    labels: int = 0
    tags: int = 0  # what is said of whole pictures
    new_labels: int = 0
    set_aside: int = 0
    pairs: int = 0
    split: str | None = None  # that the parts of the set are kept as
    split_members: dict[str, int] = field(default_factory=dict)
    new_split: bool = False
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)
    missing_first: list[str] = field(default_factory=list)
    imported: ImportReport | None = None

    @property
    def in_part(self) -> bool:
        """Whether anything was left out or failed; what was noticed and taken all the same is none of it."""
        left_out = any(each.left_out for each in self.problems)
        return bool(self.missing or left_out or (self.imported and self.imported.failures))


def import_labels(
    workspace: Workspace,
    catalogue: Catalogue,
    order: LabelOrder,
    settings: ImportSettings | None = None,
    engine: Engine | None = None,
) -> Work[LabelReport]:
    """Take label files in, with the pictures that they name."""
    if order.pictures is not None and not order.pictures.is_dir():
        raise WrongUse(f"{order.pictures} is no folder: --pictures is where the names of the label files begin")
    label_set = label_files.check_set(order.label_set or order.format.label_set)
    started = time.monotonic()
    problems = Problems()
    report = LabelReport(order.format.name)
    sheets: list[Sheet] = []
    for path in order.paths:
        yield Event("reading labels", len(sheets), None, path.name)
        if not path.exists():
            raise WrongUse(f"{path} is not there: nothing was imported")
        real = Path(os.path.realpath(path))
        if order.format.takes_all and any(real.is_relative_to(own) for own in workspace.own()):
            raise WrongUse(f"{path} belongs to the workspace itself: what lies there is taken in already")
        sheets += order.format.read(Path(os.path.abspath(path)), problems)  # noqa: PTH100
    report.files = len(sheets)
    yield Event("reading labels", len(sheets), len(sheets))
    wanted = [_Wanted.of(sheet, order.pictures) for sheet in sheets]
    files = sorted({path for each in wanted for path in each.on_disk()})
    if files:
        source = NamedPictures([str(each) for each in order.paths], files, columns.hints(sheets))
        report.imported = yield from take_in(workspace, catalogue, source, settings, engine)
    yield Event("matching names")
    _find(catalogue, wanted, files, report, problems)
    tell_alike(sheets, problems)
    parts = settle(wanted, problems)
    yield Event("taking boxes in", 0, sum(len(each.x) for each in sheets))
    incoming = [columns.incoming(each, order.format, order.speaker, label_set) for each in wanted]
    names = ", ".join(dict.fromkeys(each.name for each in sheets))
    taken = label_files.take(catalogue, incoming, names[:200], "person", _published(order, sheets, parts))
    for tell, found in ((problems.add, taken.refused), (problems.notice, taken.noticed)):
        for reason, number, picture, line in found:
            tell(reason, sheets[number].where(picture, line) if line else sheets[number].names[picture])
    for each in dict.fromkeys(taken.elsewhere):
        problems.notice("a class that belongs to another set of labels already", each)
    report.boxes, report.new_boxes, report.new_labels = taken.boxes, taken.new_boxes, taken.new_labels
    report.labels, report.tags, report.set_aside, report.pairs = taken.said, taken.tags, taken.set_aside, taken.pairs
    if taken.split is not None:
        report.split, report.new_split = taken.split.split, taken.split.new
        report.split_members = dict(taken.split.members)
    report.problems = problems.told()
    report.seconds = time.monotonic() - started
    return report


def _published(order: LabelOrder, sheets: Sequence[Sheet], parts: dict[int, str]) -> Published | None:
    """The parts that these files are of one set, called like the folder that they lie in."""
    in_parts = [each for each in sheets if each.parts]
    if not parts or not in_parts:
        return None
    first = in_parts[0].path
    folder = first if first.is_dir() else first.parent
    return Published(printable(folder.name), order.format.name, printable(folder), parts)


@dataclass(slots=True)
class _Wanted:
    """A sheet, and which pictures its names mean."""

    sheet: Sheet
    paths: list[str | None]  # on the disk
    meant: list[tuple[str, ...]]  # what the catalogue is asked for, the likeliest first; nothing for a bad name
    images: list[int | None] = field(default_factory=list)
    in_pairs: dict[str, tuple[str | None, tuple[str, ...]]] = field(default_factory=dict)  # the same of their names
    pair_images: dict[str, int | None] = field(default_factory=dict)
    crops: list[bool] = field(default_factory=list)  # whether the picture is called as ready crops are
    linked: set[str] = field(default_factory=set)  # names that a link has outside

    def on_disk(self) -> Iterator[str]:
        yield from (each for each in self.paths if each is not None)
        yield from (path for path, _ in self.in_pairs.values() if path is not None)

    def asked(self) -> Iterator[str]:
        """What the catalogue is to be asked for."""
        for meant in (*self.meant, *(each for _, each in self.in_pairs.values())):
            yield from meant

    @classmethod
    def of(cls, sheet: Sheet, folder: Path | None) -> _Wanted:
        pictures = Pictures([Path(os.path.abspath(folder))] if folder is not None else sheet.roots)  # noqa: PTH100
        made = cls(sheet, [], [])
        for place, name in enumerate(sheet.names):
            if place in sheet.found:
                made.paths.append(sheet.found[place])
                made.meant.append(())
                continue
            # Where a picture may be called several things, its name is that of its own label file.
            found, meant = made._look(pictures, name, sheet.others.get(place) or (name,), sheet.picture_line[place])
            made.paths.append(found)
            made.meant.append(meant)
        for name in dict.fromkeys(each for pair in sheet.pairs or () for each in pair[:2]):
            made.in_pairs[name] = made._look(pictures, name, sheet.pair_called(name))
        return made

    def _look(
        self, pictures: Pictures, of: str, names: Sequence[str], line: int | None = None
    ) -> tuple[str | None, tuple[str, ...]]:
        meant: list[str] = []
        for name in names:
            parts = parts_of(name)
            if isinstance(parts, str):
                if line is not None:
                    self.sheet.wrong(parts, line)
                else:
                    self.sheet.problems.add(parts, f"{self.sheet.name}: {printable(name[:80])}")
                return None, ()
            path = pictures.find(parts)
            if path:
                return path, ()
            if path is not None:
                self.linked.add(of)
            meant.append("/".join(parts))
        return None, tuple(meant)


def _find(
    catalogue: Catalogue, wanted: list[_Wanted], files: list[str], report: LabelReport, problems: Problems
) -> None:
    """The pictures that names mean: those that were just taken in, else those that are called so in the catalogue."""
    taken = dict(zip(files, picture_names.images_of(catalogue, files), strict=True)) if files else {}
    found, several = picture_names.images_called(catalogue, sorted({name for each in wanted for name in each.asked()}))

    counted: set[Any] = set()  # a picture that is named several times is one

    def image_of(name: str, path: str | None, meant: tuple[str, ...], linked: set[str]) -> int | None:
        image = taken.get(path) if path is not None else _likeliest(meant, found)
        which = path or image or meant or name
        if which in counted:
            return image
        counted.add(which)
        report.pictures += 1
        report.here += image is not None
        report.on_disk += path is not None
        report.by_name += path is None and image is not None
        if image is not None or not meant:
            pass
        elif name in linked:
            problems.add(LINK_OUTSIDE, name)
        else:
            report.missing += 1
            if len(report.missing_first) < SHOWN:
                report.missing_first.append(name)
            if any(each in several for each in meant):
                problems.add(SEVERAL, name)
        return image

    for each in wanted:
        for place, row in enumerate(zip(each.sheet.names, each.paths, each.meant, strict=True)):
            each.images.append(image_of(*row, each.linked))
            # What the catalogue found by the end of a name may be either.
            ends, path = each.sheet.crops.get(place, ()), row[1]
            each.crops.append(bool(ends) and (path is None or path.rpartition(".")[0].endswith(ends)))
        each.pair_images = {name: image_of(name, *where, each.linked) for name, where in each.in_pairs.items()}


def _likeliest(meant: Sequence[str], found: Mapping[str, tuple[int, int]]) -> int | None:
    """The picture that the first of several names means; of those that differ in their endings only, the one that was
    found by most folders."""
    for _, alike in groupby(meant, lambda each: each.rpartition(".")[0]):
        there = [found[each] for each in alike if each in found]
        if there:
            return max(there, key=lambda each: each[1])[0]
    return None
