"""In words what the picture shows in colours: the box in the hand, and the labels with their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from anitui.screens.boxes.desk import Desk
from anitui.screens.boxes.geometry import CORNERS
from anitui.store.boxes import Box
from anitui.store.labels import Known

Colour = tuple[int, int, int]


def colour_of(box: Box, colours: Mapping[str, str]) -> Colour | None:
    """The colour that a box is drawn in: its label's; none where it has no name, lest it look like one that has."""
    said = colours.get(box.label or "", "").lstrip("#")
    return (int(said[:2], 16), int(said[2:4], 16), int(said[4:6], 16)) if len(said) == 6 else None


def in_a_line(desk: Desk) -> str:
    """The box in the hand, where there is no room for more; else how many there are."""
    box, place = desk.current, desk.place
    if box is None or place is None:
        return "no box chosen" if desk.boxes else "no boxes here"
    parts = [f"{place + 1}/{len(desk.boxes)}", box.label or "no name"]
    if box.kind == "head":
        parts.append("head")
    parts += [_state(desk, box), "by hand" if box.by_hand else _by(box), _size(box)]
    return " · ".join(part for part in parts if part)


BOX_LINES = 8


def of_box(desk: Desk, labels: Sequence[Known], width: int, *, hidden: bool, keys: Sequence[str]) -> Text:
    """The box in the hand; where there is none, what `keys` (next box, insert, copy) do about it."""
    return _cut(_box_lines(desk, {each.name: each.colour for each in labels}, hidden, keys), width, BOX_LINES)


def of_labels(desk: Desk, labels: Sequence[Known], width: int, height: int, type_key: str) -> Text:
    """As many labels with their keys as there is room for; the one of the box in the hand is marked."""
    return _cut(_label_lines(labels, desk.current, height, type_key), width, height)


def _cut(lines: list[Text], width: int, height: int) -> Text:
    for line in lines:
        line.truncate(max(1, width), overflow="ellipsis")
    return Text("\n", no_wrap=True, overflow="ellipsis").join(lines[: max(0, height)])


def _box_lines(desk: Desk, colours: Mapping[str, str], hidden: bool, keys: Sequence[str]) -> list[Text]:
    box, place = desk.current, desk.place
    if box is None or place is None:
        there = f"{len(desk.boxes)} {'box' if len(desk.boxes) == 1 else 'boxes'}" if desk.boxes else "no boxes"
        lines = [Text(f"{there}, none chosen" if desk.boxes else there, "bold")]
        if hidden:
            lines.append(Text("hidden", "bold"))
        does = {"takes one": bool(desk.boxes), "draws one": True, "copies some": bool(desk.picture.looked)}
        what = [f"{key} {each}" for (each, can), key in zip(does.items(), keys, strict=False) if can]
        return lines + [Text(each, "dim") for each in what]
    lines = [
        Text(f"box {place + 1} of {len(desk.boxes)} · {box.kind}", "bold"),
        _sign(box, colours).append(box.label or "no name", "bold not dim"),
    ]
    if box.said_by:
        lines.append(Text(f"named by {box.said_by}", "dim"))
    lines += [Text(_by(box), "dim"), Text(_size(box), "dim"), Text(f"at {box.x:.0f}, {box.y:.0f}", "dim")]
    if state := _state(desk, box):
        lines.append(Text(state, "bold"))
    if hidden:
        lines.append(Text("hidden", "bold"))
    return lines


def _sign(box: Box, colours: Mapping[str, str]) -> Text:
    colour = colour_of(box, colours)
    return Text("□ ") if colour is None else Text("■ ", "rgb({},{},{})".format(*colour))


def _label_lines(labels: Sequence[Known], box: Box | None, room: int, type_key: str) -> list[Text]:
    with_keys = [each for each in labels if each.key]
    if not with_keys:
        return [Text(f"no labels: {type_key} types one", "dim")]
    shown = with_keys if len(with_keys) == len(labels) and len(labels) <= room else with_keys[: max(0, room - 1)]
    lines = []
    for each in shown:
        mine = box is not None and box.label == each.name
        line = Text(f"{each.key} ", "bold").append("■ ", f"{each.colour} not bold")
        lines.append(line.append(each.name, "bold reverse" if mine else "not bold"))
    if len(shown) < len(labels):
        lines.append(Text(f"{len(labels) - len(shown):,} more: {type_key} types", "dim"))
    return lines


def _by(box: Box) -> str:
    if box.by_hand:
        return "drawn by a person"
    return box.detector + (f" {box.score:.2f}" if box.score is not None else "")


def _size(box: Box) -> str:
    return f"{box.w:.0f} × {box.h:.0f} px"


def _state(desk: Desk, box: Box) -> str:
    if desk.corner is not None:
        return f"{CORNERS[desk.corner]} corner"
    if desk.draft == box.face_id:
        return "new: arrows grow it"
    return "unsure" if box.unsure else ""
