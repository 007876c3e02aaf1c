"""Lines of text whose pieces say what they are, and words that fit into them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size


@dataclass(frozen=True, slots=True)
class Line:
    """`pieces` are texts with what they are: `name`, `bar0`, `bar1`, …, `number`, `dim`, `title`.

    `row` is the row of the chart that it shows, if it shows one.
    """

    pieces: tuple[tuple[str, str], ...]
    row: int | None = None

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces).rstrip()


def wrapped(text: str, width: int) -> list[str]:
    """Words on lines of so many cells."""
    found: list[str] = []
    line = ""
    for word in text.split():
        while cell_len(word) > width:
            found, line, word = [*found, line] if line else found, "", word
            cut = set_cell_size(word, width).rstrip()
            found.append(cut)
            word = word[max(1, len(cut)) :]
        if line and cell_len(line) + 1 + cell_len(word) > width:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*found, line] if line else found


def fitted(text: str, width: int) -> str:
    """Cut with `…`, or filled with spaces."""
    if cell_len(text) > width:
        text = set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)
