"""Faces that look like one another, as far as a model sees it: so that a whole cluster can be named at once.

Two are linked where each is among the nearest of the other and they are near enough. What hangs together is one
cluster: cut at the distance that most faces have a neighbour within, and cut again, closer, where it is too large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.progress import Event, Work
from anitui.train.review.files import Floats, Integers
from anitui.train.review.nearest import nearest

NEIGHBOURS = 10
SMALLEST = 3
LARGEST = 400  # what is larger hangs together by chains
NEAR_ENOUGH = 0.35  # cosine distance beyond which nobody is taken for the same
_CLOSER = 0.8  # by so much a cut is closer than the one before
_CUTS = 12


@dataclass(frozen=True, slots=True)
class _Links:
    one: Integers
    other: Integers
    apart: Floats


def clusters(vectors: Floats) -> Work[NDArray[np.int32]]:
    """For each row the number of its cluster, the largest is 1; 0 is alone, or of too few."""
    if len(vectors) < SMALLEST:
        return np.zeros(len(vectors), np.int32)
    rows, apart = [], []
    done = 0
    for part, near in nearest(vectors, np.arange(len(vectors)), NEIGHBOURS):
        rows.append(near.rows)
        apart.append(np.where(near.rows < 0, np.float32(3), 1 - near.cosines))
        done += len(part)
        yield Event("looking for faces that are alike", done, len(vectors))
    links = _mutual(np.concatenate(rows), np.concatenate(apart))
    return _numbered(_cut(links, np.arange(len(vectors)), len(vectors), NEAR_ENOUGH, 0))


def _mutual(rows: Integers, apart: Floats) -> _Links:
    """The links of those who are each among the other's nearest."""
    size = np.int64(len(rows))
    one = np.repeat(np.arange(size), rows.shape[1])
    other, far = rows.ravel(), apart.ravel()
    there = other >= 0
    one, other, far = one[there], other[there], far[there]
    both = np.isin(one * size + other, other * size + one)
    once = both & (one < other)
    return _Links(one[once], other[once], far[once])


def _cut(links: _Links, members: Integers, size: int, within: float, depth: int) -> Integers:
    """A number for each row, of those who hang together; -1 for who does not belong to `members`."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    here = np.full(size, -1, np.int64)
    here[members] = np.arange(len(members))
    one, other = here[links.one], here[links.other]
    close = (links.apart <= within) & (one >= 0) & (other >= 0)
    graph = coo_matrix((np.ones(int(close.sum()), bool), (one[close], other[close])), shape=(len(members),) * 2)
    number, of = connected_components(graph, directed=False)
    found = np.full(size, -1, np.int64)
    found[members] = of
    if depth >= _CUTS:
        return found
    large = np.flatnonzero(np.bincount(of, minlength=number) > LARGEST)
    for each in large.tolist():
        inside = members[of == each]
        finer = _cut(links, inside, size, within * _CLOSER, depth + 1)
        found[inside] = finer[inside] + number
        number += int(finer.max()) + 1
    return found


def _numbered(of: Integers) -> NDArray[np.int32]:
    """Large ones first, of equal ones the one with the first row; those of too few are 0."""
    names, first, inverse, sizes = np.unique(of, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    order = order[sizes[order] >= SMALLEST]
    number = np.zeros(len(names), np.int32)
    number[order] = np.arange(1, len(order) + 1)
    found: NDArray[np.int32] = number[inverse]
    return found
