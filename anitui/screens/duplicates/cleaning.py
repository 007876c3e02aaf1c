"""What is chosen or typed on the rules screen: working it out, doing it, and saying what it does."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from textual.content import Content

from anitui.errors import WrongUse
from anitui.store.catalogue import Catalogue
from anitui.store.rule_words import Rule, parse
from anitui.words import count
from anitui.workspace import Workspace

if TYPE_CHECKING:
    from anitui.pipeline.cleaning.recipes import Recipe, StepDone
    from anitui.pipeline.cleaning.telling import Cleaning
    from anitui.progress import Work

_MOST_UNREAD = 5


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that go on from here, as a person would write them."""

    apply: str
    save: str
    undo: str


@dataclass(frozen=True, slots=True)
class Meant:
    """A rule, with its name where it has one, or a recipe."""

    title: str
    rule: Rule | None = None
    name: str | None = None
    recipe: Recipe | None = None

    def work(self, workspace: Workspace, catalogue: Catalogue, *, apply: bool) -> Work[Sequence[StepDone]]:
        """Go through it; a rule is a recipe of one step. What is protected is read anew from the settings."""
        from anitui.pipeline.cleaning import recipes
        from anitui.pipeline.cleanup import clean

        settings = workspace.settings()
        if self.recipe is not None:
            return (yield from recipes.follow(workspace, catalogue, self.recipe, apply=apply, settings=settings))
        assert self.rule is not None
        done = yield from clean(workspace, catalogue, self.rule, name=self.name, apply=apply, settings=settings)
        return [recipes.StepDone(1, "", self.rule.text, done)]

    def ready_processes(self) -> None:
        """Called in the thread that draws, before the work is begun: comparing pixels takes processes.

        What Textual puts in the place of stderr has no file behind it, and multiprocessing's first process wants one.
        """
        rules = [each.rule for each in self.recipe.steps] if self.recipe is not None else [self.rule]
        if any(rule is not None and rule.identical for rule in rules):
            with redirect_stderr(sys.__stderr__):
                resource_tracker.ensure_running()


def typed(text: str, saved: Mapping[str, str]) -> Meant:
    """What a typed line means: a rule, or the name of a saved one. Raises WrongUse with what is wrong."""
    text = text.strip()
    if text not in saved:
        rule = parse(text)
        return Meant(rule.text, rule)
    try:
        return Meant(f"{text}: {saved[text]}", parse(saved[text]), text)
    except WrongUse as error:
        raise WrongUse(f"the saved rule {text} is wrong: {error}") from None


def decides(done: Sequence[StepDone]) -> int:
    """How many of the steps decide something."""
    return sum(1 for each in done if each.cleaning is not None and each.cleaning.verdicts + each.cleaning.set_aside)


def done_in_words(meant: Meant, done: Sequence[StepDone], undo: str) -> str:
    """What was done, in a line."""
    aside = sum(each.cleaning.set_aside for each in done if each.cleaning is not None)
    said = sum(each.cleaning.verdicts for each in done if each.cleaning is not None)
    decisions = decides(done)
    if not decisions:
        return "nothing was decided: nothing waits that it decides"
    who = f"recipe {meant.recipe.name}" if meant.recipe is not None else f"rule {meant.name}" if meant.name else "done"
    of = "face" if meant.rule is not None and meant.rule.kind == "face" else "picture"
    what = f"{count(aside, of)} set aside" if aside else f"{count(said, 'verdict')} said"
    if decisions == 1:
        return f"{who}: {what}; {undo} takes all of it back"
    return f"{who}: {what} in {decisions} decisions; each {undo} takes one of them back, the last one first"


def told(meant: Meant, done: Sequence[StepDone], keys: Keys, *, applied: bool) -> Content:
    """What it does or did, with examples, and which keys go on from here."""
    parts: list[Content] = []
    for each in done:
        if meant.recipe is not None:
            parts.append(Content.styled(f"step {each.number} of {len(done)}: {each.what}", "bold"))
            if each.rule is not None:
                parts.append(Content.styled(f"{each.rule}{'' if each.cleaning is not None else '  (by hand)'}", "dim"))
        if each.cleaning is not None:
            parts += _sentences(each.cleaning)
        elif each.waiting is not None:
            parts.append(Content(f"{count(each.waiting, 'pair')} to be looked through by hand"))
        else:
            parts.append(Content.styled(f"left out: it needs {each.missing}", "dim"))
        if meant.recipe is not None:
            parts.append(Content(""))
    if applied:
        end = done_in_words(meant, done, keys.undo)
    elif not decides(done):
        end = "it decides nothing: nothing waits that meets it"
    elif meant.recipe is not None:
        end = f"nothing was decided yet: {keys.apply} does it, one decision for each step, which {keys.undo} takes back"
    else:
        end = f"nothing was decided yet: {keys.apply} does it, as one decision that {keys.undo} takes back"
    if meant.recipe is None and meant.name is None:
        end += f"\n{keys.save} saves the rule under a name"
    return Content("\n").join([Content.styled(f"{end}\n", "bold $accent"), *parts])


def _sentences(cleaning: Cleaning) -> list[Content]:
    from anitui.pipeline.cleaning.telling import in_words

    parts = [Content(each) for each in in_words(cleaning)]
    for each in cleaning.examples:
        names = f"{each.kept} ← {each.other}" if each.kept else each.other
        parts.append(Content.assemble(("  " + names, ""), (f": {each.why}", "dim")))
    parts += [Content.styled(f"  not read: {each}", "dim") for each in cleaning.unread[:_MOST_UNREAD]]
    if len(cleaning.unread) > _MOST_UNREAD:
        parts.append(Content.styled(f"  … and {len(cleaning.unread) - _MOST_UNREAD:,} more", "dim"))
    return parts
