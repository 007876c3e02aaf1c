"""`anitui train`."""

from __future__ import annotations

import argparse
from typing import Any

from anitui.commands.opened import opened
from anitui.commands.runs import watch
from anitui.commands.telling import drive, report, say
from anitui.train import making
from anitui.train.installed import check_installed
from anitui.train.making import Plan, TrainOrder
from anitui.train.recipe import said_otherwise
from anitui.words import count


def run(options: argparse.Namespace) -> int:
    check_installed()
    order = order_of(options)
    # Only until the run is made: while it is trained, the workspace is free for others.
    with opened(options) as at:
        what = making.plan(at.catalogue, order)
        for line in plan_in_words(what):
            say(line)
        if options.dry_run:
            report(options, {"sizes": what.sizes, "classes": what.classes, "settings": what.recipe.plain()})
            return 0
        made = drive(making.make_run(at.workspace, at.catalogue, order))
    say(f"run {made.number}: {made.folder}")
    if options.later:
        say(f"it is not started; `anitui runs resume {made.number}` starts it")
        report(options, {"run": made.number, "folder": str(made.folder), "runs_on": False})
        return 0
    made.start()
    if options.detach:
        say(f"it trains by itself; `anitui runs attach {made.number}` shows it")
        report(options, {"run": made.number, "folder": str(made.folder), "runs_on": True})
        return 0
    return watch(options, made)


def interrupted(options: argparse.Namespace) -> str:
    """ctrl-C ends only the watching."""
    del options
    return "if a run was started it trains on; `anitui runs` lists it, `anitui runs stop` stops it"


def order_of(options: argparse.Namespace) -> TrainOrder:
    """What was asked for."""
    given: dict[str, Any] = said_otherwise(options.given or ())
    for name in ("model", "size", "batch", "threads", "seed", "epochs", "minutes"):
        value = getattr(options, name)
        if value is not None:
            given[name] = value
    if options.minutes is not None and options.epochs is None and "epochs" not in given:
        given["epochs"] = 0.0  # for so long, and not until the recipe's epochs are over
    return TrainOrder(options.split, options.task, options.recipe, options.name, options.device, given)


def plan_in_words(what: Plan) -> list[str]:
    """What will be trained, for a person."""
    recipe = what.recipe
    sizes = ", ".join(f"{part} {number:,}" for part, number in what.sizes.items())
    until = [f"{recipe.epochs:g} epochs"] if recipe.epochs else []
    until += [f"{recipe.minutes:g} minutes"] if recipe.minutes else []
    classes = count(len(what.classes), "class", "classes")
    return [
        f"{what.task} on {what.order.split}: {what.kind}s of {what.label_set}, {classes}; {sizes}",
        f"{recipe.model} at {recipe.size} px by the recipe {what.order.recipe}, {' or '.join(until)}",
        *what.notes,
    ]
