"""What label files say, as the columns that the catalogue takes: a box, a statement, a tag, a pair in each row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from anitui.pipeline.label_files.model import KINDS, UNNAMED, LabelFormat, Sheet
from anitui.pipeline.label_files.naming import tidy
from anitui.store import label_files
from anitui.store.faces import BY_HAND

if TYPE_CHECKING:
    import pyarrow

_PICTURES = {
    "place": "int64", "name": "string", "image_id": "int64", "written": "string", "crop": "bool_",
    "said_width": "int64", "said_height": "int64",
}  # fmt: skip
_BOXES = {
    "picture": "int64", "place": "int64", "line": "int64", "x": "float64", "y": "float64", "w": "float64",
    "h": "float64", "score": "float64", "kind": "string", "detector": "string", "settings": "string",
    "state": "string", "reason": "string", "unsure": "bool_", "written": "string",
}  # fmt: skip
_SAID = {
    "box": "int64", "label": "string", "label_set": "string", "speaker": "string", "said_by": "string",
    "confidence": "float64", "said_at": "string", "place": "int64", "line": "int64",
}  # fmt: skip
_TAGS = {"picture": "int64", **{name: kind for name, kind in _SAID.items() if name != "box"}}
_PAIRS = {
    "place": "int64", "a_name": "string", "b_name": "string", "a_id": "int64", "b_id": "int64", "same": "bool_",
    "answered": "bool_", "invalid": "int32",
}  # fmt: skip


class Settled(Protocol):
    """A sheet, and which pictures of the catalogue its own are."""

    sheet: Sheet
    images: list[int | None]
    pair_images: dict[str, int | None]
    crops: list[bool]


def incoming(wanted: Settled, form: LabelFormat, speaker: str | None, label_set: str) -> label_files.Incoming:
    """What a sheet says, for the catalogue. `speaker` says what is said; else it follows from the format or scores."""
    sheet = wanted.sheet
    size = len(sheet.x)
    names = _class_names(sheet)
    speakers = [speaker or sheet.by or ("person" if score is None else "model") for score in sheet.score]
    detectors = [
        BY_HAND if score is None and by == "person" else form.name
        for score, by in zip(sheet.score, speakers, strict=True)
    ]
    more: dict[str, list[Any]] = {
        "kind": [sheet.kind] * size, "detector": detectors, "settings": [None] * size, "state": ["active"] * size,
        "reason": [None] * size, "unsure": [False] * size,
    }  # fmt: skip
    for box, values in sheet.more.items():
        for name, value in values.items():
            more[name][box] = value
    for box, (number, label) in enumerate(zip(sheet.number, sheet.label, strict=True)):
        called = label if number is None else names[number]
        if called is not None and called.lower() in KINDS:
            more["kind"][box] = called.lower()
    said = _said(sheet, names, speakers, label_set)
    sizes = [sheet.sizes.get(place) for place in range(len(sheet.names))]
    heading = {**sheet.heading, "classes": {name: number for number, name in sorted(names.items())}}
    return label_files.Incoming(
        form.name,
        sheet.name,
        str(sheet.path),
        sheet.kind,
        sheet.unit,
        label_set,
        json.dumps(heading, ensure_ascii=True),
        _once({names[number]: number for number in sorted(names) if names[number].lower() not in KINDS}),
        label_files.shape(
            _PICTURES,
            {
                "place": range(len(sheet.names)), "name": sheet.names, "image_id": wanted.images,
                "written": sheet.picture_written, "crop": wanted.crops,
                "said_width": [size and size[0] for size in sizes], "said_height": [size and size[1] for size in sizes],
            },
        ),
        label_files.shape(
            _BOXES,
            {
                "picture": sheet.picture, "place": range(size), "line": sheet.line, "x": sheet.x, "y": sheet.y,
                "w": sheet.w, "h": sheet.h, "score": sheet.score, "written": sheet.written, **more,
            },
        ),
        said,
        _tags(sheet, speaker or sheet.by or "person", label_set),
        _pairs(wanted),
        [image for place in sheet.marked if (image := wanted.images[place]) is not None],
        bool(sheet.parts),
    )  # fmt: skip


def hints(sheets: Sequence[Sheet]) -> dict[str, str]:
    """What folders call the pictures in them, by their paths: it stays with each place, as with every import."""
    found: dict[str, str] = {}
    for sheet in sheets:
        for picture, number, label in zip(sheet.picture, sheet.number, sheet.label, strict=True):
            called = label if number is None else sheet.classes.get(number, f"class {number}")
            path = sheet.found.get(picture)
            if path is not None and called is not None and (name := tidy(called)) is not None:
                found[path] = name
    return found


def _once(classes: dict[str, int]) -> dict[str, int]:
    """Names that differ in their case only are one label."""
    seen: set[str] = set()
    return {name: n for name, n in classes.items() if name.lower() not in seen and not seen.add(name.lower())}  # type: ignore[func-returns-value]


def _class_names(sheet: Sheet) -> dict[int, str]:
    """What each class index stands for, as labels are written."""
    names: dict[int, str] = {}
    for number, name in sheet.classes.items():
        kept = tidy(name)
        if kept is None:
            sheet.wrong("a class whose name is no label")
        else:
            names[number] = kept
    unnamed = Counter(number for number in sheet.number if number is not None and number not in names)
    for number in sorted(unnamed):
        sheet.problems.notice(UNNAMED, f"{number} in {sheet.name}, called 'class {number}'")
        names[number] = f"class {number}"
    return names


def _said(sheet: Sheet, names: dict[int, str], speakers: list[str], label_set: str) -> pyarrow.Table:
    columns: dict[str, list[Any]] = {name: [] for name in _SAID}
    by = f"file {sheet.name}"

    def say(
        box: int, label: str, of: str, speaker: str, said_by: str, confidence: float | None, said_at: str | None = None
    ) -> None:
        row = (box, label, of, speaker, said_by, confidence, said_at, len(columns["box"]), sheet.line[box])
        for name, value in zip(_SAID, row, strict=True):
            columns[name].append(value)

    for box, (number, label) in enumerate(zip(sheet.number, sheet.label, strict=True)):
        if label is not None:
            label = tidy(label)
            if label is None:
                sheet.problems.add("a name that is no label", sheet.where(sheet.picture[box], sheet.line[box]))
        elif number is not None:
            label = names[number]
        if label is not None and label.lower() in KINDS:
            label = None
        if label is not None:
            say(box, label, label_set, speakers[box], by, sheet.score[box] if speakers[box] == "model" else None)
    for box, values in sheet.said:
        label = tidy(values["label"])
        of = tidy(values.get("label_set") or label_set)
        if label is None or of is None:
            sheet.wrong("a name that is no label", values["line"])
            continue
        speaker = values.get("speaker") or speakers[box]
        # A file has one voice for each kind of speaker: what a model says does not take a person's word away.
        usual = by if speaker == speakers[box] else f"{by} ({speaker})"
        say(box, label, of, speaker, values.get("said_by") or usual, values.get("confidence"), values.get("said_at"))
        columns["line"][-1] = values["line"]
    return label_files.shape(_SAID, columns)


def _tags(sheet: Sheet, usual: str, label_set: str) -> pyarrow.Table:
    columns: dict[str, list[Any]] = {name: [] for name in _TAGS}
    by = f"file {sheet.name}"
    for picture, values in sheet.tags:
        label = tidy(values["label"])
        of = tidy(values.get("label_set") or label_set)
        if label is None or of is None:
            sheet.wrong("a name that is no label", values["line"])
            continue
        speaker = values.get("speaker") or usual
        said_by = values.get("said_by") or (by if speaker == usual else f"{by} ({speaker})")
        row = (
            picture, label, of, speaker, said_by, values.get("confidence"), values.get("said_at"),
            len(columns["picture"]), values["line"],
        )  # fmt: skip
        for name, value in zip(_TAGS, row, strict=True):
            columns[name].append(value)
    return label_files.shape(_TAGS, columns)


def _pairs(wanted: Settled) -> pyarrow.Table | None:
    pairs = wanted.sheet.pairs
    if pairs is None:
        return None
    images = wanted.pair_images
    return label_files.shape(
        _PAIRS,
        {
            "place": range(len(pairs)), "a_name": [each[0] for each in pairs], "b_name": [each[1] for each in pairs],
            "a_id": [images[each[0]] for each in pairs], "b_id": [images[each[1]] for each in pairs],
            "same": [each[2] for each in pairs], "answered": [each[3] for each in pairs],
            "invalid": [each[4] for each in pairs],
        },
    )  # fmt: skip
