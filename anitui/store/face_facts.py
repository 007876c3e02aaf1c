"""What rules about single faces may say: all that filters say of faces, and how each lies in its picture."""

from __future__ import annotations

from dataclasses import replace

from anitui.store import face_filters, filters
from anitui.store.labels import CHARACTERS

# Facts of faces `b` in their pictures `i`.
_OF_FACES = {
    "face_share": "b.w * b.h / (i.width::DOUBLE * i.height)",
    "face_aspect": "b.w / b.h",
}

_SAID = face_filters.grammar(CHARACTERS)
# A rule may be kept for years: it does not speak of views that a person may have dropped since.
_WORDS = {word: each for word, each in _SAID.fields.items() if word != "in"}
GRAMMAR = replace(_SAID, fields={**_WORDS, **{word: filters.number(sql) for word, sql in _OF_FACES.items()}})
