"""Several names for each picture, or none: the genres of a poster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from anitui.train.augment import Mix
from anitui.train.metrics.multilabel import per_class
from anitui.train.recipe import Recipe
from anitui.train.tasks.task import Arrays

if TYPE_CHECKING:
    import pyarrow

EASY = 4.0  # how little what is rightly denied counts, in the asymmetric loss
CLIP = 0.05  # denied as surely as this, it does not count at all


class Multi:
    views = 1

    def __init__(self, recipe: Recipe, classes: int) -> None:
        self._asymmetric = recipe.loss == "asymmetric"
        self._smoothing = recipe.label_smoothing
        self._classes = classes

    def targets(self, members: pyarrow.Table) -> NDArray[np.float32]:
        numbers = members["targets"].to_pylist()
        found = np.zeros((len(numbers), self._classes), np.float32)
        for row, own in enumerate(numbers):
            found[row, own] = 1.0
        return found

    def usable(self, targets: NDArray[np.generic]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.any(targets.astype(bool), axis=1)
        return found

    def loss(self, logits: Tensor, embeddings: Tensor, targets: Tensor, mix: Mix | None) -> Tensor:
        del embeddings
        if mix is not None:
            targets = torch.lerp(targets[mix.partner], targets, mix.share)
        targets = targets * (1 - self._smoothing) + 0.5 * self._smoothing
        logits = logits.float()
        if self._asymmetric:
            return asymmetric(logits, targets)
        return functional.multilabel_soft_margin_loss(logits, targets)

    def watch(self, logits: Tensor, embeddings: Tensor, targets: Tensor) -> dict[str, Tensor]:
        del embeddings
        logits = logits.float()
        loss = functional.multilabel_soft_margin_loss(logits, targets, reduction="none")
        return {"p": torch.sigmoid(logits), "loss": loss}

    def measured(self, kept: Arrays, targets: NDArray[np.generic], members: pyarrow.Table) -> dict[str, float]:
        del members
        chances, said = kept["p"].astype(np.float64), targets.astype(bool)
        each = per_class(chances, said, chances > 0.5)
        return {
            "loss": float(kept["loss"].astype(np.float64).mean()),
            "map": float(np.nanmean(each.average_precision)),
            "micro_f1": each.micro_f1,
            "macro_f1": each.macro_f1 or 0.0,
            "weighted_f1": each.weighted_f1 or 0.0,
        }

    def shown(self, kept: Arrays) -> Arrays:
        del kept
        return {}


def asymmetric(logits: Tensor, targets: Tensor) -> Tensor:
    """What is rightly denied hardly counts, for of all names nearly all are: Ridnik and others, 2021."""
    chance = torch.sigmoid(logits)
    denied = (1 - chance + CLIP).clamp(max=1)
    affirmed = targets * torch.log(chance.clamp_min(1e-8))
    refused = (1 - targets) * torch.log(denied.clamp_min(1e-8)) * (1 - denied) ** EASY
    return -(affirmed + refused).mean()


def make(recipe: Recipe, classes: int) -> Multi:
    return Multi(recipe, classes)
