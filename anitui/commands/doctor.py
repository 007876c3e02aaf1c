"""`anitui doctor`."""

from __future__ import annotations

import argparse

from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.pipeline.doctor import examine_workspace
from anitui.pipeline.findings import DoctorReport
from anitui.pipeline.mending import mend
from anitui.words import count


def run(options: argparse.Namespace) -> int:
    with opened(options) as at:
        found = drive(examine_workspace(at.workspace, at.catalogue, deep=options.deep))
        _tell(found, mended=options.mend)
        if found.clean or not options.mend:
            report(options, {"clean": found.clean, "found": found})
            return 0 if found.clean else 3
        done = drive(mend(at.workspace, at.catalogue, found))
        for sentence in done.sentences:
            say(sentence)
    if done.lost:
        say("moved to lost:")
        say_list(done.lost)
    if done.left:
        say("left as it is:")
        say_list(done.left)
    report(options, {"clean": not done.left, "found": found, "mended": done})
    return 3 if done.left else 0


def _tell(found: DoctorReport, *, mended: bool) -> None:
    if found.clean:
        say(f"clean: {count(found.pictures, 'picture')}, {count(found.files, 'file')} in media")
        return
    for finding in found.findings:
        say(f"{finding.sentence}: {finding.remedy}")
        for example in finding.examples:
            say(f"    {clipped(example)}")
    if not mended:
        say("`anitui doctor --mend` mends this; nothing is deleted that was ever taken in")
