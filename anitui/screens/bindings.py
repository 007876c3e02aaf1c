"""From the registry of actions to Textual's bindings. Their ids let the user's key map change them."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from anitui import actions


def bindings(place: str, *, priority: bool = False) -> list[BindingType]:
    """The bindings of one place. `priority` is for screens where a text editor would take the keys first."""
    return [
        Binding(each.keys, each.method, each.name, show=False, id=each.id, priority=priority)
        for each in actions.REGISTRY
        if each.place == place
    ]
