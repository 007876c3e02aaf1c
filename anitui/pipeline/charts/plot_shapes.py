"""Shares and curves, laid out as shapes."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.pipeline.charts.drawing import EDGE, LINE, Box, Drawing, Path, Words, fitted, legend, role, width_of
from anitui.pipeline.charts.model import Curves, Shares, clean

_NAME = 210
_HIGH = 320.0


def shares(drawing: Drawing, chart: Shares, y: float, most: int) -> float:
    """Rows with bars of which the whole width is 1, and a line over what lies within the bounds."""
    shown = chart.shares if len(chart.shares) <= most + 1 else chart.shares[:most]
    names = [fitted(clean(each.name), _NAME) for each in shown]
    behind = [f"{100 * each.value:.1f} %  {each.between}  {clean(each.note)}".rstrip() for each in shown]
    left = EDGE + max(map(width_of, names)) + 10
    room = drawing.width - EDGE - left - min(max(width_of(each, 12) for each in behind), drawing.width * 0.45) - 10
    for each, name, number in zip(shown, names, behind, strict=True):
        drawing.shapes.append(Words(left - 10, y + 16, name, at="end"))
        drawing.shapes.append(Box(left, y + 3, room, 16, "s0", 0.06))
        wide = room * min(1.0, max(0.0, each.value))
        if wide:
            drawing.shapes.append(Box(left, y + 3, wide, 16, "s0", 0.75, says=f"{name}: {number}"))
        if each.low is not None and each.high is not None:
            low, high = left + room * each.low, left + room * each.high
            drawing.shapes.append(Path(((low, y + 11), (high, y + 11)), "ink", 1.5))
            drawing.shapes += [Path(((x, y + 7), (x, y + 15)), "ink", 1.5) for x in (low, high)]
        text = fitted(number, drawing.width - EDGE - left - room - 10, 12)
        drawing.shapes.append(Words(left + room + 10, y + 15, text, "dim", size=12))
        y += LINE + 3
    if rest := chart.left_out(len(shown)):
        drawing.shapes.append(Words(EDGE, y + 16, rest, "dim"))
        y += LINE + 4
    return y


def curves(drawing: Drawing, chart: Curves, y: float) -> float:
    names = [each.name for each in chart.curves]
    if len(names) > 1:
        y = legend(drawing, names, y)
    left, right = EDGE + 52.0, min(float(drawing.width - EDGE), EDGE + 52.0 + 2 * _HIGH)
    drawing.shapes.append(Words(EDGE, y + 14, clean(chart.up), "dim", size=12))
    y += 22
    (x0, x1), (y0, y1) = chart.x_range, chart.y_range

    def place(x: float, up: float) -> tuple[float, float]:
        across = (min(max(x, x0), x1) - x0) / (x1 - x0 or 1.0)
        return left + across * (right - left), y + _HIGH - (min(max(up, y0), y1) - y0) / (y1 - y0 or 1.0) * _HIGH

    for step in range(6):
        value, up = x0 + (x1 - x0) * step / 5, y0 + (y1 - y0) * step / 5
        at, high = place(value, up)
        drawing.shapes.append(Path(((left, high), (right, high)), "grid", 1))
        drawing.shapes.append(Path(((at, y), (at, y + _HIGH)), "grid", 1))
        drawing.shapes.append(Words(left - 8, high + 4, f"{up:.3g}", "dim", "end", 12))
        drawing.shapes.append(Words(at, y + _HIGH + 18, f"{value:.3g}", "dim", "middle", 12))
    if chart.diagonal:
        drawing.shapes.append(Path((place(x0, y0), place(x1, y1)), "dim", 1))
    for at_, each in enumerate(chart.curves):
        points = [place(*each_point) for each_point in zip(each.x, each.y, strict=True)]
        if len(points) > 1:
            drawing.shapes.append(Path(tuple(points), role(at_), 2.5))
        if len(points) <= 30:
            drawing.shapes += [
                Box(px - 3, py - 3, 6, 6, role(at_), says=_says(each.x, each.y, at))
                for at, (px, py) in enumerate(points)
            ]
    for mark in chart.marks:
        px, py = place(mark.x, mark.y)
        text = clean(mark.name)
        before = px + 12 + width_of(text, 12) > right
        drawing.shapes.append(Box(px - 4, py - 4, 8, 8, "s4", says=text))
        drawing.shapes.append(
            Words(px + (-10 if before else 10), py + 14, text, "ink", "end" if before else "start", 12)
        )
    drawing.shapes.append(Words((left + right) / 2, y + _HIGH + 38, clean(chart.across), "dim", "middle", 12))
    return y + _HIGH + 44


def _says(x: Sequence[float], y: Sequence[float], at: int) -> str:
    return f"{x[at]:.3g}, {y[at]:.3g}"
