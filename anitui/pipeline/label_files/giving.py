"""The catalogue into label files: each picture where the file had it that it came from, and nothing lost silently."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anitui.errors import AnituiError, WrongUse
from anitui.files import sync_folder, unfinished_name, write_atomically
from anitui.pipeline.label_files.model import (
    LabelFormat,
    OutBox,
    OutFile,
    Outgoing,
    OutPicture,
    Remembered,
)
from anitui.pipeline.label_files.names_out import Names
from anitui.progress import Event, Work
from anitui.store import label_export, label_files
from anitui.store.catalogue import Catalogue

FEW = 100  # files are made durable one by one; more of them all together


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What a person asked for."""

    destination: Path
    format: LabelFormat
    query: str = ""
    label_set: str | None = None
    detectors: tuple[str, ...] = ()
    kind: str | None = None
    force: bool = False


@dataclass(slots=True)
class ExportReport:
    """What an export wrote."""

    format: str
    label_set: str
    files: list[str] = field(default_factory=list)
    pictures: int = 0
    boxes: int = 0
    labelled: int = 0
    pairs: int = 0
    detectors: dict[str, int] = field(default_factory=dict)
    hidden: int = 0  # boxes of other detectors, left out
    lost: dict[str, int] = field(default_factory=dict)  # what the format has no place for


def export_labels(catalogue: Catalogue, order: ExportOrder) -> Work[ExportReport]:
    """Write label files."""
    form = order.format
    label_set = label_files.check_set(order.label_set or label_export.fullest_set(catalogue, form.label_set))
    label_export.check(catalogue, order.label_set, order.detectors)
    ending = Path(form.main).suffix
    one_file = form.file_of is None and order.destination.suffix.lower() == ending and not order.destination.is_dir()
    folder = order.destination.parent if one_file else order.destination
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is a file, and {form.called} is written into a folder: name another place")
    if not order.destination.exists() and order.destination.is_symlink():
        raise WrongUse(f"{order.destination} is a link to what is not there: name another place, or remove the link")
    yield Event("looking for boxes")
    kind = order.kind or (None if form.both_kinds else "face")
    asked = label_export.Asked(
        form.name, order.query, label_set, order.detectors, kind, form.keeps_marked, form.complete, one_file
    )
    found = label_export.find(catalogue, asked)
    lost: Counter[str] = Counter()
    main = order.destination.name if one_file else form.main
    if order.kind == "head" and not one_file:
        main = main.replace("faces", "heads")
    names = Names(catalogue, form, found.pictures, lambda what: lost.update([what]))
    files = _files(catalogue, found, form, label_set, main, names, one_file=one_file)
    if form.pairs:
        _add_pairs(catalogue, files)
    out = Outgoing(files, lambda what: lost.update([what]))
    _fit(out, form, lost)
    report = ExportReport(form.name, label_set, detectors=found.detectors, hidden=found.hidden)
    # A picture may stand in several files, and its boxes with it.
    report.pictures = len({each.image_id for each in out.pictures()})
    labelled = {box.face_id: box.label is not None for each in out.pictures() for box in each.boxes}
    report.boxes, report.labelled = len(labelled), sum(labelled.values())
    report.pairs = sum(len(each.pairs) for each in files)
    written: dict[str, bytes] = {}
    for name, content in form.write(out):
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        if written.setdefault(name, data) != data:
            lost[f"{name} of several files that differ in it: export them one by one, with --filter"] += 1
    yield Event("writing labels", 0, len(written))
    _save(folder, written, force=order.force)
    report.files = [str(folder / name) for name in written]
    report.lost = dict(lost.most_common())
    yield Event("writing labels", len(written), len(written))
    return report


def _files(
    catalogue: Catalogue, found: label_export.Found, form: LabelFormat, label_set: str, main: str, names: Names, *,
    one_file: bool,
) -> list[OutFile]:  # fmt: skip
    """What goes into which file: names of files that were taken in come again, the newest of a name leads."""
    like: dict[str, Remembered] = {}
    name_of: dict[int, str] = {}
    classes_of: dict[int, Any] = {}
    for file_id, name, kind, unit, heading in found.files:
        name = main if one_file else name
        name_of[file_id] = name
        like[name] = Remembered(file_id, name, kind, unit, json.loads(heading))
        classes_of[file_id] = like[name].heading.get("classes")
    pictures: dict[str, list[OutPicture]] = {name: [] for name in like}
    rest = main if main in like or len(like) != 1 else next(iter(like))
    boxes: dict[tuple[int | None, int], list[OutBox]] = {}
    said: dict[int, list[dict[str, Any]]] = {}
    for row in found.said:
        said.setdefault(row["face_id"], []).append(row)
    for row in found.boxes:
        key = (row["file_id"], row["picture"] if row["file_id"] is not None else row["image_id"])
        boxes.setdefault(key, []).append(
            OutBox(
                row["face_id"], row["x"], row["y"], row["w"], row["h"], row["score"], row["kind"], row["detector"],
                row["label"], row["written"], row["same"],
                more=row if form.complete else {}, said=said.get(row["face_id"], []),
            )
        )  # fmt: skip
    tags: dict[int, list[dict[str, Any]]] = {}
    for row in found.tags:
        tags.setdefault(row["image_id"], []).append(row)
    has: dict[tuple[str, str], int] = {}  # which picture has a name in a file, or a file of its own
    for row in found.pictures:
        file_id = row["file_id"]
        own_name: str | None = row["name"]
        own = boxes.get((file_id, row["place"] if file_id is not None else row["image_id"]), [])
        into = name_of.get(file_id, rest)
        if file_id is not None and classes_of[file_id] != like[into].heading.get("classes"):
            for box in own:  # it counts otherwise than the file that leads
                box.same = False
        if own_name and has.setdefault(("" if form.file_of else into, own_name), row["image_id"]) != row["image_id"]:
            own_name = None  # of two files that come together here, each has another picture under it
        known = own_name is not None
        untouched = known and len(own) == row["had"] and all(box.same for box in own)
        pictures.setdefault(into, []).append(
            OutPicture(
                row["image_id"], own_name or names.of(row), row["width"], row["height"], bool(row["marked"]),
                file_id if known else None, row["written"] if known else None, own, untouched,
                tags.get(row["image_id"], ()),
            )
        )  # fmt: skip
    files = [
        OutFile(like.get(name) or Remembered(None, name, "face", "px", {}), own, {})
        for name, own in (pictures or {main: []}).items()
    ]
    _count(catalogue, files, label_set, form)
    return files


def _count(catalogue: Catalogue, files: list[OutFile], label_set: str, form: LabelFormat) -> None:
    """Give every label the index that its file counted it by, else that of its set, else the next one.

    Files that count alike go on counting alike.
    """
    called = label_export.now_called(catalogue, label_set)
    of_set = label_export.numbers(catalogue, label_set)
    alike: dict[str, list[OutFile]] = {}
    for file in files:
        alike.setdefault(json.dumps(file.like.heading.get("classes", {})), []).append(file)
    for written, group in alike.items():
        before: dict[str, int] = json.loads(written)
        classes: dict[str, int] = {}
        for name, number in before.items():
            classes.setdefault(called.get(name.lower(), name), number)
        boxes = [box for file in group for each in file.pictures for box in each.boxes]
        _go_on(classes, {box.label for box in boxes if box.label is not None}, of_set, all_of_set=not before)
        for file in group:
            file.classes = classes
        for box in boxes:
            if box.label is not None:
                box.number = classes[box.label]
            elif form.needs_class and (box.kind in classes or not box.same):  # what stood there without one stays so
                box.number = classes.setdefault(box.kind, max(classes.values(), default=-1) + 1)


def _go_on(classes: dict[str, int], used: set[str], of_set: dict[str, int], *, all_of_set: bool) -> None:
    taken = set(classes.values())
    following = max(taken, default=-1) + 1
    wanted = [name for name in of_set if all_of_set or name in used]
    for name in dict.fromkeys([*wanted, *sorted(used)]):
        if name in classes:
            continue
        number = of_set.get(name, -1)
        if number < 0 or number in taken:
            while following in taken:
                following += 1
            number = following
        classes[name] = number
        taken.add(number)


def _fit(out: Outgoing, form: LabelFormat, lost: Counter[str]) -> None:
    """Tell what the format has no place for; whole pixels where it has no others."""
    for picture in out.pictures():
        if picture.marked and not form.keeps_marked:
            lost["pictures that are marked for deletion: written like the others"] += 1
        for box in picture.boxes:
            if box.same:
                continue
            if box.kind == "head" and box.label is not None and form.needs_class:
                lost["which boxes with a label are heads"] += 1
            if box.label is not None and not form.labels:
                lost["labels"] += 1
            if box.score is not None and not form.scores:
                lost["scores"] += 1
            if form.whole_pixels and any(value != int(value) for value in (box.x, box.y, box.w, box.h)):
                right, bottom = round(box.x + box.w), round(box.y + box.h)
                box.x, box.y = round(box.x), round(box.y)
                box.w, box.h = max(1, right - box.x), max(1, bottom - box.y)
                lost["parts of pixels: corners are rounded"] += 1


def _add_pairs(catalogue: Catalogue, files: list[OutFile]) -> None:
    """Pairs go back into the files that they came from."""
    for file_id, name, pairs in label_export.judged_pairs(catalogue):
        there = next((each for each in files if each.like.name == name), None)
        if there is None:
            there = OutFile(Remembered(file_id, name, "face", "px", {"layout": "pairs"}), [], {})
            files.append(there)
        there.pairs = pairs


def _save(folder: Path, written: dict[str, bytes], *, force: bool) -> None:
    for name in written:
        parts = Path(name).parts
        if not parts or Path(name).is_absolute() or ".." in parts:
            raise AnituiError(f"{name} would lie outside of {folder}: export to a file instead, or rename the picture")
        if (folder / name).exists() and not force:
            raise WrongUse(f"{folder / name} is there already: --force writes over it")
    for parent in sorted({(folder / name).parent for name in written}):
        parent.mkdir(parents=True, exist_ok=True)
    if len(written) <= FEW:
        for name, content in written.items():
            write_atomically(folder / name, content)
        return
    for name, content in written.items():
        target = folder / name
        part = unfinished_name(target)
        try:
            part.write_bytes(content)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    os.sync()
    sync_folder(folder)
