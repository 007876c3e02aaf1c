"""A model that tells colours apart, made within a moment: an untrained network, and a last layer worked out for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from anitui.train import checkpoint, network
from anitui.train.augment import IMAGENET, Augmentation
from anitui.train.recipe import Recipe
from anitui.train.run import BEST, Run
from tests.train.a_class import COLOURS

RECIPE = Recipe(model="small", size=32, threads=1, precision="fp32", channels_last=False)
SURE = 3.0  # what the model has for a colour that is just right; for the others as much below zero


def teach(
    workspace: Path,
    task: str = "single",
    colours: Mapping[str, Sequence[int]] = COLOURS,
    number: int = 1,
    loss: str = "auto",
) -> Run:
    """A run with a model, in a workspace."""
    recipe = RECIPE.changed({"loss": loss}, "a test")
    torch.manual_seed(7)
    made = network.build(recipe, task, len(colours)).eval()
    plain = np.stack([flat(each) for each in colours.values()])
    with torch.no_grad():
        features = made.backbone(Augmentation(recipe, IMAGENET).plain(torch.from_numpy(plain), 32))
        if task != "embed":
            # The weights with which each colour has SURE for itself and -SURE for the others, as small as they can be.
            wanted = SURE * (2 * torch.eye(len(colours)) - 1)
            found = torch.linalg.pinv(torch.cat([features, torch.ones(len(colours), 1)], 1)) @ wanted
            made.head.last.weight.copy_(found[:-1].T)
            made.head.last.bias.copy_(found[-1])
        elif made.head.directions is not None:
            made.head.directions.copy_(made.head(features)[1])
    run = Run(workspace / "runs" / str(number))
    run.folder.mkdir(parents=True)
    settings = {
        "run": number, "name": f"{task} of colours", "task": task, "split": "main", "kind": "face",
        "label_set": "characters", "recipe": "strong", "model": "small", "device": "cpu", "classes": list(colours),
        "seed": 7, "best_by": "val/top1", "made_at": "2026-01-01T00:00:00+00:00", "notes": [],
        "settings": recipe.plain(),
    }  # fmt: skip
    (run.folder / "settings.json").write_text(json.dumps(settings))
    checkpoint.keep(
        run.checkpoints / BEST,
        {
            "task": task, "classes": list(colours), "settings": recipe.plain(), "mean": list(IMAGENET.mean),
            "std": list(IMAGENET.std), "run": number, "size": 32, "step": 10, "network": made.state_dict(),
        },
    )  # fmt: skip
    return run


def flat(colour: Sequence[int], side: int = 32) -> NDArray[np.uint8]:
    """Nothing but a colour."""
    return np.full((side, side, 3), colour, np.uint8)


def paint(file: Path, colour: Sequence[int], size: tuple[int, int] = (60, 48)) -> Path:
    """The same as a file."""
    Image.new("RGB", size, tuple(colour)).save(file)
    return file


def measured(run: Run, **calibration: object) -> None:
    """What `anitui eval` would have kept of it."""
    folder = run.folder / "evaluation"
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_text(json.dumps({"calibration": calibration}))
