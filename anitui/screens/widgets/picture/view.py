"""One picture, as large as its widget: zoomed, panned, with boxes, or with what is wrong said in its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from anitui.screens.widgets.picture.boxes import Box
from anitui.screens.widgets.picture.canvas import Canvas
from anitui.screens.widgets.picture.captions import Caption, with_captions
from anitui.screens.widgets.picture.cells import CellsPiece
from anitui.screens.widgets.picture.framing import WHOLE, ZOOM_STEP, Frame, Framing, around, frame
from anitui.screens.widgets.picture.loader import PictureLoader
from anitui.screens.widgets.picture.pieces import PieceStrip, TextPiece, blank
from anitui.screens.widgets.picture.policy import Policy
from anitui.screens.widgets.picture.prepare import Order, Placeholder, Prepared, Result
from anitui.screens.widgets.picture.subject import Subject
from anitui.screens.widgets.picture.words import wrapped

LOADING_AFTER = 0.15
_KEPT_BY_TERMINAL = 8


class PictureView(Canvas):
    """Shows one picture, centred, in its own proportions. It binds no keys: screens call its methods."""

    DEFAULT_CSS = """
    PictureView { width: 1fr; height: 1fr; color: $text-muted; }
    """

    class Shown(Message):
        """The picture, or the reason why there is none, is on the screen."""

        def __init__(self, view: PictureView, path: Path, result: Result) -> None:
            super().__init__()
            self.view = view
            self.path = path
            self.result = result

        @property
        def control(self) -> PictureView:
            return self.view

    def __init__(
        self,
        path: Path | None = None,
        *,
        loader: PictureLoader | None = None,
        policy: Policy | str = Policy.AUTO,
        environ: Mapping[str, str] | None = None,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            loader=loader, policy=policy, environ=os.environ if environ is None else environ,
            kept_by_terminal=_KEPT_BY_TERMINAL, name=name, id=id, classes=classes, disabled=disabled,
        )  # fmt: skip
        self._subject = None if path is None else Subject(path)
        self._next: tuple[Subject, ...] = ()
        self._beside: Subject | None = None
        self._boxes: tuple[Box, ...] = ()
        self._captions: tuple[Caption, ...] = ()
        self._framing = WHOLE
        self._result: Result | None = None
        self._result_of: Subject | None = None
        self._waiting: Timer | None = None
        self._lines: list[PieceStrip] | None = None

    @property
    def path(self) -> Path | None:
        """The picture shown; assigning shows another one."""
        return None if self._subject is None else self._subject.path

    @path.setter
    def path(self, path: Path | None) -> None:
        self.show(path)

    @property
    def framing(self) -> Framing:
        """How near the view is and around which point; give it to another view to make both move together."""
        return self._framing

    @property
    def result(self) -> Result | None:
        """What is on the screen: a prepared picture, a placeholder, or nothing yet."""
        return self._result

    @property
    def lies(self) -> tuple[Frame, int, int] | None:
        """The part of the picture that is on the screen, and the column and row where it begins."""
        if not isinstance(self._result, Prepared) or self._result_of != self._subject:
            return None
        width, height = self.content_size
        rows = min(height, len(self._result.lines))
        return self._result.frame, max(0, width - self._result.columns) // 2, (height - rows) // 2

    def show(
        self,
        what: Path | Subject | None,
        prepare_next: Iterable[Path | Subject] = (),
        *,
        beside: Subject | None = None,
        boxes: Iterable[Box] = (),
        framing: Framing = WHOLE,
    ) -> None:
        """Show this picture, and prepare those that are likely to come next.

        What is `beside` it is prepared in the same framing, whatever that becomes: to change between the two at once.
        """
        self._subject = None if what is None else Subject.of(what)
        self._next = tuple(Subject.of(each) for each in prepare_next)
        self._beside = beside
        self._boxes = tuple(boxes)
        self._captions = ()
        self._framing = framing
        self._ask()

    def prepare(self, following: Iterable[Path | Subject]) -> None:
        """Prepare what is likely to come next, in place of what was."""
        self._next = tuple(Subject.of(each) for each in following)
        self._ask()

    def show_boxes(self, boxes: Iterable[Box]) -> None:
        """Draw these boxes on the picture, in place of any others."""
        self._boxes = tuple(boxes)
        self._ask()

    def show_captions(self, captions: Iterable[Caption]) -> None:
        """Write these words at their boxes, in place of any others, until another picture is shown."""
        self._captions = tuple(captions)
        self._lines = None
        self.refresh()

    def frame_as(self, framing: Framing) -> None:
        """See the part that another view sees."""
        self._framing = framing
        self._ask()

    def look_at(self, part: tuple[float, float, float, float]) -> None:
        """See this part (left, top, width and height, as shares of the picture) and what surrounds it."""
        if isinstance(self._result, Prepared):
            width, height = self.content_size
            self.frame_as(around(self._result.picture_size, width, height, self.drawing.cell_aspect, part))

    def zoom_in(self) -> None:
        self._zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        self._zoom(1 / ZOOM_STEP)

    def whole(self) -> None:
        """See the whole picture."""
        self.frame_as(WHOLE)

    def pan(self, dx: float, dy: float) -> None:
        """Move by shares of what is seen (0.25 is a quarter of the view); stops at the picture's edges."""
        if isinstance(self._result, Prepared):
            self.frame_as(self._frame(self._result).panned(dx, dy))

    def drawing_changed(self) -> None:
        self._ask()

    def style_changed(self) -> None:
        self._lines = None

    def on_unmount(self) -> None:
        self._stop_waiting()

    def _zoom(self, factor: float) -> None:
        self.frame_as(self._framing.nearer(factor))

    def _frame(self, shown: Prepared) -> Frame:
        width, height = self.content_size
        return frame(shown.picture_size, width, height, self.drawing.cell_aspect, self._framing)

    def _order(self, subject: Subject, framing: Framing = WHOLE, boxes: Sequence[Box] = ()) -> Order:
        width, height = self.content_size
        return Order(
            subject.path, width, height, self.drawing, framing, tuple(boxes), subject.crop, subject.shape,
            subject.against,
        )  # fmt: skip

    def _ask(self) -> None:
        """Show what is ready, ask for what is not."""
        if not self.is_mounted or not self.content_size:
            return
        if self._subject is None:
            self._set_result(None)
            return
        if isinstance(self._result, Prepared) and self._result_of == self._subject:
            self._framing = self._frame(self._result).framing
        order = self._order(self._subject, self._framing, self._boxes)
        beside = [] if self._beside is None else [self._order(self._beside, self._framing)]
        self.want([order], beside + [self._order(each) for each in self._next])
        ready = self.loader.ready(order)
        if ready is not None:
            self._set_result(ready)
        elif self._result_of != self._subject and self._waiting is None:
            # The picture before stays until the next is there, or until waiting is worth a word.
            self._waiting = self.set_timer(LOADING_AFTER, self._say_loading)

    def arrived(self, results: Sequence[tuple[Order, Result]]) -> None:
        if self._subject is None:
            return
        wanted = self._order(self._subject, self._framing, self._boxes)
        for order, result in results:
            if order == wanted:
                self._set_result(result)

    def _say_loading(self) -> None:
        self._waiting = None
        if self._result_of != self._subject:
            self._set_lines(None)

    def _set_result(self, result: Result | None) -> None:
        self._stop_waiting()
        self._result_of = self._subject
        self._set_lines(result)
        if result is not None and self._subject is not None:
            self.post_message(self.Shown(self, self._subject.path, result))

    def _set_lines(self, result: Result | None) -> None:
        if isinstance(result, Prepared) and result is self._result:
            return  # seen already: not a byte more over a slow line
        before, self._result = self._result, result
        if isinstance(result, Prepared) and result.kitty is not None:
            self.send([result.kitty])
        otherwise = self._changes(before, result)
        self._lines = None
        if otherwise is None:
            self.refresh()
        elif otherwise:
            self.refresh(*otherwise)

    def _changes(self, before: Result | None, after: Result | None) -> list[Region] | None:
        """The cells that differ, where only a box was moved: a few, over a slow line. None is all of them."""
        if self._lines is None or not isinstance(before, Prepared) or not isinstance(after, Prepared):
            return None
        same_place = before.frame == after.frame and before.columns == after.columns
        if not same_place or len(before.lines) != len(after.lines) or (lies := self.lies) is None:
            return None
        _, left, top = lies
        found: list[Region] = []
        for row, (old, new) in enumerate(zip(before.lines, after.lines, strict=True)):
            if not isinstance(old, CellsPiece) or not isinstance(new, CellsPiece):
                return None
            # One stretch of a line: Textual sends each from the line's beginning.
            if (span := new.changes(old)) is not None:
                found.append(Region(left + span[0], top + row, span[1] - span[0], 1))
        return found

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    def line(self, y: int) -> Strip:
        if self._lines is None:
            self._lines = self._make_lines()
        return self._lines[y] if y < len(self._lines) else Strip([], 0)

    def _make_lines(self) -> list[PieceStrip]:
        width, height = self.content_size
        style = self.words_style()
        empty = PieceStrip([blank(width, style)])
        if isinstance(self._result, Prepared):
            # A result for a former size may be shown for a moment: cut, never wider than the widget.
            shown = [line if line.width <= width else line.cut(0, width) for line in self._result.lines[:height]]
            columns = max((line.width for line in shown), default=0)
            left = (width - columns) // 2
            captions = self._captions if self._result_of == self._subject else ()
            written = with_captions(shown, self._result.frame, captions)
            middle = [PieceStrip([blank(left, style), *line, blank(width - left - columns, style)]) for line in written]
        elif (said := self._said()) is not None:
            middle = [_centred(text, width, style) for text in wrapped(said, width)[:height]]
        else:
            middle = []
        above = (height - len(middle)) // 2
        return [empty] * above + middle + [empty] * (height - above - len(middle))

    def _said(self) -> str | None:
        if isinstance(self._result, Placeholder):
            return self._result.reason
        return None if self._subject is None or self._result_of == self._subject else "loading…"


def _centred(text: str, width: int, style: Style) -> PieceStrip:
    piece = TextPiece(text, style)
    left = (width - piece.width) // 2
    return PieceStrip([blank(left, style), piece, blank(width - left - piece.width, style)])
