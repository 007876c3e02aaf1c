"""What a chart says, without a word on how it is drawn. Labels come from folders and strangers: `clean` is for all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from anitui.words import count


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a row leads to: the screen (`browse`, `faces`) and the filter that shows what the row counts."""

    place: str
    query: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: `parts`, where there are any, add up to the value."""

    name: str
    value: int
    parts: tuple[int, ...] = ()
    note: str = ""
    lead: Lead | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What all kinds have: `about` says what is counted, `facts` are single numbers in words.

    `nothing` says what to do first where there is nothing to draw.
    """

    about: str
    unit: str
    name: str = ""
    title: str = ""
    view: str = ""  # the SQL view that its numbers are from
    facts: tuple[str, ...] = ()
    nothing: str = ""

    @property
    def empty(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Chart):
    """Rows in an order, the largest mostly first; of `parts` the bars have several colours."""

    bars: Sequence[Bar] = ()
    parts: tuple[str, ...] = ()
    of: str = "row"  # what the rows are, for what is left out: `and 12 more classes`
    many: str = ""

    @property
    def empty(self) -> bool:
        return not self.bars

    @property
    def most(self) -> int:
        return max((each.value for each in self.bars), default=0)

    def left_out(self, shown: int) -> str:
        """What the rows beyond those shown come to, in words; nothing where there are none."""
        rest = self.bars[shown:]
        if not rest:
            return ""
        values = sorted(each.value for each in rest)
        together = f"together {sum(values):,}, median {values[len(values) // 2]:,}"
        return f"and {count(len(rest), f'more {self.of}', f'more {self.many or self.of + chr(115)}')}: {together}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram(Bars):
    """Rows along an axis: none is left out, and pictures of it have the bars standing beside each other."""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Chart):
    """Series over the same places, such as days. Heights by logarithm where `log`."""

    places: Sequence[str] = ()
    series: Sequence[Series] = ()
    log: bool = False
    totals: bool = True  # whether the sum of a series means something
    leads: Sequence[Lead | None] = field(default=())

    @property
    def empty(self) -> bool:
        return not self.places or not self.series

    @property
    def most(self) -> int:
        return max((max(each.values, default=0) for each in self.series), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix(Chart):
    """How often two names go together: `cells[row][column]`, the same both ways; `pairs` are all of them as rows."""

    names: Sequence[str] = ()
    cells: Sequence[Sequence[int]] = ()
    pairs: Sequence[Bar] = ()

    @property
    def empty(self) -> bool:
        return not self.pairs

    @property
    def most(self) -> int:
        return max((max(row, default=0) for row in self.cells), default=0)

    between: ClassVar[str] = "+"  # of the two names

    def strength(self, row: int, column: int) -> float:
        """How strongly a cell is coloured, from 0 to 1."""
        return math.sqrt(self.cells[row][column] / self.most) if self.most else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat(Matrix):
    """How often who is in a row is taken for who is in a column; a cell is coloured by its share of the row."""

    between: ClassVar[str] = "→"

    @property
    def empty(self) -> bool:
        return not self.names

    def strength(self, row: int, column: int) -> float:
        total = sum(self.cells[row])
        return self.cells[row][column] / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """A number from 0 to 1, and where it lies for sure."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""
    lead: Lead | None = None

    @property
    def between(self) -> str:
        """`90.1–95.8`, in percent; nothing without bounds."""
        return "" if self.low is None or self.high is None else f"{100 * self.low:.1f}–{100 * self.high:.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares(Chart):
    """Rows of shares, in an order."""

    shares: Sequence[Share] = ()
    of: str = "row"
    many: str = ""

    @property
    def empty(self) -> bool:
        return not self.shares

    def left_out(self, shown: int) -> str:
        """How many there are beyond those shown, in words; nothing where there are none."""
        rest = len(self.shares) - shown
        return f"and {count(rest, f'more {self.of}', f'more {self.many or self.of + chr(115)}')}" if rest > 0 else ""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in the order in which they are joined."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point that is worth a name."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves(Chart):
    """Curves over a plane. `diagonal`: what one of them should be like, or be better than."""

    curves: Sequence[Curve] = ()
    marks: Sequence[Mark] = ()
    across: str = ""  # what x and y are
    up: str = ""
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    diagonal: bool = False

    @property
    def empty(self) -> bool:
        return not any(len(each.x) for each in self.curves)


def clean(text: str) -> str:
    """A text as it may be shown anywhere: one line, without what would steer a terminal or turn the reading round."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def short(value: float) -> str:
    """`950`, `1.2k`, `34k`, `5.6M`."""
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            scaled = value / unit
            return f"{scaled:.0f}{name}" if scaled >= 10 else f"{scaled:.1f}".removesuffix(".0") + name
    return f"{value:g}"
