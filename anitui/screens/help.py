"""Help: every key of the screen one came from, made from the registry, with the keys that are in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from anitui import actions
from anitui.actions import Action
from anitui.screens.bindings import bindings
from anitui.screens.frame import FrameScreen

GAP = 2
LEAST_HELP = 24  # columns: in fewer, a sentence is a tower of single words
NOTE = "Every key can be changed: write its action's id under [keys] in the settings (, shows where)."


class HelpScreen(FrameScreen):
    """All keys of one place, and those that work everywhere."""

    place = "help"
    BINDINGS: ClassVar[list[BindingType]] = bindings("help")

    def __init__(self, about: str) -> None:
        super().__init__()
        self._about = about

    def body(self) -> ComposeResult:
        with VerticalScroll(id="help", classes="panel") as panel:
            panel.border_title = f"keys: {actions.PLACES[self._about].lower()}"
            yield Static(id="table")

    def on_mount(self) -> None:
        self.query_one("#help").focus()
        self.where(f"help › {actions.PLACES[self._about].lower()}", "esc steps back")

    def on_resize(self) -> None:
        # The panel has its new size only when all of the screen has been laid out.
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        self.query_one("#table", Static).update(self._keys(self.query_one("#table").content_size.width))

    def _keys(self, width: int) -> RenderableType:
        """Every key with its name and what it does: beside them, or below where there is no room beside."""
        own = [each for each in actions.REGISTRY if each.place == self._about]
        parts = [(actions.PLACES[self._about], own)] if own else []
        parts.append(("Everywhere", [each for each in actions.REGISTRY if each.place == actions.ANYWHERE]))
        parts.append(("Go: g, then", [each for each in actions.REGISTRY if each.place == actions.GO]))
        pressed = {each.id: self._pressed(each) for _, group in parts for each in group}
        taken = max(map(cell_len, pressed.values())) + max(cell_len(each.name) for _, group in parts for each in group)
        if width - taken - 2 * GAP >= LEAST_HELP:
            return self._beside(parts, pressed)
        lines = Text()
        for title, group in parts:
            lines.append("\n").append(title, "bold underline")
            for each in group:
                lines.append("\n").append(pressed[each.id], "bold").append(f"  {each.name}\n").append(each.help, "dim")
            lines.append("\n")
        return lines.append(f"\n{NOTE}", "dim")

    def _beside(self, parts: Sequence[tuple[str, Sequence[Action]]], pressed: Mapping[str, str]) -> Table:
        table = Table.grid(padding=(0, GAP))
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(style="dim")
        for title, group in parts:
            table.add_row("", "", "")
            table.add_row("", Text(title, style="bold underline"), "")
            for each in group:
                table.add_row(Text(pressed[each.id], style="bold"), each.name, each.help)
        table.add_row("", "", Text(f"\n{NOTE}"))
        return table

    def _pressed(self, action: Action) -> str:
        return "  ".join(actions.readable(key) for key in actions.keys_of(action, self.host.key_map)) or "–"

    def action_down(self) -> None:
        self.query_one("#help", VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        self.query_one("#help", VerticalScroll).scroll_up(animate=False)
