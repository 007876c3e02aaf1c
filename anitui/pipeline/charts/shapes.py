"""Charts laid out as shapes: what SVG and PNG have in common. Colours are roles, to be painted by who draws."""

from __future__ import annotations

import math
from collections.abc import Sequence

from anitui.pipeline.charts import plot_shapes
from anitui.pipeline.charts.drawing import COLOURS as COLOURS
from anitui.pipeline.charts.drawing import EDGE, LINE, WIDTH, legend, wrapped
from anitui.pipeline.charts.drawing import LETTER as LETTER
from anitui.pipeline.charts.drawing import Box as Box
from anitui.pipeline.charts.drawing import Drawing as Drawing
from anitui.pipeline.charts.drawing import Path as Path
from anitui.pipeline.charts.drawing import Words as Words
from anitui.pipeline.charts.drawing import fitted as fitted
from anitui.pipeline.charts.drawing import role as role
from anitui.pipeline.charts.drawing import width_of as width_of
from anitui.pipeline.charts.model import Bar, Bars, Chart, Curves, Histogram, Lines, Matrix, Shares, clean, short

_NAME = 210  # the most that names may take
MOST_ROWS = 40
_FEW = 24


def lay_out(chart: Chart, *, headed: bool = True, width: float = WIDTH) -> Drawing:
    """The chart as shapes. `headed`: with its title and what it counts above it, as a picture of its own needs."""
    drawing = Drawing(clean(chart.title), clean(chart.about), width=width)
    y = float(EDGE)
    if headed:
        y += 10
        drawing.shapes.append(Words(EDGE, y, drawing.title, size=LETTER * 1.4))
        for text in (chart.about, *(() if chart.empty else chart.facts)):
            for line in wrapped(clean(text), width - 2 * EDGE):
                y += LINE
                drawing.shapes.append(Words(EDGE, y, line, "dim"))
        y += EDGE
    if chart.empty:
        for line in wrapped(clean(chart.nothing or "nothing yet"), width - 2 * EDGE):
            y += LINE
            drawing.shapes.append(Words(EDGE, y, line, "dim"))
    elif isinstance(chart, Histogram):
        y = _standing(drawing, chart, y)
    elif isinstance(chart, Bars):
        y = _lying(drawing, chart, y)
    elif isinstance(chart, Lines):
        y = _over_time(drawing, chart, y)
    elif isinstance(chart, Matrix):
        y = _square(drawing, chart, y)
    elif isinstance(chart, Shares):
        y = plot_shapes.shares(drawing, chart, y, MOST_ROWS)
    elif isinstance(chart, Curves):
        y = plot_shapes.curves(drawing, chart, y)
    drawing.height = y + EDGE
    return drawing


def _lying(drawing: Drawing, chart: Bars, y: float) -> float:
    """Rows with their names before them and their numbers behind."""
    if chart.parts:
        y = legend(drawing, chart.parts, y)
    shown = len(chart.bars) if len(chart.bars) <= MOST_ROWS + 1 else MOST_ROWS
    y = _row_by_row(drawing, chart.bars[:shown], chart.most, y)
    if rest := chart.left_out(shown):
        drawing.shapes.append(Words(EDGE, y + 16, rest, "dim"))
        y += LINE + 4
    return y


def _row_by_row(drawing: Drawing, bars: Sequence[Bar], most: int, y: float) -> float:
    names = [fitted(clean(each.name), _NAME) for each in bars]
    behind = [f"{each.value:,}" + (f"  {clean(each.note)}" if each.note else "") for each in bars]
    left = EDGE + max(map(width_of, names)) + 10
    room = drawing.width - EDGE - left - max(map(width_of, behind)) - 10
    for each, name, number in zip(bars, names, behind, strict=True):
        drawing.shapes.append(Words(left - 10, y + 16, name, at="end"))
        wide = max(1.5, room * each.value / most) if each.value and most else 0.0
        x = left
        for at, part in enumerate(each.parts or (each.value,)):
            if part and each.value:
                drawing.shapes.append(Box(x, y + 3, wide * part / each.value, 16, role(at), says=f"{name}: {part:,}"))
                x += wide * part / each.value
        drawing.shapes.append(Words(left + wide + 8, y + 16, number, "dim"))
        y += LINE + 3
    return y


def _standing(drawing: Drawing, chart: Histogram, y: float) -> float:
    """Bars beside each other, names below where there is room for them, aslant never."""
    y += LETTER  # for the number above the highest
    high, left, bottom = 220.0, EDGE + 52.0, 26.0
    right = float(drawing.width - EDGE)
    _grid(drawing, chart.most, y, high, left, right, log=False)
    each_wide = min((right - left) / len(chart.bars), 120.0)
    taken = -math.inf
    # Where the steps do not fit in full, all of them are named by where they begin.
    whole = all(width_of(clean(each.name), 12) <= each_wide for each in chart.bars)
    for at, each in enumerate(chart.bars):
        x, tall = left + at * each_wide, high * each.value / (chart.most or 1)
        tall = max(1.5, tall) if each.value else 0.0
        name = clean(each.name)
        if tall:
            gap = min(4.0, each_wide * 0.15)
            says = f"{name}: {each.value:,}"
            drawing.shapes.append(Box(x + gap / 2, y + high - tall, each_wide - gap, tall, "s0", says=says))
        if each_wide >= 34 and each.value:
            drawing.shapes.append(Words(x + each_wide / 2, y + high - tall - 5, short(each.value), "dim", "middle", 12))
        start = name if whole else name.partition(" – ")[0].partition("–")[0]
        middle, half = x + each_wide / 2, width_of(start, 12) / 2
        if middle - half > taken + 6 and middle + half < drawing.width:
            drawing.shapes.append(Words(middle, y + high + 18, start, "dim", "middle", 12))
            taken = middle + half
    return y + high + bottom


def _grid(drawing: Drawing, most: int, y: float, high: float, left: float, right: float, *, log: bool) -> None:
    marks = _powers(most) if log else _round_numbers(most)
    for mark in marks:
        at = y + high - high * _share(mark, most, log=log)
        drawing.shapes.append(Path(((left, at), (right, at)), "grid", 1))
        drawing.shapes.append(Words(left - 8, at + 4, short(mark), "dim", "end", 12))


def _share(value: float, most: int, *, log: bool) -> float:
    if not most:
        return 0.0
    return math.log1p(value) / math.log1p(most) if log else value / most


def _round_numbers(most: int) -> list[int]:
    """0 and a few round numbers up to the highest."""
    if most <= 0:
        return [0]
    power = 10 ** math.floor(math.log10(most))
    step = next(power * each for each in (0.1, 0.2, 0.5, 1, 2) if most / (power * each) <= 6)
    return list(range(0, most + 1, max(1, round(step))))


def _powers(most: int) -> list[int]:
    return [0, *(10**power for power in range(len(str(most))) if 10**power <= most)]


def _over_time(drawing: Drawing, chart: Lines, y: float) -> float:
    names = [f"{each.name} ({each.total:,})" if chart.totals else each.name for each in chart.series]
    y = legend(drawing, names, y) + 6
    high, left, right = 240.0, EDGE + 52.0, float(drawing.width - EDGE)
    _grid(drawing, chart.most, y, high, left, right, log=chart.log)
    last = len(chart.places) - 1
    if last < _FEW:
        _groups(drawing, chart, y, high, left, right)
        return y + high + 28
    for at, series in enumerate(chart.series):
        points = [
            (
                left + (right - left) * (place / last if last else 0.5),
                y + high - high * _share(v, chart.most, log=chart.log),
            )
            for place, v in enumerate(series.values)
        ]
        drawing.shapes.append(Path(tuple(_thinned(points)), role(at)))
        if len(points) <= 60:
            drawing.shapes += [
                Box(x - 3, top - 3, 6, 6, role(at), says=f"{clean(series.name)}, {clean(place)}: {value:,}")
                for (x, top), place, value in zip(points, chart.places, series.values, strict=True)
            ]
    drawing.shapes.append(Words(left, y + high + 20, clean(chart.places[0]), "dim", size=12))
    drawing.shapes.append(Words(right, y + high + 20, clean(chart.places[-1]), "dim", "end", 12))
    return y + high + 28


def _groups(drawing: Drawing, chart: Lines, y: float, high: float, left: float, right: float) -> None:
    """A line through few places says little: a group of bars for each."""
    wide = (right - left) / len(chart.places)
    bar = min(48.0, wide * 0.8 / len(chart.series))
    taken = -math.inf
    for at, place in enumerate(chart.places):
        middle = left + (at + 0.5) * wide
        for number, series in enumerate(chart.series):
            value = series.values[at]
            tall = max(1.5, high * _share(value, chart.most, log=chart.log)) if value else 0.0
            if tall:
                x = middle + (number - len(chart.series) / 2) * bar
                says = f"{clean(series.name)}, {clean(place)}: {value:,}"
                drawing.shapes.append(Box(x, y + high - tall, max(1.0, bar - 1), tall, role(number), says=says))
        half = width_of(clean(place), 12) / 2
        if middle - half > taken + 6:
            drawing.shapes.append(Words(middle, y + high + 20, clean(place), "dim", "middle", 12))
            taken = middle + half


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """No more points than can be told apart: of those within one unit the highest and the lowest."""
    if len(points) <= 2 * WIDTH:
        return points
    kept: list[tuple[float, float]] = []
    step = len(points) / WIDTH
    for column in range(WIDTH):
        part = points[int(column * step) : max(int(column * step) + 1, int((column + 1) * step))]
        kept += sorted({min(part, key=lambda each: each[1]), max(part, key=lambda each: each[1])})
    return kept


def _square(drawing: Drawing, chart: Matrix, y: float) -> float:
    names = [fitted(clean(each), 170, 12) for each in chart.names]
    number = len(names)
    left = EDGE + max(width_of(each, 12) for each in names) + 34
    side = min(34.0, (drawing.width - EDGE - left) / number)
    for at in range(number):
        drawing.shapes.append(Words(left + (at + 0.5) * side, y + 12, f"{at + 1}", "dim", "middle", 11))
    y += 18
    for row, name in enumerate(names):
        drawing.shapes.append(Words(left - 8, y + side * 0.5 + 5, f"{name}  {row + 1}", at="end", size=12))
        for column, value in enumerate(chart.cells[row]):
            x = left + column * side
            strength = 0.06 if not value else 0.15 + 0.75 * chart.strength(row, column)
            says = f"{name} {chart.between} {names[column]}: {value:,}" if value else ""
            drawing.shapes.append(Box(x + 1, y + 1, side - 2, side - 2, "s0", strength, says=says))
            if value and side >= 24:
                role_of = "page" if strength > 0.6 else "ink"
                drawing.shapes.append(Words(x + side / 2, y + side / 2 + 4, short(value), role_of, "middle", 10))
        y += side
    y += 14
    shown = chart.pairs[:12]
    if not shown:
        return y
    y = _row_by_row(drawing, shown, max(each.value for each in shown), y)
    if len(chart.pairs) > len(shown):
        drawing.shapes.append(Words(EDGE, y + 16, f"and {len(chart.pairs) - len(shown):,} more pairs", "dim"))
        y += LINE + 4
    return y
