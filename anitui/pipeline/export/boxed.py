"""Datasets of pictures with boxes: COCO, YOLO and LAP, each as its label files are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from anitui.pipeline.export.model import Class, DatasetFormat, Export, Unit
from anitui.pipeline.label_files import coco, lap, yolo
from anitui.pipeline.label_files.model import OutBox, OutFile, Outgoing, OutPicture, Remembered, Written


class BoxWriter:
    """Gathers the pictures of each part; `write` puts them into files."""

    def __init__(
        self, export: Export, called: Callable[[Unit], str], write: Callable[[Export, dict[str, OutFile]], Written],
        *, whole_pixels: bool = False,
    ) -> None:  # fmt: skip
        self._export = export
        self._called = called
        self._write = write
        self._whole = whole_pixels
        classes = {each.label: each.number for each in export.in_order()}
        self._files = {part: OutFile(Remembered(None, part, "face", "px", {}), [], classes) for part in export.parts}

    def add(self, unit: Unit, data: bytes | None) -> None:
        name, (width, height) = self._called(unit), unit.size
        written = json.dumps(
            {"id": unit.place + 1, "file_name": name, "width": width, "height": height}, ensure_ascii=False
        )
        self._files[unit.part].pictures.append(
            OutPicture(unit.first.image_id, name, width, height, False, None, written, list(self._boxes(unit)), False)
        )

    def _boxes(self, unit: Unit) -> Iterable[OutBox]:
        for each in unit.members:
            x, y, w, h = unit.box(each) or (0.0, 0.0, *map(float, unit.size))
            if self._whole:
                right, bottom = round(x + w), round(y + h)
                x, y = float(round(x)), float(round(y))
                w, h = max(1.0, right - x), max(1.0, bottom - y)
            label = each.labels[0]
            # A score is what a detector thought of it; what is exported is the truth.
            yield OutBox(
                each.face_id or 0, x, y, w, h, None, each.kind or "face", each.detector or "", label, None, False,
                number=self._export.classes[label].number,
            )  # fmt: skip

    def finish(self) -> Iterable[str]:
        for name, content in self._write(self._export, self._files):
            path = self._export.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
            yield name

    def close(self) -> None:
        """Nothing is open."""


def _nothing_lost(what: str) -> None:
    del what


def _base(unit: Unit) -> str:
    return unit.name.rpartition("/")[2]


def _coco(export: Export) -> BoxWriter:
    def write(export: Export, files: dict[str, OutFile]) -> Written:
        for part, file in files.items():
            [(_, content)] = coco.write(Outgoing([file], _nothing_lost))
            yield f"annotations/instances{part and '_' + part}.json", content

    return BoxWriter(export, _base, write)


def _yolo(export: Export) -> BoxWriter:
    def write(export: Export, files: dict[str, OutFile]) -> Written:
        for file in files.values():
            for name, content in yolo.write(Outgoing([file], _nothing_lost)):
                if name != yolo.CLASSES:
                    yield name, content
        yield "data.yaml", _data_yaml(export)

    return BoxWriter(export, lambda unit: unit.name, write)


def _data_yaml(export: Export) -> str:
    """Those who train with it want train and val, whatever parts there are. Texts in JSON's quotes are YAML, too."""

    def folder(part: str) -> str:
        return f"images/{part}".rstrip("/")

    parts = list(export.parts)
    train = parts[0]
    val = next((part for part in ("val", "test") if part in parts), train)
    lines: list[Any] = [
        f"path: {_quoted(str(export.destination))}  # where this folder lies: change it with the folder",
        f"train: {folder(train)}",
        f"val: {folder(val)}",
        *(["test: " + folder("test")] if "test" in parts else []),
        f"nc: {len(export.classes)}",
        "names:",
        *(f"  {each.number}: {_quoted(each.label)}" for each in export.in_order()),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """YAML takes fewer letters than JSON as they are."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in written)


def _lap(export: Export) -> BoxWriter:
    def write(export: Export, files: dict[str, OutFile]) -> Written:
        pictures = [each for file in files.values() for each in file.pictures]
        for each in pictures:
            each.written = None
        classes = {
            "".join(letter if letter.isprintable() else " " for letter in each.label): each.number
            for each in export.in_order()
        }
        yield from lap.write(
            Outgoing([OutFile(Remembered(None, lap.FORMAT.main, "face", "px", {}), pictures, classes)], _nothing_lost)
        )

    return BoxWriter(export, lambda unit: unit.name.replace("/", "\\"), write, whole_pixels=True)


def _in_part(part: str, own: Class, name: str) -> str:
    del own
    return f"{part or 'images'}/{name}"


def _in_images(part: str, own: Class, name: str) -> str:
    del own
    return "/".join(filter(None, ("images", part, name)))


# COCO's own categories are counted from 1: those who train detectors mean by 0 what is no object.
COCO = DatasetFormat("coco", "COCO's JSON", _coco, _in_part, per_picture=True, first_number=1)
YOLO = DatasetFormat("yolo", "YOLO's files", _yolo, _in_images, per_picture=True)
LAP = DatasetFormat("lap", "LAP's label file", _lap, _in_part, per_picture=True, own_numbers=True)
