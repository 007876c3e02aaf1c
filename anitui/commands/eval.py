"""`anitui eval`: how good a run's model is. It reads and writes the run's folder, never the catalogue."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from anitui import workspace
from anitui.commands.charting import room, tell
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.charts import text
from anitui.pipeline.charts.model import Shares
from anitui.pipeline.charts.text import Line
from anitui.pipeline.examine import limits_of
from anitui.settings import Settings
from anitui.train.evaluation import sharing
from anitui.train.evaluation.charts import charts_of
from anitui.train.evaluation.evaluate import EvalOrder, evaluate, latest, report_of
from anitui.train.evaluation.report import Evaluation, plain
from anitui.train.evaluation.words import facts, heading
from anitui.train.installed import check_installed
from anitui.train.run import Run, find
from anitui.words import count, size

_ROWS = 12  # of each chart; the page has all of them
_SHOWN = ("classes", "precision", "confusion")  # after the numbers; the others are for the page and the screen


def run(options: argparse.Namespace) -> int:
    order = order_of(options)
    at = workspace.find(getattr(options, "workspace", None))
    one = find(at, options.run)
    made = latest(one) if options.show else None
    if options.show and made is None:
        raise WrongUse(f"run {one.number} was not measured yet: `anitui eval {one.number}` measures it")
    if made is None:
        check_installed()
        made = drive(evaluate(one, order))
    written = _write(options, one, made, at.settings())
    _show(made)
    if not options.show:
        say(f"kept in {report_of(one)}")
    report(options, {**plain(made), "report": str(report_of(one)), "written": written})
    return 0


def interrupted(options: argparse.Namespace) -> str:
    """What is true when it was cut off."""
    del options
    return "what the model said is kept; the same command goes on from there"


def order_of(options: argparse.Namespace) -> EvalOrder:
    """What was asked for."""
    for name, value in (("--fnr", options.fnr), ("--right", options.right)):
        if not 0 < value < 1:
            raise WrongUse(f"{name} is a share between 0 and 1, such as 0.139")
    if options.pictures is not None and options.pairs is None:
        raise WrongUse("--pictures says where the pictures of --pairs lie: give both")
    if options.pictures is not None and not options.pictures.is_dir():
        raise WrongUse(f"{options.pictures} is no folder: name the one that the pictures of the pairs lie in")
    return EvalOrder(
        options.part, options.pairs, options.pictures, options.fnr, options.right, options.device, seed=options.seed
    )


def _show(made: Evaluation) -> None:
    width = room()
    say(heading(made))
    found = facts(made)
    wide = max(map(len, found))
    for name, value in found.items():
        say(f"  {name:<{wide}}  {value}")
    for note in made.notes:
        tell([Line(((f"  {each}", "dim"),)) for each in text.wrapped(note, width - 2)])
    for chart in charts_of(made):
        if chart.name in _SHOWN and not chart.empty:
            tell([Line(()), *text.heading(chart, width), *text.lines(chart, width, _ROWS)])
            if isinstance(chart, Shares) and len(chart.shares) > _ROWS + 1:
                tell([Line((("all of them: --html, --json, or g v in the app", "dim"),))])


def _write(options: argparse.Namespace, one: Run, made: Evaluation, settings: Settings) -> dict[str, Any]:
    """The files that were asked for."""
    written: dict[str, Any] = {}
    if options.html:
        limits = limits_of(settings.importing)
        page = drive(sharing.write_page(one, made, options.html, limits, force=options.force))
        say(f"{page.file}: {count(page.charts, 'chart')}, {count(page.faces, 'face')}, {size(page.bytes)}")
        if page.unread:
            say(f"  {count(page.unread, 'picture')} could not be read, and is not shown")
        written["html"] = asdict(page)
    for kind in ("png", "svg"):
        folder: Path | None = getattr(options, kind)
        if folder is not None:
            files = sharing.write_charts(made, folder, kind, force=options.force)
            say(f"{folder}: {count(len(files), 'file')}")
            written[kind] = files
    return written
