"""A program in a terminal of our own: start it, wait for words, press keys, and see when its last byte came."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

# What a terminal's own variables would make of the drawing; every run draws for the same plain true-colour terminal.
_OURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
_THEIRS = ("TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "NO_COLOR", "TERM_PROGRAM", "KITTY_WINDOW_ID", "TEXTUAL")
_CODES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>78]|\x1b[P\]_][^\x1b\x07]*(?:\x1b\\|\x07)")


class Silent(Exception):
    """What was waited for did not come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a key led to: seconds to the first byte, to nearly all of them, and to the last one before a quiet time;
    and how many bytes."""

    first: float
    drawn: float
    last: float
    bytes: int


DRAWN = 0.98  # of the bytes: what follows are a few numbers in the lines above and below


class Terminal:
    """One program, its terminal, and what it wrote. Close it, or use `running`."""

    def __init__(
        self, command: Sequence[str | Path], columns: int, rows: int, environ: Mapping[str, str] | None = None
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_THEIRS)}
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
            start_new_session=True, env={**kept, **_OURS, **(environ or {})},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        self.written = b""

    def until(self, words: str, within: float = 60) -> float:
        """Wait for words to stand in what is written from now on; returns the seconds since the start."""
        self.written = b""
        limit = time.perf_counter() + within
        while words.encode() not in _CODES.sub(b"", self.written):
            if not self._read(limit - time.perf_counter()):
                said = _CODES.sub(b"", self.written)[-600:].decode(errors="replace")
                raise Silent(f"{words!r} did not come within {within} s; the last that came was: {said!r}")
        return time.perf_counter() - self.begun

    def press(self, keys: str, quiet: float, within: float = 20) -> Answer:
        """Press keys and read until nothing has come for `quiet` seconds, which do not count."""
        self._discard()
        begun = time.perf_counter()
        os.write(self._ours, keys.encode())
        pieces: list[tuple[float, int]] = []
        while time.perf_counter() - begun < within:
            came = self._read(quiet if pieces else within)
            if not came:
                break
            pieces.append((time.perf_counter() - begun, came))
        if not pieces:
            return Answer(0.0, 0.0, 0.0, 0)
        count = sum(came for _, came in pieces)
        sums = accumulate(came for _, came in pieces)
        drawn = next(moment for (moment, _), so_far in zip(pieces, sums, strict=True) if so_far >= DRAWN * count)
        return Answer(pieces[0][0], drawn, pieces[-1][0], count)

    def settle(self, quiet: float = 0.4, within: float = 30) -> None:
        """Read until nothing comes any more."""
        limit = time.perf_counter() + within
        while time.perf_counter() < limit and self._read(quiet):
            pass

    def type(self, keys: str) -> None:
        """Press keys and do not wait."""
        os.write(self._ours, keys.encode())

    def leave(self, keys: str, within: float = 20) -> None:
        """Press keys that end the program, and wait until it has gone."""
        self.type(keys)
        limit = time.perf_counter() + within
        while self.process.poll() is None and time.perf_counter() < limit:
            self._read(0.05)

    def close(self) -> None:
        """Hang up, as closing a terminal's window does, and wait for the program to go."""
        if self.process.poll() is None:
            self._signal(signal.SIGHUP)
            limit = time.perf_counter() + 5
            while self.process.poll() is None and time.perf_counter() < limit:
                self._read(0.05)
        if self.process.poll() is None:
            self._signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._ours)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def _discard(self) -> None:
        while self._read(0):
            pass

    def _read(self, timeout: float) -> int:
        """Read what has come; 0 when nothing came in time, or the program has gone."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, timeout))
        if not ready:
            return 0
        try:
            came = os.read(self._ours, 1 << 16)
        except OSError:  # Linux says EIO where the other end is closed
            return 0
        self.written = (self.written + came)[-(1 << 18) :]
        return len(came)


@contextmanager
def running(
    command: Sequence[str | Path], columns: int = 120, rows: int = 40, environ: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """A program in a terminal for the length of the block."""
    terminal = Terminal(command, columns, rows, environ)
    try:
        yield terminal
    finally:
        terminal.close()


def resident(process: int) -> float:
    """Megabytes of memory that a process holds now; 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0
