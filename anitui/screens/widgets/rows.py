"""The rows of a result, of any number: only what is visible is read and drawn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import ClassVar, Protocol

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from anitui.store.spool import Column, is_number, printable

Values = tuple[str | None, ...]

HEADER = 2  # lines: names, types
PAGE = 128  # rows that are read at once
PAGES = 16
LOOKED_AT = 200  # rows that the widths are taken from
WIDEST = 40
WIDEST_ALONE = 500  # a plan, say
NULL = "null"
GAP = 2


class Source(Protocol):
    """What gives the rows: a spool, which may still be filling."""

    @property
    def columns(self) -> tuple[Column, ...]: ...

    def __len__(self) -> int: ...

    def window(self, first: int, count: int) -> list[Values]: ...


class Rows(ScrollView, can_focus=True):
    """A grid with a cursor on one row, scrolled by keys and mouse. It never changes what it shows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--name",
        "rows--type",
        "rows--cell",
        "rows--null",
        "rows--cursor",
        "rows--cursor-away",
    }
    DEFAULT_CSS = """
    Rows {
        height: 1fr;
        overflow-x: auto;
        overflow-y: auto;
        & > .rows--name { text-style: bold; color: $foreground; }
        & > .rows--type { color: $foreground-muted; }
        & > .rows--cell { color: $foreground; }
        & > .rows--null { color: $foreground-muted; text-style: italic dim; }
        & > .rows--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        & > .rows--cursor-away { background: $surface; text-style: underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("pageup,ctrl+u", "page(-1)", show=False),
        Binding("pagedown,ctrl+d", "page(1)", show=False),
        Binding("home,ctrl+home", "to(0)", show=False),
        Binding("end,ctrl+end", "to(-1)", show=False),
        Binding("left,h", "sideways(-1)", show=False),
        Binding("right,l", "sideways(1)", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor is on another row."""

    class Chosen(Message):
        """A row was clicked twice."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.source: Source | None = None
        self._pages: OrderedDict[int, list[Values]] = OrderedDict()
        self._widths: list[int] = []
        self._right: list[bool] = []
        self._looked_at = 0
        self.shown = 0  # rows that there were when it was last drawn anew

    @property
    def count(self) -> int:
        """How many rows there are now."""
        return len(self.source) if self.source is not None else 0

    def show(self, source: Source | None) -> None:
        """Show another result from its first row."""
        self.source = source
        self._pages.clear()
        self._widths, self._looked_at = [], 0
        self._right = [is_number(column.type) for column in source.columns] if source is not None else []
        self.cursor = 0
        self.scroll_to(0, 0, animate=False)
        self.grow()

    def grow(self) -> None:
        """More rows may have come."""
        count = self.shown = self.count
        for page in [each for each, rows in self._pages.items() if len(rows) < PAGE]:
            del self._pages[page]
        if self.source is not None and (not self._widths or self._looked_at < min(count, LOOKED_AT)):
            self._measure(self.source)
        self.virtual_size = Size(sum(self._widths) + GAP * len(self._widths), count + HEADER if self._widths else 0)
        self.refresh()

    def move(self, row: int) -> None:
        """Put the cursor on a row and show it."""
        self.cursor = max(0, min(row, self.count - 1))

    def validate_cursor(self, row: int) -> int:
        return max(0, min(row, self.count - 1))

    def watch_cursor(self) -> None:
        room = max(1, self.scrollable_content_region.height - HEADER)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def action_cursor(self, by: int) -> None:
        self.move(self.cursor + by)

    def action_page(self, by: int) -> None:
        room = max(1, self.scrollable_content_region.height - HEADER)
        self.scroll_to(y=self.scroll_offset.y + by * room, animate=False, force=True)
        self.move(self.cursor + by * room)

    def action_to(self, row: int) -> None:
        self.move(row if row >= 0 else self.count - 1)

    def action_sideways(self, by: int) -> None:
        """To the next column's edge, so that names and values begin where the screen does."""
        edges, at = [0], 0
        for width in self._widths:
            at += width + GAP
            edges.append(at)
        x = int(self.scroll_offset.x)
        found = [edge for edge in edges if (edge > x if by > 0 else edge < x)]
        if found:
            self.scroll_to(x=found[0] if by > 0 else found[-1], animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        row = int(self.scroll_offset.y) + event.get_content_offset_capture(self).y - HEADER
        if event.get_content_offset_capture(self).y >= HEADER and 0 <= row < self.count:
            self.move(row)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        scroll_x, scroll_y = self.scroll_offset
        width = self.scrollable_content_region.width
        plain = self.rich_style
        if self.source is None or not self._widths:
            return Strip.blank(width, plain)
        if y == 0:
            strip = self._strip([column.name for column in self.source.columns], "rows--name")
        elif y == 1:
            strip = self._strip([column.type.lower() for column in self.source.columns], "rows--type")
        else:
            row = scroll_y + y - HEADER
            if row >= self.count:
                return Strip.blank(width, plain)
            strip = self._strip(self._values(row), "rows--cell", row == self.cursor)
        return strip.crop_extend(scroll_x, scroll_x + width, self._blank(y, scroll_y))

    def _blank(self, y: int, scroll_y: int) -> Style:
        return self._cursor_style() if y >= HEADER and scroll_y + y - HEADER == self.cursor else self.rich_style

    def _cursor_style(self) -> Style:
        return self.get_component_rich_style("rows--cursor" if self.has_focus else "rows--cursor-away")

    def _strip(self, values: Sequence[str | None], component: str, under_cursor: bool = False) -> Strip:
        style = self.get_component_rich_style(component)
        null = self.get_component_rich_style("rows--null")
        if under_cursor:
            style, null = style + self._cursor_style(), null + self._cursor_style()
        segments = []
        for value, width, right in zip(values, self._widths, self._right, strict=True):
            text = fitted(NULL if value is None else value, width, right)
            segments.append(Segment(text + " " * GAP, null if value is None else style))
        return Strip(segments, sum(self._widths) + GAP * len(self._widths))

    def _values(self, row: int) -> Values:
        assert self.source is not None
        page, at = divmod(row, PAGE)
        found = self._pages.get(page)
        if found is None or at >= len(found):
            found = self._pages[page] = self.source.window(page * PAGE, PAGE)
            widths = self._wide_enough(found)
            if widths != self._widths:  # numbers grow on the way down; not while a line is being drawn
                self.call_later(self._widen, widths)
            while len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(page)
        return found[at] if at < len(found) else (None,) * len(self._widths)

    def _measure(self, source: Source) -> None:
        rows = source.window(0, LOOKED_AT)
        self._looked_at = len(rows)
        self._widths = [max(cell_len(printable(each.name)), min(len(each.type), 12), 1) for each in source.columns]
        self._widths = self._wide_enough(rows)

    def _wide_enough(self, rows: Sequence[Values]) -> list[int]:
        """The widths with which these rows, too, are shown in full, as far as a column may be that wide."""
        widest = WIDEST if len(self._widths) > 1 else WIDEST_ALONE
        return [
            max(width, min(widest, max((cell_len(printable(row[at] or NULL)) for row in rows), default=0)))
            for at, width in enumerate(self._widths)
        ]

    def _widen(self, widths: list[int]) -> None:
        if len(widths) == len(self._widths):
            self._widths = list(map(max, widths, self._widths))
            self.grow()


def fitted(text: str, width: int, right: bool) -> str:
    """A value in exactly so many cells, cut with an ellipsis; nothing in it reaches the terminal as a command."""
    text = printable(text)
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - size) + text if right else text + " " * (width - size)
