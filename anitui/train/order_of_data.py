"""In which order samples are shown: an endless row that follows from the seed alone, wherever in it one begins."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class DataOrder:
    """Epoch after epoch, each a shuffle of its own; rare classes more often where that is wished."""

    def __init__(self, rows: NDArray[np.int64], targets: NDArray[np.int32], seed: int, balance: str = "none") -> None:
        """`targets` are the classes of `rows`; balance: none, root or equal (docs/training.md)."""
        self._rows = rows
        self._seed = seed
        self._weights = _weights(targets, balance)
        self._epoch = lru_cache(maxsize=2)(self._shuffled)

    @property
    def epoch_length(self) -> int:
        return len(self._rows)

    def batch(self, step: int, size: int) -> NDArray[np.int64]:
        """The samples of a step: from 0 on, `size` of them each."""
        start, end = step * size, (step + 1) * size
        taken = []
        while start < end:
            epoch, place = divmod(start, len(self._rows))
            some = self._epoch(epoch)[place : place + end - start]
            taken.append(some)
            start += len(some)
        return np.concatenate(taken)

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        chance = np.random.Generator(np.random.Philox(key=[self._seed, epoch]))
        if self._weights is None:
            return self._rows[chance.permutation(len(self._rows))]
        # A sample of weight 2.5 is in it 2 or 3 times, never by luck 6 times.
        mixed = chance.permutation(len(self._rows))
        reached = np.cumsum(self._weights[mixed]) * len(self._rows)
        reached[-1] = len(self._rows)
        shown = np.floor(reached + chance.uniform()).astype(np.int64)
        times = shown - np.concatenate([[0], shown[:-1]])
        return chance.permutation(np.repeat(self._rows[mixed], times))


def _weights(targets: NDArray[np.int32], balance: str) -> NDArray[np.float64] | None:
    """Which share of what is shown each sample is."""
    if balance == "none" or not len(targets):
        return None
    counts = np.bincount(targets)[targets].astype(np.float64)
    weights = counts**-1.0 if balance == "equal" else counts**-0.5
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares
