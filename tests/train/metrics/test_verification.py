"""Pairs, against scikit-learn and against ZACI-20's own way of working its numbers out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from sklearn import metrics as oracle

from anitui.train.metrics.verification import (
    OneSided,
    all_pairs,
    best_accuracy,
    intervals,
    rates,
    roc,
)


def a_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    number = int(chance.integers(4, 400))
    same = chance.random(number) < 0.4
    same[:2] = True, False
    scores = chance.normal(size=number) + 1.2 * same
    return (np.round(scores, 1) if seed % 2 else scores), same


@pytest.mark.parametrize("seed", range(14))
def test_the_numbers_are_those_of_scikit_learn_and_of_zaci_20(seed: int) -> None:
    scores, same = a_case(seed)
    curve = roc(scores, same)
    wrong, right, threshold = oracle.roc_curve(same, scores, drop_intermediate=False)
    assert curve.false_positive == pytest.approx(wrong) and curve.true_positive == pytest.approx(right)
    assert curve.threshold[1:] == pytest.approx(threshold[1:])
    assert curve.area == pytest.approx(oracle.roc_auc_score(same, scores))
    # As their evaluate.py does it: straight lines between the points, and where they meet the line FPR = FNR.
    along = interp1d(right, wrong)
    eer = 1.0 - brentq(lambda x: 1.0 - x - along(x), 0.0, 1.0)
    assert curve.equal_error()[0] == pytest.approx(eer, abs=1e-9)
    assert curve.false_positive_at(0.139)[0] == pytest.approx(float(np.interp(0.139, 1 - right[::-1], wrong[::-1])))
    accuracy, at = best_accuracy(scores, same)
    assert accuracy == pytest.approx(max(((scores >= each) == same).mean() for each in [*scores, np.inf]))
    assert ((scores >= at) == same).mean() == pytest.approx(accuracy)
    for allowed in (0.0, 0.01, 0.1, 0.5, 1.0):
        got = curve.true_positive_at(allowed)
        assert got >= right[wrong <= allowed].max() - 1e-12
        assert got == pytest.approx(float(np.interp(allowed, wrong, right)), abs=1e-9) or allowed in wrong


def test_of_as_many_pairs_as_zaci_20_has_their_program_says_the_same() -> None:
    chance = np.random.default_rng(0)
    same = np.arange(5600) % 2 == 0
    scores = chance.normal(size=5600) + 2.8 * same
    wrong, right, threshold = oracle.roc_curve(same, scores)
    found, at = roc(scores, same).false_positive_at(0.139)
    assert found == pytest.approx(float(interp1d(1 - right, wrong)(0.139)), abs=1 / 2800)
    assert at == pytest.approx(float(interp1d(1 - right[1:], threshold[1:])(0.139)), abs=0.02)


def test_ties_stand_or_fall_together() -> None:
    curve = roc([1.0, 1.0, 0.0, 0.0], [True, False, True, False])
    assert curve.area == 0.5 and curve.equal_error()[0] == pytest.approx(0.5)
    assert len(curve.threshold) == 3


def test_who_tells_all_apart_errs_nowhere() -> None:
    curve = roc([0.9, 0.8, 0.2, 0.1], [True, True, False, False])
    assert curve.area == 1 and curve.equal_error()[0] == 0 and curve.false_positive_at(0.139)[0] == 0
    assert best_accuracy([0.9, 0.8, 0.2, 0.1], [True, True, False, False]) == (1.0, 0.8)
    backwards = roc([0.1, 0.2, 0.8, 0.9], [True, True, False, False])
    assert backwards.area == 0 and backwards.equal_error()[0] == 1


@pytest.mark.parametrize("same", [[True, True], [False, False, False]])
def test_pairs_of_one_kind_are_refused_with_what_is_missing(same: list[bool]) -> None:
    with pytest.raises(OneSided, match="are needed as well"):
        roc(np.arange(len(same)), same)
    with pytest.raises(OneSided, match="no pairs"):
        roc([], [])


def test_persons_have_rates_too() -> None:
    said, same = np.asarray([True, True, False, False]), np.asarray([True, False, True, False])
    found = rates(said, same)
    assert (found.pairs, found.false_positive, found.false_negative) == (4, 0.5, 0.5)
    assert rates(said, np.ones(4, bool)).false_positive is None


def test_an_interval_holds_the_rate_knows_of_groups_and_comes_again() -> None:
    chance = np.random.default_rng(2)
    number = 600
    same = np.arange(number) % 2 == 0
    scores = chance.normal(size=number) + 1.5 * same
    one, other = np.arange(number), np.arange(number) + number
    found = intervals(scores, same, one, other, resamples=200)
    eer = found.equal_error
    assert eer.low is not None and eer.high is not None and eer.low < eer.value < eer.high
    assert eer.value == pytest.approx(roc(scores, same).equal_error()[0])
    assert found == intervals(scores, same, one, other, resamples=200)
    # Pairs that share no face: as if they were drawn one by one.
    plain = [
        roc(scores[some], same[some]).equal_error()[0]
        for some in (np.random.default_rng(seed).integers(0, number, number) for seed in range(200))
    ]
    assert eer.high - eer.low == pytest.approx(np.quantile(plain, 0.975) - np.quantile(plain, 0.025), rel=0.3)


def test_less_is_known_where_pairs_share_faces() -> None:
    chance = np.random.default_rng(3)
    luck = chance.normal(size=40)  # some faces are like everybody, whoever they are compared with
    one, other = np.triu_indices(40, 1)
    same = one // 2 % 4 == other // 2 % 4
    scores = luck[one] + luck[other] + 1.5 * same + 0.1 * chance.normal(size=len(one))
    grouped = intervals(scores, same, one, other, resamples=200).equal_error
    alone = intervals(scores, same, np.arange(len(one)), np.arange(len(one)) + 10_000, resamples=200).equal_error
    assert grouped.value == alone.value
    # The same pairs as if each were of two faces of its own: narrower than it is.
    assert grouped.low is not None and grouped.high is not None and alone.low is not None and alone.high is not None
    assert grouped.high - grouped.low > 1.4 * (alone.high - alone.low)


def test_all_pairs_are_all_or_a_fair_sample() -> None:
    labels = np.asarray([0, 0, 1, 1, 2])
    one, other = all_pairs(labels, 100)
    assert len(one) == 10 and (one < other).all()
    labels = np.random.default_rng(0).integers(0, 30, 500)
    one, other = all_pairs(labels, 1000, seed=4)
    same = labels[one] == labels[other]
    assert len(one) == 1000 and same.sum() == 500 and (one < other).all()
    assert len(set(zip(one.tolist(), other.tolist(), strict=True))) == 1000
    again = all_pairs(labels, 1000, seed=4)
    assert np.array_equal(one, again[0]) and np.array_equal(other, again[1])
    assert not np.array_equal(one, all_pairs(labels, 1000, seed=5)[0])


def test_where_the_same_are_few_all_of_them_are_taken() -> None:
    labels = np.arange(400) // 2
    one, other = all_pairs(labels, 3000)
    same = labels[one] == labels[other]
    assert same.sum() == 200 and len(one) == 1700
    everyone_apart = all_pairs(np.arange(400), 3000)
    assert len(everyone_apart[0]) == 1500


def test_thinning_keeps_the_shape() -> None:
    scores, same = np.random.default_rng(1).normal(size=20_000), np.arange(20_000) % 2 == 0
    scores = scores + same
    curve = roc(scores, same)
    thin = curve.thinned(200)
    assert len(thin.threshold) <= 202
    assert thin.area == pytest.approx(curve.area, abs=1e-3)
    assert thin.false_positive[0] == 0 and thin.true_positive[-1] == 1
