"""The drawing half of a grid: which pictures the page needs, and as few lines drawn again as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from anitui.screens.widgets.picture import grid_paint
from anitui.screens.widgets.picture.canvas import Canvas
from anitui.screens.widgets.picture.grid_model import GridModel
from anitui.screens.widgets.picture.grid_paint import Styles, Tile
from anitui.screens.widgets.picture.loader import PictureLoader
from anitui.screens.widgets.picture.pieces import PieceStrip
from anitui.screens.widgets.picture.policy import Policy
from anitui.screens.widgets.picture.prepare import Order, Prepared, Result

_PARTS = ("caption", "plain", "strong", "set-aside", "cursor", "selected", "heading", "trouble")
_KEPT_BY_TERMINAL = 600
# Pictures that come in one by one are drawn together: each repaint of a row repaints the row from its left.
_TOGETHER = 0.04


class GridCanvas(Canvas):
    """Draws the page that its model tells. What moves the model, and what the screen is told, is the grid's."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"picture-grid--{part}" for part in _PARTS}

    def __init__(
        self,
        *,
        loader: PictureLoader | None,
        policy: Policy | str,
        environ: Mapping[str, str],
        empty_text: str,
        name: str | None,
        id: str | None,
        classes: str | None,
        disabled: bool,
    ) -> None:
        super().__init__(
            loader=loader, policy=policy, environ=environ, kept_by_terminal=_KEPT_BY_TERMINAL,
            name=name, id=id, classes=classes, disabled=disabled,
        )  # fmt: skip
        self.empty_text = empty_text
        self.model = GridModel()
        self._results: dict[int, Result] = {}
        self._lines: dict[int, PieceStrip] = {}
        self._styles: Styles | None = None
        self._unseen: set[int] = set()
        self._together: Timer | None = None

    def draw_page(self) -> None:
        """Everything anew: the page is another one."""
        self._lines.clear()
        self._unseen.clear()
        self.order_pictures()
        self.refresh()

    def draw_tile(self, index: int, *, whole: bool = False) -> None:
        """A picture's frame and caption, or all of it. Lines across pictures are dear: the terminal gets each
        from its left edge up to what has changed."""
        measure = self.model.measure
        for placed in self.model.page:
            if placed.row.first <= index < placed.row.end:
                x = measure.indent + (index - placed.row.first) * measure.pitch
                if whole:
                    self._draw_lines(placed.y, measure.row_height, x, measure.pitch)
                else:
                    self._draw_lines(placed.y, 1, x, measure.pitch)
                    self._draw_lines(placed.y + measure.row_height - 1, 1, x, measure.pitch)
                return

    def order_pictures(self) -> None:
        """Take what is ready for this page, have the rest prepared, then the next page and the previous one."""
        if not self.is_mounted:
            return
        seen = {index: order for index in self.model.seen if (order := self._order(index)) is not None}
        ready = {index: self.loader.ready(order) for index, order in seen.items()}
        self._results = {index: result for index, result in ready.items() if result is not None}
        ahead = [
            order
            for stretch in self.model.neighbours()
            for index in stretch
            if (order := self._order(index)) is not None
        ]
        self.want(seen.values(), ahead)
        self._send_pictures()

    def _send_pictures(self) -> None:
        shown = [result.kitty for result in self._results.values() if isinstance(result, Prepared)]
        self.send(image for image in shown if image is not None)

    def style_changed(self) -> None:
        self._styles = None
        self._lines.clear()

    def arrived(self, results: Sequence[tuple[Order, Result]]) -> None:
        known = dict(results)
        for index in self.model.seen:
            order = self._order(index)
            if order is not None and order in known:
                self._results[index] = known[order]
                self._unseen.add(index)
        if self._unseen and self._together is None:
            self._together = self.set_timer(_TOGETHER, self._draw_arrived)

    def on_unmount(self) -> None:
        if self._together is not None:
            self._together.stop()

    def _order(self, index: int) -> Order | None:
        if (cell := self.model.cell(index)) is None:
            return None
        measure = self.model.measure
        columns, rows = measure.thumb_columns, measure.thumb_rows
        return Order(cell.path, columns, rows, self.drawing.for_thumbnails(), crop=cell.crop)

    def _draw_arrived(self) -> None:
        self._together = None
        self._send_pictures()
        for placed in self.model.page:
            if not self._unseen.isdisjoint(range(placed.row.first, placed.row.end)):
                self._draw_lines(placed.y, self.model.measure.row_height, 0, self.model.measure.width)
        self._unseen.clear()

    def _draw_lines(self, y: int, height: int, x: int, width: int) -> None:
        for line in range(y, y + height):
            self._lines.pop(line, None)
        self.refresh(Region(x, y, width, height))

    def line(self, y: int) -> Strip:
        if (line := self._lines.get(y)) is None:
            line = self._lines[y] = self._make_line(y)
        return line

    def _make_line(self, y: int) -> PieceStrip:
        measure, styles = self.model.measure, self._text_styles()
        for placed in self.model.page:
            if y == placed.heading:
                return grid_paint.heading_line(self.model.cell(placed.row.first), measure, styles)
            if placed.y <= y < placed.y + measure.row_height:
                tiles = [self._tile(index) for index in range(placed.row.first, placed.row.end)]
                if y == placed.y:
                    return grid_paint.edge_line(tiles, measure, styles)
                if y == placed.y + measure.row_height - 1:
                    return grid_paint.caption_line(tiles, measure, styles)
                return grid_paint.picture_line(tiles, y - placed.y - 1, measure, styles)
        nothing = self.model.total == 0 and y == measure.height // 2
        return grid_paint.empty_line(self.empty_text if nothing else "", measure, styles)

    def _tile(self, index: int) -> Tile:
        model = self.model
        return Tile(model.cell(index), self._results.get(index), index == model.cursor, model.is_selected(index))

    def _text_styles(self) -> Styles:
        if self._styles is None:
            part = {name: self.words_style(f"picture-grid--{name}") for name in _PARTS}
            self._styles = Styles(
                base=self.words_style(), caption=part["caption"],
                plain=part["plain"], strong=part["strong"], set_aside=part["set-aside"],
                cursor=part["cursor"], selected=part["selected"], heading=part["heading"],
                trouble=part["trouble"],
            )  # fmt: skip
        return self._styles
