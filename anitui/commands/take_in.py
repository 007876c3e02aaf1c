"""`anitui import`."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict, replace

from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.ingest import ImportOrder, ImportReport, import_pictures


def run(options: argparse.Namespace) -> int:
    if options.workers is not None and options.workers < 1:
        raise WrongUse("--workers must be at least 1")
    given = {name: getattr(options, name) for name in ("mode", "hashing", "workers")}
    with opened(options) as at:
        settings = replace(at.settings.importing, **{name: value for name, value in given.items() if value is not None})
        order = ImportOrder(options.paths, options.label, options.labels_from_folders)
        done = drive(import_pictures(at.workspace, at.catalogue, order, settings))
    tell(done)
    report(options, asdict(done))
    return 3 if done.failures else 0


def tell(done: ImportReport) -> None:
    """What an import did, for a person."""
    counts = f"{done.new:,} new, {done.already:,} already there, {done.unchanged:,} looked at earlier"
    say(f"{counts}, of {done.found:,} found")
    if done.animated:
        say(f"{done.animated:,} animated: only their first frame is looked at")
    if done.copied_instead:
        say(f"{done.copied_instead:,} copied: a hard link cannot be made from where they lie")
    if not done.failures:
        return
    say(f"{done.refused + done.failed:,} not taken:")
    reasons = Counter(failure.reason.partition(":")[0] for failure in done.failures)
    for reason, often in reasons.most_common():
        say(f"{often:>8,}  {clipped(reason)}")
    lines = [f"{clipped(each.url)}: {clipped(each.reason)}" for each in done.failures]
    say_list(lines, 'all of them: anitui sql "FROM not_taken"')
