"""How one picture comes to lie on a disk twice without being the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageEnhance


@dataclass(frozen=True, slots=True)
class Recipe:
    """A change that leaves a picture the same to the eye; `how` names it and goes into the copy's name."""

    how: str
    suffix: str
    quality: int
    change: Callable[[Image.Image], Image.Image]

    def make(self, original: Path, copy: Path) -> None:
        """Write the changed copy."""
        with Image.open(original) as picture:
            self.change(picture.convert("RGB")).save(copy, quality=self.quality)


def _same(picture: Image.Image) -> Image.Image:
    return picture


def _smaller(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * 6 // 10, picture.height * 6 // 10), Image.Resampling.LANCZOS)


def _larger(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * 14 // 10, picture.height * 14 // 10), Image.Resampling.BICUBIC)


def _cropped(picture: Image.Image) -> Image.Image:
    """One part in a hundred off each side."""
    width, height = picture.size
    return picture.crop((width // 100, height // 100, width - width // 100, height - height // 100))


def _brighter(picture: Image.Image) -> Image.Image:
    return picture.point([round(255 * (i / 255) ** 0.8) for i in range(256)] * 3)


def _greyed(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Color(picture).enhance(0.35)


RECIPES = (
    Recipe("re-encoded", ".jpg", 45, _same),
    Recipe("resized", ".jpg", 88, _smaller),
    Recipe("cropped", ".jpg", 88, _cropped),
    Recipe("brightened", ".jpg", 88, _brighter),
    Recipe("other format", ".webp", 80, _same),
    Recipe("enlarged", ".jpg", 85, _larger),
    Recipe("faded", ".jpg", 85, _greyed),
)
