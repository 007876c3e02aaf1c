"""Boxes as plain arithmetic: moved, resized, drawn and grown, always within their picture; cells to pixels and back.

Everything is in pixels of the picture as displayed, the origin top left; a step of a person ends on whole pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 4.0  # pixels: what is smaller is a slip of the hand
COARSE, FINE = 5.0, 2.0  # of LAP's labeler
FINER_BELOW = 1000  # in smaller pictures a fine step is a single pixel
CORNERS = ("top left", "top right", "bottom right", "bottom left")  # in the order of the clock
_START = 0.2  # of what is seen: how large a new box begins

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """Left, top, width and height."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def area(self) -> float:
        return self.w * self.h

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def corner(self, number: int) -> tuple[float, float]:
        """Where one of the `CORNERS` lies."""
        return (self.right if number in (1, 2) else self.x), (self.bottom if number in (2, 3) else self.y)

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right and self.y <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Sight:
    """How a picture lies on the screen: which part of it is seen, on which cells."""

    size: Size  # of the whole picture
    part: tuple[float, float, float, float]  # left, top, right, bottom as shares of it
    left: int  # the first column and row of the widget that show it
    top: int
    columns: int
    rows: int

    @property
    def seen(self) -> Rect:
        """The part that is seen, in pixels."""
        (width, height), (left, top, right, bottom) = self.size, self.part
        return Rect(left * width, top * height, (right - left) * width, (bottom - top) * height)

    @property
    def per_column(self) -> float:
        """Pixels that a column shows."""
        return self.seen.w / max(1, self.columns)

    @property
    def per_row(self) -> float:
        return self.seen.h / max(1, self.rows)

    @property
    def coarse(self) -> float:
        """The large step: LAP's, and never one that cannot be seen."""
        return float(round(max(COARSE, self.per_column + 0.5)))

    @property
    def fine(self) -> float:
        return fine(self.size)

    def pixel(self, column: float, row: float) -> tuple[float, float]:
        """The point of the picture at a point of the widget, in cells; beyond the picture, its edge."""
        seen = self.seen
        x = seen.x + (column - self.left) * self.per_column
        y = seen.y + (row - self.top) * self.per_row
        return min(self.size[0], max(0.0, x)), min(self.size[1], max(0.0, y))

    def cell(self, x: float, y: float) -> tuple[float, float]:
        """The point of the widget, in cells, that shows a point of the picture."""
        seen = self.seen
        return self.left + (x - seen.x) / self.per_column, self.top + (y - seen.y) / self.per_row

    def spanned(self, one: tuple[int, int], other: tuple[int, int]) -> Rect:
        """The box over all cells from one to another, both included, however they lie."""
        left, right = sorted((one[0], other[0]))
        top, bottom = sorted((one[1], other[1]))
        return between(self.pixel(left, top), self.pixel(right + 1, bottom + 1), self.size)


def fine(size: Size) -> float:
    """The small step, one or two pixels."""
    return 1.0 if max(size) <= FINER_BELOW else FINE


def clamped(rect: Rect, size: Size) -> Rect:
    """On whole pixels, within the picture, and not too small to be seen; in a tiny picture, as large as it goes."""
    w = min(size[0], max(LEAST, float(round(rect.w))))
    h = min(size[1], max(LEAST, float(round(rect.h))))
    return Rect(
        min(size[0] - w, max(0.0, float(round(rect.x)))), min(size[1] - h, max(0.0, float(round(rect.y)))), w, h
    )


def moved(rect: Rect, dx: float, dy: float, size: Size) -> Rect:
    """All of it moved; at the picture's edge it stops, as large as it is."""
    return clamped(Rect(rect.x + dx, rect.y + dy, rect.w, rect.h), size)


def stretched(rect: Rect, corner: int, dx: float, dy: float, size: Size) -> Rect:
    """One corner moved while the one across stays; they never pass each other."""
    return _edges(
        rect, size,
        left=dx if corner in (0, 3) else 0.0, right=dx if corner in (1, 2) else 0.0,
        top=dy if corner in (0, 1) else 0.0, bottom=dy if corner in (2, 3) else 0.0,
    )  # fmt: skip


def grown(rect: Rect, dx: float, dy: float, size: Size) -> Rect:
    """The edge that lies in that direction pushed out."""
    return _edges(rect, size, left=min(0.0, dx), right=max(0.0, dx), top=min(0.0, dy), bottom=max(0.0, dy))


def _edges(rect: Rect, size: Size, *, left: float, right: float, top: float, bottom: float) -> Rect:
    x0, x1 = _span(rect.x, rect.right, left, right, size[0])
    y0, y1 = _span(rect.y, rect.bottom, top, bottom, size[1])
    return clamped(Rect(x0, y0, x1 - x0, y1 - y0), size)


def _span(low: float, high: float, by_low: float, by_high: float, most: float) -> tuple[float, float]:
    low, high = round(low), round(high)
    if by_low:
        low = max(0.0, min(low + by_low, high - LEAST))
    if by_high:
        high = min(most, max(high + by_high, low + LEAST))
    return low, high


def between(one: tuple[float, float], other: tuple[float, float], size: Size) -> Rect:
    """The box that has these two points as corners, whichever they are."""
    x0, x1 = sorted((one[0], other[0]))
    y0, y1 = sorted((one[1], other[1]))
    return clamped(Rect(x0, y0, x1 - x0, y1 - y0), size)


def inserted(seen: Rect, size: Size) -> Rect:
    """A new box in the middle of what is seen."""
    side = max(LEAST, min(seen.w, seen.h) * _START)
    x, y = seen.middle
    return clamped(Rect(x - side / 2, y - side / 2, side, side), size)


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under a cell: which box, and which of its corners, or its inside."""

    index: int
    corner: int | None = None


def hit(rects: Sequence[Rect], selected: int | None, sight: Sight, column: int, row: int) -> Hit | None:
    """What a press on this cell means: a corner of the selected box, a corner of another, then the smallest box there.

    Nothing where the place is empty.
    """
    at = column + 0.5, row + 0.5
    order = [] if selected is None else [selected]
    order += [each for each in sorted(range(len(rects)), key=lambda n: rects[n].area) if each != selected]
    for index in order:
        corner = _corner_at(rects[index], sight, at)
        if corner is not None:
            return Hit(index, corner)
    x, y = sight.pixel(*at)
    inside = [index for index in order if rects[index].holds(x, y)]
    return Hit(min(inside, key=lambda n: rects[n].area)) if inside else None


def _corner_at(rect: Rect, sight: Sight, at: tuple[float, float]) -> int | None:
    """A corner within a cell; of a small box only what lies on the corner itself, so that it can be moved as well."""
    near = []
    small = rect.w < 5 * sight.per_column or rect.h < 3 * sight.per_row
    reach = 0.6 if small else 1.1
    for number in range(len(CORNERS)):
        column, row = sight.cell(*rect.corner(number))
        away = abs(column - at[0]), abs(row - at[1])
        if max(away) <= reach:
            near.append((sum(away), number))
    return min(near)[1] if near else None
