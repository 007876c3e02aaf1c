"""A trained model as it is used: pictures in, what it says of them out. From a run's best checkpoint, on any device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from anitui.train import checkpoint, network
from anitui.train.augment import Augmentation, Normalisation
from anitui.train.learner import looked_at
from anitui.train.network import Network
from anitui.train.recipe import Recipe
from anitui.train.run import BEST, Run
from anitui.train.speed import Machine, machine


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of a batch: a number for each class (none where it only compares), and a point on a sphere."""

    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, ready to be asked."""

    task: str
    classes: tuple[str, ...]
    recipe: Recipe
    normalisation: Normalisation
    size: int  # pixels of a side
    network: Network
    machine: Machine
    run: int
    step: int

    def ask(self, pixels: NDArray[np.uint8]) -> Said:
        """What it says of pictures: uint8, N × H × W × 3, of its own size or another."""
        given = self.machine.on(torch.from_numpy(np.ascontiguousarray(pixels)))
        logits, embeddings = looked_at(
            self.network, given, self.size, Augmentation(self.recipe, self.normalisation), self.machine
        )
        return Said(logits.float().cpu().numpy(), functional.normalize(embeddings.float()).cpu().numpy())

    def through(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[Said]:
        """One batch after the other."""
        for pixels in batches:
            yield self.ask(pixels)

    def probabilities(self, said: Said) -> NDArray[np.float32]:
        """Of each class: of one name, adding up to 1; of several, each for itself."""
        logits = torch.from_numpy(said.logits)
        found = torch.sigmoid(logits) if self.task == "multi" else torch.softmax(logits, 1)
        return np.asarray(found.numpy(), np.float32)


def load(run: Run, device: str = "auto", precision: str | None = None) -> Trained:
    """The best model of a run; AnituiError where there is none yet. `precision` fp32: exactly the same everywhere."""
    found = checkpoint.read(run.checkpoints / BEST)
    recipe = Recipe(**found["settings"])
    if precision is not None:
        recipe = recipe.changed({"precision": precision}, "precision")
    on = machine(device, recipe)
    made = network.build(recipe, found["task"], len(found["classes"]), fresh=False)
    made.load_state_dict(found["network"])
    made = made.to(on.device).eval()
    return Trained(
        found["task"],
        tuple(found["classes"]),
        recipe,
        Normalisation(tuple(found["mean"]), tuple(found["std"])),
        int(found["size"]),
        made,
        on,
        int(found["run"]),
        int(found["step"]),
    )
