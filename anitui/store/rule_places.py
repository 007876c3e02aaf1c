"""Conditions of rules in SQL: who lies in which folders, who has which values, and whom a filter picks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anitui.store import face_facts, filters
from anitui.store.catalogue import Catalogue
from anitui.store.columns import values
from anitui.store.rule_words import Place


def at_any(kind: str, places: Sequence[Place], parameters: dict[str, Any], of: str = "i.id") -> str:
    """A condition: that one is at one of some places. Its parameters are added to those that are there."""
    either = [f"{of} IN ({_at(kind, each, parameters)})" for each in places]
    return f"({' OR '.join(either)})" if either else "false"


def nobody_at(catalogue: Catalogue, kind: str, places: Sequence[Place]) -> tuple[Place, ...]:
    """Each single value of these that nobody in the whole catalogue has: misspelt, perhaps."""
    empty = []
    for place in (Place(each.column, (pattern,)) for each in places for pattern in each.patterns):
        parameters: dict[str, Any] = {}
        if not catalogue.rows(f"SELECT 1 FROM ({_at(kind, place, parameters)}) LIMIT 1", parameters):
            empty.append(place)
    return tuple(empty)


def _at(kind: str, place: Place, parameters: dict[str, Any]) -> str:
    def is_like(column: str, pattern: str, how: str = "LIKE") -> str:
        name = f"p{len(parameters)}"
        parameters[name] = pattern
        return f"{column} {how} ${name} ESCAPE '\\'"

    if place.column != "folder":
        met = " OR ".join(is_like("value", _like(each), "ILIKE") for each in place.patterns)
        return f"SELECT id FROM ({values(kind, place.column)}) WHERE {met}"
    folders = [_like(_folder(each)) for each in place.patterns]
    seen = " OR ".join(
        is_like(column, pattern)
        for each in folders
        for column, pattern in (("page_url", each), ("page_url", f"{each.removesuffix('/')}/%"), ("url", each))
    )
    lying = " OR ".join(is_like("path", f"{each.removesuffix('/')}/%") for each in folders)
    images = (
        f"SELECT image_id FROM sightings WHERE {seen} "
        f"UNION ALL SELECT image_id FROM images WHERE stored = 'reference' AND ({lying})"
    )
    return images if kind == "image" else f"SELECT face_id FROM faces WHERE image_id IN ({images})"


def picked(query: str, kind: str = "image") -> tuple[str, dict[str, Any]]:
    """The pictures, or faces, that a filter picks; its question marks become names, since the others have names."""
    met = filters.parse(query, filters.PICTURES if kind == "image" else face_facts.GRAMMAR)
    pieces = met.sql.split("?")
    sql = pieces[0] + "".join(f"$f{number}{piece}" for number, piece in enumerate(pieces[1:]))
    parameters = {f"f{number}": value for number, value in enumerate(met.parameters)}
    facts = "LEFT JOIN image_facts f ON f.image_id = i.image_id"
    if kind == "image":
        return f"SELECT i.image_id FROM images i {facts} WHERE {sql}", parameters
    faces = "faces b JOIN images i ON i.image_id = b.image_id"
    return f"SELECT b.face_id FROM {faces} {facts} WHERE {sql}", parameters


def _like(pattern: str) -> str:
    """A pattern with `*` as SQL's LIKE wants it, with a backslash before what is meant as it stands."""
    return pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")


def _folder(pattern: str) -> str:
    """The folder that a pattern means: `~` is home, and what does not begin at the top may lie anywhere."""
    if pattern == "~" or pattern.startswith("~/"):
        pattern = str(Path.home()) + pattern[1:]
    pattern = pattern.rstrip("/") or "/"
    return pattern if pattern.startswith(("/", "*")) or "://" in pattern else f"*/{pattern}"
