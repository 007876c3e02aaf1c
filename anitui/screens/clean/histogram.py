"""How a fact is spread, as bars beside each other, with the threshold as a line through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textual.content import Content
from textual.widget import Widget

from anitui.screens.clean.axis import Axis, Mark

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_WIDEST = 3  # a bar, in cells
ASIDE, STAYS = "$error", "$success"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn: how many there are between the edges, where they are parted, and which side is to go."""

    axis: Axis
    counts: Sequence[int]
    threshold: Mark
    below_goes: bool
    below: int  # how many are below the threshold


def bars(drawn: Drawn, width: int, height: int) -> list[Content]:
    """Lines of bars, as high as the logarithm of what they count, and below them the numbers of the edges."""
    counts = drawn.counts[: max(1, width - 1)]
    across = min(width - 1, len(counts) * _WIDEST)
    starts = [round(number * across / len(counts)) for number in range(len(counts) + 1)]
    at = _parting(drawn, counts, starts)
    rows = max(1, height - 1)
    top = math.log1p(max(counts, default=0)) or 1.0
    levels = [max(1, round(8 * rows * math.log1p(often) / top)) if often else 0 for often in counts]
    below, above = (ASIDE, STAYS) if drawn.below_goes else (STAYS, ASIDE)
    lines = []
    for row in reversed(range(rows)):
        line = "".join(
            _EIGHTHS[max(0, min(8, level - 8 * row))] * (end - start)
            for level, (start, end) in zip(levels, pairwise(starts), strict=True)
        )
        lines.append(Content.assemble((line[:at], below), ("┃", "bold $accent"), (line[at:], above)))
    lines.append(_numbers(drawn, starts, at, across + 1))
    return lines


def _parting(drawn: Drawn, counts: Sequence[int], starts: Sequence[int]) -> int:
    """Before which cell the line stands. A bar that it cuts is parted only where it parts what the bar counts."""
    place = drawn.axis.place(drawn.threshold.value)
    cut = min(int(place), len(counts) - 1)
    below = drawn.below - sum(counts[:cut])
    if below <= 0:
        return starts[cut]
    if below >= counts[cut]:
        return starts[cut + 1]
    return min(starts[-1], max(0, round(place * starts[-1] / len(counts))))


def room(width: int) -> int:
    """For how many bars there is room."""
    return max(2, width - 1)


def short(text: str) -> str:
    """A number as it fits below a bar: `12`, `1.5k`, `20M`."""
    digits, percent, _ = text.partition("%")
    if not digits.removeprefix("-").isdigit():
        return text
    value = int(digits)
    for unit, name in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if abs(value) >= unit and value % (unit // 100) == 0:
            return f"{value / unit:g}{name}{percent}"
    return text


def _numbers(drawn: Drawn, starts: Sequence[int], at: int, width: int) -> Content:
    """Numbers of some edges, where they do not touch each other; that of the threshold in any case."""
    own = f"▲{short(drawn.threshold.text)}"
    start = max(0, min(at, width - len(own)))
    cells = [" "] * max(width, len(own))
    cells[start : start + len(own)] = own
    taken = [(start - 1, start + len(own) + 1)]
    best = sorted(range(len(drawn.axis.edges)), key=lambda number: _roundness(drawn.axis.edges[number]))
    for number in best:
        text = short(drawn.axis.edges[number].text)
        place = starts[min(number + 1, len(starts) - 1)]
        place += 1 if place >= at else 0
        if place + len(text) <= width and all(place + len(text) < lo or place > hi for lo, hi in taken):
            cells[place : place + len(text)] = text
            taken.append((place - 1, place + len(text) + 1))
    line = "".join(cells)
    return Content.assemble((line[:start], "dim"), (own, "bold $accent"), (line[start + len(own) :], "dim"))


def _roundness(edge: Mark) -> tuple[int, int]:
    """The rounder a number, the sooner it is written."""
    digits = edge.text.rstrip("%").replace(".", "").strip("0")
    return len(digits), {"1": 0, "": 0, "5": 1, "2": 2}.get(digits, 3)


class Histogram(Widget):
    """Draws what it is given, as large as it is; or says why there is nothing to draw."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._shown: Drawn | str = ""

    def show(self, what: Drawn | str) -> None:
        self._shown = what
        self.refresh()

    def render(self) -> Content:
        width, height = self.content_size
        if isinstance(self._shown, str):
            return Content.styled(self._shown, "dim")
        return Content("\n").join(bars(self._shown, width, height)) if width > 1 and height > 1 else Content("")
