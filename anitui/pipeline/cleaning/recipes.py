"""Recipes: several rules in an order, as other projects cleaned up. Each is a file of `pipeline/recipes`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anitui.errors import WrongUse
from anitui.pipeline.cleaning.telling import Cleaning
from anitui.pipeline.cleanup import clean, look_for_pairs
from anitui.pipeline.engine import Engine
from anitui.progress import Work
from anitui.settings import Settings
from anitui.store import embeddings, triage
from anitui.store.catalogue import Catalogue
from anitui.store.distances import COSINE
from anitui.store.rule_words import Distance, Rule, parse
from anitui.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "recipes"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a rule that decides, or pairs to look through by hand."""

    what: str
    rule: Rule | None = None
    by_hand: Rule | None = None

    @property
    def near(self) -> Distance | None:
        """How near its pairs are."""
        meant = self.rule or self.by_hand
        return meant.narrowest if meant is not None else None


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    about: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class StepDone:
    """What came of a step. `waiting` are the pairs that a person is to look through."""

    number: int
    what: str
    rule: str | None = None
    cleaning: Cleaning | None = None
    waiting: int | None = None
    missing: str = ""


def names() -> list[str]:
    """All recipes that there are."""
    return sorted(each.stem for each in FOLDER.glob("*.toml"))


def read(name: str) -> Recipe:
    """A recipe by its name."""
    if name not in names():
        close = difflib.get_close_matches(name, names(), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names())}"
        raise WrongUse(f"there is no recipe {name!r}; {hint}")
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    steps = tuple(
        Step(
            each["what"],
            parse(each["rule"]) if "rule" in each else None,
            parse(each["by_hand"]) if "by_hand" in each else None,
        )
        for each in content["step"]
    )
    return Recipe(name, content["about"], steps)


def follow(
    workspace: Workspace,
    catalogue: Catalogue,
    recipe: Recipe,
    *,
    apply: bool = False,
    settings: Settings | None = None,
    engine: Engine | None = None,
) -> Work[Sequence[StepDone]]:
    """Go through a recipe's steps. Each rule that is applied is one decision; what is by hand is only looked for."""
    done: list[StepDone] = []
    for number, step in enumerate(recipe.steps, 1):
        if step.near is not None and step.near.algorithm == COSINE and not _seen(catalogue, step):
            done.append(StepDone(number, step.what, missing=_NOT_SEEN))
        elif step.rule is not None:
            name = f"recipe {recipe.name}, step {number}"
            cleaning = yield from clean(
                workspace, catalogue, step.rule, name=name, apply=apply, settings=settings, engine=engine
            )
            done.append(StepDone(number, step.what, step.rule.text, cleaning))
        elif step.by_hand is not None:
            yield from look_for_pairs(catalogue, step.by_hand)
            done.append(StepDone(number, step.what, step.by_hand.text, waiting=waiting(catalogue, step.by_hand)))
    return done


_NOT_SEEN = "embeddings: `anitui review RUN` takes in what a run sees (docs/review.md)"


def _seen(catalogue: Catalogue, step: Step) -> bool:
    meant = step.rule or step.by_hand
    return meant is not None and embeddings.in_use(catalogue, meant.kind) is not None


def waiting(catalogue: Catalogue, rule: Rule) -> int:
    """How many pairs of a rule's distance wait for a person."""
    near = rule.narrowest
    if near is None:
        return 0
    within = rule.within[0] if rule.within else None
    return len(triage.line_up(catalogue, triage.View(rule.kind, near.algorithm, near.lo, near.hi, within)))
