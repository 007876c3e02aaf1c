"""Finding near-duplicates: who is compared, by which of the two searches, and writing down what is found.

What is new is compared with everything by SQL, and so is all of a small collection; what is larger, or within a
column, goes to the compiled search. Both give the same pairs. What finished steps have found is committed with how
far the search is, so a search that was cut off goes on there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.pair_searches import chosen, load_early
from anitui.pipeline.pair_writing import PairWriting, add_up
from anitui.progress import Event, Work
from anitui.store import embeddings, pair_scans, pairs
from anitui.store.catalogue import Catalogue
from anitui.store.distances import COSINE, shown
from anitui.store.pair_members import Group, Members
from anitui.store.pair_search import looks
from anitui.store.pairs import BUCKET, PairOrder
from anitui.words import count

__all__ = ["PairOrder", "PairReport", "find_pairs", "pair_counts"]

FEW_NEW = BUCKET  # up to so many new ones are looked up one by one
LOOKS = 4_000_000  # and so many times in all

_one_at_a_time = threading.Lock()


@dataclass(slots=True)
class PairReport:
    """What a search came to. `found` counts what it found, in earlier runs of the same search as well."""

    found: int = 0
    new: int = 0
    open: int = 0
    compared: int = 0  # pictures or faces that took part
    left_out: int = 0  # without a value in the column that the search was within
    per_distance: dict[int, int] = field(default_factory=dict)  # of what was found now
    open_per_distance: dict[int, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class PairCounts:
    """How many pairs there are at each distance."""

    per_distance: dict[int, int] = field(default_factory=dict)
    compared: int = 0
    left_out: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def find_pairs(catalogue: Catalogue, order: PairOrder) -> Work[PairReport]:
    """Find all pairs that `order` asks for and add them to `pairs`. Closing it keeps what is done."""
    order.check()
    started = time.monotonic()
    report = PairReport()
    with _alone():
        yield Event("reading the hashes")
        with Members(catalogue, order) as members:
            news = members.news()
            few = {mode for mode, (new, old) in news.items() if _few(order, new, old)}
            if order.algorithm != COSINE:
                load_early(max((new + old for mode, (new, old) in news.items() if new and mode not in few), default=0))
            pair_scans.forget_stale(catalogue, members)
            _check_any(catalogue, order, news)
            report.compared = sum(new + old for new, old in news.values())
            for mode in sorted(few):
                _find_new(catalogue, members, mode, report)
                yield Event("comparing what is new", 1, 1, counts={"pairs": report.found})
            if not order.remembers or any(new and mode not in few for mode, (new, _) in news.items()):
                for group in members.gather():
                    if group.mode not in few and news[group.mode][0]:
                        yield from _find_all(catalogue, members, group, report)
            report.left_out = members.left_out
        _tell_modes(order, news, report.notes)
        _tell_left_out(order, report.left_out, report.notes)
        if order.remembers and not any(new for new, _ in news.values()):
            far = shown(order.algorithm, order.hi)
            report.notes.append(f"nothing is new: all were compared up to a distance of {far} before")
        report.seconds = time.monotonic() - started
        yield Event("counting what is open")
        report.open_per_distance = pairs.histogram_open(catalogue, order.kind, order.algorithm)
        report.open = sum(report.open_per_distance.values())
        return report


def pair_counts(
    catalogue: Catalogue,
    kind: str = "image",
    algorithm: str = "dhash",
    up_to: int = 10,
    within: str | None = None,
    between: tuple[str, str] | None = None,
) -> Work[PairCounts]:
    """How many pairs there are at each distance up to `up_to`, known or not; nothing is written."""
    order = PairOrder(kind, algorithm, 0, up_to, within, between)
    order.check()
    started = time.monotonic()
    totals = dict.fromkeys(range(up_to + 1), 0)
    result = PairCounts(totals)
    yield Event("reading the hashes")
    with Members(catalogue, order, remember=False) as members:
        news = members.news()
        if algorithm != COSINE:
            load_early(max((new for new, _ in news.values()), default=0))
        _check_any(catalogue, order, news)
        result.compared = sum(new for new, _ in news.values())
        for group in members.gather():
            search = chosen(members, group)
            _tell_flat(search.flat, result.notes)
            if within is not None:
                # Two may share more than one value, and are one pair all the same.
                with closing(search.pairs(0)) as steps:
                    for done, tables in enumerate(steps, 1):
                        for table in tables:
                            members.keep(table)
                        yield Event("counting pairs", done, search.steps)
                continue
            with closing(search.counts()) as counted:
                for done, numbers in enumerate(counted, 1):
                    for distance in totals:
                        totals[distance] += int(numbers[distance])
                    yield Event("counting pairs", done, search.steps, counts={"pairs": sum(totals.values())})
        if within is not None:
            totals.update(members.kept())
        result.left_out = members.left_out
    _tell_modes(order, news, result.notes)
    _tell_left_out(order, result.left_out, result.notes)
    result.seconds = time.monotonic() - started
    return result


@contextmanager
def _alone() -> Iterator[None]:
    if not _one_at_a_time.acquire(blocking=False):
        raise AnituiError("a search for pairs is at work already: wait until it is done, then start this one")
    try:
        yield
    finally:
        _one_at_a_time.release()


def _few(order: PairOrder, new: int, old: int) -> bool:
    if order.algorithm == COSINE:  # a matrix product knows no quicker way
        return False
    return order.remembers and 0 < new <= min(FEW_NEW, old // 4) and new * looks(order.hi) <= LOOKS


def _find_new(catalogue: Catalogue, members: Members, mode: str, report: PairReport) -> None:
    found = members.near_new(mode)
    scan = pair_scans.begin(catalogue, members, mode, f"new:{len(found)}", 1)
    report.new += pair_scans.finish(catalogue, scan, found, 1, len(found), members)
    report.found += scan.found
    add_up(report.per_distance, found)


def _find_all(catalogue: Catalogue, members: Members, group: Group, report: PairReport) -> Work[None]:
    search = chosen(members, group)
    _tell_flat(search.flat, report.notes)
    scan = pair_scans.begin(catalogue, members, group.mode, members.checksum(group.mode), search.steps)
    if scan.steps_done:
        report.notes.append(f"it went on behind step {scan.steps_done:,} of {search.steps:,}, where it was cut off")
    with PairWriting(catalogue, scan) as writing:
        try:
            with closing(search.pairs(scan.steps_done)) as steps:
                for done, tables in enumerate(steps, scan.steps_done + 1):
                    for table in tables:
                        writing.take(table)
                    writing.step(done)
                    yield Event("comparing", done, search.steps, counts={"pairs": writing.taken})
            writing.finish(members if members.order.remembers else None)
        finally:
            writing.leave()
            report.found += scan.found
            report.new += writing.new
            for distance, number in writing.per_distance.items():
                report.per_distance[distance] = report.per_distance.get(distance, 0) + number


def _check_any(catalogue: Catalogue, order: PairOrder, news: dict[str, tuple[int, int]]) -> None:
    if not news:
        if order.algorithm == COSINE:
            embeddings.check_any(catalogue, order.kind)
        if order.kind == "face":
            raise WrongUse(f"there is no face with a {order.algorithm} in the catalogue yet")
        raise WrongUse(f"there is no picture with a {order.algorithm} yet: `anitui import` takes pictures in")


def _tell_modes(order: PairOrder, news: dict[str, tuple[int, int]], notes: list[str]) -> None:
    sizes = {mode: new + old for mode, (new, old) in news.items()}
    if len(sizes) > 1:
        told = " and ".join(f"{number:,} {mode}" for mode, number in sizes.items())
        notes.append(f"there are {told} hashes, and only those of one mode are compared with each other")


def _tell_left_out(order: PairOrder, number: int, notes: list[str]) -> None:
    if number:
        one = "picture has" if order.kind == "image" else "face has"
        many = "pictures have" if order.kind == "image" else "faces have"
        notes.append(f"{count(number, one, many)} no {order.within} and took no part")


def _tell_flat(flat: int, notes: list[str]) -> None:
    if flat:
        notes.append(
            f"{flat:,} have a hash that more than {BUCKET:,} have, as flat pictures do: "
            "of these each is a pair with the first of its like alone"
        )
