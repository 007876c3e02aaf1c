"""LAP's label files: `sub\\file.jpg: X1 Y1 X2 Y2 CLS, X1 Y1 X2 Y2 CLS`, `-` for a picture without boxes.

The fifth number is a class where it is whole, and a score where it has a point; below 0 it is no class. `classes.txt`
beside the file names the classes, `delcands.txt` the rows whose pictures are marked for deletion, from 0.
"""

from __future__ import annotations

import re
from pathlib import Path

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
from anitui.pipeline.label_files.reading import LONGEST_LINE, integer_of, lay_out, number_of, read_text

CLASSES, MARKED = "classes.txt", "delcands.txt"
NO_CLASS = "-1"
_LINE = re.compile(r"(?P<name>.+?):(?: *(?P<boxes>-|-?[0-9].*)?)$")


def read(path: Path, problems: Problems) -> list[Sheet]:
    """A label file, or all of a folder."""
    if not path.is_dir():
        return [_read(path, problems)]
    files = sorted(path.glob("labels_*.txt"))
    if not files:
        raise WrongUse(f"{path} has no labels_*.txt: name the label file itself")
    return [_read(each, problems) for each in files]


def _read(path: Path, problems: Problems) -> Sheet:
    sheet = Sheet(path, problems, kind="head" if "head" in path.stem.lower() else "face")
    text = read_text(path)
    sheet.heading = text.layout()
    _read_classes(sheet)
    rows: list[int | None] = []  # the place of the picture that stands in each row
    for line, content in text.lines():
        rows.append(_row(sheet, line, content))
    _read_marked(sheet, rows)
    return sheet


def _row(sheet: Sheet, line: int, content: str) -> int | None:
    if not content.strip():
        return None
    if len(content) > LONGEST_LINE:
        sheet.wrong("a line of more than 4 MB", line)
        return None
    matched = _LINE.match(content)
    if matched is None:
        sheet.wrong("a line that is not like `picture: X1 Y1 X2 Y2 CLS, …`", line)
        return None
    boxes = (matched["boxes"] or "-").strip()
    tokens = [] if boxes == "-" else [each.strip() for each in boxes.split(",")]
    place = sheet.add_picture(
        matched["name"], line, written=content if content != _line(matched["name"], tokens) else None
    )
    for token in tokens:
        _box(sheet, place, line, token)
    return place


def _box(sheet: Sheet, place: int, line: int, token: str) -> None:
    numbers = token.split()
    if len(numbers) not in (4, 5):
        sheet.wrong("a box that has not four numbers and a class or a score", line)
        return
    x1, y1, x2, y2 = map(number_of, numbers[:4])
    last = numbers[4] if len(numbers) == 5 else NO_CLASS
    number = integer_of(last)
    score = number_of(last) if number is None else None
    sheet.add_box(
        place, line, x1, y1, x2 - x1, y2 - y1,
        score=score, number=None if number is None or number < 0 else number, written=token,
    )  # fmt: skip


def _read_classes(sheet: Sheet) -> None:
    file = sheet.path.parent / CLASSES
    if not file.is_file():
        return
    text = read_text(file)
    for line, content in text.lines():
        number, colon, name = content.partition(":")
        index = integer_of(number.strip())
        if not content.strip():
            continue
        if not colon or index is None or index < 0 or not name.strip():
            sheet.problems.add("a class that is not like `index:name`", f"{CLASSES} line {line}")
        else:
            sheet.classes[index] = name.strip()
    sheet.heading["classes_text"] = text.text
    sheet.heading["classes_layout"] = text.layout()


def _read_marked(sheet: Sheet, rows: list[int | None]) -> None:
    file = sheet.path.parent / MARKED
    if not file.is_file() or sheet.kind == "head":
        return
    text = read_text(file)
    for line, content in text.lines():
        for each in re.split(r"[\s,]+", content.strip()):
            index = integer_of(each) if each else None
            place = rows[index] if index is not None and 0 <= index < len(rows) else None
            if place is not None:
                sheet.marked.append(place)
            elif each:
                sheet.problems.add("a row to delete that the label file does not have", f"{MARKED} line {line}")
    sheet.heading["marked_text"] = text.text
    sheet.heading["marked_layout"] = text.layout()


def write(out: Outgoing) -> Written:
    for file in out.files:
        heading = file.like.heading
        yield file.like.name, lay_out([_written(each, out) for each in file.pictures], heading)
        yield CLASSES, _classes(file)
        rows = [place for place, each in enumerate(file.pictures) if each.marked]
        before = [int(each) for each in re.findall(r"[0-9]+", heading.get("marked_text", ""))]
        if rows or "marked_text" in heading:
            text = heading["marked_text"] if before == rows else "".join(f"{row}\n" for row in rows)
            yield MARKED, lay_out(text.removesuffix("\n").split("\n"), heading.get("marked_layout", {}))


def _classes(file: OutFile) -> bytes:
    """As it was, where it says the same."""
    heading = file.like.heading
    lines = [f"{number}:{name}" for name, number in sorted(file.classes.items(), key=lambda each: each[1])]
    before = heading.get("classes_text", "")
    same = dict(_class_of(each) for each in before.split("\n") if ":" in each)
    if before and same == {str(number): name for name, number in file.classes.items()}:
        lines = before.removesuffix("\n").split("\n")
    return lay_out(lines, heading.get("classes_layout", {}))


def _class_of(line: str) -> tuple[str, str]:
    number, _, name = line.partition(":")
    return number.strip(), name.strip()


def _written(picture: OutPicture, out: Outgoing) -> str:
    if picture.untouched and picture.written is not None:
        return picture.written
    return _line(picture.name, [_token(each, out) for each in picture.boxes])


def _line(name: str, tokens: list[str]) -> str:
    return f"{name}: {', '.join(tokens) or '-'}"


def _token(box: OutBox, out: Outgoing) -> str:
    if box.same and box.written is not None:
        return box.written
    if box.number is not None:
        last = str(box.number)
        if box.score is not None:
            out.lost("scores of boxes that have a class: there is place for one of them")
    elif box.score is not None:
        last = plain(box.score) if box.score != int(box.score) else f"{box.score:.1f}"
    else:
        last = NO_CLASS
        out.lost(f"boxes without a class and a score: written with {NO_CLASS}")
    corners = (box.x, box.y, box.x + box.w, box.y + box.h)
    return " ".join([*(tidy_number(each) for each in corners), last])


FORMAT = LabelFormat(
    "lap",
    "LAP's label file",
    "lap",
    "labels_faces.txt",
    read,
    write,
    whole_pixels=True,
    keeps_marked=True,
    backslashes=True,
)
