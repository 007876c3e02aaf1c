"""The widget that shows curves. It draws when something has changed, once, however often the screen is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color, ColorParseError
from textual.strip import Strip
from textual.widget import Widget

from anitui.screens.widgets.curves.drawing import Curve, Drawer, Line, Look, Pen
from anitui.screens.widgets.curves.smoothing import SHARES

_CLOSER = 0.5  # the part of what is seen that is seen after zooming in
_LEAST = 1e-4
_STEP = 0.25  # of what is seen, in one step to the side
_FAINT = 0.3  # how much of its colour a curve has behind its smoothed one


class Curves(Widget, can_focus=False):
    """Several curves over the same x: `show` gives them, the rest says how they are looked at."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "curves--axis", "curves--grid", "curves--number", "curves--name", "curves--said",
    }  # fmt: skip
    DEFAULT_CSS = """
    Curves {
        height: 1fr;
        width: 1fr;
        & > .curves--axis { color: $border; }
        & > .curves--grid { color: $border-blurred; }
        & > .curves--number { color: $foreground-muted; }
        & > .curves--name { color: $foreground; }
        & > .curves--said { color: $foreground-muted; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None, none: str = "no points yet") -> None:
        super().__init__(id=id, classes=classes)
        self._curves: Sequence[Curve] = ()
        self._x_name = ""
        self._none = none
        self._look = Look()
        self._drawer = Drawer()
        self._strips: list[Strip] | None = None

    # What is shown.

    def show(self, curves: Sequence[Curve], *, x_name: str = "", none: str | None = None) -> None:
        """Show these. `none`: what is said where they have no points."""
        self._curves, self._x_name = tuple(curves), x_name
        self._none = self._none if none is None else none
        self._anew()

    @property
    def curves(self) -> Sequence[Curve]:
        return self._curves

    # How it is looked at.

    @property
    def look(self) -> Look:
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        if look != self._look:
            self._look = look
            self._anew()

    @property
    def logarithmic(self) -> bool:
        return self._look.log

    @logarithmic.setter
    def logarithmic(self, log: bool) -> None:
        self.look = replace(self._look, log=log)

    @property
    def smoothing(self) -> float:
        return self._look.smoothing

    @smoothing.setter
    def smoothing(self, share: float) -> None:
        self.look = replace(self._look, smoothing=share)

    @property
    def window(self) -> tuple[float, float]:
        """The part of the whole range of x that is seen, as shares from 0 to 1."""
        return self._look.window

    @window.setter
    def window(self, window: tuple[float, float]) -> None:
        left, right = window
        wide = min(1.0, max(_LEAST, right - left))
        left = min(max(0.0, left), 1 - wide)
        self.look = replace(self._look, window=(left, left + wide))

    @property
    def zoomed(self) -> bool:
        return self.window != (0.0, 1.0)

    def smoother(self, by: int) -> None:
        """So many steps smoother, or rougher."""
        at = min(range(len(SHARES)), key=lambda number: abs(SHARES[number] - self.smoothing))
        self.smoothing = SHARES[max(0, min(len(SHARES) - 1, at + by))]

    def zoom(self, by: int, at: float | None = None) -> None:
        """So many steps closer, or farther for less than 0; `at` a share of what is seen, which stays where it is.

        Without one it is the middle; what is seen to its end stays there, for there the curve goes on.
        """
        left, right = self.window
        wide = (right - left) * _CLOSER**by
        if at is None:
            at = 1.0 if right >= 1 else 0.0 if left <= 0 and self.zoomed else 0.5
        kept = left + (right - left) * at
        self.window = (kept - wide * at, kept + wide * (1 - at))

    def pan(self, by: int) -> None:
        """To the side, to the right for more than 0."""
        left, right = self.window
        step = (right - left) * _STEP * by
        self.window = (left + step, right + step)

    def whole(self) -> None:
        """See all of it."""
        self.window = (0.0, 1.0)

    def told(self) -> str:
        """How it is looked at, in words: `smoothed 0.9 · log · part 25 %`; nothing where it is as it is at first."""
        left, right = self.window
        return " · ".join(
            filter(
                None,
                (
                    f"smoothed {self.smoothing:g}" if self.smoothing else "",
                    "log" if self.logarithmic else "",
                    f"{right - left:.2g} of the whole" if self.zoomed else "",
                ),
            )
        )

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.zoom(1, self._share_at(event.x))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.zoom(-1, self._share_at(event.x))

    def _share_at(self, x: int) -> float:
        return min(1.0, max(0.0, (x - 6) / max(1, self.size.width - 7)))

    # How it is drawn.

    def on_resize(self) -> None:
        self._anew()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips = None

    def _anew(self) -> None:
        self._strips = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if self._strips is None:
            self._strips = self._drawn()
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def _drawn(self) -> list[Strip]:
        width, height = self.size
        lines = self._drawer.draw(self._curves, self._look, width, height, x_name=self._x_name, none=self._none)
        styles: dict[Pen, Style] = {}
        blank = self.rich_style
        return [self._strip(line, styles).adjust_cell_length(width, blank) for line in lines]

    def _strip(self, line: Line, styles: dict[Pen, Style]) -> Strip:
        segments = []
        for text, pen in line:
            style = styles.get(pen)
            if style is None:
                style = styles[pen] = self._style(pen)
            segments.append(Segment(text, style))
        return Strip(segments)

    def _style(self, pen: Pen) -> Style:
        if pen.curve < 0 or pen.curve >= len(self._curves):
            return self.get_component_rich_style(f"curves--{pen.role}")
        colour = self._colour(self._curves[pen.curve].colour)
        ground = self.background_colors[1]
        if pen.role == "faint":
            colour = ground.blend(colour, _FAINT)
        return Style(color=RichColor.from_rgb(*colour.rgb), bgcolor=self.rich_style.bgcolor)

    def _colour(self, name: str) -> Color:
        given = self.app.theme_variables.get(name[1:], "") if name.startswith("$") else name
        try:
            return Color.parse(given)
        except ColorParseError:
            return self.styles.color
