"""`anitui history`, `anitui undo`, `anitui redo`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from anitui.commands.opened import opened
from anitui.commands.telling import report, say
from anitui.errors import WrongUse
from anitui.store import journal
from anitui.store.journal import Entry, NothingToUndo

STATES = {"done": "", "undone": "taken back", "dropped": "taken back for good", "final": "cannot be taken back"}


def run(options: argparse.Namespace) -> int:
    if options.command == "history" and options.limit < 1:
        raise WrongUse("--limit must be at least 1")
    with opened(options) as at:
        if options.command == "history":
            entries = journal.history(at.catalogue, options.limit)
            for each in entries:
                state = f"  ({STATES[each.state]})" if STATES[each.state] else ""
                by = f"  by {each.said_by}" if each.said_by != "person" else ""
                say(f"{each.entry_id:>8}  {each.decided_at:%Y-%m-%d %H:%M:%S} UTC  {each.summary}{by}{state}")
            if not entries:
                say("nothing has been decided yet")
            report(options, {"entries": [asdict(each) for each in entries]})
            return 0
        if options.count < 1:
            raise WrongUse(f"{options.command} takes a number of at least 1")
        step, said = (journal.undo, "taken back") if options.command == "undo" else (journal.redo, "made again")
        done: list[Entry] = []
        try:
            for _ in range(options.count):
                done.append(step(at.catalogue))
                say(f"{said}: {done[-1].told}")
        except NothingToUndo:
            if not done:
                raise
            say("that was all there was")
    report(options, {options.command: [asdict(each) for each in done]})
    return 0
