"""`anitui import --format lap|coco|imagefolder|…` and `anitui export`: label files and data sets, in and out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from anitui.cli import DATA_SETS
from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import Opened, opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.label_files.giving import ExportOrder, ExportReport, export_labels
from anitui.pipeline.label_files.registry import FORMATS, READ
from anitui.words import count, duration

if TYPE_CHECKING:
    from anitui.pipeline.label_files.taking import LabelReport


def take_in(options: argparse.Namespace) -> int:
    """The import of label files, and of data sets in class folders."""
    for option, given in (("--label", options.label), ("--labels-from-folders", options.labels_from_folders)):
        if given:
            raise WrongUse(f"{option} is for pictures as they lie: label files say what is what themselves")
    with opened(options) as at:
        done = bring(at, options, options.format, options.paths)
    tell(done)
    report(options, asdict(done))
    return 3 if done.in_part else 0


def bring(at: Opened, options: argparse.Namespace, format: str, paths: Sequence[str]) -> LabelReport:
    """Take files or folders of one format in."""
    from anitui.pipeline.label_files.taking import LabelOrder, import_labels

    given = {
        name: getattr(options, name) for name in ("mode", "hashing", "workers") if getattr(options, name) is not None
    }
    order = LabelOrder(
        [Path(each).expanduser() for each in paths], READ[format], options.pictures, options.label_set, options.speaker
    )
    return drive(import_labels(at.workspace, at.catalogue, order, replace(at.settings.importing, **given)))


def tell(done: LabelReport) -> None:
    """What an import of label files did, for a person."""
    files = count(done.files, "data set" if done.format in DATA_SETS else "label file")
    say(f"{files}: {done.here:,} of {count(done.pictures, 'picture')} are here")
    if done.imported:
        say(f"  {done.imported.new:,} of them new in the catalogue; {done.by_name:,} found there by their names")
    elif done.by_name:
        say(f"  {done.by_name:,} found in the catalogue by their names")
    say(f"{count(done.boxes, 'box', 'boxes')}, {done.new_boxes:,} of them new; {count(done.labels, 'label')} said")
    if done.tags:
        say(f"{count(done.tags, 'tag')} of whole pictures said")
    if done.new_labels:
        say(f"{count(done.new_labels, 'name')} put on the list of labels")
    if done.set_aside:
        say(f"{count(done.set_aside, 'picture')} set aside: marked for deletion")
    if done.pairs:
        say(f"{count(done.pairs, 'judged pair')} taken over")
    if done.split is not None:
        parts = ", ".join(f"{part} {members:,}" for part, members in done.split_members.items())
        kept = "kept as the split" if done.new_split else "there already as the split"
        say(f"its parts are {kept} {clipped(done.split)}: {parts}")
    if done.imported and done.imported.failures:
        say(f"{len(done.imported.failures):,} not taken:")
        say_list([f"{clipped(each.url)}: {clipped(each.reason)}" for each in done.imported.failures])
    if done.missing:
        say(f"{count(done.missing, 'picture')} not here, and nothing of them taken:")
        say_list([clipped(each) for each in done.missing_first], "and others")
    for told, left_out in (("left out:", True), ("noticed, and nothing left out for it:", False)):
        these = [each for each in done.problems if each.left_out == left_out]
        if these:
            say(told)
        for each in these:
            first = f" ({clipped('; '.join(each.first))})" if each.first else ""
            say(f"{each.often:>8,}  {clipped(each.reason)}{first}")
    say(f"in {duration(done.seconds)}")


def run(options: argparse.Namespace) -> int:
    """`anitui export`."""
    order = ExportOrder(
        options.destination.expanduser(),
        FORMATS[options.format],
        options.filter or "",
        options.label_set,
        tuple(options.detector or ()),
        options.kind,
        options.force,
    )
    with opened(options) as at:
        at.workspace.destination(order.destination, as_a_whole=False)
        done = drive(export_labels(at.catalogue, order))
    tell_export(done)
    report(options, asdict(done))
    return 0


def tell_export(done: ExportReport) -> None:
    """What an export wrote, for a person."""
    boxes = f"{count(done.boxes, 'box', 'boxes')} in {count(done.pictures, 'picture')}"
    say(f"{boxes}, {done.labelled:,} with a label of {done.label_set}")
    if done.pairs:
        say(f"{count(done.pairs, 'judged pair')}")
    if not done.pictures:
        say("nothing matches: no picture that is asked for has such boxes, or was looked at for any")
    if done.detectors:
        say("  by " + ", ".join(f"{name} {number:,}" for name, number in done.detectors.items()))
    if done.hidden:
        say(f"{count(done.hidden, 'box', 'boxes')} of other detectors left out; --detector chooses")
    if done.lost:
        say("the format has no place for:")
        for what, often in done.lost.items():
            say(f"{often:>8,}  {what}")
    say_list(done.files)
