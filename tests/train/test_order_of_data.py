from __future__ import annotations

import numpy as np

from anitui.train.order_of_data import DataOrder

ROWS = np.arange(100, 137)
TARGETS = np.repeat(np.arange(4, dtype=np.int32), [30, 4, 2, 1])


def through(order: DataOrder, first: int, last: int, size: int) -> np.ndarray:
    return np.concatenate([order.batch(step, size) for step in range(first, last)])


def test_each_epoch_shows_everybody_once_in_an_order_of_its_own() -> None:
    order = DataOrder(ROWS, TARGETS, seed=3)
    shown = through(order, 0, 37, 2)  # two epochs
    one, other = shown[:37], shown[37:]
    assert sorted(one) == sorted(other) == list(ROWS)
    assert list(one) != list(other)


def test_it_follows_from_the_seed_wherever_one_begins() -> None:
    whole = through(DataOrder(ROWS, TARGETS, seed=3), 0, 50, 8)
    later = through(DataOrder(ROWS, TARGETS, seed=3), 31, 50, 8)
    assert list(whole[31 * 8 :]) == list(later)
    assert list(whole) != list(through(DataOrder(ROWS, TARGETS, seed=4), 0, 50, 8))


def test_a_batch_may_be_larger_than_all_there_is() -> None:
    batch = DataOrder(ROWS[:3], TARGETS[:3], seed=3).batch(0, 8)
    assert len(batch) == 8
    assert set(batch) == set(ROWS[:3])


def test_rare_classes_are_shown_as_often_as_others() -> None:
    shares = {}
    for balance in ("none", "root", "equal"):
        shown = through(DataOrder(ROWS, TARGETS, 3, balance), 0, 100, 37) - 100
        shares[balance] = np.bincount(TARGETS[shown], minlength=4) / len(shown)
    assert np.allclose(shares["none"], np.array([30, 4, 2, 1]) / 37)
    assert np.allclose(shares["equal"], 0.25, atol=0.01)
    root = np.sqrt([30, 4, 2, 1])
    assert np.allclose(shares["root"], root / root.sum(), atol=0.01)
