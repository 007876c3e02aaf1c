"""Browse: a grid of pictures with filter, order, groups and marks; what one decides is seen at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from anitui.screens.arranged import ArrangedScreen
from anitui.screens.bindings import bindings, shown_key
from anitui.screens.completing import Filters
from anitui.screens.questions import Ask, Choose
from anitui.screens.whom import Whom
from anitui.screens.widgets.picture import GridCell
from anitui.store import gallery, tags
from anitui.store.gallery import GROUPS, NO_GROUP, ORDERS, Arrangement, Shown, View
from anitui.words import count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from anitui.store.labels import Known


class BrowseScreen(ArrangedScreen[View]):
    """All pictures, or those that a filter leaves."""

    place = "browse"
    BINDINGS: ClassVar[list[BindingType]] = bindings("browse")

    def __init__(self) -> None:
        super().__init__(View())

    def on_mount(self) -> None:
        super().on_mount()
        self.watch(self.app, "status", self._count_again, init=False)

    # What is shown.

    def work_out(self, view: View, cursor: DuckDBPyConnection) -> Arrangement:
        return gallery.arrange(self.host.catalogue, view, cursor)

    def read(self, arranged: Arrangement, first: int, last: int) -> Sequence[Shown]:
        return gallery.window(self.host.catalogue, arranged, first, last)

    def show_filter(self, query: str) -> None:
        """Show what a filter leaves; the order and the groups stay."""
        self.show(View(query, self._view.order, self._view.group))

    def reload(self) -> None:
        super().reload()
        self._count_again()

    def _count_again(self) -> None:
        """Put everything in order again when pictures came."""
        arranged, status = self._arranged, self.host.status
        if arranged is None or status is None or self not in self.app.screen_stack:
            return
        if status.active + status.set_aside != arranged.in_catalogue:
            self.show(self._view, at=self.current())

    def cell(self, arranged: Arrangement, index: int, picture: Shown) -> GridCell:
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

    def in_words(self, view: View) -> str:
        return _in_words(view)

    # What one decides.

    def action_set_aside(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = gallery.set_aside(self.host.catalogue, ids, "by hand")
            if not changed:
                return "set aside already"
            undo = shown_key("anywhere.undo", self.host.key_map)
            return f"set {count(changed, 'picture')} aside; {undo} brings {'it' if changed == 1 else 'them'} back"

        self.decide(decide, step=True)

    def action_bring_back(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = gallery.bring_back(self.host.catalogue, ids)
            return f"brought {count(changed, 'picture')} back" if changed else "nothing to bring back here"

        self.decide(decide, step=True)

    def action_mark(self, digit: int) -> None:
        def decide(ids: list[int]) -> str:
            gallery.mark(self.host.catalogue, ids, digit)
            return ""

        self.decide(decide, step=False)

    def action_tag(self) -> None:
        """Say of the picture, or the selection, what holds for all of it."""
        chosen = len(self.chosen())
        if not chosen:
            self.say("there is no picture here")
            return

        def answered(name: str | None) -> None:
            if name is not None:
                self.decide(lambda ids: told(*tags.tag(self.host.catalogue, ids, name), len(ids)), step=False)

        def told(name: str, holds: bool, many: int) -> str:
            pictures = count(many, "picture")
            return f"tagged {pictures} {name}" if holds else f"took the tag {name} off {pictures}"

        def ask(known: list[Known]) -> None:
            self.app.push_screen(Whom(f"Tag {count(chosen, 'picture')} with", known), answered)

        self.off_thread(lambda: tags.known(self.host.catalogue), ask, group="tags")

    def step_back(self) -> bool:
        if super().step_back():
            return True
        if self._view.query:
            self.show(View("", self._view.order, self._view.group), at=self.current())
            return True
        return False

    # What is asked.

    def action_filter(self) -> None:
        def answered(query: str | None) -> None:
            if query is not None:
                self.show(View(query, self._view.order, self._view.group), at=self.current())

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
        current = self.current()
        if current is not None and self._arranged is not None:
            self.host.open_picture(current, self._arranged.ids)

    def action_boxes(self) -> None:
        current = self.current()
        if current is not None and self._arranged is not None:
            self.host.fix_boxes(current, self._arranged.ids)

    def went_to(self, image_id: int) -> None:
        """The cursor follows where one went in the view of one picture."""
        index = self._arranged.index_of(image_id) if self._arranged is not None else None
        if index is not None:
            self._grid.go_to(index)


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
