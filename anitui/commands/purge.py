"""`anitui purge`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.purge import PurgePlan, plan, purge
from anitui.words import count, size


def run(options: argparse.Namespace) -> int:
    with opened(options) as at:
        planned = plan(at.workspace, at.catalogue, older_than_days=options.older_than)
        _tell(planned)
        if planned.nothing:
            report(options, {"purged": 0, "left": list(planned.outside)})
            return 3 if planned.outside else 0
        if not (options.yes or _agreed(planned)):
            say("nothing was removed")
            report(options, {"purged": 0})
            return 1
        done = drive(purge(at.workspace, at.catalogue, planned))
    say(f"removed {count(done.purged, 'file')}, {size(done.bytes)}; the catalogue remembers what they were")
    if done.gone_already:
        say(f"{count(done.gone_already, 'file was', 'files were')} gone already")
    if done.left:
        say("left as it is:")
        say_list(done.left)
    report(options, asdict(done))
    return 3 if done.left else 0


def _tell(planned: PurgePlan) -> None:
    if planned.nothing:
        say("nothing to remove: no picture whose bytes lie in the workspace is set aside")
    else:
        say(f"{count(planned.count, 'picture')} set aside, {size(planned.bytes)}:")
        for reason, often in planned.reasons.items():
            say(f"{often:>8,}  {reason}")
        say("the largest:")
        for each in planned.largest:
            say(f"{size(each.bytes):>8}  {clipped(each.path)}  {clipped(each.reason)}")
    if planned.references:
        say(f"{count(planned.references, 'file')} more are only referred to, and stay where they are")
    if planned.outside:
        say(
            f"{count(len(planned.outside), 'picture')} more set aside with a path that leads out of media: left alone; "
            "`anitui doctor --mend` brings their bytes in"
        )
        say_list(planned.outside)
    if planned.hardlinks:
        say(f"{planned.hardlinks:,} of them are hard links: their other names stay")


def _agreed(planned: PurgePlan) -> bool:
    """Ask for the number, so that nobody says yes to something else by habit."""
    if not sys.stdin.isatty():
        raise WrongUse("purge asks first and there is no terminal to ask on: add --yes to remove what is listed above")
    answer = input(f"This cannot be undone. Type {planned.count} to remove the bytes of these pictures: ")
    return answer.strip().replace(",", "") == str(planned.count)
