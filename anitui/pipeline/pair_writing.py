"""Writing down what a search finds, while it goes on: on a thread of its own, one batch after the other."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TYPE_CHECKING

from anitui.store import pair_scans
from anitui.store.catalogue import Catalogue
from anitui.store.pair_members import Members

if TYPE_CHECKING:
    import pyarrow

WRITTEN_AT_ONCE = 1_000_000
HELD_AT_MOST = 4_000_000  # and as many may be on their way to the disk
WRITTEN_EVERY = 2.0  # seconds


class PairWriting:
    """Gathers what steps find, and commits it now and then together with how far the search is.

    What is committed is never ahead of what was taken in, so a search that is cut off goes on behind what it wrote.
    """

    def __init__(self, catalogue: Catalogue, scan: pair_scans.Scan) -> None:
        self.taken = scan.found
        self.new = 0
        self.per_distance: dict[int, int] = {}
        self._catalogue, self._scan = catalogue, scan
        self._tables: list[pyarrow.Table] = []
        self._finished: list[pyarrow.Table] = []  # of steps that are done
        self._held = 0
        self._done, self._found = scan.steps_done, scan.found
        self._last = time.monotonic()
        self._writer = ThreadPoolExecutor(1, "pairs-writing")
        self._under_way: Future[None] | None = None
        self._lost = False  # something that was taken in is not written, and never will be
        self._left = False

    def __enter__(self) -> PairWriting:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.shutdown()

    def take(self, table: pyarrow.Table) -> None:
        """Take in what the step at work has found."""
        if not len(table):
            return
        self._tables.append(table)
        self._held += len(table)
        self.taken += len(table)
        if self._held >= HELD_AT_MOST:
            # In the middle of a step, which will be done again if it is cut off, and finds these again then.
            self._finished, self._tables = self._finished + self._tables, []
            self._write()

    def step(self, done: int) -> None:
        """The step at work is done."""
        self._finished += self._tables
        self._tables = []
        self._done, self._found = done, self.taken
        due = self._held >= WRITTEN_AT_ONCE or time.monotonic() - self._last >= WRITTEN_EVERY
        if due and (self._under_way is None or self._under_way.done()):
            self._write()

    def finish(self, compared: Members | None) -> None:
        """All steps are done."""
        self._wait()
        found, self._lost = self._together(), True
        self.new += pair_scans.finish(self._catalogue, self._scan, found, self._done, self._found, compared)
        add_up(self.per_distance, found)
        self._lost, self._left = False, True

    def leave(self) -> None:
        """It was cut off, unless it is finished: what finished steps have found is kept."""
        if self._left:
            return
        self._left = True
        if self._under_way is not None:
            wait([self._under_way])
        if not self._lost:
            self._write()
            self._wait()
        pair_scans.leave(self._catalogue, self._scan)

    def _write(self) -> None:
        self._wait()
        self._under_way = self._writer.submit(self._write_down, self._together(), self._done, self._found)
        self._last = time.monotonic()

    def _write_down(self, found: pyarrow.Table, done: int, in_all: int) -> None:
        self._lost = True
        self.new += pair_scans.write(self._catalogue, self._scan, found, done, in_all)
        self._lost = False
        add_up(self.per_distance, found)

    def _wait(self) -> None:
        """Until the batch under way is on the disk; if it could not be written, this says why."""
        if self._under_way is not None:
            self._under_way.result()

    def _together(self) -> pyarrow.Table:
        import pyarrow

        columns = {"a_id": pyarrow.int64(), "b_id": pyarrow.int64(), "distance": pyarrow.int32()}
        nothing = pyarrow.table({name: pyarrow.array([], kind) for name, kind in columns.items()})
        found = pyarrow.concat_tables([nothing, *self._finished])
        self._held -= len(found)
        self._finished = []
        return found


def add_up(histogram: dict[int, int], found: pyarrow.Table) -> None:
    """Add how many of these there are at each distance."""
    import numpy

    for chunk in found.column("distance").chunks:
        numbers = numpy.bincount(chunk.to_numpy(), minlength=1)
        for distance in numbers.nonzero()[0].tolist():
            histogram[distance] = histogram.get(distance, 0) + int(numbers[distance])
