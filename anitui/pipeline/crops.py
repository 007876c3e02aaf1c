"""Crops of faces: derived from a picture and a box, at any time, in any shape. No crop is ever the only one."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class CropShape:
    """How a crop lies around its box."""

    margin: float = 0.1  # on each side, as a share of the box's longer side
    square: bool = True
    size: int = 224  # pixels of the longer side of the crop


def around(box: tuple[float, float, float, float], width: int, height: int, shape: CropShape) -> tuple[int, ...]:
    """Left, top, right and bottom of the crop of a box (x, y, w, h), within a picture of this size.

    A square that would reach beyond the picture is moved into it, and made smaller only where it would not fit.
    """
    x, y, w, h = box
    more = shape.margin * max(w, h)
    across, down = w + 2 * more, h + 2 * more
    if shape.square:
        across = down = min(max(across, down), width, height)
    across, down = min(across, width), min(down, height)
    left = min(max(x + w / 2 - across / 2, 0.0), width - across)
    top = min(max(y + h / 2 - down / 2, 0.0), height - down)
    # Rounded so that a square stays one, and nothing is empty.
    first = round(left), round(top)
    size = max(1, round(across)), max(1, round(down))
    first = min(first[0], width - size[0]), min(first[1], height - size[1])
    return (*first, first[0] + size[0], first[1] + size[1])


def crop(image: Image.Image, box: tuple[float, float, float, float], shape: CropShape) -> Image.Image:
    """The crop, in the size that `shape` says."""
    found = image.crop(tuple(around(box, *image.size, shape)))  # type: ignore[arg-type]
    scale = shape.size / max(found.size)
    size = max(1, round(found.width * scale)), max(1, round(found.height * scale))
    return found.resize(size, Image.Resampling.LANCZOS)
