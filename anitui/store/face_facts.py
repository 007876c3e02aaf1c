"""What rules about single faces may say: all that filters say of faces, and how each lies in its picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from anitui.store import face_filters, filters
from anitui.store.labels import CHARACTERS

# Facts of faces `b` in their pictures `i`.
_OF_FACES = {
    "face_share": "b.w * b.h / (i.width::DOUBLE * i.height)",
    "face_aspect": "b.w / b.h",
}

_SAID = face_filters.grammar(CHARACTERS)
GRAMMAR = replace(_SAID, fields={**_SAID.fields, **{word: filters.number(sql) for word, sql in _OF_FACES.items()}})


def picked(query: str) -> tuple[str, dict[str, Any]]:
    """The faces that a filter picks, with names for its parameters."""
    met = filters.parse(query, GRAMMAR)
    return (
        "SELECT b.face_id FROM faces b JOIN images i ON i.image_id = b.image_id "
        f"LEFT JOIN image_facts f ON f.image_id = i.image_id WHERE {filters.named(met.sql)}",
        {f"f{number}": value for number, value in enumerate(met.parameters)},
    )
