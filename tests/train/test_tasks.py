from __future__ import annotations

import numpy as np
import pyarrow
import pytest
import torch
from sklearn import metrics
from torch.nn import functional

from anitui.train import tasks
from anitui.train.network import SHARPNESS
from anitui.train.recipe import Recipe
from anitui.train.tasks import embed, multi

CHANCE = np.random.default_rng(5)


def test_top1_top5_and_f1_are_scikit_learns() -> None:
    task = tasks.task_of("single", Recipe(), 12)
    said = CHANCE.integers(0, 12, 300)
    logits = torch.from_numpy(CHANCE.normal(size=(300, 12))).float()
    logits[torch.arange(300), torch.from_numpy(said)] += 1
    kept = {name: each.numpy() for name, each in task.watch(logits, logits, torch.from_numpy(said)).items()}
    found = task.measured(kept, said, pyarrow.table({}))
    best = logits.argmax(1).numpy()
    assert found["top1"] == pytest.approx(metrics.accuracy_score(said, best))
    assert found["top5"] == pytest.approx(metrics.top_k_accuracy_score(said, logits.numpy(), k=5))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(said, best, average="macro"))
    assert found["loss"] == pytest.approx(float(functional.cross_entropy(logits, torch.from_numpy(said))), rel=1e-5)
    shown = task.shown(kept)
    assert shown["top"].shape == (300, 5) and shown["true_p"].dtype == np.float16


def test_several_names_are_measured_as_scikit_learn_does() -> None:
    task = tasks.task_of("multi", Recipe(), 6)
    said = CHANCE.uniform(size=(200, 6)) < 0.3
    logits = torch.from_numpy(CHANCE.normal(size=(200, 6)) + said).float()
    targets = torch.from_numpy(said.astype(np.float32))
    kept = {name: each.numpy() for name, each in task.watch(logits, logits, targets).items()}
    found = task.measured(kept, said.astype(np.float32), pyarrow.table({}))
    chances, yes = torch.sigmoid(logits).numpy(), (logits > 0).numpy()
    assert found["map"] == pytest.approx(metrics.average_precision_score(said, chances, average="macro"))
    for average in ("micro", "macro", "weighted"):
        expected = metrics.f1_score(said, yes, average=average, zero_division=0)
        assert found[f"{average}_f1"] == pytest.approx(expected)
    assert found["loss"] == pytest.approx(float(functional.multilabel_soft_margin_loss(logits, targets)), rel=1e-5)


def test_the_targets_of_several_names() -> None:
    task = tasks.task_of("multi", Recipe(), 3)
    targets = task.targets(pyarrow.table({"targets": [[0, 2], [], [1]]}))
    assert targets.tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 0]]
    assert task.usable(targets).tolist() == [True, False, True]


def test_asymmetric_forgives_what_is_surely_denied() -> None:
    targets = torch.tensor([[1.0, 0.0]])
    surely = multi.asymmetric(torch.tensor([[9.0, -9.0]]), targets)
    wrongly = multi.asymmetric(torch.tensor([[9.0, 3.0]]), targets)
    missed = multi.asymmetric(torch.tensor([[-3.0, -9.0]]), targets)
    assert surely < 1e-3 < wrongly < missed


def test_the_margin_makes_the_right_one_harder_alone() -> None:
    cosines = torch.tensor([[0.8, 0.1], [-0.9, 0.2]])
    found = embed.with_margin(cosines * SHARPNESS, torch.tensor([0, 0])) / SHARPNESS
    assert torch.equal(found[:, 1], cosines[:, 1])
    assert found[0, 0] == pytest.approx(float(torch.cos(torch.arccos(cosines[0, 0]) + embed.MARGIN)), abs=1e-5)
    assert found[1, 0] < cosines[1, 0]


def test_contrast_is_small_where_each_is_with_its_own() -> None:
    near = functional.normalize(torch.tensor([[1.0, 0], [1, 0.01], [0, 1], [0.01, 1]]))
    said = torch.tensor([0, 0, 1, 1])
    assert embed.contrastive(near, said) < 0.01
    assert embed.contrastive(near, torch.tensor([0, 1, 0, 1])) > 5
    assert embed.contrastive(near, torch.arange(4)) == 0  # nobody has anybody


def test_characters_that_no_training_saw_can_be_compared() -> None:
    task = tasks.task_of("embed", Recipe(), 2)
    members = pyarrow.table(
        {"target": pyarrow.array([0, -1, -1, -1, 1], pyarrow.int32()), "label": ["a", "x", "y", "x", "b"]}
    )
    targets = task.targets(members)
    assert targets.tolist() == [0, 2, 3, 2, 1]
    points = np.array([[1, 0], [0, 1], [0.7, 0.7], [0.01, 1], [1, 0.01]], np.float32)
    found = task.measured({"points": points}, targets, members)
    assert found["nearest"] == 1.0  # of those that have another one of their own
    assert set(found) == {"eer", "nearest"}
