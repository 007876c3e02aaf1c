"""DAF:re's files: `faces.tsv` (path, tag id, `l,t,r,b,confidence`) with `tagIds.tsv`, and CSVs without a header
(`class_id,path`: train, val, test) with `classid_classname.csv`.

A CSV names whole pictures. What it says of one is said of the only face in it, or of a box as large as the picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import (
    LabelFormat,
    OutBox,
    OutFile,
    Outgoing,
    OutPicture,
    Problems,
    Sheet,
    Written,
    plain,
    tidy_number,
)
from anitui.pipeline.label_files.naming import tidy
from anitui.pipeline.label_files.parts import part_in
from anitui.pipeline.label_files.reading import LONGEST_LINE, Text, integer_of, lay_out, number_of, read_text

TAGS, CLASSES = "tagIds.tsv", "classid_classname.csv"
FACES = "faces.tsv"
NO_TAG = "-1"


def read(path: Path, problems: Problems) -> list[Sheet]:
    """One of the files, or all of a folder."""
    if path.is_file():
        if path.name in (TAGS, CLASSES):
            raise WrongUse(f"{path} only names classes: import {FACES} or a CSV of pictures beside it")
        return [_read(path, problems)]
    others = (CLASSES, "manifest.csv")  # which datasets that are exported have beside them
    files = [path / FACES, *(each for each in sorted(path.glob("*.csv")) if each.name not in others)]
    files = [each for each in files if each.is_file()]
    if not files:
        raise WrongUse(f"{path} has neither {FACES} nor CSVs of pictures: name the file itself")
    return [_read(each, problems) for each in files]


def _read(path: Path, problems: Problems) -> Sheet:
    boxes = path.suffix.lower() == ".tsv"
    sheet = Sheet(path, problems, unit="px" if boxes else "whole", by="person")
    sheet.roots.append(path.parent / "images")
    text = read_text(path)
    sheet.heading = {**text.layout(), "layout": "boxes" if boxes else "classes"}
    _classes(sheet, path.parent / (TAGS if boxes else CLASSES), boxes=boxes)
    for line, content in text.lines():
        if not content.strip():
            continue
        if len(content) > LONGEST_LINE:
            sheet.wrong("a line of more than 4 MB", line)
        elif boxes:
            _face(sheet, line, content)
        else:
            _class(sheet, line, content)
    if not boxes and (part := part_in(path.stem)) is not None:
        sheet.parts = dict.fromkeys(range(len(sheet.names)), part)
    return sheet


def _face(sheet: Sheet, line: int, content: str) -> None:
    parts = content.split("\t")
    values = parts[2].split(",") if len(parts) == 3 else []
    tag = integer_of(parts[1].strip()) if len(parts) == 3 else None
    if len(values) not in (4, 5) or tag is None or not parts[0].strip():
        sheet.wrong("a line that is not `path, tag id, l,t,r,b,confidence` with tabs between", line)
        return
    left, top, right, bottom = map(number_of, values[:4])
    place = sheet.add_picture(parts[0].strip(), line, written=content if parts[0] != parts[0].strip() else None)
    sheet.add_box(
        place, line, left, top, right - left, bottom - top,
        score=number_of(values[4]) if len(values) == 5 else None, number=None if tag < 0 else tag,
        written="\t".join(parts[1:]),
    )  # fmt: skip


def _class(sheet: Sheet, line: int, content: str) -> None:
    number, comma, name = content.partition(",")
    index = integer_of(number.strip())
    name = name.strip()
    if not comma or index is None or not name:
        sheet.wrong("a line that is not `class_id,path`", line)
        return
    place = sheet.add_picture(name, line, written=content if content != f"{index},{name}" else None)
    sheet.add_box(place, line, 0, 0, 1, 1, number=index)


def _classes(sheet: Sheet, file: Path, *, boxes: bool) -> None:
    if not file.is_file():
        return
    text = read_text(file)
    wrong = {line for line, content in text.lines() if content.strip()}
    for line, index, name in _named(text, boxes=boxes):
        wrong.discard(line)
        if index in sheet.classes:
            sheet.problems.notice("two classes with the same id: the last counts", f"{file.name} line {line}")
        sheet.classes[index] = name
    sheet.heading["classes_text"] = text.text
    sheet.heading["classes_layout"] = text.layout()
    for line in sorted(wrong):
        sheet.problems.add("a class without a name or an id", f"{file.name} line {line}")


def _named(text: Text, *, boxes: bool) -> Iterable[tuple[int, int, str]]:
    """The line, the id and the name of each class."""
    for line, content in text.lines():
        if boxes:
            name, _, number = content.rpartition("\t")
        else:
            number, _, name = content.partition(",")
        index = integer_of(number.strip())
        if index is not None and index >= 0 and name.strip():
            yield line, index, name.strip()


def write(out: Outgoing) -> Written:
    written: dict[str, OutFile] = {}
    for file in out.files:
        boxes = file.like.heading.get("layout", "boxes") == "boxes"
        rows = [row for each in file.pictures for row in (_faces if boxes else _row)(each, out)]
        yield file.like.name, lay_out(rows, file.like.heading)
        written[TAGS if boxes else CLASSES] = file
    for name, file in written.items():
        yield name, _write_classes(file, boxes=name == TAGS)


def _faces(picture: OutPicture, out: Outgoing) -> list[str]:
    if picture.untouched and picture.written is not None:
        return [picture.written]
    if not picture.boxes:
        out.lost("pictures without boxes")
    return [f"{picture.name}\t{_face_row(each, out)}" for each in picture.boxes]


def _face_row(box: OutBox, out: Outgoing) -> str:
    if box.same and box.written is not None:
        return box.written
    if box.number is None:
        out.lost(f"boxes without a label: written with the tag {NO_TAG}")
    corners = [tidy_number(each) for each in (box.x, box.y, box.x + box.w, box.y + box.h)]
    return f"{NO_TAG if box.number is None else box.number}\t{','.join(corners)}" + (
        "" if box.score is None else f",{plain(box.score)}"
    )


def _row(picture: OutPicture, out: Outgoing) -> list[str]:
    if picture.untouched and picture.written is not None:
        return [picture.written]
    labelled = [each for each in picture.boxes if each.number is not None]
    if not labelled:
        out.lost("pictures without a label")
    for _ in labelled[1:]:
        out.lost("further faces of a picture: a line has one class")
    return [f"{each.number},{picture.name}" for each in labelled[:1]]


def _write_classes(file: OutFile, *, boxes: bool) -> bytes:
    heading: Any = file.like.heading
    before = heading.get("classes_text", "")
    layout = heading.get("classes_layout", {})
    same = {number: tidy(name) for _, number, name in _named(Text(before, False, "\n", True), boxes=boxes)}
    names = {number: name for name, number in file.classes.items()}
    if before and same == names:
        return lay_out(before.removesuffix("\n").split("\n"), layout)
    ordered = sorted(names.items(), key=lambda each: each[0] if each[0] >= 0 else math.inf)
    return lay_out([f"{name}\t{number}" if boxes else f"{number},{name}" for number, name in ordered], layout)


FORMAT = LabelFormat("dafre", "DAF:re's files", "characters", FACES, read, write, whole_pixels=True)
