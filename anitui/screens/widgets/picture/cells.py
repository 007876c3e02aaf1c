"""A picture as coloured characters: half cells, sextants, or plain characters where there are no colours."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style

from anitui.screens.widgets.picture import palette
from anitui.screens.widgets.picture.palette import Codes, Pixels
from anitui.screens.widgets.picture.policy import Depth, Drawing, Kind

# A glyph's number is the set of its parts that are inked, first part lowest: so 0 is blank, the last is full, and
# the inverse of n is last - n.
HALVES = " ▀▄█"
SHADES = " .:-=+*#%@"
_NO_COLOUR = Style()


def _sextants() -> str:
    # Unicode left out of its row what existed before: the left half (21) and the right half (42).
    glyphs = [" "]
    glyphs += [{21: "▌", 42: "▐"}.get(n) or chr(0x1FB00 + n - 1 - (n > 21) - (n > 42)) for n in range(1, 63)]
    return "".join([*glyphs, "█"])


SEXTANTS = _sextants()
# The sets of pixels that may be inked; each set's complement is the same split.
_SPLITS = (np.arange(1, 32)[:, None] >> np.arange(6) & 1).astype(np.float32)
_INKED = _SPLITS.sum(axis=1)


class CellsPiece:
    """One line of a picture: for each cell a glyph, the colour of its ink and the colour behind it."""

    __slots__ = ("_ansi", "back", "depth", "front", "glyphs", "signs")

    def __init__(self, glyphs: NDArray[np.uint8], front: Codes, back: Codes, signs: str, depth: Depth) -> None:
        self.glyphs = glyphs
        self.front = front
        self.back = back
        self.signs = signs
        self.depth = depth
        self._ansi: str | None = None

    @property
    def width(self) -> int:
        return len(self.glyphs)

    @property
    def ansi(self) -> str:
        """The escape codes, made once. Exactly as many colours as the depth has."""
        if self._ansi is None:
            self._ansi = self._make_ansi()
        return self._ansi

    @property
    def nbytes(self) -> int:
        return len(self.ansi) * 2 + 9 * self.width + 200

    def render(self, console: Console) -> str:
        return self.ansi

    def segments(self) -> list[Segment]:
        """Runs of equal cells, each with a true Style."""
        if self.depth is Depth.NONE:
            return [Segment(self._text(), _NO_COLOUR)]
        change = (np.diff(self.glyphs) != 0) | (np.diff(self.front) != 0) | (np.diff(self.back) != 0)
        starts = [0, *(np.flatnonzero(change) + 1).tolist()]
        ends = [*starts[1:], self.width]
        return [
            Segment(
                self.signs[self.glyphs[start]] * (end - start),
                _style(int(self.front[start]), int(self.back[start]), self.depth),
            )
            for start, end in zip(starts, ends, strict=True)
        ]

    def changes(self, before: CellsPiece) -> tuple[int, int] | None:
        """From where to where it differs from another line of the same width; None where both look the same."""
        differs = (self.glyphs != before.glyphs) | (self.front != before.front) | (self.back != before.back)
        found = np.flatnonzero(differs)
        return (int(found[0]), int(found[-1]) + 1) if len(found) else None

    def cut(self, start: int, end: int) -> CellsPiece:
        return CellsPiece(self.glyphs[start:end], self.front[start:end], self.back[start:end], self.signs, self.depth)

    def _text(self) -> str:
        return "".join([self.signs[glyph] for glyph in self.glyphs.tolist()])

    def _make_ansi(self) -> str:
        if self.depth is Depth.NONE:
            return self._text()
        ink_of, ground_of = _INK[self.depth], _GROUND[self.depth]
        signs, full = self.signs, len(self.signs) - 1
        ink = ground = -1
        said: list[str] = []
        say = said.append
        for glyph, front, back in zip(self.glyphs.tolist(), self.front.tolist(), self.back.tolist(), strict=True):
            if glyph == 0:
                front = ink  # a blank has no ink
                if back == ink:
                    glyph, front, back = full, ink, ground
            elif (front == ground) + (back == ink) > (front == ink) + (back == ground):
                # Ink and ground change places, as the inverse glyph shows the same and needs fewer codes.
                glyph, front, back = full - glyph, back, front
            if front != ink:
                say(f"\x1b[{ink_of(front)}m" if back == ground else f"\x1b[{ink_of(front)};{ground_of(back)}m")
            elif back != ground:
                say(f"\x1b[{ground_of(back)}m")
            ink, ground = front, back
            say(signs[glyph])
        say("\x1b[0m")
        return "".join(said)


def to_rows(image: Image.Image, drawing: Drawing) -> list[CellsPiece]:
    """The lines of a picture that already has as many pixels as its cells show (`Drawing.pixels_per_cell`)."""
    pixels = np.asarray(image.convert("RGB"))
    if drawing.depth is Depth.NONE:
        return _shades(pixels)
    if drawing.kind is Kind.SEXTANT:
        glyphs, front, back = _split_in_two(pixels)
        signs = SEXTANTS
    else:
        front, back = pixels[0::2], pixels[1::2]
        glyphs, signs = np.ones(front.shape[:2], dtype=np.uint8), HALVES
    ink, ground = _codes(front, drawing), _codes(back, drawing)
    glyphs = np.where(ink == ground, 0, glyphs).astype(np.uint8)
    return [CellsPiece(g, f, b, signs, drawing.depth) for g, f, b in zip(glyphs, ink, ground, strict=True)]


def _codes(pixels: Pixels, drawing: Drawing) -> Codes:
    if drawing.depth is Depth.INDEXED:
        return palette.nearest_indexed(pixels)
    if drawing.depth is Depth.BASIC:
        return palette.nearest_basic(pixels)
    return palette.packed(pixels, drawing.bits)


def _shades(pixels: Pixels) -> list[CellsPiece]:
    light = pixels @ np.array([0.299, 0.587, 0.114])
    glyphs = np.clip(light * len(SHADES) / 256, 0, len(SHADES) - 1).astype(np.uint8)
    nothing = np.zeros(glyphs.shape[1], dtype=np.uint32)
    return [CellsPiece(line, nothing, nothing, SHADES, Depth.NONE) for line in glyphs]


def _split_in_two(pixels: Pixels) -> tuple[NDArray[np.uint8], Pixels, Pixels]:
    """The best two colours for each block of 2×3 pixels, and which of the six pixels take the first.

    Six pixels can be split in 31 ways: all are tried at once, which costs no more than approaching the best by
    2-means would. Least squared error is most of what the two sums explain, |sum|²/count.
    """
    rows, columns = pixels.shape[0] // 3, pixels.shape[1] // 2
    blocks = pixels[: rows * 3, : columns * 2].reshape(rows, 3, columns, 2, 3)
    six = blocks.transpose(0, 2, 4, 1, 3).reshape(-1, 6).astype(np.float32)  # each block's channels, one after another
    inked = six @ _SPLITS.T
    rest = six.sum(axis=1, keepdims=True) - inked
    explained = (inked**2 / _INKED + rest**2 / (6 - _INKED)).reshape(-1, 3, len(_SPLITS)).sum(axis=1)
    best = explained.argmax(axis=1)
    each = best.repeat(3)[:, None]
    front = np.take_along_axis(inked, each, axis=1)[:, 0] / _INKED[each[:, 0]]
    back = np.take_along_axis(rest, each, axis=1)[:, 0] / (6 - _INKED[each[:, 0]])
    glyphs = (best + 1).astype(np.uint8).reshape(rows, columns)
    return glyphs, _rounded(front, rows, columns), _rounded(back, rows, columns)


def _rounded(colours: NDArray[np.float32], rows: int, columns: int) -> Pixels:
    rounded: Pixels = colours.round().astype(np.uint8).reshape(rows, columns, 3)
    return rounded


@lru_cache(maxsize=100_000)
def _style(front: int, back: int, depth: Depth) -> Style:
    if depth is Depth.TRUE:
        ink = Color.from_rgb(front >> 16, front >> 8 & 255, front & 255)
        ground = Color.from_rgb(back >> 16, back >> 8 & 255, back & 255)
    else:
        # True colours, not numbers of the palette: filters and exports take those for the theme's own.
        table = palette.xterm()
        ink, ground = (Color.from_rgb(*table[code].tolist()) for code in (front, back))
    return Style(color=ink, bgcolor=ground)


@lru_cache(maxsize=70_000)
def _true_ink(code: int) -> str:
    return f"38;2;{code >> 16};{code >> 8 & 255};{code & 255}"


@lru_cache(maxsize=70_000)
def _true_ground(code: int) -> str:
    return f"48;2;{code >> 16};{code >> 8 & 255};{code & 255}"


_INK: dict[Depth, Callable[[int], str]] = {
    Depth.TRUE: _true_ink,
    Depth.INDEXED: [f"38;5;{code}" for code in range(256)].__getitem__,
    Depth.BASIC: [str(code + (30 if code < 8 else 82)) for code in range(16)].__getitem__,
}
_GROUND: dict[Depth, Callable[[int], str]] = {
    Depth.TRUE: _true_ground,
    Depth.INDEXED: [f"48;5;{code}" for code in range(256)].__getitem__,
    Depth.BASIC: [str(code + (40 if code < 8 else 92)) for code in range(16)].__getitem__,
}
