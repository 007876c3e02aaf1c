"""What a `metadata.csv` or `metadata.jsonl` says of the pictures beside it, and the names of the classes in it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import Problems
from anitui.pipeline.label_files.naming import tidy
from anitui.pipeline.label_files.parts import part_of
from anitui.pipeline.label_files.pictures import parts_of
from anitui.pipeline.label_files.reading import LONGEST_LINE, Text, integer_of, read_text, too_deep
from anitui.pipeline.sources.folder import printable

FILES = ("metadata.csv", "metadata.jsonl")
FILE_NAME = "file_name"
# The column that says what a picture shows: the first of these that is there.
LABELS = (
    "label", "labels", "class", "class_name", "category", "character", "character_name", "name", "target", "tag",
    "text", "caption",
)  # fmt: skip
SPLITS = ("split", "part", "partition", "subset")
Record = tuple[int, Mapping[str, Any]]  # a row, and its line
_SHOWN = 8
NO_LABEL = "a row without a label"
_CLASS_FILES = ("dataset_infos.json", "dataset_info.json", "README.md", "classes.txt", "labels.txt", "class_names.txt")


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of one picture. `says`: there is a column for labels, so folders are not asked."""

    line: int
    label: str | None
    number: int | None
    part: str | None
    says: bool


def is_there(folder: Path) -> bool:
    """Whether such a file lies in a folder, and names files."""
    for name in FILES:
        try:
            with (folder / name).open("rb") as file:
                first = file.readline(LONGEST_LINE)
        except OSError:
            continue
        if re.search(rb'(^|[",;{\s\xbf])file_name($|[",;\s])', first):
            return True
    return False


def read(files: Mapping[str, str], problems: Problems) -> tuple[dict[str, Row], dict[int, str]]:
    """What all such files of a tree say, by the paths of pictures; and the names of class indices, if any are there.

    `files` are those of the tree, by their paths from its top.
    """
    rows: dict[str, Row] = {}
    for name, path in files.items():
        folder, _, file = name.rpartition("/")
        if file.lower() in FILES:
            try:
                _read(Path(path), f"{folder}/" if folder else "", name, rows, problems)
            except WrongUse as error:  # the folders still say something
                problems.add("metadata that cannot be read", f"{name}: {error}")
    numbered = any(row.number is not None for row in rows.values())
    return rows, _names(files, problems) if numbered else {}


def _read(path: Path, folder: str, name: str, rows: dict[str, Row], problems: Problems) -> None:
    text = read_text(path)
    if not text.text.strip():
        problems.add("metadata that is empty", name)
        return
    by_line = path.suffix.lower() == ".jsonl"
    header, records = _of_lines(text, name, problems) if by_line else _of_csv(text.text, name, problems)
    columns: dict[str, str] = {}
    for column in header:
        columns.setdefault(column.strip().lower(), column)
    if FILE_NAME not in columns:
        found = ", ".join(printable(each[:40]) for each in header[:_SHOWN]) or "no columns"
        problems.add(f"metadata without a column {FILE_NAME}: nothing of it was taken", f"{name} has {found}")
        return
    label = next((columns[each] for each in LABELS if each in columns), None)
    split = next((columns[each] for each in SPLITS if each in columns), None)
    # As ClassLabel writes them: numbers all through. One name among them, and they are names like it.
    values = [record.get(label) for _, record in records] if label is not None else []
    whole = [_whole(each) for each in values]
    numbered = any(each is not None for each in whole) and all(
        number is not None or _missing(each) for number, each in zip(whole, values, strict=True)
    )
    for line, record in records:
        where = f"{name} line {line}"
        file = record.get(columns[FILE_NAME])
        parts = parts_of(file) if isinstance(file, str) and file.strip() else "a row without a file's name"
        if isinstance(parts, str):
            problems.add(parts, where)
            continue
        key = folder + "/".join(parts)
        if key in rows:
            problems.add("a picture that metadata names twice: the first row counts", where)
            continue
        value = record.get(label) if label is not None else None
        number = _whole(value) if numbered else None
        # A number that is none is a missing one, and told as such.
        said = _label(value, where, problems) if label is not None and number is None else None
        part = part_of(str(record.get(split))) if split is not None else None
        if number is not None and number < 0:  # how sets for contests mark what is not to be known
            number = None
        rows[key] = Row(line, said, number, part, label is not None)


def _label(value: Any, where: str, problems: Problems) -> str | None:
    if isinstance(value, list):
        if len(value) > 1:
            problems.notice("a picture with several labels: the first counts", where)
        value = value[0] if value else None
    if _missing(value):
        problems.notice(NO_LABEL, where)
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        problems.add("a label that is neither a name nor a class index", where)
        return None
    label = tidy(str(value))
    if label is None or len(str(value).strip().splitlines()) > 1:
        problems.add("a label that is no single line of at most 200 characters", where)
        return None
    return str(value)  # as it is written, until it is told which of them are one label


def _missing(value: Any) -> bool:
    """As tables write what is not known; a character called Nan is one."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and value.strip() in ("", "NaN", "nan", "None", "null"))


def _whole(value: Any) -> int | None:
    """A whole number, also as tables with gaps in them write it: 3.0."""
    if isinstance(value, str):
        return integer_of(value.strip().removesuffix(".0"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e18 or value % 1:
        return None
    return int(value)


def _of_csv(text: str, name: str, problems: Problems) -> tuple[list[str], list[Record]]:
    text = text.replace("\r", "\n").removeprefix("\ufeff")  # a mark that was put before another one
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_between(text.strip().partition("\n")[0]))
    header: list[str] = []
    found: list[Record] = []
    try:
        for row in rows:
            if not any(each.strip() for each in row):
                continue
            if not header:
                header = row
            elif len(row) != len(header):
                problems.add("a row that is not like its header", f"{name} line {rows.line_num}")
            else:
                found.append((rows.line_num, dict(zip(header, row, strict=True))))
    except csv.Error as error:
        problems.add(f"metadata from here on: {error}", f"{name} line {rows.line_num}")
    return header, found


def _between(header: str) -> str:
    """What stands between columns: tables of some countries have `;`, and what is copied from one has tabs."""
    for each in ",;\t":
        if FILE_NAME in (column.strip(' "').lower() for column in header.split(each)):
            return each
    return ","


def _of_lines(text: Text, name: str, problems: Problems) -> tuple[list[str], list[Record]]:
    found: list[Record] = []
    for line, content in text.lines():
        if not content.strip():
            continue
        where = f"{name} line {line}"
        if len(content) > LONGEST_LINE or too_deep(content):
            problems.add("a row that is no JSON object", where)
            continue
        try:
            record = json.loads(content)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            found.append((line, record))
        else:
            problems.add("a row that is no JSON object", where)
    return list(dict.fromkeys(column for _, record in found for column in record)), found


def _names(files: Mapping[str, str], problems: Problems) -> dict[int, str]:
    """What class indices stand for, by the first file at the top of the tree that says so."""
    for file in _CLASS_FILES:
        if file not in files:
            continue
        try:
            text = read_text(Path(files[file])).text
        except WrongUse as error:
            problems.add("names of classes that cannot be read", str(error))
            continue
        found = _names_in(file, text)
        if found:
            return found
    return {}


def _names_in(file: str, text: str) -> dict[int, str]:
    if file.endswith(".json"):
        try:
            return {} if too_deep(text) else _class_labels(json.loads(text))
        except (ValueError, RecursionError):
            return {}
    if file.endswith(".md"):
        # The card of a data set: a `names:` with `'0': cat` in its lines, deeper than it.
        block = re.search(r"^( *)names:[ \t]*\n((?:\1 +.*\n)+)", text, re.MULTILINE)
        lines = re.findall(r"^\s*['\"]?(\d{1,9})['\"]?\s*:\s*(.+?)\s*$", block[2], re.MULTILINE) if block else []
        return {int(number): name.strip("'\"") for number, name in lines}
    named: dict[int, str] = {}
    for place, line in enumerate(each for each in text.split("\n") if each.strip()):
        numbered = re.fullmatch(r"\s*(\d{1,9})\s*[:,\t]\s*(.+?)\s*", line)
        named[int(numbered[1]) if numbered else place] = numbered[2] if numbered else line.strip()
    return named


def _class_labels(data: Any) -> dict[int, str]:
    """The first list of names within what describes the columns of a data set."""
    if isinstance(data, dict):
        names = data.get("names")
        if isinstance(names, list) and names and all(isinstance(each, str) for each in names):
            return dict(enumerate(names))
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            if found := _class_labels(each):
                return found
    return {}
