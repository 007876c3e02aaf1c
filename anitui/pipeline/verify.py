"""Whether a file still holds the bytes that its row remembers. Runs in the worker processes."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from anitui.pipeline.engine import Engine, InProcess, Processes

_FEW = 64  # below this a pool of processes takes longer to start than it saves


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, and the digest that it should have."""

    image_id: int
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Read:
    image_id: int
    state: str  # right · other · gone · unreadable


@dataclass(frozen=True, slots=True)
class Search:
    """A content that is lost from its place, and other places where it was seen."""

    image_id: int
    sha256: str
    bytes: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    image_id: int
    place: str | None


def digest(file: Path) -> str:
    """The SHA-256 of a regular file, whatever its size. Raises OSError; never waits on a pipe."""
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise FileNotFoundError(f"{file} is no file")
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read(reading: Reading) -> Read:
    """Compare one file with its digest."""
    try:
        state = "right" if digest(Path(reading.file)) == reading.sha256 else "other"
    except (FileNotFoundError, NotADirectoryError):
        state = "gone"
    except OSError:
        state = "unreadable"
    return Read(reading.image_id, state)


def read_crashed(reading: Reading) -> Read:
    return Read(reading.image_id, "unreadable")


def look_for(search: Search) -> Found:
    """The first place that holds the very bytes."""
    for place in search.places:
        try:
            if Path(place).stat().st_size == search.bytes and digest(Path(place)) == search.sha256:
                return Found(search.image_id, place)
        except OSError:
            continue  # not there, or not to be read: as good as not there
    return Found(search.image_id, None)


def look_for_crashed(search: Search) -> Found:
    return Found(search.image_id, None)


def engine_for(count: int, given: Engine | None, workers: int = 0) -> Engine:
    """The engine that was given, or the one that suits so many files."""
    return given or (Processes(workers) if count > _FEW else InProcess())
