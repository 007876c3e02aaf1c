"""Charts as lines of text. Each piece of a line says what it is; a terminal may colour it, and need not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from anitui.pipeline.charts import plot_text
from anitui.pipeline.charts.line import Line as Line
from anitui.pipeline.charts.line import fitted as fitted
from anitui.pipeline.charts.line import wrapped as wrapped
from anitui.pipeline.charts.model import (
    Bar,
    Bars,
    Chart,
    Curves,
    Histogram,
    Lines,
    Matrix,
    Series,
    Shares,
    clean,
    short,
)

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_RISING = " ▁▂▃▄▅▆▇█"
_PARTS = "█▓▒░"  # bars of several parts are told apart without colours too
_WIDEST_NAME = 32
_SHADES = " ·░▒▓█"
_AREA = 5  # lines of a series over time


def heading(chart: Chart, width: int) -> list[Line]:
    """The title, and what is counted."""
    title = clean(chart.title)
    lines = [Line(((title, "title"), (f"  {chart.view}", "dim")))]
    if cell_len(lines[0].text) > width:
        lines = [Line(((fitted(title, width), "title"),))]
    for text in (chart.about, *(() if chart.empty else chart.facts)):
        lines += [Line(((each, "dim"),)) for each in wrapped(clean(text), width)]
    return lines


def lines(chart: Chart, width: int, most: int | None = None, *, log: bool = False) -> list[Line]:
    """The chart itself, in so many cells a line; of rows at most so many, the rest in words.

    With `log` bars are as long as the logarithm of what they count, so that a handful is seen beside thousands.
    """
    width = max(12, width)
    if chart.empty:
        return [Line(((each, "dim"),)) for each in wrapped(chart.nothing or "nothing yet", width)]
    if isinstance(chart, Bars):
        drawn = _bars(chart, width, most, log)
    elif isinstance(chart, Lines):
        drawn = _over_time(chart, width, log or chart.log)
    elif isinstance(chart, Matrix):
        drawn = _matrix(chart, width, most, log)
    elif isinstance(chart, Shares):
        drawn = plot_text.shares(chart, width, most)
    elif isinstance(chart, Curves):
        drawn = plot_text.curves(chart, width)
    else:
        raise AssertionError(f"{type(chart).__name__} cannot be drawn")
    return [_cut(line, width) for line in drawn]


def _cut(line: Line, width: int) -> Line:
    """A legend, say, may be wider than the narrowest of terminals."""
    if cell_len(line.text) <= width:
        return line
    pieces, left = [], width
    for text, role in line.pieces:
        pieces.append((set_cell_size(text, min(left, cell_len(text))), role))
        left -= cell_len(pieces[-1][0])
    return Line(tuple(pieces), line.row)


def rows(chart: Chart) -> Sequence[Bar]:
    """The rows that one may go through, and that lead somewhere."""
    if isinstance(chart, Bars):
        return chart.bars
    if isinstance(chart, Matrix):
        return chart.pairs
    if isinstance(chart, Shares):
        return [Bar(each.name, round(1000 * each.value), lead=each.lead) for each in chart.shares]
    if isinstance(chart, Lines):
        leads = [*chart.leads, *[None] * len(chart.series)]
        return [Bar(each.name, each.total, lead=lead) for each, lead in zip(chart.series, leads, strict=False)]
    return ()


def _bars(chart: Bars, width: int, most: int | None, log: bool) -> Iterator[Line]:
    # One row more takes as much room as saying that there is one more; half an axis would say something else.
    whole = most is None or isinstance(chart, Histogram) or len(chart.bars) <= most + 1
    shown = len(chart.bars) if whole or most is None else most
    if chart.parts:
        yield _legend(chart.parts)
    yield from _rows(chart.bars[:shown], chart.most, width, log)
    if rest := chart.left_out(shown):
        for each in wrapped(rest, width):
            yield Line(((each, "dim"),))


def _legend(parts: Sequence[str]) -> Line:
    pieces = []
    for at, name in enumerate(parts):
        pieces += [(_PARTS[at % len(_PARTS)] * 2, f"bar{at}"), (f" {name}   ", "dim")]
    return Line(tuple(pieces))


def _rows(bars: Sequence[Bar], top: int, width: int, log: bool) -> Iterator[Line]:
    names = [clean(each.name) for each in bars]
    notes = [clean(each.note) for each in bars]
    numbers = [f"{each.value:,}" for each in bars]
    number_wide = max(map(len, numbers), default=1)
    note_wide = min(max(map(cell_len, notes), default=0), max(0, width // 4))
    room = width - number_wide - 3 - (note_wide + 2 if note_wide else 0)
    name_wide = min(max(map(cell_len, names), default=1), _WIDEST_NAME, max(4, room * 3 // 5))
    bar_wide = max(1, room - name_wide)
    for at, each in enumerate(bars):
        pieces = [(fitted(names[at], name_wide) + " ", "name")]
        eighths = _level(each.value, top, 8 * bar_wide, log=log)
        drawn = _parts(each, eighths) if each.parts else [(_bar(eighths), "bar0")]
        taken = sum(len(text) for text, _ in drawn)
        pieces += [*drawn, (" " * (bar_wide - taken + 1) + numbers[at].rjust(number_wide), "number")]
        if note_wide:
            pieces.append((f"  {fitted(notes[at], note_wide)}", "dim"))
        yield Line(tuple(pieces), at)


def _bar(eighths: int) -> str:
    return _EIGHTHS[8] * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _parts(each: Bar, eighths: int) -> list[tuple[str, str]]:
    whole = max(1, round(eighths / 8)) if eighths else 0
    ends, so_far = [0], 0
    for part in each.parts:
        so_far += part
        ends.append(round(whole * so_far / each.value) if each.value else 0)
    return [
        (_PARTS[at % len(_PARTS)] * (ends[at + 1] - ends[at]), f"bar{at}")
        for at in range(len(each.parts))
        if ends[at + 1] > ends[at]
    ]


def _over_time(chart: Lines, width: int, log: bool) -> Iterator[Line]:
    """An area of a few lines for each series, all of one scale."""
    number_wide = len(f"{chart.most:,}")
    across = max(4, width - number_wide - 1)
    for at, series in enumerate(chart.series):
        name = clean(series.name)
        total, unit = (f"  {series.total:,}", f" {chart.unit}") if chart.totals else ("", "")
        room = max(4, width - len(total) - len(unit))
        yield Line(((fitted(name, min(room, cell_len(name))), "name"), (total, "number"), (unit, "dim")), at)
        columns = _columns(series, across)
        levels = [_level(value, chart.most, 8 * _AREA, log=log) for value in columns]
        for row in reversed(range(_AREA)):
            scale = f"{chart.most:,}" if row == _AREA - 1 else "0" if row == 0 else ""
            area = "".join(_RISING[max(0, min(8, level - 8 * row))] for level in levels)
            yield Line(((scale.rjust(number_wide) + " ", "dim"), (area, f"bar{at}")), at)
        drawn = len(columns)
    first, last = clean(chart.places[0]), clean(chart.places[-1])
    axis = first if len(chart.places) == 1 else first + last.rjust(max(len(last) + 1, drawn - len(first)))
    yield Line(((" " * (number_wide + 1) + axis, "dim"),))


def _columns(series: Series, across: int) -> list[int]:
    """So many columns: of the places that share one the highest is shown, else few places are made wide."""
    values = series.values
    if len(values) > across:
        starts = [at * len(values) // across for at in range(across + 1)]
        return [max(values[starts[at] : max(starts[at] + 1, starts[at + 1])]) for at in range(across)]
    wide = max(1, min(8, across // len(values)))
    return [value for value in values for _ in range(wide)]


def _level(value: int, top: int, steps: int, *, log: bool) -> int:
    """Of so many steps; what is more than nothing is seen to be there."""
    if not value or not top:
        return 0
    share = math.log1p(value) / math.log1p(top) if log else value / top
    return max(1, round(steps * share))


def _matrix(chart: Matrix, width: int, most: int | None, log: bool) -> Iterator[Line]:
    """A square of shades with numbers where they fit, then the pairs, the most frequent first."""
    names = [clean(each) for each in chart.names]
    name_wide = max(4, min(max(map(cell_len, names), default=4), width // 3))
    cell = 5 if width >= 60 else 2
    if cell == 5 and chart.most < 1000 and len(names) * cell > width - name_wide - 4:
        cell = 4  # as many as can be read
    fits = max(0, min(len(names), (width - name_wide - 4) // cell))
    if most is not None:
        fits = min(fits, most + 2)
    if fits > 1:
        # Where two digits would touch each other, every second is left out.
        numbers = "".join(
            ("" if cell == 2 and at > 8 and at % 2 == 0 else f"{at + 1}").rjust(cell) for at in range(fits)
        )
        yield Line(((" " * (name_wide + 3) + numbers, "dim"),))
        for at in range(fits):
            pieces = [(f"{at + 1:>2} ", "dim"), (fitted(names[at], name_wide), "name")]
            for other in range(fits):
                value = chart.cells[at][other]
                strength = chart.strength(at, other)
                shade = _SHADES[max(1, round((len(_SHADES) - 1) * strength)) if value else 0]
                text = shade * 2 if cell == 2 else f" {short(value)}".rjust(cell) if value else "·".rjust(cell)
                pieces.append((text, "dim" if not value else "bar0" if cell == 2 else "number"))
            yield Line(tuple(pieces))
        yield Line(())
    shown = len(chart.pairs) if most is None or len(chart.pairs) <= most + 1 else most
    yield from _rows(chart.pairs[:shown], max((each.value for each in chart.pairs), default=0), width, log)
    if len(chart.pairs) > shown:
        yield Line(((f"and {len(chart.pairs) - shown:,} more", "dim"),))
