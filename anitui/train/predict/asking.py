"""Asking a model from a process that has no torch: another one has it, and stays. The first answer takes seconds, the
others as long as the model needs."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Protocol

from anitui.errors import AnituiError
from anitui.pipeline.decode import Limits
from anitui.settings import DetectSettings
from anitui.train.predict.frames import receive, send
from anitui.train.predict.said import Box, PictureSaid, from_plain
from anitui.train.run import Run

MODULE = "anitui.train.predict.answering"
START_SECONDS = 180.0  # for torch, a model and a GPU, on a slow disk
ANSWER_SECONDS = 60.0


class NotTaken(AnituiError):
    """The picture cannot be taken; the text says why."""


class TooSlow(AnituiError):
    """No answer came in time."""


class Ended(AnituiError):
    """The process that answers ended over this picture; the next question starts a new one."""


@dataclass(frozen=True, slots=True)
class Question:
    """A picture, as a file or as its bytes; and how it is looked at. Without `boxes` its faces are looked for."""

    file: str | None = None
    data: bytes | None = None
    boxes: tuple[Box, ...] | None = None
    top: int = 5
    threshold: float | None = None
    detector: str = "auto"
    smallest: str = "6%"
    detect: DetectSettings = field(default_factory=DetectSettings)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says of it, and how it was judged."""

    task: str
    said: PictureSaid
    judged: dict[str, Any] = field(default_factory=dict)


class Answers(Protocol):
    """Whoever answers for a run."""

    def ask(self, question: Question) -> Answer:
        """What the model says; raises NotTaken, TooSlow, Ended, or AnituiError where there is no model."""
        ...


class Asking:
    """Asks the best model of a run; safe to be used by several threads, which wait for each other."""

    def __init__(self, run: Run, device: str = "auto", answer_seconds: float = ANSWER_SECONDS) -> None:
        self.run = run
        self._device = device
        self._answer_seconds = answer_seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._words: IO[bytes] | None = None
        self._closed = False

    def ready(self) -> str:
        """Load the model now, so that the first answer is quick. Its task."""
        return str(self._ask({"do": "ready"}, None)["task"])

    def ask(self, question: Question) -> Answer:
        asked = {
            "do": "ask",
            "file": question.file,
            "boxes": question.boxes,
            "top": question.top,
            "threshold": question.threshold,
            "detector": question.detector,
            "smallest": question.smallest,
            "detect": asdict(question.detect),
            "limits": [question.limits.max_bytes, question.limits.max_pixels],
        }
        found = self._ask(asked, question.data)
        if "refused" in found:
            raise NotTaken(found["refused"])
        judged: dict[str, Any] = {
            name: found[name] for name in ("threshold", "temperature", "thresholds") if name in found
        }
        return Answer(found["task"], from_plain(found["said"]), judged)

    def close(self) -> None:
        """End the process, also while it is at work."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._end()

    def _ask(self, asked: dict[str, Any], data: bytes | None) -> dict[str, Any]:
        asked |= {"run": str(self.run.folder.resolve()), "device": self._device}
        with self._turn:
            fresh = self._process is None or self._process.poll() is not None
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            try:
                send(process.stdin, asked, data)
                seconds = (START_SECONDS if fresh else 0.0) + self._answer_seconds
                found = receive(_Timed(process.stdout.fileno(), seconds))
            except BrokenPipeError:
                found = None
            except TooSlow:
                self._end()
                raise
            if found is None:
                words = self._last_words()
                self._end()
                raise Ended(f"the process with the model ended early: {words}")
        answer, _ = found
        if "error" in answer:
            raise AnituiError(answer["error"])
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise AnituiError("nobody answers any more")
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process lives
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        return self._process

    def _last_words(self) -> str:
        if self._words is None:
            return "it was killed"
        self._words.seek(0)
        lines = self._words.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it was killed"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None and process.stdout is not None
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()
        if self._words is not None:
            self._words.close()
            self._words = None


class _Timed:
    """Reads from a pipe until a moment; raises TooSlow after it."""

    def __init__(self, handle: int, seconds: float) -> None:
        self._handle = handle
        self._seconds = seconds
        self._until = time.monotonic() + seconds

    def read(self, size: int, /) -> bytes:
        poll = select.poll()  # `select` itself cannot take the many handles that a server may have
        poll.register(self._handle, select.POLLIN)
        if not poll.poll(max(0.0, self._until - time.monotonic()) * 1000):
            raise TooSlow(f"no answer came in {self._seconds:.0f} seconds")
        return os.read(self._handle, size)
