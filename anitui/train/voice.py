"""What a trainer says: metrics as JSON lines and for TensorBoard, a log for people, and how it stands at the moment."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from anitui.detached import LogFull, Worker

SHOW_EVERY = 0.25
_MOST_WAITING = 100_000  # lines, while the disk is full


class Voice:
    """Of the one process of a run that speaks. A full disk silences it for a while, and loses nothing but the log."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._live: dict[str, Any] = {"state": "preparing", "doing": "", "last": {}, "best": None, "reason": ""}
        self._shown = 0.0
        self._waiting: list[dict[str, Any]] = []
        self._log = os.open(worker.folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._board = _board(worker.folder)

    def metrics(self, step: int, epoch: float, values: Mapping[str, float]) -> None:
        """Numbers as they are after a step."""
        now = time.time()
        line: dict[str, Any] = {"step": step, "epoch": round(epoch, 4), "time": round(now, 3)}
        line |= {name: float(f"{value:.7g}") if math.isfinite(value) else value for name, value in values.items()}
        self._waiting.append(line)
        self._live["last"] = {**self._live["last"], **values}
        try:
            self._worker.say(self._waiting)
            self._waiting.clear()
        except LogFull:
            del self._waiting[:-_MOST_WAITING]
        if self._board is not None:
            with suppress(OSError):  # the same full disk
                for name, value in values.items():
                    self._board.add_scalar(name, value, step, walltime=now)

    def say(self, text: str) -> None:
        """A line of the log."""
        with suppress(OSError):
            os.write(self._log, f"{datetime.now():%H:%M:%S} {text}\n".encode("utf-8", "replace"))

    def show(self, *, now: bool = False, **live: Any) -> None:
        """How it stands; not more often than anybody could see it, unless `now`. A number that is none is None."""
        self._live.update(live)
        moment = time.monotonic()
        if now or moment - self._shown >= SHOW_EVERY:
            self._shown = moment
            self._worker.show(_finite({**self._live, "beat": time.time()}))

    def close(self) -> None:
        """The last words: all that waited."""
        with suppress(LogFull):
            self._worker.say(self._waiting)
        if self._board is not None:
            with suppress(OSError):
                self._board.close()
        os.close(self._log)


def _finite(value: Any) -> Any:
    """JSON as others read it knows no NaN."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _board(folder: Path) -> Any:
    """Event files for TensorBoard; None where what writes them is not installed."""
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"), flush_secs=10)
