"""Lines of any number under a heading, with a cursor on one of them: only what is seen is made and drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Literal, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from anitui.screens.widgets.picture.words import cut

Role: TypeAlias = Literal["plain", "dim", "strong", "good", "bad", "waits"]
Parts: TypeAlias = Sequence[tuple[str, Role]]

HEADING = 1  # lines


class Listing(ScrollView, can_focus=True, inherit_bindings=False):
    """Asks its maker for the line of each number that is seen. It binds no keys: screens call its methods."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "listing--plain", "listing--dim", "listing--strong", "listing--good", "listing--bad", "listing--waits",
        "listing--cursor", "listing--cursor-away",
    }  # fmt: skip
    DEFAULT_CSS = """
    Listing {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .listing--dim { color: $foreground-muted; }
        & > .listing--strong { text-style: bold; }
        & > .listing--good { color: $success; }
        & > .listing--bad { color: $error; }
        & > .listing--waits { color: $warning; }
        & > .listing--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        & > .listing--cursor-away { background: $surface; text-style: underline; }
    }
    """

    class Moved(Message):
        """The cursor is on another line."""

    class Chosen(Message):
        """A line was clicked twice."""

    class Widened(Message):
        """There is more or less room in a line than before."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._heading: Parts = ()
        self._line: Callable[[int], Parts] = lambda number: ()
        self._count = 0
        self._cursor = 0

    @property
    def cursor(self) -> int:
        return self._cursor

    @property
    def room(self) -> int:
        """The cells of a line."""
        return self.scrollable_content_region.width

    @property
    def seen(self) -> range:
        """The numbers of the lines that can be seen."""
        top = int(self.scroll_offset.y)
        return range(top, min(self._count, top + max(1, self.scrollable_content_region.height - HEADING)))

    def show(self, heading: Parts, count: int, line: Callable[[int], Parts], *, cursor: int | None = None) -> None:
        """Show these lines; the cursor keeps its number where it is not told."""
        self._heading, self._count, self._line = heading, count, line
        self.virtual_size = Size(0, count + HEADING if count else 0)
        self.move(self._cursor if cursor is None else cursor)
        self.refresh()

    def draw_again(self, numbers: Iterable[int]) -> None:
        """These lines say something else now."""
        top, width = int(self.scroll_offset.y), self.size.width
        for number in numbers:
            if number in self.seen:
                self.refresh(Region(0, number - top + HEADING, width, 1))

    def move(self, number: int) -> None:
        """Put the cursor on a line and show it."""
        before, self._cursor = self._cursor, max(0, min(number, self._count - 1))
        room = max(1, self.scrollable_content_region.height - HEADING)
        top = int(self.scroll_offset.y)
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + room:
            self.scroll_to(y=self._cursor - room + 1, animate=False, force=True)
        if self._cursor != before:
            self.draw_again((before, self._cursor))
            self.post_message(self.Moved())

    def step(self, by: int) -> None:
        self.move(self._cursor + by)

    def page(self, by: int) -> None:
        self.step(by * max(1, self.scrollable_content_region.height - HEADING))

    def last(self) -> None:
        self.move(self._count - 1)

    def on_resize(self) -> None:
        self.move(self._cursor)  # so that it stays in sight
        self.post_message(self.Widened())

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        y = event.get_content_offset_capture(self).y
        number = int(self.scroll_offset.y) + y - HEADING
        if y >= HEADING and number < self._count:
            self.move(number)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        number = int(self.scroll_offset.y) + y - HEADING
        if not self._count or number >= self._count:
            return Strip.blank(self.room, self.rich_style)
        if y < HEADING:
            return self._strip(self._heading)
        return self._strip(self._line(number), under_cursor=number == self._cursor)

    def _strip(self, parts: Parts, *, under_cursor: bool = False) -> Strip:
        over = self.get_component_rich_style("listing--cursor" if self.has_focus else "listing--cursor-away")
        segments, left = [], self.room
        for text, role in parts:
            text = cut(text, left)
            left -= cell_len(text)
            style = self.get_component_rich_style(f"listing--{role}")
            segments.append(Segment(text, style + over if under_cursor else style))
        segments.append(Segment(" " * left, self.rich_style + over if under_cursor else self.rich_style))
        return Strip(segments, self.room)
