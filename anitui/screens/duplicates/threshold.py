"""Which pairs are asked about: of what, by which hash, how far apart, within what; and how many each step adds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from anitui.store import columns, pairs
from anitui.store.catalogue import Catalogue
from anitui.store.triage import View

FURTHEST = 32
_ROWS = ("of", "hash", "from", "to", "within")
_BAR = 10
_LINES = 13
_KINDS = {"image": "pictures", "face": "faces"}


class Threshold(ModalScreen[View | None]):
    """Arrows choose and change, enter shows those pairs."""

    CSS_PATH = "threshold.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,t", "dismiss(None)", show=False),
        Binding("enter,space", "take", show=False),
        Binding("down,j,tab", "row(1)", show=False),
        Binding("up,k,shift+tab", "row(-1)", show=False),
        Binding("right,l,plus,equals_sign", "change(1)", show=False),
        Binding("left,h,minus", "change(-1)", show=False),
    ]

    def __init__(self, catalogue: Catalogue, view: View) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._view = view
        self._row = _ROWS.index("to")
        self._open: dict[tuple[str, str], dict[int, int]] = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"), Horizontal(id="threshold"):
            yield Static(id="choices")
            yield Static(id="histogram")

    def on_mount(self) -> None:
        self._draw()

    @property
    def _of(self) -> tuple[str, str]:
        return self._view.kind, self._view.algorithm

    def action_take(self) -> None:
        self.dismiss(self._view)

    def action_row(self, step: int) -> None:
        self._row = (self._row + step) % len(_ROWS)
        self._draw()

    def action_change(self, step: int) -> None:
        view = self._view
        match _ROWS[self._row]:
            case "of":
                view = replace(view, kind=_turned(pairs.KINDS, view.kind, step))
            case "hash":
                view = replace(view, algorithm=_turned(pairs.ALGORITHMS, view.algorithm, step))
            case "from":
                view = replace(view, lo=min(view.hi, max(0, view.lo + step)))
            case "to":
                view = replace(view, hi=max(view.lo, min(FURTHEST, view.hi + step)))
            case _:
                view = replace(view, within=_turned((None, *columns.COLUMNS), view.within, step))
        self._view = view
        self._draw()

    def _draw(self) -> None:
        if self._of not in self._open:
            self._read(self._of)
        found = self._open.get(self._of)
        self.query_one("#choices", Static).update(self._choices())
        self.query_one("#histogram", Static).update(
            Content.styled("counting …", "dim") if found is None else _histogram(found, self._view)
        )

    def _choices(self) -> Content:
        view = self._view
        values = (_KINDS[view.kind], view.algorithm, f"{view.lo} bits", f"{view.hi} bits", view.within or "everything")
        lines = [Content.styled("which pairs\n", "bold")]
        for at, (name, value) in enumerate(zip(_ROWS, values, strict=True)):
            here = at == self._row
            lines.append(
                Content.assemble(
                    (f"{name:>7}  ", "dim"), (f"‹ {value} ›" if here else f"  {value}  ", "reverse" if here else "")
                )
            )
        lines.append(Content.styled("\n↑↓ choose · ←→ change\nenter shows them · esc", "dim"))
        return Content("\n").join(lines)

    def _read(self, of: tuple[str, str]) -> None:
        async def run() -> None:
            self._open[of] = await asyncio.to_thread(pairs.histogram_open, self._catalogue, *of)
            if self.is_attached:
                self._draw()

        self.run_worker(run(), group="histogram")


def _turned(values: Sequence[str | None], value: str | None, step: int) -> str:
    at = values.index(value) if value in values else 0
    return values[(at + step) % len(values)]  # type: ignore[return-value]


def _histogram(found: Mapping[int, int], view: View) -> Content:
    """A bar for each distance, and how many pairs there are up to it."""
    last = max([view.hi + 2, *found])
    first = max(0, min(view.hi - _LINES // 2, last - _LINES + 1))
    shown = range(first, min(last, first + _LINES - 1) + 1)
    top = max([found.get(each, 0) for each in shown] or [0]) or 1
    whole = f"{view.algorithm}, pairs that wait"
    lines = [Content.styled(f"{whole}{', anywhere' if view.within else ''}", "bold")]
    lines.append(Content.styled(f"{'bits':>4} {'':{_BAR}} {'pairs':>9} {'in all':>10}", "dim"))
    for distance in shown:
        number = found.get(distance, 0)
        so_far = sum(often for each, often in found.items() if view.lo <= each <= distance)
        inside = view.lo <= distance <= view.hi
        bar = "━" * max(round(_BAR * number / top), 1 if number else 0)
        sign = "›" if distance == view.hi else " "
        style = "bold" if inside else "dim"
        adds = f"+{number:,}" if distance > view.hi else f"{number:,}"
        total = f"{so_far:,}" if distance >= view.lo else ""
        lines.append(
            Content.assemble(
                (f"{sign}{distance:>3} ", style), (f"{bar:{_BAR}}", "$accent" if inside else "dim"),
                (f" {adds:>9} {total:>10}", style),
            )
        )  # fmt: skip
    if found and view.hi > max(found):
        lines.append(Content.styled(f"none beyond {max(found)}: c looks for more", "dim"))
    elif not found:
        lines.append(Content.styled("none were found yet: c looks for them", "dim"))
    return Content("\n").join(lines)
