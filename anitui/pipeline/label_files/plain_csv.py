"""Our own label file: a CSV with a header, one row for each thing that was said of a box, and all that is known of it.

Rows of one picture with the same number in `box` are one box of which several things were said. A row without numbers
is a picture without boxes. Only `path`, and for boxes x, y, w and h, must be there: a table made by hand will do.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import LabelFormat, Outgoing, Problems, Sheet, Written, plain
from anitui.pipeline.label_files.reading import LONGEST_LINE, lay_out, number_of, read_text

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


def read(path: Path, problems: Problems) -> list[Sheet]:
    sheet = Sheet(path, problems)
    text = read_text(path)
    sheet.heading = text.layout()
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(io.StringIO(text.text, newline=""))
    try:
        header = [each.strip().lower() for each in next(rows, [])]
        if "path" not in header:
            raise WrongUse(f"{path} has no column `path` in its first line: that is how --format csv begins")
        sheet.heading["columns"] = header
        places: dict[str, int] = {}
        known: dict[tuple[int, str], int | None] = {}
        for row in rows:
            if row:
                _read_row(sheet, rows.line_num, dict(zip(header, row, strict=False)), places, known)
    except csv.Error as error:
        sheet.wrong(f"the file from here on: {error}", rows.line_num)
    return [sheet]


def _read_row(
    sheet: Sheet, line: int, row: dict[str, str], places: dict[str, int], known: dict[tuple[int, str], int | None]
) -> None:
    name = row.get("path", "")
    if not name:
        sheet.wrong("a row without a path", line)
        return
    for column, choices in _CHOICES.items():
        if (value := row.get(column)) and value not in choices:
            sheet.wrong(f"{column} is {' or '.join(choices)}", line)
            return
    if name not in places:
        places[name] = sheet.add_picture(name, line)
    place = places[name]
    if not any(row.get(each) for each in _BOX):
        return
    box_name = row.get("box", "")
    # Without numbers of their own, what lies in the same place is one box.
    key = (place, box_name or "|".join(row.get(each, "") for each in (*_BOX, "kind", "detector")))
    if key not in known:
        known[key] = _add(sheet, place, line, row)
    box = known[key]
    if box is not None and row.get("label"):
        _say(sheet, box, line, row)


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


def _say(sheet: Sheet, box: int, line: int, row: dict[str, str]) -> None:
    said: dict[str, Any] = {
        name: row[name] for name in ("label", "label_set", "speaker", "said_by", "said_at") if row.get(name)
    }
    if row.get("confidence"):
        said["confidence"] = number_of(row["confidence"])
    sheet.said.append((box, said))


def write(out: Outgoing) -> Written:
    for file in out.files:
        buffer = io.StringIO()
        rows = csv.writer(buffer, lineterminator="\n")
        rows.writerow(COLUMNS)
        for picture in file.pictures:
            if not picture.boxes:
                rows.writerow([picture.name, *[""] * (len(COLUMNS) - 1)])
            for number, box in enumerate(picture.boxes, 1):
                of_box = {
                    **{name: box.more.get(name) for name in ("settings", "state", "reason")},
                    **{name: plain(getattr(box, name)) for name in _BOX},
                    "path": picture.name, "box": number, "kind": box.kind, "detector": box.detector,
                    "score": None if box.score is None else plain(box.score),
                    "unsure": "yes" if box.more.get("unsure") else "no",
                }  # fmt: skip
                for said in box.said or [{}]:
                    row = {**of_box, **said}
                    if row.get("confidence") is not None:
                        row["confidence"] = plain(row["confidence"])
                    rows.writerow(["" if row.get(name) is None else row[name] for name in COLUMNS])
        yield file.like.name, lay_out(buffer.getvalue().removesuffix("\n").split("\n"), _layout(file.like.heading))


def _layout(heading: Any) -> dict[str, Any]:
    return {name: heading[name] for name in ("mark", "newline", "ends") if name in heading}


FORMAT = LabelFormat("csv", "a CSV", "characters", "labels.csv", read, write, complete=True, both_kinds=True)
