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
    colour: Colour | None = (255, 220, 0)
    """None is white and black in turns: taken for no colour, and seen on pale and on dark pictures."""
    handles: bool = False
    """Whether it is the one that can be changed: its corners have handles."""
    corner: int | None = None
    """Which of its handles is in the hand: top left, top right, bottom right, bottom left."""

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


_HANDLE, _RIM, _IN_HAND = (255, 255, 255), (0, 0, 0), (255, 0, 255)
_LIGHT, _DARK = (235, 235, 235), (0, 0, 0)
_DASH = 3  # times as long as thick


def with_boxes(
    image: Image.Image, boxes: Sequence[Rectangle], colours: Sequence[Colour | None], thickness: int = 1
) -> Image.Image:
    """A copy with each box (left, top, right, bottom in pixels) outlined in its colour, or dashed where it has none."""
    marked = image.convert("RGB")
    if marked is image:
        marked = image.copy()
    draw = ImageDraw.Draw(marked)
    for (left, top, right, bottom), colour in zip(boxes, colours, strict=True):
        if right < left or bottom < top:
            continue
        corners = [round(left), round(top), max(round(left), round(right) - 1), max(round(top), round(bottom) - 1)]
        draw.rectangle(corners, outline=colour or _LIGHT, width=thickness)
        if colour is None:
            _dash(draw, corners, marked.size, thickness)
    return marked


def _dash(draw: ImageDraw.ImageDraw, corners: Sequence[int], size: tuple[int, int], thickness: int) -> None:
    left, top, right, bottom = corners
    dash, thick = _DASH * thickness, thickness - 1
    for x in _begun(left, right, dash, size[0]):
        end = min(x + dash - 1, right)
        draw.rectangle([x, top, end, min(top + thick, bottom)], fill=_DARK)
        draw.rectangle([x, max(top, bottom - thick), end, bottom], fill=_DARK)
    for y in _begun(top, bottom, dash, size[1]):
        end = min(y + dash - 1, bottom)
        draw.rectangle([left, y, min(left + thick, right), end], fill=_DARK)
        draw.rectangle([max(left, right - thick), y, right, end], fill=_DARK)


def _begun(low: int, high: int, dash: int, size: int) -> range:
    """Where the dark dashes of a side begin: at the same places of the box, whatever part of it is seen."""
    unseen = max(0, -low) // (2 * dash) * 2 * dash
    return range(low + unseen, min(high + 1, size), 2 * dash)


def with_handles(image: Image.Image, box: Rectangle, side: int, corner: int | None) -> Image.Image:
    """The same picture with a square on each corner of a box; the one in the hand is larger. Draws on the image."""
    left, top, right, bottom = box
    side = max(1, min(side, int(min(right - left, bottom - top) / 3)))  # of a small box something is still to be seen
    draw = ImageDraw.Draw(image)
    for number, (x, y, inwards) in enumerate(
        ((left, top, (0, 0)), (right, top, (1, 0)), (right, bottom, (1, 1)), (left, bottom, (0, 1)))
    ):
        mine = side * 2 if number == corner else side
        # Inside the box, so that it is seen at the edge of the picture as well.
        x0, y0 = round(x) - inwards[0] * mine, round(y) - inwards[1] * mine
        place = [x0, y0, x0 + mine - 1, y0 + mine - 1]
        draw.rectangle(place, fill=_IN_HAND if number == corner else _HANDLE, outline=_RIM if side > 3 else None)
    return image
