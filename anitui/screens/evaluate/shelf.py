"""Runs with what was measured of them, as lines of a list: the charts of one of them stand below it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anitui.errors import in_one_sentence
from anitui.pipeline.charts.model import Chart
from anitui.screens.widgets.picture.words import tame
from anitui.train import run as runs
from anitui.train.evaluation.charts import charts_of
from anitui.train.evaluation.evaluate import latest, report_of
from anitui.train.evaluation.report import Evaluation
from anitui.train.evaluation.words import in_a_line
from anitui.train.run import BEST, Run
from anitui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Entry:
    """A run. Without an evaluation `why` says what to do, or what is wrong."""

    run: Run
    name: str
    task: str
    trained: bool  # it has a model
    outdated: bool = False  # its model is newer than what was measured
    made: Evaluation | None = None
    charts: Sequence[Chart] = ()
    wrong: str = ""  # why what was kept cannot be read

    @property
    def number(self) -> int:
        return self.run.number


class Shelf:
    """Reads them, each again only when it was measured again. For one thread at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[Path, tuple[tuple[int, ...], Entry]] = {}

    def entries(self) -> list[Entry]:
        """All runs that can be evaluated or were, the newest first."""
        found: dict[Path, tuple[tuple[int, ...], Entry]] = {}
        for run in runs.listed(self._workspace):
            stamp = tuple(
                _stamp(each) for each in (run.folder / "settings.json", report_of(run), run.checkpoints / BEST)
            )
            known = self._known.get(run.folder)
            if known is not None and known[0] == stamp:
                found[run.folder] = known
                continue
            try:
                found[run.folder] = stamp, _entry(run, stamp)
            except (OSError, ValueError, LookupError, TypeError):
                continue  # it is being taken away, or was mended by hand
        self._known = found
        return [entry for _, entry in found.values()]


def _stamp(file: Path) -> int:
    try:
        return os.stat(file).st_mtime_ns  # noqa: PTH116 - for each run, whenever the screen is seen
    except OSError:
        return 0


def _entry(run: Run, stamp: Sequence[int]) -> Entry:
    name, task = str(run.settings.get("name") or ""), run.task
    made, wrong = None, ""
    try:
        made = latest(run)
    except Exception as error:
        sentence = in_one_sentence(error)
        if sentence is None:
            raise
        wrong = sentence
    charts = charts_of(made) if made is not None else ()
    return Entry(run, name, task, bool(stamp[2]), bool(stamp[1]) and stamp[2] > stamp[1], made, charts, wrong)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the list: a run, or one of its charts."""

    run: int
    chart: str  # "" is the run itself, which shows the first chart


def places(entries: Sequence[Entry], opened: int | None) -> list[Place]:
    """The lines: below the run that is open stand its charts."""
    found: list[Place] = []
    for each in entries:
        found.append(Place(each.number, ""))
        if each.number == opened:
            found += [Place(each.number, chart.name) for chart in each.charts[1:]]
    return found


def line(entry: Entry, place: Place, width: int) -> str:
    """What the list says of it."""
    if place.chart:
        title = next(chart.title for chart in entry.charts if chart.name == place.chart)
        return f"    {title}"
    name = f"{entry.number:>3}  {tame(entry.name)}"
    said = in_a_line(entry.made) if entry.made is not None else "not measured" if entry.trained else "no model yet"
    room = max(8, width - len(said) - 2)
    name = name if len(name) <= room else name[: room - 1] + "…"
    return f"{name:<{room}}  {said}"
