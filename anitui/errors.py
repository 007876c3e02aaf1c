"""The errors a person may meet: each is one sentence that names the remedy, and knows its exit code."""

from __future__ import annotations


class AnituiError(Exception):
    """Something went wrong in a way that we can explain; the command line prints it and leaves with `exit_code`."""

    exit_code = 1


class WrongUse(AnituiError):
    """What was asked for cannot be meant: a path that is not there, an unknown field, a bad setting."""

    exit_code = 2


class WorkspaceHeld(AnituiError):
    """Another process has the workspace open."""

    exit_code = 4
