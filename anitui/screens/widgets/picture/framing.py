"""Which part of a picture is seen, and how many cells it takes: fit, zoom and pan as plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

ZOOM_STEP = 1.5
MOST_ZOOM = 16.0  # of a picture that is hardly larger than its view
CELLS_PER_PIXEL = 4.0  # across: of any other one looks as near as that, a thin one many times nearer
_WITHOUT_END = 1e5  # what is asked for before the picture is known
_SHARE = 1 / 3  # of the view, that what one looks at takes


@dataclass(frozen=True, slots=True)
class Framing:
    """What the viewer wishes to see: how near, and around which point (as a share of width and height)."""

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def nearer(self, factor: float = ZOOM_STEP) -> Framing:
        """Zoomed by a factor around the same point, no further than the whole; how near it goes, its picture says."""
        return Framing(min(_WITHOUT_END, max(1.0, self.zoom * factor)), self.x, self.y)


WHOLE = Framing()


@dataclass(frozen=True, slots=True)
class Frame:
    """What can be seen of a picture in a box of cells."""

    columns: int
    rows: int
    part: tuple[float, float, float, float]
    """Left, top, right, bottom as shares of the picture's width and height."""
    framing: Framing
    """The wish, held within the picture's bounds."""

    def panned(self, dx: float, dy: float) -> Framing:
        """Moved by shares of what is seen; 0.5 is half a view to the right or down."""
        left, top, right, bottom = self.part
        return Framing(self.framing.zoom, self.framing.x + dx * (right - left), self.framing.y + dy * (bottom - top))


def whole_scale(picture: tuple[int, int], columns: int, rows: int, cell_aspect: float) -> float:
    """How many cells across a pixel of the picture takes where all of it is seen."""
    return min(columns / picture[0], rows * cell_aspect / picture[1])


def most_zoom(scale: float) -> float:
    """How near one may look at a picture of this scale: until a pixel is several cells."""
    return max(MOST_ZOOM, CELLS_PER_PIXEL / scale)


def around(
    picture: tuple[int, int], columns: int, rows: int, cell_aspect: float, part: tuple[float, float, float, float]
) -> Framing:
    """A part of the picture (left, top, width, height, as shares of it) with what surrounds it; nearer than all."""
    left, top, width, height = part
    scale = whole_scale(picture, columns, rows, cell_aspect)
    across = columns * _SHARE / (max(1.0, width * picture[0]) * scale)
    down = rows * cell_aspect * _SHARE / (max(1.0, height * picture[1]) * scale)
    return Framing(max(ZOOM_STEP, min(across, down)), left + width / 2, top + height / 2)


def frame(picture: tuple[int, int], columns: int, rows: int, cell_aspect: float, wish: Framing) -> Frame:
    """Fit a picture into columns × rows cells, keeping its proportions; never empty, never outside the picture."""
    width, height = max(1, picture[0]), max(1, picture[1])
    columns, rows = max(1, columns), max(1, rows)
    scale = whole_scale((width, height), columns, rows, cell_aspect)
    zoom = min(most_zoom(scale), max(1.0, wish.zoom))
    scale *= zoom
    seen_x, seen_y = min(1.0, columns / (width * scale)), min(1.0, rows * cell_aspect / (height * scale))
    x = min(1 - seen_x / 2, max(seen_x / 2, wish.x))
    y = min(1 - seen_y / 2, max(seen_y / 2, wish.y))
    return Frame(
        columns=min(columns, max(1, round(width * seen_x * scale))),
        rows=min(rows, max(1, round(height * seen_y * scale / cell_aspect))),
        part=(x - seen_x / 2, y - seen_y / 2, x + seen_x / 2, y + seen_y / 2),
        framing=Framing(zoom, x, y),
    )
