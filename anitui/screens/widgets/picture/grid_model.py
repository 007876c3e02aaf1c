"""Where a grid stands in its catalogue: the window it holds, its cursor, and the page that follows from them."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.screens.widgets.picture import layout
from anitui.screens.widgets.picture.grid_cell import GridCell
from anitui.screens.widgets.picture.layout import Measure, Place, Placed, Row

_UNKNOWN = Place()


class GridModel:
    """Knows `total` pictures by number and the cells of one stretch of them; what is not known yet is laid out as
    if it had no groups, and again when it comes."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.first = 0
        self.cells: Sequence[GridCell] = ()
        self.cursor = 0
        self.anchor: int | None = None
        self.measure = Measure(0, 0, 1, 1)
        self.rows: list[Row] = []
        self.page: list[Placed] = []
        self._top = 0

    def cell(self, index: int) -> GridCell | None:
        """The cell with this number, where the window holds it."""
        at = index - self.first
        return self.cells[at] if 0 <= at < len(self.cells) else None

    def is_selected(self, index: int) -> bool:
        """Chosen by the screen, or within the range that is being selected."""
        if (within := self.selected_range) is not None and index in within:
            return True
        cell = self.cell(index)
        return cell is not None and cell.selected

    @property
    def selected_range(self) -> range | None:
        if self.anchor is None:
            return None
        return range(min(self.anchor, self.cursor), max(self.anchor, self.cursor) + 1)

    @property
    def seen(self) -> range:
        """The numbers on the page."""
        return range(self.page[0].row.first, self.page[-1].row.end) if self.page else range(0)

    def resize(self, measure: Measure) -> None:
        """Another size of the grid or of its pictures; the cursor stays in sight."""
        self.measure = measure
        self._lay_out()

    def set_window(self, first: int, cells: Sequence[GridCell], total: int) -> None:
        """The cells from `first` on, of `total` in all. The cursor keeps its number."""
        self.first, self.cells, self.total = first, cells, total
        self.cursor = max(0, min(self.cursor, total - 1))
        if self.anchor is not None:
            self.anchor = max(0, min(self.anchor, total - 1))
        self._lay_out()

    def move(self, dx: int, dy: int) -> None:
        """To the side over the ends of rows, and up or down by rows."""
        self.go_to(layout.moved(self.rows, self.cursor, dx, dy) if self.rows else self.cursor)

    def turn(self, pages: int) -> None:
        """So many pages down or up; the cursor keeps its place on the page where it can."""
        if not self.rows:
            return
        top = layout.row_at(self.rows, self._top)
        whole = layout.whole_rows(self.rows, top, self.measure)
        cursor = layout.moved(self.rows, self.cursor, 0, pages * whole)
        if cursor == self.cursor:
            cursor = self.rows[-1].end - 1 if pages > 0 else self.rows[0].first
        self._top = self.rows[min(len(self.rows) - 1, max(0, top + pages * whole))].first
        self.go_to(cursor)

    def scroll(self, rows: int) -> None:
        """The page by so many rows; the cursor goes along where it would be lost."""
        if not self.rows:
            return
        top = layout.row_at(self.rows, self._top)
        target = max(0, min(top + rows, self._last_top()))
        whole = layout.whole_rows(self.rows, target, self.measure)
        at = layout.row_at(self.rows, self.cursor)
        within = min(max(at, target), target + whole - 1)
        self._top = self.rows[target].first
        self.go_to(layout.moved(self.rows, self.cursor, 0, within - at))

    def go_to(self, index: int) -> None:
        """The cursor to this number, held within the catalogue."""
        self.cursor = max(0, min(index, (self.total or 1) - 1))
        self._lay_out()

    def needed(self) -> tuple[int, int]:
        """What must be known for this page, the one before and the one after: first and one past the last number."""
        return self._around(1)

    def worth_asking(self) -> tuple[int, int]:
        """More than needed, so that not every page asks again."""
        return self._around(3)

    def has(self, first: int, last: int) -> bool:
        if self.total == 0:
            return True
        return self.total is not None and self.first <= first and last <= self.first + len(self.cells)

    def neighbours(self) -> list[range]:
        """The numbers of the next page and the previous one, the likelier first."""
        if not self.page:
            return []
        first, end = self.seen.start, self.seen.stop
        page = max(self.measure.page, end - first)
        return [range(end, min(end + page, self.total or 0)), range(max(0, first - page), first)]

    def _around(self, pages: int) -> tuple[int, int]:
        page = self.measure.page
        start = self.seen.start if self.page else self._top
        first = max(0, start - pages * page)
        last = start + (pages + 1) * page
        return first - first % self.measure.columns, min(last, self.total) if self.total else last

    def _lay_out(self) -> None:
        """Rows around the page from what is known, then the page so that the cursor is in it."""
        measure = self.measure
        if not self.total or not measure.width or not measure.height:
            self.rows, self.page, self._top = [], [], 0
            return
        if not self.rows or not (self.rows[0].first <= self.cursor < self.rows[-1].end):
            self._top = max(0, self.cursor - self.cursor % measure.columns)
        self._lay_rows(self._top)
        top = layout.row_at(self.rows, self._top)
        top = layout.top_for(self.rows, layout.row_at(self.rows, self.cursor), top, measure)
        if self.rows[-1].end >= self.total:
            top = min(top, self._last_top())
        self._top = self.rows[top].first
        self.page = layout.page(self.rows, top, measure)

    def _lay_rows(self, around: int) -> None:
        page = self.measure.page
        first, last = (
            max(0, min(around, self.cursor) - 2 * page),
            min(self.total or 0, max(around, self.cursor) + 3 * page),
        )
        window_end = self.first + len(self.cells)
        if self.first <= last and window_end >= first:
            first, last = min(first, self.first), max(last, window_end)
        columns = self.measure.columns
        first -= first % columns
        places = [_UNKNOWN if (cell := self.cell(index)) is None else cell.place for index in range(first, last)]
        self.rows = layout.rows_of(first, places, columns)

    def _last_top(self) -> int:
        if self.total is None or self.rows[-1].end < self.total:
            return len(self.rows) - 1
        return layout.last_top(self.rows, self.measure)
