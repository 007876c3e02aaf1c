"""ZACI-20's files: `{character: [{id, bbox: [x1, y1, x2, y2]}]}`, and CSVs of pairs that somebody judged
(`pathA,pathB,label,human_prediction,invalid`; label 1: the same character).

The boxes lie in whole pictures, called by their numbers on Danbooru. Where there are only crops that somebody cut by
these files, called by their characters, a box is all of its crop. `/` of a character's name is `__` in files' names.
"""

from __future__ import annotations

import csv
import io
import json
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
    tidy_number,
)
from anitui.pipeline.label_files.parts import part_in
from anitui.pipeline.label_files.pictures import ENDINGS
from anitui.pipeline.label_files.reading import (
    LONGEST_LINE,
    dump,
    integer_of,
    lay_out,
    layout_of,
    read_json,
    read_text,
    real,
)

PAIRS = ("pathA", "pathB", "label", "human_prediction", "invalid")


def read(path: Path, problems: Problems) -> list[Sheet]:
    """One of the files, or all of a folder."""
    if path.is_file():
        return [_read_pairs(path, problems) if path.suffix.lower() == ".csv" else _read_boxes(path, problems)]
    files = [*sorted(path.glob("*.json")), *(each for each in sorted(path.glob("*.csv")) if _has_pairs(each))]
    if not files:
        raise WrongUse(f"{path} has neither JSON files nor CSVs of pairs: name the file itself")
    sheets = [sheet for each in files for sheet in read(each, problems)]
    _tell_shared(sheets, problems)
    return sheets


def _tell_shared(sheets: list[Sheet], problems: Problems) -> None:
    """The set is made for characters that no training has seen."""
    met: dict[str, set[str]] = {}
    for sheet in sheets:
        for part in set(sheet.parts.values()):
            met.setdefault(part, set()).update(sheet.classes.values())
    for character in sorted(met.get("train", set()) & met.get("test", set())):
        problems.notice("a character of both train and test, which ZACI-20 keeps apart", character[:60])


def _has_pairs(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(100).lstrip(b"\xef\xbb\xbf").startswith(b"pathA,pathB,label")


def _read_boxes(path: Path, problems: Problems) -> Sheet:
    data, text = read_json(path)
    if not isinstance(data, dict):
        raise WrongUse(f"{path} is not like {{character: [{{id, bbox}}]}}: it is no label file of ZACI-20")
    sheet = Sheet(path, problems)
    sheet.counted = "character"
    sheet.roots += [path.parent / "images", path.parent / "data"]
    sheet.heading = {"layout": layout_of(data, text), "order": list(data)}
    part = part_in(path.stem)
    for number, (character, entries) in enumerate(data.items()):
        sheet.classes[number] = character
        for place, each in enumerate(entries if isinstance(entries, list) else ()):
            _entry(sheet, number, character, each, f"{sheet.name} {character[:60]!r} entry {place}")
        if not isinstance(entries, list):
            sheet.problems.add("a character without a list", f"{sheet.name} {character[:60]!r}")
    if part is not None:
        sheet.parts = dict.fromkeys(range(len(sheet.names)), part)
    return sheet


def _entry(sheet: Sheet, number: int, character: str, each: Any, where: str) -> None:
    id, box = (each.get("id"), each.get("bbox")) if isinstance(each, dict) else (None, None)
    if isinstance(id, bool) or not isinstance(id, int | str) or not isinstance(box, list) or len(box) != 4:
        sheet.problems.add("an entry without an id and a bbox of four numbers", where)
        return
    stems = _stems(character, str(id))
    others = [f"{stem}{ending}" for stem in stems for ending in ENDINGS]
    place = sheet.add_picture(f"{character}/{id}", others=others)
    sheet.crops[place] = tuple(f"/{stem}" for stem in stems[2:])
    x1, y1, x2, y2 = map(real, box)
    sheet.add_box(place, number + 1, x1, y1, x2 - x1, y2 - y1, number=number, written=json.dumps(each))


def _stems(character: str, id: str) -> tuple[str, ...]:
    """What a picture may be called: whole pictures first, as Danbooru's collections keep them, then crops."""
    number = integer_of(id)
    folder = character.replace("/", "__")
    return (f"{(number or 0) % 1000:04d}/{id}", id, f"{folder}/{id}", f"{folder}__{id}")


def _called(name: str) -> tuple[str, ...]:
    """The same for a name in a CSV of pairs: the character's is all but the last part of it."""
    character, _, file = name.rpartition("/")
    stem, dot, ending = file.rpartition(".")
    if not character or not dot:
        return (name, name.replace("/", "__"))
    endings = dict.fromkeys((f".{ending}", *ENDINGS))
    return tuple(f"{each}{end}" for each in _stems(character, stem) for end in endings)


def _read_pairs(path: Path, problems: Problems) -> Sheet:
    sheet = Sheet(path, problems)
    sheet.roots += [path.parent / "images", path.parent / "data"]
    text = read_text(path)
    sheet.heading = {**text.layout(), "layout": "pairs"}
    sheet.pairs = []
    sheet.pair_called = _called
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(io.StringIO(text.text, newline=""))
    try:
        if tuple(next(rows, ())) != PAIRS:
            raise WrongUse(f"{path} does not begin with {','.join(PAIRS)}: it has no pairs of ZACI-20")
        for row in rows:
            if row:
                _pair(sheet, rows.line_num, row)
    except csv.Error as error:
        sheet.wrong(f"the file from here on: {error}", rows.line_num)
    return sheet


def _pair(sheet: Sheet, line: int, row: list[str]) -> None:
    assert sheet.pairs is not None
    invalid = integer_of(row[4]) if len(row) == 5 else None
    if len(row) != 5 or row[2] not in ("0", "1") or row[3] not in ("0", "1", "") or not (row[0] and row[1]):
        sheet.wrong("a pair that is not like its header", line)
    elif invalid is None or abs(invalid) >= 2**31:
        sheet.wrong("a pair whose `invalid` is no number", line)
    else:
        sheet.pairs.append((row[0], row[1], row[2] == "1", None if row[3] == "" else row[3] == "1", invalid))


def write(out: Outgoing) -> Written:
    for file in out.files:
        if file.like.heading.get("layout") == "pairs":
            yield file.like.name, _pairs(file)
        elif file.pictures or len(out.files) == 1:
            yield file.like.name, _boxes(file, out)


def _pairs(file: OutFile) -> bytes:
    buffer = io.StringIO()
    rows = csv.writer(buffer, lineterminator="\n")
    rows.writerow(PAIRS)
    for a, b, same, answered, invalid in file.pairs:
        rows.writerow([a, b, int(same), "" if answered is None else int(answered), invalid])
    return lay_out(buffer.getvalue().removesuffix("\n").split("\n"), file.like.heading)


def _boxes(file: OutFile, out: Outgoing) -> str:
    heading = file.like.heading
    found: dict[str, list[Any]] = {name: [] for name in heading.get("order", [])}
    had = {picture.name.rpartition("/")[0] for picture in file.pictures if picture.file_id is not None}
    for picture in file.pictures:
        for box in picture.boxes:
            if box.label is None:
                out.lost("boxes without a label: every one belongs to a character")
                continue
            character = box.label
            if picture.file_id is not None and box.same:
                character = picture.name.rpartition("/")[0]
            found.setdefault(character, []).append(_box(picture, box))
        if not picture.boxes:
            out.lost("pictures without boxes")
    # Characters all of whose boxes are gone go with them.
    kept = {name: entries for name, entries in found.items() if entries or name not in had}
    return dump(kept, heading.get("layout") or {"end": ""})


def _box(picture: OutPicture, box: OutBox) -> Any:
    known = json.loads(box.written) if box.written is not None else {}
    if box.same and known:
        return known
    whole = Path(picture.name.replace("\\", "/"))
    # A picture that these files have not named may need its folders to be found; theirs are called by the character.
    stem = whole.stem if picture.file_id is not None else whole.with_suffix("").as_posix()
    corners = [float(tidy_number(each)) for each in (box.x, box.y, box.x + box.w, box.y + box.h)]
    number = integer_of(stem)
    return {
        "id": known.get("id", stem if number is None else number), **known,
        "bbox": [int(each) if each == int(each) else each for each in corners],
    }  # fmt: skip


FORMAT = LabelFormat(
    "zaci", "ZACI-20's files", "characters", "faces.json", read, write,
    scores=False, whole_pixels=True, pairs=True, by_stem=True,
)  # fmt: skip
