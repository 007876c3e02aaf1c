"""How charts get the rows of a view, and what their rows lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from anitui.pipeline.charts.model import Chart, Lead
from anitui.store.statistics import VIEWS

Counted = TypeVar("Counted")


class Rows:
    """Reads statistics for one set of labels; how, is whose catalogue it is."""

    def __init__(self, label_set: str, read: Callable[[type, str | None], list[Any]]) -> None:
        self.label_set = label_set
        self._read = read

    def of(self, what: type[Counted]) -> list[Counted]:
        """All rows of a statistic, whatever set they are of."""
        return self._read(what, None)

    def of_set(self, what: type[Counted]) -> list[Counted]:
        """Its rows of this set of labels."""
        return self._read(what, self.label_set)


@dataclass(frozen=True, slots=True)
class Statistic:
    """One of those there are. `what` are the rows that it is made of; `of_set`: it is about the labels of one set."""

    name: str
    title: str
    what: type
    make: Callable[[Rows], Chart]
    of_set: bool = False

    @property
    def view(self) -> str:
        return VIEWS[self.what][0]

    def chart(self, rows: Rows) -> Chart:
        return replace(self.make(rows), name=self.name, title=self.title, view=self.view)


def value(text: str) -> str:
    """A value in a filter that means this text and nothing else, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def faces(query: str) -> Lead:
    return Lead("faces", query)


def browse(query: str) -> Lead:
    return Lead("browse", query)


def between(field: str, at_least: float, below: float) -> str:
    """The filter of a step of a histogram."""
    return f"{field}>={at_least:g} {field}<{below:g}" if below < 1e6 else f"{field}>={at_least:.0f} {field}<{below:.0f}"
