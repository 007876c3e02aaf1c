"""Settings: what is in force, what may be set, and where it is written."""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar

from rich.console import Group
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

    def _table(self) -> Group:
        host = self.host
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(style="dim")
        for name, attribute in settings.SECTIONS.items():
            section = getattr(host.settings, attribute)
            table.add_row(Text(f"[{name}]", style="bold"), "", "")
            for each in fields(section):
                value = getattr(section, each.name)
                choices = section.CHOICES.get(each.name)
                note = "one of " + ", ".join(choices) if choices else ""
                default = "" if value == each.default else f"default {each.default}; "
                table.add_row(f"  {each.name}", Text(str(value), style="bold"), f"{default}{note}".rstrip("; "))
        table.add_row(Text("[keys]", style="bold"), "", "")
        for action_id, keys in host.settings.keys.items():
            action = actions.by_id(action_id)
            if action is None:
                note = "no such action"
            else:
                in_force = set(actions.keys_of(action, host.key_map))
                as_asked = in_force == set(actions.keys_of(action, host.settings.keys))
                note = action.help if as_asked else "not in force: see what is wrong"
            table.add_row(f"  {action_id}", Text(keys, style="bold"), note)
        if not host.settings.keys:
            table.add_row("  none changed", "", "the ids of all actions: docs/keys.md")
        wrong = Text()
        if host.wrong:
            wrong.append("what is wrong\n", style=f"bold {host.theme_variables['warning']}")
            wrong.append("".join(f"! {each}\n" for each in host.wrong))
        # Paths may be longer than any column, so they stand below and wrap.
        files = Text("\n")
        for name, where in (
            ("for this workspace, the last word", str(host.workspace.settings_file)),
            ("for all of yours", str(settings.user_file())),
            ("by environment, for example", "ANITUI_IMPORT_MODE=reference"),
        ):
            files.append(f"{name}  ", style="dim").append(f"{where}\n", style="bold")
        return Group(*([wrong] if wrong else []), table, files)

    def action_theme(self) -> None:
        """The next theme, kept in the workspace's settings."""
        names = sorted(self.host.available_themes, key=lambda name: (not name.startswith("anitui"), name))
        following = names[(names.index(self.host.theme) + 1) % len(names)]
        self.host.theme = following
        self.host.keep_setting("look", "theme", following)
        self._show()
        self.say(f"theme {following}")

    def action_down(self) -> None:
        self.query_one("#settings", VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        self.query_one("#settings", VerticalScroll).scroll_up(animate=False)
