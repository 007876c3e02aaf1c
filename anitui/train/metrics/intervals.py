"""How sure a number is: what else it might have been with other pictures of the same kind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 1000
_SURE = 0.95
_NORMAL = 1.959963984540054  # within so many deviations lie 95 %
_CELLS = 2_000_000  # of weights at once


@dataclass(frozen=True, slots=True)
class Interval:
    """A number, and between what it lies in 95 of 100 cases; without bounds where nothing can be said of that."""

    value: float
    low: float | None = None
    high: float | None = None


def wilson(right: int, of: int) -> Interval | None:
    """A share of independent ones (Wilson's interval, which holds for few and for extremes); None of nothing."""
    if of <= 0:
        return None
    share, z = right / of, _NORMAL
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def wilson_bounds(right: Ints, of: Ints) -> tuple[Floats, Floats]:
    """The bounds of many shares at once; NaN of nothing."""
    z = _NORMAL
    with np.errstate(divide="ignore", invalid="ignore"):
        share = right / of
        middle = (share + z * z / (2 * of)) / (1 + z * z / of)
        half = z / (1 + z * z / of) * np.sqrt(share * (1 - share) / of + z * z / (4.0 * of * of))
    return np.clip(np.minimum(share, middle - half), 0.0, None), np.clip(np.maximum(share, middle + half), None, 1.0)


class Resampling:
    """Draws groups again and again, as many as there are, and says what sums would have been.

    Faces of one group (a picture, its near-duplicates, a thread) rise and fall together: as if they were independent,
    intervals would be too narrow. The same seed gives the same draws, so sums of several calls belong together.
    """

    def __init__(self, groups: ArrayLike, resamples: int = RESAMPLES, seed: int = 0) -> None:
        _, self._group_of = np.unique(np.asarray(groups), return_inverse=True)
        self.groups = int(self._group_of.max()) + 1 if len(self._group_of) else 0
        self.resamples, self._seed = resamples, seed

    def weights(self) -> Iterator[NDArray[np.int32]]:
        """How often each group was drawn: resamples × groups, in pieces."""
        if not self.groups:
            return
        chance = np.random.default_rng(self._seed)
        at_once = max(1, _CELLS // self.groups)
        for start in range(0, self.resamples, at_once):
            number = min(at_once, self.resamples - start)
            drawn = chance.integers(0, self.groups, (number, self.groups))
            drawn += np.arange(number)[:, None] * self.groups
            often = np.bincount(drawn.ravel(), minlength=number * self.groups)
            yield often.astype(np.int32).reshape(number, self.groups)

    def member_weights(self) -> Iterator[NDArray[np.int32]]:
        """The same for each member."""
        for often in self.weights():
            yield often[:, self._group_of]

    def sums(self, *values: ArrayLike) -> Floats:
        """Of values of each member, their sums in each resample: resamples × as many as values were given."""
        if not self.groups:
            return np.full((self.resamples, len(values)), np.nan)
        columns = [
            np.bincount(self._group_of, weights=np.asarray(each, np.float64), minlength=self.groups) for each in values
        ]
        table = np.stack(columns, axis=1)
        return np.concatenate([often @ table for often in self.weights()])

    def counts(self, of: NDArray[np.integer[Any]], number: int, which: NDArray[np.bool_] | None = None) -> Floats:
        """How many members of each of `number` classes there are in each resample, of `which` only."""
        rows = np.arange(len(of)) if which is None else np.flatnonzero(which)
        return self.counts_at(rows, of[rows], number)

    def counts_at(self, members: Ints, classes: NDArray[np.integer[Any]], number: int) -> Floats:
        """The same of pairs of a member and a class: a member may be of several, or of none."""
        from scipy import sparse

        if not self.groups:
            return np.zeros((self.resamples, number))
        where = self._group_of[members], classes
        often = sparse.coo_matrix((np.ones(len(members)), where), (self.groups, number)).tocsc()
        return np.concatenate([weights @ often for weights in self.weights()])

    def interval(self, value: float, resampled: Floats) -> Interval:
        """The number with its bounds: percentiles of what it was in the resamples."""
        there = resampled[np.isfinite(resampled)]
        if self.groups < 2 or not len(there):
            return Interval(value)
        share = (1 - _SURE) / 2
        low, high = np.quantile(there, (share, 1 - share))
        return Interval(value, float(min(low, value)), float(max(high, value)))

    def share(self, right: ArrayLike, of: ArrayLike | None = None) -> Interval | None:
        """The share of members for which something holds, among those that count; None of nothing."""
        holds = np.asarray(right, np.float64)
        counted = np.ones_like(holds) if of is None else np.asarray(of, np.float64)
        if not counted.sum():
            return None
        sums = self.sums(holds * counted, counted)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.interval(float((holds * counted).sum() / counted.sum()), sums[:, 0] / sums[:, 1])
