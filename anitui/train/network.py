"""What is trained: a backbone that turns pictures into features, and a head that says something of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from anitui.train import models
from anitui.train.recipe import Recipe

SHARPNESS = 30.0  # of cosines, before they become shares of one whole


class Network(nn.Module):
    """Pictures → a number for each class (none where classes play no part), and an embedding."""

    def __init__(self, backbone: nn.Module, head: nn.Module, *, frozen: bool = False) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head
        self.frozen = frozen
        if frozen:
            backbone.requires_grad_(False)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        if not self.frozen:
            features = self.backbone(images)
        else:
            with torch.no_grad():
                features = self.backbone(images)
        found: tuple[Tensor, Tensor] = self.head(features)
        return found

    def train(self, mode: bool = True) -> Network:
        super().train(mode)
        if self.frozen:
            self.backbone.eval()  # what it knows of means and spreads stays as well
        return self


class Classifying(nn.Module):
    """A number for each class; the embedding is what it is told by."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.last = nn.Linear(features, classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        return self.last(features), features


class Comparing(nn.Module):
    """A point on a sphere for each picture: the same character lies close by. Classes are directions, where used."""

    def __init__(self, features: int, size: int, classes: int) -> None:
        super().__init__()
        self.project = nn.Linear(features, size, bias=False)
        self.even = nn.BatchNorm1d(size)
        self.directions = nn.Parameter(torch.empty(classes, size)) if classes else None
        if self.directions is not None:
            nn.init.normal_(self.directions, std=0.01)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        points = functional.normalize(self.even(self.project(features)).float())
        if self.directions is None:
            return points.new_zeros(len(points), 0), points
        return SHARPNESS * points @ functional.normalize(self.directions.float()).T, points


def build(recipe: Recipe, task: str, classes: int, *, fresh: bool = True) -> Network:
    """The network that a recipe trains. Not `fresh`: its weights come from a checkpoint, so none are fetched."""
    made = models.find(recipe.model).build(recipe.size, recipe.weights if fresh else "none")
    if task == "embed":
        head: nn.Module = Comparing(made.features, recipe.embedding, 0 if recipe.loss == "contrastive" else classes)
    else:
        head = Classifying(made.features, classes)
    return Network(made.backbone, head, frozen=recipe.frozen)
