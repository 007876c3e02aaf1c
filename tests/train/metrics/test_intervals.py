"""Intervals: known values, what groups do to them, and that nothing of them is left to chance."""

from __future__ import annotations

import numpy as np
import pytest

from anitui.train.metrics.intervals import Interval, Resampling, wilson, wilson_bounds


def test_wilsons_interval_has_the_values_of_the_books() -> None:
    half = wilson(5, 10)
    assert half is not None
    assert half.low == pytest.approx(0.2366, abs=1e-4) and half.high == pytest.approx(0.7634, abs=1e-4)
    all_right = wilson(10, 10)
    assert all_right is not None
    assert all_right.value == 1 and all_right.high == 1 and all_right.low == pytest.approx(0.7225, abs=1e-4)
    assert wilson(0, 0) is None


def test_many_of_wilsons_intervals_are_the_same_as_one_by_one() -> None:
    right, of = np.asarray([0, 3, 7, 0]), np.asarray([4, 3, 20, 0])
    low, high = wilson_bounds(right, of)
    for at in range(3):
        one = wilson(int(right[at]), int(of[at]))
        assert one is not None and one.low == pytest.approx(low[at]) and one.high == pytest.approx(high[at])
    assert np.isnan(low[3]) and np.isnan(high[3])


def test_faces_of_one_group_count_as_one_when_it_comes_to_being_sure() -> None:
    right = np.repeat(np.arange(50) % 2, 20)  # 50 pictures of 20 faces each, all of a picture right or wrong
    alone = Resampling(np.arange(1000)).share(right)
    grouped = Resampling(np.repeat(np.arange(50), 20)).share(right)
    assert alone is not None and grouped is not None
    assert alone.value == grouped.value == 0.5
    assert alone.high is not None and alone.low is not None and grouped.high is not None and grouped.low is not None
    assert (grouped.high - grouped.low) > 3 * (alone.high - alone.low)
    # √(0.25 / 1000) · 2 · 1.96
    assert alone.high - alone.low == pytest.approx(0.062, abs=0.008)


def test_the_same_seed_gives_the_same_interval() -> None:
    right = np.random.default_rng(1).random(300) < 0.7
    of = [Resampling(np.arange(300), seed=seed).share(right) for seed in (3, 3, 4)]
    assert of[0] == of[1] and of[0] != of[2]


def test_sums_and_counts_of_several_calls_are_of_the_same_draws() -> None:
    chance = np.random.default_rng(0)
    groups, classes = chance.integers(0, 40, 200), chance.integers(0, 3, 200)
    drawn = Resampling(groups, 50)
    by_counts = drawn.counts(classes, 3)
    by_sums = drawn.sums(*(classes == each for each in range(3)))
    assert np.array_equal(by_counts, by_sums)
    assert by_counts.sum(axis=1).std() > 0  # groups are not of the same size
    members = np.concatenate([each.sum(axis=1) for each in drawn.member_weights()])
    assert np.array_equal(members, by_counts.sum(axis=1))


def test_of_one_group_or_none_there_is_no_interval() -> None:
    assert Resampling(np.zeros(5, int)).share(np.ones(5)) == Interval(1.0)
    assert Resampling(np.zeros(0, int)).share(np.zeros(0)) is None
