"""Settings: what is in force, what may be set, and where it is written."""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from anitui import actions, settings
from anitui.screens.bindings import bindings
from anitui.screens.frame import FrameScreen


class SettingsScreen(FrameScreen):
    """Shows every setting; the theme can be changed here, the rest in the files that are named."""

    place = "settings"
    BINDINGS: ClassVar[list[BindingType]] = bindings("settings")

    def body(self) -> ComposeResult:
        with VerticalScroll(id="settings", classes="panel") as panel:
            panel.border_title = "settings"
            yield Static(id="table")

    def on_mount(self) -> None:
        self.query_one("#settings").focus()
        self._show()

    def _show(self) -> None:
        self.query_one("#table", Static).update(self._table())
        self.where("settings", "esc steps back")

    def _table(self) -> Table:
        home = self.home
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold", ratio=2)
        table.add_column(style="dim", ratio=3)
        for name, attribute in settings.SECTIONS.items():
            section = getattr(home.settings, attribute)
            table.add_row(Text(f"[{name}]", style="bold"), "", "")
            for each in fields(section):
                value = getattr(section, each.name)
                choices = section.CHOICES.get(each.name)
                note = "one of " + ", ".join(choices) if choices else ""
                default = "" if value == each.default else f"default {each.default}; "
                table.add_row(f"  {each.name}", Text(str(value), style="bold"), f"{default}{note}".rstrip("; "))
        table.add_row(Text("[keys]", style="bold"), "", "")
        for action_id, keys in home.settings.keys.items():
            action = actions.by_id(action_id)
            table.add_row(f"  {action_id}", Text(keys, style="bold"), action.help if action else "no such action")
        if not home.settings.keys:
            table.add_row("  none changed", "", "the ids of all actions: docs/keys.md")
        table.add_row("", "", "")
        table.add_row("for this workspace", Text(str(home.workspace.settings_file)), "the last word")
        table.add_row("for all of yours", Text(str(settings.user_file())), "")
        table.add_row("by environment", "ANITUI_SECTION_NAME", "for example ANITUI_IMPORT_MODE=reference")
        return table

    def action_theme(self) -> None:
        """The next theme, kept in the workspace's settings."""
        names = sorted(self.home.available_themes, key=lambda name: (not name.startswith("anitui"), name))
        following = names[(names.index(self.home.theme) + 1) % len(names)]
        self.home.theme = following
        self.home.keep_setting("look", "theme", following)
        self._show()
        self.say(f"theme {following}")

    def action_down(self) -> None:
        self.query_one("#settings", VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        self.query_one("#settings", VerticalScroll).scroll_up(animate=False)
