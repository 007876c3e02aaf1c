"""The one registry of what a person can do: from it come key bindings, key bar, help, palette and the user's key map.

An action's id says where it works and what runs: `browse.set_aside` is `action_set_aside` of the browse screen,
`anywhere.undo` works on every screen. To add one, write a line in the fitting file here and the method there; a test
checks that each has its method. Nothing here knows Textual.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from anitui.actions import collecting, comparing, dealing, evaluating, everywhere, looking, measuring, naming, training
from anitui.actions.action import ANYWHERE, GO, Action

__all__ = [
    "ANYWHERE", "GO", "PLACES", "REGISTRY", "Action", "KeyMap", "by_id", "for_place", "keys_of", "readable", "settle",
]  # fmt: skip

PLACES: Mapping[str, str] = {
    "home": "Home",
    "jobs": "Jobs",
    "job": "One job",
    "browse": "Browse",
    "duplicates": "Duplicates",
    "alike": "All alike",
    "rules": "Rules",
    "clean": "Clean",
    "faces": "Faces",
    "labels": "Labels",
    "boxes": "Boxes",
    "picture": "One picture",
    "splits": "Splits",
    "train": "Train",
    "evaluate": "Evaluate",
    "sql": "SQL",
    "statistics": "Statistics",
    "history": "History",
    "settings": "Settings",
    "help": "Help",
}

REGISTRY: tuple[Action, ...] = (
    *everywhere.ACTIONS,
    *collecting.ACTIONS,
    *looking.ACTIONS,
    *comparing.ACTIONS,
    *naming.ACTIONS,
    *measuring.ACTIONS,
    *dealing.ACTIONS,
    *training.ACTIONS,
    *evaluating.ACTIONS,
)


def for_place(place: str) -> list[Action]:
    """What works on a screen: its own actions, then those of every screen. The menu of `g` takes its own only.

    Where a screen has taken the only key of an action of every screen for itself, that is found by its name alone.
    """
    own = [each for each in REGISTRY if each.place == place]
    taken = {key for each in own for key in keys_of(each, {})}
    everywhere = [each for each in REGISTRY if each.place == ANYWHERE and place != GO]
    return own + [each for each in everywhere if place == ANYWHERE or not taken.issuperset(keys_of(each, {}))]


def by_id(action_id: str) -> Action | None:
    """The action of that id."""
    return next((each for each in REGISTRY if each.id == action_id), None)


def keys_of(action: Action, key_map: Mapping[str, str]) -> list[str]:
    """The keys in force: the user's, or ours."""
    keys = key_map.get(action.id, action.keys).split(",")
    return list(dict.fromkeys(_as_sent(key.strip()) for key in keys if key.strip()))


@dataclass(frozen=True, slots=True)
class KeyMap:
    """What a user's key map comes to: the keys of each action that has others than ours, and what is wrong with it."""

    keys: Mapping[str, str]
    faults: tuple[str, ...]


def settle(wishes: Mapping[str, str]) -> KeyMap:
    """Let no key mean two things: what the user asked for goes before our own, and of two wishes none is granted."""
    faults: list[str] = []
    for action_id in wishes:
        if by_id(action_id) is None:
            close = difflib.get_close_matches(action_id, [each.id for each in REGISTRY], 1)
            hint = f"did you mean {close[0]}?" if close else "docs/keys.md lists them all"
            faults.append(f"[keys] names {action_id!r}, which is not an action; {hint}")
    keys = {each.id: keys_of(each, wishes) for each in REGISTRY}
    # First where two wishes meet: what neither of them got, the one that is left cannot take from ours.
    for wishing, losing, key in _clashes(keys, wishes, of_wishes=True):
        others = "".join(f", nor has {each}" for each in losing if each not in wishing)
        faults.append(f"[keys] gives {readable(key)} to {' and '.join(wishing)}: none of them has it{others}")
    for wishing, losing, key in _clashes(keys, wishes, of_wishes=False):
        lost = ", ".join(f"{each} ({_left(keys[each])})" for each in losing)
        faults.append(f"[keys] gives {readable(key)} to {wishing[0]}, which takes it from {lost}")
    changed = {each.id: ",".join(keys[each.id]) for each in REGISTRY if keys[each.id] != keys_of(each, {})}
    return KeyMap(changed, tuple(faults))


def _clashes(
    keys: dict[str, list[str]], wishes: Mapping[str, str], *, of_wishes: bool
) -> list[tuple[tuple[str, ...], list[str], str]]:
    """Take the keys away that mean several things on one screen; who asked for each, who lost it, and the key."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for place in (*PLACES, GO):
        holders: dict[str, list[str]] = {}
        for action in for_place(place):
            for key in keys[action.id]:
                holders.setdefault(key, []).append(action.id)
        for key, ids in holders.items():
            wishing = tuple(each for each in ids if each in wishes)
            if len(ids) > 1 and (len(wishing) > 1) == of_wishes:
                losing = found.setdefault((wishing, key), [])
                losing += [each for each in ids if each not in losing and (of_wishes or each not in wishing)]
    for (_, key), losing in found.items():
        for each in losing:
            if key in keys[each]:
                keys[each].remove(key)
    return [(wishing, losing, key) for (wishing, key), losing in found.items()]


def _left(keys: list[str]) -> str:
    return "keeps " + ", ".join(map(readable, keys)) if keys else "has no key now"


_NAMES = {
    "question_mark": "?", "slash": "/", "comma": ",", "plus": "+", "minus": "-", "equals_sign": "=",
    "underscore": "_", "left_square_bracket": "[", "right_square_bracket": "]", "escape": "esc",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "delete": "Del",
    "full_stop": ".", "colon": ":", "semicolon": ";", "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip


def readable(key: str) -> str:
    """A key as a person would write it."""
    modifier, plus, base = key.rpartition("+")
    return f"{modifier}{plus}{_NAMES.get(base, base)}"


def _as_sent(key: str) -> str:
    """A key as the terminal's name for it, where a person wrote the sign or the short name that help shows."""
    modifier, plus, base = key.rpartition("+") if key != "+" else ("", "", "+")
    return f"{modifier}{plus}{_SENT.get(base, base)}"


_SENT = {shown: name for name, shown in _NAMES.items()}
