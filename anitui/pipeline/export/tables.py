"""Datasets whose labels stand in tables: imagefolder with Hugging Face's `metadata.csv`, our CSV, and DAF:re's."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TextIO

from anitui.pipeline.export.model import Class, DatasetFormat, Export, Unit
from anitui.pipeline.label_files.model import tidy_number

Row = Callable[[Unit, str], Mapping[str, Any]]


def _box(unit: Unit) -> dict[str, str]:
    """Of the face, in the picture that is exported."""
    box = unit.box(unit.first)
    return dict(zip("xywh", ["", "", "", ""] if box is None else map(tidy_number, box), strict=True))


def _known(unit: Unit) -> dict[str, Any]:
    first = unit.first
    width, height = unit.size
    return {
        "labels": json.dumps(first.labels, ensure_ascii=False) if len(first.labels) > 1 else "",
        "face_id": first.face_id, "image_id": first.image_id, "group_id": first.group_id, **_box(unit),
        "width": width, "height": height, "score": first.score, "source_sha256": first.sha256, "source": first.url,
    }  # fmt: skip


class TableWriter:
    """A table for each part. What `row` says of the first picture are its columns."""

    def __init__(self, export: Export, table: Callable[[str], str], row: Row, *, header: bool = True) -> None:
        self._export = export
        self._table = table
        self._row = row
        self._header = header
        self._open: dict[str, tuple[TextIO, Any]] = {}

    def add(self, unit: Unit, data: bytes | None) -> None:
        name = self._table(unit.part)
        values = self._row(unit, name)
        if name not in self._open:
            path = self._export.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("w", encoding="utf-8", newline="")
            self._open[name] = (file, csv.writer(file, lineterminator="\n"))
            if self._header:
                self._open[name][1].writerow(values)
        self._open[name][1].writerow(values.values())

    def finish(self) -> Iterable[str]:
        for name, (file, _) in self._open.items():
            file.close()
            yield name

    def close(self) -> None:
        for file, _ in self._open.values():
            with suppress(OSError):  # on a full disk
                file.close()


def _folder_table(part: str) -> str:
    return f"{part}/metadata.csv" if part else "metadata.csv"


def _beside(unit: Unit, table: str) -> Mapping[str, Any]:
    """Names are as they are seen from the table."""
    below = unit.name.removeprefix(table.removesuffix("metadata.csv"))
    return {"file_name": below, "label": unit.label, **_known(unit)}


def _imagefolder(export: Export) -> TableWriter:
    return TableWriter(export, _folder_table, _beside)


def _in_class_folder(part: str, own: Class, name: str) -> str:
    return "/".join(filter(None, (part, own.folder, name)))


def _in_images(part: str, own: Class, name: str) -> str:
    del own
    return "/".join(filter(None, ("images", part, name)))


def _path(unit: Unit) -> str:
    return unit.name if unit.shape else unit.source


def _csv(export: Export) -> TableWriter:
    def row(unit: Unit, table: str) -> Mapping[str, Any]:
        number = export.classes[unit.label].number
        return {"path": _path(unit), "label": unit.label, "class": number, **_known(unit)}

    return TableWriter(export, lambda part: f"{part or 'all'}.csv", row)


class _DafreWriter(TableWriter):
    """Also `classid_classname.csv`."""

    def finish(self) -> Iterable[str]:
        yield from super().finish()
        name = "classid_classname.csv"
        with (self._export.folder / name).open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerows([each.number, " ".join(each.label.split())] for each in self._export.in_order())
        yield name


def _dafre(export: Export) -> TableWriter:
    def row(unit: Unit, table: str) -> Mapping[str, Any]:
        return {"class_id": export.classes[unit.label].number, "path": _path(unit)}

    return _DafreWriter(export, lambda part: f"{part or 'all'}.csv", row, header=False)


IMAGEFOLDER = DatasetFormat("imagefolder", "a folder of pictures for each class", _imagefolder, _in_class_folder)
CSV = DatasetFormat("csv", "a CSV", _csv, _in_images, without_pictures=True)
DAFRE = DatasetFormat("dafre", "DAF:re's files", _dafre, _in_images, without_pictures=True)
