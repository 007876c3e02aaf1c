"""What is chosen on the clean screen: a fact, a threshold, a side, among whom; as a rule, and in words."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from anitui.errors import WrongUse
from anitui.screens.clean.axis import Axis, Mark
from anitui.store.facts import ABOVE, BELOW, Fact, Spread
from anitui.store.rule_words import SET_ASIDE, Rule, parse
from anitui.words import count, size

_FIRST_SHOWN = 0.01  # of all: so many lie on the usual side of the threshold that is shown first
KINDS = {"image": "pictures", "face": "faces"}
ONE = {"image": "picture", "face": "face"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Without a threshold nothing can be parted."""

    fact: Fact
    query: str = ""
    threshold: Mark | None = None
    side: str = BELOW

    @property
    def condition(self) -> str:
        """The threshold as a rule says it."""
        return f"{self.fact.word}{self.side}{self.threshold.text}" if self.threshold else self.fact.word

    def rule(self) -> Rule:
        """The rule that sets this side aside. Raises WrongUse where the filter is none that a rule may have."""
        on = ["on:faces"] if self.fact.kind == "face" else []
        return parse(" ".join([SET_ASIDE, *on, self.condition, *([self.query] if self.query else [])]))

    def swapped(self) -> Choice:
        return replace(self, side=ABOVE if self.side == BELOW else BELOW)

    def goes(self, spread: Spread) -> int:
        """How many lie on the side that is to be set aside."""
        if self.threshold is None:
            return 0
        below = spread.below(self.threshold.value)
        return below if self.side == BELOW else len(spread) - below

    def in_words(self) -> str:
        parts = ["clean", KINDS[self.fact.kind], f"{self.fact.name}{self._more()}"]
        return " › ".join([*parts, *([self.query] if self.query else [])])

    def _more(self) -> str:
        if self.threshold is None:
            return ""
        return f" below {self.threshold.text}" if self.side == BELOW else f" from {self.threshold.text} up"


def check(kind: str, query: str) -> None:
    """Raise WrongUse where a filter cannot be a part of a rule."""
    if query:
        parse(" ".join([SET_ASIDE, *(["on:faces"] if kind == "face" else []), query]))


def command(rule: Rule) -> str:
    """How the same is said on the command line."""
    plain = not any(each in rule.text for each in '"$`\\!')
    text = f'"{rule.text}"' if plain else shlex.quote(rule.text)
    return f"anitui clean --rule {text}"


def first_shown(spread: Spread, axis: Axis) -> Mark | None:
    """The threshold to begin with: where the last few on the usual side are parted off."""
    few = max(1, round(len(spread) * _FIRST_SHOWN))
    if spread.fact.usual == BELOW:
        return next((each for each in axis.edges if spread.below(each.value) >= few), None)
    return next((each for each in reversed(axis.edges) if len(spread) - spread.below(each.value) >= few), None)


def caption(fact: Fact, value: float) -> str:
    """A value as it stands below a picture."""
    if fact.unit == "bytes":
        return size(int(value))
    if fact.unit == "%":
        return f"{value * 100:.3g} %"
    if fact.unit == "px":
        return f"{value:,.0f} px"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def nothing(spread: Spread, query: str) -> str:
    """Why there is nothing to part; empty where there is."""
    fact, one = spread.fact, ONE[spread.fact.kind]
    everyone = len(spread) + spread.missing
    if not everyone:
        if query:
            return "nothing fits this filter"
        return "no pictures yet: i takes some in" if fact.kind == "image" else "no faces yet: anitui detect finds them"
    if not len(spread):
        remedy = ": anitui doctor --mend measures it" if fact.kind == "image" else ""
        return f"{fact.name} is not known of {'the' if everyone == 1 else 'any of the'} {count(everyone, one)}{remedy}"
    if spread.even:
        value = caption(fact, float(spread.values[0]))
        if len(spread) == 1:
            return f"only one {one}, with {fact.name} {value}: there is nothing to part"
        return f"{fact.name} is {value} of all {count(len(spread), one)}: no threshold parts them"
    return ""


def can_be_rule(choice: Choice) -> Rule | None:
    """The rule of a choice; None where it has no threshold, or the filter is none of a rule's."""
    try:
        return choice.rule() if choice.threshold is not None else None
    except WrongUse:
        return None
