"""The search for near hashes among millions: exact, in compiled loops on all cores, one small task after the other.

The same looking up of bands as in SQL (see `store.bands`), but how the bits are cut is chosen by a sample of the
hashes themselves: real hashes are far from evenly spread. Small parts are compared all with all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline import compiled
from anitui.pipeline.engine import cores
from anitui.pipeline.entries import Entries, Near
from anitui.store.bands import BITS, Band, cut

# Up to so many entries, a part is compared all with all.
SMALL_PART = 6_000
WIDEST = 23  # bits of a band: there is a table of all its values
SAMPLE = 2_048

# What the parts of a search cost, in nanoseconds on one core; only their relations matter.
_LOOK_UP, _COMPARE, _TABLE, _SORT = 4.0, 1.1, 1.5, 25.0


@dataclass(frozen=True, slots=True)
class Pass:
    """Entries that are compared with each other, and by which bands. Without a band: all with all, part by part."""

    first: int
    last: int
    bands: tuple[Band, ...]
    tasks: int  # for each band


@dataclass(frozen=True, slots=True)
class Plan:
    """How a search goes; the same entries always have the same plan, so that it can go on later."""

    passes: tuple[Pass, ...]

    @property
    def steps(self) -> int:
        return sum(max(1, len(each.bands)) * each.tasks for each in self.passes)


def plan(entries: Entries, high: int) -> Plan:
    """Large parts have bands of their own, the small parts between them are taken together."""
    sizes = np.diff(entries.parts)
    passes: list[Pass] = []
    small_from = 0
    for part in [*(sizes > SMALL_PART).nonzero()[0].tolist(), len(sizes)]:
        begin = int(entries.parts[part])
        if begin > small_from:
            passes.append(Pass(small_from, begin, (), _tasks(begin - small_from)))
        if part < len(sizes):
            small_from = int(entries.parts[part + 1])
            bands = choose(entries.bits[begin:small_from], high)
            passes.append(Pass(begin, small_from, bands, _tasks(small_from - begin)))
    return Plan(tuple(passes))


def _tasks(entries: int) -> int:
    return min(max(1, entries // 2_048), 128)


def choose(bits: NDArray[np.uint64], high: int) -> tuple[Band, ...]:
    """The cheapest cut for these hashes, judged by a sample; none at all when all with all is cheaper."""
    number = len(bits)
    sampled_size = min(SAMPLE, number, max(512, number // 10))
    sample = bits[np.random.default_rng(7).choice(number, sampled_size, replace=False)]
    pairs, sampled = number * (number - 1) / 2, len(sample) * (len(sample) - 1) / 2
    best: tuple[Band, ...] = ()
    least = pairs * _COMPARE
    for bands in range(1, max(4, min(high + 1, 9)) + 1):
        candidate = cut(high, bands)
        if max(len(band.bits) for band in candidate) > WIDEST or len(bits) < 2:
            continue
        cost = 0.0
        for band in candidate:
            width = len(band.bits)
            around = sum(comb(width, size) for size in range(band.radius + 1))
            keys = min(number, 1 << width)
            cost += keys * around * _LOOK_UP / 2 + (1 << width) * _TABLE + number * _SORT
            if cost < least:
                near = compiled.share_near(sample, np.array([band.mask], np.uint64), band.radius)
                cost += near / sampled * pairs * _COMPARE
            if cost >= least:
                break
        else:
            best, least = candidate, cost
    return best


def search(
    entries: Entries, chosen: Plan, low: int, high: int, first_step: int = 0, threads: int | None = None
) -> Generator[Near, None, None]:
    """The pairs of different entries that are `low`..`high` bits apart, step by step in the plan's order.

    Closing it waits for the tasks that run, which are short.
    """
    threads = threads or cores()
    step = 0
    for each in chosen.passes:
        arranged = None
        for index in range(max(1, len(each.bands))):
            skipped = max(0, min(each.tasks, first_step - step))
            step += each.tasks
            if skipped == each.tasks:
                continue
            if arranged is None:
                order = [bit for band in each.bands for bit in band.bits] or list(range(BITS))
                arranged = compiled.arrange(entries.bits[each.first : each.last], np.array(order, np.uint64))
            sorted_ = _by_band(arranged, each.bands, index) if each.bands else _by_part(entries, each)
            yield from _in_tasks(entries, each, arranged, sorted_, index, (low, high), skipped, threads)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Entries in the order of a key: where each key begins, the places of the entries, their keys, and the flips."""

    offsets: NDArray[np.int32]
    places: NDArray[np.int32]
    keys: NDArray[np.int32]
    flips: NDArray[np.int32]


def _by_band(arranged: NDArray[np.uint64], bands: tuple[Band, ...], index: int) -> _Sorted:
    shift, width = sum(len(band.bits) for band in bands[:index]), len(bands[index].bits)
    offsets, places, keys = compiled.bucket(arranged, shift, width)
    # In order, so that those whose highest bit a key has, which are not for it, come together.
    flips = np.array(sorted([0, *bands[index].flips(range(width))]), np.int32)
    return _Sorted(offsets, places, keys, flips)


def _by_part(entries: Entries, each: Pass) -> _Sorted:
    parts = entries.parts[(entries.parts >= each.first) & (entries.parts <= each.last)] - each.first
    keys = np.repeat(np.arange(len(parts) - 1, dtype=np.int32), np.diff(parts))
    places = np.arange(each.last - each.first, dtype=np.int32)
    return _Sorted(parts.astype(np.int32), places, keys, np.zeros(1, np.int32))


def _in_tasks(
    entries: Entries,
    each: Pass,
    arranged: NDArray[np.uint64],
    sorted_: _Sorted,
    index: int,
    distances: tuple[int, int],
    skipped: int,
    threads: int,
) -> Generator[Near, None, None]:
    """One band, cut into tasks, with a few of them ahead of the one whose finds are given out."""
    bits = arranged[sorted_.places]
    side = entries.side[each.first : each.last][sorted_.places]
    places = sorted_.places + np.int32(each.first)
    shifts = np.cumsum([0, *(len(band.bits) for band in each.bands)])
    earlier = range(index)
    masks = [((1 << len(each.bands[z].bits)) - 1) << int(shifts[z]) for z in earlier]
    seen = np.array(masks, np.uint64), np.array([each.bands[z].radius for z in earlier], np.uint64)
    edges = np.linspace(0, len(bits), each.tasks + 1).astype(np.int64)
    with ThreadPoolExecutor(threads, "pairs") as pool:
        running: deque[Future[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]]] = deque()
        try:
            for task in range(skipped, each.tasks + 2 * threads):
                if task < each.tasks:
                    running.append(
                        pool.submit(
                            compiled.scan, bits, side, places, sorted_.keys, sorted_.offsets, sorted_.flips,
                            *distances, *seen, int(edges[task]), int(edges[task + 1]),
                        )
                    )  # fmt: skip
                if running and (task >= skipped + 2 * threads or task >= each.tasks):
                    yield Near(*running.popleft().result())
        finally:
            for future in running:
                future.cancel()
