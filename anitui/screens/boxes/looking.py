"""What the Boxes screen shows: the picture with its boxes, what they are in words, and how near one looks."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from anitui.screens.bindings import as_pressed, shown_key
from anitui.screens.boxes.desk import SHOWN, Desk, rect_of
from anitui.screens.boxes.keeping import Keeper
from anitui.screens.boxes.panel import colour_of, in_a_line, of_box, of_labels
from anitui.screens.boxes.view import BoxView
from anitui.screens.frame import FrameScreen
from anitui.screens.reading import Reading
from anitui.screens.widgets.picture import Box as DrawnBox
from anitui.screens.widgets.picture import Framing, PictureView, Subject
from anitui.screens.widgets.picture.framing import ZOOM_STEP
from anitui.store.boxes import Boxed, Queue
from anitui.store.labels import CHARACTERS, Known
from anitui.words import count

PAN = 0.2  # of what is seen
WIDE, SLIM = 110, 70  # from how many columns on the panel has all of its width, or any


class BoxesLooking(FrameScreen):
    """How a picture and its boxes are shown; what one does to them is the screen's."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: Queue | None = None
        self.desk: Desk | None = None
        self.labels: list[Known] = []
        self.read_only = False
        self.hidden = False
        self.showing = SHOWN[0]
        self._at = 0
        self._visited: list[int] = []
        self._label_set = CHARACTERS
        self._reading = Reading()
        self._new_label = False
        self._drawing = False  # a drawing was asked for, and is not on the screen yet
        self._words: dict[str, Text] = {}
        self._hold: tuple[int, ...] = ()
        self._drawn_late = False  # and what it shows is not the latest

    def body(self) -> ComposeResult:
        with Container(id="boxes"):
            with Container(id="picture-side"):
                yield BoxView(loader=self.host.pictures, policy=self.host.settings.look.pictures, id="box-view")
                yield Static(id="told")
            with Container(id="box-panel", classes="panel") as panel:
                panel.border_title = "boxes"
                yield Static(id="box-told")
                yield Static(id="labels-told")
        yield Static(id="no-boxes")

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE, "-slim")
        self.set_class(self.size.width < SLIM, "-narrow")
        self.call_after_refresh(self.tell_box)

    @property
    def keeper(self) -> Keeper:
        """What writes the decisions of this screen."""
        found: Keeper | None = self.__dict__.get("_keeper")
        if found is None:
            found = self.__dict__["_keeper"] = Keeper(self.host, self.written)
        return found

    def written(self) -> None:
        """All that was decided is in the catalogue."""

    @property
    def view(self) -> BoxView:
        return self.query_one("#box-view", BoxView)

    # What is on the screen.

    def nothing(self, why: str) -> None:
        """Say why there is no picture."""
        self.query_one("#boxes").add_class("-empty")
        nothing = self.query_one("#no-boxes", Static)
        nothing.update(why)
        nothing.add_class("-said")
        self.tell()
        self.refresh_keys()

    def show_picture(self, picture: Boxed) -> None:
        """Another picture, whole."""
        self.query_one("#boxes").remove_class("-empty")
        self.query_one("#no-boxes").remove_class("-said")
        self._hold = ()
        self._drawing, self._drawn_late = True, False
        self.view.show(self.subject(picture), boxes=self._drawn())
        self.tell_box()

    def subject(self, picture: Boxed) -> Subject:
        """What is shown of it, the same each time: only so is what was prepared ahead the picture that comes."""
        return Subject(self.host.workspace.file(picture.path), shape=(picture.width, picture.height))

    def draw(self) -> None:
        """Show the boxes as they are now.

        While a drawing is under way the next one waits, and only the latest: else a key that is held, or a mouse that
        is dragged, would replace each before it is seen.
        """
        if not self.is_attached or self.desk is None:
            return
        self.tell_box()
        if self._drawing:
            self._drawn_late = True
            return
        self._drawing = True
        self.view.show_boxes(self._drawn())

    def on_picture_view_shown(self, event: PictureView.Shown) -> None:
        self._drawing = False
        if self._drawn_late:
            self._drawn_late = False
            self.draw()
        self.tell_box()

    def _drawn(self) -> list[DrawnBox]:
        desk = self.desk
        if desk is None or self.hidden:
            return []
        colours = {each.name: each.colour for each in self.labels}
        (width, height), chosen = desk.size, desk.selected
        # The one in the hand last: over all others.
        return [
            DrawnBox(
                each.x / width, each.y / height, each.w / width, each.h / height, colour_of(each, colours),
                each.face_id == chosen, desk.corner if each.face_id == chosen else None,
            )
            for each in sorted(desk.boxes, key=lambda box: box.face_id == chosen)
        ]  # fmt: skip

    def tell_box(self) -> None:
        """The box in the hand, in words."""
        if not self.is_attached or self.desk is None:
            return
        desk, room = self.desk, self.query_one("#labels-told").content_size
        keys = [] if self.read_only else [self._key(each) for each in ("next_box", "insert", "copy")]
        title = "boxes · read-only" if self.read_only else "boxes"
        panel = self.query_one("#box-panel")
        if panel.border_title != title:
            panel.border_title = title
        self._say_in("#box-told", of_box(desk, self.labels, room.width, hidden=self.hidden, keys=keys))
        pressed = as_pressed(self.labels, "boxes", self.host.key_map)
        self._say_in("#labels-told", of_labels(desk, pressed, room.width, room.height, self._key("type")))
        self._say_in("#told", Text(("hidden · " if self.hidden else "") + in_a_line(desk)))
        hold = len(desk.boxes), desk.selected is not None, desk.corner is not None, desk.draft is not None, self.zoomed
        if hold != self._hold:
            self._hold = hold
            self.refresh_keys()
            self.tell()

    def _say_in(self, where: str, words: Text) -> None:
        """Only what is otherwise: over a slow line every line that is drawn again is felt."""
        if self._words.get(where) != words:
            self._words[where] = words
            self.query_one(where, Static).update(words, layout=False)

    def tell(self) -> None:
        """Where one is and how far."""
        queue, desk = self.queue, self.desk
        parts = ["boxes"]
        if self.read_only:
            parts.append("read-only")
        if self._label_set != CHARACTERS:
            parts.append(self._label_set)
        if self.showing != SHOWN[0]:
            parts.append(self.showing)
        if queue is not None and queue.query:
            parts.append(queue.query)
        if queue is None or not len(queue):
            self.where(" › ".join(parts), "no pictures" if queue is not None else "")
            return
        if desk is None:
            return
        picture = desk.picture
        parts.append(picture.title or Path(picture.path).name)
        if picture.marked:
            parts.append("✗ marked for deletion")
        elif picture.state != "active":
            parts.append("✗ set aside")
        elif queue.reviewed[self._at]:
            parts.append("reviewed")
        place = " › ".join(parts)
        far = f"{count(len(desk.boxes), 'box', 'boxes')} · {self._at + 1:,} of {len(queue):,}"
        far = f"{far} · {int(queue.reviewed.sum()):,} reviewed"
        near = f"{self.view.framing.zoom:.1f}× · {far}"
        room = self.size.width - 3 - cell_len(place)
        self.where(place, near if self.zoomed and cell_len(near) <= room else far)

    def none_chosen(self) -> str:
        return f"no box is chosen: {self._key('next_box')} takes one, {self._key('insert')} draws one"

    def none_here(self) -> str:
        there = f"no {self.showing} here" if self.showing != SHOWN[0] else "no boxes here"
        return f"{there}: {self._key('insert')} draws one, {self._key('copy')} copies a detector's"

    def _key(self, action: str) -> str:
        return shown_key(f"boxes.{action}", self.host.key_map)

    def way_out(self) -> str:
        if self.is_mounted and self.queue is not None and not len(self.queue) and self.queue.query:
            return "lift the filter"
        if not self.is_mounted or self.desk is None:
            return ""
        if self.desk.draft is not None:
            return "give up"
        if self.desk.corner is not None:
            return "the whole box"
        if self.desk.selected is not None:
            return "let go"
        return "the whole picture" if self.zoomed else ""

    def matters(self, action_id: str) -> bool:
        if self.queue is not None and not len(self.queue) and action_id.startswith("boxes."):
            return action_id == "boxes.filter"
        in_hand = self.desk is not None and self.desk.selected is not None
        if action_id in ("boxes.enter",):
            return self.desk is not None and self.desk.draft is not None
        if action_id in ("boxes.name(0)", "boxes.type", "boxes.remove", "boxes.corner", "boxes.right"):
            return in_hand
        return True

    # How near one looks.

    @property
    def zoomed(self) -> bool:
        return self.view.framing.zoom > 1

    def pan(self, across: float, down: float) -> None:
        self.view.pan(across * PAN, down * PAN)

    def reveal(self) -> None:
        """Look where the box in the hand is, when it is out of sight."""
        desk = self.desk
        box = desk.current if desk is not None else None
        sight = self.view.sight(desk.size) if desk is not None else None
        if desk is None or box is None or sight is None or not self.zoomed:
            return
        rect, seen = rect_of(box), sight.seen
        x, y = rect.middle if desk.corner is None else rect.corner(desk.corner)
        if not seen.holds(x, y):
            self.view.frame_as(Framing(self.view.framing.zoom, x / desk.size[0], y / desk.size[1]))

    def action_zoom(self) -> None:
        """Closer, to the box in the hand; from the whole picture at once to where it fills a good part of the view."""
        desk = self.desk
        box = desk.current if desk is not None else None
        if desk is None or box is None or self.zoomed:
            self._zoom(ZOOM_STEP)
            return
        width, height = desk.size
        self.view.look_at((box.x / width, box.y / height, box.w / width, box.h / height))
        self._zoomed()

    def action_unzoom(self) -> None:
        self._zoom(1 / ZOOM_STEP)

    def _zoom(self, factor: float) -> None:
        desk, framing = self.desk, self.view.framing
        box = desk.current if desk is not None else None
        if desk is not None and box is not None:
            x, y = rect_of(box).middle
            framing = Framing(framing.zoom, x / desk.size[0], y / desk.size[1])
        self.view.frame_as(framing.nearer(factor))
        self._zoomed()

    def action_whole(self) -> None:
        self.view.whole()
        self._zoomed()

    def _zoomed(self) -> None:
        """One looks from nearer, or from further away."""
        self.tell()
        self.refresh_keys()

    def on_box_view_wheeled(self, event: BoxView.Wheeled) -> None:
        """Nearer to what is under the mouse, which stays there, or further away."""
        desk = self.desk
        sight = self.view.sight(desk.size) if desk is not None else None
        if desk is None or sight is None:
            return
        before = self.view.framing
        after = before.nearer(ZOOM_STEP if event.nearer else 1 / ZOOM_STEP)
        x, y = sight.pixel(event.column + 0.5, event.row + 0.5)
        x, y, share = x / desk.size[0], y / desk.size[1], before.zoom / after.zoom
        self.view.frame_as(Framing(after.zoom, x + (before.x - x) * share, y + (before.y - y) * share))
        self._zoomed()

    def action_pan_left(self) -> None:
        self.pan(-1, 0)

    def action_pan_right(self) -> None:
        self.pan(1, 0)

    def action_pan_up(self) -> None:
        self.pan(0, -1)

    def action_pan_down(self) -> None:
        self.pan(0, 1)

    def action_hide(self) -> None:
        self.hidden = not self.hidden
        self.say("boxes are hidden" if self.hidden else "boxes are shown")
        self.draw()

    def action_drawing(self) -> None:
        policy = self.host.next_drawing()
        self.view.set_policy(policy)
        self.say(f"pictures are drawn: {policy}")
