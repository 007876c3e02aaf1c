"""Pictures whose copies are near, and that are far from each other."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image


def drawn(seed: int, size: tuple[int, int] = (96, 64), grey: bool = False) -> Image.Image:
    """A soft picture; another seed is another one, another size the same."""
    pixels = random.Random(seed).randbytes(12 * 8 * 3)
    image = Image.frombytes("RGB", (12, 8), pixels).resize(size, Image.Resampling.BICUBIC)
    return image.convert("L") if grey else image


def save(path: Path, image: Image.Image, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)  # type: ignore[arg-type]
    return path
