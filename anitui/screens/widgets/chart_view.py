"""A chart as lines of text, as wide as there is room: of thousands of rows only what is visible is drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from anitui.pipeline.charts import text
from anitui.pipeline.charts.model import Bar, Chart
from anitui.pipeline.charts.shapes import COLOURS
from anitui.pipeline.charts.text import Line

_MOST = 5000  # rows; of tags there may be hundreds of thousands, and nobody goes through those one by one
_CLOSE = 40  # narrower, and what is said above a chart would leave it no room


class ChartView(ScrollView, can_focus=False):
    """Shows one chart, with a cursor on a row of it once one has gone into it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chart--name", "chart--number", "chart--dim", "chart--title", "chart--cursor",
        *(f"chart--bar{number}" for number in range(COLOURS)),
    }  # fmt: skip
    DEFAULT_CSS = """
    ChartView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .chart--name { color: $foreground; }
        & > .chart--number { color: $foreground; }
        & > .chart--title { color: $foreground; text-style: bold; }
        & > .chart--dim { color: $foreground-muted; }
        & > .chart--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        & > .chart--bar0 { color: $accent; }
        & > .chart--bar1 { color: $warning; }
        & > .chart--bar2 { color: $success; }
        & > .chart--bar3 { color: $error; }
        & > .chart--bar4 { color: $secondary; }
        & > .chart--bar5 { color: $accent-lighten-2; }
        & > .chart--bar6 { color: $warning-darken-2; }
        & > .chart--bar7 { color: $success-darken-2; }
    }
    """

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.chart: Chart | None = None
        self.logarithmic = False  # whether bars grow by the logarithm
        self._said = ""
        self._lines: list[Line] = []
        self._first: list[int] = []  # the line that each row begins on
        self._cursor: int | None = None

    @property
    def rows(self) -> int:
        """How many rows one may go through."""
        return len(self._first)

    @property
    def cursor(self) -> int | None:
        return self._cursor

    @property
    def current(self) -> Bar | None:
        """The row under the cursor."""
        return text.rows(self.chart)[self._cursor] if self.chart is not None and self._cursor is not None else None

    def show(self, chart: Chart) -> None:
        """Show a chart; the one that is shown already stays where it is, whatever its numbers are now."""
        again = self.chart is not None and self.chart.name == chart.name
        at = self._cursor
        self.chart, self._said = chart, ""
        self._lay_out()
        if again and at is not None and self.rows:
            self.move(min(at, self.rows - 1))
        else:
            self.leave()
            if not again:
                self.scroll_to(0, 0, animate=False, force=True)

    def tell(self, said: str) -> None:
        """Say something in its place."""
        self.chart, self._said, self._cursor = None, said, None
        self._lay_out()

    def move(self, row: int) -> None:
        """Put the cursor on a row and show it."""
        if not self.rows:
            return
        self._cursor = max(0, min(row, self.rows - 1))
        line = self._first[self._cursor]
        room = max(1, self.scrollable_content_region.height)
        top = self.scroll_offset.y
        if line < top or self._cursor == 0:
            self.scroll_to(y=0 if self._cursor == 0 else line, animate=False, force=True)
        elif line >= top + room:
            self.scroll_to(y=line - room + 1, animate=False, force=True)
        self.refresh()

    def scale(self, *, log: bool) -> None:
        """Let bars grow by the logarithm of what they count, or as they count it."""
        self.logarithmic = log
        self._lay_out()

    def leave(self) -> None:
        """Take the cursor off."""
        self._cursor = None
        self.refresh()

    def page(self, by: int) -> None:
        """By what is visible: of the cursor where it is on a row, else of what is shown."""
        room = max(1, self.scrollable_content_region.height - 1)
        if self._cursor is not None:
            self.move(self._cursor + by * room)
        else:
            self.scroll_to(y=self.scroll_offset.y + by * room, animate=False, force=True)

    def end(self, last: bool) -> None:
        if self._cursor is not None:
            self.move(self.rows - 1 if last else 0)
        else:
            self.scroll_to(y=self.max_scroll_y if last else 0, animate=False, force=True)

    def on_resize(self) -> None:
        self._lay_out()
        if self._cursor is not None:
            self.move(self._cursor)

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if 0 <= at < len(self._lines) and (row := self._lines[at].row) is not None:
            self.post_message(self.Chosen(row))

    def _lay_out(self) -> None:
        # The room for a scroll bar is kept free: numbers must not move when it comes.
        width = max(12, self.content_region.width - self.styles.scrollbar_size_vertical)
        if self.chart is None:
            self._lines = [Line(((each, "dim"),)) for each in text.wrapped(self._said, width)]
        else:
            chart = self.chart if width >= _CLOSE else replace(self.chart, facts=self.chart.facts[:1])
            about = text.heading(chart, width)[1:]  # the title stands in the frame
            self._lines = [*about, Line(()), *text.lines(chart, width, _MOST, log=self.logarithmic)]
        first: dict[int, int] = {}
        for at, line in enumerate(self._lines):
            if line.row is not None:
                first.setdefault(line.row, at)
        self._first = [first[row] for row in sorted(first)]
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        blank = self.rich_style
        if at >= len(self._lines):
            return Strip.blank(self.size.width, blank)
        line = self._lines[at]
        under = self._cursor is not None and line.row == self._cursor
        cursor = self.get_component_rich_style("chart--cursor")
        segments = [Segment(piece, cursor if under else self._style(role)) for piece, role in line.pieces]
        return Strip(segments).adjust_cell_length(self.size.width, cursor if under else blank)

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"chart--{role}")
