"""`manifest.csv`: what every file of an export is, where it came from, and what was done to it.

It also tells an earlier export of ours from a folder of somebody's, and what of it can be taken over.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from anitui.pipeline.export.model import Class, Unit
from anitui.pipeline.label_files.model import tidy_number

NAME = "manifest.csv"
SHARD = "shard"  # in the place of a source's SHA-256: the file holds many pictures
COLUMNS = (
    "file", "part", "label", "class", "labels", "face_id", "image_id", "source_sha256", "source", "x", "y", "w", "h",
    "width", "height", "made", "bytes", "key",
)  # fmt: skip
_HEADING = ",".join(COLUMNS)


class ManifestWriter:
    """The manifest of an export, row by row; the file itself is the caller's to open and close."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self.names: set[str] = set()

    def add(self, unit: Unit, classes: Mapping[str, Class], size: int, key: str = "", file: str = "") -> None:
        """A picture, with a row for each of its members."""
        for row in rows_of(unit, classes, file or unit.name):
            self._rows.writerow([*row, size, key])
        self.names.add(file or unit.name)

    def add_file(self, name: str, size: int) -> None:
        """A file that is no picture."""
        self._rows.writerow([name, *[""] * (len(COLUMNS) - 4), "written", size, ""])
        self.names.add(name)

    def finish(self) -> None:
        """All of it is written."""
        self._file.close()

    def close(self) -> None:
        """Also where it did not come to its end, on a full disk."""
        with suppress(OSError):
            self._file.close()


def rows_of(unit: Unit, classes: Mapping[str, Class], file: str) -> Iterator[list[Any]]:
    """What is said of a picture before it is made."""
    width, height = unit.size
    for each in unit.members:
        label = each.labels[0]
        box = ["", "", "", ""] if each.box is None else [tidy_number(number) for number in each.box]
        yield [
            file, unit.part, label, classes[label].number,
            json.dumps(each.labels, ensure_ascii=False) if len(each.labels) > 1 else "",
            "" if each.face_id is None else each.face_id, each.image_id, each.sha256, each.url or unit.source, *box,
            width, height, unit.shape.told if unit.shape else "none",
        ]  # fmt: skip


def is_ours(path: Path) -> bool:
    """Whether this is the manifest of an export."""
    try:
        with path.open("rb") as file:
            return file.read(len(_HEADING) + 1).decode("utf-8", "replace").rstrip("\r\n") == _HEADING
    except OSError:
        return False


def files(path: Path) -> Iterator[tuple[str, int, tuple[str, str] | None]]:
    """Every file that a manifest names, with its size, and by what it may be taken over.

    A manifest may have been changed since: names that lead elsewhere are passed over.
    """
    if not path.is_file():
        return
    seen: set[str] = set()
    csv.field_size_limit(1 << 26)
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            name, size = row.get("file") or "", row.get("bytes") or ""
            if name in seen or not size.isdecimal() or name.startswith("/") or ".." in name.split("/"):
                continue
            seen.add(name)
            key, sha256, made = row.get("key") or "", row.get("source_sha256") or "", row.get("made") or ""
            yield name, int(size), (SHARD, key) if key else (sha256, made) if sha256 and made else None
