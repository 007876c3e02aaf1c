"""What a rule does, in figures, in examples and in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anitui.pipeline.cleaning.choosing import Choice, Chosen
from anitui.store import comparing
from anitui.store.catalogue import Catalogue
from anitui.store.distances import COSINE, shown
from anitui.store.rule_singles import Single
from anitui.store.rule_words import Rule
from anitui.store.rules import Meeting
from anitui.words import count, size

EXAMPLES = 10

_Note = Callable[[comparing.Side, comparing.Side], str | None]


@dataclass(frozen=True, slots=True)
class Example:
    """One of what a rule decides: who is kept (nobody, of single pictures), who is set aside, and why."""

    kept: str | None
    other: str
    why: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What a rule does, or would do."""

    rule: str
    name: str | None
    single: bool  # about single pictures or faces
    applied: bool
    pairs: int  # that meet it; of single pictures: none
    verdicts: int
    set_aside: int
    bytes: int  # that a purge would free
    decided: int = 0  # pairs that follow from earlier verdicts
    contradicting: int = 0  # pairs that would contradict them
    protected: int = 0  # pairs of which both would have to be kept; or single ones that are protected
    labels_differ: int = 0
    kept_both: int = 0  # pairs with one that was said to be kept beside another
    brought_back: int = 0  # single ones that a person brought back
    spoken_of: int = 0  # single ones that a person named, kept or drew
    kind: str = "image"
    examples: tuple[Example, ...] = ()
    unread: tuple[str, ...] = ()  # pictures whose pixels could not be compared
    protects_nobody: tuple[str, ...] = ()  # what `protect:` names, and nobody in the catalogue has
    prefers_nobody: tuple[str, ...] = ()

    @property
    def left_to_a_person(self) -> int:
        """Pairs that meet the rule and still wait after it."""
        return self.contradicting + self.protected + self.labels_differ + self.kept_both


def in_words(done: Cleaning) -> list[str]:
    """What a rule does or would do, in sentences."""
    would = "" if done.applied else "would be "
    if done.single:
        what = "face" if done.kind == "face" else "picture"
        freed = "" if done.kind == "face" else f"; a purge then frees {size(done.bytes)}"
        lines = [f"{count(done.set_aside, what)} {would}set aside{freed}"]
        for number, why in (
            (done.protected, "protected, left alone"),
            (done.brought_back, "that a person brought back, left alone"),
            (done.spoken_of, "that a person named, kept or drew, left alone"),
        ):
            if number:
                lines.append(f"{count(number, what)} {why}")
        return lines + _idle(done)
    lines = [f"{count(done.pairs, 'pair')} meet{'s' if done.pairs == 1 else ''} the rule"]
    if done.set_aside or done.verdicts == done.set_aside:
        lines.append(f"{count(done.set_aside, 'picture')} {would}set aside; a purge then frees {size(done.bytes)}")
    else:
        lines.append(f"{count(done.verdicts, 'verdict')} {would}said; nothing is set aside")
    for number, what in (
        (done.decided, "decided already"),
        (done.protected, "left to a person: both protected"),
        (done.labels_differ, "left to a person: their labels differ"),
        (done.contradicting, "left to a person: contradicting earlier verdicts"),
        (done.kept_both, "left to a person: one of them is kept beside another by a verdict"),
    ):
        if number:
            lines.append(f"{count(number, 'pair')} {what}")
    if done.unread:
        lines.append(f"{count(len(done.unread), 'picture')} could not be read, so nothing is said of their pixels")
    return lines + _idle(done)


def _idle(done: Cleaning) -> list[str]:
    """What a slip of the pen would otherwise leave unprotected without a word."""
    lines = [f"{each} protects nothing: there is nobody there" for each in done.protects_nobody]
    return lines + [f"{each} is preferred for nothing: there is nobody there" for each in done.prefers_nobody]


def examples(catalogue: Catalogue, rule: Rule, met: Meeting, chosen: Chosen) -> tuple[Example, ...]:
    """Some that lie far from each other among all that are decided, so that more than one folder is seen."""
    step = max(1, len(chosen.choices) // EXAMPLES)
    picked = chosen.choices[::step][:EXAMPLES]
    ids = {id for each in picked for id in (each.statement.a_id, each.statement.b_id)}
    ids |= {each.keeper for each in picked if each.keeper is not None}
    sides = comparing.sides(catalogue, rule.kind, ids)
    return tuple(_example(rule, met, each, sides) for each in picked)


def _example(rule: Rule, met: Meeting, choice: Choice, sides: dict[int, comparing.Side]) -> Example:
    near = "the same pixels" if rule.identical else _apart(rule, choice.distance)
    if choice.keeper is None or choice.loser is None:
        return Example(_name(sides[choice.statement.a_id]), _name(sides[choice.statement.b_id]), near)
    kept, other = sides[choice.keeper], sides[choice.loser]
    if choice.keeper not in (choice.statement.a_id, choice.statement.b_id):
        near = "by way of another"
    return Example(_name(kept), _name(other), f"{_why(rule, met, kept, other)}, {near}")


def _apart(rule: Rule, distance: int) -> str:
    if rule.narrowest is not None and rule.narrowest.algorithm == COSINE:
        return f"{shown(COSINE, distance)} apart by cosine"
    return f"{count(distance, 'bit')} apart"


def _name(side: comparing.Side) -> str:
    where = side.url or side.path
    return f"{side.id} {where.rsplit('/', 1)[-1]} ({side.width}×{side.height} {side.format}, {size(side.bytes)})"


def _why(rule: Rule, met: Meeting, kept: comparing.Side, other: comparing.Side) -> str:
    """The first of the rule's preferences that tells the two apart."""
    if met.known[kept.id].protected and not met.known[other.id].protected:
        return "protected"
    preferred = met.known[kept.id].preferred
    for place, (one, two) in zip(rule.prefer, zip(preferred, met.known[other.id].preferred, strict=True), strict=True):
        if one != two:
            return f"preferred for {place}"
    for word in rule.keep:
        note = _NOTES[word](kept, other)
        if note is not None:
            return note
    return "first here"


def _differing(word: str, of: Callable[[comparing.Side], object]) -> _Note:
    return lambda one, other: word if of(one) != of(other) else None


_NOTES: dict[str, _Note] = {
    "larger": _differing("larger", lambda each: each.area),
    "smaller": _differing("smaller", lambda each: each.area),
    "heavier": _differing("heavier", lambda each: each.bytes),
    "lighter": _differing("lighter", lambda each: each.bytes),
    "sharper": _differing("sharper", lambda each: each.sharpness),
    "lossless": _differing("lossless", lambda each: each.format in comparing.LOSSLESS),
    "seen-more": _differing("seen more often", lambda each: each.sightings),
    "older": _differing("older", lambda each: each.id),
    "newer": _differing("newer", lambda each: each.id),
}


def single_example(kind: str, one: Single) -> Example:
    """A picture, or a face, that a rule about single ones sets aside."""
    name = one.url.rsplit("/", 1)[-1]
    if kind == "face":
        score = "unknown" if one.score is None else f"{one.score:.2f}"
        return Example(None, f"{one.id} on {name}", f"{one.width:.0f}×{one.height:.0f}, score {score}")
    return Example(
        None,
        f"{one.id} {name} ({one.width:.0f}×{one.height:.0f}, {size(one.bytes)})",
        f"colourfulness {_number(one.colourfulness)}, colour {_number(one.colour_share, 100)} %, "
        f"sharpness {_number(one.sharpness)}",
    )


def _number(value: float | None, times: float = 1) -> str:
    return "unknown" if value is None else f"{value * times:.1f}"
