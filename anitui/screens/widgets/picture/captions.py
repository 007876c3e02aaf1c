"""Words over a picture that is drawn in characters: the names at the boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from anitui.screens.widgets.picture.cells import CellsPiece
from anitui.screens.widgets.picture.framing import Frame
from anitui.screens.widgets.picture.pieces import Piece, TextPiece

_COVERED = 1 / 8  # of the picture, that words may cover at most


@dataclass(frozen=True, slots=True)
class Caption:
    """Words at a box, whose place is given as shares of the whole picture."""

    words: str
    colour: str
    x: float
    y: float
    width: float
    height: float
    short: str = ""
    """In place of the words, where all words together would cover too much."""


def with_captions(lines: Sequence[Piece], frame: Frame, captions: Sequence[Caption]) -> list[list[Piece]]:
    """The lines with words above each box, or below it where something is in the way; those out of sight left out.

    Lines that a terminal draws by a protocol of its own stay as they are: they cannot be written on.
    """
    found = [[each] for each in lines]
    if not lines or not all(isinstance(each, CellsPiece) for each in lines):
        return found
    columns, rows = lines[0].width, len(lines)
    left, top, right, bottom = frame.part
    brief = sum(cell_len(each.words) + 2 for each in captions) > columns * rows * _COVERED
    taken: dict[int, list[tuple[int, int]]] = {}
    for each in captions:
        start = (each.x - left) / (right - left) * columns
        first, last = ((y - top) / (bottom - top) * rows for y in (each.y, each.y + each.height))
        if start >= columns or start + each.width / (right - left) * columns <= 0 or first >= rows or last <= 0:
            continue
        words = f" {(brief and each.short) or each.words} "
        width = min(cell_len(words), columns)
        at = max(0, min(round(start), columns - width))
        for row in (round(first) - 1, round(last), round(first), round(first) - 2, round(last) + 1):
            free = all(at + width <= begin or end <= at for begin, end in taken.get(row, ()))
            if 0 <= row < rows and free:
                taken.setdefault(row, []).append((at, at + width))
                _write(found[row], at, TextPiece(set_cell_size(words, width), _style(each.colour)))
                break
    return found


def _write(line: list[Piece], at: int, words: TextPiece) -> None:
    """Put words in the place of a part of a line that no other words have."""
    before = 0
    for place, piece in enumerate(line):
        if before <= at and at + words.width <= before + piece.width:
            start, end = at - before, at - before + words.width
            line[place : place + 1] = [piece.cut(0, start), words, piece.cut(end, piece.width)]
            return
        before += piece.width


def _style(colour: str) -> Style:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    dark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
    return Style.parse(f"bold {'#ffffff' if dark else '#000000'} on {colour}")
