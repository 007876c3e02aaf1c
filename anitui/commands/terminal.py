"""`anitui`: the terminal app."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from anitui import workspace
from anitui.commands.opened import held
from anitui.commands.telling import say
from anitui.errors import AnituiError, WrongUse
from anitui.workspace import Workspace


def run(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUse("the terminal app needs a terminal; `anitui --help` lists what works without one")
    _can_draw()
    return show(_found(options.workspace))


def show(found: Workspace) -> int:
    """Open a workspace in the terminal app, until the person leaves."""
    _can_draw()
    with held(found) as at:
        if at.lost:
            input("\nEnter opens the terminal app nevertheless … ")  # which would at once hide what was said
        from anitui import app

        app.run(at.workspace, at.catalogue, at.settings)
    return 0


def _can_draw() -> None:
    if os.environ.get("TERM") == "dumb":
        raise AnituiError(
            "this terminal says that it can only show lines (TERM=dumb), and the terminal app needs more: "
            "start it in another one; `anitui --help` lists what works here"
        )


def _found(given: Path | None) -> Workspace:
    """The workspace, or one that is made here when the person says so."""
    here = Path.cwd() if given is None else given
    if (here / workspace.MARKER).is_file() if given is not None else workspace.nearest(here) is not None:
        return workspace.find(given)
    answer = input(f"{here} is not a workspace yet. Make it one? [Y/n] ").strip().lower()
    if answer not in ("", "y", "yes"):
        raise WrongUse("no workspace was made; `anitui demo` makes a sample to look at")
    made = workspace.create(here)
    say(f"{made.root} is a workspace now")
    return made
