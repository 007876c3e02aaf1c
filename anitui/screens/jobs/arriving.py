"""The pictures that came in last, in one row."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.screens.widgets.picture import GridCell, PictureGrid
from anitui.screens.widgets.picture.layout import AROUND, GAP, Measure

LEAST = 8  # cells, so that a caption can be read
SHAPE = 1.7  # cells of width for each of height: a little less than a square, as most pictures stand upright


class Arriving(PictureGrid):
    """A grid of one row, with pictures as large as its height lets them be."""

    def land(self, cells: Sequence[GridCell]) -> None:
        """Show these, the newest first, as many as fit beside each other."""
        self._landed = cells
        self._show()

    _landed: Sequence[GridCell] | None = None

    def drawing_changed(self) -> None:
        width, height = self.content_size
        rows = max(1, height - AROUND)
        beside = max(1, width // (max(LEAST, round(rows * SHAPE)) + GAP))
        self.model.resize(Measure(width, height, max(1, width // beside - GAP), rows))
        self.draw_page()
        self._show()

    def _show(self) -> None:
        if self._landed is not None and self.model.measure.width:
            shown = self._landed[: self.model.measure.columns]
            self.set_window(0, shown, len(shown))
