"""A point for each face, close to those of the same character: of characters that were never seen as well."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from anitui.train.augment import Mix
from anitui.train.metrics.verification import roc
from anitui.train.network import SHARPNESS
from anitui.train.recipe import Recipe
from anitui.train.tasks.task import Arrays

if TYPE_CHECKING:
    import pyarrow

MARGIN = 0.3  # of the angle, by which a face must be nearer to its own character than it would have to be
WARMTH = 0.1  # of the contrastive loss
_MOST = 4000  # faces that are compared with each other while training


class Embed:
    def __init__(self, recipe: Recipe, classes: int) -> None:
        self._contrastive = recipe.loss == "contrastive"
        self._classes = classes
        self.views = 2 if self._contrastive else 1

    def targets(self, members: pyarrow.Table) -> NDArray[np.int64]:
        """Characters that no training has seen are numbered behind those that it has: they can be measured with."""
        labels = members["label"].to_pylist()
        targets = members["target"].to_numpy().astype(np.int64)
        unseen: dict[str, int] = {}
        for row in np.flatnonzero(targets < 0):
            if labels[row] is not None:
                targets[row] = unseen.setdefault(labels[row], self._classes + len(unseen))
        found: NDArray[np.int64] = targets
        return found

    def usable(self, targets: NDArray[np.generic]) -> NDArray[np.bool_]:
        return targets.astype(np.int64) >= 0

    def loss(self, logits: Tensor, embeddings: Tensor, targets: Tensor, mix: Mix | None) -> Tensor:
        if self._contrastive:
            return contrastive(embeddings.float(), targets)
        loss = functional.cross_entropy(with_margin(logits.float(), targets), targets)
        if mix is not None:
            other = functional.cross_entropy(with_margin(logits.float(), targets[mix.partner]), targets[mix.partner])
            loss = torch.lerp(other, loss, mix.share)
        return loss

    def watch(self, logits: Tensor, embeddings: Tensor, targets: Tensor) -> dict[str, Tensor]:
        del logits, targets
        return {"points": embeddings.float()}

    def measured(self, kept: Arrays, targets: NDArray[np.generic], members: pyarrow.Table) -> dict[str, float]:
        """By all pairs of faces (of some, where there are many): how often same and different are told apart."""
        del members
        chosen = np.linspace(0, len(targets) - 1, min(len(targets), _MOST)).astype(np.int64)
        points, said = kept["points"].astype(np.float32)[chosen], targets.astype(np.int64)[chosen]
        alike = points @ points.T
        upper = np.triu_indices(len(said), 1)
        same = (said[:, None] == said[None, :])[upper]
        if not same.any() or same.all():
            return {}
        np.fill_diagonal(alike, -2.0)
        has_other = np.bincount(said)[said] > 1
        nearest = said[alike.argmax(axis=1)] == said
        np.fill_diagonal(alike, 1.0)
        return {"eer": roc(alike[upper], same).equal_error()[0], "nearest": float(nearest[has_other].mean())}

    def shown(self, kept: Arrays) -> Arrays:
        del kept
        return {}


def with_margin(logits: Tensor, targets: Tensor) -> Tensor:
    """ArcFace: the angle to the right character counts as if it were larger (Deng and others, 2019)."""
    right = (logits.gather(1, targets[:, None]) / SHARPNESS).clamp(-1 + 1e-6, 1 - 1e-6)
    angle = torch.arccos(right) + MARGIN
    # Beyond half a turn the cosine would rise again: from there it goes on falling straight.
    moved = torch.where(angle < math.pi, torch.cos(angle), right - MARGIN * math.sin(MARGIN))
    return logits.scatter(1, targets[:, None], SHARPNESS * moved)


def contrastive(points: Tensor, targets: Tensor) -> Tensor:
    """Each is drawn to all others of its character, and away from the rest (Khosla and others, 2020)."""
    alike = points @ points.T / WARMTH
    itself = torch.eye(len(points), dtype=torch.bool, device=points.device)
    alike = alike.masked_fill(itself, -1e9)
    chances = functional.log_softmax(alike, 1)
    same = (targets[:, None] == targets[None, :]) & ~itself
    often = same.sum(1)
    each = -(chances * same).sum(1) / often.clamp_min(1)
    return each[often > 0].mean() if bool((often > 0).any()) else each.sum() * 0


def make(recipe: Recipe, classes: int) -> Embed:
    return Embed(recipe, classes)
