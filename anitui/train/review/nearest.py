"""Who is most alike: the nearest vectors, exactly, in blocks that fit into the processor's memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anitui.train.review.files import Floats, Integers

_ASKED, _LOOKED_AT = 512, 4_096  # rows of a block


@dataclass(slots=True)
class Near:
    """For each asked row the nearest rows, the nearest first, and their cosines; -1 where there are no more."""

    rows: Integers
    cosines: Floats


@dataclass(slots=True)
class Differing:
    """Looks, beside the search, for rows that are all but equal and have different names: (asked row, other row)."""

    named: NDArray[np.int32]
    at_least: float  # cosine
    found: list[tuple[Integers, Integers]] = field(default_factory=list)

    def look(self, rows: Integers, start: int, cosines: Floats) -> None:
        near = cosines >= self.at_least
        some = np.flatnonzero(near.any(1))
        one, other = near[some].nonzero()
        one, other = rows[some[one]], other + start
        differ = self.named[one] != self.named[other]
        if differ.any():
            self.found.append((one[differ], other[differ]))

    def pairs(self) -> tuple[Integers, Integers]:
        """What was found."""
        nothing = np.zeros(0, np.int64)
        one, other = zip(*self.found, strict=True) if self.found else ((nothing,), (nothing,))
        return np.concatenate(one), np.concatenate(other)


def nearest(
    vectors: Floats, asked: Integers, count: int, groups: Integers | None = None, differing: Differing | None = None
) -> Iterator[tuple[Integers, Near]]:
    """For the asked rows the `count` nearest others, block by block: which rows, and who is near them.

    With `groups`, those of one's own group are passed over: near copies tell nothing that one does not know.
    """
    for start in range(0, len(asked), _ASKED):
        rows = asked[start : start + _ASKED]
        yield rows, _of_block(vectors, rows, count, groups, differing)


def _of_block(
    vectors: Floats, rows: Integers, count: int, groups: Integers | None, differing: Differing | None
) -> Near:
    mine = np.ascontiguousarray(vectors[rows], np.float32)
    best = np.full((len(rows), count), -2.0, np.float32)
    who = np.full((len(rows), count), -1, np.int64)
    for start in range(0, len(vectors), _LOOKED_AT):
        theirs = np.asarray(vectors[start : start + _LOOKED_AT], np.float32)
        cosines = mine @ theirs.T
        within = (rows >= start) & (rows < start + len(theirs))
        cosines[within.nonzero()[0], rows[within] - start] = -2.0
        if differing is not None:
            differing.look(rows, start, cosines)
        if groups is not None:
            cosines[groups[rows][:, None] == groups[None, start : start + len(theirs)]] = -2.0
        # Once a few good ones are known, hardly anybody is nearer.
        better = np.flatnonzero((cosines > best[:, -1:]).any(1))
        if not len(better):
            continue
        found = cosines[better]
        nearer = np.broadcast_to(np.arange(found.shape[1]), found.shape)
        if found.shape[1] > count:
            nearer = np.argpartition(-found, count - 1, axis=1)[:, :count]
        both = np.concatenate([best[better], np.take_along_axis(found, nearer, 1)], axis=1)
        names = np.concatenate([who[better], nearer + start], axis=1)
        order = np.argsort(-both, axis=1, kind="stable")[:, :count]
        best[better], who[better] = np.take_along_axis(both, order, 1), np.take_along_axis(names, order, 1)
    who[best < -1.5] = -1
    return Near(who, np.where(who < 0, np.float32(-1), best))
