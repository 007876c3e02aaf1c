"""The parts that a data set was published in: train, val, test; and what lies in two of them, or under two classes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from anitui.pipeline.label_files.model import Problems, Sheet
from anitui.pipeline.label_files.naming import same

PARTS = ("train", "val", "test")  # in this order a picture belongs to the first that has it
_CALLED: Mapping[str, str] = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip
IN_TWO_PARTS = "a picture in two parts of the set: it stays in the first of train, val and test"
IN_TWO_CLASSES = "a picture, or a face of it, under two classes: the first counts"

TWICE = "a picture that lies there twice, or more often: it is taken in once"


def part_of(name: str) -> str | None:
    """The part that a folder, or the value of a column, is called after."""
    return _CALLED.get(name.strip().lower())


def part_in(stem: str) -> str | None:
    """The part that a file is named after: `train`, `zaci20_test`; nothing where several are named."""
    found = {part for word in re.split(r"[^a-z]+", stem.lower()) if (part := _CALLED.get(word))}
    return found.pop() if len(found) == 1 else None


class Matched(Protocol):
    """A sheet, and which picture of the catalogue each of its pictures is."""

    sheet: Sheet
    paths: list[str | None]
    images: list[int | None]


def settle(sheets: Sequence[Matched], problems: Problems) -> dict[int, str]:
    """Which part each picture belongs to.

    A picture that is met in two parts, or under two classes, is told. It goes where it is met first, in the order of
    the parts: what is also in train says nothing about a model, so nothing in test may be.
    """
    parts: dict[int, str] = {}
    names: dict[int, str] = {}
    labels: dict[tuple[float, ...], str] = {}  # of each box: a picture as a whole, or a place in it
    told: set[int] = set()
    rank = {part: place for place, part in enumerate(PARTS)}
    rows = [
        (rank.get(each.sheet.parts.get(place, ""), len(rank)), number, place, image)
        for number, each in enumerate(sheets)
        for place, image in enumerate(each.images)
        if image is not None and (each.sheet.parts or each.sheet.unit == "whole")
    ]
    boxes: list[dict[int, list[int]]] = [{} for _ in sheets]
    for number in {number for _, number, _, _ in rows}:
        for box, picture in enumerate(sheets[number].sheet.picture):
            boxes[number].setdefault(picture, []).append(box)
    for _, number, place, image in sorted(rows):
        sheet = sheets[number].sheet
        part, name = sheet.parts.get(place), sheet.names[place]
        if part is not None and parts.setdefault(image, part) != part:
            problems.notice(IN_TWO_PARTS, f"{names[image]} and {name}")
            told.add(image)
        names.setdefault(image, name)
        for box in boxes[number].get(place, ()):
            label = _label(sheet, box)
            where = (image, sheet.x[box], sheet.y[box], sheet.w[box], sheet.h[box])
            if label is not None and labels.setdefault(where, label) != label:
                problems.add(IN_TWO_CLASSES, f"{names[image]} and {name}")
                told.add(image)
                sheet.label[box] = sheet.number[box] = None
    _tell_twice(sheets, told, problems)
    return parts


def _tell_twice(sheets: Sequence[Matched], told: set[int], problems: Problems) -> None:
    """Files with the same content: why fewer pictures are new than there are files. Those in two parts or under two
    classes are told as such."""
    first: dict[int, tuple[str, str]] = {}
    met: set[str] = set()
    for each in sheets:
        for name, path, image in zip(each.sheet.names, each.paths, each.images, strict=True):
            if path is None or image is None or path in met:
                continue
            met.add(path)
            one = first.setdefault(image, (path, name))
            if one[0] != path and image not in told:
                problems.notice(TWICE, f"{one[1]} and {name}")


def _label(sheet: Sheet, box: int) -> str | None:
    number = sheet.number[box]
    if number is not None:
        return same(sheet.classes.get(number, f"class {number}"))
    label = sheet.label[box]
    return None if label is None else same(label)
