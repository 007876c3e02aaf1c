"""One file, looked at once: read, checked, measured, and its bytes laid ready in the workspace.

This runs in the worker processes, so everything here and everything it returns can be pickled. It never raises for
what a file holds: whatever happens, one answer per file comes back.
"""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from anitui.files import unfinished_name
from anitui.pipeline import decode, hashing
from anitui.pipeline.media import media_name
from anitui.settings import ImportSettings


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with each file of an import."""

    media: str  # the workspace's media folder
    mode: str  # copy · hardlink · reference · ours: the file was made for us, is durable, and is taken as it is
    hashing: str  # exact · fast
    limits: decode.Limits
    seconds: int


def limits_of(settings: ImportSettings) -> decode.Limits:
    """How large a picture may be, for taking it in and for showing it."""
    return decode.Limits(settings.max_megabytes << 20, settings.max_megapixels * 1_000_000)


@dataclass(frozen=True, slots=True)
class Task:
    """One file that waits to be looked at."""

    item_id: int
    path: str
    label: str | None
    order: Order


@dataclass(frozen=True, slots=True)
class Examined:
    """A picture: what it is and what was measured. `part` holds its bytes until the owner gives them their name."""

    task: Task
    sha256: str
    format: str
    mode: str
    width: int
    height: int
    frames: int
    bytes: int
    facts: hashing.Facts
    stored: str
    part: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not taken. `worth_retrying` when the next run may do better; `disk_full` stops the whole import."""

    task: Task
    reason: str
    worth_retrying: bool = False
    disk_full: bool = False


class TooSlow(BaseException):
    """The time for one picture is over. No Exception: it may come in the middle of a decoder that catches those."""


def examine(task: Task) -> Examined | Rejected:
    """Look at one file."""
    order = task.order
    try:
        with _at_most(order.seconds):
            content, source = _read(Path(task.path), order.limits)
            return _measure(task, content, source)
    except decode.Refused as refused:
        return Rejected(task, str(refused), worth_retrying=refused.reason is decode.Reason.NO_MEMORY)
    except TooSlow:
        return Rejected(task, f"took longer than {order.seconds} seconds to read", worth_retrying=True)
    except MemoryError:
        return Rejected(task, str(decode.Reason.NO_MEMORY), worth_retrying=True)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "no permission to read it" if isinstance(error, PermissionError) else str(error.strerror or error).lower()
        return Rejected(task, why, worth_retrying=True, disk_full=full)


def crashed(task: Task) -> Rejected:
    """The answer for a file that took its worker process down."""
    # Or memory ran out, and the kernel chose this worker: the next run may do better.
    return Rejected(task, "broken: it crashed the decoder", worth_retrying=True)


def _measure(task: Task, content: bytes, source: os.stat_result) -> Examined:
    order = task.order
    shrink = hashing.hash_shrink if order.hashing == "fast" else None
    picture = decode.open_picture(content, order.limits, shrink_to=shrink)
    facts = hashing.facts(picture)
    digest = hashlib.sha256(content).hexdigest()
    stored, part = _lay_ready(task, content, source, media_name(digest, picture.format))
    return Examined(
        task, digest, picture.format, picture.mode, picture.width, picture.height, picture.frames, len(content),
        facts, stored, part,
    )  # fmt: skip


def _read(path: Path, limits: decode.Limits) -> tuple[bytes, os.stat_result]:
    # O_NONBLOCK: what was a file when it was found may be a pipe by now, and a pipe would hang us.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, "not a file any more")
        if before.st_size > limits.max_bytes:
            raise decode.too_large(before.st_size, limits)
        content = file.read(limits.max_bytes + 1)
        after = os.fstat(handle)
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or len(content) != after.st_size:
        raise OSError(errno.EAGAIN, "it changed while it was read")
    return content, after


def _lay_ready(task: Task, content: bytes, source: os.stat_result, name: str) -> tuple[str, str | None]:
    """Bring the bytes into the workspace under an unfinished name; returns how, and that name."""
    mode = task.order.mode
    target = Path(task.order.media) / name
    if mode == "reference":
        return mode, None
    if mode == "ours":
        with Path(task.path).open("rb") as file:
            os.fsync(file.fileno())
        return "copy", task.path
    if target.exists() and target.stat().st_size == len(content):
        return mode, None
    target.parent.mkdir(parents=True, exist_ok=True)
    part = unfinished_name(target)
    if mode == "hardlink":
        try:
            # Without the real path this would make another name of a symbolic link, not of the file.
            os.link(Path(task.path).resolve(), part)
            linked = part.stat()
            if (linked.st_ino, linked.st_size, linked.st_mtime_ns) == (
                source.st_ino,
                source.st_size,
                source.st_mtime_ns,
            ):
                return mode, str(part)
            part.unlink()  # the name leads to another file by now; what we hold in memory is what was looked at
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP):
                raise
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return "copy", str(part)


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Give up after so many seconds. Signals reach only a main thread, which a worker process works in."""
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(signum: int, frame: FrameType | None) -> None:
        raise TooSlow

    previous = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
