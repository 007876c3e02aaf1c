"""The boxes screen: boxes drawn, moved, resized and named, by keys and by the mouse, each edit kept at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.boxes.desk import SHOWN, Desk, rect_of
from anitui.screens.boxes.geometry import CORNERS, Rect, between, fine, hit, inserted, moved
from anitui.screens.boxes.going import BoxesGoing
from anitui.screens.boxes.view import BoxView
from anitui.screens.questions import Choose
from anitui.screens.whom import Whom
from anitui.store.boxes import Box
from anitui.store.labels import KEYS

BLIND_STEP = 5.0  # pixels, where no picture is to be seen


@dataclass(slots=True)
class _Grip:
    """What the mouse holds: where it went down, and how the box lay then."""

    column: int
    row: int
    rect: Rect | None = None
    corner: int | None = None
    dragged: bool = False


class BoxesScreen(BoxesGoing):
    """Works on the boxes of one picture after the other."""

    place = "boxes"
    CSS_PATH = "boxes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("boxes")

    _grip: _Grip | None = None

    def _may_edit(self) -> Desk | None:
        """The desk, if something may be changed on it; else it is said why not."""
        if self.read_only:
            self.say(
                f"read-only: nothing is changed; {shown_key('boxes.read_only', self.host.key_map)} allows it again"
            )
            return None
        if self.desk is None and self.queue is not None and len(self.queue):
            self.say("one moment: the picture is not there yet")
        elif self.desk is None:
            self.say("there is no picture here")
        return self.desk

    def _in_hand(self) -> Box | None:
        """The box that something is to be done to; else it is said that none is chosen."""
        desk = self._may_edit()
        if desk is None:
            return None
        if desk.current is None:
            self.say(self.none_chosen())
        return desk.current

    # Moving and resizing.

    def _push(self, across: int, down: int, *, coarse: bool) -> None:
        desk = self.desk
        if desk is None:
            return
        if desk.current is None:
            if self.zoomed:
                self.pan(across, down)
            else:
                self.say(self.none_chosen())
            return
        if self._may_edit() is None:
            return
        sight = self.view.sight(desk.size)
        step = fine(desk.size) if not coarse else sight.coarse if sight is not None else BLIND_STEP
        if desk.push(across * step, down * step):
            self._changed(desk)

    def _changed(self, desk: Desk) -> None:
        if desk.moved:
            self._save_soon()
        self.hidden = False
        self.reveal()
        self.draw()

    def action_left(self) -> None:
        self._push(-1, 0, coarse=True)

    def action_right(self) -> None:
        self._push(1, 0, coarse=True)

    def action_up(self) -> None:
        self._push(0, -1, coarse=True)

    def action_down(self) -> None:
        self._push(0, 1, coarse=True)

    def action_fine_left(self) -> None:
        self._push(-1, 0, coarse=False)

    def action_fine_right(self) -> None:
        self._push(1, 0, coarse=False)

    def action_fine_up(self) -> None:
        self._push(0, -1, coarse=False)

    def action_fine_down(self) -> None:
        self._push(0, 1, coarse=False)

    def action_insert(self) -> None:
        desk = self._may_edit()
        if desk is None:
            return
        sight = self.view.sight(desk.size)
        if sight is None:
            self.say("this picture cannot be shown, so nothing can be drawn on it")
            return
        self._end_draft()
        desk.start(inserted(sight.seen, desk.size))
        self._changed(desk)

    def action_enter(self) -> None:
        """The new box stays; else the picture is looked at closer."""
        image_id = self._image_id()
        if self._end_draft():
            self.draw()
        elif image_id is not None and self.queue is not None:
            self.settle()
            self.host.open_picture(image_id, self.queue.ids)

    def action_remove(self) -> None:
        desk = self._may_edit()
        if desk is None:
            return
        if desk.give_up():
            self.draw()
            return
        self._save()
        box = desk.remove()
        if box is None:
            self.say(self.none_chosen())
            return
        self.keeper.remove(box)
        undo = shown_key("anywhere.undo", self.host.key_map)
        self.say(f"{'box removed' if box.by_hand else 'not a face: set aside'}; {undo} brings it back")
        self.draw()

    # Which box.

    def action_next_box(self) -> None:
        self._step(1)

    def action_previous_box(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.desk is None:
            return
        self._end_draft()
        self._save()
        if not self.desk.step(by):
            self.say(self.none_here())
        self.hidden = False
        self.reveal()
        self.draw()

    def action_corner(self) -> None:
        if self.desk is None:
            return
        self._end_draft()
        if not self.desk.next_corner():
            self.say(self.none_chosen())
        self.reveal()
        self.draw()

    def action_name(self, slot: int) -> None:
        key = KEYS[slot]
        label = next((each.name for each in self.labels if each.key == key), None)
        if self._in_hand() is None:
            return
        if label is None:
            self.say(f"no label has the key {key}: {shown_key('boxes.type', self.host.key_map)} types a name")
            return
        self._call(label)

    def _call(self, label: str) -> None:
        desk = self.desk
        if desk is None or desk.current is None:
            return
        self._end_draft()
        self._save()
        box = desk.name(label or None)
        if box is not None:
            self.keeper.name(box, label, self._label_set)
        if label not in {each.name for each in self.labels}:
            self._new_label = True
        self.draw()

    def action_type(self) -> None:
        box = self._in_hand()
        if box is None:
            return
        chosen, picture = box.face_id, self._image_id()

        def answered(name: str | None) -> None:
            desk = self.desk
            if name is None or desk is None or picture != self._image_id():
                return
            # What was new got its number while the question was open.
            desk.select(self.keeper.numbers.get(chosen, chosen))
            self._call(name)

        off = f"nobody: takes {box.label} off" if box.label else ""
        self.app.push_screen(Whom("Who is this?", self.labels, off=off), answered)

    def action_copy(self) -> None:
        desk = self._may_edit()
        if desk is None:
            return
        looked, picture = desk.picture.looked, desk.picture.image_id

        def copy(detector: str | None) -> None:
            if detector is not None:
                self._end_draft()
                self._save()
                self.keeper.copy(picture, detector, desk.kind)

        if not looked and desk.picture.in_vain:
            self.say(f"{' and '.join(desk.picture.in_vain)} looked here and found no face")
        elif not looked:
            self.say("no detector has looked at this picture yet: `anitui detect` looks for faces")
        elif len(looked) == 1:
            copy(looked[0][0])
        else:
            options = [(name, f"{name} · {often} {'box' if often == 1 else 'boxes'}") for name, often in looked]
            self.app.push_screen(Choose(f"Copy {desk.kind}s from which detector?", options), copy)

    def action_mark(self) -> None:
        desk = self._may_edit()
        if desk is not None:
            self._save()
            self.keeper.mark(desk.picture.image_id)

    # What is asked, and what is shown.

    def action_read_only(self) -> None:
        self._end_draft()
        self._save()
        self.read_only = not self.read_only
        self.say("read-only: nothing is changed" if self.read_only else "changes are kept again")
        self.draw()
        self.tell()

    def action_kinds(self) -> None:
        self._end_draft()
        self._save()
        self.showing = SHOWN[(SHOWN.index(self.showing) + 1) % len(SHOWN)]
        if self.desk is not None:
            self.desk.show(self.showing)
        both = self.showing == SHOWN[0]
        self.say(f"shown: {self.showing}; drawn: faces" if both else f"shown and drawn: {self.showing}")
        self.draw()
        self.tell()

    def step_back(self) -> bool:
        desk = self.desk
        if self._reading.stop():
            self.tell()
            self.say("stopped; what was shown stays")
        elif desk is not None and desk.give_up():
            self.let_go()
            self.draw()
        elif desk is not None and desk.corner is not None:
            desk.corner = None
            self.draw()
        elif desk is not None and desk.selected is not None:
            self._save()
            desk.select(None)
            self.draw()
        elif self.zoomed:
            self.action_whole()
        elif self.queue is not None and self.queue.query:
            self.line_up("", self._image_id())
        else:
            return False
        return True

    # The mouse.

    def let_go(self) -> None:
        self._grip = None

    def on_box_view_pointed(self, event: BoxView.Pointed) -> None:
        if event.phase == "press":
            self._pressed(event.column, event.row)
        elif self._grip is not None and event.phase == "drag":
            self._dragged(self._grip, event.column, event.row)
        elif self._grip is not None:
            self._released(self._grip)

    def _pressed(self, column: int, row: int) -> None:
        desk = self.desk
        sight = self.view.sight(desk.size) if desk is not None else None
        if desk is None or sight is None:
            return
        self._end_draft()
        self._save()
        self.keeper.apart()  # each drag is one decision
        rects = [] if self.hidden else [rect_of(each) for each in desk.boxes]
        found = hit(rects, desk.place, sight, column, row)
        self._grip = _Grip(column, row)
        if found is not None:
            desk.select(desk.boxes[found.index].face_id)
            self._grip.rect, self._grip.corner = rects[found.index], found.corner
        self.draw()

    def _dragged(self, grip: _Grip, column: int, row: int) -> None:
        if (column, row) == (grip.column, grip.row) and not grip.dragged:
            return
        desk = self._may_edit() if not grip.dragged or not self.read_only else None
        sight = self.view.sight(desk.size) if desk is not None else None
        if desk is None or sight is None:
            self._grip = None
            return
        grip.dragged = True
        across, down = (column - grip.column) * sight.per_column, (row - grip.row) * sight.per_row
        if grip.rect is None:
            drawn = sight.spanned((grip.column, grip.row), (column, row))
            if desk.draft is None:
                desk.start(drawn)
            else:
                desk.lay(drawn)
        elif grip.corner is None:
            desk.lay(moved(grip.rect, across, down, desk.size))
        else:
            x, y = grip.rect.corner(grip.corner)
            still = grip.rect.corner((grip.corner + 2) % len(CORNERS))
            desk.lay(between((x + across, y + down), still, desk.size))
        if desk.moved:
            self._save_soon()
        self.hidden = False
        self.draw()

    def _released(self, grip: _Grip) -> None:
        self._grip = None
        desk = self.desk
        if desk is None:
            return
        if grip.rect is None and not grip.dragged:
            desk.select(None)
        self._end_draft()
        self._save()
        self.draw()
