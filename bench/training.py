"""What the benches of training share: pictures to learn from, and our loop as a row of steps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from anitui import progress
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Processes
from anitui.train import network
from anitui.train.augment import Augmentation, of_data
from anitui.train.crop_store import Sample, Store, prepare
from anitui.train.learner import TaskLearner
from anitui.train.order_of_data import DataOrder
from anitui.train.pixels import Ahead, pixels_for
from anitui.train.recipe import Recipe
from anitui.train.speed import machine
from anitui.train.tasks import task_of
from anitui.train.together import Together

CLASSES = 10


def pictures(folder: Path, number: int, size: int) -> list[Path]:
    """JPEGs as faces are cut for training, a little larger than they are trained at."""
    chance = np.random.default_rng(1)
    files = []
    for each in range(number):
        coarse = chance.integers(0, 255, (12, 12, 3), dtype=np.uint8)
        file = folder / f"{each}.jpg"
        Image.fromarray(coarse).resize((size + 32, size + 32), Image.Resampling.BICUBIC).save(file, quality=90)
        files.append(file)
    return files


def cut(files: list[Path], folder: Path, size: int) -> Store:
    """The pictures as a run keeps them."""
    samples = [
        Sample(str(file), hashlib.sha256(file.read_bytes()).hexdigest(), None, size + 32, size + 32) for file in files
    ]
    return progress.run(prepare(folder, samples, size, 0.1, Processes(), Limits()), lambda _: None)


def ours(store: Store, recipe: Recipe, device: str, steps: int | None = None) -> Iterator[torch.Tensor]:
    """Our loop: yields the loss of each step, on the device."""
    on = machine(device, recipe)
    targets = np.arange(len(store.pixels)) % CLASSES
    order = DataOrder(np.arange(len(store.pixels)), targets.astype(np.int32), 1)
    pixels = pixels_for(store.pixels, on)
    augmentation = Augmentation(recipe, of_data(torch.from_numpy(np.array(store.pixels[:4096]))))
    built = network.build(recipe, "single", CLASSES)
    learner = TaskLearner(built, task_of("single", recipe, CLASSES), recipe, augmentation, on, Together(), steps)
    for step, (rows, batch) in enumerate(Ahead(pixels, on).through(_in_order(order, recipe.batch))):
        said = on.on(torch.from_numpy(targets[rows]))
        yield learner.step(step, batch, said, recipe.size, recipe.lr, print)


def _in_order(order: DataOrder, size: int) -> Iterator[np.ndarray]:
    step = 0
    while True:
        yield order.batch(step, size)
        step += 1
