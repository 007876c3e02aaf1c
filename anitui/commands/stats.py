"""`anitui stats`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anitui.commands.charting import room, tell
from anitui.commands.opened import Opened, opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.charts import text
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.charts.text import Line
from anitui.pipeline.examine import limits_of
from anitui.pipeline.measuring import catalogue as measuring
from anitui.pipeline.measuring import report as reporting
from anitui.pipeline.measuring.catalogue import Measured
from anitui.pipeline.measuring.pictures import NO_PICTURES
from anitui.pipeline.measuring.rows import Statistic
from anitui.store.overview import overview
from anitui.words import count, size

_ROWS = 10  # of a chart among others; one that was asked for by its name is whole


def run(options: argparse.Namespace) -> int:
    asked = measuring.chosen(options.what)
    if options.samples is not None and options.samples < 0:
        raise WrongUse("--samples is a number of pictures for each class, 0 for none")
    with opened(options) as at:
        label_set = measuring.known_set(at.catalogue, options.set)
        measured = Measured(at.catalogue, label_set)
        written = _write(options, at, measured, asked)
        if not (options.html or options.png or options.svg):
            _show(at, measured, asked)
        found: dict[str, Any] = {}
        if options.json:
            found = asdict(overview(at.catalogue, datetime.now(UTC).date()))
            for each in asked or measuring.STATISTICS:
                measured.chart(each)
            measured.totals()
            found |= {"label_set": label_set, "statistics": measured.as_read()}
    report(options, found | written)
    return 0


def _show(at: Opened, measured: Measured, asked: list[Statistic]) -> None:
    width = room()
    if not asked:
        _totals(at, measured)
    for each in asked or measuring.chosen(measuring.USUAL):
        chart = measured.chart(each)
        if asked or not chart.empty:
            tell([*text.heading(chart, width), *text.lines(chart, width, None if asked else _ROWS), Line(())])
    if not asked:
        others = " ".join(name for name in measuring.NAMES if name not in measuring.USUAL)
        tell([Line(((each, "dim"),)) for each in text.wrapped(f"more: anitui stats {others}, or all", width)])


def _totals(at: Opened, measured: Measured) -> None:
    say(str(at.workspace.root))
    totals = measured.totals()
    for what, number in totals.items():
        say(f"{what:>18}  {number:>12,}")
    for each in measured.not_taken()[:5]:
        say(f"{'':>18}  {each.items:>12,}  {each.reason}")
    say()
    if not totals["pictures"]:
        say(NO_PICTURES + "\n")


def _write(
    options: argparse.Namespace, at: Opened, measured: Measured, asked: list[Statistic]
) -> dict[str, Any]:  # fmt: skip
    """The files that were asked for; what was written, for the report."""
    chosen = asked or list(measuring.STATISTICS)
    written: dict[str, Any] = {}
    if options.html:
        samples = reporting.SAMPLES if options.samples is None else options.samples
        limits = limits_of(at.settings.importing)
        page = drive(
            reporting.write_page(
                at.workspace, at.catalogue, options.html, chosen, measured.label_set, samples, limits,
                force=options.force,
            )
        )  # fmt: skip
        say(f"{page.file}: {count(page.charts, 'chart')}, {count(page.samples, 'sample')}, {size(page.bytes)}")
        for told in page.told:
            say(f"  {told}")
        if page.pictures_unread:
            say(f"  {count(page.pictures_unread, 'picture')} could not be read: `anitui doctor` tells which")
        written["html"] = asdict(page)
    charts: list[Chart] = [measured.chart(each) for each in chosen] if options.png or options.svg else []
    for kind in ("png", "svg"):
        folder: Path | None = getattr(options, kind)
        if folder is None:
            continue
        files = reporting.write_charts(folder, charts, kind, force=options.force)
        if kind == "png" and not asked:
            files += reporting.write_cloud(at.catalogue, folder, measured.label_set, force=options.force)
        empty = [each.name for each in charts if each.empty]
        say(f"{folder}: {count(len(files), 'file')}" + (f"; nothing to show yet: {', '.join(empty)}" if empty else ""))
        written[kind] = files
    return {"written": written} if written else {}
