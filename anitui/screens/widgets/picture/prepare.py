"""From a decoded picture to finished lines: what a worker does for one picture at one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from anitui.screens.widgets.picture import cells, kitty, sixel
from anitui.screens.widgets.picture.boxes import Box, with_boxes, with_handles
from anitui.screens.widgets.picture.framing import WHOLE, Frame, Framing, frame
from anitui.screens.widgets.picture.pieces import Piece
from anitui.screens.widgets.picture.policy import Drawing, Kind
from anitui.screens.widgets.picture.subject import Crop, Subject

# Decoding to twice the pixels that cells show leaves the last, sharp resize something to work with.
_FINER = 2
_MOST_PIXELS = 4096


@dataclass(frozen=True, slots=True)
class Order:
    """A picture wanted at a size, drawn in one way. Equal orders have equal results."""

    path: Path
    columns: int
    rows: int
    drawing: Drawing
    framing: Framing = WHOLE
    boxes: tuple[Box, ...] = ()
    crop: Crop | None = None
    shape: tuple[int, int] | None = None
    against: Subject | None = None

    @property
    def subject(self) -> Subject:
        """What is to be seen, however it is drawn."""
        return Subject(self.path, self.crop, self.shape, self.against)

    def decoded_size(self) -> tuple[int, int]:
        """The box of (square) pixels that decoding should fill for this order."""
        across, down = self.drawing.pixels_per_cell()
        if self.drawing.by_cells:
            across, down = across * _FINER, max(down, round(across * self.drawing.cell_aspect)) * _FINER
        zoom = max(1.0, self.framing.zoom)
        return (
            min(_MOST_PIXELS, max(1, round(self.columns * across * zoom))),
            min(_MOST_PIXELS, max(1, round(self.rows * down * zoom))),
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as finished lines, none wider or more than the order allows."""

    lines: Sequence[Piece]
    frame: Frame
    picture_size: tuple[int, int]
    """Its size as it was decoded, or the shape that it was asked for in."""
    nbytes: int
    kitty: kitty.KittyImage | None = field(default=None)

    @property
    def columns(self) -> int:
        return self.lines[0].width if self.lines else 0


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What is said in place of a picture that cannot be shown."""

    reason: str


Result = Prepared | Placeholder


def prepare(image: Image.Image, order: Order) -> Prepared:
    """Crop, resize, draw the boxes, and turn into lines. Made for a worker: a page takes tens of milliseconds."""
    drawing = order.drawing
    shape = order.shape or image.size
    seen = frame(shape, order.columns, order.rows, drawing.cell_aspect, order.framing)
    across, down = drawing.pixels_per_cell()
    size = (seen.columns * across, seen.rows * down)
    left, top, right, bottom = seen.part
    width, height = image.size
    part = (left * width, top * height, right * width, bottom * height)
    shown = image.resize(size, Image.Resampling.LANCZOS, box=part)
    if order.boxes:
        rectangles = [box.within(seen.part, size) for box in order.boxes]
        # Where a cell has many pixels, a line of one of them is hardly seen.
        shown = with_boxes(shown, rectangles, [box.colour for box in order.boxes], max(1, across // 4))
        for box, rectangle in zip(order.boxes, rectangles, strict=True):
            if box.handles:
                with_handles(shown, rectangle, max(2, across), box.corner)
    if drawing.kind is Kind.KITTY:
        sent, placed = kitty.prepare(shown, seen.columns, seen.rows)
        weight = len(sent.transmission) + sum(line.nbytes for line in placed)
        return Prepared(placed, seen, shape, weight, sent)
    if drawing.kind is Kind.SIXEL:
        strips = sixel.to_rows(shown, drawing.cell_pixels)
        return Prepared(strips, seen, shape, sum(line.nbytes for line in strips))
    rows = cells.to_rows(shown, drawing)
    # Asking for its size makes each line's escape codes, here and not on the UI thread.
    return Prepared(rows, seen, shape, sum(line.nbytes for line in rows))
