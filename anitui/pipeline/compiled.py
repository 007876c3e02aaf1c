"""The inner loops of the search for pairs, compiled when they are first called and kept for the next start.

They let other threads run, and work on plain arrays. Where no folder can take the compiled code, it is compiled anew
in every process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.extending import intrinsic
from numpy.typing import NDArray

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled_loop(loop: Loop) -> Loop:
    """Compile a loop when it is first called."""
    try:
        return cast(Loop, numba.njit(nogil=True, cache=True)(loop))
    except RuntimeError:  # there is no folder for it
        return cast(Loop, numba.njit(nogil=True)(loop))


def _ones(context: Any, number: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return numba.types.uint64(numba.types.uint64), generate


ones = cast(Callable[[Any], Any], intrinsic(_ones))


@compiled_loop
def arrange(bits: NDArray[np.uint64], order: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The same hashes with their bits in another order: bit `order[i]` becomes bit i."""
    arranged = np.empty_like(bits)
    for index in range(len(bits)):
        value = np.uint64(0)
        for place in range(64):
            value |= ((bits[index] >> order[place]) & np.uint64(1)) << np.uint64(place)
        arranged[index] = value
    return arranged


@compiled_loop
def bucket(
    bits: NDArray[np.uint64], shift: int, width: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Sort by the key that lies at `shift`: where each key begins, the places in the new order, and their keys."""
    keys = 1 << width
    mask, by = np.uint64(keys - 1), np.uint64(shift)
    offsets = np.zeros(keys + 1, np.int32)
    for index in range(len(bits)):
        offsets[np.int64((bits[index] >> by) & mask) + 1] += 1
    for key in range(keys):
        offsets[key + 1] += offsets[key]
    at = offsets[:keys].copy()
    places = np.empty(len(bits), np.int32)
    key_of = np.empty(len(bits), np.int32)
    for index in range(len(bits)):
        found = np.int64((bits[index] >> by) & mask)
        places[at[found]] = index
        key_of[at[found]] = found
        at[found] += 1
    return offsets, places, key_of


@compiled_loop
def share_near(bits: NDArray[np.uint64], mask: NDArray[np.uint64], radius: int) -> int:
    """How many pairs of these differ by at most `radius` bits under the mask."""
    number = 0
    for a in range(len(bits)):
        for b in range(a + 1, len(bits)):
            if ones((bits[a] ^ bits[b]) & mask[0]) <= np.uint64(radius):
                number += 1
    return number


def load() -> None:
    """Do what the first call of any loop does: have all that compiled code needs loaded."""
    share_near(np.zeros(1, np.uint64), np.zeros(1, np.uint64), 0)


@compiled_loop
def scan(
    bits: NDArray[np.uint64],
    side: NDArray[np.uint8],
    places: NDArray[np.int32],
    keys: NDArray[np.int32],
    offsets: NDArray[np.int32],
    flips: NDArray[np.int32],
    low: int,
    high: int,
    seen_masks: NDArray[np.uint64],
    seen_radii: NDArray[np.uint64],
    first: int,
    last: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """The near pairs whose one half lies at `first` to `last` of the sorted entries; each pair is met once.

    The other half has the same key, or one that differs by a flip and is larger.
    """
    lowest, highest = np.uint64(low), np.uint64(high)
    capacity, number = 1024, 0
    one, other = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    distance = np.empty(capacity, np.uint8)
    near_keys = np.empty(len(flips), np.int32)
    begin = first
    while begin < last:
        key = keys[begin]
        end = min(offsets[key + 1], last)
        # Which keys are taken is beyond guessing, so there is no branch on it.
        near = 0
        for flip in flips:
            near_key = key ^ flip
            if near_key < key:
                continue
            near_keys[near] = near_key
            near += offsets[near_key] != offsets[near_key + 1]
        for near_key in near_keys[:near]:
            b0, b1 = offsets[near_key], offsets[near_key + 1]
            for a in range(begin, end):
                bits_a = bits[a]
                for b in range(a + 1 if near_key == key else b0, b1):
                    differing = bits_a ^ bits[b]
                    apart = ones(differing)
                    if apart > highest or apart < lowest:
                        continue
                    if not ((side[a] & 1) * (side[b] & 2) + (side[a] & 2) * (side[b] & 1)):
                        continue
                    fresh = True
                    for z in range(len(seen_masks)):
                        if ones(differing & seen_masks[z]) <= seen_radii[z]:
                            fresh = False
                            break
                    if not fresh:
                        continue
                    if number == capacity:
                        capacity *= 2
                        grown_one, grown_other = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
                        grown_distance = np.empty(capacity, np.uint8)
                        grown_one[:number] = one
                        grown_other[:number] = other
                        grown_distance[:number] = distance
                        one, other, distance = grown_one, grown_other, grown_distance
                    one[number] = places[a]
                    other[number] = places[b]
                    distance[number] = apart
                    number += 1
        begin = end
    return one[:number].copy(), other[:number].copy(), distance[:number].copy()


@compiled_loop
def expand(
    starts: NDArray[np.int64],
    owners: NDArray[np.int64],
    one: NDArray[np.int32],
    other: NDArray[np.int32],
    distance: NDArray[np.uint8],
    ends: NDArray[np.int64],
    first: int,
    last: int,
    largest: int,
    crossed: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """The pairs of owners number `first` to `last`, where the pairs of entries end at `ends`."""
    a, b = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
    apart = np.empty(last - first, np.int32)
    pair = np.searchsorted(ends, first, side="right")
    for number in range(first, last):
        while ends[pair] <= number:
            pair += 1
        within = number - (ends[pair - 1] if pair else 0)
        i, j = one[pair], other[pair]
        size_i, size_j = starts[i + 1] - starts[i], starts[j + 1] - starts[j]
        if crossed and distance[pair] == 0 and (size_i > largest or size_j > largest):
            # The first of each with all of the other.
            row, column = (0, within) if within < size_j else (within - size_j + 1, 0)
        else:
            columns = 1 if size_j > largest else size_j
            row, column = within // columns, within % columns
        left, right = owners[starts[i] + row], owners[starts[j] + column]
        at = number - first
        a[at], b[at], apart[at] = min(left, right), max(left, right), distance[pair]
    return a, b, apart


@compiled_loop
def expand_equal(
    owners: NDArray[np.int64],
    partners: NDArray[np.int64],
    ends: NDArray[np.int64],
    first: int,
    last: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """The pairs number `first` to `last`, where each owner has so many partners right behind it."""
    a, b = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
    owner = np.searchsorted(ends, first, side="right")
    for number in range(first, last):
        while ends[owner] <= number:
            owner += 1
        a[number - first] = owners[owner]
        b[number - first] = owners[owner + 1 + number - (ends[owner] - partners[owner])]
    return a, b, np.zeros(last - first, np.int32)
