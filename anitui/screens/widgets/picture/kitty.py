"""Pictures by kitty's graphics protocol, placed by characters.

The picture is sent once under a number; after that a cell that shows a part of it is a private character (U+10EEEE)
in the colour that spells the number, with two combining marks for row and column. To Textual it is text, so it may
scroll, be cropped and be covered like any text, and what is written over it is gone.
"""

from __future__ import annotations

import base64
import io
import itertools
import os
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image
from rich.console import Console
from rich.segment import Segment
from rich.style import Style

PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096
# The protocol's combining marks for the numbers 0, 1, 2 …: code points or ranges of them, hexadecimal.
_MARKS = """305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9
5AB-5AC 5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D 73F-741 743
745 747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87 135D-135F 17DD 193A 1A17
1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7
20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8
AABE-AABF AAC1 FE20-FE26 10A0F 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244"""


def _marks() -> str:
    bounds = [[int(end, 16) for end in part.split("-")] for part in _MARKS.split()]
    return "".join(chr(code) for bound in bounds for code in range(bound[0], bound[-1] + 1))


MARKS = _marks()
MOST_CELLS = len(MARKS)
"""A picture can take no more columns or rows than there are marks."""

# Numbers that another program on the same terminal is unlikely to use; kitty keeps them apart by nothing else.
_numbers = itertools.count(0x010000 | (os.getpid() & 0xFF) << 8 | 1)


@dataclass(frozen=True, slots=True)
class KittyImage:
    """A picture ready to be sent: its number, and the escape codes that send it."""

    number: int
    transmission: str

    @property
    def removal(self) -> str:
        """The escape codes that make the terminal forget the picture and free its memory."""
        return f"\x1b_Ga=d,d=I,i={self.number},q=2\x1b\\"


class KittyPiece:
    """One line of a picture that the terminal already has."""

    __slots__ = ("_cells", "_number")

    def __init__(self, number: int, cells: tuple[str, ...]) -> None:
        self._number = number
        self._cells = cells

    @property
    def width(self) -> int:
        return len(self._cells)

    @property
    def nbytes(self) -> int:
        return 20 * self.width

    def render(self, console: Console) -> str:
        red, green, blue = _as_colour(self._number)
        return f"\x1b[38;2;{red};{green};{blue}m{''.join(self._cells)}\x1b[0m"

    def segments(self) -> list[Segment]:
        red, green, blue = _as_colour(self._number)
        # One Segment per cell: Rich must never cut between a character and its marks.
        style = Style(color=f"#{red:02x}{green:02x}{blue:02x}")
        return [Segment(cell, style) for cell in self._cells]

    def cut(self, start: int, end: int) -> KittyPiece:
        return KittyPiece(self._number, self._cells[start:end])


def prepare(image: Image.Image, columns: int, rows: int) -> tuple[KittyImage, list[KittyPiece]]:
    """What to send for a picture, and the lines of characters that show it on columns × rows cells."""
    number = next(_numbers) & 0xFFFFFF
    columns, rows = min(columns, MOST_CELLS), min(rows, MOST_CELLS)
    lines = [
        KittyPiece(number, tuple(PLACEHOLDER + MARKS[row] + MARKS[column] for column in range(columns)))
        for row in range(rows)
    ]
    return KittyImage(number, _transmission(image, number, columns, rows)), lines


def _transmission(image: Image.Image, number: int, columns: int, rows: int) -> str:
    data = io.BytesIO()
    image.convert("RGB").save(data, "PNG", compress_level=1)
    text = base64.standard_b64encode(data.getvalue()).decode("ascii")
    chunks = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
    said = []
    for at, chunk in enumerate(chunks):
        more = int(at < len(chunks) - 1)
        head = f"a=T,U=1,f=100,t=d,i={number},c={columns},r={rows}," if at == 0 else ""
        said.append(f"\x1b_G{head}q=2,m={more};{chunk}\x1b\\")
    return "".join(said)


def _as_colour(number: int) -> tuple[int, int, int]:
    return number >> 16 & 255, number >> 8 & 255, number & 255


class Sent:
    """The pictures that the terminal holds for one widget. Says what to write; the caller writes it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._images: OrderedDict[int, KittyImage] = OrderedDict()

    def show(self, images: Iterable[KittyImage]) -> str:
        """What the terminal must get before it can show these; what was not wanted for longest is removed."""
        said = []
        wanted = 0
        for image in images:
            wanted += 1
            if image.number not in self._images:
                said.append(image.transmission)
            self._images[image.number] = image
            self._images.move_to_end(image.number)
        while len(self._images) > max(self._limit, wanted):
            _, oldest = self._images.popitem(last=False)
            said.append(oldest.removal)
        return "".join(said)

    def clear(self) -> str:
        """What makes the terminal forget all of them."""
        said = "".join(image.removal for image in self._images.values())
        self._images.clear()
        return said
