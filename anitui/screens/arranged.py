"""What screens do that show a view: many things in an order, a page of them at a time, some of them selected."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult

from anitui.screens.bindings import shown_key
from anitui.screens.grid_screen import GridScreen
from anitui.screens.reading import Reading
from anitui.screens.widgets.picture import GridCell, PictureGrid
from anitui.store.gallery import Arrangement, View

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

V = TypeVar("V", bound=View)


class ArrangedScreen(GridScreen, Generic[V]):
    """Works a view out, reads the window that the grid asks for, and knows what is selected."""

    noun = "picture"
    without_any: ClassVar[frozenset[str]] = frozenset()  # what can be done where there is nothing at all
    without_these: ClassVar[frozenset[str]] = frozenset({"filter"})  # what may bring some here

    def __init__(self, view: V) -> None:
        super().__init__()
        self._view = view
        self._arranged: Arrangement | None = None
        self._selected: set[int] = set()
        self._reading = Reading()

    # What each screen says of its own things.

    @abstractmethod
    def work_out(self, view: V, cursor: DuckDBPyConnection) -> Arrangement:
        """The order of a view, read in a thread."""

    @abstractmethod
    def read(self, arranged: Arrangement, first: int, last: int) -> Sequence[Any]:
        """The things from index `first` up to `last`, read in a thread."""

    @abstractmethod
    def cell(self, arranged: Arrangement, index: int, thing: Any) -> GridCell:
        """One of them as the grid shows it."""

    @abstractmethod
    def in_words(self, view: V) -> str:
        """Where one is."""

    def grid(self, scale: int | None = None) -> PictureGrid:
        """The grid as it begins."""
        look = self.host.settings.look
        return PictureGrid(
            loader=self.host.pictures,
            policy=look.pictures,
            scale=scale or look.thumbnail,
            empty_text="reading the catalogue …",
            id="grid",
        )

    def body(self) -> ComposeResult:
        yield self.grid()

    def on_mount(self) -> None:
        self.watch(self.app, "status", lambda: self._say_why_nothing(), init=False)
        self.show(self._view)

    def on_unmount(self) -> None:
        self._reading.stop()  # else leaving would wait for it

    def on_screen_resume(self) -> None:
        self._grid.focus()
        self.reload()

    # Where there is nothing.

    def none_yet(self) -> str:
        """Why nothing is shown where no filter hides it."""
        take_in = shown_key("anywhere.import_pictures", self.host.key_map)
        status = self.host.status
        if status is not None and status.set_aside and not status.active:
            return "all pictures are set aside"
        return f"no pictures yet: {take_in} takes some in"

    @property
    def _nothing(self) -> bool:
        return self._arranged is not None and not len(self._arranged)

    def bare(self) -> bool:
        status = self.host.status
        return self._nothing and status is not None and not status.active + status.set_aside

    def matters(self, action_id: str) -> bool:
        place, _, what = action_id.partition(".")
        if place != self.place or not self._nothing:
            return True
        return what in self.without_any or (what in self.without_these and not self.bare())

    def _say_why_nothing(self) -> None:
        if self._nothing:
            self._grid.empty_text = "nothing fits this filter" if self._view.query else self.none_yet()
            self._grid.refresh()
        self.refresh_keys()

    # What is shown.

    def show(self, view: V, *, at: int | None = None) -> None:
        """Work a view out and show it, with the cursor on the thing `at` where it is among them."""
        self.where(f"{self.place} › {self.in_words(view)}", "reading … esc stops it")
        cursor = self._reading.start(self.host.catalogue)
        self.off_thread(
            lambda: self.work_out(view, cursor),
            lambda found: self.arrive(view, found, at),
            group="arrange",
            failed=self._gave_up,
        )

    def reload(self) -> None:
        """Read the page again. What is decided stays in its place; what came anew is put in order."""
        if self._arranged is not None:
            self._grid.reload()

    def _gave_up(self) -> None:
        self._reading.done()
        self.tell()

    def arrive(self, view: V, arranged: Arrangement, at: int | None) -> None:
        self._reading.done()
        self._view, self._arranged = view, arranged
        self._selected.clear()
        grid = self._grid
        self._say_why_nothing()
        grid.set_window(0, [], len(arranged))
        index = arranged.index_of(at) if at is not None else None
        grid.go_to(index or 0)
        grid.reload()
        self.tell()

    def on_picture_grid_window_wanted(self, event: PictureGrid.WindowWanted) -> None:
        arranged = self._arranged
        if arranged is None:
            return
        first, last = event.first, min(event.last, len(arranged))
        self.off_thread(
            lambda: self.read(arranged, first, last),
            lambda found: self._fill(arranged, first, found),
            group="window",
        )

    def _fill(self, arranged: Arrangement, first: int, found: Sequence[Any]) -> None:
        if arranged is not self._arranged:
            return
        cells = [self.cell(arranged, first + offset, each) for offset, each in enumerate(found)]
        self._grid.set_window(first, cells, len(arranged))
        self.filled(first, found)
        self.tell()

    def filled(self, first: int, found: Sequence[Any]) -> None:
        """The window that begins at `first` has come."""

    def on_picture_grid_cursor_moved(self) -> None:
        self.tell()

    def on_picture_grid_opened(self) -> None:
        self.action_open()

    def tell(self) -> None:
        """Where one is and how far."""
        if self._arranged is not None:
            self.where(f"{self.place} › {self.in_words(self._view)}", self.how_far())

    def how_far(self) -> str:
        """At which of how many one is, and how many are selected."""
        total = len(self._arranged) if self._arranged is not None else 0
        far = f"{self._grid.cursor + 1:,} of {total:,}" if total else f"no {self.noun}s"
        selected = len(self._selected) or len(self._grid.selected_range or ())
        return f"{selected:,} selected · {far}" if selected > 1 else far

    # What is selected.

    def current(self) -> int | None:
        """The id of what is under the cursor."""
        arranged = self._arranged
        if arranged is None or not len(arranged):
            return None
        return int(arranged.ids[min(self._grid.cursor, len(arranged) - 1)])

    def chosen(self) -> list[int]:
        """The selection, or what is under the cursor."""
        arranged = self._arranged
        if arranged is None:
            return []
        if self._selected:
            return sorted(self._selected)
        chosen = self._grid.selected_range
        if chosen is not None:
            return [int(each) for each in arranged.ids[chosen.start : chosen.stop]]
        current = self.current()
        return [] if current is None else [current]

    def decide(self, decision: Callable[[list[int]], str], *, step: bool) -> bool:
        """Decide on what is chosen, and go a step on behind a single one; False where there is nothing."""
        chosen = self.chosen()
        if not chosen:
            self.say(f"there is no {self.noun} here")
            return False
        self._selected.clear()
        self._grid.end_range()
        self.host.decide(lambda: decision(chosen))
        if step and len(chosen) == 1:
            self._grid.move(1, 0)
        return True

    def select(self, ids: Sequence[int]) -> None:
        """Select these."""
        self._selected = set(ids)
        self._grid.end_range()
        self._grid.reload()
        self.tell()

    def action_select(self) -> None:
        if self._grid.selected_range is None and not self._selected:
            self._grid.start_range()
        else:
            self._selected.clear()
            self._grid.end_range()
            self._grid.reload()
        self.tell()

    def action_select_all(self) -> None:
        if self._arranged is not None:
            self.select(self._arranged.ids.tolist())

    def step_back(self) -> bool:
        if self._reading.stop():
            self.tell()
            self.say("stopped; what was shown stays")
            return True
        if self._selected or self._grid.selected_range is not None:
            self.action_select()
            return True
        return False

    # Where one goes.

    @abstractmethod
    def action_open(self) -> None:
        """Look closer at what is under the cursor."""

    def action_next_group(self) -> None:
        self._to_group(1)

    def action_previous_group(self) -> None:
        self._to_group(-1)

    def _to_group(self, step: int) -> None:
        arranged, grid = self._arranged, self._grid
        if arranged is None or not arranged.groups:
            grid.page(step)
            return
        here = arranged.group_at(grid.cursor)
        assert here is not None
        at = arranged.groups.index(here) + step
        if step < 0 and grid.cursor > here.start:
            at += 1  # first to the beginning of this one
        if 0 <= at < len(arranged.groups):
            grid.go_to(arranged.groups[at].start)

    def action_page_up(self) -> None:
        self._grid.page(-1)

    def action_page_down(self) -> None:
        self._grid.page(1)

    def action_first(self) -> None:
        self._grid.home()

    def action_last(self) -> None:
        self._grid.end()
