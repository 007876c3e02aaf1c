"""Setting aside what lies beyond the threshold: the question before it, and what is said after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anitui import progress
from anitui.screens.clean.choice import ONE
from anitui.screens.questions import Confirm
from anitui.store.catalogue import Catalogue
from anitui.words import count
from anitui.workspace import Workspace

if TYPE_CHECKING:
    from anitui.pipeline.cleaning.telling import Cleaning
    from anitui.store.rule_words import Rule


def cleaned(workspace: Workspace, catalogue: Catalogue, rule: Rule, *, apply: bool) -> Cleaning:
    """What the rule does, or would do. What is protected is read anew from the settings."""
    from anitui.pipeline.cleanup import clean

    work = clean(workspace, catalogue, rule, apply=apply, settings=workspace.settings())
    return progress.run(work, lambda _: None)


def question(done: Cleaning, rule: Rule, everyone: int, undo: str) -> Confirm:
    """Whether to do it: how many, of `everyone` that is shown, and who is left alone."""
    from anitui.pipeline.cleaning.telling import in_words

    detail = [rule.text]
    if 2 * done.set_aside > everyone > 0:
        detail.append(f"that is {done.set_aside / everyone:.0%} of all that is shown")
    detail += in_words(done)[1:]
    detail.append(f"nothing is deleted; {undo} brings {_them(done.set_aside)} back")
    return Confirm(f"Set {count(done.set_aside, ONE[rule.kind])} aside?", "set aside", "\n".join(detail))


def nobody(done: Cleaning) -> str:
    """Why there is nobody to set aside."""
    from anitui.pipeline.cleaning.telling import in_words

    left = "; ".join(in_words(done)[1:])
    return f"nobody is to be set aside here: {left}" if left else "nobody lies there"


def told(number: int, kind: str, undo: str) -> str:
    """What was done."""
    return f"set {count(number, ONE[kind])} aside; {undo} brings {_them(number)} back"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
