"""All statistics by their names, read from an open catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from anitui.errors import WrongUse
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.measuring import labels, pictures, sources
from anitui.pipeline.measuring.rows import Rows, Statistic
from anitui.store import statistics as stats
from anitui.store.catalogue import Catalogue
from anitui.store.labels import CHARACTERS
from anitui.words import count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KNOWN = {each.name: each for each in (*labels.STATISTICS, *pictures.STATISTICS, *sources.STATISTICS)}
# What one wants to know first comes first.
STATISTICS: tuple[Statistic, ...] = tuple(
    _KNOWN[name]
    for name in (
        "classes", "tail", "ranks", "tags", "together", "crowd", "speakers", "sources", "sites", "posted", "sizes",
        "shorter", "formats", "bytes", "colours", "sharpness", "brightness", "faces", "per-picture", "detectors",
        "distances", "aside",
    )
)  # fmt: skip
NAMES = tuple(each.name for each in STATISTICS)
# Those that a first look is made of.
USUAL = ("classes", "tail", "tags", "together", "speakers", "sources", "sizes", "colours", "distances")
ALL = "all"


def chosen(names: Sequence[str]) -> list[Statistic]:
    """The statistics of these names. Raises WrongUse for one that is not there."""
    for name in names:
        if name not in (*NAMES, ALL):
            close = difflib.get_close_matches(name, NAMES, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(NAMES)}, and all"
            raise WrongUse(f"there is no statistic {name!r}; {hint}")
    return list(STATISTICS) if ALL in names else [_KNOWN[name] for name in dict.fromkeys(names)]


class Measured:
    """Statistics of one moment: each view is read once, however many charts are drawn from it.

    With a `cursor` it can be interrupted from another thread, and raises Stopped then.
    """

    def __init__(
        self, catalogue: Catalogue, label_set: str = CHARACTERS, cursor: DuckDBPyConnection | None = None
    ) -> None:
        self.label_set = label_set
        self._catalogue, self._cursor = catalogue, cursor
        self._read: dict[tuple[type, str | None], list[Any]] = {}

    def chart(self, statistic: Statistic) -> Chart:
        return statistic.chart(Rows(self.label_set, self._rows))

    def totals(self) -> dict[str, int]:
        """The numbers of the whole workspace, by what they count."""
        return {each.what: each.number for each in self._rows(stats.Total, None)}

    def not_taken(self) -> list[stats.NotTaken]:
        """What was not taken, the most frequent reason first."""
        return self._rows(stats.NotTaken, None)

    def as_read(self) -> dict[str, list[dict[str, Any]]]:
        """The rows that were read so far, by their view: the numbers as SQL has them."""
        return {stats.VIEWS[what][0]: [asdict(each) for each in rows] for (what, _), rows in self._read.items()}

    def _rows(self, what: type, of: str | None) -> list[Any]:
        if (what, of) not in self._read:
            self._read[what, of] = stats.read(self._catalogue, what, of, self._cursor)
        return self._read[what, of]


def known_set(catalogue: Catalogue, name: str | None) -> str:
    """A set of labels by its name, that of characters where none is given. Raises WrongUse where it is not there."""
    there = stats.sets(catalogue)
    if name is None or name in there:
        return name or CHARACTERS
    raise WrongUse(
        f"there is no set of labels {name!r}; {count(len(there), 'set is', 'sets are')} there: {', '.join(there)}"
    )
