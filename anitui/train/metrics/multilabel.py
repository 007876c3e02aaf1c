"""Several names for each, or none: how well each is told, and from which score on it should be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.train.metrics.classification import PerClass, share
from anitui.train.metrics.intervals import Floats, Interval, Ints, Resampling

Bools = NDArray[np.bool_]
Scores = NDArray[np.floating[Any]]
HALF = 0.5  # the threshold of classes that nothing can be learnt of


@dataclass(frozen=True, eq=False, slots=True)
class Thresholds:
    """From which score on each class is said, and the F1 that it has then where it was looked for."""

    values: Floats
    f1: Floats
    unlearnt: Ints  # classes of which there was no example: theirs is a half


def best_thresholds(scores: Scores, truth: Bools) -> Thresholds:
    """For each class the threshold with the highest F1, exactly; of equally good ones the highest.

    It lies halfway to the next lower score, so that scores a little lower than any that was seen still count.
    """
    number, classes = scores.shape
    values, best = np.full(classes, HALF), np.zeros(classes)
    there = truth.any(axis=0) if number else np.zeros(classes, bool)
    if there.any():
        order = np.argsort(-scores, axis=0, kind="stable")
        sorted_scores = np.take_along_axis(scores, order, 0).astype(np.float64)
        right = np.cumsum(np.take_along_axis(truth, order, 0), axis=0)
        said = np.arange(1, number + 1)[:, None]
        f1 = 2 * right / (said + truth.sum(axis=0))
        # Equal scores stand or fall together: a cut between them does not exist.
        f1[:-1][sorted_scores[:-1] == sorted_scores[1:]] = -1.0
        at = f1.argmax(axis=0)
        column = np.arange(classes)
        own, next_lower = sorted_scores[at, column], sorted_scores[np.minimum(at + 1, number - 1), column]
        halfway = np.where(at + 1 < number, (own + next_lower) / 2, own)
        # Scores so close that nothing lies between them: the score itself.
        cut = np.where(halfway > next_lower, halfway, own)
        values[there] = np.where(at + 1 < number, cut, own)[there]
        best[there] = f1[at, column][there]
    return Thresholds(values, best, np.flatnonzero(~there))


@dataclass(frozen=True, eq=False, slots=True)
class PerTag(PerClass):
    """Of each class, where several may hold."""

    average_precision: Floats  # NaN of classes without an example: such a number does not exist

    @property
    def without(self) -> Ints:
        """The classes of which there is no example here."""
        return np.flatnonzero(self.support == 0)

    @property
    def micro_f1(self) -> float:
        """Of all answers alike."""
        return float(2 * self.right.sum() / max(1, self.support.sum() + self.said.sum()))


def per_class(scores: Scores, truth: Bools, said: Bools) -> PerTag:
    return PerTag(truth.sum(axis=0), said.sum(axis=0), (truth & said).sum(axis=0), average_precisions(scores, truth))


def average_precisions(scores: Scores, truth: Bools) -> Floats:
    """Of each class the mean precision at each example that is found, going down by score; NaN without examples.

    As scikit-learn's `average_precision_score`: equal scores are found together.
    """
    number, classes = scores.shape
    found = np.full(classes, np.nan)
    if not number:
        return found
    order = np.argsort(-scores, axis=0, kind="stable")
    sorted_scores = np.take_along_axis(scores, order, 0)
    hits = np.take_along_axis(truth, order, 0)
    right = np.cumsum(hits, axis=0)
    precision = right / np.arange(1, number + 1)[:, None]
    # Of equal scores the last one says the precision: it is carried up to those before.
    ends = np.ones((number, classes), bool)
    ends[:-1] = sorted_scores[:-1] != sorted_scores[1:]
    last = np.where(ends, np.arange(number)[:, None], number)
    last = np.minimum.accumulate(last[::-1], axis=0)[::-1]
    precision = np.take_along_axis(precision, last, 0)
    there = right[-1] > 0
    found[there] = (precision * hits).sum(axis=0)[there] / right[-1][there]
    return found


@dataclass(frozen=True, slots=True)
class Means:
    """Of all together. F1: `micro` of all answers alike, `macro` of the classes, `weighted` of the classes by how
    often they are there, `samples` of the pictures. Classes without examples take no part in means over classes."""

    micro_f1: Interval | None
    macro_f1: Interval | None
    weighted_f1: Interval | None
    samples_f1: Interval | None
    mean_precision: float | None  # mAP
    exact: Interval | None  # the share with exactly the right names


def means(truth: Bools, said: Bools, each: PerTag, resampling: Resampling) -> Means:
    """`resampling` is over the same pictures. A picture without names, of which none was said, counts as right."""
    if not len(truth) or not each.there.any():
        return Means(None, None, None, None, None, None)
    right = truth & said
    per_picture = truth.sum(axis=1), said.sum(axis=1), right.sum(axis=1)
    both = per_picture[0] + per_picture[1]
    samples = np.where(both > 0, 2 * per_picture[2] / np.maximum(1, both), 1.0)
    sums = resampling.sums(*per_picture)
    there = each.there
    tables = [_counts(resampling, table[:, there]) for table in (truth, said, right)]
    f1 = share(2 * tables[2], tables[0] + tables[1])
    drawn = tables[0] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        micro = 2 * sums[:, 2] / (sums[:, 0] + sums[:, 1])
        macro = (f1 * drawn).sum(1) / drawn.sum(1)
        weighted = (f1 * tables[0]).sum(1) / tables[0].sum(1)
    own = each.f1[there]
    return Means(
        resampling.interval(each.micro_f1, micro),
        resampling.interval(float(own.mean()), macro),
        resampling.interval(float((own * each.support[there]).sum() / each.support.sum()), weighted),
        resampling.share(samples),
        float(np.nanmean(each.average_precision)),
        resampling.share((truth == said).all(axis=1)),
    )


def _counts(resampling: Resampling, table: Bools) -> Floats:
    """How often each class holds, in each resample."""
    rows, columns = np.nonzero(table)
    return resampling.counts_at(rows, columns, table.shape[1])
