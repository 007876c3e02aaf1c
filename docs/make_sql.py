"""Writes the queries of docs/sql.md from anitui/store/recipes.sql: `python docs/make_sql.py`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from anitui.store.recipes import recipes

PAGE = Path(__file__).parent / "sql.md"
HEADING = "## Queries worth having\n"
ABOVE = """
Made from `anitui/store/recipes.sql` by `python docs/make_sql.py`: in the app they are in the tree under "examples".
Each runs as it stands; at a million pictures and a million faces none took more than two seconds on two quiet cores.

"""


def page(text: str) -> str:
    """The page with the queries as they are now; what stands above them stays as it is."""
    head, heading, _ = text.partition(HEADING)
    return head + heading + ABOVE + "\n".join(_sections())


def _sections() -> list[str]:
    parts = []
    for group, queries in groupby(recipes(), key=lambda each: each.group):
        parts.append(f"### {group}\n")
        parts += [f"#### {each.name}\n\n```sql\n{each.text}\n```\n" for each in queries]
    return parts


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
