"""The panes beside the list of runs: which are shown, how they share the room, and which one is gone into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

LEAST_HIGH, LEAST_WIDE = 9, 38  # lines and columns of a pane, its frame included
_THREE = 150  # columns, from which on there may be three beside each other

NUMBERED = ("loss", "measured", "confusion", "wrong", "log", "pace", "rate")
TABLE = "table"  # runs beside each other, in place of what is of one run alone
ORDER = ("loss", "measured", TABLE, "confusion", "wrong", "log", "pace", "rate")
CURVES = ("loss", "measured", "pace", "rate")
_OF_ONE = ("confusion", "wrong", "log")
_USUAL = ("loss", "measured", "confusion", "wrong")
_USUAL_WITHOUT_NAMES = ("loss", "measured", "log", "pace")  # of tasks that have no single name to be wrong about


@dataclass(slots=True)
class Panes:
    """Which panes one wants to see."""

    current: str = "loss"
    alone: bool = False
    comparing: bool = False
    named: bool = True  # whether the run says one name of each face
    changed: set[str] = field(default_factory=set)  # those that were shown or hidden by hand

    def wanted(self) -> list[str]:
        """All that are to be shown, if there is room."""
        if self.alone:
            return [self.current]
        usual = _USUAL if self.named else _USUAL_WITHOUT_NAMES
        chosen = [name for name in NUMBERED if (name in usual) != (name in self.changed)]
        if self.comparing:
            chosen = [name for name in ORDER if name == TABLE or (name in chosen and name not in _OF_ONE)]
        return chosen

    def toggle(self, number: int) -> None:
        """Show or hide the pane of this number."""
        name = NUMBERED[number - 1]
        was = self.wanted()
        self.changed ^= {name}
        self.alone = False
        if name in was and not self.wanted():
            self.changed ^= {name}  # something must be seen
        elif name not in was:
            self.current = name
        self.settle()

    def settle(self) -> None:
        """The one that is gone into is one that is wanted."""
        wanted = self.wanted()
        if self.current not in wanted:
            self.current = wanted[0]

    def step(self, by: int) -> None:
        """On to the next one; alone, the next one is alone."""
        alone, self.alone = self.alone, False
        wanted = self.wanted()
        at = wanted.index(self.current) if self.current in wanted else 0
        self.current = wanted[(at + by) % len(wanted)]
        self.alone = alone

    def arranged(self, width: int, height: int) -> Arranged:
        """Those that fit, with the one that is gone into among them."""
        wanted = self.wanted()
        most = 3 if width >= _THREE and len(wanted) > 4 else 2
        columns = min(most, len(wanted), max(1, width // LEAST_WIDE))
        rows = max(1, height // LEAST_HIGH)
        page = columns * rows
        first = wanted.index(self.current) // page * page if self.current in wanted else 0
        first = max(0, min(first, len(wanted) - page))
        shown = wanted[first : first + page]
        return Arranged(tuple(shown), columns, -(-len(shown) // columns), len(wanted))


@dataclass(frozen=True, slots=True)
class Arranged:
    """Panes in rows, as they are seen."""

    shown: tuple[str, ...]
    columns: int
    rows: int
    wanted: int

    def spans(self) -> Iterator[tuple[str, int]]:
        """How many columns each takes: the last row is filled."""
        for at, name in enumerate(self.shown):
            last = at == len(self.shown) - 1
            yield name, self.columns - at % self.columns if last else 1
