"""Pictures as sixels, one strip of them for each line of the terminal.

A whole picture sent at once lies over many lines, and Textual, which repaints single lines, tears holes into it and
leaves ghosts behind. Cut along the lines, each strip is part of its line's text: repainting, covering and scrolling a
line repaints, covers and removes just that strip.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style

COLOURS = 128
_SAMPLE = 200
_REPEATS = re.compile(r"(.)\1{3,254}")


class SixelPiece:
    """One line of a picture: the number of each pixel's colour, as many pixels high as a cell is."""

    __slots__ = ("_ansi", "_cell_width", "_colours", "_pixels")

    def __init__(self, pixels: NDArray[np.uint8], colours: NDArray[np.uint8], cell_width: int) -> None:
        self._pixels = pixels
        self._colours = colours
        self._cell_width = cell_width
        self._ansi: str | None = None

    @property
    def width(self) -> int:
        return int(self._pixels.shape[1]) // self._cell_width

    @property
    def ansi(self) -> str:
        if self._ansi is None:
            # First blanks, which remove what was there. The place is remembered rather than gone back to: at the
            # right edge of the terminal, "back by n" is off by one.
            blanks = f"\x1b7\x1b[0m{' ' * self.width}\x1b8"
            self._ansi = f"{blanks}{encode(self._pixels, self._colours)}\x1b8\x1b[{self.width}C"
        return self._ansi

    @property
    def nbytes(self) -> int:
        return len(self.ansi) + self._pixels.nbytes

    def render(self, console: Console) -> str:
        return self.ansi

    def segments(self) -> list[Segment]:
        """Blanks in the line's mean colour: what an export or a dimming modal can show of it."""
        if not self.width:
            return []
        red, green, blue = self._colours[self._pixels].reshape(-1, 3).mean(axis=0).astype(int).tolist()
        return [Segment(" " * self.width, Style(bgcolor=Color.from_rgb(red, green, blue)))]

    def cut(self, start: int, end: int) -> SixelPiece:
        part = self._pixels[:, start * self._cell_width : end * self._cell_width]
        return SixelPiece(part, self._colours, self._cell_width)


def to_rows(image: Image.Image, cell_pixels: tuple[int, int]) -> list[SixelPiece]:
    """The lines of a picture whose size is a whole number of cells."""
    cell_width, cell_height = cell_pixels
    whole = image.convert("RGB")
    # The best colours of a sample serve the whole as well, and are found many times as fast.
    sample = whole.copy()
    sample.thumbnail((_SAMPLE, _SAMPLE), Image.Resampling.NEAREST)
    few = whole.quantize(palette=sample.quantize(COLOURS, method=Image.Quantize.MEDIANCUT), dither=Image.Dither.NONE)
    colours = np.array(few.getpalette() or [0, 0, 0], dtype=np.uint8).reshape(-1, 3)
    pixels = np.asarray(few)
    return [
        SixelPiece(pixels[top : top + cell_height], colours, cell_width)
        for top in range(0, pixels.shape[0], cell_height)
    ]


def encode(pixels: NDArray[np.uint8], colours: NDArray[np.uint8]) -> str:
    """Sixel data for pixels given as numbers of colours (three bytes each)."""
    height, width = pixels.shape
    used = np.unique(pixels)
    said = [f'\x1bP0;1;0q"1;1;{width};{height}']  # 0;1: what is not drawn stays as it is
    for number in used.tolist():
        red, green, blue = (round(value * 100 / 255) for value in colours[number].tolist())
        said.append(f"#{number};2;{red};{green};{blue}")
    for top in range(0, height, 6):
        band = pixels[top : top + 6]
        here = np.unique(band)
        bits = (1 << np.arange(len(band), dtype=np.uint8)).astype(np.uint8)
        drawn = ((band[None] == here[:, None, None]) * bits[None, :, None]).sum(axis=1, dtype=np.uint8) + 63
        lines = []
        for number, line in zip(here.tolist(), drawn, strict=True):
            text = line.tobytes().decode("ascii").rstrip("?")
            lines.append(f"#{number}{_REPEATS.sub(_shorter, text)}")
        said.append("$".join(lines) + "-")
    # No line feed after the last band: it would push a strip on the last line of the terminal up.
    said[-1] = said[-1].removesuffix("-")
    said.append("\x1b\\")
    return "".join(said)


def _shorter(run: re.Match[str]) -> str:
    return f"!{len(run[0])}{run[1]}"
