"""Thresholds that are good to read: round numbers along an axis, and the shortest number between two values."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from anitui.store.facts import Fact, Spread, number

FEWEST = 8  # edges; where round numbers of ratios are fewer, those of differences are taken
_MOST_DECIMALS = 17
_SMALLEST_SHARE = 1e-6  # of the highest value: what is smaller still is nothing

# Round numbers of one decade, from the finest.
_LADDERS = [
    [Decimal(each) for each in line.split()]
    for line in (
        "1 1.05 1.1 1.15 1.2 1.25 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2 2.1 2.2 2.4 2.6 2.8 3 3.2 3.4 3.6 3.8 4 4.2 4.5 4.8 5 "
        "5.5 6 6.5 7 7.5 8 8.5 9 9.5",
        "1 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 2 2.2 2.4 2.6 2.8 3 3.2 3.5 3.8 4 4.5 5 5.5 6 6.5 7 8 9",
        "1 1.1 1.2 1.3 1.4 1.6 1.8 2 2.2 2.5 2.8 3 3.5 4 4.5 5 5.5 6 7 8 9",
        "1 1.2 1.5 2 2.5 3 4 5 6 8",
        "1 1.5 2 3 5 7",
        "1 2 5",
        "1",
    )
]
_STEPS = [Decimal(each) for each in ("1", "2", "2.5", "5")]


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold: as it is written in a rule, and what that means."""

    text: str
    value: float


def mark(fact: Fact, text: str) -> Mark:
    """The threshold that a person wrote. Raises WrongUse for what is no number."""
    text = text.strip()
    if fact.unit == "%" and text.replace(".", "", 1).isdigit():
        text += "%"
    return Mark(text, number(fact, text))


@dataclass(frozen=True, slots=True)
class Axis:
    """The edges between the bars, the lowest first: all of them part the values."""

    edges: Sequence[Mark]

    @property
    def thresholds(self) -> list[float]:
        return [each.value for each in self.edges]

    def beside(self, threshold: float, step: int) -> Mark | None:
        """The next edge up or down."""
        values = self.thresholds
        at = bisect_right(values, threshold) if step > 0 else bisect_left(values, threshold) - 1
        return self.edges[at] if 0 <= at < len(values) else None

    def place(self, threshold: float) -> float:
        """Where a threshold lies: 2.0 is the second edge, 2.5 half way to the third."""
        values = self.thresholds
        at = bisect_right(values, threshold)
        if at == 0 or at == len(values):
            return at + 0.5 if at == 0 or values[-1] < threshold else float(at)
        low, high = values[at - 1], values[at]
        return at + (threshold - low) / (high - low)


def axis(spread: Spread, room: int) -> Axis:
    """As many edges as there is room for bars, less one; none where nothing can be parted."""
    if spread.even:
        return Axis(())
    low, high = float(spread.values[0]), float(spread.values[-1])
    found = next((each for each in _candidates(spread, low, high) if len(each) < room), [])
    if not found:  # a narrow terminal, or values that lie too near to each other for round numbers
        found = [each for each in [between(spread.fact, low, high)] if each is not None]
    return Axis(found)


def between(fact: Fact, low: float, high: float) -> Mark | None:
    """The shortest number above `low` that is not above `high`: between the two, it parts them."""
    factor = fact.factor
    top = Decimal(repr(high)) / Decimal(repr(factor))
    start = -top.adjusted() if top else 0
    for decimals in range(start, start + _MOST_DECIMALS):
        rounded = top.quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR) if decimals >= 0 else _floor(top, -decimals)
        found = _marked(fact, rounded)
        if low < found.value <= high:
            return found
    found = Mark(f"{high:.17f}".rstrip("0"), high)
    return found if factor == 1.0 and number(fact, found.text) > low else None


def _candidates(spread: Spread, low: float, high: float) -> Iterator[list[Mark]]:
    """Round edges within the values, from the finest to the coarsest."""
    fact = spread.fact
    first, last = low / fact.factor, high / fact.factor
    if fact.wide:
        least = spread.values[spread.values.searchsorted(0.0, "right") :]
        bottom = max(float(least[0]) / fact.factor, last * _SMALLEST_SHARE) if len(least) else first
        for ladder in _LADDERS:
            edges = _within(fact, _climbing(ladder, bottom, last), low, high)
            if len(edges) >= FEWEST:
                yield edges
    exponent = math.floor(math.log10(last - first)) - 3
    while exponent < math.log10(last - first) + 1:
        for step in _STEPS:
            width = step.scaleb(exponent)
            if (last - first) / float(width) < 400 and not (fact.whole and width < 1):
                yield _within(fact, _striding(width, first, last), low, high)
        exponent += 1


def _within(fact: Fact, numbers: Iterator[Decimal], low: float, high: float) -> list[Mark]:
    marks = (_marked(fact, each) for each in numbers if not fact.whole or each == each.to_integral_value())
    return [each for each in marks if low < each.value <= high]


def _climbing(ladder: Sequence[Decimal], low: float, high: float) -> Iterator[Decimal]:
    for exponent in range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1):
        yield from (each.scaleb(exponent) for each in ladder)


def _striding(width: Decimal, low: float, high: float) -> Iterator[Decimal]:
    at = math.floor(low / float(width))
    while (value := at * width) <= Decimal(repr(high)):
        yield value
        at += 1


def _floor(value: Decimal, zeros: int) -> Decimal:
    width = Decimal(1).scaleb(zeros)
    return (value / width).to_integral_value(ROUND_FLOOR) * width


def _marked(fact: Fact, value: Decimal) -> Mark:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if fact.unit == "%":
        text += "%"
    return Mark(text, number(fact, text))
