"""`anitui labels`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from anitui.commands.opened import Opened, opened
from anitui.commands.telling import report, say
from anitui.errors import WrongUse
from anitui.store import labels
from anitui.store.label_files import check_set
from anitui.store.labels import CHARACTERS, Label
from anitui.words import count

# How many names each takes: at least, at most.
_NAMES = {"list": (0, 0), "add": (1, None), "rename": (2, 2), "merge": (1, None), "delete": (1, None), "change": (1, 1)}
_FOR = {"into": "merge", "aliases": "change", "colour": "change", "key": "change"}


def run(options: argparse.Namespace) -> int:
    names = options.names
    least, most = _NAMES[options.do]
    if len(names) < least or (most is not None and len(names) > most):
        wanted = count(least, "name") if least == most else f"at least {count(least, 'name')}"
        raise WrongUse(f"labels {options.do} takes {wanted if least or most is None else 'no name'}")
    for option, command in _FOR.items():
        if getattr(options, option) is not None and options.do != command:
            raise WrongUse(f"--{option} goes with labels {command}")
    if options.set is not None:
        check_set(options.set)
    with opened(options) as at:
        _do(options, at)
        label_set = options.set or CHARACTERS
        known = labels.known(at.catalogue, label_set)
        if options.do == "list":
            for each in known:
                also = f"  also {', '.join(each.aliases)}" if each.aliases else ""
                heard = "" if each.listed else "  (only heard of)"
                say(f"{each.key or ' '}  {each.faces:>9,}  {each.name}{also}{heard}")
            others = [each for each in labels.sets(at.catalogue) if each != label_set]
            say(
                f"{count(len(known), 'label')} in {label_set}"
                + (f"; other sets: {', '.join(others)}" if others else "")
            )
    report(options, {"set": label_set, "labels": [asdict(each) for each in known]})
    return 0


def _do(options: argparse.Namespace, at: Opened) -> None:
    catalogue, names = at.catalogue, options.names
    match options.do:
        case "add":
            new = labels.add(catalogue, [Label(name, options.set or CHARACTERS) for name in names])
            say(f"{count(new, 'new label')} on the list")
        case "rename":
            old, now = labels.rename(catalogue, *names), labels.tidy(names[1])
            if old == now:
                say(f"{now} is called so already: nothing changed")
            else:
                say(f"{_meant(names[0], old)} is {now} now, and is still found by its old name")
        case "merge":
            if not options.into:
                raise WrongUse("labels merge takes --into and the label that they are to become")
            gone, into = labels.merge(catalogue, names, options.into)
            say(f"{', '.join(gone)} and {into} are one now, called {into}")
        case "delete":
            for name in names:
                said = labels.delete(catalogue, name)
                say(f"deleted {name}, and {count(said, 'statement')} with it; `anitui undo` brings it back")
        case "change":
            aliases = options.aliases.split(",") if options.aliases is not None else None
            name = labels.change(catalogue, names[0], aliases=aliases, colour=options.colour, key=options.key)
            say(f"changed {_meant(names[0], name)}")


def _meant(given: str, name: str) -> str:
    """A label by its own name, and by what it was asked for where that is another name of it."""
    return name if labels.tidy(given).lower() == name.lower() else f"{name} (also {given})"
