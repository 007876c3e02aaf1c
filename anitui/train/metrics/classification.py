"""One name for each: how often it is right, of each class and of all, and who is taken for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.train.metrics.intervals import Floats, Interval, Ints, Resampling

_CELLS = 8_000_000  # of numbers for classes that are worked on at once
Logits = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class Said:
    """What a model says of each, told by its logits: a row for each, whole tables of odds are never kept."""

    best: Ints  # the class that it says
    sure: Floats  # how likely it takes that to be
    true_p: Floats  # how likely it takes the right class to be; 0 where that is none of its classes
    rank: Ints  # how many classes come before the right one; as many as there are where it is none of them
    loss: Floats  # -log of true_p; infinite where it is none of its classes
    brier: Floats  # the squared distance of its odds from the truth, from 0 to 2


def read(logits: Logits, targets: NDArray[np.integer[Any]], temperature: float = 1.0) -> Said:
    """`targets` -1: of none of the classes. Of classes that are equally likely the first is said."""
    number, classes = logits.shape
    best, rank = np.zeros(number, np.int64), np.full(number, classes, np.int64)
    sure, true_p, brier = np.zeros(number), np.zeros(number), np.zeros(number)
    loss = np.full(number, np.inf)
    at_once = max(1, _CELLS // max(1, classes))
    for start in range(0, number if classes else 0, at_once):
        piece = slice(start, start + at_once)
        log_odds = log_chances(logits[piece], temperature)
        odds = np.exp(log_odds)
        said, wanted = log_odds.argmax(1), targets[piece].astype(np.int64)
        row, known = np.arange(len(said)), wanted >= 0
        own = log_odds[row, np.maximum(wanted, 0)]
        before = (log_odds > own[:, None]).sum(1)
        equal = log_odds == own[:, None]
        before += (equal & (np.arange(classes) < wanted[:, None])).sum(1)
        best[piece], sure[piece] = said, odds[row, said]
        true_p[piece] = np.where(known, np.exp(own), 0.0)
        rank[piece] = np.where(known, before, classes)
        loss[piece] = np.where(known, -own, np.inf)
        brier[piece] = (odds * odds).sum(1) + known * (1 - 2 * np.exp(own))
    return Said(best, sure, true_p, rank, loss, brier)


def log_chances(logits: Logits, temperature: float = 1.0) -> Floats:
    """The logarithms of what is taken for likely, adding up to 1 in each row."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(1, keepdims=True)
    scaled -= np.log(np.exp(scaled).sum(1, keepdims=True))
    return scaled


@dataclass(frozen=True, eq=False, slots=True)
class PerClass:
    """Of each class. A share of nothing (of a class that was never said, or is not there) is 0."""

    support: Ints  # how many are there
    said: Ints  # how many were said to be of it
    right: Ints

    @property
    def precision(self) -> Floats:
        return share(self.right, self.said)

    @property
    def recall(self) -> Floats:
        return share(self.right, self.support)

    @property
    def f1(self) -> Floats:
        return share(2 * self.right, self.said + self.support)

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which are measured at all: means over classes are means over these."""
        found: NDArray[np.bool_] = self.support > 0
        return found

    @property
    def accuracy(self) -> float | None:
        return float(self.right.sum() / self.support.sum()) if self.support.any() else None

    @property
    def macro_f1(self) -> float | None:
        return float(self.f1[self.there].mean()) if self.there.any() else None

    @property
    def macro_precision(self) -> float | None:
        return float(self.precision[self.there].mean()) if self.there.any() else None

    @property
    def balanced_accuracy(self) -> float | None:
        """The mean recall: every class counts as much as any other."""
        return float(self.recall[self.there].mean()) if self.there.any() else None

    @property
    def weighted_f1(self) -> float | None:
        return float((self.f1 * self.support).sum() / self.support.sum()) if self.support.any() else None


def per_class(best: Ints, targets: Ints, classes: int) -> PerClass:
    """Of those whose class is one that the model knows."""
    known = targets >= 0
    best, targets = best[known], targets[known]
    return PerClass(
        np.bincount(targets, minlength=classes),
        np.bincount(best, minlength=classes),
        np.bincount(targets[best == targets], minlength=classes),
    )


@dataclass(frozen=True, eq=False, slots=True)
class Confusion:
    """Who is taken for whom: only what happened is kept, so thousands of classes are no burden."""

    classes: int
    true: Ints
    said: Ints
    often: Ints  # the most frequent first

    def mistaken(self, most: int | None = None) -> list[tuple[int, int, int]]:
        """Who it is, who was said, how often; only what is wrong."""
        wrong = np.flatnonzero(self.true != self.said)[:most]
        return [(int(self.true[at]), int(self.said[at]), int(self.often[at])) for at in wrong]

    def table(self, chosen: Sequence[int]) -> Ints:
        """Among some classes: rows are who it is, columns who was said."""
        place = np.full(self.classes, -1)
        place[list(chosen)] = np.arange(len(chosen))
        rows, columns = place[self.true], place[self.said]
        within = (rows >= 0) & (columns >= 0)
        cells = np.zeros((len(chosen), len(chosen)), np.int64)
        cells[rows[within], columns[within]] = self.often[within]
        return cells

    def most_mixed(self, most: int) -> list[int]:
        """The classes that are mixed up most often, at most so many, in their order; then the most frequent ones."""
        chosen: dict[int, None] = {}
        for true, said, _ in self.mistaken():
            if len(chosen.keys() | {true, said}) > most:
                break
            chosen |= dict.fromkeys((true, said))
        there = np.bincount(self.true, weights=self.often, minlength=self.classes)
        for each in np.argsort(-there, kind="stable").tolist():
            if len(chosen) >= min(most, self.classes) or (not there[each] and self.classes > most):
                break
            chosen[each] = None
        return sorted(chosen)


def confusion(best: Ints, targets: Ints, classes: int) -> Confusion:
    """Of those whose class is one that the model knows."""
    known = targets >= 0
    which, often = np.unique(targets[known].astype(np.int64) * classes + best[known], return_counts=True)
    order = np.argsort(-often, kind="stable")
    which = which[order]
    return Confusion(classes, which // max(1, classes), which % max(1, classes), often[order])


@dataclass(frozen=True, slots=True)
class Scores:
    """Of all together, with intervals that know of groups. Of nothing there are none."""

    top1: Interval | None
    top5: Interval | None  # None with five classes or fewer: it could be nothing but 1
    macro_f1: Interval | None
    weighted_f1: Interval | None
    balanced_accuracy: Interval | None
    log_loss: Interval | None
    brier: Interval | None


def scores(said: Said, targets: Ints, classes: int, resampling: Resampling) -> Scores:
    """`resampling` is over the same members; those of no class that is known (-1) do not count."""
    known = targets >= 0
    each = per_class(said.best, targets, classes)
    if not known.any():
        return Scores(None, None, None, None, None, None, None)
    there = each.there
    support = resampling.counts(np.maximum(targets, 0), classes, known)[:, there]
    right = resampling.counts(said.best, classes, known & (said.best == targets))[:, there]
    both = resampling.counts(said.best, classes, known)[:, there] + support
    f1, recall = share(2 * right, both), share(right, support)
    drawn = support > 0
    number = np.maximum(1, drawn.sum(1))

    def of(value: float | None, resampled: Floats) -> Interval | None:
        return None if value is None else resampling.interval(value, resampled)

    def mean(values: Floats) -> Interval | None:
        sums = resampling.sums(np.where(known, values, 0.0), known)
        with np.errstate(divide="ignore", invalid="ignore"):
            return resampling.interval(float(values[known].mean()), sums[:, 0] / sums[:, 1])

    return Scores(
        resampling.share(said.rank == 0, known),
        resampling.share(said.rank < 5, known) if classes > 5 else None,
        of(each.macro_f1, (f1 * drawn).sum(1) / number),
        of(each.weighted_f1, (f1 * support).sum(1) / np.maximum(1, support.sum(1))),
        of(each.balanced_accuracy, (recall * drawn).sum(1) / number),
        mean(said.loss),
        mean(said.brier),
    )


def share(of: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """Of nothing, 0."""
    found: Floats = np.divide(of, whole, out=np.zeros(whole.shape), where=whole > 0)
    return found
