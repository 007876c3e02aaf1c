"""A page of pictures out of a catalogue of any length."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from textual import events
from textual.message import Message

from anitui.screens.widgets.picture import layout
from anitui.screens.widgets.picture.grid_canvas import GridCanvas
from anitui.screens.widgets.picture.grid_cell import GridCell
from anitui.screens.widgets.picture.loader import PictureLoader
from anitui.screens.widgets.picture.policy import Policy

SCALES = (12, 16, 20, 26, 34, 44, 60, 90)
USUAL_SCALE = 20


class PictureGrid(GridCanvas):
    """Pictures in rows, under headings where they are grouped, with a cursor.

    It holds a window of the catalogue only. When it needs another it posts `WindowWanted`; the screen reads those
    rows in a worker and gives them to `set_window`. It binds no keys: screens call its methods.
    """

    DEFAULT_CSS = """
    PictureGrid {
        width: 1fr;
        height: 1fr;
        .picture-grid--caption { color: $text-muted; }
        .picture-grid--plain { color: $foreground; }
        .picture-grid--strong { color: $foreground; text-style: bold; }
        .picture-grid--set-aside { color: $text-error; text-style: strike; }
        .picture-grid--cursor { color: $accent; text-style: bold; }
        .picture-grid--selected { color: $text-success; }
        .picture-grid--heading { color: $text; text-style: bold; }
        .picture-grid--trouble { color: $text-warning; }
    }
    """

    class _OfGrid(Message):
        def __init__(self, grid: PictureGrid) -> None:
            super().__init__()
            self.grid = grid

        @property
        def control(self) -> PictureGrid:
            return self.grid

    class WindowWanted(_OfGrid):
        """The pictures from index `first` up to, not including, `last` are needed now or soon."""

        def __init__(self, grid: PictureGrid, first: int, last: int) -> None:
            super().__init__(grid)
            self.first = first
            self.last = last

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, PictureGrid.WindowWanted) and message.grid is self.grid

    class CursorMoved(_OfGrid):
        """The cursor is on another picture; `cell` is None until the window that holds it has come."""

        def __init__(self, grid: PictureGrid, index: int, cell: GridCell | None) -> None:
            super().__init__(grid)
            self.index = index
            self.cell = cell

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, PictureGrid.CursorMoved) and message.grid is self.grid

    class _OfPicture(_OfGrid):
        def __init__(self, grid: PictureGrid, key: int) -> None:
            super().__init__(grid)
            self.key = key

    class Chosen(_OfPicture):
        """A picture was clicked."""

    class Opened(_OfPicture):
        """A picture was double-clicked, or `open()` was called: look closer."""

    def __init__(
        self,
        *,
        loader: PictureLoader | None = None,
        policy: Policy | str = Policy.AUTO,
        environ: Mapping[str, str] | None = None,
        scale: int = USUAL_SCALE,
        empty_text: str = "no pictures",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            loader=loader, policy=policy, environ=os.environ if environ is None else environ,
            empty_text=empty_text, name=name, id=id, classes=classes, disabled=disabled,
        )  # fmt: skip
        self._scale = scale
        self._asked: tuple[int, int] | None = None

    # What the screen reads

    @property
    def cursor(self) -> int:
        """The number of the picture under the cursor, in the whole catalogue."""
        return self.model.cursor

    @property
    def current(self) -> GridCell | None:
        """The picture under the cursor, where it is known."""
        return self.model.cell(self.model.cursor)

    @property
    def total(self) -> int | None:
        """How many pictures there are; None until the first window has come."""
        return self.model.total

    @property
    def selected_range(self) -> range | None:
        """The numbers between `start_range` and the cursor, both included."""
        return self.model.selected_range

    @property
    def seen(self) -> range:
        """The numbers on the page, also those cut by its lower edge."""
        return self.model.seen

    @property
    def scale(self) -> int:
        """The least width of a picture, in cells."""
        return self._scale

    # What the screen gives

    def set_window(self, first: int, cells: Sequence[GridCell], total: int) -> None:
        """The cells from number `first` on, out of `total`. Only what differs on the page is drawn again."""
        model = self.model
        before = {index: self._known(index) for index in model.seen}
        page, cursor = model.page, model.cursor
        model.set_window(first, cells, total)
        if not page or model.page != page or model.cursor != cursor:
            self.draw_page()
        else:
            changed = {index: path for index, (path, *_) in before.items() if before[index] != self._known(index)}
            self.order_pictures()  # also for what is now known of the pages before and after
            for index, path in changed.items():
                self.draw_tile(index, whole=path != self._known(index)[0])
        self._ask_window()
        if not page:
            self.post_message(self.CursorMoved(self, model.cursor, self.current))

    def reload(self) -> None:
        """Ask for the window again: the catalogue behind it has changed."""
        self._asked = None
        first, last = self.model.worth_asking()
        self._post_wanted(first, last)

    # What the screen steers

    def move(self, dx: int, dy: int) -> None:
        """The cursor by so many pictures to the side and so many rows."""
        self._steer(lambda: self.model.move(dx, dy))

    def page(self, pages: int) -> None:
        """So many pages on or back."""
        self._steer(lambda: self.model.turn(pages))

    def scroll_rows(self, rows: int) -> None:
        """The page by so many rows, as the mouse wheel does."""
        self._steer(lambda: self.model.scroll(rows))

    def home(self) -> None:
        self.go_to(0)

    def end(self) -> None:
        self.go_to((self.model.total or 1) - 1)

    def go_to(self, index: int) -> None:
        """The cursor to this number."""
        self._steer(lambda: self.model.go_to(index))

    def start_range(self) -> None:
        """Select from here to wherever the cursor goes."""
        self.model.anchor = self.model.cursor
        self.draw_tile(self.model.cursor)

    def end_range(self) -> None:
        """Select nothing by range any more."""
        within, self.model.anchor = self.model.selected_range or range(0), None
        for index in self.model.seen:
            if index in within:
                self.draw_tile(index)

    def bigger(self) -> None:
        """Larger pictures, fewer of them."""
        self._set_scale(next((scale for scale in SCALES if scale > self._scale), self._scale))

    def smaller(self) -> None:
        self._set_scale(next((scale for scale in reversed(SCALES) if scale < self._scale), self._scale))

    def open(self) -> None:
        """Post `Opened` for the picture under the cursor."""
        if (cell := self.current) is not None:
            self.post_message(self.Opened(self, cell.key))

    # Events

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        model = self.model
        if offset is None or (index := layout.index_at(model.page, offset.x, offset.y, model.measure)) is None:
            return
        self.go_to(index)
        if (cell := self.current) is not None:
            self.post_message((self.Opened if event.chain == 2 else self.Chosen)(self, cell.key))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-1)

    def drawing_changed(self) -> None:
        width, height = self.content_size
        self.model.resize(layout.measured(width, height, self._scale))
        self.draw_page()
        self._ask_window()

    # How it works

    def _steer(self, act: Callable[[], None]) -> None:
        """Move, then draw again as little as the move allows."""
        model = self.model
        page, cursor, selected = model.page, model.cursor, model.selected_range
        act()
        if model.page != page:
            self.draw_page()
        elif model.cursor != cursor:
            self.draw_tile(cursor)
            self.draw_tile(model.cursor)
            now = model.selected_range or range(0)
            for index in model.seen:
                if (index in now) != (index in (selected or range(0))):
                    self.draw_tile(index)
        if model.cursor != cursor:
            self.post_message(self.CursorMoved(self, model.cursor, self.current))
        self._ask_window()

    def _set_scale(self, scale: int) -> None:
        if scale != self._scale:
            self._scale = scale
            self.drawing_changed()

    def _ask_window(self) -> None:
        if self.model.measure.width and not self.model.has(*self.model.needed()):
            self._post_wanted(*self.model.worth_asking())

    def _post_wanted(self, first: int, last: int) -> None:
        # A provider that gives less than was asked for is not asked the same again.
        if self.is_mounted and self._asked != (first, last) and last > first:
            self._asked = (first, last)
            self.post_message(self.WindowWanted(self, first, last))

    def _known(self, index: int) -> tuple[Path | None, GridCell | None, bool]:
        cell = self.model.cell(index)
        return (None if cell is None else cell.path, cell, self.model.is_selected(index))
