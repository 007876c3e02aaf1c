"""The keys of the SQL screen: the editor would take most of them for itself, so they come before it."""

from __future__ import annotations

from dataclasses import replace

from textual.binding import Binding, BindingType

from anitui.screens.bindings import bindings

# Where the editor has the focus these are letters and line ends, so it must get them first.
_LEFT_TO_THE_EDITOR = ("sql.open", "sql.go_to_row")


def keys() -> list[BindingType]:
    """The bindings of the screen."""
    given = [each for each in bindings("sql", priority=True) if isinstance(each, Binding)]
    return [replace(each, priority=False) if each.id in _LEFT_TO_THE_EDITOR else each for each in given]
