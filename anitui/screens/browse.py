"""Browse: a grid of pictures with filter, order, groups and marks; what one decides is seen at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.completing import Filters
from anitui.screens.grid_screen import GridScreen
from anitui.screens.questions import Ask, Choose
from anitui.screens.reading import Reading
from anitui.screens.widgets.picture import GridCell, PictureGrid
from anitui.store import gallery
from anitui.store.gallery import GROUPS, NO_GROUP, ORDERS, Arrangement, Shown, View
from anitui.words import count


class BrowseScreen(GridScreen):
    """All pictures, or those that a filter leaves."""

    place = "browse"
    BINDINGS: ClassVar[list[BindingType]] = bindings("browse")

    def __init__(self) -> None:
        super().__init__()
        self._view = View()
        self._arranged: Arrangement | None = None
        self._selected: set[int] = set()
        self._reading = Reading()

    def body(self) -> ComposeResult:
        look = self.host.settings.look
        yield PictureGrid(
            loader=self.host.pictures,
            policy=look.pictures,
            scale=look.thumbnail,
            empty_text="reading the catalogue …",
            id="grid",
        )

    def on_mount(self) -> None:
        self.show(self._view)
        self.watch(self.app, "status", self._count_again, init=False)

    def on_unmount(self) -> None:
        self._reading.stop()  # else leaving would wait for it

    def on_screen_resume(self) -> None:
        self._grid.focus()
        self.reload()

    # What is shown.

    def show(self, view: View, *, at: int | None = None) -> None:
        """Work a view out and show it, with the cursor on the picture `at` where it is among them."""
        self.where("browse › " + _in_words(view), "reading … esc stops it")
        cursor = self._reading.start(self.host.catalogue)
        self.off_thread(
            lambda: gallery.arrange(self.host.catalogue, view, cursor),
            lambda found: self._arrive(found, at),
            group="arrange",
            failed=self._gave_up,
        )

    def show_filter(self, query: str) -> None:
        """Show what a filter leaves; the order and the groups stay."""
        self.show(View(query, self._view.order, self._view.group))

    def reload(self) -> None:
        """Read the page again. What is decided stays in its place; what came anew is put in order."""
        if self._arranged is not None:
            self._grid.reload()
            self._count_again()

    def _count_again(self) -> None:
        """Put everything in order again when pictures came."""
        arranged, status = self._arranged, self.host.status
        if arranged is None or status is None or self not in self.app.screen_stack:
            return
        if status.active + status.set_aside != arranged.in_catalogue:
            self.show(self._view, at=self._current())

    def _gave_up(self) -> None:
        self._reading.done()
        self._tell()

    def _arrive(self, arranged: Arrangement, at: int | None) -> None:
        self._reading.done()
        self._view, self._arranged = arranged.view, arranged
        self._selected.clear()
        grid = self._grid
        grid.empty_text = "nothing fits this filter" if self._view.query else "no pictures yet: i takes some in"
        grid.set_window(0, [], len(arranged))
        index = arranged.index_of(at) if at is not None else None
        grid.go_to(index or 0)
        grid.reload()
        self._tell()

    def on_picture_grid_window_wanted(self, event: PictureGrid.WindowWanted) -> None:
        arranged = self._arranged
        if arranged is None:
            return
        first, last = event.first, min(event.last, len(arranged))
        self.off_thread(
            lambda: gallery.window(self.host.catalogue, arranged, first, last),
            lambda found: self._fill(arranged, first, found),
            group="window",
        )

    def _fill(self, arranged: Arrangement, first: int, found: Sequence[Shown]) -> None:
        if arranged is not self._arranged:
            return
        cells = [self._cell(arranged, first + offset, each) for offset, each in enumerate(found)]
        self._grid.set_window(first, cells, len(arranged))
        self._tell()

    def _cell(self, arranged: Arrangement, index: int, picture: Shown) -> GridCell:
        group = arranged.group_at(index)
        return GridCell(
            key=picture.image_id,
            path=self.host.workspace.file(picture.path),
            caption=_caption(picture, arranged.view.group),
            state="active" if picture.state == "active" else "set_aside",
            mark=picture.mark,
            selected=picture.image_id in self._selected,
            group=group.name if group else None,
            group_size=group.size if group else 0,
            group_place=index - group.start if group else None,
        )

    def on_picture_grid_cursor_moved(self) -> None:
        self._tell()

    def on_picture_grid_opened(self) -> None:
        self.action_open()

    def _tell(self) -> None:
        arranged = self._arranged
        if arranged is None:
            return
        far = f"{self._grid.cursor + 1:,} of {len(arranged):,}" if len(arranged) else "no pictures"
        selected = len(self._selected) or len(self._grid.selected_range or ())
        if selected > 1:
            far = f"{selected:,} selected · {far}"
        self.where("browse › " + _in_words(self._view), far)

    # What one decides.

    def _current(self) -> int | None:
        arranged = self._arranged
        if arranged is None or not len(arranged):
            return None
        return int(arranged.ids[min(self._grid.cursor, len(arranged) - 1)])

    def _chosen(self) -> list[int]:
        """The selection, or the picture under the cursor."""
        arranged = self._arranged
        if arranged is None:
            return []
        if self._selected:
            return sorted(self._selected)
        chosen = self._grid.selected_range
        if chosen is not None:
            return [int(each) for each in arranged.ids[chosen.start : chosen.stop]]
        current = self._current()
        return [] if current is None else [current]

    def _decide(self, decision: Callable[[list[int]], str], *, step: bool) -> None:
        chosen = self._chosen()
        if not chosen:
            self.say("there is no picture here")
            return
        self._selected.clear()
        self._grid.end_range()
        self.host.decide(lambda: decision(chosen))
        if step and len(chosen) == 1:
            self._grid.move(1, 0)

    def action_set_aside(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = gallery.set_aside(self.host.catalogue, ids, "by hand")
            if not changed:
                return "set aside already"
            undo = shown_key("anywhere.undo", self.host.key_map)
            return f"set {count(changed, 'picture')} aside; {undo} brings {'it' if changed == 1 else 'them'} back"

        self._decide(decide, step=True)

    def action_bring_back(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = gallery.bring_back(self.host.catalogue, ids)
            return f"brought {count(changed, 'picture')} back" if changed else "nothing to bring back here"

        self._decide(decide, step=True)

    def action_mark(self, digit: int) -> None:
        def decide(ids: list[int]) -> str:
            gallery.mark(self.host.catalogue, ids, digit)
            return ""

        self._decide(decide, step=False)

    def action_select(self) -> None:
        if self._grid.selected_range is None and not self._selected:
            self._grid.start_range()
        else:
            self._selected.clear()
            self._grid.end_range()
            self._grid.reload()
        self._tell()

    def action_select_all(self) -> None:
        if self._arranged is not None:
            self._selected = set(self._arranged.ids.tolist())
            self._grid.reload()
            self._tell()

    def step_back(self) -> bool:
        if self._reading.stop():
            self._tell()
            self.say("stopped; what was shown stays")
            return True
        if self._selected or self._grid.selected_range is not None:
            self.action_select()
            return True
        if self._view.query:
            self.show(View("", self._view.order, self._view.group), at=self._current())
            return True
        return False

    # What is asked.

    def action_filter(self) -> None:
        def answered(query: str | None) -> None:
            if query is not None:
                self.show(View(query, self._view.order, self._view.group), at=self._current())

        # The question comes at once, the labels when they are read: what is typed meanwhile must not be taken for keys.
        completing = Filters()
        detail = "label:miku size<300 -format:gif mark:3 state:all added>7d cocoa"
        self.app.push_screen(Ask("Show only", self._view.query, detail=detail, suggester=completing), answered)
        self.off_thread(lambda: gallery.labels(self.host.catalogue), completing.labels.extend, group="labels")

    def action_sort(self) -> None:
        def answered(order: str | None) -> None:
            if order:
                self.show(View(self._view.query, order, self._view.group))

        self.app.push_screen(Choose("In which order?", [(each, each) for each in ORDERS], self._view.order), answered)

    def action_group(self) -> None:
        def answered(group: str | None) -> None:
            if group:
                self.show(View(self._view.query, self._view.order, None if group == NO_GROUP else group))

        options = [(NO_GROUP, "no groups"), *((each, each) for each in GROUPS)]
        self.app.push_screen(
            Choose("Under one heading what shares its", options, self._view.group or NO_GROUP), answered
        )

    # Where one goes.

    def action_open(self) -> None:
        current = self._current()
        if current is not None and self._arranged is not None:
            self.host.open_picture(current, self._arranged.ids)

    def went_to(self, image_id: int) -> None:
        """The cursor follows where one went in the view of one picture."""
        index = self._arranged.index_of(image_id) if self._arranged is not None else None
        if index is not None:
            self._grid.go_to(index)

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


def _caption(picture: Shown, group: str | None) -> str:
    """What tells it from its neighbours, then its label where there is room, without what the heading says already."""
    own = picture.file if group == "title" else picture.title or picture.file
    label = None if group == "label" else picture.label
    return " · ".join(each for each in (own or f"{picture.width}×{picture.height}", label) if each)


def _in_words(view: View) -> str:
    parts = [view.query or "all that is active", view.order]
    if view.group:
        parts.append(f"by {view.group}")
    return " › ".join(parts)
