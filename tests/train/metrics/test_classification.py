"""What is measured of one name each, against scikit-learn: with ties, with classes that are not there, of nothing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as oracle

from anitui.train.metrics import classification
from anitui.train.metrics.classification import confusion, per_class, read, scores
from anitui.train.metrics.intervals import Resampling


def a_case(seed: int, *, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    classes = int(chance.integers(2, 12))
    number = int(chance.integers(1, 200))
    logits = chance.normal(size=(number, classes)) * 2
    if ties:
        logits = np.round(logits)
    targets = chance.integers(0, max(1, classes - 2), number)  # the last classes are not there
    logits[np.arange(number), targets] += 1.0
    return logits, targets


@pytest.mark.parametrize("seed", range(12))
def test_the_numbers_are_those_of_scikit_learn(seed: int) -> None:
    logits, targets = a_case(seed, ties=seed % 2 == 1)
    classes = logits.shape[1]
    said = read(logits, targets)
    odds = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert np.array_equal(said.best, logits.argmax(1))
    assert said.sure == pytest.approx(odds.max(1))
    assert said.loss.mean() == pytest.approx(oracle.log_loss(targets, odds, labels=np.arange(classes)))
    assert said.brier.mean() == pytest.approx(((odds - np.eye(classes)[targets]) ** 2).sum(1).mean())

    each = per_class(said.best, targets, classes)
    precision, recall, f1, support = oracle.precision_recall_fscore_support(
        targets, said.best, labels=np.arange(classes), zero_division=0
    )
    assert each.precision == pytest.approx(precision) and each.recall == pytest.approx(recall)
    assert each.f1 == pytest.approx(f1) and np.array_equal(each.support, support)
    there = np.unique(targets)
    assert each.accuracy == pytest.approx(oracle.accuracy_score(targets, said.best))
    assert each.macro_f1 == pytest.approx(oracle.f1_score(targets, said.best, labels=there, average="macro"))
    assert each.weighted_f1 == pytest.approx(oracle.f1_score(targets, said.best, average="weighted", zero_division=0))
    assert each.balanced_accuracy == pytest.approx(
        oracle.recall_score(targets, said.best, labels=there, average="macro")
    )
    table = confusion(said.best, targets, classes).table(range(classes))
    assert np.array_equal(table, oracle.confusion_matrix(targets, said.best, labels=np.arange(classes)))
    if seed % 2 == 0 and classes > 3:
        for k in (1, 2, 3):
            wanted = oracle.top_k_accuracy_score(targets, logits, k=k, labels=np.arange(classes))
            assert (said.rank < k).mean() == pytest.approx(wanted)


def test_of_equally_likely_classes_the_first_is_said_and_the_ranks_agree() -> None:
    logits = np.zeros((4, 4))
    said = read(logits, np.arange(4))
    assert said.best.tolist() == [0, 0, 0, 0]
    assert said.rank.tolist() == [0, 1, 2, 3]


def test_half_precision_and_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, targets = a_case(3)
    logits = logits.astype(np.float16)
    whole = read(logits, targets, 2.0)
    monkeypatch.setattr(classification, "_CELLS", 2 * logits.shape[1])
    pieces = read(logits, targets, 2.0)
    for name in ("best", "sure", "true_p", "rank", "loss", "brier"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name)), name


def test_who_is_of_no_class_is_never_right_and_does_not_count_in_the_scores() -> None:
    logits = np.asarray([[3.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    targets = np.asarray([0, -1, 1])
    said = read(logits, targets)
    assert said.rank.tolist() == [0, 2, 0] and said.true_p[1] == 0 and np.isinf(said.loss[1])
    found = scores(said, targets, 2, Resampling(np.arange(3), 50))
    assert found.top1 is not None and found.top1.value == 1.0
    assert found.log_loss is not None and found.log_loss.value == pytest.approx(np.log1p(np.exp(-3)))
    assert confusion(said.best, targets, 2).mistaken() == []


def test_the_pairs_mixed_up_most_come_first_and_choose_the_table() -> None:
    targets = np.asarray([0] * 5 + [1] * 9 + [2] * 3 + [3] * 2)
    best = targets.copy()
    best[[0, 1, 2]] = 2
    best[5] = 3
    found = confusion(best, targets, 5)
    assert found.mistaken() == [(0, 2, 3), (1, 3, 1)]
    assert found.most_mixed(2) == [0, 2]
    assert found.most_mixed(3) == [0, 1, 2]  # of the next pair only one would fit: then the most frequent class
    assert found.table([0, 2]).tolist() == [[2, 3], [0, 3]]


def test_intervals_hold_the_numbers_and_those_of_thousands_of_classes_take_no_time() -> None:
    chance = np.random.default_rng(5)
    number, classes = 3000, 3263
    targets = chance.integers(0, classes, number)
    logits = chance.normal(size=(number, classes)).astype(np.float16)
    logits[np.arange(number), targets] += chance.choice([0, 6], number).astype(np.float16)
    said = read(logits, targets)
    found = scores(said, targets, classes, Resampling(chance.integers(0, 900, number), 60))
    each = per_class(said.best, targets, classes)
    for interval, value in (
        (found.top1, each.accuracy),
        (found.macro_f1, each.macro_f1),
        (found.weighted_f1, each.weighted_f1),
        (found.balanced_accuracy, each.balanced_accuracy),
    ):
        assert interval is not None and interval.low is not None and interval.high is not None
        assert interval.value == pytest.approx(value)
        assert interval.low <= interval.value <= interval.high
        assert 0 < interval.high - interval.low < 0.2
    assert found.top1 is not None and found.top1.low is not None and found.top1.low < found.top1.value


def test_of_nothing_there_are_no_scores() -> None:
    said = read(np.zeros((0, 3)), np.zeros(0, np.int64))
    found = scores(said, np.zeros(0, np.int64), 3, Resampling(np.zeros(0), 10))
    assert found.top1 is None and found.macro_f1 is None and found.log_loss is None
    each = per_class(said.best, np.zeros(0, np.int64), 3)
    assert each.accuracy is None and each.macro_f1 is None and each.f1.tolist() == [0, 0, 0]


def test_top_five_of_five_classes_says_nothing() -> None:
    logits, targets = np.eye(5), np.arange(5)
    assert scores(read(logits, targets), targets, 5, Resampling(np.arange(5), 10)).top5 is None
