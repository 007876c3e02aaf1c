"""What a grid is told about each picture, and the line of text under it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from anitui.screens.widgets.picture.layout import Place
from anitui.screens.widgets.picture.subject import Crop
from anitui.screens.widgets.picture.words import cut
from anitui.words import count

Tone = Literal["dim", "plain", "strong"]

_ROOM_FOR_WORDS = 28


@dataclass(frozen=True, slots=True)
class GridCell:
    """One picture of a grid. `key` is the caller's own; equal cells are never drawn twice."""

    key: int
    path: Path
    caption: str
    state: Literal["active", "set_aside"] = "active"
    mark: int | None = None
    selected: bool = False
    group: str | None = None
    group_size: int = 0
    group_place: int | None = None
    """How many of its group come before it. Without it rows inside long groups may begin elsewhere after a jump."""
    crop: Crop | None = None
    """The part of the picture that is shown, in its pixels."""
    tone: Tone = "dim"
    """How sure the caption is: the words say it too."""
    noun: str = "picture"

    @property
    def place(self) -> Place:
        return Place(self.group, self.group_place)

    @property
    def is_set_aside(self) -> bool:
        return self.state == "set_aside"

    def line(self, width: int, *, selected: bool) -> str:
        """The caption with its signs, never wider than `width`; nothing is told by colour alone."""
        signs = []
        if selected:
            signs.append("✓")
        if self.mark is not None:
            signs.append(f"[{self.mark}]")
        if self.is_set_aside:
            signs.append("set aside ·" if width >= _ROOM_FOR_WORDS else "✗")
        return cut(" ".join([*signs, self.caption]), width)

    def heading(self) -> str:
        """The line above the group that the picture belongs to."""
        return f"{self.group} · {count(self.group_size, self.noun)}" if self.group_size else f"{self.group}"
