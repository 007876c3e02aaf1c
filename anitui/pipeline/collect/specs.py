"""One job as a person orders it: what it asks for, whose pictures, and how many of them."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.collect import labels
from anitui.pipeline.sources import registry
from anitui.pipeline.sources.kinds import Field

# What every job may say, whatever its kind.
COMMON = (
    Field("label", "text", "whose pictures: in comments, only links whose words name it"),
    Field("aliases", "texts", "other names of the label"),
    Field("max_pictures", "number", "at most so many", least=1, most=10_000_000),
    Field("name", "text", "what to call the job"),
)
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


class Wrong(Exception):
    """A value that a field cannot have: the text goes on after the field's name, as in "must be a date"."""


@dataclass(frozen=True)
class JobSpec:
    """A checked job. `values` are plain (dates as text, paths absolute), and only those that were given."""

    type: str
    values: Mapping[str, Any] = field(default_factory=dict)
    label: str | None = None
    aliases: tuple[str, ...] = ()
    max_pictures: int | None = None
    name: str | None = None

    def order(self) -> dict[str, Any]:
        """What makes it this job and no other, as plain data."""
        order: dict[str, Any] = {"type": self.type, **self.values}
        for name in ("label", "max_pictures"):
            if getattr(self, name) is not None:
                order[name] = getattr(self, name)
        if self.aliases:
            order["aliases"] = list(self.aliases)
        return order

    @classmethod
    def from_order(cls, order: Mapping[str, Any], name: str | None = None) -> JobSpec:
        """The job of an order that was checked once."""
        common = {"type", "label", "aliases", "max_pictures"}
        values = {key: value for key, value in order.items() if key not in common}
        aliases = tuple(order.get("aliases", ()))
        return cls(order["type"], values, order.get("label"), aliases, order.get("max_pictures"), name)

    def crawl_key(self) -> str:
        """Jobs with the same one share one way through the site."""
        return json.dumps({"type": self.type, **self.values}, sort_keys=True)

    def filled(self) -> dict[str, Any]:
        """The values of all fields of its kind, as the crawl wants them."""
        return {each.name: _typed(each, self.values.get(each.name)) for each in registry.kind(self.type).fields}

    def told(self) -> str:
        """The job in a few words."""
        kind = registry.kind(self.type)
        words = f"{kind.title} · {kind.told(self.filled())}"
        return f"{words} → {self.label}" if self.label else words

    def takes(self, words: str | None) -> bool:
        """Whether something is for this job, by the words beside it."""
        return words is None or self.label is None or labels.names(words, self.label, self.aliases)


def checked(table: Mapping[str, Any], where: str, folder: Path) -> JobSpec:
    """The job that a table of a file orders; WrongUse says which of its fields is wrong, and how it should be."""
    type_ = table.get("type")
    if not isinstance(type_, str) or not type_:
        raise WrongUse(f"{where}: type must say what kind of job it is, one of {', '.join(sorted(registry.kinds()))}")
    try:
        kind = registry.kind(type_)
    except WrongUse as error:
        raise WrongUse(f"{where}: {error}") from None
    known = {each.name: each for each in (*kind.fields, *COMMON)}
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name == "type":
            continue
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"its fields are {', '.join(known)}"
            raise WrongUse(f"{where} ({type_}): there is no field {name!r}; {hint}")
        try:
            plain = _plain(known[name], value, folder)
        except Wrong as error:
            raise WrongUse(f"{where} ({type_}): {name} {error}") from None
        if plain is not None:
            values[name] = plain
    for each in kind.fields:
        if each.required and each.name not in values:
            raise WrongUse(f"{where} ({type_}): {each.name} is missing: {each.help}")
    common = {each.name: values.pop(each.name, None) for each in COMMON}
    common["aliases"] = tuple(common["aliases"] or ())
    spec = JobSpec(type_, values, **common)
    fault = kind.check(spec.filled())
    if fault is not None:
        raise WrongUse(f"{where} ({type_}): {fault}")
    return spec


def faults(type_: str, texts: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each field as it was typed, in a few words; under "" what is wrong with them together."""
    kind = registry.kind(type_)
    found: dict[str, str] = {}
    values: dict[str, Any] = {}
    for each in (*kind.fields, *COMMON):
        try:
            plain = _plain(each, _read(each, texts.get(each.name, "")), Path.cwd())
        except Wrong as error:
            found[each.name] = str(error)
            continue
        if plain is None and each.required:
            found[each.name] = "is needed"
        values[each.name] = plain
    if not found:
        fault = kind.check({each.name: _typed(each, values.get(each.name)) for each in kind.fields})
        if fault is not None:
            found[""] = fault
    return found


def from_texts(type_: str, texts: Mapping[str, str]) -> JobSpec:
    """The job as it was typed; only where `faults` found none."""
    kind = registry.kind(type_)
    table = {each.name: _read(each, texts.get(each.name, "")) for each in (*kind.fields, *COMMON)}
    given = {name: value for name, value in table.items() if value is not None}
    return checked({"type": type_, **given}, "the job", Path.cwd())


def to_texts(spec: JobSpec) -> dict[str, str]:
    """A job as one would type it."""
    kind = registry.kind(spec.type)
    own = {each.name: _written(spec.values.get(each.name)) for each in kind.fields}
    return own | {each.name: _written(getattr(spec, each.name)) for each in COMMON}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _read(of: Field, text: str) -> Any:
    """What was typed, as a file would hold it; what cannot be read so stays text, and is told of as such."""
    text = text.strip()
    if not text:
        return None
    if of.kind in ("texts", "paths"):
        # Addresses and paths may hold commas of their own: only one before the next of them parts them.
        parts = r"\n|,(?=\s|[a-z]+://|[/~]|$)" if of.kind == "paths" or "://" in text else r"\n|,"
        return [part.strip() for part in re.split(parts, text) if part.strip()]
    if of.kind == "number" and re.fullmatch(r"-?\d{1,15}", text.replace(",", ""), re.ASCII):
        return int(text.replace(",", ""))
    if of.kind == "flag" and text.lower() in (*_YES, *_NO):
        return text.lower() in _YES
    return text


def _plain(of: Field, value: Any, folder: Path) -> Any:
    """A value as the catalogue keeps it, or Wrong."""
    if isinstance(value, str):
        value = value.strip() or None
    if value is None or value == []:
        return None
    match of.kind:
        case "text" | "choice":
            if not isinstance(value, str):
                raise Wrong(f"must be a text, not {value!r}")
            if of.kind == "choice" and value not in of.choices:
                raise Wrong(f"must be one of {', '.join(of.choices)}, not {value!r}")
            return value
        case "texts" | "paths":
            values = [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else value
            if not isinstance(values, (list, tuple)) or not all(
                isinstance(each, (str, int)) and not isinstance(each, bool) for each in values
            ):
                raise Wrong(f"must be a list of texts, not {value!r}")
            texts = [str(each).strip() for each in values if str(each).strip()]
            return [_path(each, folder) for each in texts] if of.kind == "paths" else texts
        case "number":
            return _number(of, value)
        case "flag":
            if not isinstance(value, bool):
                raise Wrong(f"must be yes or no, not {value!r}")
            return value
        case "date":
            return _date(value).isoformat()
        case "path":
            if not isinstance(value, str):
                raise Wrong(f"must be a path, not {value!r}")
            return _path(value, folder)


def _number(of: Field, value: Any) -> int:
    least, most = of.least or 0, of.most
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        bounds = f"from {least:,} to {most:,}" if most is not None else f"of at least {least:,}"
        raise Wrong(f"must be a whole number {bounds}, not {value!r}")
    return value


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Wrong(f"must be a date such as 2021-03-02, not {value!r}") from None


def _path(text: str, folder: Path) -> str:
    try:
        path = folder / Path(text).expanduser()
        there = path.exists()
    except (OSError, ValueError, RuntimeError):  # too long, no path at all, nobody's home
        there = False
    if not there:
        raise Wrong(f"names {text!r}, which is not there")
    return str(path.absolute())


def _typed(of: Field, value: Any) -> Any:
    if value is None:
        return of.default if of.default is not None else (() if of.kind in ("texts", "paths") else None)
    if of.kind == "date":
        return date.fromisoformat(value)
    return tuple(value) if of.kind in ("texts", "paths") else value
