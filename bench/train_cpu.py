"""Training on a CPU: images per CPU second, against yotsubanet's own loop written plainly.

    python bench/train_cpu.py [--model resnet18] [--size 224] [--seconds 40] [--pictures 256] [--threads 1]

Same network, same size of pictures, same batch. The plain loop is what people write: pictures are opened and brought
to size for each batch, floats of 32 bits, AdamW. Ours cuts each picture once, and computes as the processor does best.
What cutting takes is not part of either: it is done once for all epochs, and told by itself.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image
from timing import table
from torch import nn
from training import CLASSES, cut, ours, pictures

from anitui.train.recipe import load

BATCH = 16


def plain(files: list[Path], options: argparse.Namespace) -> Iterator[torch.Tensor]:
    """yotsubanet's loop, as plainly as it is written there: yields the loss of each step."""
    size = options.size
    made = torchvision.models.get_model(options.model, weights=None, num_classes=CLASSES)
    optimizer = torch.optim.AdamW(made.parameters(), lr=1e-3, eps=0.1)
    loss = nn.CrossEntropyLoss()
    transform = torchvision.transforms.Compose(
        [
            torchvision.transforms.Resize((size, size)),
            torchvision.transforms.RandomHorizontalFlip(),
            torchvision.transforms.ToTensor(),
            torchvision.transforms.Normalize([0.5] * 3, [0.5] * 3),
        ]
    )
    chance = np.random.default_rng(1)
    made.train()
    while True:
        rows = chance.permutation(len(files))
        for start in range(0, len(rows) - BATCH + 1, BATCH):
            images = [transform(Image.open(files[row]).convert("RGB")) for row in rows[start : start + BATCH]]
            optimizer.zero_grad()
            found = loss(made(torch.stack(images)), torch.from_numpy(rows[start : start + BATCH] % CLASSES))
            found.backward()
            optimizer.step()
            yield found.detach()


def rate(steps: Iterator[torch.Tensor], seconds: float) -> float:
    """Pictures per CPU second, after a step that warms up."""
    next(steps).item()
    begun, done = time.process_time(), 0
    while time.process_time() - begun < seconds:
        next(steps).item()
        done += BATCH
    return done / (time.process_time() - begun)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    given = {"model": options.model, "size": options.size, "start_size": 0, "threads": options.threads, "batch": BATCH}
    like_theirs = load("classic").changed({**given, "precision": "auto", "channels_last": True}, "bench")
    strong = load("strong").changed(given, "bench")
    with tempfile.TemporaryDirectory() as name:
        files = pictures(Path(name), options.pictures, options.size)
        begun = time.monotonic()
        store = cut(files, Path(name) / "crops", options.size)
        cutting = time.monotonic() - begun
        ways = {
            "a plain loop": plain(files, options),
            "ours, its flip alone": ours(store, like_theirs, "cpu"),
            "ours, all of `strong`": ours(store, strong, "cpu"),
        }
        found: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(options.rounds):
            for way, steps in ways.items():
                found[way].append(rate(steps, options.seconds / options.rounds))
    base = max(found["a plain loop"])
    rows = [(way, f"{max(each):.1f}", f"{max(each) / base:.2f} ×") for way, each in found.items()]
    table((f"{options.model} at {options.size} px", "images per CPU second", "ratio"), rows)
    print(f"cutting, once for all epochs: {len(files):,} pictures in {cutting:.1f} s")


if __name__ == "__main__":
    main()
