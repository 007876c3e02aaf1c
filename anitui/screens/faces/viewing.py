"""Faces in view: their crops and captions, the labels beside them, and which faces in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from anitui.pipeline.crops import CropShape, around
from anitui.screens.arranged import ArrangedScreen
from anitui.screens.bindings import as_pressed, shown_key
from anitui.screens.completing import Filters
from anitui.screens.faces import place as place_of
from anitui.screens.faces.captions import caption
from anitui.screens.faces.panel import LabelPanel
from anitui.screens.label_sets import ask_for_set
from anitui.screens.questions import Ask, Choose
from anitui.screens.widgets.picture import GridCell
from anitui.store import face_filters, face_gallery, labels, remembered
from anitui.store.face_gallery import GROUPS, ORDERS, REVIEW, FaceView, ShownFace
from anitui.store.gallery import NO_GROUP, Arrangement
from anitui.store.labels import Known

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from anitui.store.journal import Entry

NAME = "faces"
_SHOWN = CropShape(margin=0.2)
_NARROW, _CLOSE = 70, 100
_SCALE = 16  # a face is told from less than a picture
# After the last decision; until then the numbers beside the labels are a moment old.
_COUNT_AFTER = 0.5


class ViewingScreen(ArrangedScreen[FaceView]):
    """Shows faces, and asks which."""

    place = "faces"
    noun = "face"
    without_any = frozenset({"labels", "set"})
    without_these = frozenset({"filter", "detect"})
    CSS_PATH = "faces.tcss"

    def __init__(self) -> None:
        super().__init__(FaceView())
        self._labels: list[Known] = []
        self._faces: dict[int, ShownFace] = {}
        self._counting: Timer | None = None
        self._begun = False
        self._looking = False  # for faces, as a key has asked

    def body(self) -> ComposeResult:
        with Horizontal():
            yield self.grid(scale=_SCALE)
            yield LabelPanel()

    def on_mount(self) -> None:
        def begin(kept: Any) -> None:
            self._begun = True
            view, at = place_of.recalled(kept)
            self._count_labels(view.label_set)
            self.show(view, at=at)

        # What is found meanwhile comes as it is found.
        self.watch(self.app, "status", self._count_again, init=False)
        self.watch(self.app, "working", self._works, init=False)
        self.where(NAME, "reading …")
        self.off_thread(lambda: remembered.remembered(self.host.catalogue, NAME), begin, group="begin")

    def on_unmount(self) -> None:
        super().on_unmount()
        if self._counting is not None:
            self._counting.stop()

    def on_resize(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")
        self.set_class(self.size.width < _CLOSE, "-close")

    def on_screen_suspend(self) -> None:
        if self._begun and self._arranged is not None and self._view.like is None:
            self.host.keep_place(NAME, place_of.kept(self._view, self.current()))

    def none_yet(self) -> str:
        status = self.host.status
        if self._view.order == REVIEW:
            return "no review asks anything here: `anitui review RUN` makes one"
        if self._looking and self.host.working:
            return "looking for faces …"
        if status is None or not status.active:
            return super().none_yet()
        return f"no faces yet: {shown_key('faces.detect', self.host.key_map)} finds them in all pictures"

    def matters(self, action_id: str) -> bool:
        if action_id == "faces.confirm":  # it works anywhere, and is worth a place where names are doubted
            asked = self._view.order == REVIEW and self._view.like is None
            return asked and super().matters(action_id)
        return super().matters(action_id)

    # What is shown.

    def work_out(self, view: FaceView, cursor: DuckDBPyConnection) -> Arrangement:
        return face_gallery.arrange(self.host.catalogue, view, cursor)

    def read(self, arranged: Arrangement, first: int, last: int) -> Sequence[ShownFace]:
        return face_gallery.window(self.host.catalogue, arranged, first, last)

    def filled(self, first: int, found: Sequence[ShownFace]) -> None:
        self._faces = {each.face_id: each for each in found}

    def arrive(self, view: FaceView, arranged: Arrangement, at: int | None) -> None:
        if view.label_set != self._view.label_set:
            self._count_labels(view.label_set)
        super().arrive(view, arranged, at)

    def show_filter(self, query: str, label_set: str | None = None) -> None:
        """Show what a filter leaves; the order and the groups stay, and the set of labels where none is given."""
        self._begun = True
        self.workers.cancel_group(self, "begin")
        order = self._view.order
        if face_filters.asks_for_review(query):
            order = REVIEW
        elif order == REVIEW:
            order = FaceView().order
        view = replace(self._view, query=query, order=order, like=None, label_set=label_set or self._view.label_set)
        self._count_labels(view.label_set)
        self.show(view)

    def cell(self, arranged: Arrangement, index: int, face: ShownFace) -> GridCell:
        group = arranged.group_at(index)
        words, tone = caption(face, self._grid.scale)
        left, top, right, bottom = around(face.box, face.width, face.height, _SHOWN)
        return GridCell(
            key=face.face_id,
            path=self.host.workspace.file(face.path),
            caption=words,
            state="active" if face.state == "active" else "set_aside",
            selected=face.face_id in self._selected,
            group=group.name if group else None,
            group_size=group.size if group else 0,
            group_place=index - group.start if group else None,
            crop=(left, top, right - left, bottom - top),
            tone=tone,
            noun="face",
        )

    def in_words(self, view: FaceView) -> str:
        parts = [view.query or "all that are active"]
        if view.like is not None:
            parts.append(f"most like face {view.like}")
        else:
            parts.append(view.order)
        if view.group and view.like is None:
            parts.append(f"by {view.group}")
        if view.label_set != labels.CHARACTERS:
            parts.insert(0, view.label_set)
        return " › ".join(parts)

    def tell(self) -> None:
        super().tell()
        face = self._face()
        self.query_one(LabelPanel).mark(face.label or face.proposal if face is not None else None)
        if face is not None and face.asked is not None:
            self.where(f"{NAME} › {REVIEW} › {face.asked.why}", self.how_far())

    def reload(self) -> None:
        if not self._begun:
            return
        super().reload()
        self._count_soon()
        self._count_again()

    def _works(self) -> None:
        self._looking = self._looking and bool(self.host.working)
        self._say_why_nothing()

    def _count_again(self) -> None:
        """Faces came or went, by a detector or a file: everything is put in order again."""
        self._say_why_nothing()
        arranged = self._arranged
        if arranged is None or self not in self.app.screen_stack:
            return

        def counted(total: int) -> None:
            if self._arranged is arranged and total != arranged.in_catalogue:
                self.show(self._view, at=self.current())

        self.off_thread(lambda: face_gallery.count(self.host.catalogue), counted, group="count")

    def stepped(self, entry: Entry, *, undone: bool) -> None:
        self._count_soon()

    def _count_soon(self) -> None:
        if self._counting is not None:
            self._counting.stop()
        self._counting = self.set_timer(_COUNT_AFTER, lambda: self._count_labels(self._view.label_set))

    def _count_labels(self, label_set: str) -> None:
        def counted(found: list[Known]) -> None:
            self._labels = found
            self.query_one(LabelPanel).show(label_set, as_pressed(found, NAME, self.host.key_map))

        self.off_thread(lambda: labels.known(self.host.catalogue, label_set), counted, group="labels")

    def _face(self) -> ShownFace | None:
        current = self.current()
        return self._faces.get(current) if current is not None else None

    # What is asked.

    def action_filter(self) -> None:
        def answered(query: str | None) -> None:
            if query is not None:
                self.show(replace(self._view, query=query, like=None), at=self.current())

        completing = Filters(face_filters.grammar(self._view.label_set))
        completing.labels.extend(each.name for each in self._labels)
        detail = "label:none by:job hint:cocoa score<0.5 face<60 unsure:yes state:all in:my_view job:3 review:label"
        self.app.push_screen(Ask("Show only", self._view.query, detail=detail, suggester=completing), answered)

    def action_sort(self) -> None:
        def answered(order: str | None) -> None:
            if order:
                self.show(replace(self._view, order=order, like=None))

        self.app.push_screen(Choose("In which order?", [(each, each) for each in ORDERS], self._view.order), answered)

    def action_group(self) -> None:
        def answered(group: str | None) -> None:
            if group:
                self.show(replace(self._view, group=None if group == NO_GROUP else group, like=None))

        options = [(NO_GROUP, "no groups"), *((each, each) for each in GROUPS)]
        self.app.push_screen(
            Choose("Under one heading what shares its", options, self._view.group or NO_GROUP), answered
        )

    def action_set(self) -> None:
        """Name with the labels of another set."""

        ask_for_set(
            self, self._view.label_set,
            lambda chosen: self.show(replace(self._view, label_set=chosen), at=self.current()),
        )  # fmt: skip

    def action_again(self) -> None:
        """Work the view out again: what does not fit it any more leaves it."""
        self.show(self._view, at=self.current())
