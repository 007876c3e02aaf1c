"""The colours of terminals that have fewer than sixteen million, and the nearest of them to any colour."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Codes = NDArray[np.uint32]

_CUBE_LEVELS = np.array([0, 95, 135, 175, 215, 255], dtype=np.int32)
_BASIC = np.array(
    [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
        (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
        (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ],
    dtype=np.int32,
)  # fmt: skip
# The eye weighs green most; without weights dark skin tones turn green on sixteen colours.
_WEIGHTS = np.array([3, 4, 2], dtype=np.int32)
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], dtype=np.int32) * 6 - 45


@cache
def xterm() -> NDArray[np.int32]:
    """The 256 colours of xterm as rows of red, green, blue."""
    cube = [(r, g, b) for r in _CUBE_LEVELS for g in _CUBE_LEVELS for b in _CUBE_LEVELS]
    greys = [(level, level, level) for level in range(8, 248, 10)]
    return np.concatenate([_BASIC, np.array(cube, dtype=np.int32), np.array(greys, dtype=np.int32)])


def nearest_indexed(pixels: Pixels) -> Codes:
    """The nearest colour of the cube or the grey ramp for pixels of any shape (..., 3)."""
    wide = pixels.astype(np.int32)
    steps = _cube_steps()[pixels]
    in_cube = (16 + steps[..., 0] * 36 + steps[..., 1] * 6 + steps[..., 2]).astype(np.int32)
    mean = (wide * _WEIGHTS).sum(axis=-1) / _WEIGHTS.sum()
    grey = np.clip(np.rint((mean - 8) / 10), 0, 23).astype(np.int32)
    to_cube = ((wide - _CUBE_LEVELS[steps]) ** 2 * _WEIGHTS).sum(axis=-1)
    to_grey = ((wide - (8 + 10 * grey)[..., None]) ** 2 * _WEIGHTS).sum(axis=-1)
    found: Codes = np.where(to_grey < to_cube, 232 + grey, in_cube).astype(np.uint32)
    return found


def nearest_basic(pixels: Pixels) -> Codes:
    """The nearest of sixteen colours for a picture (height, width, 3), dithered by an ordered pattern."""
    height, width = pixels.shape[:2]
    pattern = np.tile(_BAYER, (height // 4 + 1, width // 4 + 1))[:height, :width, None]
    wide = np.clip(pixels.astype(np.int32) + pattern, 0, 255)
    distances = ((wide[..., None, :] - _BASIC) ** 2 * _WEIGHTS).sum(axis=-1)
    found: Codes = distances.argmin(axis=-1).astype(np.uint32)
    return found


def packed(pixels: Pixels, bits: int) -> Codes:
    """Red, green and blue in one number, each rounded to so many bits (and spread over the full range again)."""
    top = (1 << bits) - 1
    wide = pixels.astype(np.uint32)
    if bits < 8:
        wide = (wide * top + 127) // 255 * 255 // top
    red, green, blue = np.moveaxis(wide, -1, 0)
    code: Codes = ((red << 16) | (green << 8) | blue).astype(np.uint32)
    return code


@cache
def _cube_steps() -> NDArray[np.uint8]:
    values = np.arange(256, dtype=np.int32)
    steps: NDArray[np.uint8] = np.abs(values[:, None] - _CUBE_LEVELS).argmin(axis=1).astype(np.uint8)
    return steps
