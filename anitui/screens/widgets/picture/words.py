"""Text from outside (names, titles, reasons) made fit for so many cells of the terminal."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, chop_cells, set_cell_size

_NON_JOINER = "\u200c"  # keeps letters of Persian apart, and takes no cell
_JOINER = "\u200d"  # makes one sign of several emoji: how wide that is, terminals do not agree


@lru_cache(maxsize=4096)
def tame(text: str) -> str:
    """One line without control characters: a file's name must not be able to drive the terminal."""
    return "".join(
        letter if letter.isprintable() or letter == _NON_JOINER else " " for letter in text if letter != _JOINER
    )


@lru_cache(maxsize=4096)
def cut(text: str, width: int) -> str:
    """At most so many cells; what had to go is told by an ellipsis. Wide characters count as two."""
    text = tame(text)
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


@lru_cache(maxsize=512)
def wrapped(text: str, width: int) -> tuple[str, ...]:
    """As many lines as it takes; words stay whole where they fit."""
    if width < 1:
        return ()
    lines: list[str] = []
    for word in tame(text).split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        elif cell_len(word) <= width:
            lines.append(word)
        else:
            lines.extend(chop_cells(word, width) if width > 1 else [cut(word, 1)])
    return tuple(lines)
