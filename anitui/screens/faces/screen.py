"""The faces screen: a page of crops, one key for each name, the next face at once, the writing behind."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.faces.viewing import ViewingScreen
from anitui.screens.whom import Whom
from anitui.store import boxes, embeddings, face_gallery, naming, review
from anitui.store.face_gallery import REVIEW, FaceView, ShownFace
from anitui.store.labels import KEYS
from anitui.words import count


class FacesScreen(ViewingScreen):
    """Names faces."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("faces")

    def __init__(self) -> None:
        super().__init__()
        self._before: tuple[FaceView, int | None] | None = None  # where one was before those most alike

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
        if self._view.order == REVIEW and self._view.like is None:
            self._agree_with_review(alone, face)
            return
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

    def _agree_with_review(self, alone: bool, face: ShownFace | None) -> None:
        """Say what the review suggests; of a face that it asks nothing about any more, go on."""
        if alone and face is not None and (face.asked is None or face.asked.suggested is None):
            self._grid.move(1, 0)
            return
        catalogue, label_set = self.host.catalogue, self._view.label_set

        def decide(ids: list[int]) -> str:
            agreed = review.accept(catalogue, ids, label_set)
            if not agreed:
                return "the review suggests nothing here"
            return f"{agreed:,} faces named as the review suggests" if agreed > 1 else ""

        self.decide(decide, step=True)

    def action_confirm(self) -> None:
        """Say that they are who they are called, and go on: no review asks about that again."""
        catalogue, label_set = self.host.catalogue, self._view.label_set

        def decide(ids: list[int]) -> str:
            confirmed = review.confirm(catalogue, ids, label_set)
            if not confirmed:
                return "there is no name here to confirm"
            return f"confirmed {confirmed:,} names" if confirmed > 1 else ""  # why the next is asked is seen at once

        self.decide(decide, step=True)

    def action_unname(self) -> None:
        def decide(ids: list[int]) -> str:
            taken = naming.unname(self.host.catalogue, ids, self._view.label_set)
            return f"took {count(taken, 'name')} off" if taken else "there is no name of a person's to take off"

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

    def action_select_group(self) -> None:
        """Select all under this heading, such as a cluster."""
        arranged = self._arranged
        here = arranged.group_at(self._grid.cursor) if arranged is not None else None
        if arranged is None or here is None:
            self.say(f"there are no headings here: {shown_key('faces.group', self.host.key_map)} makes some")
            return
        self.select([int(each) for each in arranged.ids[here.start : here.start + here.size]])
        self.say(f"{count(here.size, 'face')} selected: {here.name}")

    def action_alike(self) -> None:
        """Those most like this one, the likest first; again, or back, leads to where one was."""
        if self._view.like is not None:
            self._leave_alike()
            return
        face, host = self._face(), self.host
        if face is None:
            self.say("there is no face here")
            return

        def look() -> int:
            from anitui.pipeline import box_hashes
            from anitui.pipeline.examine import limits_of

            if embeddings.seen(host.catalogue, face.face_id) is not None:
                return 0
            box_hashes.fill(host.workspace, host.catalogue, limits_of(host.settings.importing), face.image_id)
            return boxes.count_without_hashes(host.catalogue)

        def show(left: int) -> None:
            self._before = (self._view, face.face_id)
            self.show(replace(self._view, like=face.face_id))
            select, back = (shown_key(each, host.key_map) for each in ("faces.select", "anywhere.step_back"))
            unseen = f"; {count(left, 'face')} not among them: anitui pairs --on faces looks at them" if left else ""
            self.say(f"the likest first: {select} and a move select as far as they are one; {back} goes back{unseen}")

        self.off_thread(look, show, group="alike")

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

    # Where one goes.

    def action_open(self) -> None:
        face = self._face()
        arranged = self._arranged
        if face is None or arranged is None:
            self.say("there is no face here")
            return
        self.host.open_picture(face.image_id, lambda: face_gallery.pictures(self.host.catalogue, arranged))

    def action_boxes(self) -> None:
        """Mend the boxes of the picture."""
        face = self._face()
        arranged = self._arranged
        if face is None or arranged is None:
            self.say("there is no face here")
            return
        self.host.fix_boxes(face.image_id, lambda: face_gallery.pictures(self.host.catalogue, arranged))

    def action_labels(self) -> None:
        from anitui.screens.faces.label_list import LabelsScreen

        self.app.push_screen(LabelsScreen(self._view.label_set))

    def action_detect(self) -> None:
        status = self.host.status
        if status is not None and not status.active:
            self.say(self.none_yet())
            return
        self._looking = True
        self.host.find_faces()
        self._say_why_nothing()
