"""Near hashes as edges between those who have them: what must not lie on two sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]  # which of the nodes

ALL_WITH_ALL = 12_000  # hashes


@dataclass(frozen=True, slots=True)
class Hashed:
    """Different hashes, and which of them each node has."""

    bits: NDArray[np.uint64]
    nodes: Places  # in the order of their hashes
    starts: Places  # where the nodes of each hash begin, and the end of the last

    @classmethod
    def of(cls, nodes: Places, bits: NDArray[np.uint64]) -> Hashed:
        order = np.lexsort((nodes, bits))
        sorted_bits = bits[order]
        begins = np.ones(len(bits), bool)
        begins[1:] = sorted_bits[1:] != sorted_bits[:-1]
        starts = np.append(begins.nonzero()[0], len(bits)).astype(np.int64)
        return cls(sorted_bits[begins], nodes[order], starts)

    def __len__(self) -> int:
        return len(self.bits)


def pairs(hashed: Hashed, within: int) -> Iterator[tuple[Places, Places]]:
    """The pairs of different hashes at most so many bits apart, by their places; each once."""
    from anitui.pipeline import neighbours
    from anitui.pipeline.entries import Entries

    if within < 1 or len(hashed) < 2:
        return
    number = len(hashed)
    entries = Entries(
        hashed.bits, np.full(number, 3, np.uint8), np.array([0, number]), np.arange(number + 1), np.arange(number)
    )
    for found in neighbours.search(entries, neighbours.plan(entries, within), 1, within):
        if len(found.one):
            yield found.one.astype(np.int64), found.other.astype(np.int64)


def edges(hashed: Hashed, within: int, apart: frozenset[tuple[int, int]]) -> Iterator[tuple[Places, Places]]:
    """Edges between nodes that keep near ones together, but for those of whom a person said that they are different.

    Those of one hash hang on the first of them, and of two near hashes the first on the first: that reaches all. Who
    is different from anybody is looked at by itself.
    """
    special = np.array(sorted({node for pair in apart for node in pair}), np.int64)
    hash_of = np.repeat(np.arange(len(hashed)), np.diff(hashed.starts))
    plain = ~np.isin(hashed.nodes, special)
    # The first plain node of each hash; -1 where all are special.
    first = np.full(len(hashed), -1, np.int64)
    places = plain.nonzero()[0][::-1]
    first[hash_of[places]] = hashed.nodes[places]
    hangs = plain & (first[hash_of] != hashed.nodes)
    yield first[hash_of[hangs]], hashed.nodes[hangs]
    specials: dict[int, list[int]] = {}
    for place in (~plain).nonzero()[0]:
        specials.setdefault(int(hash_of[place]), []).append(int(hashed.nodes[place]))
    around = np.zeros(len(hashed), bool)
    around[list(specials)] = True
    near: list[tuple[int, int]] = [(each, each) for each in specials]
    for one, other in pairs(hashed, within):
        both = (first[one] >= 0) & (first[other] >= 0)
        yield first[one[both]], first[other[both]]
        touched = around[one] | around[other]
        near += zip(one[touched].tolist(), other[touched].tolist(), strict=True)
    if near:
        found = list(_by_hand(hashed, near, specials, apart))
        yield np.array([a for a, _ in found], np.int64), np.array([b for _, b in found], np.int64)


def _by_hand(
    hashed: Hashed, near: list[tuple[int, int]], specials: dict[int, list[int]], apart: frozenset[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    def nodes(hash_: int) -> list[int]:
        found: list[int] = hashed.nodes[hashed.starts[hash_] : hashed.starts[hash_ + 1]].tolist()
        return found

    for one, other in near:
        for a_hash, b_hash in {(one, other), (other, one)}:
            for a in specials.get(a_hash, ()):
                for b in nodes(b_hash):
                    if a != b and (min(a, b), max(a, b)) not in apart:
                        yield a, b


def straddling(hashed: Hashed, part: NDArray[np.int64], within: int, apart: frozenset[tuple[int, int]]) -> Places:
    """Nodes that have a near one in another part, and that nobody said is different. `part` is of each node."""
    hash_of = np.repeat(np.arange(len(hashed)), np.diff(hashed.starts))
    parts = np.zeros(len(hashed), np.int64)
    np.bitwise_or.at(parts, hash_of, 1 << part[hashed.nodes])
    leaking: set[int] = set()
    mixed = (parts & (parts - 1)) != 0
    for one, other, _ in near_pairs(hashed, within, lambda one, other: (parts[one] != parts[other]) | mixed[one]):
        left = hashed.nodes[hashed.starts[one] : hashed.starts[one + 1]].tolist()
        right = hashed.nodes[hashed.starts[other] : hashed.starts[other + 1]].tolist()
        for a in left:
            for b in right:
                if part[a] != part[b] and (min(a, b), max(a, b)) not in apart:
                    leaking.update((a, b))
    return np.array(sorted(leaking), np.int64)


def near_pairs(
    hashed: Hashed, within: int, wanted: Callable[[Places, Places], NDArray[np.bool_]] | None = None
) -> Iterator[tuple[int, int, int]]:
    """All pairs of hashes at most so many bits apart, each with itself as well, one by one: places and distance.

    Few are compared all with all; that is also what the compiled search, which more are left to, is held against.
    """
    every = np.arange(len(hashed), dtype=np.int64)
    found = _all_with_all(hashed, within) if len(hashed) <= ALL_WITH_ALL else pairs(hashed, within)
    for one, other in chain([(every, every)], found):
        if wanted is not None:
            here = wanted(one, other)
            one, other = one[here], other[here]
        distance = np.bitwise_count(hashed.bits[one] ^ hashed.bits[other])
        yield from zip(one.tolist(), other.tolist(), distance.tolist(), strict=True)


def _all_with_all(hashed: Hashed, within: int) -> Iterator[tuple[Places, Places]]:
    for place in range(len(hashed) - 1):
        distance = np.bitwise_count(hashed.bits[place + 1 :] ^ hashed.bits[place])
        other = (distance <= within).nonzero()[0] + place + 1
        if len(other):
            yield np.full(len(other), place, np.int64), other
