"""The faces screen: a page of crops, one key for each name, the next face at once, the writing behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer

from anitui.pipeline.crops import CropShape, around
from anitui.screens.arranged import ArrangedScreen
from anitui.screens.bindings import bindings, shown_key
from anitui.screens.completing import Filters
from anitui.screens.faces import place as place_of
from anitui.screens.faces.captions import caption
from anitui.screens.faces.panel import LabelPanel
from anitui.screens.questions import Ask, Choose
from anitui.screens.whom import Whom
from anitui.screens.widgets.picture import GridCell
from anitui.store import face_filters, face_gallery, labels, naming, remembered
from anitui.store.face_gallery import GROUPS, ORDERS, FaceView, ShownFace
from anitui.store.gallery import NO_GROUP, Arrangement
from anitui.store.labels import KEYS, Known
from anitui.words import count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from anitui.store.journal import Entry

NAME = "faces"
_SHOWN = CropShape(margin=0.2)
_NEW_SET = "\0"
_NARROW = 76
_SCALE = 16  # a face is told from less than a picture
# After the last decision; until then the numbers beside the labels are a moment old.
_COUNT_AFTER = 0.5


class FacesScreen(ArrangedScreen[FaceView]):
    """Names faces."""

    place = "faces"
    noun = "face"
    CSS_PATH = "faces.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("faces")

    def __init__(self) -> None:
        super().__init__(FaceView())
        self._labels: list[Known] = []
        self._faces: dict[int, ShownFace] = {}
        self._before: tuple[FaceView, int | None] | None = None  # where one was before those most alike
        self._counting: Timer | None = None
        self._begun = False

    def body(self) -> ComposeResult:
        with Horizontal():
            yield self.grid(scale=_SCALE)
            yield LabelPanel()

    def on_mount(self) -> None:
        find = shown_key("faces.detect", self.host.key_map)
        self.none_yet = f"no faces yet: {find} finds them in all pictures"

        def begin(kept: Any) -> None:
            self._begun = True
            view, at = place_of.recalled(kept)
            self._count_labels(view.label_set)
            self.show(view, at=at)

        self.where(NAME, "reading …")
        self.off_thread(lambda: remembered.remembered(self.host.catalogue, NAME), begin, group="begin")

    def on_unmount(self) -> None:
        super().on_unmount()
        if self._counting is not None:
            self._counting.stop()

    def on_resize(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")

    def on_screen_suspend(self) -> None:
        if self._begun and self._arranged is not None and self._view.like is None:
            self.host.keep_place(NAME, place_of.kept(self._view, self.current()))

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

    def show_filter(self, query: str) -> None:
        """Show what a filter leaves; the order and the groups stay."""
        self._begun = True
        self.workers.cancel_group(self, "begin")
        self._count_labels(self._view.label_set)
        self.show(replace(self._view, query=query, like=None))

    def cell(self, arranged: Arrangement, index: int, face: ShownFace) -> GridCell:
        group = arranged.group_at(index)
        words, tone = caption(face)
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

    def reload(self) -> None:
        if not self._begun:
            return
        super().reload()
        self._count_soon()
        arranged = self._arranged
        if arranged is None:
            return

        def counted(total: int) -> None:
            # Faces came or went, by a detector or a file: everything is put in order again.
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
            self.query_one(LabelPanel).show(label_set, found)

        self.off_thread(lambda: labels.known(self.host.catalogue, label_set), counted, group="labels")

    def _face(self) -> ShownFace | None:
        current = self.current()
        return self._faces.get(current) if current is not None else None

    # What one decides.

    def action_name(self, slot: int) -> None:
        key = KEYS[slot]
        label = next((each for each in self._labels if each.key == key), None)
        if label is None:
            named = shown_key("faces.type", self.host.key_map)
            self.say(f"no label has the key {key}; {named} names by typing")
            return
        self._call(label.name)

    def action_type(self) -> None:
        chosen = self.chosen()
        if not chosen:
            self.say("there is no face here")
            return

        def answered(name: str | None) -> None:
            if name is not None:
                self._call(name)

        question = "Who is this?" if len(chosen) == 1 else f"Who are these {len(chosen):,}?"
        self.app.push_screen(Whom(question, self._labels), answered)

    def _call(self, name: str) -> None:
        catalogue, label_set = self.host.catalogue, self._view.label_set

        def decide(ids: list[int]) -> str:
            kept = naming.name(catalogue, ids, name, label_set)
            return f"{len(ids):,} faces: {kept}" if len(ids) > 1 else ""  # of one it is seen

        self.decide(decide, step=True)

    def action_accept(self) -> None:
        """Say what is suggested, and go on; of several what no person has said, of one also against one's own word."""
        chosen = self.chosen()
        face = self._face()
        alone = len(chosen) == 1
        if alone and face is not None and face.proposal is None:
            self._grid.move(1, 0)
            return
        catalogue, label_set = self.host.catalogue, self._view.label_set

        def decide(ids: list[int]) -> str:
            agreed = naming.accept(catalogue, ids, label_set, against_persons=alone)
            if not agreed:
                return "nobody suggested a name here"
            return f"{agreed:,} faces named as suggested" if agreed > 1 else ""

        self.decide(decide, step=True)

    def action_unname(self) -> None:
        def decide(ids: list[int]) -> str:
            taken = naming.unname(self.host.catalogue, ids, self._view.label_set)
            return f"took {count(taken, 'name')} off" if taken else "no person has named this"

        self.decide(decide, step=False)

    def action_not_a_face(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = naming.not_faces(self.host.catalogue, ids)
            undo = shown_key("anywhere.undo", self.host.key_map)
            return f"{count(changed, 'box', 'boxes')}: not a face; {undo} takes it back" if changed else "said already"

        self.decide(decide, step=True)

    def action_unsure(self) -> None:
        def decide(ids: list[int]) -> str:
            unsure = naming.unsure(self.host.catalogue, ids)
            return f"{'unsure' if unsure else 'no longer unsure'} about {count(len(ids), 'face')}"

        self.decide(decide, step=True)

    def action_bring_back(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = naming.bring_back(self.host.catalogue, ids)
            return f"brought {count(changed, 'face')} back" if changed else "nothing to bring back here"

        self.decide(decide, step=True)

    def action_back(self) -> None:
        self._grid.move(-1, 0)

    # What is gathered.

    def action_select_named(self) -> None:
        """Select all in this view that are called, or suggested, what this one is."""
        arranged, current = self._arranged, self.current()
        if arranged is None or current is None:
            self.say("there is no face here")
            return

        def found(ids: list[int]) -> None:
            self.select(ids)
            face = self._faces.get(current)
            name = (face.label or face.proposal) if face is not None else None
            self.say(f"{count(len(ids), 'face')} selected: {name or 'without a name'}")

        self.off_thread(lambda: face_gallery.alike_named(self.host.catalogue, arranged, current), found, group="gather")

    def action_alike(self) -> None:
        """Those most like this one, the likest first; again, or back, leads to where one was."""
        current = self.current()
        if self._view.like is not None:
            self._leave_alike()
        elif current is not None:
            self._before = (self._view, current)
            self.show(replace(self._view, like=current))
            back = shown_key("anywhere.step_back", self.host.key_map)
            select = shown_key("faces.select", self.host.key_map)
            self.say(f"the likest first: {select} and a move select as far as they are one; {back} goes back")

    def _leave_alike(self) -> None:
        view, at = self._before or (replace(self._view, like=None), self._view.like)
        self._before = None
        self.show(view, at=at)

    def step_back(self) -> bool:
        if super().step_back():
            return True
        if self._view.like is not None:
            self._leave_alike()
            return True
        if self._view.query:
            self.show(replace(self._view, query=""), at=self.current())
            return True
        return False

    def action_again(self) -> None:
        """Work the view out again: what does not fit it any more leaves it."""
        self.show(self._view, at=self.current())

    # What is asked.

    def action_filter(self) -> None:
        def answered(query: str | None) -> None:
            if query is not None:
                self.show(replace(self._view, query=query, like=None), at=self.current())

        completing = Filters(face_filters.grammar(self._view.label_set))
        completing.labels.extend(each.name for each in self._labels)
        detail = "label:none by:job hint:cocoa score<0.5 face<60 unsure:yes state:all in:my_view job:3"
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

        def name_with(label_set: str | None) -> None:
            if label_set:
                self.show(replace(self._view, label_set=labels.tidy(label_set)), at=self.current())

        def ask(sets: list[str]) -> None:
            def answered(chosen: str | None) -> None:
                if chosen == _NEW_SET:
                    self.app.push_screen(Ask("What is the new set called?", placeholder="quality"), name_with)
                else:
                    name_with(chosen)

            here = self._view.label_set
            options = [(each, each) for each in dict.fromkeys([*sets, here])] + [(_NEW_SET, "a new set …")]
            self.app.push_screen(Choose("Name with the labels of", options, here), answered)

        self.off_thread(lambda: labels.sets(self.host.catalogue), ask, group="sets")

    def action_labels(self) -> None:
        from anitui.screens.faces.label_list import LabelsScreen

        self.app.push_screen(LabelsScreen(self._view.label_set))

    def action_detect(self) -> None:
        self.host.find_faces()

    # Where one goes.

    def action_open(self) -> None:
        face = self._face()
        arranged = self._arranged
        if face is None or arranged is None:
            self.say("there is no face here")
            return
        pictures = [each.image_id for each in self._faces.values()]
        self.host.open_picture(face.image_id, list(dict.fromkeys(pictures)))

    def action_boxes(self) -> None:
        """Mend the boxes of the picture."""
        face = self._face()
        if face is None:
            self.say("there is no face here")
            return
        pictures = [each.image_id for each in self._faces.values()]
        self.host.fix_boxes(face.image_id, list(dict.fromkeys(pictures)))
