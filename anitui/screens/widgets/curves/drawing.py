"""What a picture of curves looks like, line by line: names above, numbers beside and below, dots between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len, set_cell_size

from anitui.screens.widgets.curves import axis, dots
from anitui.screens.widgets.curves.dots import ACROSS, DOWN, Numbers
from anitui.screens.widgets.curves.smoothing import Smoother, fitting

_HIGH, _LOW = 9, 5  # lines: with a line for the axis below, and with numbers below at all
_ROWS_PER_MARK, _COLUMNS_PER_MARK = 3, 9
_WIDE = 36  # columns, from which on there is room for the name of x, too
_MEANT = 0.05  # the share of what was not smoothed that may lie outside, on either side


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """Points in the order of x. What is no finite number is left out."""

    name: str
    x: NDArray[np.float64] | NDArray[np.int64]
    y: NDArray[np.float64]
    colour: str  # `$accent`, or `#7aa2f7`
    thick: bool = False  # drawn with a pen of two dots, above the others


@dataclass(frozen=True, slots=True)
class Look:
    """How curves are looked at."""

    log: bool = False
    smoothing: float = 0.0
    window: tuple[float, float] = (0.0, 1.0)  # the part of the whole range of x, as shares


class Pen(NamedTuple):
    """What a piece of text is drawn with: a curve's colour, or what it has by its part."""

    role: str  # curve, faint, axis, grid, number, name, said
    curve: int = -1


class Run(NamedTuple):
    text: str
    pen: Pen


Line = list[Run]
_Span = tuple[Numbers, Numbers]  # how far down and up in each column


@dataclass(frozen=True, eq=False, slots=True)
class _Points:
    """Those of one curve that are in the window, and the neighbours just outside it, as they are drawn."""

    curve: int
    x: Numbers
    y: Numbers
    faint: bool
    thick: bool


class Drawer:
    """Draws curves; remembers of each what it smoothed, so that a curve that grows costs what it grew."""

    def __init__(self) -> None:
        self._smoothers: dict[tuple[str, str], Smoother] = {}

    def draw(
        self, curves: Sequence[Curve], look: Look, width: int, height: int, *, x_name: str = "", none: str = ""
    ) -> list[Line]:
        """`height` lines of `width` columns."""
        if width < 8 or height < 2:
            return [[] for _ in range(max(0, height))]
        shown, last = self._points(curves, look)
        if shown is None:
            return _said(none or "no points yet", width, height)
        points, left, right = shown
        if not points:
            return _said(_why_nothing(look), width, height)
        legend = _legend(curves, last, width, 1 if height < 12 else max(1, height // 6)) if height >= _LOW - 1 else []
        return legend + _plot(points, look, left, right, width, height - len(legend), x_name)

    def _points(
        self, curves: Sequence[Curve], look: Look
    ) -> tuple[tuple[list[_Points], float, float] | None, list[float]]:
        wanted = {(curve.name, curve.colour) for curve in curves}
        self._smoothers = {key: each for key, each in self._smoothers.items() if key in wanted}
        whole: list[tuple[Curve, int, Numbers, Numbers, Numbers]] = []
        last: list[float] = []
        for number, curve in enumerate(curves):
            x, y = _ordered(curve)
            smoother = self._smoothers.setdefault((curve.name, curve.colour), Smoother())
            smooth = smoother.of(x, y, fitting(look.smoothing, len(y)))
            last.append(_last(smooth))
            if len(x):
                whole.append((curve, number, x, y, smooth))
        begins = [x[at[0]] for _, _, x, y, _ in whole if len(at := np.flatnonzero(np.isfinite(y)))]
        if not begins:
            return None, last
        first = min(float(each) for each in begins)
        end = max(float(x[-1]) for _, _, x, _, _ in whole)
        if not end > first:
            first, end = first - 0.5, end + 0.5
        left, right = (first + (end - first) * share for share in look.window)
        points: list[_Points] = []
        for curve, number, x, y, smooth in whole:
            if smooth is not y:
                points.append(_within(number, x, y, left, right, look.log, True, False))
            points.append(_within(number, x, smooth, left, right, look.log, False, curve.thick))
        # The faint ones first, so that nothing else is behind them, and the thick ones above the thin ones.
        points = [each for each in points if len(each.x)]
        return (sorted(points, key=lambda each: (not each.faint, each.thick)), left, right), last


def _ordered(curve: Curve) -> tuple[Numbers, Numbers]:
    count = min(len(curve.x), len(curve.y))
    x, y = np.asarray(curve.x[:count], np.float64), np.asarray(curve.y[:count], np.float64)
    good = np.isfinite(x)
    if not good.all():
        x, y = x[good], y[good]
    if (x[1:] < x[:-1]).any():
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    return x, y


def _last(y: Numbers) -> float:
    for end in range(len(y), 0, -256):
        found = np.flatnonzero(np.isfinite(y[max(0, end - 256) : end]))
        if len(found):
            return float(y[max(0, end - 256) + found[-1]])
    return float("nan")


def _within(
    curve: int, x: Numbers, y: Numbers, left: float, right: float, log: bool, faint: bool, thick: bool
) -> _Points:
    begin, end = int(np.searchsorted(x, left)), int(np.searchsorted(x, right, "right"))
    good = np.isfinite(y[begin:end])
    if log:
        good &= y[begin:end] > 0
    inside = begin + np.flatnonzero(good) if not good.all() else slice(begin, end)
    xs, ys = x[inside], y[inside]
    # The line comes from the neighbour before, and goes on to the one behind.
    for place, at in ((0, _neighbour(y, begin - 1, -1, log)), (1, _neighbour(y, end, 1, log))):
        if at is not None:
            xs = np.concatenate((xs, x[at : at + 1]) if place else (x[at : at + 1], xs))
            ys = np.concatenate((ys, y[at : at + 1]) if place else (y[at : at + 1], ys))
    return _Points(curve, xs, np.log10(ys) if log else ys, faint, thick)


def _neighbour(y: Numbers, at: int, by: int, log: bool) -> int | None:
    while 0 <= at < len(y):
        if np.isfinite(y[at]) and (not log or y[at] > 0):
            return at
        at += by
    return None


def _why_nothing(look: Look) -> str:
    if look.log:
        return "nothing here is above zero, which a log scale needs"
    return "no points in this part"


def _said(text: str, width: int, height: int) -> list[Line]:
    lines: list[Line] = [[] for _ in range(height)]
    room = max(1, width - 2)
    words, pieces = text.split(), [""]
    for word in words:
        grown = f"{pieces[-1]} {word}".strip()
        if cell_len(grown) <= room or not pieces[-1]:
            pieces[-1] = grown
        else:
            pieces.append(word)
    pieces = pieces[:height]
    for number, piece in enumerate(pieces):
        piece = set_cell_size(piece, room) if cell_len(piece) > room else piece
        pad = (width - cell_len(piece)) // 2
        lines[(height - len(pieces)) // 2 + number] = [Run(" " * pad + piece, Pen("said"))]
    return lines


def _legend(curves: Sequence[Curve], last: Sequence[float], width: int, most: int) -> list[Line]:
    """Names with the last values, in as many lines as there may be; of those that do not fit, how many they are."""
    lines: list[Line] = [[]]
    used = 0
    stroke, gap = (2, 3) if width >= _WIDE else (1, 2)
    for number, (curve, value) in enumerate(zip(curves, last, strict=True)):
        sign = ("━" if curve.thick else "─") * stroke + " "
        told = f" {axis.short(value)}" if np.isfinite(value) else ""
        behind = len(curves) - number - 1
        kept = gap + len(f"+{behind}") if behind else 0  # for saying how many are left out
        name, room = curve.name, max(2, width - kept - cell_len(sign + told))
        if cell_len(name) > room:
            name = set_cell_size(name, room - 1).rstrip() + "…"
        long = cell_len(sign + name + told)
        if used and used + gap + long + (kept if len(lines) == most else 0) > width:
            if len(lines) == most:
                lines[-1].append(Run(f"{' ' * gap}+{behind + 1}", Pen("said")))
                break
            lines.append([])
            used = 0
        space = gap if used else 0
        lines[-1] += [Run(" " * space + sign, Pen("curve", number)), Run(name, Pen("name")), Run(told, Pen("number"))]
        used += space + long
    return lines


def _bounds(points: Sequence[_Points], drawn: Sequence[_Span]) -> tuple[float, float] | None:
    """The least and the greatest that are to be seen: of what lies behind the smoothed, the most of it."""
    lows, highs = [], []
    for each, (low, high) in zip(points, drawn, strict=True):
        there = np.isfinite(low)
        if there.any():
            lows.append(float(np.quantile(low[there], _MEANT) if each.faint else low[there].min()))
            highs.append(float(np.quantile(high[there], 1 - _MEANT) if each.faint else high[there].max()))
    if not lows:
        return None
    bottom, top = min(lows), max(highs)
    if top - bottom <= 1e-12 * max(abs(top), abs(bottom)):
        pad = abs(top) * 0.1 or 1.0
        bottom, top = bottom - pad, top + pad
    return bottom, top


def _plot(
    points: Sequence[_Points], look: Look, left: float, right: float, width: int, height: int, x_name: str
) -> list[Line]:
    below = 2 if height >= _HIGH else 1 if height >= _LOW - 1 else 0
    rows = height - below
    gutter = 6

    def drawn(columns: int) -> list[_Span]:
        return [dots.spans(each.x, each.y, left, right, max(1, columns) * ACROSS) for each in points]

    found = drawn(width - gutter)
    bounds = _bounds(points, found)
    if bounds is None:
        return _said("no points in this part", width, height)
    bottom, top = bounds
    most = max(2, rows // _ROWS_PER_MARK)
    marks = (axis.powers if look.log else axis.ticks)(bottom, top, most)
    texts = axis.logarithmic(marks) if look.log else axis.labels(marks)
    needed = max([5 if width >= _WIDE else 3, *map(len, texts)]) + 1
    if needed != gutter:
        gutter = needed
        found = drawn(width - gutter)
    columns = width - gutter
    codes, owner = _painted(points, found, bottom, top, columns, rows)
    scale = (rows * DOWN - 1) / (top - bottom)
    marked = {int(np.rint((top - mark) * scale)) // DOWN: text for mark, text in zip(marks, texts, strict=True)}
    lines = [_row(codes[row], owner[row], marked.get(row), gutter) for row in range(rows)]
    if below:
        lines += _under(left, right, columns, gutter, x_name, line=below > 1)
    return lines


def _painted(
    points: Sequence[_Points],
    found: Sequence[tuple[Numbers, Numbers]],
    bottom: float,
    top: float,
    columns: int,
    rows: int,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The pattern of each cell, and which curve it is of: -1 of none, below that the faint ones."""
    codes = np.zeros((rows, columns), np.uint8)
    owner = np.full((rows, columns), -1)
    level = np.zeros((rows, columns), np.uint8)
    for each, (low, high) in zip(points, found, strict=True):
        grid = dots.raster(low, high, bottom, top, rows * DOWN)
        if each.thick or np.isfinite(low).sum() < ACROSS:
            grid = dots.thickened(grid)
        new = dots.packed(grid)
        here = new > 0
        mine = 1 if each.faint else 3 if each.thick else 2
        # Two lines of a kind that cross share a cell. What lies behind is not seen there, else nobody could tell which
        # of the dots in one colour are whose.
        codes[here] = np.where(level[here] == mine, codes[here] | new[here], new[here])
        level[here] = mine
        owner[here] = -2 - each.curve if each.faint else each.curve
    return codes, owner


def _row(codes: NDArray[np.uint8], owner: NDArray[np.int64], mark: str | None, gutter: int) -> Line:
    line = [
        Run((mark or "").rjust(gutter - 1), Pen("number")),
        Run("┤" if mark is not None else "│", Pen("axis")),
    ]
    text = dots.letters(codes)
    cuts = [0, *(np.flatnonzero(owner[1:] != owner[:-1]) + 1).tolist(), len(owner)]
    for begin, end in pairwise(cuts):
        who = int(owner[begin])
        if who == -1:
            line.append(Run(("┈" if mark is not None else " ") * (end - begin), Pen("grid")))
        else:
            line.append(Run(text[begin:end], Pen("curve", who) if who >= 0 else Pen("faint", -2 - who)))
    return line


def _under(left: float, right: float, columns: int, gutter: int, x_name: str, *, line: bool) -> list[Line]:
    marks = axis.ticks(left, right, max(2, columns // _COLUMNS_PER_MARK))
    places = [round((mark - left) / (right - left) * (columns - 1)) for mark in marks]
    numbers = [" "] * columns
    rule = ["─"] * columns
    free = 0
    for text, place in zip(axis.labels(marks), places, strict=True):
        begin = min(max(0, place - len(text) // 2), columns - len(text))
        if begin >= free:
            numbers[begin : begin + len(text)] = text
            rule[place] = "┬"
            free = begin + len(text) + 1
    name = x_name if cell_len(x_name) < gutter else ""
    below: Line = [Run(name.rjust(gutter - 1) + " ", Pen("said")), Run("".join(numbers), Pen("number"))]
    return [[Run(" " * (gutter - 1), Pen("axis")), Run("└" + "".join(rule), Pen("axis"))], below] if line else [below]
