"""Lists of files with what is to be said of each: short enough for a terminal, whatever their names are."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.commands.telling import say

SHOWN = 20
LONGEST = 160


def say_list(lines: Sequence[str], all_of_them: str = "") -> None:
    """As many lines as people read; after them how to see the others."""
    for line in lines[:SHOWN]:
        say(f"          {clipped(line, 2 * LONGEST)}")
    if len(lines) > SHOWN:
        say(f"          … {all_of_them or f'and {len(lines) - SHOWN:,} more'}")


def clipped(text: str, longest: int = LONGEST) -> str:
    """Without the middle of what is too long: where a path begins and what the file is called tell the most."""
    if len(text) <= longest:
        return text
    end = longest * 2 // 3
    return f"{text[: longest - end - 1]}…{text[-end:]}"
