"""The folder of the pictures' bytes: whose turn it is there, what files are called, which paths lead into it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from uuid import uuid4

from anitui.errors import AnituiError
from anitui.pipeline.decode import extension
from anitui.workspace import Workspace

# Two imports that met the same new content at the same moment would both add it.
_one_at_a_time = threading.Lock()
_A_MOMENT = 2.0  # what arrives on its own has media for less than that


@contextmanager
def alone_with_media() -> Iterator[None]:
    """Nothing else adds or removes files in `media` for the length of the block, or it says what is in the way."""
    if not _one_at_a_time.acquire(timeout=_A_MOMENT):
        raise AnituiError("an import, doctor or purge is at work already: wait until it is done, then start this one")
    try:
        yield
    finally:
        _one_at_a_time.release()


@contextmanager
def media_for_a_moment() -> Iterator[None]:
    """The same for a batch of what arrives on its own: it waits for its turn, however long, and gives way soon."""
    with _one_at_a_time:
        yield


def media_name(sha256: str, format: str) -> str:
    """Where a picture's bytes lie below `media`."""
    return f"{sha256[:2]}/{sha256}{extension(format)}"


def media_path(workspace: Workspace, sha256: str, format: str) -> str:
    """The same as the catalogue names it."""
    return f"{workspace.media.name}/{media_name(sha256, format)}"


def lies_in_media(workspace: Workspace, path: str) -> bool:
    """Whether a path of the catalogue leads into media, so that the file is ours to move or to remove."""
    parts = PurePosixPath(path).parts
    return len(parts) > 1 and parts[0] == workspace.media.name and ".." not in parts


def lay_in_lost(workspace: Workspace, path: str) -> bool:
    """Move something out of media, where a person can look at it; False when it is gone. Nothing is overwritten."""
    source = workspace.root / path
    if not source.is_symlink() and not source.exists():
        return False
    lost = workspace.lost
    lost.mkdir(exist_ok=True)
    target = lost / source.name
    if target.is_symlink() or target.exists():
        target = lost / f"{source.stem}.{uuid4().hex[:8]}{source.suffix}"
    shutil.move(source, target)
    return True
