"""A detector that was trained, as it is used: from a run's best checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from anitui.train import checkpoint
from anitui.train.augment import Normalisation
from anitui.train.detection import models
from anitui.train.detection.finder import Finder
from anitui.train.detection.measuring import looked_for
from anitui.train.detection.scoring import FoundIn
from anitui.train.detection.varying import Varying
from anitui.train.recipe import Recipe
from anitui.train.run import BEST, Run
from anitui.train.speed import Machine, machine

USUAL_THRESHOLD = 0.4  # where nothing was measured


@dataclass(frozen=True, slots=True)
class TrainedFinder:
    """A detector, ready to be asked."""

    recipe: Recipe
    normalisation: Normalisation
    size: int  # pixels of a side
    threshold: float  # from which score on boxes are best believed, as was measured with the val part
    network: Finder
    machine: Machine
    run: int
    classes: tuple[str, ...]

    def ask(self, pixels: NDArray[np.uint8]) -> Sequence[FoundIn]:
        """The faces in pictures that are laid into squares (uint8, N × H × W × 3): corners in pixels of its size."""
        given = self.machine.on(torch.from_numpy(np.ascontiguousarray(pixels)))
        return looked_for(self.network, given, self.size, Varying(self.recipe, self.normalisation), self.machine)


def load(run: Run, device: str = "auto", precision: str | None = None) -> TrainedFinder:
    """The best detector of a run; AnituiError where there is none yet. `precision` fp32: the same everywhere."""
    found = checkpoint.read(run.checkpoints / BEST)
    recipe = Recipe(**found["settings"])
    if precision is not None:
        recipe = recipe.changed({"precision": precision}, "precision")
    on = machine(device, recipe)
    network = models.find(recipe.model).build(recipe.size, "none")
    network.load_state_dict(found["network"])
    return TrainedFinder(
        recipe,
        Normalisation(tuple(found["mean"]), tuple(found["std"])),
        int(found["size"]),
        float(found["measured"].get("val/threshold", USUAL_THRESHOLD)),
        network.to(on.device).eval(),
        on,
        int(found["run"]),
        tuple(found["classes"]),
    )
