"""Writes the table of settings in docs/training.md from `anitui/train/recipe.py`: `python docs/make_recipes.py`."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from anitui.train import recipe
from anitui.train.recipe import Recipe

BEGIN, END = "<!-- settings -->\n", "<!-- end of settings -->\n"
_SECTION = re.compile(r"    # (.+)")
_SETTING = re.compile(r"    (\w+): \w+ = .+?(?:  # (.+))?")


def table() -> str:
    """The settings, in sections as the source has them; what they are in each recipe that comes with anitui."""
    recipes = {name: recipe.load(name).plain() for name in recipe.names()}
    lines = [
        "| setting | usually | what | otherwise in |",
        "|---|---|---|---|",
    ]
    for line in inspect.getsource(Recipe).splitlines():
        if "CHOICES" in line:
            break
        if found := _SECTION.fullmatch(line):
            lines.append(f"| *{found[1]}* | | | |")
        elif (found := _SETTING.fullmatch(line)) and found[1] != "about":
            lines.append(_row(found[1], found[2] or "", recipes))
    return "\n".join(lines) + "\n"


def _row(name: str, what: str, recipes: dict[str, dict[str, object]]) -> str:
    if name in Recipe.CHOICES:
        what = f"{what}: {', '.join(Recipe.CHOICES[name])}" if what else ", ".join(Recipe.CHOICES[name])
    plain = Recipe().plain()
    others = [f"`{each}` {_shown(own[name])}" for each, own in recipes.items() if own[name] != plain[name]]
    return f"| `{name}` | {_shown(plain[name])} | {what} | {', '.join(others)} |"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def page(text: str) -> str:
    """A page with the table as it is now."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[-1]


if __name__ == "__main__":
    file = Path(__file__).with_name("training.md")
    file.write_text(page(file.read_text("utf-8")), "utf-8")
