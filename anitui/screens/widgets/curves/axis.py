"""Marks on an axis: round numbers, few enough to be read, short enough to leave the curves their room."""

from __future__ import annotations

import itertools
import math

LONGEST = 6  # columns that a number may take
_ROUND = (1.0, 2.0, 2.5, 5.0)


def ticks(bottom: float, top: float, most: int) -> list[float]:
    """At least two round numbers between the two, at most `most`; one more where else there were a single one."""
    span = top - bottom
    if not (math.isfinite(span) and span > 0 and most >= 1):
        return []
    most = max(2, most)
    exponent = math.floor(math.log10(span / most)) - 1
    tried = [_between(bottom, top, base * 10.0**power) for power in range(exponent, exponent + 4) for base in _ROUND]
    several = [found for found in tried if len(found) > 1]
    fitting = [found for found in several if len(found) <= most]
    return max(fitting, key=len) if fitting else min(several, key=len, default=[])


def _between(bottom: float, top: float, step: float) -> list[float]:
    first = math.ceil(bottom / step - 1e-9)
    return [number * step for number in range(first, math.floor(top / step + 1e-9) + 1)]


def powers(bottom: float, top: float, most: int) -> list[float]:
    """The same for a logarithmic axis, whose ends are given as powers of ten; so are the marks."""
    first, last = math.ceil(bottom - 1e-9), math.floor(top + 1e-9)
    whole = last - first + 1
    if whole >= 2:
        by = -(-whole // max(2, most))
        return [float(each) for each in range(first, last + 1) if (each - first) % by == 0]
    for bases in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        marks = [power + math.log10(base) for power in range(first - 1, last + 2) for base in bases]
        found = [each for each in marks if bottom - 1e-9 <= each <= top + 1e-9]
        if len(found) >= 2:
            by = -(-len(found) // max(2, most))
            return found[::by]
    return [math.log10(each) for each in ticks(10.0**bottom, 10.0**top, most) if each > 0]


def labels(values: list[float]) -> list[str]:
    """Numbers that stand beside each other on an axis, with as many digits as tell them apart."""
    if not values:
        return []
    largest = max(map(abs, values))
    gaps = [abs(after - before) for before, after in itertools.pairwise(values)]
    step = min((gap for gap in gaps if gap > 0), default=largest or 1.0)
    for unit, sign in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if largest >= 10 * unit or (largest >= unit and unit > 1e3):
            return [_fixed(each / unit, step / unit, LONGEST - 1) + sign if each else "0" for each in values]
    if largest < 1e-3:
        return [_tiny(each) for each in values]
    return [_fixed(each, step) for each in values]


def logarithmic(marks: list[float]) -> list[str]:
    """Labels of marks that are powers of ten; each is read by itself."""
    return [short(10.0**each) for each in marks]


def short(value: float) -> str:
    """A number by itself, in at most six columns."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "∞" if value > 0 else "-∞"
    size = abs(value)
    for unit, sign in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= 10 * unit or (size >= unit and unit > 1e3):
            return f"{value / unit:.3g}{sign}"
    if size and size < 1e-3:
        return _tiny(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"[: LONGEST + (value < 0)]


def _fixed(value: float, step: float, room: int = LONGEST) -> str:
    """With the digits that a step has: 0.25 of a step of 0.25, 0.50 beside it. A sign has room of its own."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if digits < 12 and abs(step * 10**digits - round(step * 10**digits)) > 1e-6:
        digits += 1
    room += value < 0
    text = f"{value:,.{digits}f}"
    if len(text) > room and abs(value) < 1:
        text = text.replace("0.", ".", 1)
    if len(text) > room:
        text = f"{value:.{max(0, digits - len(text) + room)}f}"
    return text[:room]


def _tiny(value: float) -> str:
    if not value:
        return "0"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
