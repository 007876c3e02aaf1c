"""`anitui init`."""

from __future__ import annotations

import argparse

from anitui import workspace
from anitui.commands.opened import held
from anitui.commands.telling import report, say


def run(options: argparse.Namespace) -> int:
    was_there = (options.folder / workspace.MARKER).exists()
    made = workspace.create(options.folder)
    with held(made):
        say(f"{made.root} {'is a workspace already' if was_there else 'is a workspace now'}")
        if not was_there:
            say("next: `anitui import PATH …` takes pictures in, `anitui` opens the terminal app")
    report(options, {"workspace": made.root, "made": not was_there})
    return 0
