"""Who is taken for whom, as a table of numbers on coloured ground; of many classes those that are mixed up most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len, set_cell_size
from rich.color import Color as RichColor
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.widget import Widget

from anitui.screens.widgets.picture.words import cut, tame
from anitui.train.mistakes import Mistakes

_CELL = 4  # columns of a number with what is around it
_NAME = 14
_LIST = 30  # columns, from which on there is room for a list beside the table
_LEAST = 3  # classes in a table; with room for fewer only the list is shown


class Confusion(Widget, can_focus=False):
    """Shows the mistakes of one run. It is written anew when it is told other ones, and when its room changes."""

    DEFAULT_CSS = """
    Confusion { height: 1fr; width: 1fr; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._mistakes: Mistakes | None = None
        self._none = ""

    def show(self, mistakes: Mistakes | None, none: str) -> None:
        """Show these; `none` is said where there are none."""
        if mistakes is not self._mistakes or none != self._none:
            self._mistakes, self._none = mistakes, none
            self.refresh()

    def render(self) -> Text:
        found, (width, height) = self._mistakes, self.size
        if found is None:
            return Text(self._none, "dim")
        if not found.pairs:
            return Text(f"all {found.measured:,} are right")
        name = min(_NAME, max(cell_len(each) for each in found.classes) + 1, width // 3)
        fits = min(height - 1, (width - name) // _CELL)
        if fits < _LEAST:
            return Text("\n").join(self._pairs(found, width)[: max(1, height)])
        chosen, counts = found.table(fits)
        lines = self._table(found, chosen, counts, name)
        left = width - name - len(chosen) * _CELL - 2
        if left >= _LIST:
            beside = self._pairs(found, left)[: max(len(lines), height)]
            lines += [Text(" " * (name + len(chosen) * _CELL)) for _ in range(len(beside) - len(lines))]
            for line, said in zip(lines, beside, strict=False):
                line.append("  ").append_text(said)
        elif height > len(lines) + 1:
            lines += [Text(), *self._pairs(found, width)][: height - len(lines)]
        return Text("\n", no_wrap=True).join(lines)

    def _table(self, found: Mistakes, chosen: list[int], counts: NDArray[np.int64], name: int) -> list[Text]:
        ground = self.background_colors[1]
        right, wrong = (Color.parse(self.app.theme_variables[each]) for each in ("accent", "error"))
        above = Text(cut("is \\ said", name - 1).ljust(name), "dim", no_wrap=True)
        for each in chosen:
            above.append(_short(found.classes[each]))
        lines = [above]
        for at, each in enumerate(chosen):
            line = Text(_fit(found.classes[each], name), no_wrap=True)
            total = max(1, int(found.totals[each]))
            for other in range(len(chosen)):
                often = int(counts[at, other])
                share = (often / total) ** 0.5 * 0.85
                colour = ground.blend(right if at == other else wrong, share) if often else ground
                style = Style(
                    color=RichColor.from_rgb(*colour.get_contrast_text(0.9).rgb) if often else None,
                    bgcolor=RichColor.from_rgb(*colour.rgb),
                )
                line.append((_number(often) if often else "·" if at == other else "").rjust(_CELL), style)
            lines.append(line)
        return lines

    def _pairs(self, found: Mistakes, width: int) -> list[Text]:
        share = 100 * found.mistaken / max(1, found.measured)
        head = Text(f"{found.mistaken:,} of {found.measured:,} wrong ({share:.1f} %), said → is", "bold", no_wrap=True)
        lines = [head]
        for true, said, often in found.pairs:
            line = Text(f"{often:>5,} ", "bold", no_wrap=True)
            room = (width - 6 - 3) // 2
            line.append(cut(tame(found.classes[said]), room), "not bold").append(" → ", "dim")
            line.append(cut(tame(found.classes[true]), room), "not bold")
            lines.append(line)
        return lines


def _number(often: int) -> str:
    return str(often) if often < 1000 else f"{often / 1000:.0f}k"


def _fit(text: str, width: int) -> str:
    return set_cell_size(cut(text, width - 1), width)


def _short(text: str) -> str:
    """As much of a name as there is room for above a column."""
    start = set_cell_size(tame(text).replace("_", " ").strip(), _CELL - 1).rstrip()
    return " " * (_CELL - cell_len(start)) + start
