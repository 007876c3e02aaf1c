"""A detector that learns, through the same loop as everything else."""

from __future__ import annotations

import torch
from torch import Tensor

from anitui.train.detection.finder import Finder
from anitui.train.detection.varying import Varying
from anitui.train.learner import Learner
from anitui.train.recipe import Recipe
from anitui.train.speed import Machine
from anitui.train.together import Together


class FinderLearner(Learner[Finder]):
    """What it is told of each picture are the boxes in it, as shares of its side."""

    def __init__(
        self,
        network: Finder,
        recipe: Recipe,
        varying: Varying,
        machine: Machine,
        together: Together,
        steps: int | None,
    ) -> None:
        super().__init__(network, recipe, varying, machine, together, steps)
        self._varying = varying

    def _loss(self, pixels: Tensor, said: Tensor, size: int, chance: torch.Generator) -> Tensor:
        images, boxes = self._varying.together(pixels, said, size, chance)
        with self._machine.precise():
            found: Tensor = self._learning(images, boxes)
        return found
