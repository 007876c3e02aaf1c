"""The one event that long work yields; the command line draws it with rich, the terminal app with Textual.

Long work is a generator: it yields `Event`s, can be closed between two of them (what is done is kept), and returns
its report. Whoever drives it decides how the events look.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

Report = TypeVar("Report")


@dataclass(frozen=True, slots=True)
class Event:
    """Where long work stands: what it does, how far it is, and how often each outcome came."""

    doing: str
    done: int = 0
    total: int | None = None
    note: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


Work: TypeAlias = Generator[Event, None, Report]


def run(work: Work[Report], told: Callable[[Event], None]) -> Report:
    """Drive `work` to its end, hand each event to `told`, and return the report.

    When `told` raises (a cancel, ctrl-C) the generator is closed, so that it keeps what it has done.
    """
    try:
        while True:
            try:
                event = next(work)
            except StopIteration as stop:
                report: Report = stop.value
                return report
            told(event)
    finally:
        work.close()
