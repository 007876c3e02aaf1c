"""Work that outlives the terminal: a process of its own, with a folder that is all it and its owner share.

In the folder: `lock` (held by the process as long as it lives, however it ends), `process.json` (who it is),
`inbox/` (orders for it), `log.jsonl` or under another name (what it did, a line each, in order), `live.json` (how it
stands now, written over and over), `ending` (it takes no order any more), `output.txt` (its last words, should it
fail). The process never opens the catalogue: its owner, or the next one after it, reads the log and remembers how far.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anitui.errors import AnituiError

START_SECONDS = 30.0
LOG = "log.jsonl"
_LONGEST_READ = 1 << 20


@dataclass(frozen=True)
class Detached:
    """A piece of such work, seen from outside. Having one starts nothing."""

    folder: Path
    log_name: str = LOG

    @property
    def log(self) -> Path:
        return self.folder / self.log_name

    def start(self, module: str, *, tied: bool = False, environ: Mapping[str, str] | None = None) -> None:
        """Start `python -m module FOLDER` in a session of its own; `tied`: it ends soon after this process does.

        Returns when it is up; raises AnituiError with its last words when it does not come up.
        """
        (self.folder / "inbox").mkdir(parents=True, exist_ok=True)
        with (self.folder / "output.txt").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, str(self.folder), *(["--tied"] if tied else [])],
                stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **(environ or {})},
                start_new_session=True,
            )
        with _reaping:
            _children.append(process)
        if process.stdin is not None:
            _kept_open.append(process.stdin)  # closed by the system when this process ends, however it does
        until = time.monotonic() + START_SECONDS
        while not (self.folder / "process.json").exists():
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                raise AnituiError(f"the process for it did not come up ({self.last_words() or 'it said nothing'})")
            time.sleep(0.01)

    def alive(self) -> bool:
        """Whether its process lives: the kernel knows, no number of a process that could have been given again."""
        _reap()
        try:
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            # Shared: two that ask at the same moment must not take each other for the process.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def ending(self) -> bool:
        """Whether its process finishes what it has under way and takes no orders any more."""
        return (self.folder / "ending").exists()

    def order(self, what: Mapping[str, Any]) -> None:
        """Tell the process something; it takes orders in the order in which they were given."""
        inbox = self.folder / "inbox"
        name = f"{time.time_ns():020d}-{next(_numbers):06d}-{os.getpid()}.json"
        part = inbox / f".{name}"
        part.write_text(json.dumps(what), "utf-8")
        part.rename(inbox / name)

    def read(self, start: int) -> tuple[list[tuple[dict[str, Any], int]], int]:
        """The whole lines of the log from a place on, each with the place behind it, and the place behind them all."""
        try:
            with self.log.open("rb") as file:
                file.seek(start)
                block = file.read(_LONGEST_READ)
                if block and b"\n" not in block:  # a line longer than that is one all the same
                    block += file.readline()
        except FileNotFoundError:
            return [], start
        whole, newline, _ = block.rpartition(b"\n")
        lines: list[tuple[dict[str, Any], int]] = []
        at = start
        for line in whole.split(b"\n") if newline else ():
            at += len(line) + 1
            try:
                said = json.loads(line)
            except ValueError:  # a power cut may leave anything in what was not yet on the disk
                said = {}
            lines.append((said if isinstance(said, dict) else {}, at))
        return lines, at

    def complete(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write into the log what its process had no time for; only when that has ended."""
        with self.log.open("ab+") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 1))
            if end and file.read(1) != b"\n":
                file.write(b"\n")  # it was cut off in the middle of a line
            for line in lines:
                file.write(_as_line(line))

    def live(self) -> dict[str, Any]:
        """How it stood a moment ago; empty when it has not said yet."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "live.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def last_words(self) -> str:
        """The last line of what it wrote where nobody read."""
        try:
            lines = (self.folder / "output.txt").read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1][:300] if lines else ""

    def remove(self) -> None:
        """Remove the folder: all of it has been read."""
        shutil.rmtree(self.folder, ignore_errors=True)


_kept_open: list[Any] = []
_numbers = itertools.count()  # of orders: a clock may say the same twice
_children: list[subprocess.Popen[bytes]] = []  # that were started here and have not been seen to end
_reaping = threading.Lock()


def _reap() -> None:
    """Let none that has ended stay as a zombie.

    No thread waits for them: one that still does when Python ends keeps the database from being cleared away, which
    then complains at length on the terminal.
    """
    with _reaping:
        _children[:] = [each for each in _children if each.poll() is None]


def _as_line(line: Mapping[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def found(within: Path, kind: str) -> list[Detached]:
    """The folders of this kind of work, oldest first."""
    return [Detached(each) for each in sorted(within.glob(f"{kind}-*")) if each.is_dir()]


def new(within: Path, kind: str) -> Detached:
    """A folder for a new piece of work, whose name sorts behind the older ones."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    folder = within / f"{kind}-{moment}"
    folder.mkdir(parents=True)
    return Detached(folder)


def _lock_at_last(handle: int) -> None:
    """Take the lock that is ours; whoever looks at this very moment whether we live holds it for an instant."""
    for left in range(30, -1, -1):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not left:
                raise
            time.sleep(0.01)


class LogFull(Exception):
    """The log cannot be written: the disk is full. What was to be said is not in it."""


class Worker:
    """The same piece of work, seen by the process that does it."""

    def __init__(self, folder: Path, *, tied: bool = False, log_name: str = LOG) -> None:
        self.folder = folder
        self.told_to_end = threading.Event()
        self._writing = threading.Lock()
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        _lock_at_last(self._lock)
        self._log = os.open(folder / log_name, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        end = os.lseek(self._log, 0, os.SEEK_END)
        if end and os.pread(self._log, 1, end - 1) != b"\n":
            os.write(self._log, b"\n")  # the process before this one was cut off in the middle of a line
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, lambda *_: self.told_to_end.set())
        if tied:
            threading.Thread(target=self._end_with_owner, name="owner", daemon=True).start()
        who = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat("T", "seconds")}
        self._write_over("process.json", who)

    def say(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write lines into the log: all of them, or LogFull and none."""
        block = b"".join(map(_as_line, lines))
        with self._writing:
            before = os.lseek(self._log, 0, os.SEEK_END)
            try:
                written = 0
                while written < len(block):
                    written += os.write(self._log, block[written:])
            except OSError as error:
                os.ftruncate(self._log, before)
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise LogFull from error
                raise

    def end(self) -> None:
        """Say that no order is taken any more."""
        try:
            (self.folder / "ending").touch()
        except OSError:  # a full disk: then whoever gives an order finds it unheard
            return

    def close(self) -> None:
        """Let the folder go: from here on nobody takes it for at work."""
        os.close(self._log)
        os.close(self._lock)

    def orders(self) -> list[dict[str, Any]]:
        """The orders that wait, in their order; each is given once."""
        taken: list[dict[str, Any]] = []
        for each in sorted((self.folder / "inbox").glob("*.json")):
            if not each.name.startswith("."):
                taken.append(json.loads(each.read_bytes()))
                each.unlink()
        return taken

    def show(self, live: Mapping[str, Any]) -> None:
        """Say how it stands now. On a full disk nobody sees it, and nothing else is lost."""
        try:
            self._write_over("live.json", live)
        except OSError:
            (self.folder / ".live.json").unlink(missing_ok=True)

    def _write_over(self, name: str, content: Mapping[str, Any]) -> None:
        part = self.folder / f".{name}"
        part.write_text(json.dumps(content), "utf-8")
        part.replace(self.folder / name)

    def _end_with_owner(self) -> None:
        # Nothing ever comes; the end comes when the owner has ended. Not through sys.stdin, whose lock would be held
        # when this process ends first.
        os.read(0, 1)
        self.told_to_end.set()
