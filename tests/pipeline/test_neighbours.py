from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from anitui.pipeline import entries, neighbours
from anitui.pipeline.entries import Entries, gathered
from anitui.store.bands import cut
from tests.store.hashed import Pairs, by_hand, some_hashes


def entered(bits: NDArray[np.uint64], part: NDArray[np.int32] | None = None) -> Entries:
    part = np.zeros(len(bits), np.int32) if part is None else part
    ids = np.arange(1, len(bits) + 1)
    order = np.lexsort((ids, bits, part))
    side = np.full(len(bits), 3, np.uint8)
    return gathered(pa.table({"id": ids[order], "bits": bits[order], "side": side, "part": part[order]}))


def read(tables: list[pa.Table]) -> Pairs:
    found: Pairs = {}
    for table in tables:
        for a, b, distance in zip(
            *(table.column(name).to_pylist() for name in ("a_id", "b_id", "distance")), strict=True
        ):
            assert (a, b) not in found, "a pair is found once"
            found[a, b] = distance
    return found


def all_pairs(entered_: Entries, plan: neighbours.Plan, lo: int, hi: int, first_step: int = 0) -> Pairs:
    near = neighbours.search(entered_, plan, lo, hi, first_step)
    tables = [table for each in near for table in entries.owners_of(entered_, each, crossed=False)]
    return read(tables + (list(entries.equal_owners(entered_)) if lo == 0 else []))


def banded(entered_: Entries, hi: int, bands: int, tasks: int = 3) -> neighbours.Plan:
    return neighbours.Plan((neighbours.Pass(0, len(entered_), cut(hi, bands), tasks),))


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize(
    ("lo", "hi", "bands"),
    [(0, 0, 3), (0, 1, 3), (0, 4, 3), (2, 4, 5), (0, 8, 3), (0, 8, 4), (3, 8, 6), (0, 10, 4), (0, 16, 5), (0, 22, 6)],
)
def test_bands_find_what_comparing_each_with_each_finds(skewed: bool, lo: int, hi: int, bands: int) -> None:
    bits = some_hashes(hi, 900, skewed=skewed)
    entered_ = entered(bits)
    assert all_pairs(entered_, banded(entered_, hi, bands), lo, hi) == by_hand(bits, lo, hi)


@pytest.mark.parametrize("hi", [0, 4, 8, 16, 33, 64])
def test_the_plan_is_exact_whatever_it_chooses(hi: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bits = some_hashes(hi, 700, skewed=True)
    entered_ = entered(bits)
    expected = by_hand(bits, 0, hi)
    assert all_pairs(entered_, neighbours.plan(entered_, hi), 0, hi) == expected
    monkeypatch.setattr(neighbours, "SMALL_PART", 10)
    assert all_pairs(entered_, neighbours.plan(entered_, hi), 0, hi) == expected


def test_many_hashes_are_cut_into_bands_and_hopeless_distances_are_not() -> None:
    bits = np.random.default_rng(1).integers(0, 2**64, 200_000, dtype=np.uint64)
    assert len(neighbours.choose(bits, 4)) >= 2
    assert len(neighbours.choose(bits, 0)) >= 2
    assert neighbours.choose(bits[:50], 4) == ()
    assert neighbours.choose(bits[:20_000], 40) == ()


@settings(max_examples=40, deadline=None)
@given(
    base=st.integers(0, 2**64 - 1),
    changes=st.lists(st.sets(st.integers(0, 63), max_size=10), min_size=1, max_size=30),
    hi=st.integers(0, 20),
    bands=st.integers(3, 7),
)
def test_any_few_hashes_around_one(base: int, changes: list[set[int]], hi: int, bands: int) -> None:
    bits = np.array([base ^ sum(1 << bit for bit in change) for change in changes], np.uint64)
    entered_ = entered(bits)
    assert all_pairs(entered_, banded(entered_, hi, bands), 0, hi) == by_hand(bits, 0, hi)


def test_parts_small_and_large_are_compared_each_within_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    bits = some_hashes(3, 1_200, skewed=True)
    part = (
        np.random.default_rng(4).choice(8, len(bits), p=[0.3, 0.02, 0.02, 0.3, 0.3, 0.02, 0.02, 0.02]).astype(np.int32)
    )
    monkeypatch.setattr(neighbours, "SMALL_PART", 100)
    entered_ = entered(bits, part)
    plan = neighbours.plan(entered_, 6)
    assert len(plan.passes) == 5
    expected = {(a, b): d for (a, b), d in by_hand(bits, 0, 6).items() if part[a - 1] == part[b - 1]}
    assert all_pairs(entered_, plan, 0, 6) == expected


def test_a_search_goes_on_at_any_step() -> None:
    bits = some_hashes(5, 900, skewed=True)
    entered_ = entered(bits)
    plan = banded(entered_, 6, 3, tasks=4)
    steps = [len(near.one) for near in neighbours.search(entered_, plan, 0, 6)]
    assert len(steps) == plan.steps == 12
    for first in (1, 4, 7, 11):
        assert [len(near.one) for near in neighbours.search(entered_, plan, 0, 6, first)] == steps[first:]
    assert sum(steps[4:]), "there is something to find behind the first band"


def test_a_bucket_of_two_thousand_equal_hashes_is_complete_and_its_neighbours_too() -> None:
    bits = np.array([5] * 2_000 + [4, 7, 2**63], np.uint64)
    entered_ = entered(bits)
    found = all_pairs(entered_, neighbours.plan(entered_, 2), 0, 2)
    assert found == by_hand(bits, 0, 2)
    assert sum(distance == 0 for distance in found.values()) == 1_999_000


def test_a_giant_bucket_is_stood_for_by_its_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "BUCKET", 3)
    entered_ = entered(np.array([9, 1, 1, 1, 1, 0, 0], np.uint64))
    found = all_pairs(entered_, banded(entered_, 1, 3), 0, 1)
    assert found == {(2, 3): 0, (2, 4): 0, (2, 5): 0, (6, 7): 0, (1, 2): 1, (2, 6): 1, (2, 7): 1}
    assert entries.count_equal(entered_) == 4
    counts = [
        entries.count_owners(entered_, each, crossed=False)
        for each in neighbours.search(entered_, banded(entered_, 1, 3), 0, 1)
    ]
    assert int(np.sum(counts)) == 3
    assert entries.giants(entered_) == 4


def test_pairs_come_in_tables_of_a_moderate_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "AT_ONCE", 7)
    bits = np.array([0] * 9 + [1] * 5 + [3], np.uint64)
    entered_ = entered(bits)
    tables = list(entries.equal_owners(entered_))
    for near in neighbours.search(entered_, banded(entered_, 2, 3, tasks=1), 0, 2):
        tables += entries.owners_of(entered_, near, crossed=False)
    assert max(len(table) for table in tables) == 7
    assert read(tables) == by_hand(bits, 0, 2)


def test_nobody_and_one_alone() -> None:
    for bits in (np.zeros(0, np.uint64), np.zeros(1, np.uint64)):
        entered_ = entered(bits)
        assert all_pairs(entered_, neighbours.plan(entered_, 4), 0, 4) == {}


def test_it_works_where_nothing_can_be_kept(tmp_path: Path) -> None:
    """Neither beside the code nor in the user's own folder."""
    script = (
        "import numba.core.caching as caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "import numpy as np\n"
        "from anitui.pipeline import compiled\n"
        "print(compiled.share_near(np.array([1, 3], np.uint64), np.array([3], np.uint64), 1))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "1\n", done.stderr
