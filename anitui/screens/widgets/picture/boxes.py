"""Boxes drawn on a picture before it becomes characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

Rectangle = tuple[float, float, float, float]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a picture: left, top, width and height as shares of the whole picture."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour = (255, 220, 0)

    def within(self, part: Rectangle, size: tuple[int, int]) -> Rectangle:
        """Left, top, right, bottom in pixels of an image of this size that shows only that part of the picture."""
        left, top, right, bottom = part
        across, down = size[0] / (right - left), size[1] / (bottom - top)
        return (
            (self.x - left) * across,
            (self.y - top) * down,
            (self.x + self.width - left) * across,
            (self.y + self.height - top) * down,
        )


def with_boxes(image: Image.Image, boxes: Sequence[Rectangle], colours: Sequence[Colour]) -> Image.Image:
    """A copy with each box (left, top, right, bottom in pixels) outlined in its colour, one pixel thick."""
    marked = image.convert("RGB")
    if marked is image:
        marked = image.copy()
    draw = ImageDraw.Draw(marked)
    for (left, top, right, bottom), colour in zip(boxes, colours, strict=True):
        if right < left or bottom < top:
            continue
        corners = [round(left), round(top), max(round(left), round(right) - 1), max(round(top), round(bottom) - 1)]
        draw.rectangle(corners, outline=colour)
    return marked
