"""The picture of the Boxes screen: where on it the mouse is."""

from __future__ import annotations

from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message

from anitui.screens.boxes.geometry import Sight, Size
from anitui.screens.widgets.picture import PictureView


class BoxView(PictureView):
    """A picture that tells where it is pressed, dragged over and let go, in cells."""

    class Pointed(Message):
        """The mouse button went down, is held while the mouse moves, or went up."""

        def __init__(self, phase: str, column: int, row: int) -> None:
            super().__init__()
            self.phase = phase  # press · drag · release
            self.column = column
            self.row = row

    class Wheeled(Message):
        """The wheel was turned over this cell."""

        def __init__(self, nearer: bool, column: int, row: int) -> None:
            super().__init__()
            self.nearer = nearer
            self.column = column
            self.row = row

    _held = False

    def sight(self, size: Size) -> Sight | None:
        """How a picture of this size lies here; None while it is not shown."""
        if (lies := self.lies) is None:
            return None
        frame, left, top = lies
        return Sight(size, frame.part, left, top, frame.columns, frame.rows)

    def on_mouse_down(self, event: MouseDown) -> None:
        if event.button == 1:
            self._held = True
            self.capture_mouse()
            self.post_message(self.Pointed("press", event.x, event.y))

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._held:
            self.post_message(self.Pointed("drag", event.x, event.y))

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._held:
            self._held = False
            self.release_mouse()
            self.post_message(self.Pointed("release", event.x, event.y))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.post_message(self.Wheeled(True, event.x, event.y))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.post_message(self.Wheeled(False, event.x, event.y))
