"""Hashing rates: imagehash's three calls on each opened file against one pass of ours, exact and fast.

    python bench/hashing.py [--pictures N] [--rounds N]

Draws its own detailed 1000×1400 pictures. Every round times all three ways on every picture, in turn, so that
a busy machine disturbs them alike; what is printed is the median of the rounds.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable

import imagehash
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from anitui.pipeline.decode import open_picture
from anitui.pipeline.hashing import facts, hash_shrink

SIZE = (1000, 1400)


def drawn(seed: int) -> Image.Image:
    """Soft gradients, a few hundred shapes with outlines, and film grain."""
    numbers = np.random.default_rng(seed)
    coarse = numbers.integers(0, 256, (14, 10, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(300):
        x, y = (int(numbers.integers(0, side)) for side in SIZE)
        radius = int(numbers.integers(4, 120))
        colour = tuple(int(c) for c in numbers.integers(0, 256, 3))
        shape = draw.ellipse if numbers.random() < 0.6 else draw.rectangle
        shape((x, y, x + radius, y + radius), fill=colour, outline=(20, 20, 20), width=2)
    smooth = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7))).astype(np.float32)
    grain = numbers.normal(0, 3, (SIZE[1], SIZE[0], 1))
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def by_imagehash(data: bytes) -> tuple[int, ...]:
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    hashes = (imagehash.dhash(image), imagehash.phash(image), imagehash.average_hash(image))
    return tuple(int(str(found), 16) for found in hashes)


def exact(data: bytes) -> tuple[int, ...]:
    found = facts(open_picture(data))
    return found.dhash, found.phash, found.ahash


def fast(data: bytes) -> tuple[int, ...]:
    found = facts(open_picture(data, shrink_to=hash_shrink))
    return found.dhash, found.phash, found.ahash


WAYS: dict[str, Callable[[bytes], tuple[int, ...]]] = {"imagehash ×3": by_imagehash, "exact": exact, "fast": fast}


def measured(pictures: list[bytes], rounds: int) -> dict[str, float]:
    """Milliseconds a picture for each way, the median of the rounds."""
    spent: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        total = dict.fromkeys(WAYS, 0.0)
        for data in pictures:
            for name, way in WAYS.items():
                begun = time.perf_counter()
                way(data)
                total[name] += time.perf_counter() - begun
        for name, seconds in total.items():
            spent[name].append(seconds / len(pictures) * 1000)
    return {name: statistics.median(values) for name, values in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="imagehash's three calls against anitui's one pass")
    parser.add_argument("--pictures", type=int, default=12, help="how many of each format (12)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is hashed (5)")
    chosen = parser.parse_args()

    formats: dict[str, list[bytes]] = {"JPEG": [], "PNG": []}
    for seed in range(chosen.pictures):
        image = drawn(seed)
        for format, files in formats.items():
            file = io.BytesIO()
            image.save(file, format, quality=90)
            files.append(file.getvalue())

    wrong = sum(exact(data) != by_imagehash(data) for files in formats.values() for data in files)
    changed = [
        sum((one ^ other).bit_count() for one, other in zip(exact(data), fast(data), strict=True)) / 3
        for data in formats["JPEG"]
    ]
    print(f"{chosen.pictures} pictures of {SIZE[0]}×{SIZE[1]} in each format, {chosen.rounds} rounds")
    print(f"exact hashes that differ from imagehash's: {wrong}")
    print(f"bits of a hash that fast mode changes: {statistics.mean(changed):.2f} on average")
    print(f"{'':8}{'kB':>7}{'':4}{'way':<14}{'ms':>8}{'per s':>8}{'ratio':>8}")
    ratios: dict[str, dict[str, float]] = {}
    for format, files in formats.items():
        times = measured(files, chosen.rounds)
        ratios[format] = {name: times["imagehash ×3"] / value for name, value in times.items()}
        size = sum(map(len, files)) / len(files) / 1000
        for name, value in times.items():
            row = f"{name:<14}{value:8.2f}{1000 / value:8.1f}{ratios[format][name]:8.2f}"
            print(f"{format:8}{size:7.0f}{'':4}{row}")
    print(f"ratio exact {ratios['JPEG']['exact']:.2f} fast {ratios['JPEG']['fast']:.2f}")


if __name__ == "__main__":
    main()
