"""The small menu that waits for a letter after `g`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widgets import Static

from anitui import actions
from anitui.screens.questions import Question


class GoTo(Question[str | None]):
    """Shows the letters while it waits, and closes with the place that was chosen.

    The letters are bindings: a key that was sent together with the `g` (over a slow line they come in one piece) is
    given to the screen below first, and finds the menu's bindings only.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        *(
            Binding(each.keys, f"dismiss('{each.method}')", show=False, id=each.id)
            for each in actions.REGISTRY
            if each.place == actions.GO
        ),
    ]

    def __init__(self, key_map: Mapping[str, str]) -> None:
        super().__init__()
        places = [each for each in actions.REGISTRY if each.place == actions.GO]
        self._places = {key: each for each in places for key in actions.keys_of(each, key_map)}

    def compose(self) -> ComposeResult:
        text = Text("go to\n", style="dim")
        for key, each in self._places.items():
            text.append(f"\n  {actions.readable(key)}  ", style="bold not dim")
            text.append(each.name, style="not dim")
        yield Static(text, classes="box")

    def on_key(self, event: Key) -> None:
        if event.key not in self._places and event.key != "escape":
            event.stop()
            self.dismiss(None)
