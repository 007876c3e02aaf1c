"""A pen that draws smooth, turned shapes in the sample's own units and hands back a clean small picture."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from anitui.demo.character import Colour

Points = npt.NDArray[np.float64]
Point = tuple[float, float]


def curve(*points: Point, steps: int = 10) -> Points:
    """Anchor, control, anchor, control, …, anchor as one line of quadratic arcs; corners only at anchors."""
    corners = np.asarray(points, dtype=np.float64)
    start, control, end = corners[:-2:2, None], corners[1:-1:2, None], corners[2::2, None]
    t = np.linspace(0.0, 1.0, steps)[None, :, None]
    arcs = np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end, dtype=np.float64)
    return arcs.reshape(-1, 2)


def oval(x: float, y: float, rx: float, ry: float, begin: float = 0.0, end: float = 360.0) -> Points:
    """Points of an ellipse or of an arc of it; degrees run clockwise from three o'clock."""
    angle = np.radians(np.linspace(begin, end, 40))
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def mirrored(points: Points, side: int) -> Points:
    """The same shape on the other half of the body where side is -1."""
    return np.asarray(points * np.array([side, 1.0]), dtype=np.float64)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """The colour `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(colour: Colour, factor: float) -> Colour:
    """The colour with all its light scaled down."""
    red, green, blue = (round(part * factor) for part in colour)
    return red, green, blue


class Pen:
    """Draws on a transparent sheet, four times as large as what `finish` returns.

    One unit is half the width of a face; the origin lies at the middle of that face, y runs down.
    """

    def __init__(self, size: tuple[int, int], origin: Point, unit: float) -> None:
        self._size = size
        # Large figures need less: their edges are thicker, and four times would cost most of the picture's time.
        self._fine = 4 if max(size) <= 420 else 3 if max(size) <= 640 else 2
        self._unit = unit * self._fine
        self._origin = np.array(origin) * self._fine
        self._turn = np.eye(2)
        self._pivot = np.zeros(2)
        self._sheet = Image.new("RGBA", (size[0] * self._fine, size[1] * self._fine))
        self._draw = ImageDraw.Draw(self._sheet)

    @contextmanager
    def turned(self, degrees: float, pivot: Point) -> Iterator[None]:
        """Everything drawn inside is turned about the pivot."""
        angle = math.radians(degrees)
        self._turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        self._pivot = np.array(pivot)
        yield
        self._turn, self._pivot = np.eye(2), np.zeros(2)

    def fill(self, points: Points, colour: Colour, edge: Colour | None = None, width: float = 0.035) -> None:
        """A closed shape, with an outline where an edge colour is given."""
        placed = self._place(points)
        self._draw.polygon(placed, fill=colour)
        if edge is not None:
            self._draw.line([*placed, placed[0], placed[1]], fill=edge, width=self._wide(width), joint="curve")

    def line(self, points: Points, colour: Colour, width: float = 0.035) -> None:
        """An open line with round ends."""
        placed, wide = self._place(points), self._wide(width)
        self._draw.line(placed, fill=colour, width=wide, joint="curve")
        if wide > 3:
            radius = wide / 2 - 0.5
            for x, y in (placed[0], placed[-1]):
                self._draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)

    def brush(self, points: Points, colour: Colour, width: float) -> None:
        """A stroke that swells in the middle and thins out at both ends, as a lash or a brow does."""
        along = np.gradient(points, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        swell = np.sin(np.linspace(0.12, math.pi - 0.12, len(points)))[:, None] ** 0.7 * width / 2
        self.fill(np.concatenate([points + across * swell, (points - across * swell)[::-1]]), colour)

    def finish(self) -> Image.Image:
        """The drawing at its real size, with smooth edges and a transparent ground."""
        return self._sheet.resize(self._size, Image.Resampling.LANCZOS, reducing_gap=1.0)

    def _place(self, points: Points) -> list[Point]:
        placed = ((points - self._pivot) @ self._turn + self._pivot) * self._unit + self._origin
        return [(x, y) for x, y in placed.tolist()]

    def _wide(self, width: float) -> int:
        return max(1, round(width * self._unit))


def star(x: float, y: float, radius: float, tips: int = 5, inner: float = 0.45) -> Points:
    """A star, or with few tips and a small inner radius a sparkle."""
    angle = np.arange(2 * tips) * math.pi / tips - math.pi / 2
    reach = np.where(np.arange(2 * tips) % 2 == 0, radius, radius * inner)
    return np.stack([x + reach * np.cos(angle), y + reach * np.sin(angle)], axis=1)


def polygon(points: Sequence[Point]) -> Points:
    """Straight-edged shape from plain pairs."""
    return np.asarray(points, dtype=np.float64)
