"""The labels beside the faces: the key of each, its name, and how many faces it has."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from anitui.screens.widgets.picture.words import cut
from anitui.store.labels import Known


class LabelPanel(Static):
    """As many labels as there is room for; the one that the cursor's face has is marked, and always in sight."""

    def __init__(self) -> None:
        super().__init__(id="labels", classes="panel", markup=False)
        self._labels: Sequence[Known] = ()
        self._current: str | None = None
        self._drawn: object = None

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
        drawn = (self._labels, self._current, width, height)
        if not width or drawn == self._drawn:
            return
        self._drawn = drawn
        self.update(lines(self._labels, self._current, width, height))


def lines(labels: Sequence[Known], current: str | None, width: int, height: int) -> Text:
    """The lines of the panel: a dozen labels or a thousand."""
    if not labels:
        return Text("no labels yet: t names the first face", "dim")
    at = next((at for at, each in enumerate(labels) if each.name == current), 0)
    room = max(1, height - (len(labels) > height))
    # Those with keys come first, and stay in sight as long as the marked one is among them.
    first = 0 if at < room else min(at - room // 2, len(labels) - room)
    text = Text(no_wrap=True)
    for each in labels[first : first + room]:
        many = f"{each.faces:,}"
        name = cut(each.name, max(1, width - 4 - len(many)))
        style = Style(reverse=each.name == current, dim=not each.listed, bold=each.name == current)
        text.append(f"{each.key or ' '} ", Style(bold=True)).append("▌", Style(color=each.colour))
        gap = " " * max(1, width - 3 - cell_len(name) - len(many))
        text.append(f"{name}{gap}{many}\n", style)
    rest = len(labels) - room
    if rest > 0:
        text.append(f"and {rest:,} more: t finds them", "dim")
    return text
