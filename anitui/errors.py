"""The errors a person may meet: each is one sentence that names the remedy, and knows its exit code."""

from __future__ import annotations

import errno
import sys

DISK_FULL = "the disk is full: free some space and do the same again"


class AnituiError(Exception):
    """Something went wrong in a way that we can explain; the command line prints it and leaves with `exit_code`."""

    exit_code = 1


class Stopped(AnituiError):
    """What was running was stopped by the person who started it; what it did is kept."""

    exit_code = 130


class WrongUse(AnituiError):
    """What was asked for cannot be meant: a path that is not there, an unknown field, a bad setting."""

    exit_code = 2


class WorkspaceHeld(AnituiError):
    """Another process has the workspace open."""

    exit_code = 4


def in_one_sentence(error: BaseException) -> str | None:
    """What a person should read about an error that may come from anywhere below; None when it is a fault of ours."""
    if isinstance(error, AnituiError):
        return str(error)
    if isinstance(error, OSError):
        return _about_system(error)
    # Looked up, not imported: where the database was never loaded, it cannot have raised.
    database = sys.modules.get("duckdb")
    if database is not None and isinstance(error, database.Error):
        if "No space left" in str(error):
            return f"{DISK_FULL} (the catalogue could not be written)"
        return f"the catalogue could not do it: {first_line(error)}"
    return None


def is_interruption(error: BaseException) -> bool:
    """Whether somebody interrupted it. Inside the database it becomes an error of its own, at times a plain one."""
    if isinstance(error, KeyboardInterrupt):
        return True
    database = sys.modules.get("duckdb")
    if database is not None and isinstance(error, database.InterruptException):
        return True
    return type(error) is RuntimeError and str(error) == "Query interrupted"


def first_line(error: BaseException) -> str:
    """The database explains at length; the first line says it."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _about_system(error: OSError) -> str:
    of = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{DISK_FULL}{of}"
    remedy = _REMEDIES.get(error.errno or 0)
    return f"{(error.strerror or str(error)).lower()}{of}" + (f": {remedy}" if remedy else "")


_REMEDIES = {
    errno.ENOENT: "name a place that is there",
    errno.ENOTDIR: "name a folder where a folder is meant",
    errno.EEXIST: "name another place, or move what is there away",
    errno.EACCES: "choose another place, or have its owner let you",
    errno.EPERM: "choose another place, or have its owner let you",
    errno.EROFS: "choose another place",
    errno.EFBIG: "choose a place that takes files of this size, or raise `ulimit -f`",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "choose another place, the links there lead in a circle",
}
