"""The pairs of vectors that are near by their cosine: exact, all with all within a part, in blocks.

A block of rows against a block of columns is one matrix product that stays in the processor's memory; of it only what
is near enough is looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anitui.store.embeddings import LESS_THAN

if TYPE_CHECKING:
    import pyarrow

_ROWS, _COLUMNS = 1_024, 2_048


@dataclass(frozen=True, slots=True)
class _Step:
    """The rows `first`..`last`, each with all behind it, up to the end of its part."""

    first: int
    last: int
    ends: NDArray[np.int64]


class Among:
    """A search among vectors of length 1. Two are compared where their sides meet: one is of side 1, the other of 2.

    Those of a part stand together, and in it the higher side first: once only the first side is left, no two meet.
    """

    def __init__(
        self, ids: NDArray[np.int64], sides: NDArray[Any], parts: NDArray[Any], vectors: NDArray[np.float32], lo: int,
        hi: int,
    ) -> None:  # fmt: skip
        self._ids, self._sides, self._vectors = ids, sides.astype(np.uint8), vectors
        self._lo, self._hi = lo, hi
        self._steps = _planned(parts)
        self.steps = len(self._steps)

    def table(self, step: int) -> pyarrow.Table:
        """The pairs of one step: a_id, b_id, distance in thousandths."""
        import pyarrow

        one, other, distances = [], [], []
        for rows, columns, far in self._near(self._steps[step]):
            one.append(self._ids[rows])
            other.append(self._ids[columns])
            distances.append(far)
        a, b = (np.concatenate(each) if each else np.zeros(0, np.int64) for each in (one, other))
        far = np.concatenate(distances) if distances else np.zeros(0, np.int32)
        return pyarrow.table(
            {
                "a_id": pyarrow.array(np.minimum(a, b), pyarrow.int64()),
                "b_id": pyarrow.array(np.maximum(a, b), pyarrow.int64()),
                "distance": pyarrow.array(far, pyarrow.int32()),
            }
        )

    def _near(self, step: _Step) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]]:
        found = []
        least = 1 - (self._hi + 1) / 1000
        sides = self._sides
        for first in range(step.first, step.last, _ROWS):
            last = min(first + _ROWS, step.last)
            end = int(step.ends[last - 1 - step.first])
            mine = self._vectors[first:last]
            for start in range(first, end, _COLUMNS):
                stop = min(start + _COLUMNS, end)
                if not (_meet(sides[first:last], sides[start:stop])):
                    continue
                cosines = mine @ self._vectors[start:stop].T
                near = cosines >= least
                # To look for the few that are near costs as much as the product, so only where there are any.
                some = np.flatnonzero(near.any(1))
                if not len(some):
                    continue
                rows, columns = near[some].nonzero()
                rows = some[rows]
                far = thousandths(1 - cosines[rows, columns])
                rows, columns = rows + first, columns + start
                good = (columns > rows) & (columns < step.ends[rows - step.first])
                good &= (far >= self._lo) & (far <= self._hi) & (self._ids[rows] != self._ids[columns])
                mine_side, their_side = sides[rows], sides[columns]
                good &= ((mine_side & 1) & (their_side >> 1) | (mine_side >> 1) & (their_side & 1)).astype(bool)
                if good.any():
                    found.append((rows[good], columns[good], far[good]))
        return found


def thousandths(apart: NDArray[np.float32]) -> NDArray[np.int32]:
    """Cosine distances as they are kept: rounded up, but for what is lost in the last digits of a product."""
    kept: NDArray[np.int32] = np.ceil(1000 * np.maximum(apart, 0) - LESS_THAN).astype(np.int32)
    return kept


def _meet(mine: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> bool:
    one, other = int(np.bitwise_or.reduce(mine)), int(np.bitwise_or.reduce(theirs))
    return bool((one & 1) & (other >> 1) | (one >> 1) & (other & 1))


def _planned(parts: NDArray[Any]) -> list[_Step]:
    """Steps of some thousand rows: a large part in several, small ones together."""
    if not len(parts):
        return []
    begins = np.flatnonzero(np.concatenate([[True], parts[1:] != parts[:-1]]))
    ends = np.append(begins[1:], len(parts))
    end_of = np.repeat(ends, ends - begins).astype(np.int64)
    steps, first = [], 0
    while first < len(parts):
        last = min(first + _ROWS, len(parts))
        steps.append(_Step(first, last, end_of[first:last]))
        first = last
    return steps
