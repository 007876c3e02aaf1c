"""Confidence: bins, a temperature that was put in and is found again, and thresholds for "unknown"."""

from __future__ import annotations

import numpy as np
import pytest

from anitui.train.metrics.calibration import (
    HOTTEST,
    at_threshold,
    coverage,
    expected_error,
    fit_temperature,
    reliability,
    threshold_for,
)
from anitui.train.metrics.classification import read


def an_honest_model(seed: int, number: int = 4000, classes: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are as sure as they are right: targets are drawn by their odds."""
    chance = np.random.default_rng(seed)
    logits = chance.normal(size=(number, classes)) * 2
    odds = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return logits, (chance.random((number, 1)) < np.cumsum(odds, 1)).argmax(1)


@pytest.mark.parametrize("factor", [0.4, 1.0, 3.0])
def test_the_temperature_that_was_put_in_is_found_and_mends_the_error(factor: float) -> None:
    logits, targets = an_honest_model(1)
    found = fit_temperature(logits * factor, targets)
    assert found.told == "" and found.value == pytest.approx(factor, rel=0.06)
    before = read(logits * factor, targets)
    after = read(logits * factor, targets, found.value)
    assert np.array_equal(before.best, after.best)  # it changes how sure, never what
    error = [expected_error(reliability(each.sure, each.best == targets)) for each in (before, after)]
    assert error[1] is not None and error[0] is not None and error[1] < 0.02
    if factor != 1.0:
        assert error[0] > 5 * error[1]


def test_what_cannot_be_fitted_is_said() -> None:
    nothing = fit_temperature(np.zeros((0, 4)), np.zeros(0, int))
    assert nothing.value == 1 and "nothing to fit" in nothing.told
    assert fit_temperature(np.zeros((3, 4)), np.full(3, -1)).value == 1
    never_wrong = fit_temperature(np.eye(4) * 9, np.arange(4))
    assert never_wrong.value == 1 and "no mistake" in never_wrong.told
    always_wrong = fit_temperature(np.eye(4) * 9, (np.arange(4) + 1) % 4)
    assert always_wrong.value == HOTTEST and "end of its range" in always_wrong.told


def test_bins_are_of_equal_width_and_hold_their_upper_border() -> None:
    rows = reliability(np.asarray([0.05, 0.2, 0.21, 1.0]), np.asarray([False, True, False, True]), bins=5)
    assert [(each.low, each.number) for each in rows] == [(0.0, 2), (0.2, 1), (0.8, 1)]
    assert rows[0].sure == pytest.approx(0.125) and rows[0].right == 0.5
    # 2/4 · |0.125 − 0.5| + 1/4 · |0.21 − 0| + 1/4 · 0
    assert expected_error(rows) == pytest.approx(0.24)
    assert expected_error(reliability(np.zeros(0), np.zeros(0, bool))) is None


def test_answers_of_equal_confidence_stand_or_fall_together() -> None:
    sure = np.asarray([0.9, 0.9, 0.7, 0.5])
    right = np.asarray([True, False, True, False])
    curve = coverage(sure, right)
    assert curve.threshold.tolist() == [0.9, 0.7, 0.5]
    assert curve.answered.tolist() == [0.5, 0.75, 1.0]
    assert curve.right == pytest.approx([1 / 2, 2 / 3, 1 / 2])
    found = threshold_for(0.6, curve)
    assert found.value == 0.7 and found.answered == 0.75 and found.right == pytest.approx(2 / 3)
    assert threshold_for(0.95, curve).value is None


@pytest.mark.parametrize("seed", range(5))
def test_a_threshold_keeps_its_word_with_as_many_answers_as_possible(seed: int) -> None:
    chance = np.random.default_rng(seed)
    sure = np.round(chance.random(200), 2)
    right = chance.random(200) < sure
    found = threshold_for(0.8, coverage(sure, right))
    shares = {each: right[sure >= each].mean() for each in np.unique(sure)}
    good = [each for each, share in shares.items() if share >= 0.8]
    assert found.value == (min(good) if good else None)
    assert at_threshold(found.value, sure, right) == pytest.approx((found.answered, found.right))


def test_thinning_keeps_both_ends() -> None:
    chance = np.random.default_rng(0)
    curve = coverage(chance.random(5000), chance.random(5000) < 0.5)
    thin = curve.thinned(100)
    assert len(thin.threshold) <= 100
    assert thin.threshold[0] == curve.threshold[0] and thin.answered[-1] == 1.0


def test_of_nothing_nothing_is_answered() -> None:
    curve = coverage(np.zeros(0), np.zeros(0, bool))
    assert threshold_for(0.9, curve).value is None
    assert at_threshold(0.5, np.zeros(0), np.zeros(0, bool)) == (0.0, None)
    assert at_threshold(None, np.ones(3), np.ones(3, bool)) == (0.0, None)
    assert at_threshold(0.5, np.zeros(3), np.ones(3, bool)) == (0.0, None)
