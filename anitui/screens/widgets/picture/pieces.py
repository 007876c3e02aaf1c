"""Lines of the terminal made of pieces that know their own escape codes.

A page of pictures is ten thousand cells in as many colours. Told through Rich, each is a Segment with a Style of its
own; that costs more than decoding. Here a piece keeps its colours as numbers and its escape codes as one text made
in a worker, and makes true Segments only when somebody asks: a modal that dims, a filter, an SVG export.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_COLOUR_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}
# Strips keep their Segments in this slot. Where a later Textual does not, Segments are made at once: slower, as right.
LAZY_SEGMENTS = "_segments" in getattr(Strip, "__slots__", ())


class Piece(Protocol):
    """A part of one line: so many cells wide, able to say itself as escape codes and as Segments."""

    @property
    def width(self) -> int:
        """In cells."""

    def render(self, console: Console) -> str:
        """The escape codes; they leave the terminal's colours as they were."""

    def segments(self) -> list[Segment]:
        """The same as Segments."""

    def cut(self, start: int, end: int) -> Piece:
        """The cells from `start` to `end` alone."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Plain text in one style."""

    text: str
    style: Style

    @property
    def width(self) -> int:
        return cell_len(self.text)

    def render(self, console: Console) -> str:
        return _render_text(self.text, self.style, console.color_system)

    def segments(self) -> list[Segment]:
        return [Segment(self.text, self.style)]

    def cut(self, start: int, end: int) -> TextPiece:
        # A wide character that the cut goes through becomes blanks, as Rich does it.
        before = cell_len(set_cell_size(self.text, start)) if start else 0
        kept = Segment(self.text).split_cells(before)[1].text if start else self.text
        return TextPiece(set_cell_size(kept, end - start), self.style)


def blank(width: int, style: Style) -> TextPiece:
    """So many empty cells."""
    return TextPiece(" " * width, style)


class PieceStrip(Strip):
    """A line of the terminal made of pieces. Cropping and dividing keep what the pieces have prepared."""

    __slots__ = ("_made", "_pieces", "_rendered")

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces: tuple[Piece, ...] = tuple(piece for piece in pieces if piece.width)
        self._made: list[Segment] | None = None
        self._rendered: tuple[str | None, str] | None = None
        super().__init__(() if LAZY_SEGMENTS else self._all_segments(), sum(piece.width for piece in self._pieces))

    @property
    def pieces(self) -> Sequence[Piece]:
        return self._pieces

    if LAZY_SEGMENTS:

        @property
        def _segments(self) -> list[Segment]:
            if self._made is None:
                self._made = self._all_segments()
            return self._made

        @_segments.setter
        def _segments(self, nothing: list[Segment]) -> None:
            """Strip's own constructor assigns its empty list; the pieces are what counts."""

    def render(self, console: Console) -> str:
        system = console.color_system
        if self._rendered is None or self._rendered[0] != system:
            self._rendered = (system, "".join([piece.render(console) for piece in self._pieces]))
        return self._rendered[1]

    def crop(self, start: int, end: int | None = None) -> Strip:
        start = max(0, start)
        end = self.cell_length if end is None else min(self.cell_length, end)
        if start == 0 and end == self.cell_length:
            return self
        return self.between(start, end)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        within = [cut for cut in cuts if cut <= self.cell_length]
        if within == [self.cell_length]:
            return [self]
        starts = [0, *within[:-1]]
        return [self.between(start, end) for start, end in zip(starts, within, strict=False)]

    def between(self, start: int, end: int) -> PieceStrip:
        """The cells from `start` to `end` alone."""
        found: list[Piece] = []
        at = 0
        for piece in self._pieces:
            after = at + piece.width
            if after > start and at < end and start < end:
                whole = at >= start and after <= end
                found.append(piece if whole else piece.cut(max(start, at) - at, min(end, after) - at))
            at = after
        return PieceStrip(found)

    def _all_segments(self) -> list[Segment]:
        return [segment for piece in self._pieces for segment in piece.segments()]


@lru_cache(maxsize=4096)
def _render_text(text: str, style: Style, colour_system: str | None) -> str:
    system = _COLOUR_SYSTEMS.get(colour_system or "truecolor", ColorSystem.TRUECOLOR)
    return Strip.render_style(style, text, color_system=system)
