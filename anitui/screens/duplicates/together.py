"""Who hangs together with whom in a queue: how many are alike, told at once for every pair."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from anitui.store.triage import Queue

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST = 40
_LOOKED_AT = 500  # of the neighbours of each: equal hashes may come in thousands


class Together:
    """The neighbours of everyone in a queue. Made once for it, in a thread: a million pairs take a moment."""

    def __init__(self, queue: Queue) -> None:
        import numpy

        near = numpy.concatenate([queue.pairs, queue.pairs[:, ::-1]])
        order = numpy.argsort(near[:, 0], kind="stable")
        self._ids: NDArray[numpy.int64] = near[order, 0]
        self._near: NDArray[numpy.int64] = near[order, 1]
        self._gone: set[int] = set()
        self._parted: set[frozenset[int]] = set()

    def has_gone(self, ids: Collection[int]) -> None:
        """These were set aside since the queue was worked out."""
        self._gone.update(ids)

    def is_back(self, ids: Collection[int]) -> None:
        self._gone.difference_update(ids)

    def parted(self, pair: frozenset[int]) -> None:
        """These two were decided on."""
        self._parted.add(pair)

    def rejoined(self, pair: frozenset[int]) -> None:
        """Their verdict was taken back."""
        self._parted.discard(pair)
        self._gone.difference_update(pair)

    def count(self, id: int) -> int:
        """How many hang together with one, itself too; at most `MOST`."""
        import numpy

        order = [id]
        for at in order:
            first, last = numpy.searchsorted(self._ids, [at, at + 1])
            for far in self._near[first : min(last, first + _LOOKED_AT)].tolist():
                if far not in order and far not in self._gone and frozenset((at, far)) not in self._parted:
                    order.append(far)
            if len(order) >= MOST:
                return MOST
        return len(order)
