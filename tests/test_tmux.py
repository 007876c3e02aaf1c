"""The whole program in a real terminal: keys go in as a person's, and what is seen is read off the screen."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from anitui.cli import main

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

LONGEST_WAIT = 30.0


class Terminal:
    """A terminal of 120 × 36 on a tmux server of its own."""

    def __init__(self, socket: str, workspace: Path) -> None:
        self._tmux = ("tmux", "-f", os.devnull, "-L", socket)
        self._command = shlex.join([sys.executable, "-m", "anitui", "-w", str(workspace)])
        self._pause = threading.Event()
        # A server whose last session ends goes down, and may meet the next session on its way: this one keeps it up.
        self._run("new-session", "-d", "-s", "keeper", "sleep 600")

    def start(self) -> None:
        self._run("new-session", "-d", "-s", "ours", "-x", "120", "-y", "36", f"exec {self._command}")
        self.sees("what to do next")
        self.sees("look through")

    def press(self, *keys: str) -> None:
        self._run("send-keys", "-t", "ours", *keys)

    def seen(self) -> str:
        return self._run("capture-pane", "-t", "ours", "-p")

    def sees(self, text: str) -> None:
        """Look again and again until it is there."""
        last = time.monotonic() + LONGEST_WAIT
        while text not in self.seen():
            assert time.monotonic() < last, f"{text!r} did not come; the terminal shows\n{self.seen()}"
            self._pause.wait(0.05)

    def sees_no_more(self, text: str) -> None:
        last = time.monotonic() + LONGEST_WAIT
        while text in self.seen():
            assert time.monotonic() < last, f"{text!r} stays on the screen\n{self.seen()}"
            self._pause.wait(0.05)

    def pid(self) -> int:
        return int(self._run("display-message", "-t", "ours", "-p", "#{pane_pid}"))

    def has_ended(self) -> None:
        last = time.monotonic() + LONGEST_WAIT
        while subprocess.run([*self._tmux, "has-session", "-t", "ours"], capture_output=True).returncode == 0:
            assert time.monotonic() < last, f"it does not end; the terminal shows\n{self.seen()}"
            self._pause.wait(0.05)

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True)

    def _run(self, *arguments: str) -> str:
        return subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    for number in range(10):
        file = tmp_path / "pictures" / f"p{number}.bmp"
        file.parent.mkdir(exist_ok=True)
        Image.new("RGB", (60, 60), (20 * number, 90, 200 - 20 * number)).save(file)
    assert main(["init", str(tmp_path / "ours")]) == 0
    assert main(["import", "-w", str(tmp_path / "ours"), str(tmp_path / "pictures"), "--label", "chino"]) == 0
    return tmp_path / "ours"


@pytest.fixture
def terminal(ours: Path) -> Iterator[Terminal]:
    opened = Terminal(f"anitui-test-{os.getpid()}", ours)
    yield opened
    opened.close()


def test_decisions_outlive_leaving_and_a_kill(terminal: Terminal, ours: Path) -> None:
    terminal.start()
    terminal.press("g", "b")
    terminal.sees("1 of 10")
    terminal.press("x")
    terminal.sees("9 pictures · 0 faces · 1 set aside")
    terminal.sees("✗ p9 · chino")
    terminal.press("u")
    terminal.sees("10 pictures · 0 faces · 0 set aside")
    terminal.sees_no_more("✗")
    terminal.press("x", "x")
    terminal.sees("8 pictures · 0 faces · 2 set aside")
    terminal.press("q")
    terminal.has_ended()

    terminal.start()
    terminal.sees("8 pictures · 0 faces · 2 set aside")
    terminal.press("g", "y")
    terminal.sees("set 1 picture aside")
    terminal.press("u")
    terminal.sees("9 pictures · 0 faces · 1 set aside")
    terminal.press("U")
    terminal.sees("8 pictures · 0 faces · 2 set aside")
    terminal.press("g", "b")
    terminal.sees("1 of 8")
    terminal.press("x", "x", "5")
    terminal.sees("6 pictures · 0 faces · 4 set aside")
    terminal.sees("[5] p5 · chino")
    os.kill(terminal.pid(), signal.SIGKILL)
    terminal.has_ended()

    terminal.start()
    terminal.sees("6 pictures · 0 faces · 4 set aside")
    terminal.press("g", "b")
    terminal.sees("[5] p5 · chino")
    terminal.press("u")
    terminal.sees("taken back: marked 1 picture with 5")
    terminal.press("q")
    terminal.has_ended()
    assert main(["doctor", "-w", str(ours), "--deep"]) == 0
