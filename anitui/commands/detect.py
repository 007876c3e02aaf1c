"""`anitui detect`."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict

from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.pipeline.detecting import DetectOrder, DetectReport, find_faces, smallest_of
from anitui.words import count, duration


def run(options: argparse.Namespace) -> int:
    if options.smallest is not None:
        smallest_of(options.smallest)  # before a workspace is looked for
    with opened(options) as at:
        settings = at.settings.detect
        order = DetectOrder(options.detector or settings.detector, options.smallest or settings.smallest, options.redo)
        done = drive(find_faces(at.workspace, at.catalogue, order, at.settings))
    tell(done)
    report(options, asdict(done))
    return 3 if done.failed else 0


def tell(done: DetectReport) -> None:
    """What it came to, for a person."""
    say(f"detector: {done.why}")
    if not done.pictures:
        say(f"{done.detector} has looked at every picture; --redo looks again")
    else:
        say(f"{count(done.faces, 'face')} in {count(done.pictures, 'picture')}, in {duration(done.seconds)}")
        say(f"  {done.alone:,} with one, {done.several:,} with several, {done.without:,} with none")
    if done.otherwise:
        say(f"{count(done.otherwise, 'picture')} were looked at with other settings; --redo looks again")
    if done.failed:
        say(f"{count(done.failed, 'picture')} could not be looked at, and will be tried again:")
        for reason, often in Counter(str(each["reason"]).partition(":")[0] for each in done.failures).most_common(10):
            say(f"{often:>8,}  {reason}")
