"""The example queries that come with anitui, kept as SQL in `recipes.sql`."""

from __future__ import annotations

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
