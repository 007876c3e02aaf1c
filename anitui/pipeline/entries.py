"""Who has which hash, as arrays: the form in which the compiled search reads them.

An entry is a hash with all who have it (of one side, in one part): the search compares entries, and what it finds
is expanded to their owners. So a thousand equal hashes cost as much as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline import compiled
from anitui.store.pairs import BUCKET

if TYPE_CHECKING:
    import pyarrow

Integers: TypeAlias = NDArray[np.int64]

AT_ONCE = 1_000_000  # pairs of owners in one table


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries in the order of their parts, then hashes, then sides; the owners of each lie together, by id."""

    bits: NDArray[np.uint64]
    side: NDArray[np.uint8]
    parts: Integers  # where each part begins among the entries, and the end of the last
    starts: Integers  # where the owners of each entry begin, and the end of the last
    owners: Integers

    def __len__(self) -> int:
        return len(self.bits)


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of entries, by their places, and how many bits differ."""

    one: NDArray[np.int32]
    other: NDArray[np.int32]
    distance: NDArray[np.uint8]


def gathered(table: pyarrow.Table) -> Entries:
    """From a table of id, bits, side and part, sorted by part, bits, side and id."""
    ids, bits, side, part = (table.column(name).to_numpy() for name in ("id", "bits", "side", "part"))
    if not len(ids):
        nothing = np.zeros(1, np.int64)
        return Entries(bits, side, nothing, nothing, ids)
    begins = np.ones(len(ids), bool)
    begins[1:] = (bits[1:] != bits[:-1]) | (side[1:] != side[:-1]) | (part[1:] != part[:-1])
    starts = np.append(begins.nonzero()[0], len(ids))
    bits, side, part = bits[begins], side[begins], part[begins]
    parts = np.concatenate(([0], (part[1:] != part[:-1]).nonzero()[0] + 1, [len(part)])).astype(np.int64)
    return Entries(bits, side, parts, starts, ids)


def owners_of(entries: Entries, near: Near, *, crossed: bool) -> Iterator[pyarrow.Table]:
    """The pairs of those who have the hashes: a_id, b_id, distance.

    Of a giant entry only the first has pairs with other hashes. `crossed`: see `equal_owners`.
    """
    numbers = _pairs_of(entries, near, crossed)
    ends = np.cumsum(numbers)
    total = int(ends[-1]) if len(ends) else 0
    for first in range(0, total, AT_ONCE):
        last = min(first + AT_ONCE, total)
        yield _table(
            *compiled.expand(
                entries.starts, entries.owners, near.one, near.other, near.distance, ends, first, last, BUCKET, crossed
            )
        )


def count_owners(entries: Entries, near: Near, *, crossed: bool) -> Integers:
    """How many pairs `owners_of` would give, for each distance from 0 to 64."""
    numbers = _pairs_of(entries, near, crossed)
    return np.bincount(near.distance, numbers, 65).astype(np.int64)


def _pairs_of(entries: Entries, near: Near, crossed: bool) -> Integers:
    one, other = (entries.starts[each + 1] - entries.starts[each] for each in (near.one, near.other))
    numbers: Integers = np.where(one > BUCKET, 1, one) * np.where(other > BUCKET, 1, other)
    if crossed:
        both_ways = (near.distance == 0) & ((one > BUCKET) | (other > BUCKET))
        numbers = np.where(both_ways, one + other - 1, numbers)
    return numbers


def equal_owners(entries: Entries) -> Iterator[pyarrow.Table]:
    """The pairs of those who have the very same hash, within each entry: a_id, b_id, 0.

    A giant entry gives the pairs of its first with each of the others. Where two sets are held against each other,
    who is of one side only has no pairs here; an equal hash of the other side is another entry.
    """
    partners = _partners(entries)
    ends = np.cumsum(partners)
    total = int(ends[-1]) if len(ends) else 0
    for first in range(0, total, AT_ONCE):
        last = min(first + AT_ONCE, total)
        yield _table(*compiled.expand_equal(entries.owners, partners, ends, first, last))


def count_equal(entries: Entries) -> int:
    """How many pairs `equal_owners` would give."""
    return int(_partners(entries).sum())


def giants(entries: Entries) -> int:
    """How many are owners of giant entries."""
    sizes = np.diff(entries.starts)
    return int(sizes[sizes > BUCKET].sum())


def _partners(entries: Entries) -> Integers:
    """For each owner how many of those behind it in the same entry it is a pair with."""
    sizes = np.diff(entries.starts)
    partners: Integers = np.repeat(entries.starts[1:], sizes) - np.arange(len(entries.owners)) - 1
    giant = np.repeat(sizes > BUCKET, sizes)
    giant[entries.starts[:-1][sizes > 0]] = False  # its first has them all
    partners[giant | np.repeat(entries.side != 3, sizes)] = 0
    return partners


def _table(a: Integers, b: Integers, distance: NDArray[np.int32]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"a_id": a, "b_id": b, "distance": distance})
