"""Is it the same character? Pairs with a score each: what is told apart, as ZACI-20 measures it.

A false positive is a pair of two characters that is taken for one; a false negative one character taken for two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anitui.errors import AnituiError
from anitui.train.metrics.intervals import Floats, Interval, Ints, Resampling

HUMAN_MISSES = 0.139  # of pairs of one character, by those who judged ZACI-20's
Bools = NDArray[np.bool_]


class OneSided(AnituiError):
    """All pairs are of one kind: there is nothing to tell apart."""


@dataclass(frozen=True, eq=False, slots=True)
class Roc:
    """Both rates as the threshold falls, from "nobody is the same" to "all are"; pairs of equal score go together."""

    threshold: Floats  # a pair at least so alike is taken for the same; the first is infinite
    false_positive: Floats
    true_positive: Floats

    @property
    def false_negative(self) -> Floats:
        return 1.0 - self.true_positive

    @property
    def area(self) -> float:
        """AUC: how often a pair of the same is more alike than a pair of different ones."""
        return float(np.trapezoid(self.true_positive, self.false_positive))

    def equal_error(self) -> tuple[float, float]:
        """EER, where both kinds of error are as frequent, and the threshold there; between points straight lines."""
        return _equal_error(self.false_positive, self.false_negative, self.threshold)

    def false_positive_at(self, false_negative: float = HUMAN_MISSES) -> tuple[float, float]:
        """The least FPR at this FNR, and the threshold there; between points straight lines.

        ZACI-20's own program goes from the far ends of runs of points with one FNR, which is the same but for a step
        where there are thousands of pairs, and far beside the curve where there are few.
        """
        return _at(self.false_negative, self.false_positive, self.threshold, false_negative)

    def true_positive_at(self, false_positive: float) -> float:
        """The largest TPR with which no larger share is taken for the same wrongly."""
        at = int(np.searchsorted(self.false_positive, false_positive, side="right"))
        if at == len(self.false_positive):
            return 1.0
        x0, x1 = self.false_positive[at - 1], self.false_positive[at]
        y0, y1 = self.true_positive[at - 1], self.true_positive[at]
        return float(y0 + (y1 - y0) * (false_positive - x0) / (x1 - x0))

    def thinned(self, most: int = 300) -> Roc:
        """About so many points: those on the way where the curve turns matter, so by both axes."""
        if len(self.threshold) <= most:
            return self
        way = self.false_positive + self.true_positive
        some = np.unique(np.searchsorted(way, np.linspace(0, 2, most)).clip(0, len(way) - 1))
        some = np.unique(np.concatenate(([0], some, [len(way) - 1])))
        return Roc(self.threshold[some], self.false_positive[some], self.true_positive[some])


def roc(scores: ArrayLike, same: ArrayLike) -> Roc:
    """Raises OneSided where all pairs are of one kind, or there are none."""
    alike, truth = np.asarray(scores, np.float64), np.asarray(same, bool)
    check(truth)
    order = np.argsort(-alike, kind="stable")
    ends = _ends(alike[order])
    taken, missed = np.cumsum(~truth[order])[ends], np.cumsum(truth[order])[ends]
    return Roc(
        np.concatenate(([np.inf], alike[order][ends])),
        np.concatenate(([0.0], taken / (~truth).sum())),
        np.concatenate(([0.0], missed / truth.sum())),
    )


def check(same: Bools) -> None:
    """Raises OneSided unless there are pairs of both kinds."""
    if not len(same):
        raise OneSided("there are no pairs to judge: give a file of pairs, or a split that has some")
    if same.all() or not same.any():
        have, lack = ("one character", "different ones") if same.all() else ("different characters", "the same one")
        raise OneSided(f"all {len(same):,} pairs are of {have}: pairs of {lack} are needed as well")


def best_accuracy(scores: ArrayLike, same: ArrayLike) -> tuple[float, float]:
    """The largest share of pairs that any threshold tells rightly, and the threshold; of equal ones the highest."""
    alike, truth = np.asarray(scores, np.float64), np.asarray(same, bool)
    order = np.argsort(-alike, kind="stable")
    ends = _ends(alike[order])
    right = np.cumsum(np.where(truth[order], 1, -1))[ends] + (~truth).sum()
    right = np.concatenate(([(~truth).sum()], right))
    at = int(right.argmax())
    threshold = np.concatenate(([np.inf], alike[order][ends]))[at]
    return float(right[at] / len(truth)), float(threshold)


@dataclass(frozen=True, slots=True)
class Rates:
    """What somebody who says yes or no gets wrong; None where there is no pair of that kind."""

    pairs: int
    false_positive: float | None
    false_negative: float | None


def rates(said: Bools, same: Bools) -> Rates:
    return Rates(
        len(same),
        float(said[~same].mean()) if (~same).any() else None,
        float((~said[same]).mean()) if same.any() else None,
    )


@dataclass(frozen=True, slots=True)
class Intervals:
    """Numbers of a ROC with their bounds."""

    equal_error: Interval
    area: Interval
    false_positive_at: Interval


def intervals(
    scores: ArrayLike,
    same: ArrayLike,
    one: NDArray[np.integer[Any]],
    other: NDArray[np.integer[Any]],
    false_negative: float = HUMAN_MISSES,
    resamples: int = 400,
    seed: int = 0,
) -> Intervals:
    """`one`, `other`: the groups of the two faces of each pair. A face is in several pairs, so pairs are not
    independent of each other.

    Groups are drawn, and a pair counts as often as both of its faces were. By that alone pairs which share no face
    would vary three times as much as they do (Owen, 2007): drawing plain pairs says how much of it is too much.
    """
    alike, truth = np.asarray(scores, np.float64), np.asarray(same, bool)
    curve = roc(alike, truth)
    order = np.argsort(-alike, kind="stable")
    ends, truth, threshold = _ends(alike[order]), truth[order], curve.threshold
    _, places = np.unique(np.concatenate((one, other)), return_inverse=True)
    first, second = places[: len(order)][order], places[len(order) :][order]
    by_group = Resampling(np.arange(places.max() + 1), resamples, seed)
    by_pair = Resampling(np.arange(len(order)), resamples, seed)
    grouped = [
        _drawn(np.where(first == second, drawn[:, first], drawn[:, first] * drawn[:, second]), truth, ends)
        for drawn in by_group.weights()
    ]
    plain = [_drawn(drawn, truth, ends) for drawn in by_pair.weights()]

    def interval(value: float, of: Callable[[Floats, Floats], float]) -> Interval:
        values = [np.asarray([of(*each) for piece in pieces for each in piece]) for pieces in (grouped, plain)]
        if by_group.groups < 2 or not all(map(len, values)) or not values[0].std():
            return Interval(value)
        spread, least = values[0].var(), values[1].var()
        return by_group.interval(value, value + (values[0] - value) * np.sqrt(max(spread - 2 * least, least) / spread))

    return Intervals(
        interval(curve.equal_error()[0], lambda wrong, miss: _equal_error(wrong, miss, threshold)[0]),
        interval(curve.area, lambda wrong, miss: float(np.trapezoid(1.0 - miss, wrong))),
        interval(
            curve.false_positive_at(false_negative)[0],
            lambda wrong, miss: _at(miss, wrong, threshold, false_negative)[0],
        ),
    )


def _drawn(often: NDArray[np.integer[Any]], truth: Bools, ends: Ints) -> list[tuple[Floats, Floats]]:
    """FPR and FNR of each resample in which there are pairs of both kinds."""
    found = []
    for row in often:
        wrong, right = np.cumsum(row * ~truth)[ends], np.cumsum(row * truth)[ends]
        if wrong[-1] and right[-1]:
            found.append((np.insert(wrong / wrong[-1], 0, 0.0), np.insert(1.0 - right / right[-1], 0, 1.0)))
    return found


def all_pairs(labels: NDArray[np.integer[Any]], most: int, seed: int = 0) -> tuple[Ints, Ints]:
    """Pairs of members: all of them, or where there are too many half of the same and half of different labels.

    Drawn by the seed, none twice; a first member is always before the second.
    """
    number = len(labels)
    if number * (number - 1) // 2 <= most:
        one, other = np.triu_indices(number, 1)
        return one.astype(np.int64), other.astype(np.int64)
    chance = np.random.default_rng(seed)
    alike = _of_the_same(labels, most // 2, chance)
    draws = chance.integers(0, number, (2, 3 * most))
    draws = draws[:, labels[draws[0]] != labels[draws[1]]]
    unlike = _distinct(draws.min(0), draws.max(0), number, most - most // 2)
    pairs = np.concatenate((alike, unlike))
    return pairs // number, pairs % number


def _of_the_same(labels: NDArray[np.integer[Any]], most: int, chance: np.random.Generator) -> Ints:
    number = len(labels)
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.concatenate(([True], np.diff(labels[order]) != 0)))
    sizes = np.diff(np.append(starts, number))
    of_each = sizes * (sizes - 1) // 2
    if of_each.sum() <= most:
        blocks = [
            order[start : start + size][np.stack(np.triu_indices(size, 1))]
            for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
            if size > 1
        ]
        pairs = np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0), np.int64)
        return np.asarray(pairs.min(0) * number + pairs.max(0), np.int64)
    # A class is drawn as often as it has pairs, then two of it.
    block = np.searchsorted(np.cumsum(of_each), chance.integers(0, of_each.sum(), 3 * most), side="right")
    first = chance.integers(0, sizes[block])
    second = (first + 1 + chance.integers(0, sizes[block] - 1)) % sizes[block]
    one, other = order[starts[block] + first], order[starts[block] + second]
    return _distinct(np.minimum(one, other), np.maximum(one, other), number, most)


def _distinct(one: Ints, other: Ints, number: int, most: int) -> Ints:
    """In the order in which they were drawn, at most so many."""
    key = one * number + other
    _, first = np.unique(key, return_index=True)
    found: Ints = key[np.sort(first)[:most]]
    return found


def _ends(scores: Floats) -> Ints:
    """The last of each run of equal scores."""
    return np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)


def _equal_error(wrong: Floats, miss: Floats, threshold: Floats) -> tuple[float, float]:
    at = int(np.argmax(wrong >= miss))  # the first is 0 against 1, so it is never that one
    before, after = miss[at - 1] - wrong[at - 1], wrong[at] - miss[at]
    share = before / (before + after)
    rate = wrong[at - 1] + share * (wrong[at] - wrong[at - 1])
    return float(rate), _between(threshold, at, share)


def _at(miss: Floats, wrong: Floats, threshold: Floats, wanted: float) -> tuple[float, float]:
    at = int(np.argmax(miss <= wanted))  # the last is 0
    if at == 0:
        return 0.0, float(threshold[0])
    share = (miss[at - 1] - wanted) / (miss[at - 1] - miss[at])
    return float(wrong[at - 1] + share * (wrong[at] - wrong[at - 1])), _between(threshold, at, share)


def _between(threshold: Floats, at: int, share: float) -> float:
    low, high = threshold[at], threshold[at - 1]
    return float(low if np.isinf(high) else high + share * (low - high))
