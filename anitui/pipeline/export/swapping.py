"""One folder into the place of another, at once, and everything on the disk before."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

from anitui.files import unfinished_name

_EXCHANGE = 2
_HERE = -100  # paths are taken from the current folder


def exchange(new: Path, old: Path) -> None:
    """Put `new` into the place of `old`, which lies where `new` was afterwards, if there was anything."""
    if not old.exists() or not any(old.iterdir()):
        new.rename(old)  # onto an empty folder a rename is enough
        return
    if _exchanged(new, old):
        return
    # Where the system cannot exchange them, for a moment there is nothing; whoever comes next puts it back.
    aside = unfinished_name(old)
    old.rename(aside)
    try:
        new.rename(old)
    except BaseException:
        aside.rename(old)
        raise
    aside.rename(new)


def _exchanged(new: Path, old: Path) -> bool:
    library = _libc()
    if library is None or not hasattr(library, "renameat2"):
        return False
    done: int = library.renameat2(_HERE, os.fsencode(new), _HERE, os.fsencode(old), _EXCHANGE)
    return done == 0


def sync_all(folder: Path) -> None:
    """Make everything in a folder durable: all of its disk at once, which is quicker than file by file."""
    library = _libc()
    if library is not None and hasattr(library, "syncfs"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            if library.syncfs(handle) == 0:
                return
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
        finally:
            os.close(handle)
    os.sync()


@cache
def _libc() -> Any:
    try:
        return ctypes.CDLL(None, use_errno=True)
    except OSError:
        return None
