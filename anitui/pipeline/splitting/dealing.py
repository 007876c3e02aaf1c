"""How groups are dealt to parts, so that every label is in every part in its share.

Greedy, the largest groups first, each to the part that lacks most of what the group has; then in rounds, a group goes
to another part where that brings the shares nearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline.compiled import compiled_loop
from anitui.pipeline.mixing import mixed

Places = NDArray[np.int64]
ROUNDS = 8
# Where a label has so few, its own shares cannot be met, and those of the whole count as much; where it has many more,
# next to nothing.
FEW = 10.0


@dataclass(frozen=True, slots=True)
class Content:
    """What is in each group: its labels, by their numbers, and how many of each."""

    starts: Places  # where the labels of each group begin, and the end of the last
    labels: Places
    counts: Places
    number_of_labels: int

    @classmethod
    def of(cls, groups: Places, labels: Places, number_of_groups: int, number_of_labels: int) -> Content:
        """From the group and the label of each member; a member with several labels is given several times."""
        keys, counts = np.unique(groups * max(1, number_of_labels) + labels, return_counts=True)
        group = keys // max(1, number_of_labels)
        starts = np.searchsorted(group, np.arange(number_of_groups + 1))
        return cls(starts.astype(np.int64), keys % max(1, number_of_labels), counts.astype(np.int64), number_of_labels)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def totals(self) -> Places:
        """How many there are of each label."""
        return np.bincount(self.labels, self.counts, self.number_of_labels).astype(np.int64)

    def sizes(self) -> Places:
        """How much is in each group."""
        sums = np.concatenate(([0], np.cumsum(self.counts)))
        return sums[self.starts[1:]] - sums[self.starts[:-1]]


def deal(content: Content, shares: Sequence[float], seed: int) -> Places:
    """The part of each group. A part whose share is 0 gets nothing."""
    sizes = content.sizes()
    largest = np.maximum.reduceat(content.counts, content.starts[:-1]) if len(content) else sizes
    # Large before small; among equals as the seed has it.
    order = np.lexsort((mixed(np.arange(len(content), dtype=np.int64), seed), -largest, -sizes))
    part: Places = _deal(
        content.starts, content.labels, content.counts, order.astype(np.int64), content.totals().astype(np.float64),
        np.array(shares, np.float64), ROUNDS, FEW,
    )  # fmt: skip
    return part


@compiled_loop
def _deal(
    starts: Places,
    labels: Places,
    counts: Places,
    order: Places,
    totals: NDArray[np.float64],
    shares: NDArray[np.float64],
    rounds: int,
    few: float,
) -> Places:
    parts, groups = len(shares), len(starts) - 1
    has = np.zeros((len(totals), parts))  # of each label in each part
    size = np.zeros(parts)
    whole = counts.sum()
    part = np.full(groups, -1, np.int64)
    for _ in range(rounds + 1):
        moved = 0
        for group in order:
            first, last = starts[group], starts[group + 1]
            mine, rarest = 0, np.inf
            for at in range(first, last):
                mine += counts[at]
                rarest = min(rarest, totals[labels[at]])
            weight = few / (few + rarest)
            before = part[group]
            if before >= 0:
                for at in range(first, last):
                    has[labels[at], before] -= counts[at]
                size[before] -= mine
            best, least = before, np.inf
            for p in range(parts):
                if shares[p] <= 0:
                    continue
                # How much farther from the shares it gets: of squares, what one more of each adds.
                cost = weight * mine * (2 * (size[p] - shares[p] * whole) + mine) / (shares[p] * whole)
                for at in range(first, last):
                    wanted = shares[p] * totals[labels[at]]
                    cost += counts[at] * (2 * (has[labels[at], p] - wanted) + counts[at]) / wanted
                # It stays where it was unless elsewhere is better by more than rounding.
                if cost < least - (1e-9 if p != before else -1e-9):
                    best, least = p, cost
            for at in range(first, last):
                has[labels[at], best] += counts[at]
            size[best] += mine
            if best != before:
                part[group] = best
                moved += 1
        if moved == 0:
            break
    return part
