"""Our own label file: a CSV with a header, one row for each thing that was said of a box, and all that is known of it.

Rows of one picture with the same number in `box` are one box of which several things were said. A row without numbers
is about the picture as a whole: its label is a tag, and without one it is a picture without boxes. Only `path`, and for
boxes x, y, w and h, must be there: a table made by hand will do.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import LabelFormat, Outgoing, Problems, Sheet, Written, plain
from anitui.pipeline.label_files.reading import LONGEST_LINE, lay_out, number_of, read_text
from anitui.pipeline.sources.folder import printable

COLUMNS = (
    "path", "box", "x", "y", "w", "h", "kind", "score", "detector", "settings", "state", "reason", "unsure", "label",
    "label_set", "speaker", "said_by", "confidence", "said_at",
)  # fmt: skip
_BOX = ("x", "y", "w", "h")
_CHOICES = {
    "kind": ("face", "head"), "state": ("active", "set_aside"), "unsure": ("yes", "no"),
    "speaker": ("person", "model", "job"),
}  # fmt: skip
_TEXTS = ("detector", "settings", "reason")
_OF_BOX = (*_BOX, *_TEXTS, "kind", "score", "state", "unsure")


def read(path: Path, problems: Problems) -> list[Sheet]:
    sheet = Sheet(path, problems)
    text = read_text(path)
    sheet.heading = text.layout()
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(io.StringIO(text.text, newline=""))
    try:
        header = _header(path, problems, [each.strip().lower() for each in next(rows, [])])
        sheet.heading["columns"] = header
        reader = _Rows(sheet)
        for row in rows:
            if len(row) > len(header):
                sheet.wrong("a row with more fields than the first line has: is a comma in one of them unquoted?",
                            rows.line_num)  # fmt: skip
            elif row:
                # Of columns of one name the first counts.
                reader.take(rows.line_num, dict(zip(reversed(header[: len(row)]), reversed(row),
                                                    strict=True)))  # fmt: skip
    except csv.Error as error:
        sheet.wrong(f"the file from here on: {error}", rows.line_num)
    return [sheet]


def _header(path: Path, problems: Problems, header: list[str]) -> list[str]:
    if "path" not in header:
        parted = next((mark for mark in (";", "\t", "|") if len(header) == 1 and mark in header[0]), None)
        if parted is not None:
            called = "tabs" if parted == "\t" else f"`{parted}`"
            raise WrongUse(f"{path} has {called} between its columns: --format csv has commas, save it with those")
        raise WrongUse(f"{path} has no column `path` in its first line: that is how --format csv begins")
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            problems.add(
                "a column that --format csv does not know", f"{path.name}: {printable(name[:60]) or 'no name'}"
            )
        elif header.count(name) > 1:
            problems.add("a column that stands there twice: the first counts", f"{path.name}: {name}")
    return header


class _Rows:
    """The rows of one file, one after the other."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.places: dict[str, int] = {}
        self.known: dict[tuple[int, str], int | None] = {}
        self.first: dict[tuple[int, str], dict[str, str]] = {}  # the row that says what a box is

    def take(self, line: int, row: dict[str, str]) -> None:
        sheet = self.sheet
        name = row.get("path", "")
        if not name:
            sheet.wrong("a row without a path", line)
            return
        for column, choices in _CHOICES.items():
            if (value := row.get(column)) and value not in choices:
                sheet.wrong(f"{column} is {' or '.join(choices)}", line)
                return
        if name not in self.places:
            self.places[name] = sheet.add_picture(name, line)
        place = self.places[name]
        box_name = row.get("box", "")
        numbered = any(row.get(each) for each in _BOX)
        if not numbered and (place, box_name) not in self.known:
            if said := _said(sheet, line, row):
                sheet.tags.append((place, said))
            return
        # Without numbers of their own, what lies in the same place is one box.
        key = (place, box_name or "|".join(row.get(each, "") for each in (*_BOX, "kind", "detector")))
        if key not in self.known:
            self.first[key] = row
            self.known[key] = _add(sheet, place, line, row)
        elif any(row.get(each) and row[each] != self.first[key].get(each) for each in _OF_BOX):
            sheet.problems.notice(
                "a row that has its box otherwise than the row before it: the first one counts",
                sheet.where(place, line),
            )
        box = self.known[key]
        if box is not None and (said := _said(sheet, line, row)):
            sheet.said.append((box, said))


def _add(sheet: Sheet, place: int, line: int, row: dict[str, str]) -> int | None:
    x, y, w, h = (number_of(row.get(each, "")) for each in _BOX)
    score = number_of(row["score"]) if row.get("score") else None
    box = sheet.add_box(place, line, x, y, w, h, score=score)
    if box is None:
        return None
    more: dict[str, Any] = {name: row[name] for name in (*_TEXTS, "kind", "state") if row.get(name)}
    if row.get("unsure"):
        more["unsure"] = row["unsure"] == "yes"
    sheet.more[box] = more
    return box


def _said(sheet: Sheet, line: int, row: dict[str, str]) -> dict[str, Any] | None:
    """What a row says of its box or picture, if it says anything that can be meant."""
    if not row.get("label"):
        return None
    said: dict[str, Any] = {name: row[name] for name in ("label", "label_set", "speaker", "said_by") if row.get(name)}
    said["line"] = line
    if row.get("confidence"):
        said["confidence"] = number_of(row["confidence"])
        if not 0 <= said["confidence"] <= 1:
            sheet.wrong("a confidence that is no number from 0 to 1: what it was said with", line)
            return None
    if row.get("said_at"):
        said["said_at"] = _time(row["said_at"])
        if said["said_at"] is None:
            sheet.notice("a said_at that is no time, such as 2026-01-31 10:00:00: it counts as said now", line)
    return said


def _time(text: str) -> str | None:
    """A time as the catalogue has it: of Greenwich, where it says of where it is."""
    try:
        time = datetime.fromisoformat(text.strip())
        return (time.astimezone(UTC) if time.tzinfo else time).strftime("%Y-%m-%d %H:%M:%S.%f")
    except (ValueError, OverflowError):
        return None


def write(out: Outgoing) -> Written:
    for file in out.files:
        buffer = io.StringIO()
        rows = csv.writer(buffer, lineterminator="\n")
        rows.writerow(COLUMNS)
        for picture in file.pictures:
            for said in picture.tags or ({},) * (not picture.boxes):
                rows.writerow(_row({"path": picture.name, **said}))
            for number, box in enumerate(picture.boxes, 1):
                of_box = {
                    **{name: box.more.get(name) for name in ("settings", "state", "reason")},
                    **{name: plain(getattr(box, name)) for name in _BOX},
                    "path": picture.name, "box": number, "kind": box.kind, "detector": box.detector,
                    "score": None if box.score is None else plain(box.score),
                    "unsure": "yes" if box.more.get("unsure") else "no",
                }  # fmt: skip
                for said in box.said or [{}]:
                    rows.writerow(_row({**of_box, **said}))
        yield file.like.name, lay_out(buffer.getvalue().removesuffix("\n").split("\n"), _layout(file.like.heading))


def _row(values: dict[str, Any]) -> list[Any]:
    if values.get("confidence") is not None:
        values["confidence"] = plain(values["confidence"])
    return ["" if values.get(name) is None else values[name] for name in COLUMNS]


def _layout(heading: Any) -> dict[str, Any]:
    return {name: heading[name] for name in ("mark", "newline", "ends") if name in heading}


FORMAT = LabelFormat("csv", "a CSV", "characters", "labels.csv", read, write, complete=True, both_kinds=True)
