"""The example queries that come with anitui, kept as SQL in `recipes.sql`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "recipes.sql"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A query with a name. `text` is as a person would have written it, its explanation as a comment above."""

    name: str
    text: str
    group: str = ""


def recipes(file: Path = FILE) -> list[Recipe]:
    """All of them, in the order of the file."""
    found = []
    for part in file.read_text("utf-8").split("-- # ")[1:]:
        group, _, queries = part.partition("\n")
        for block in queries.split("-- > ")[1:]:
            name, _, text = block.partition("\n")
            found.append(Recipe(name.strip(), text.strip(), group.strip()))
    return found


def first_rows(name: str) -> str:
    """The statement that one begins with: a look at a table."""
    return f"SELECT * FROM {_quoted(name)} LIMIT 100"


def is_first_rows(text: str) -> bool:
    """Whether a text is such a statement and nothing more, so that another may take its place."""
    return re.fullmatch(r'SELECT \* FROM (\w+|"([^"]|"")+") LIMIT 100', text.strip()) is not None


def _quoted(name: str) -> str:
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _reserved():
        return name
    return '"' + name.replace('"', '""') + '"'


@cache
def _reserved() -> frozenset[str]:
    """The words that SQL keeps for itself."""
    import duckdb

    with duckdb.connect(":memory:") as asked:
        rows = asked.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
        ).fetchall()
    return frozenset(name for (name,) in rows)
