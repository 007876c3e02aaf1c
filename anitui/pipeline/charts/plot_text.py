"""Shares and curves as lines of text; curves in dots, eight to a cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from anitui.pipeline.charts.line import Line, fitted, wrapped
from anitui.pipeline.charts.model import Curves, Shares, clean

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_WIDEST_NAME = 28
_WIDEST_BAR = 40
_HIGH, _WIDE = 14, 72  # cells of the plane, at most
# The dots of a cell, by their place in it: (column, row).
_DOTS = {(0, 0): 1, (0, 1): 2, (0, 2): 4, (1, 0): 8, (1, 1): 16, (1, 2): 32, (0, 3): 64, (1, 3): 128}


def shares(chart: Shares, width: int, most: int | None) -> Iterator[Line]:
    """Rows whose bars would be full at 1."""
    shown = chart.shares if most is None or len(chart.shares) <= most + 1 else chart.shares[:most]
    names = [clean(each.name) for each in shown]
    notes = [clean(each.note) for each in shown]
    bounds = [each.between for each in shown]
    between_wide = max(map(len, bounds), default=0)
    name_wide = min(max(map(cell_len, names), default=1), _WIDEST_NAME, max(4, width // 3))
    room = width - name_wide - 9 - (between_wide + 2 if between_wide else 0)
    longest = max(map(cell_len, notes), default=0)
    # Notes have what bars can spare, and bars never less than can be told apart.
    bar_wide = max(1, min(_WIDEST_BAR, room, max(min(10, width // 8), room - longest - 2)))
    note_wide = min(longest, max(0, room - bar_wide - 2))
    for at, each in enumerate(shown):
        eighths = max(1, round(8 * bar_wide * min(1.0, each.value))) if each.value > 0 else 0
        bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
        pieces = [
            (fitted(names[at], name_wide) + " ", "name"),
            (bar, "bar0"),
            (" " * (bar_wide - len(bar) + 1) + f"{100 * each.value:5.1f} %", "number"),
        ]
        if between_wide:
            pieces.append((f"  {bounds[at]:<{between_wide}}", "dim"))
        if note_wide:
            pieces.append((f"  {fitted(notes[at], note_wide)}", "dim"))
        yield Line(tuple(pieces), at)
    if rest := chart.left_out(len(shown)):
        yield Line(((rest, "dim"),))


def curves(chart: Curves, width: int) -> Iterator[Line]:
    """The plane with its curves, what they are, and what is marked."""
    (x0, x1), (y0, y1) = chart.x_range, chart.y_range
    scale = [f"{y0 + (y1 - y0) * at / 2:.3g}" for at in range(3)]
    number_wide = max(map(len, scale))
    wide = max(8, min(_WIDE, width - number_wide - 1))
    cells: dict[tuple[int, int], tuple[int, str]] = {}

    def dot(x: float, y: float, role: str, every: int = 1) -> None:
        across = round(min(max(x, 0.0), 1.0) * (2 * wide - 1))
        down = round((1.0 - min(max(y, 0.0), 1.0)) * (4 * _HIGH - 1))
        if (across + down) % every:
            return
        cell = across // 2, down // 4
        bits = cells.get(cell, (0, role))[0]
        cells[cell] = bits | _DOTS[across % 2, down % 4], role

    if chart.diagonal:
        for at in range(2 * wide):
            dot(at / (2 * wide - 1), at / (2 * wide - 1), "dim", 3)
    for number, each in enumerate(chart.curves):
        points = [
            ((x - x0) / (x1 - x0 or 1.0), (y - y0) / (y1 - y0 or 1.0)) for x, y in zip(each.x, each.y, strict=True)
        ]
        for (ax, ay), (bx, by) in zip(points, points[1:] or points, strict=False):
            steps = max(1, math.ceil(max(abs(bx - ax) * 2 * wide, abs(by - ay) * 4 * _HIGH)))
            for step in range(steps + 1):
                dot(ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps, f"bar{number}")
    signs = {}
    for mark in chart.marks:
        across = min(max((mark.x - x0) / (x1 - x0 or 1.0), 0.0), 1.0)
        up = min(max((mark.y - y0) / (y1 - y0 or 1.0), 0.0), 1.0)
        signs[round(across * (wide - 1)), round((1 - up) * (_HIGH - 1))] = "●"
    if chart.up:
        yield Line(((" " * (number_wide + 1) + clean(chart.up), "dim"),))
    for row in range(_HIGH):
        label = scale[2] if row == 0 else scale[1] if row == _HIGH // 2 else scale[0] if row == _HIGH - 1 else ""
        yield Line(((label.rjust(number_wide) + " ", "dim"), *_pieces(cells, signs, row, wide)))
    low, middle, high = f"{x0:.3g}", clean(chart.across), f"{x1:.3g}"
    gap = max(2, wide - len(low) - len(high))
    yield Line(((" " * (number_wide + 1) + low + middle.center(gap)[:gap] + high, "dim"),))
    if len(chart.curves) > 1:
        legend = [(f"━━ {clean(each.name)}   ", f"bar{at}") for at, each in enumerate(chart.curves)]
        yield Line(tuple(legend))
    for mark in chart.marks:
        yield from (Line(((each, "dim"),)) for each in wrapped(f"● {clean(mark.name)}", width))


def _pieces(
    cells: dict[tuple[int, int], tuple[int, str]], signs: dict[tuple[int, int], str], row: int, wide: int
) -> Sequence[tuple[str, str]]:
    """A row of the plane: cells of one role in one piece."""
    pieces: list[tuple[str, str]] = []
    for column in range(wide):
        bits, role = cells.get((column, row), (0, "dim"))
        sign = signs.get((column, row))
        text, role = (sign, "title") if sign else (chr(0x2800 + bits) if bits else " ", role)
        if pieces and pieces[-1][1] == role:
            pieces[-1] = pieces[-1][0] + text, role
        else:
            pieces.append((text, role))
    return pieces
