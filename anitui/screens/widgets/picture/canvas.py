"""What every widget that draws pictures needs: a loader, a drawing, and lines that reach the terminal as they are."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from rich.segment import Segment
from rich.style import Style
from textual.geometry import NULL_SPACING, Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from anitui.screens.widgets.picture.kitty import KittyImage, Sent
from anitui.screens.widgets.picture.loader import PictureLoader
from anitui.screens.widgets.picture.policy import Drawing, Policy, cell_pixels, resolve
from anitui.screens.widgets.picture.prepare import Order, Result


class Canvas(Widget):
    """A widget whose lines are made of prepared pieces.

    Textual's own way (`render_line`) rebuilds every line from Segments to put borders and tints around it. Where the
    widget has neither, the lines are handed on untouched, with their escape codes: frame the container instead.
    """

    ALLOW_SELECT = False

    class Arrived(Message, bubble=False):
        """From the loader's threads: something that was wanted is ready."""

        def can_replace(self, message: Message) -> bool:
            """However many wait in the queue, one look at what has arrived serves them all."""
            return isinstance(message, Canvas.Arrived)

    def __init__(
        self,
        *,
        loader: PictureLoader | None,
        policy: Policy | str,
        environ: Mapping[str, str],
        kept_by_terminal: int,
        name: str | None,
        id: str | None,
        classes: str | None,
        disabled: bool,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.loader = loader or PictureLoader()
        self._own_loader = loader is None
        self._policy = Policy(policy)
        self._environ = environ
        self._sent = Sent(kept_by_terminal)
        self._drawing = self._resolve()
        self._arrived: deque[tuple[Order, Result]] = deque()

    @property
    def policy(self) -> Policy:
        return self._policy

    @property
    def drawing(self) -> Drawing:
        """How pictures are drawn here."""
        return self._drawing

    def set_policy(self, policy: Policy | str) -> None:
        """Draw in another way from now on."""
        self._policy = Policy(policy)
        self._drawing = self._resolve()
        self.drawing_changed()

    @abstractmethod
    def line(self, y: int) -> Strip:
        """The line at y of the content, as wide as the content."""

    @abstractmethod
    def arrived(self, results: Sequence[tuple[Order, Result]]) -> None:
        """Called with what the loader has prepared, some or all of what was wanted."""

    @abstractmethod
    def drawing_changed(self) -> None:
        """Called when pictures must be drawn anew."""

    def want(self, now: Iterable[Order], ahead: Iterable[Order]) -> None:
        """Have these prepared in place of all that was wanted before; `arrived` tells."""
        self.loader.ask(self, now, ahead, self._deliver)

    def send(self, images: Iterable[KittyImage]) -> None:
        """Give these to the terminal, before the lines that show them."""
        self._write(self._sent.show(images))

    def words_style(self, classes: str | None = None) -> Style:
        """The widget's own style, or that of a component class, as this terminal may show it."""
        style = self.rich_style if classes is None else self.get_component_rich_style(classes)
        segments = [Segment(" ", style)]
        for line_filter in self.app.get_line_filters():
            segments = line_filter.apply(segments, self.background_colors[1])
        return segments[0].style or style

    def render_lines(self, crop: Region) -> list[Strip]:
        if self.gutter != NULL_SPACING or self.opacity != 1.0 or self.styles.tint.a:
            return super().render_lines(crop)
        x, right = crop.column_span
        # Between a new size and the news of it lines may be too short for a moment.
        return [self.line(y).crop_extend(x, right, self.rich_style) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        return self.line(y)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self.style_changed()

    @abstractmethod
    def style_changed(self) -> None:
        """Called when colours have changed: lines made before are out of date."""

    def on_canvas_arrived(self) -> None:
        results = [self._arrived.popleft() for _ in range(len(self._arrived))]
        if results:
            self.arrived(results)

    def on_resize(self) -> None:
        self._drawing = self._resolve()  # the font may have changed with the size
        self.drawing_changed()

    def on_unmount(self) -> None:
        self.loader.forget(self)
        if self._own_loader:
            self.loader.close()
        self._write(self._sent.clear())

    def _deliver(self, order: Order, result: Result) -> None:
        self._arrived.append((order, result))  # on a loader's thread: a deque takes that
        with suppress(RuntimeError):  # the app has ended at this moment, and its event loop with it
            self.post_message(self.Arrived())

    def _resolve(self) -> Drawing:
        return resolve(self._policy, self._environ, cell_pixels=cell_pixels())

    def _write(self, codes: str) -> None:
        # Textual has no public way to say something to the terminal that is not a cell.
        driver = getattr(self.app, "_driver", None)
        if codes and driver is not None:
            driver.write(codes)
