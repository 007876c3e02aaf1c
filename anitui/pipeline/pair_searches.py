"""The searches for pairs, behind one face: by SQL, compiled, and by what a model sees."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

from anitui.store.distances import COSINE, FURTHEST_COSINE
from anitui.store.pair_members import Group, Members

if TYPE_CHECKING:
    import pyarrow

    from anitui.pipeline.entries import Integers

BY_SQL = 100_000  # different hashes; beyond that the compiled search is quicker
BY_SQL_FAR = 12  # bits; SQL must look around too far beyond


class Search(Protocol):
    """One of the searches, over the members of one mode, in steps that are the same every time."""

    steps: int
    flat: int  # so many are in buckets of equal hashes that are too large for all of their pairs

    def pairs(self, first_step: int) -> Generator[Iterator[pyarrow.Table], None, None]:
        """For each step its pairs, in tables of a moderate size: a_id, b_id, distance."""
        ...

    def counts(self) -> Generator[Integers, None, None]:
        """For each step how many pairs there are at each distance, from 0 on to the furthest that can be."""
        ...


def chosen(members: Members, group: Group) -> Search:
    order = members.order
    if order.algorithm == COSINE:
        return ByVectors(members, group.mode)
    if order.within is None and group.hashes <= BY_SQL and (order.hi <= BY_SQL_FAR or group.hashes <= 3_000):
        return BySql(members, group.mode)
    return Compiled(members, group.mode)


def load_early(members: int) -> None:
    """Load the compiled search beside what goes before it, where it is likely to be chosen: that takes a second."""
    if members > BY_SQL:
        threading.Thread(target=_load, name="pairs-loading", daemon=True).start()


def _load() -> None:
    from anitui.pipeline import compiled

    compiled.load()


class BySql:
    def __init__(self, members: Members, mode: str) -> None:
        self._members, self._mode = members, mode
        self.steps = len(members.steps())
        self.flat = members.flat(mode)

    def pairs(self, first_step: int) -> Generator[Iterator[pyarrow.Table], None, None]:
        for table in self._members.search(self._mode, first_step):
            yield iter([table])

    def counts(self) -> Generator[Integers, None, None]:
        import numpy

        for table in self._members.search(self._mode):
            yield numpy.bincount(table.column("distance").to_numpy(), minlength=65)


class Compiled:
    """Its first step is for equal hashes, the others are those of the plan."""

    def __init__(self, members: Members, mode: str) -> None:
        from anitui.pipeline import entries, neighbours

        self._order = members.order
        self._entries = entries.gathered(members.sorted(mode))
        self._plan = neighbours.plan(self._entries, self._order.hi)
        self._crossed = self._order.between is not None
        self.steps = 1 + self._plan.steps
        self.flat = entries.giants(self._entries)

    def pairs(self, first_step: int) -> Generator[Iterator[pyarrow.Table], None, None]:
        from anitui.pipeline import entries, neighbours

        if first_step == 0:
            yield entries.equal_owners(self._entries) if self._order.lo == 0 else iter(())
        low, high = self._order.lo, self._order.hi
        with closing(neighbours.search(self._entries, self._plan, low, high, max(0, first_step - 1))) as steps:
            for near in steps:
                yield entries.owners_of(self._entries, near, crossed=self._crossed)

    def counts(self) -> Generator[Integers, None, None]:
        import numpy

        from anitui.pipeline import entries, neighbours

        numbers = numpy.zeros(65, numpy.int64)
        numbers[0] = entries.count_equal(self._entries)
        yield numbers
        with closing(neighbours.search(self._entries, self._plan, self._order.lo, self._order.hi)) as steps:
            for near in steps:
                yield entries.count_owners(self._entries, near, crossed=self._crossed)


class ByVectors:
    """By the cosines of what a model sees: all with all, in blocks."""

    flat = 0

    def __init__(self, members: Members, mode: str) -> None:
        from anitui.pipeline import cosines

        order = members.order
        who, vectors = members.vectors(mode)
        self._search = cosines.Among(
            who["id"].to_numpy(), who["side"].to_numpy(), who["part"].to_numpy(), vectors, order.lo, order.hi
        )
        self.steps = self._search.steps

    def pairs(self, first_step: int) -> Generator[Iterator[pyarrow.Table], None, None]:
        for step in range(first_step, self.steps):
            yield iter([self._search.table(step)])

    def counts(self) -> Generator[Integers, None, None]:
        import numpy

        for step in range(self.steps):
            distances = self._search.table(step).column("distance").to_numpy()
            yield numpy.bincount(distances, minlength=FURTHEST_COSINE + 1)
