"""Several names each, against scikit-learn; thresholds against trying all of them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics as oracle

from anitui.train.metrics.intervals import Resampling
from anitui.train.metrics.multilabel import average_precisions, best_thresholds, means, per_class


def a_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The last class has no example; scores have ties."""
    chance = np.random.default_rng(seed)
    number, classes = int(chance.integers(1, 80)), int(chance.integers(2, 6))
    truth = chance.random((number, classes)) < 0.3
    truth[:, -1] = False
    truth[0, 0] = True
    scores = np.round(chance.random((number, classes)) * 0.6 + truth * 0.3, 1 + seed % 3)
    return scores, truth


@pytest.mark.parametrize("seed", range(12))
def test_the_numbers_are_those_of_scikit_learn(seed: int) -> None:
    scores, truth = a_case(seed)
    said = scores >= 0.5
    each = per_class(scores, truth, said)
    there = np.flatnonzero(truth.any(axis=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision, recall, f1, support = oracle.precision_recall_fscore_support(truth, said, zero_division=0)
        wanted = [oracle.average_precision_score(truth[:, at], scores[:, at]) for at in there]
        samples = oracle.f1_score(truth, said, average="samples", zero_division=1)
    assert each.precision == pytest.approx(precision) and each.recall == pytest.approx(recall)
    assert each.f1 == pytest.approx(f1) and np.array_equal(each.support, support)
    assert each.average_precision[there] == pytest.approx(wanted)
    assert np.isnan(each.average_precision[each.without]).all() and truth.shape[1] - 1 in each.without
    found = means(truth, said, each, Resampling(np.arange(len(truth)), 40))
    assert found.micro_f1 is not None and found.macro_f1 is not None and found.weighted_f1 is not None
    assert found.micro_f1.value == pytest.approx(oracle.f1_score(truth, said, average="micro", zero_division=0))
    assert found.macro_f1.value == pytest.approx(f1[there].mean())
    assert found.weighted_f1.value == pytest.approx(oracle.f1_score(truth, said, average="weighted", zero_division=0))
    assert found.samples_f1 is not None and found.samples_f1.value == pytest.approx(samples)
    assert found.mean_precision == pytest.approx(np.mean(wanted))
    assert found.exact is not None and found.exact.value == pytest.approx(oracle.accuracy_score(truth, said))
    for each_mean in (found.micro_f1, found.macro_f1, found.weighted_f1, found.samples_f1):
        if each_mean.low is not None and each_mean.high is not None:
            assert each_mean.low <= each_mean.value <= each_mean.high


@pytest.mark.parametrize("seed", range(12))
def test_no_threshold_is_better_than_the_one_that_is_found(seed: int) -> None:
    scores, truth = a_case(seed)
    found = best_thresholds(scores, truth)
    for at in range(truth.shape[1]):
        if at in found.unlearnt:
            assert found.values[at] == 0.5 and found.f1[at] == 0
            continue

        def f1_at(threshold: float, at: int = at) -> float:
            return float(oracle.f1_score(truth[:, at], scores[:, at] >= threshold, zero_division=0))

        best = max(f1_at(float(each)) for each in np.unique(scores[:, at]))
        assert found.f1[at] == pytest.approx(best)
        assert f1_at(float(found.values[at])) == pytest.approx(best)


def test_a_threshold_lies_halfway_to_what_is_no_longer_said() -> None:
    scores = np.asarray([[0.9], [0.8], [0.2], [0.1]], np.float32)
    found = best_thresholds(scores, np.asarray([[True], [True], [False], [False]]))
    assert found.values[0] == pytest.approx(0.5) and found.f1[0] == 1
    everyone = best_thresholds(scores, np.ones((4, 1), bool))
    assert everyone.values[0] == pytest.approx(0.1)


def test_scores_that_are_all_equal_are_said_together() -> None:
    truth = np.asarray([[True], [False], [False]])
    found = best_thresholds(np.full((3, 1), 0.25), truth)
    assert found.values[0] == 0.25 and found.f1[0] == pytest.approx(0.5)
    assert average_precisions(np.full((3, 1), 0.25), truth)[0] == pytest.approx(1 / 3)


def test_of_nothing_there_are_no_means() -> None:
    empty = np.zeros((0, 3)), np.zeros((0, 3), bool)
    each = per_class(empty[0], empty[1], empty[1])
    assert each.without.tolist() == [0, 1, 2]
    assert means(empty[1], empty[1], each, Resampling(np.zeros(0))).micro_f1 is None
    assert best_thresholds(*empty).unlearnt.tolist() == [0, 1, 2]
