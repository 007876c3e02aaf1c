"""The filter that people type: `label:miku size<300 -format:gif cocoa`, turned into one SQL condition.

Words are joined by "and"; `a,b` after a field means either; `-` turns a word round; quotes keep spaces and commas.
Texts match where they are contained (labels and the short lists match whole), `*` stands for anything.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from anitui.errors import WrongUse
from anitui.store.columns import TITLE_ID
from anitui.store.filter_words import Word, quoted, says, take_apart


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on `images i` (with `image_facts f` beside it) and its parameters, in order."""

    sql: str
    parameters: tuple[Any, ...] = ()


Values = list[str]  # any of them
Builder = Callable[[str, str, Values], Condition]  # field, operator, values


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may be said of one kind of thing: its fields, and what a word without one means.

    `shown` is asked for unless the filter speaks of the state itself.
    """

    fields: Mapping[str, Builder]
    anywhere: Callable[[str], Condition]
    shown: str


_WORD = re.compile(r"(?P<not>-?)(?P<field>[A-Za-z_]+)(?P<op><=|>=|:|=|<|>)(?P<value>.*)", re.DOTALL)
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(k|kb|m|mb|g|gb|%)?", re.IGNORECASE)
_UNITS = {
    unit: Decimal(factor)
    for unit, factor in (
        ("", "1"), ("k", "1e3"), ("kb", "1e3"), ("m", "1e6"), ("mb", "1e6"), ("g", "1e9"), ("gb", "1e9"), ("%", "0.01"),
    )
}  # fmt: skip


def parse(query: str, grammar: Grammar | None = None) -> Condition:
    """The condition that a typed filter means. Without a word about the state, only what is active is shown."""
    grammar = grammar or PICTURES
    typed = take_apart(query)
    if typed.open:
        raise WrongUse("a quotation mark is missing in the filter")
    conditions = [_condition(word, grammar) for word in typed.words]
    if not any(re.match(r"-?(state|reason)[:=]", word.text, re.IGNORECASE) for word in typed.words):
        conditions.append(Condition(grammar.shown))
    sql = " AND ".join(each.sql for each in conditions) or "true"
    return Condition(sql, tuple(value for each in conditions for value in each.parameters))


def complete(text: str, labels: list[str], grammar: Grammar | None = None) -> str | None:
    """How the last word of a filter may go on: a field, or a value of it."""
    fields = (grammar or PICTURES).fields
    typed = take_apart(text)
    if typed.ended:
        return None
    word = typed.words[-1]
    field, colon, _ = word.text.removeprefix("-").partition(":")
    if not colon:
        found = next((name for name in fields if field and name.startswith(field)), None)
        return f"{text}{found[len(field) :]}{_GLUE.get(found, ':')}" if found else None
    begun = word.values(word.text.index(":") + 1)[-1]
    values = labels if field in _NAMES else _VALUES.get(field, ())
    found = next((value for value in values if value.lower().startswith(begun.lower())), None)
    # What is typed stays as it is, so a quotation mark that is needed comes in the middle: label:ki"dou senshi"
    rest = quoted(found[len(begun) :], typed.open) if found is not None else None
    return text + rest if rest is not None else None


def _condition(word: Word, grammar: Grammar) -> Condition:
    matched = _WORD.fullmatch(word.text)
    fields = grammar.fields
    if matched is None or _is_text(
        matched["field"], matched["value"], fields, quoted=any(word.kept[: matched.start("value")])
    ):
        negated = word.text.startswith("-") and len(word.text) > 1 and not word.kept[0]
        found = grammar.anywhere(word.text.removeprefix("-") if negated else word.text)
    else:
        name = matched["field"].lower()
        if name not in fields:
            close = difflib.get_close_matches(name, fields, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(fields)}"
            raise WrongUse(f"a filter has no field {name!r}; {hint}")
        negated = bool(matched["not"])
        found = fields[name](name, matched["op"], word.values(matched.start("value")))
    # Not NOT: a picture that lacks what the condition asks for belongs to the rest.
    return Condition(f"({found.sql}) IS NOT TRUE", found.parameters) if negated else found


def _is_text(name: str, value: str, fields: Collection[str], *, quoted: bool) -> bool:
    """Whether what looks like a field is a part of a title (`Re:Zero`, `"no: 1"`) or of an address."""
    if name.lower() in fields:
        return False
    return quoted or not name.islower() or (name in ("http", "https", "file") and value.startswith("//"))


def _pattern(value: str, *, whole: bool) -> str:
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
    return escaped if whole else f"%{escaped}%"


def any_of(column: str, values: Values, *, whole: bool) -> Condition:
    patterns = [_pattern(each, whole=whole) for each in values if each] or [""]
    return Condition("(" + " OR ".join(f"{column} ILIKE ? ESCAPE '\\'" for _ in patterns) + ")", tuple(patterns))


def _anywhere(text: str) -> Condition:
    pattern = _pattern(text, whole=False)
    return Condition(
        "(i.image_id IN (SELECT image_id FROM sightings WHERE title ILIKE ? ESCAPE '\\' OR url ILIKE ? ESCAPE '\\') "
        "OR i.image_id IN (SELECT image_id FROM tagged_images WHERE label ILIKE ? ESCAPE '\\'))",
        (pattern, pattern, pattern),
    )


def named(having: str, parameters: tuple[Any, ...], of: str, values: Values) -> Condition:
    """Who has one of these labels; `none` among them is who has none, `any` who has one.

    `having` selects the labelled by their ids, and takes a further AND; `of` is the id of whom it is asked.
    """
    if any(says(each, "any") or each == "*" for each in values):
        return Condition(f"{of} IN ({having})", parameters)
    names = [each for each in values if not says(each, "none")]
    parts: list[Condition] = []
    if len(names) < len(values):
        parts.append(Condition(f"{of} NOT IN ({having})", parameters))
    if names:
        inner = any_of("label", names, whole=True)
        parts.append(Condition(f"{of} IN ({having} AND {inner.sql})", (*parameters, *inner.parameters)))
    sql = " OR ".join(each.sql for each in parts)
    return Condition(f"({sql})", tuple(value for each in parts for value in each.parameters))


def _label(field: str, op: str, values: Values) -> Condition:
    return named("SELECT image_id FROM tagged_images WHERE true", (), "i.image_id", values)


def _sighting(column: str) -> Builder:
    def build(field: str, op: str, values: Values) -> Condition:
        if values == ["none"]:
            return Condition(f"i.image_id NOT IN (SELECT image_id FROM sightings WHERE {column} IS NOT NULL)")
        inner = any_of(column, values, whole=False)
        return Condition(f"i.image_id IN (SELECT image_id FROM sightings WHERE {inner.sql})", inner.parameters)

    return build


def _title_id(field: str, op: str, values: Values) -> Condition:
    """Whole, so that mal:1 is not mal:12; a bare number is one of MyAnimeList."""
    known = f"SELECT image_id FROM sightings WHERE {TITLE_ID} IS NOT NULL"
    if values in (["none"], ["any"]):
        return Condition(f"i.image_id {'NOT IN' if values == ['none'] else 'IN'} ({known})")
    inner = any_of(TITLE_ID, [f"mal:{each}" if each.isdecimal() else each for each in values], whole=True)
    return Condition(f"i.image_id IN (SELECT image_id FROM sightings WHERE {inner.sql})", inner.parameters)


def in_split(of: str, member: str) -> Builder:
    """Who is in a split, as main or main/test; `none` is who is in no split, `any` who is in one."""

    def build(field: str, op: str, values: Values) -> Condition:
        every = f"SELECT {member} FROM splits WHERE {member} IS NOT NULL"
        if values in (["none"], ["any"]):
            return Condition(f"{of} {'NOT IN' if values == ['none'] else 'IN'} ({every})")
        asked: list[str] = []
        for each in values:
            name, _, part = each.partition("/")
            asked += [name.replace("*", "%"), part or "%"]
        either = " OR ".join("(split ILIKE ? AND part LIKE ?)" for _ in values)
        return Condition(f"{of} IN ({every} AND ({either}))", tuple(asked))

    return build


def text_of(column: str, *, whole: bool = True) -> Builder:
    def build(field: str, op: str, values: Values) -> Condition:
        return any_of(column, values, whole=whole)

    return build


def _state(field: str, op: str, values: Values) -> Condition:
    states = {"active": "i.state = 'active'", "set_aside": "i.state = 'set_aside'", "aside": "i.state = 'set_aside'"}
    value = ",".join(values)
    if value == "all":
        return Condition("true")
    if value not in states:
        raise WrongUse(f"state is active, set_aside or all, not {value!r}")
    return Condition(states[value])


def _mark(field: str, op: str, values: Values) -> Condition:
    if values == ["none"]:
        return Condition("i.image_id NOT IN (SELECT image_id FROM image_marks)")
    if values == ["any"]:
        return Condition("i.image_id IN (SELECT image_id FROM image_marks)")
    inner = number("mark")(field, op, values)
    return Condition(f"i.image_id IN (SELECT image_id FROM image_marks WHERE {inner.sql})", inner.parameters)


def _job(field: str, op: str, values: Values) -> Condition:
    inner = number("job_id")(field, op, values)
    return Condition(f"i.image_id IN (SELECT image_id FROM sightings WHERE {inner.sql})", inner.parameters)


def _yes_or_no(column: str) -> Builder:
    def build(field: str, op: str, values: Values) -> Condition:
        value = ",".join(values)
        if value not in ("yes", "no"):
            raise WrongUse(f"{field} is yes or no, not {value!r}")
        known = f"SELECT image_id FROM sightings WHERE {column}"
        return Condition(f"i.image_id {'IN' if value == 'yes' else 'NOT IN'} ({known})")

    return build


def _measured(expression: str, read: Callable[[str, str], Any]) -> Builder:
    """A comparison; after `:` also a range, which may be open at an end, and several of these with commas."""

    def build(field: str, op: str, values: Values) -> Condition:
        if op not in (":", "="):
            return Condition(f"{expression} {op} ?", (read(field, ",".join(values)),))
        either: list[str] = []
        asked: list[Any] = []
        for each in values:
            low, dots, high = each.partition("..")
            bounds = [(sign, text) for sign, text in ((">=", low), ("<=", high)) if text] if dots else [("=", each)]
            either.append(" AND ".join(f"{expression} {sign} ?" for sign, _ in bounds) or "true")
            asked.extend(read(field, text) for _, text in bounds)
        return Condition(f"({' OR '.join(either)})", tuple(asked))

    return build


def number(expression: str) -> Builder:
    return _measured(expression, as_number)


def as_number(field: str, text: str) -> float:
    matched = _NUMBER.fullmatch(text.strip())
    if matched is None:
        raise WrongUse(f"{field} takes a number, such as {field}<300, not {text!r}")
    # Decimals until the end: 1.1% is the number that a column holds, and not one a bit above it.
    return float(Decimal(matched[1]) * _UNITS[(matched[2] or "").lower()])


def _day(expression: str) -> Builder:
    return _measured(f"{expression}::DATE", _as_day)


def _as_day(field: str, text: str) -> date:
    today = datetime.now(UTC).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    if text in named:
        return named[text]
    try:
        if matched := re.fullmatch(r"(\d+)d", text):
            return today - timedelta(days=int(matched[1]))
        return date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise WrongUse(f"{field} takes a day, such as {field}>2026-03-02, {field}:today or {field}>7d") from None


FIELDS: Mapping[str, Builder] = {
    "label": _label,
    "state": _state,
    "mark": _mark,
    "title": _sighting("title"),
    "title_id": _title_id,
    "folder": _sighting("page_url"),
    "url": _sighting("url"),
    "site": _sighting("site"),
    "author": _sighting("author"),
    "flair": _sighting("flair"),
    "post": _sighting("post_id"),
    "nsfw": _yes_or_no("nsfw"),
    "split": in_split("i.image_id", "image_id"),
    "job": _job,
    "format": text_of("i.format"),
    "mode": text_of("i.mode"),
    "stored": text_of("i.stored"),
    "reason": text_of("i.reason", whole=False),
    "sha": text_of("i.sha256", whole=False),
    "id": number("i.image_id"),
    "width": number("i.width"),
    "height": number("i.height"),
    "size": number("greatest(i.width, i.height)"),
    "shorter": number("least(i.width, i.height)"),
    "aspect": number("i.width / i.height"),
    "elongation": number("greatest(i.width, i.height) / least(i.width, i.height)"),
    "bytes": number("i.bytes"),
    "density": number("i.bytes / (i.width::DOUBLE * i.height)"),
    "frames": number("i.frames"),
    "sharpness": number("f.sharpness"),
    "colourfulness": number("f.colourfulness"),
    "colour": number("f.colour_share"),
    "brightness": number("f.brightness"),
    "added": _day("i.added_at"),
}

PICTURES = Grammar(FIELDS, _anywhere, "i.state = 'active'")

_NAMES = ("label", "hint", "tag", "model")  # fields whose values are labels
_GLUE = dict.fromkeys(
    ("width", "height", "size", "shorter", "aspect", "elongation", "bytes", "density", "frames", "sharpness",
     "colourfulness", "colour", "brightness", "added", "score", "confidence", "face"), "<"
)  # fmt: skip
_VALUES: Mapping[str, tuple[str, ...]] = {
    "state": ("active", "set_aside", "all"),
    "mark": ("none", "any"),
    "nsfw": ("yes", "no"),
    "unsure": ("yes", "no"),
    "review": ("label", "alike", "unlabelled", "any", "none", "done"),
    "cluster": ("any", "none"),
    "by": ("person", "model", "job", "nobody"),
    "kind": ("face", "head"),
    "format": ("jpeg", "png", "webp", "gif", "bmp", "tiff", "avif"),
    "stored": ("copy", "hardlink", "reference"),
}
