"""The example queries that come with anitui, kept as SQL in `recipes.sql`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "recipes.sql"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A query with a name. `text` is as a person would have written it, its explanation as a comment above."""

    name: str
    text: str


def recipes(file: Path = FILE) -> list[Recipe]:
    """All of them, in the order of the file."""
    found = []
    for block in file.read_text("utf-8").split("-- > ")[1:]:
        name, _, text = block.partition("\n")
        found.append(Recipe(name.strip(), text.strip()))
    return found


def first_rows(name: str) -> str:
    """The statement that one begins with: a look at a table."""
    return f"SELECT * FROM {name} LIMIT 100"


def is_first_rows(text: str) -> bool:
    """Whether a text is such a statement and nothing more, so that another may take its place."""
    return re.fullmatch(re.escape(first_rows("NAME")).replace("NAME", r"\w+"), text.strip()) is not None
