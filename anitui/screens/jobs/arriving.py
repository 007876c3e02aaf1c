"""The pictures that came in last, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.screens.widgets.picture import GridCell, PictureGrid
from anitui.screens.widgets.picture.layout import AROUND, GAP, Measure

LEAST = 8  # cells, so that a caption can be read
SHAPE = 1.7  # cells of width for each of height: a little less than a square, as most pictures stand upright
BESIDE = 4  # about so many beside each other, where there is height for them; then more rows instead of larger ones


class Arriving(PictureGrid):
    """A grid of one page, with pictures as large as its height lets them be."""

    least = LEAST

    def land(self, cells: Sequence[GridCell]) -> None:
        """Show these, the newest first, as many as fit."""
        self._landed = cells
        self._show()

    _landed: Sequence[GridCell] | None = None

    def drawing_changed(self) -> None:
        width, height = self.content_size
        high_enough = max(4, round(width / BESIDE / SHAPE))
        lines = max(1, round(height / (high_enough + AROUND)))
        rows = max(1, height // lines - AROUND)
        beside = max(1, width // (max(self.least, round(rows * SHAPE)) + GAP))
        self.model.resize(Measure(width, height, max(1, width // beside - GAP), rows))
        self.draw_page()
        self._show()

    def _show(self) -> None:
        if self._landed is not None and self.model.measure.width:
            shown = self._landed[: self.model.measure.page]
            self.set_window(0, shown, len(shown))
