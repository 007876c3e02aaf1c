"""A list of lines to go through with keys that the registry of actions gives."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList


class Lines(OptionList, inherit_bindings=False):
    """An option list that leaves arrows and Enter to the screen: Textual's own would outlive a user's key map."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]
