"""Training on a GPU: images per second end to end, against the same network on one batch that is there already.

    python bench/train_gpu.py [--model resnet18] [--size 224] [--batch 512] [--seconds 20] [--pictures 20000]
                              [--device cuda] [--with NAME=VALUE …]

The first way is what the GPU can do at all: forward, backward, optimizer, over and over on one random batch. Ours has
everything a run has: order, varying by `strong`, averaged weights. Beside it a loop as torchvision's reference has it:
a DataLoader over JPEGs with a process for each core.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch
import torchvision
from PIL import Image
from timing import table
from torch import nn
from training import CLASSES, cut, ours, pictures

from anitui.train import network, speed
from anitui.train.recipe import Recipe, load, said_otherwise
from anitui.train.speed import Machine, machine


class Files(torch.utils.data.Dataset[tuple[torch.Tensor, int]]):
    """JPEGs as torchvision's reference loads them."""

    def __init__(self, files: list[Path], size: int) -> None:
        self._files = files
        v2 = torchvision.transforms
        self._transform = v2.Compose(
            [
                v2.RandomResizedCrop(size, scale=(0.6, 1.0)),
                v2.RandomHorizontalFlip(),
                v2.ColorJitter(0.3, 0.3, 0.3),
                v2.ToTensor(),
                v2.Normalize([0.5] * 3, [0.5] * 3),
            ]
        )

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int]:
        with Image.open(self._files[row]) as image:
            return self._transform(image.convert("RGB")), row % CLASSES


def stepping(
    recipe: Recipe, on: Machine, batches: Iterator[tuple[torch.Tensor, torch.Tensor]]
) -> Iterator[torch.Tensor]:
    """A plain loop over batches that are given, in the same precision and with the same optimizer."""
    built = network.build(recipe, "single", CLASSES).to(on.device).to(memory_format=torch.channels_last)
    learning = speed.compiled(built, recipe, on, None)
    optimizer = speed.optimizer(built, recipe, on)
    loss = nn.CrossEntropyLoss()
    for images, said in batches:
        with on.precise():
            logits, _ = learning(images)
        found = loss(logits.float(), said)
        found.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        yield found.detach()


def the_same(recipe: Recipe, on: Machine) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    images = torch.randn(recipe.batch, 3, recipe.size, recipe.size, device=on.device)
    images = images.to(memory_format=torch.channels_last)
    said = torch.arange(recipe.batch, device=on.device) % CLASSES
    while True:
        yield images, said


def loaded(files: list[Path], recipe: Recipe, on: Machine) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    loader = torch.utils.data.DataLoader(
        Files(files, recipe.size), recipe.batch, shuffle=True, drop_last=True, pin_memory=on.device.type == "cuda",
        num_workers=os.cpu_count() or 1, persistent_workers=True,
    )  # fmt: skip
    while True:
        for images, said in loader:
            yield on.on(images).to(memory_format=torch.channels_last), on.on(said)


def rate(steps: Iterator[torch.Tensor], batch: int, seconds: float, warm: int) -> float:
    """Images per second, once it is warm and compiled."""
    for _ in range(warm):
        next(steps).item()
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        for _ in range(10):
            found = next(steps)
        found.item()  # a GPU is asked only now and then: waiting for it each time would slow all ways down
        done += 10 * batch
    return done / (time.monotonic() - begun)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--warm", type=int, default=30)
    parser.add_argument("--with", dest="given", action="append", default=[])
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("no GPU here: nothing to measure")
        return
    given = {"model": options.model, "size": options.size, "start_size": 0, "batch": options.batch}
    recipe = load("strong").changed({**given, **said_otherwise(options.given)}, "bench")
    on = machine(options.device, recipe)
    print(f"{on.name}, torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as name:
        files = pictures(Path(name), options.pictures, options.size)
        store = cut(files, Path(name) / "crops", options.size)
        ways = {
            "one batch, again and again": lambda: stepping(recipe, on, the_same(recipe, on)),
            "ours, end to end": lambda: ours(store, recipe, options.device),
            "a DataLoader over JPEGs": lambda: stepping(recipe, on, loaded(files, recipe, on)),
        }
        found = {way: rate(steps(), options.batch, options.seconds, options.warm) for way, steps in ways.items()}
    base = found["one batch, again and again"]
    rows = [(way, f"{each:,.0f}", f"{each / base:.0%}") for way, each in found.items()]
    table((f"{options.model} at {options.size} px, batch {options.batch}", "images per second", "of the first"), rows)


if __name__ == "__main__":
    main()
