"""`anitui export`: datasets with pictures; label files alone are told to `label_files`, models to `export_model`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from anitui.cli import DATASET_FORMATS, LABEL_FORMATS
from anitui.commands import export_model, label_files
from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.export.exporting import export_dataset
from anitui.pipeline.export.order import DatasetOrder, DatasetReport
from anitui.words import count, duration

SHOWN = 5


def run(options: argparse.Namespace) -> int:
    """Whichever of the three is meant."""
    if options.format == "model":
        return export_model.run(options)
    if label_files_alone(options):
        for option, given in (
            ("--size", options.size), ("--image-format", options.image_format), ("--fix-sizes", options.fix_sizes),
            ("--as-frozen", options.as_frozen), ("--link", options.link != "copy"),
        ):  # fmt: skip
            if given:
                raise WrongUse(f"{option} is for datasets: add --pictures whole or crops, or --split")
        return label_files.run(options)
    if options.format not in DATASET_FORMATS:
        raise WrongUse(f"{options.format} has no datasets with pictures: leave --split and --pictures out")
    order = DatasetOrder(
        options.destination.expanduser(),
        options.format,
        options.split,
        options.filter or "",
        options.label_set,
        tuple(options.detector or ()),
        options.kind or "face",
        options.as_frozen,
        options.pictures,
        options.size,
        options.margin,
        options.image_format,
        options.quality,
        options.link,
        options.fix_sizes,
        options.force,
    )
    with opened(options) as at:
        done = drive(export_dataset(at.workspace, at.catalogue, order, at.settings.importing))
    tell(done, options.link)
    report(options, asdict(done))
    return 3 if done.failures else 0


def interrupted(options: argparse.Namespace) -> str | None:
    """What is true of an export of label files, or of a model, that was cut off."""
    if options.format == "model":
        return "nothing was written"
    if label_files_alone(options):
        return "every label file that is there is whole, and the same command with --force writes all of them"
    return None


def label_files_alone(options: argparse.Namespace) -> bool:
    """Whether no pictures go out with them."""
    return options.format in LABEL_FORMATS and options.split is None and options.pictures is None


def tell(done: DatasetReport, link: str = "copy") -> None:
    """What an export wrote, for a person."""
    pictures = sum(done.parts.values())
    parts = ", ".join(f"{part} {number:,}" for part, number in done.parts.items() if part)
    of = f" ({parts})" if parts else ""
    say(f"{count(pictures, 'picture')}{of}, {count(done.classes, 'class', 'classes')} of {done.label_set}")
    say(f"  {done.written:,} written, {done.kept:,} kept from before, {done.removed:,} removed")
    if done.resumed:
        say(f"  {done.resumed:,} of those kept were made by an export that was cut off")
    if link != "copy" and done.linked < done.written:
        say(f"  {done.linked:,} of those written are links; the others are not as they were, so they were made anew")
    if done.copied_instead:
        say(f"{count(done.copied_instead, 'picture')} copied: they lie on another disk and cannot be linked")
    if done.set_aside:
        say(f"{done.set_aside:,} left out: they, or their pictures, were set aside since the split was made")
    if done.unnamed:
        say(f"{done.unnamed:,} left out: they have no label of {done.label_set}")
    if done.renamed:
        say(f"{done.renamed:,} have another label now than when the split was made; --as-frozen exports the old ones")
    if done.others:
        say(f"{count(done.others, 'further face')} in these pictures left out: they have no label, or are in no part")
    for part, labels in done.missing_classes.items():
        if part:
            say(f"{part} has nothing of {count(len(labels), 'class', 'classes')}: {clipped(', '.join(labels[:SHOWN]))}")
    for note in done.notes:
        say(note)
    if done.folders and done.format == "imagefolder":
        say(f"{count(len(done.folders), 'folder')} called otherwise than the label (manifest.csv has both):")
        say_list([f"{clipped(label)} → {folder}" for label, folder in done.folders.items()])
    if done.carried:
        say(f"{count(len(done.carried), 'file')} in the folder that are none of the export stay there:")
        say_list([clipped(each) for each in done.carried])
    if done.failures:
        say(f"{count(len(done.failures), 'picture')} left out:")
        say_list([f"{clipped(each.source)}: {each.reason}" for each in done.failures])
    say(f"{done.destination}, in {duration(done.seconds)}")
