"""Help: every key of the screen one came from, made from the registry, with the keys that are in force."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from anitui import actions
from anitui.screens.bindings import bindings
from anitui.screens.frame import FrameScreen


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
        self.query_one("#table", Static).update(self._table())
        self.query_one("#help").focus()
        self.where(f"help › {actions.PLACES[self._about].lower()}", "esc steps back")

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(style="dim")
        own = [each for each in actions.REGISTRY if each.place == self._about]
        parts = [(actions.PLACES[self._about], own)] if own else []
        parts.append(("Everywhere", [each for each in actions.REGISTRY if each.place == actions.ANYWHERE]))
        parts.append(("Go: g, then", [each for each in actions.REGISTRY if each.place == actions.GO]))
        for title, group in parts:
            table.add_row("", "", "")
            table.add_row("", Text(title, style="bold underline"), "")
            for each in group:
                keys = "  ".join(actions.readable(key) for key in actions.keys_of(each, self.host.key_map))
                table.add_row(Text(keys or "–", style="bold"), each.name, each.help)
        note = "\nEvery key can be changed: write its action's id under [keys] in the settings (, shows where)."
        table.add_row("", "", Text(note))
        return table

    def action_down(self) -> None:
        self.query_one("#help", VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        self.query_one("#help", VerticalScroll).scroll_up(animate=False)
