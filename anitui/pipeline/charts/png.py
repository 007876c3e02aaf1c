"""Charts as PNG, by Pillow alone: drawn large and made smaller, so that edges are smooth."""

from __future__ import annotations

import io

from PIL import Image, ImageColor, ImageDraw

from anitui.pipeline.charts.colours import LIGHT
from anitui.pipeline.charts.fonts import font_for, own, plain
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.charts.shapes import Box, Drawing, Path, Words, lay_out

SCALE = 2  # pixels of the picture for each unit: sharp on screens with many
_FINER = 2  # and so many times as many while it is drawn


def file_of(chart: Chart) -> bytes:
    """A picture of the chart, light."""
    out = io.BytesIO()
    drawn(lay_out(chart)).save(out, "PNG", optimize=True)
    return out.getvalue()


def drawn(drawing: Drawing) -> Image.Image:
    large = SCALE * _FINER
    size = round(drawing.width * large), round(drawing.height * large)
    image = Image.new("RGB", size, LIGHT["page"])
    pen = ImageDraw.Draw(image)
    found = font_for(shape.text for shape in drawing.shapes if isinstance(shape, Words))
    for shape in drawing.shapes:
        if isinstance(shape, Box):
            right, bottom = (shape.x + shape.width) * large - 1, (shape.y + shape.height) * large - 1
            left, top = shape.x * large, shape.y * large
            pen.rectangle((left, top, max(left, right), max(top, bottom)), _mixed(shape.role, shape.strength))
        elif isinstance(shape, Path):
            points = [(x * large, y * large) for x, y in shape.points]
            pen.line(points if len(points) > 1 else points * 2, LIGHT[shape.role], round(shape.width * large), "curve")
        elif isinstance(shape, Words):
            text, size_of = (shape.text, found) if found is not None else (plain(shape.text), own)
            font = size_of(round(shape.size * large))
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.at]
            pen.text((shape.x * large, shape.y * large), text, LIGHT[shape.role], font, anchor)
    return image.reduce(_FINER)


def _mixed(role: str, strength: float) -> tuple[int, ...]:
    """A colour as it is when only so much of it lies over the page."""
    colour, page = ImageColor.getrgb(LIGHT[role]), ImageColor.getrgb(LIGHT["page"])
    return tuple(round(below + (above - below) * strength) for above, below in zip(colour, page, strict=True))
