"""The labels beside the faces: the key of each, its name, and how many faces it has."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from anitui.screens.widgets.picture.words import cut, wrapped
from anitui.store.labels import Known


class LabelPanel(Widget):
    """As many labels as there is room for; the one that the cursor's face has is marked, and always in sight.

    Only the lines that have changed are sent again: it is drawn with every step of the cursor.
    """

    def __init__(self) -> None:
        super().__init__(id="labels", classes="panel")
        self._labels: Sequence[Known] = ()
        self._current: str | None = None
        self._lines: list[Text] = []

    def show(self, label_set: str, labels: Sequence[Known]) -> None:
        self.border_title = label_set
        self._labels = labels
        self._draw()

    def mark(self, label: str | None) -> None:
        """The label of the face under the cursor."""
        if label != self._current:
            self._current = label
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.content_size
        if not width:
            return
        before, self._lines = self._lines, lines(self._labels, self._current, width, height)
        for y in range(max(len(before), len(self._lines))):
            if before[y : y + 1] != self._lines[y : y + 1]:
                self.refresh(Region(0, y, width, 1))

    def render_line(self, y: int) -> Strip:
        width, style = self.content_size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, style)
        segments = [
            Segment(part.text, style + (part.style or Style())) for part in self._lines[y].render(self.app.console)
        ]
        return Strip([each for each in segments if each.text]).adjust_cell_length(width, style)


def lines(labels: Sequence[Known], current: str | None, width: int, height: int) -> list[Text]:
    """The lines of the panel: a dozen labels or a thousand.

    Those with keys come first and stay where they are: where the marked one is not among those seen, it has the last
    line for itself.
    """
    if not labels:
        return [Text(line, "dim", end="") for line in wrapped("no labels yet: t names", width)[:height]]
    at = next((at for at, each in enumerate(labels) if each.name == current), None)
    if len(labels) <= height:
        return [_line(each, width, marked=each.name == current) for each in labels]
    room = max(1, height - 2)
    drawn = [_line(each, width, marked=each.name == current) for each in labels[:room]]
    more = Text(cut(f"{len(labels) - room:,} more: t finds", width), "dim", end="")
    return [*drawn, more] if at is None or at < room else [*drawn, more, _line(labels[at], width, marked=True)]


def _line(label: Known, width: int, *, marked: bool) -> Text:
    many = f"{label.faces:,}"
    name = cut(label.name, max(1, width - 4 - len(many)))
    text = Text(no_wrap=True, end="")
    text.append(f"{(label.key or '')[:2]:<2}", Style(bold=True)).append("▌", Style(color=label.colour))
    gap = " " * max(1, width - 3 - cell_len(name) - len(many))
    return text.append(f"{name}{gap}{many}", Style(reverse=marked, dim=not label.listed, bold=marked))
