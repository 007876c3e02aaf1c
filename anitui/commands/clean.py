"""`anitui clean`."""

from __future__ import annotations

import argparse
import difflib
import time
from dataclasses import asdict

from anitui import settings as settings_module
from anitui.commands.opened import Opened, opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.cleaning import recipes
from anitui.pipeline.cleaning.recipes import StepDone
from anitui.pipeline.cleaning.telling import Cleaning, in_words
from anitui.pipeline.cleanup import clean
from anitui.store.rule_words import Rule, check_name, may_be_name, parse
from anitui.words import count

MOST_UNREAD = 20


def run(options: argparse.Namespace) -> int:
    _check(options)
    with opened(options) as at:
        if options.list:
            return _list(options, at)
        if options.recipe is not None:
            return _follow(options, at)
        name, rule = _rule(options, at)
        if options.save is not None:
            settings_module.save(at.workspace.settings_file, "rules", options.save, rule.text)
            name = options.save
            say(f"saved as {name} in {at.workspace.settings_file}")
        began = time.monotonic()
        done = drive(clean(at.workspace, at.catalogue, rule, name=name, apply=options.apply, settings=at.settings))
    _tell(done)
    say()
    if done.applied and done.verdicts + done.set_aside:
        say("`anitui undo` takes all of it back")
    elif done.verdicts + done.set_aside:
        say("nothing was decided: --apply does it, as one decision that `anitui undo` takes back")
    report(options, {**_figures(done), "seconds": round(time.monotonic() - began, 3)})
    return 3 if done.unread else 0


def _check(options: argparse.Namespace) -> None:
    asked = (("--rule", options.rule), ("--rule-name", options.rule_name), ("--recipe", options.recipe))
    given = [name for name, what in (*asked, ("--list", options.list or None)) if what is not None]
    if len(given) > 1:
        raise WrongUse(f"{' and '.join(given)} are two things to clean by: do one after the other")
    if len(options.rule or ()) > 1:
        raise WrongUse(
            "one rule at a time: what all of its words say has to hold, so write them into one, or give one after the "
            "other"
        )
    options.rule = options.rule[0] if options.rule else None
    if not given:
        raise WrongUse(
            'say what to clean by: --rule "dhash<=2 keep:larger", --rule-name NAME or --recipe NAME; --list shows them'
        )
    if options.apply and options.list:
        raise WrongUse("--list only shows what is saved: leave --apply out")
    if options.save is None:
        return
    if options.rule is None:
        raise WrongUse('--save takes the rule to save, too: --save NAME --rule "…"')
    check_name(options.save)
    if options.save in recipes.names():
        raise WrongUse(f"{options.save} is the name of a recipe: call the rule otherwise")


def _rule(options: argparse.Namespace, at: Opened) -> tuple[str | None, Rule]:
    """The rule that is meant, and its name if it has one."""
    saved = at.settings.rules
    name = options.rule_name
    if name is None and (options.rule in saved or may_be_name(options.rule)):
        name = options.rule
    if name is None:
        return None, parse(options.rule)
    if name not in saved:
        close = difflib.get_close_matches(name, saved, 1)
        hint = f"did you mean {close[0]}?" if close else "`anitui clean --list` shows those that there are"
        raise WrongUse(f"no rule {name!r} is saved here; {hint}")
    try:
        return name, parse(saved[name])
    except WrongUse as error:
        raise WrongUse(f"the saved rule {name} is wrong: {error}") from None


def _list(options: argparse.Namespace, at: Opened) -> int:
    saved = at.settings.rules
    for name, text in saved.items():
        say(f"{name:<16}  {text}")
    if not saved:
        say('no rule is saved here: anitui clean --save NAME --rule "…"')
    if at.settings.cleaning.protected:
        say(f"protected: {', '.join(at.settings.cleaning.protected)}")
    say()
    found = [recipes.read(each) for each in recipes.names()]
    say("recipes:")
    for recipe in found:
        say(f"{recipe.name:<16}  {recipe.about}")
    protect = list(at.settings.cleaning.protected)
    report(options, {"rules": saved, "protect": protect, "recipes": {each.name: each.about for each in found}})
    return 0


def _follow(options: argparse.Namespace, at: Opened) -> int:
    recipe = recipes.read(options.recipe)
    began = time.monotonic()
    done = drive(recipes.follow(at.workspace, at.catalogue, recipe, apply=options.apply, settings=at.settings))
    for each in done:
        _tell_step(each, len(done))
    decided = sum(1 for each in done if each.cleaning is not None and each.cleaning.verdicts + each.cleaning.set_aside)
    if any(each.waiting for each in done):
        say("by hand: `anitui`, then g d, and t for the hash and the distances")
    if decided and options.apply:
        say(f"{count(decided, 'decision')}: `anitui undo` takes back one after the other, the last one first")
    elif decided:
        say("nothing was decided: --apply does it; what an earlier step sets aside, a later one does not meet any more")
    steps = [
        {
            "step": each.number,
            "what": each.what,
            "rule": each.rule,
            "waiting": each.waiting,
            "missing": each.missing or None,
            **(_figures(each.cleaning) if each.cleaning is not None else {}),
        }
        for each in done
    ]
    seconds = round(time.monotonic() - began, 3)
    report(options, {"recipe": recipe.name, "applied": options.apply, "steps": steps, "seconds": seconds})
    return 3 if any(each.cleaning is not None and each.cleaning.unread for each in done) else 0


def _tell_step(step: StepDone, steps: int) -> None:
    say(f"step {step.number} of {steps}: {step.what}")
    if step.rule is not None:
        say(f"    {step.rule}{'' if step.cleaning is not None else '  (by hand)'}")
    if step.cleaning is not None:
        _tell(step.cleaning, indent="    ")
    elif step.waiting is not None:
        say(f"    {count(step.waiting, 'pair')} wait{'s' if step.waiting == 1 else ''} to be looked through")
    else:
        say(f"    left out: it needs {step.missing}")
    say()


def _tell(done: Cleaning, indent: str = "") -> None:
    for line in in_words(done):
        say(f"{indent}{line}")
    for each in done.examples:
        say(
            f"{indent}    {each.kept} ← {each.other}: {each.why}"
            if each.kept
            else f"{indent}    {each.other}: {each.why}"
        )
    for left in done.unread[:MOST_UNREAD]:
        say(f"{indent}    not read: {left}")
    if len(done.unread) > MOST_UNREAD:
        say(f"{indent}    … and {len(done.unread) - MOST_UNREAD:,} more; --json lists them all")


def _figures(done: Cleaning) -> dict[str, object]:
    return asdict(done)
