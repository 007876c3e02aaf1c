"""Whole pictures of the sample: a single face, a cut-out on transparent ground, a scene or poster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from anitui.demo.character import Character, cast
from anitui.demo.figure import EXPRESSIONS, draw_figure
from anitui.demo.pen import Pen
from anitui.demo.scenery import draw_backdrop, letter

__all__ = ["EXPRESSIONS", "Character", "FaceBox", "Scene", "cast", "draw_cutout", "draw_face", "draw_scene"]

# How far a figure reaches from the middle of its face, in half face widths: left, up, right, down.
_LEFT, _UP, _RIGHT, _DOWN = 2.45, 2.5, 2.45, 6.7
# How often each of EXPRESSIONS comes by chance. Detectors miss every second closed eye: a wink only on request.
_MOODS = (0.26, 0.26, 0.16, 0.17, 0.15, 0.0)
_TITLE_SHARE = 0.2  # of a poster's height that the title may take


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Where a character's face lies in a picture, in its pixels: from fringe to chin, from cheek to cheek."""

    name: str
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A finished picture and the faces that were drawn into it."""

    picture: Image.Image
    faces: tuple[FaceBox, ...]


def draw_face(
    who: Character,
    rng: np.random.Generator,
    size: int = 256,
    expression: str | None = None,
    tilt: float | None = None,
    backdrop: str | None = None,
) -> Image.Image:
    """A square RGB portrait, the face about half as wide as the picture."""
    picture = draw_backdrop(rng, (size, size), backdrop)
    _place(picture, who, rng, (size * 0.5, size * 0.54), size * 0.23, expression, tilt)
    return picture


def draw_cutout(who: Character, rng: np.random.Generator, size: tuple[int, int]) -> Scene:
    """One whole figure on transparent ground, RGBA, as large as the size allows."""
    width, height = size
    unit = min(width / (_LEFT + _RIGHT), height / (_UP + _DOWN))
    picture = Image.new("RGBA", size)
    face = _place(picture, who, rng, (width / 2, height / 2 + (_UP - _DOWN) / 2 * unit), unit)
    return Scene(picture, (face,))


def draw_scene(
    characters: Sequence[Character],
    rng: np.random.Generator,
    size: tuple[int, int],
    title: str | None = None,
    backdrop: str | None = None,
) -> Scene:
    """An RGB picture of one to three characters side by side, near or far by chance; with a title it is a
    poster, lettered along an edge. No face is covered by another or cut by the edge."""
    width, height = size
    picture = draw_backdrop(rng, size, backdrop)
    slot = width / len(characters)
    placed = []
    for i in range(len(characters)):
        unit = min(slot / 3.3, height / 5.2) * rng.uniform(0.5, 1.0)
        free = max(0.0, slot / 2 - 1.65 * unit)
        x = (i + 0.5) * slot + rng.uniform(-free, free)
        # Someone seen from head to shoes stands on the ground, not in the air.
        highest = max(1.95 * unit, height * 0.95 - 6.5 * unit)
        lowest = max(highest, height * (1 - _TITLE_SHARE * bool(title)) - 2.6 * unit)
        placed.append((unit, x, highest + (lowest - highest) * rng.uniform(0.05, 0.9)))
    faces = {}
    for i in sorted(range(len(characters)), key=lambda i: placed[i][0]):  # the nearest stands in front
        unit, x, y = placed[i]
        faces[i] = _place(picture, characters[i], rng, (x, y), unit)
    if title:
        # Over their heads where there is room for it, hair and hats included; else across the bottom.
        room = min(y - 2.5 * unit for unit, _, y in placed)
        letter(picture, title, characters[0].cloth, at_top=room > height * _TITLE_SHARE)
    return Scene(picture, tuple(faces[i] for i in range(len(characters))))


def _place(
    picture: Image.Image,
    who: Character,
    rng: np.random.Generator,
    at: tuple[float, float],
    unit: float,
    expression: str | None = None,
    tilt: float | None = None,
) -> FaceBox:
    """Draw a figure so that the middle of its face comes to lie at a point of the picture."""
    if expression is None:
        expression = str(rng.choice(EXPRESSIONS, p=_MOODS))
    tilt = float(rng.uniform(-8, 8)) if tilt is None else tilt
    x, y = at
    left, top = max(0, int(x - _LEFT * unit)), max(0, int(y - _UP * unit))
    right = min(picture.width, int(x + _RIGHT * unit) + 1)
    bottom = min(picture.height, int(y + _DOWN * unit) + 1)
    pen = Pen((right - left, bottom - top), (x - left, y - top), unit)
    draw_figure(pen, who, rng, expression, tilt)
    figure = pen.finish()
    if picture.mode == "RGBA":
        picture.alpha_composite(figure, (left, top))
    else:
        picture.paste(figure, (left, top), figure)
    half, chin = unit * 1.05, unit * 1.2
    return FaceBox(who.name, round(x - half), round(y - unit * 0.95), round(2 * half), round(unit * 0.95 + chin))
