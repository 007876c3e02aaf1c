"""Writing files so that a crash leaves either the old one or the new one, never half of one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from uuid import uuid4

UNFINISHED = ".part"
_UNFINISHED_NAME = re.compile(r"\..+\.[0-9a-f]{8}" + re.escape(UNFINISHED), re.DOTALL)


def write_atomically(target: Path, content: bytes) -> None:
    """Write to a temporary file beside `target`, make it durable, then rename it into place."""
    part = unfinished_name(target)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def unfinished_name(target: Path) -> Path:
    """A name beside `target` that `doctor` knows as left over when a process was killed."""
    # A name may have 255 bytes; of a long one the beginning will do.
    return target.with_name(f".{target.name[:60]}.{uuid4().hex[:8]}{UNFINISHED}")


def is_unfinished(name: str) -> bool:
    """Whether a file of this name is one of ours that never got its final name."""
    return _UNFINISHED_NAME.fullmatch(name) is not None


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable: without this a power cut may undo them."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
