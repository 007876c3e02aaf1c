"""Looking at runs, again and again, from a thread of whoever shows them. Only what is new is read, nothing written.

Any number may watch the same runs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anitui.train import run as runs
from anitui.train.mistakes import Mistakes, MistakesReader
from anitui.train.run import Run, Standing
from anitui.train.series import MetricsReader, Series
from anitui.workspace import Workspace

_CHUNKS = 6  # of what was logged, in one look: about a tenth of a second
_KEPT = 8  # runs whose logged numbers are kept, also when nobody looks at them any more

_Stamp = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A run as it stands in a list."""

    run: Run
    standing: Standing
    note: str = ""

    @property
    def number(self) -> int:
        return self.run.number

    @property
    def name(self) -> str:
        return str(self.run.settings.get("name") or "")


@dataclass(frozen=True, eq=False, slots=True)
class Logged:
    """What a run has logged so far. Another version: something is new."""

    version: int
    series: Mapping[str, Series]


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What a look has found."""

    lines: Sequence[Line]
    logged: Mapping[int, Logged]
    mistakes: Mistakes | None  # of the run that was looked at closely
    words: Sequence[str]  # the last lines of its log
    more: bool  # there is more to be read right now


class Watch:
    """Looks at the runs of a workspace. Two threads that look at once wait for each other."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._one = threading.Lock()
        self._lines: dict[Path, tuple[_Stamp, Line]] = {}
        self._readers: dict[Path, tuple[tuple[int, int], MetricsReader]] = {}
        self._mistakes: MistakesReader | None = None
        self._words: tuple[Path, _Stamp, Sequence[str]] | None = None

    def lines(self) -> list[Line]:
        """All runs as they stand, the newest first."""
        found: dict[Path, tuple[_Stamp, Line]] = {}
        for each in runs.listed(self._workspace):
            stamp = _stamp(each, "settings.json", "live.json", "process.json", "note.txt")
            known = self._lines.get(each.folder)
            if known is not None and known[0] == stamp and known[1].standing.state in runs.ENDED:
                found[each.folder] = known
                continue
            with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):  # deleted just now, or by hand
                run = known[1].run if known is not None and known[0][0] == stamp[0] else each
                _ = run.settings
                found[each.folder] = stamp, Line(run, run.standing(), run.note)
        self._lines = found
        return [line for _, line in found.values()]

    def look(self, closely: int | None, also: Sequence[int] = ()) -> Seen:
        """One look: the list, what these runs logged, and of one of them all that there is to see."""
        with self._one:
            return self._look(closely, also)

    def _look(self, closely: int | None, also: Sequence[int]) -> Seen:
        lines = self.lines()
        by_number = {line.number: line.run for line in lines}
        if closely not in by_number and lines:
            closely = lines[0].number
        logged: dict[int, Logged] = {}
        left = _CHUNKS
        wanted = [each for each in dict.fromkeys((closely, *also)) if each is not None and each in by_number]
        self._forget({by_number[number].folder for number in wanted})
        for number in wanted:
            reader = self._reader(by_number[number])
            while left and reader.poll():
                left -= 1
            logged[number] = Logged(reader.version, reader.series)
        run = by_number.get(closely) if closely is not None else None
        mistakes = self._mistakes_of(run) if run is not None else None
        return Seen(lines, logged, mistakes, self._words_of(run) if run is not None else (), more=not left)

    def _reader(self, run: Run) -> MetricsReader:
        stat = (run.folder / "settings.json").stat()
        which = stat.st_ino, stat.st_mtime_ns  # a number may be given again when its run was deleted
        known = self._readers.pop(run.folder, None)
        reader = known[1] if known is not None and known[0] == which else MetricsReader(run.metrics)
        self._readers[run.folder] = which, reader
        return reader

    def _forget(self, wanted: set[Path]) -> None:
        """Of runs that nobody looks at, only some are kept: those that were looked at last."""
        others = [each for each in self._readers if each not in wanted]
        for each in others[: max(0, len(others) + len(wanted) - _KEPT)]:
            del self._readers[each]

    def _mistakes_of(self, run: Run) -> Mistakes | None:
        if self._mistakes is None or self._mistakes.run != run:
            self._mistakes = MistakesReader(run)
        return self._mistakes.read()

    def _words_of(self, run: Run) -> Sequence[str]:
        stamp = _stamp(run, "log.txt", "output.txt")
        if self._words is None or self._words[:2] != (run.folder, stamp):
            self._words = run.folder, stamp, tuple(run.last_lines(200))
        return self._words[2]


def _stamp(run: Run, *names: str) -> _Stamp:
    """Says whether files are still the same."""
    found = []
    for name in names:
        try:
            stat = os.stat(run.folder / name)  # noqa: PTH116 - several times a second for each run
            found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except OSError:
            found.append((0, 0, 0))
    return tuple(found)
