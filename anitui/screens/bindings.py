"""From the registry of actions to Textual's bindings. Their ids let the user's key map change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from textual.binding import Binding, BindingType

from anitui import actions
from anitui.store.labels import KEYS, Known


def bindings(place: str, *, priority: bool = False) -> list[BindingType]:
    """The bindings of one place. `priority` is for screens where a text editor would take the keys first."""
    return [
        Binding(each.keys, each.method, each.name, show=False, id=each.id, priority=priority)
        for each in actions.REGISTRY
        if each.place == place
    ]


def shown_key(action_id: str, key_map: Mapping[str, str]) -> str:
    """What a sentence calls an action: its first key as a person would write it, or its name where it has none."""
    action = actions.by_id(action_id)
    if action is None:
        return action_id
    keys = actions.keys_of(action, key_map)
    return actions.readable(keys[0]) if keys else action.name


def as_pressed(labels: Sequence[Known], place: str, key_map: Mapping[str, str]) -> list[Known]:
    """Labels with what is to be pressed for them on a screen, where the user has given their keys others."""
    pressed = {}
    for slot, key in enumerate(KEYS):
        action = actions.by_id(f"{place}.name({slot})")
        keys = actions.keys_of(action, key_map) if action is not None else []
        pressed[key] = actions.readable(keys[0]) if keys else None
    return [replace(each, key=pressed[each.key] if each.key else None) for each in labels]
