"""Which faces without a name are most worth one: the run is not sure of them, many are like them, no two are alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from anitui.train.review.files import Floats, Integers
from anitui.train.review.nearest import nearest

_NEIGHBOURS = 10
_CONSIDERED = 10  # times as many as are asked for, the most uncertain
MOST_CONSIDERED = 20_000


def considered(unsure: Floats, limit: int) -> Integers:
    """The rows that are worth a closer look."""
    number = min(len(unsure), max(1_000, _CONSIDERED * limit), MOST_CONSIDERED)
    found: Integers = np.sort(np.argsort(-unsure, kind="stable")[:number])
    return found


def density(vectors: Floats, rows: Integers) -> Iterator[tuple[int, Floats]]:
    """How near the nearest of each row are, 0 to 1, block by block: who stands alone teaches little of the others."""
    done = 0
    for part, near in nearest(vectors, rows, _NEIGHBOURS):
        done += len(part)
        there = near.rows >= 0
        cosines = np.where(there, np.clip(near.cosines, 0, 1), 0)
        yield done, (cosines.sum(1) / np.maximum(there.sum(1), 1)).astype(np.float32)


def spread(vectors: Floats, worth: Floats, limit: int) -> Integers:
    """Rows in the order to label them in: each the one that is worth most by how far it is from all before it.

    That is k-centre greedy, weighed: it begins with what is worth most, and takes nothing twice. The same every time.
    """
    number = min(limit, len(worth))
    chosen = np.zeros(number, np.int64)
    apart = np.ones(len(worth), np.float32)  # from the nearest that is chosen: 0 to 1
    left = np.ones(len(worth), bool)
    for place in range(number):
        chosen[place] = at = int(np.where(left, worth * apart, -1).argmax())
        left[at] = False
        np.minimum(apart, np.clip(1 - vectors @ vectors[at], 0, 1), out=apart)
    return chosen
