"""One name for each face (or picture)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from anitui.train.augment import Mix
from anitui.train.metrics.classification import per_class
from anitui.train.recipe import Recipe
from anitui.train.tasks.task import Arrays

if TYPE_CHECKING:
    import pyarrow

TOP = 5


class Single:
    views = 1

    def __init__(self, recipe: Recipe, classes: int) -> None:
        self._smoothing = recipe.label_smoothing
        self._classes = classes

    def targets(self, members: pyarrow.Table) -> NDArray[np.int64]:
        found: NDArray[np.int64] = members["target"].to_numpy().astype(np.int64)
        return found

    def usable(self, targets: NDArray[np.generic]) -> NDArray[np.bool_]:
        return targets.astype(np.int64) >= 0

    def loss(self, logits: Tensor, embeddings: Tensor, targets: Tensor, mix: Mix | None) -> Tensor:
        del embeddings
        logits = logits.float()
        loss = functional.cross_entropy(logits, targets, label_smoothing=self._smoothing)
        if mix is not None:
            other = functional.cross_entropy(logits, targets[mix.partner], label_smoothing=self._smoothing)
            loss = torch.lerp(other, loss, mix.share)
        return loss

    def watch(self, logits: Tensor, embeddings: Tensor, targets: Tensor) -> dict[str, Tensor]:
        del embeddings
        chances = functional.log_softmax(logits.float(), 1)
        top_p, top = chances.topk(min(TOP, self._classes), 1)
        true = chances.gather(1, targets.clamp_min(0)[:, None])[:, 0]
        return {"top": top.int(), "top_p": top_p.exp(), "log_p": true}

    def measured(self, kept: Arrays, targets: NDArray[np.generic], members: pyarrow.Table) -> dict[str, float]:
        del members
        top, said = kept["top"].astype(np.int64), targets.astype(np.int64)
        right = top == said[:, None]
        found = {
            "loss": float(-kept["log_p"].astype(np.float64).mean()),
            "top1": float(right[:, 0].mean()),
            "top5": float(right.any(1).mean()),
            "macro_f1": per_class(top[:, 0], said, self._classes).macro_f1 or 0.0,
        }
        return {name: value for name, value in found.items() if name != "top5" or self._classes > TOP}

    def shown(self, kept: Arrays) -> Arrays:
        return {
            "top": kept["top"],
            "top_p": kept["top_p"].astype(np.float16),
            "true_p": np.exp(kept["log_p"].astype(np.float32)).astype(np.float16),
        }


def make(recipe: Recipe, classes: int) -> Single:
    return Single(recipe, classes)
