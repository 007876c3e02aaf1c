"""The language of cleaning rules: `dhash<=2 within:title keep:larger,older protect:folder=/art/best*`.

A rule is one line. What it says of pairs stands in words of its own; every other word is one of the filter's, and
both pictures of a pair must meet it. A rule that begins with `set-aside` is about single pictures, or with `on:faces`
about single faces.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from anitui.errors import WrongUse
from anitui.store import face_facts, facts, filters
from anitui.store.columns import COLUMNS
from anitui.store.distances import ALGORITHMS, COSINE, furthest, typed
from anitui.store.filter_words import Word, take_apart
from anitui.store.groups import Verdict

SET_ASIDE = "set-aside"
_NAME = re.compile(r"[\w][\w-]*")

KEEPS = ("larger", "smaller", "heavier", "lighter", "sharper", "older", "newer", "lossless", "seen-more")
USUALLY = ("larger", "lossless", "heavier", "sharper", "older")
SAMES = ("size", "shape", "format", "mode")

# What a rule says of the pairs that meet it. None: one is kept, the other set aside.
VERDICTS = {
    "keep": None,
    "same": Verdict.SAME,
    "alternates": Verdict.ALTERNATES,
    "different": Verdict.DIFFERENT,
}
WORDS = (
    *ALGORITHMS, "pixels", "within", "same", "labels", "keep", "prefer", "protect", "verdict", "on", SET_ASIDE,
)  # fmt: skip

_WORD = re.compile(r"(?P<not>-?)(?P<name>[A-Za-z_][A-Za-z_-]*)(?P<op><=|>=|:|=|<|>)(?P<value>.*)", re.DOTALL)
_RANGE = re.compile(r"(?P<lo>\d*(?:\.\d+)?)\.\.(?P<hi>\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Distance:
    """So many bits of a hash differ, or so many thousandths of a cosine distance (store.distances)."""

    algorithm: str
    lo: int
    hi: int


@dataclass(frozen=True, slots=True)
class Place:
    """Who lies in one of some folders, or has one of some values in another column; `*` stands for anything."""

    column: str
    patterns: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.column}={','.join(self.patterns)}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, understood."""

    text: str
    kind: str = "image"
    single: bool = False  # about single pictures or faces, which are set aside
    distances: tuple[Distance, ...] = ()  # all of them hold
    identical: bool = False
    within: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    labels_equal: bool = False
    verdict: Verdict | None = None
    keep: tuple[str, ...] = ()
    prefer: tuple[Place, ...] = ()
    protect: tuple[Place, ...] = ()
    query: str = ""  # in the filter's language

    def protecting(self, folders: Sequence[str]) -> Rule:
        """The same rule, with more folders out of which nothing is set aside."""
        return replace(self, protect=(*self.protect, Place("folder", tuple(folders)))) if folders else self

    @property
    def of_single_faces(self) -> bool:
        """Whether it is about faces one by one, so that words of the filter are said of each."""
        return self.single and self.kind == "face"

    @property
    def narrowest(self) -> Distance | None:
        """The distance that the fewest pairs meet: where to look for them."""
        return min(self.distances, key=lambda each: (each.hi, ALGORITHMS.index(each.algorithm)), default=None)


def may_be_name(text: str) -> bool:
    """Whether a saved rule may be called so."""
    return _NAME.fullmatch(text) is not None and text != SET_ASIDE


def check_name(text: str) -> None:
    """Raise WrongUse where a rule cannot be called that."""
    if text == SET_ASIDE:
        raise WrongUse(f"{SET_ASIDE} begins a rule, and cannot be the name of one: call it otherwise")
    if not may_be_name(text):
        raise WrongUse(f"{text!r} cannot be a rule's name: letters, digits, - and _ make one")


def parse(text: str) -> Rule:
    """The rule that a line means, or WrongUse with what is wrong."""
    typed = take_apart(text)
    if typed.open:
        raise WrongUse("a quotation mark is missing in the rule")
    words = typed.words
    if not words:
        raise WrongUse(f"the rule is empty: say which pairs it means, such as {_EXAMPLE}")
    rule = Rule(" ".join(text.split()))
    if words[0].text == SET_ASIDE:
        rule, words = replace(rule, single=True), words[1:]
    rest: list[str] = []
    of_faces: list[str] = []  # words of those that only faces have
    for word in words:
        matched = _WORD.fullmatch(word.text)
        if matched is None:
            raise WrongUse(_not_a_word(word.text))
        name, values = matched["name"].lower(), word.values(matched.start("value"))
        if name in WORDS and matched["not"]:
            raise WrongUse(f"'-' turns round only words of the filter, and not {name}")
        if name in ALGORITHMS:
            rule = _with_distance(rule, name, matched["op"], matched["value"])
        elif name in WORDS:
            if matched["op"] != ":":
                raise WrongUse(f"{name} is written with a colon: {name}:{matched['value']}")
            rule = _with_word(rule, name, values)
        elif name in filters.FIELDS:
            rest.append(_as_typed(word))
        elif name in face_facts.GRAMMAR.fields:
            rest.append(_as_typed(word))
            of_faces.append(name)
        else:
            raise WrongUse(f"a rule has no word {name!r}; {_did_you_mean(name)}")
    rule = replace(rule, query=" ".join(rest))
    _check(rule)
    _check_bounds([_WORD.fullmatch(word) for word in rest])
    if of_faces and not rule.of_single_faces:
        raise WrongUse(f"{of_faces[0]} is said of single faces: such a rule begins with {SET_ASIDE} on:faces")
    filters.parse(rule.query, face_facts.GRAMMAR if rule.of_single_faces else None)
    if not rule.single and rule.verdict is None and not rule.keep:
        rule = replace(rule, keep=USUALLY)
    return rule


_EXAMPLE = "dhash<=2 keep:larger"


def _with_distance(rule: Rule, algorithm: str, op: str, value: str) -> Rule:
    takes = f"a number of bits, such as {algorithm}<=4, {algorithm}=0 or {algorithm}:3..6"
    if algorithm == COSINE:
        takes = "a distance from 0 to 2, such as cosine<=0.2 or cosine:0.2..0.32"
    wrong = WrongUse(f"{algorithm} takes {takes}, not {op}{value}")
    if any(each.algorithm == algorithm for each in rule.distances):
        raise WrongUse(f"{algorithm} is given twice: write a range, such as {algorithm}:3..6")
    span = _RANGE.fullmatch(value)
    if span is not None and op in (":", "="):
        lo, hi = _number(algorithm, span["lo"] or "0", wrong), _number(algorithm, span["hi"], wrong)
    elif op in ("<=", "<", ":", "="):
        hi = _number(algorithm, value, wrong) - (op == "<")
        lo = 0 if op in ("<=", "<") else hi
    else:
        raise wrong
    if hi > furthest(algorithm):
        raise WrongUse(f"{algorithm} has {furthest(algorithm)} bits, so two can never be {hi} apart; 4 to 10 are usual")
    if hi < lo or hi < 0:
        raise WrongUse(f"no distance is meant by {algorithm}{op}{value}: the smaller number comes first")
    return replace(rule, distances=(*rule.distances, Distance(algorithm, lo, hi)))


def _number(algorithm: str, text: str, wrong: WrongUse) -> int:
    if algorithm != COSINE:
        if not text.isdecimal():
            raise wrong
        return int(text)
    if not text.replace(".", "", 1).isdecimal():
        raise wrong
    return typed(algorithm, text)


def _with_word(rule: Rule, name: str, given: Sequence[str]) -> Rule:
    value, values = ",".join(given), tuple(each.strip() for each in given if each.strip())
    match name:
        case "pixels":
            _one_of(name, value, ("identical",))
            return replace(rule, identical=True)
        case "within":
            return replace(rule, within=(*rule.within, *_some_of(name, values, COLUMNS)))
        case "same":
            return replace(rule, same=(*rule.same, *_some_of(name, values, SAMES)))
        case "labels":
            _one_of(name, value, ("equal",))
            return replace(rule, labels_equal=True)
        case "keep":
            if rule.keep:
                raise WrongUse("keep is given twice: write keep:larger,older, the first counts most")
            return replace(rule, keep=_some_of(name, values, KEEPS))
        case "prefer":
            return replace(rule, prefer=(*rule.prefer, _place(name, values)))
        case "protect":
            return replace(rule, protect=(*rule.protect, _place(name, values)))
        case "verdict":
            return replace(rule, verdict=VERDICTS[_one_of(name, value, tuple(VERDICTS))])
        case "on":
            return replace(rule, kind=_one_of(name, value, ("images", "faces")).removesuffix("s"))
        case _:
            raise WrongUse(f"a rule about single pictures begins with {SET_ASIDE}, without a colon")


def _check(rule: Rule) -> None:
    if rule.single:
        if rule != Rule(rule.text, rule.kind, single=True, protect=rule.protect, query=rule.query):
            raise WrongUse(
                f"{SET_ASIDE} is about single pictures: besides protect: and on:faces it takes only words of the filter"
            )
        if not rule.query and rule.kind == "face":
            raise WrongUse(f"say which faces to set aside, such as {SET_ASIDE} on:faces score<0.4 face<40")
        if not rule.query:
            raise WrongUse(f"say which pictures to set aside, such as {SET_ASIDE} colourfulness<12 size<300")
    elif not rule.distances and not rule.identical:
        raise WrongUse(
            f"say how near the pairs are, such as dhash<=4 or pixels:identical; a rule about single pictures begins "
            f"with {SET_ASIDE}"
        )
    elif rule.identical and rule.kind == "face":
        raise WrongUse("pixels are compared of whole pictures only: leave pixels:identical or on:faces out")
    elif rule.verdict is not None and (rule.keep or rule.prefer or rule.protect):
        raise WrongUse(f"verdict:{rule.verdict} sets nothing aside: leave keep:, prefer: and protect: out")
    if re.search(r"(^|\s)'?-?(state|reason)[:=<>]", rule.query, re.IGNORECASE):
        raise WrongUse("a rule looks only at what is not set aside: leave state: and reason: out")


def _check_bounds(words: Sequence[re.Match[str] | None]) -> None:
    """Refuse what nothing can meet: no number is below 50 and above 60, and no picture less than one pixel wide."""
    units = {each.word: each.unit for each in facts.FACTS}
    most: dict[str, tuple[float, str]] = {}
    least: dict[str, tuple[float, str]] = {}
    for word in words:
        if word is None or word["not"] or word["name"].lower() not in units:
            continue
        name, op, value = word["name"].lower(), word["op"], word["value"]
        if value.endswith("%") and units[name] != "%":
            counted = f"counted in {units[name]}" if units[name] else "no share of anything"
            raise WrongUse(f"{name} is {counted}: {word[0]} cannot be meant, leave the % out")
        if op in (":", "=") or "," in value:
            continue
        number = filters.as_number(name, value)
        if op in ("<", "<=") and number < most.get(name, (math.inf, ""))[0]:
            most[name] = (number, word[0])
        if op in (">", ">=") and number > least.get(name, (-math.inf, ""))[0]:
            least[name] = (number, word[0])
    for name in most.keys() & least.keys():
        (high, below), (low, above) = most[name], least[name]
        if low > high or (low == high and not ("<=" in below and ">=" in above)):
            raise WrongUse(f"nothing meets {below} and {above}: all words of a rule have to hold, so give two rules")


def _place(name: str, values: tuple[str, ...]) -> Place:
    column, equals, first = values[0].partition("=") if values else ("", "", "")
    if not equals:
        raise WrongUse(f"{name} takes a column and a value, such as {name}:folder=/art/best* or {name}:site=reddit")
    column = _one_of(name, column, COLUMNS)
    if not first.strip():
        raise WrongUse(f"{name}:{column}= says nothing after the equals sign")
    return Place(column, (first, *values[1:]))


def _some_of(name: str, values: tuple[str, ...], known: Sequence[str]) -> tuple[str, ...]:
    if not values:
        raise WrongUse(f"{name} takes {_alternatives(known)}")
    return tuple(dict.fromkeys(_one_of(name, each, known) for each in values))


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        close = difflib.get_close_matches(value, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"it takes {_alternatives(known)}"
        raise WrongUse(f"{name} does not know {value!r}; {hint}")
    return value


def _not_a_word(word: str) -> str:
    close = difflib.get_close_matches(word.lower(), [SET_ASIDE, "set_aside", "setaside"], 1)
    if close:
        return f"{SET_ASIDE} stands at the beginning of a rule"
    return f"a rule takes no bare word {word!r}: say where it stands, such as title:{word}"


def _did_you_mean(name: str) -> str:
    known = [each for each in (*WORDS, *face_facts.GRAMMAR.fields) if each != SET_ASIDE]
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"


def _alternatives(known: Sequence[str]) -> str:
    return known[0] if len(known) == 1 else f"{', '.join(known[:-1])} or {known[-1]}"


def _as_typed(word: Word) -> str:
    """A word so that it is read again as it was, whatever quotes it had."""
    return "".join(f"\\{letter}" if kept else letter for letter, kept in zip(word.text, word.kept, strict=True))
