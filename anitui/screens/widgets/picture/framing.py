"""Which part of a picture is seen, and how many cells it takes: fit, zoom and pan as plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

ZOOM_STEP = 1.5
MOST_ZOOM = 16.0


@dataclass(frozen=True, slots=True)
class Framing:
    """What the viewer wishes to see: how near, and around which point (as a share of width and height)."""

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def nearer(self, factor: float = ZOOM_STEP) -> Framing:
        """Zoomed by a factor around the same point, between the whole picture and the nearest view."""
        return Framing(min(MOST_ZOOM, max(1.0, self.zoom * factor)), self.x, self.y)


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


def frame(picture: tuple[int, int], columns: int, rows: int, cell_aspect: float, wish: Framing) -> Frame:
    """Fit a picture into columns × rows cells, keeping its proportions; never empty, never outside the picture."""
    width, height = max(1, picture[0]), max(1, picture[1])
    columns, rows = max(1, columns), max(1, rows)
    zoom = min(MOST_ZOOM, max(1.0, wish.zoom))
    scale = min(columns / width, rows * cell_aspect / height) * zoom  # cells across per picture pixel
    seen_x, seen_y = min(1.0, columns / (width * scale)), min(1.0, rows * cell_aspect / (height * scale))
    x = min(1 - seen_x / 2, max(seen_x / 2, wish.x))
    y = min(1 - seen_y / 2, max(seen_y / 2, wish.y))
    return Frame(
        columns=min(columns, max(1, round(width * seen_x * scale))),
        rows=min(rows, max(1, round(height * seen_y * scale / cell_aspect))),
        part=(x - seen_x / 2, y - seen_y / 2, x + seen_x / 2, y + seen_y / 2),
        framing=Framing(zoom, x, y),
    )
