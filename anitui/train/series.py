"""What a run has logged, read while it is being written: an array for each metric, and only what is new is read.

Whoever reads writes nothing, so any number may watch one run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 20  # bytes that one poll reads: a few hundredths of a second, after which others have their turn
_FIRST_ROOM = 256
_STEPS = range(-(1 << 63), 1 << 63)

Numbers: TypeAlias = NDArray[np.float64]
Steps: TypeAlias = NDArray[np.int64]
_Point: TypeAlias = tuple[float, float, float]  # epoch, time, value
_Part: TypeAlias = tuple[list[int], list[_Point]]  # steps, and what belongs to them


class Series:
    """The numbers of one metric in the order of their steps, which only ever grow.

    An array that was handed out never changes: what comes later is behind its end, or in another array. So one thread
    may draw what another one goes on reading.
    """

    def __init__(self) -> None:
        # How many there are, their steps, and their epochs, times and values: replaced as one, so that they fit.
        self._held: tuple[int, Steps, Numbers] = 0, np.empty(_FIRST_ROOM, np.int64), np.empty((3, _FIRST_ROOM))

    def __len__(self) -> int:
        return self._held[0]

    def columns(self) -> tuple[Steps, Numbers, Numbers, Numbers]:
        """Steps, epochs, times and values as they are at one moment: all of the same length."""
        count, step, rest = self._held
        return step[:count], rest[0, :count], rest[1, :count], rest[2, :count]

    @property
    def step(self) -> Steps:
        return self.columns()[0]

    @property
    def epoch(self) -> Numbers:
        return self.columns()[1]

    @property
    def time(self) -> Numbers:
        return self.columns()[2]

    @property
    def value(self) -> Numbers:
        return self.columns()[3]

    @property
    def last(self) -> float:
        """The latest value that is a number; NaN before there is any."""
        value = self.value
        for end in range(len(value), 0, -_FIRST_ROOM):
            part = value[max(0, end - _FIRST_ROOM) : end]
            found = np.flatnonzero(np.isfinite(part))
            if len(found):
                return float(part[found[-1]])
        return float("nan")

    def extend(self, steps: list[int], rest: list[_Point]) -> None:
        """Append; the steps are known to grow."""
        count, step, others = self._held
        end = count + len(steps)
        if end > len(step):
            step, others = _moved(count, step, others, max(end, 2 * len(step)))
        step[count:end] = steps
        others[:, count:end] = np.array(rest, np.float64).T
        self._held = end, step, others

    def cut(self, step: int) -> None:
        """Take away what was logged at this step and after it."""
        count, steps, rest = self._held
        keep = int(np.searchsorted(steps[:count], step))
        if keep < count:
            self._held = keep, *_moved(keep, steps, rest, len(steps))


def _moved(count: int, step: Steps, rest: Numbers, room: int) -> tuple[Steps, Numbers]:
    new_step, new_rest = np.empty(room, np.int64), np.empty((3, room))
    new_step[:count] = step[:count]
    new_rest[:, :count] = rest[:, :count]
    return new_step, new_rest


class MetricsReader:
    """Follows a run's metrics.jsonl. Not for two threads at once; the series it has may be drawn by another one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.version = 0  # another one whenever something has changed
        self._series: dict[str, Series] = {}
        self._last: dict[str, int] = {}  # the last step of each
        self._at = 0
        self._file: tuple[int, int] | None = None  # which file it was that was read so far

    @property
    def series(self) -> Mapping[str, Series]:
        """What was read so far, by the names of metrics."""
        return self._series

    def poll(self) -> bool:
        """Read what is new, at most CHUNK; whether there was anything, so that asking again may bring more."""
        try:
            with self.path.open("rb") as file:
                self._recognise(file.fileno())
                file.seek(self._at)
                block = file.read(CHUNK)
        except OSError:  # not there yet, or not any more: what was read stays
            return False
        whole, newline, _ = block.rpartition(b"\n")
        if not newline:
            if len(block) < CHUNK:
                return False  # the line is still being written
            self._at += len(block)  # no line is as long as that: it is of no use, and its end will not be either
            return True
        self._at += len(whole) + 1
        self._take(whole)
        return True

    def read_all(self) -> None:
        """Read all there is."""
        while self.poll():
            pass

    def _recognise(self, handle: int) -> None:
        """Begin anew with a file that is another one, or shorter than what was read of it."""
        found = os.fstat(handle)
        which = found.st_dev, found.st_ino
        if self._file is not None and (which != self._file or found.st_size < self._at):
            self._at = 0
            self._series, self._last = {}, {}
            self.version += 1
        self._file = which

    def _take(self, block: bytes) -> None:
        new: dict[str, _Part] = {}
        last = self._last
        for line in _records(block):
            step = line.get("step")
            if type(step) is not int or step not in _STEPS:
                continue
            epoch, time = _number(line.get("epoch")), _number(line.get("time"))
            for name, given in line.items():
                if name in ("step", "epoch", "time") or type(given) not in (float, int):
                    continue
                value = given if type(given) is float else _number(given)
                if step <= last.get(name, step - 1):
                    self._go_back(new, name, step)
                last[name] = step
                if name not in new:
                    new[name] = [], []
                steps, rest = new[name]
                steps.append(step)
                rest.append((epoch, time, value))
        self._keep(new)

    def _go_back(self, new: dict[str, _Part], name: str, step: int) -> None:
        """A run goes on from its last checkpoint, and logs once more what it had logged behind that.

        What the other metrics had at later steps is of the time before, too.
        """
        self._keep(new)
        new.clear()
        for each, series in self._series.items():
            series.cut(step if each == name else step + 1)
            if len(series):
                self._last[each] = int(series.step[-1])
            else:
                self._last.pop(each, None)

    def _keep(self, new: Mapping[str, _Part]) -> None:
        for name, (steps, rest) in new.items():
            if name not in self._series:
                # Another dictionary: whoever draws may be going through this one.
                self._series = {**self._series, name: Series()}
            self._series[name].extend(steps, rest)
        self.version += bool(new)


def _records(block: bytes) -> Iterator[dict[str, Any]]:
    lines = block.split(b"\n")
    try:
        # All at once takes a third of the time of one after the other.
        found = json.loads(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError):
        found = []
    if len(found) != len(lines):
        found = [_record(line) for line in lines]
    return (each for each in found if isinstance(each, dict))


def _record(line: bytes) -> Any:
    """One line; of one that was torn by a kill, what the next process wrote behind the torn part."""
    for begin in (0, line.rfind(b"{")):
        try:
            return json.loads(line[max(0, begin) :])
        except (ValueError, RecursionError):  # also of what is no UTF-8, or [[[[…
            continue
    return None


def _number(given: Any) -> float:
    try:
        return float(given) if type(given) in (int, float) else float("nan")
    except OverflowError:
        return float("nan")
