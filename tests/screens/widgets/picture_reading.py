"""A small terminal: what the escape codes of one line put into its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from textual.pilot import Pilot

from anitui.screens.widgets.picture import PictureLoader
from anitui.screens.widgets.picture.canvas import Canvas
from anitui.screens.widgets.picture.cells import SEXTANTS
from anitui.screens.widgets.picture.palette import xterm

Colour = tuple[int, int, int]
_CODE = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b])")
HALVES = {" ": 0, "▀": 1, "▄": 2, "█": 3}


@dataclass(frozen=True)
class Cell:
    glyph: str
    ink: Colour | None
    ground: Colour | None


def read_line(text: str) -> list[Cell]:
    """The cells of a line; anything that is neither a colour nor a printable character is an error."""
    cells: list[Cell] = []
    ink: Colour | None = None
    ground: Colour | None = None
    at = 0
    while at < len(text):
        found = _CODE.match(text, at)
        assert found is not None, f"unexpected codes at {text[at : at + 20]!r}"
        at = found.end()
        if found[2] is not None:
            cells.append(Cell(found[2], ink, ground))
            continue
        numbers = [int(number) for number in found[1].split(";")] if found[1] else [0]
        while numbers:
            match numbers:
                case [0, *numbers]:
                    ink = ground = None
                case [38 | 48 as which, 2, r, g, b, *numbers]:
                    ink, ground = ((r, g, b), ground) if which == 38 else (ink, (r, g, b))
                case [38 | 48 as which, 5, n, *numbers]:
                    ink, ground = (_indexed(n), ground) if which == 38 else (ink, _indexed(n))
                case [n, *numbers] if 30 <= n <= 37 or 90 <= n <= 97:
                    ink = _indexed(n - 30 if n < 90 else n - 82)
                case [n, *numbers] if 40 <= n <= 47 or 100 <= n <= 107:
                    ground = _indexed(n - 40 if n < 100 else n - 92)
                case _:
                    raise AssertionError(f"unknown code {found[0]!r}")
    return cells


def _indexed(number: int) -> Colour:
    red, green, blue = xterm()[number].tolist()
    return (red, green, blue)


def read_pixels(lines: list[str], sextants: bool = False) -> np.ndarray:
    """The pixels that lines of half cells or sextants show."""
    down, across = (3, 2) if sextants else (2, 1)
    glyphs = {glyph: n for n, glyph in enumerate(SEXTANTS)} if sextants else HALVES
    rows = []
    for line in lines:
        block = np.zeros((down, 0, 3), dtype=int)
        for cell in read_line(line):
            inked = glyphs[cell.glyph]
            parts = [cell.ink if inked >> part & 1 else cell.ground for part in range(down * across)]
            assert None not in parts, f"a cell in no colour: {cell}"
            block = np.concatenate([block, np.array(parts).reshape(down, across, 3)], axis=1)
        rows.append(block)
    return np.concatenate(rows, axis=0)


def picture_file(path: Path, size: tuple[int, int] = (60, 40), colour: Colour = (200, 40, 40)) -> Path:
    """A picture of one colour in a real file; what kind, its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


async def settled(pilot: Pilot[Any], loader: PictureLoader) -> None:
    """Until all is prepared and drawn, however busy the machine is."""
    await pilot.pause()
    while loader.pending or any(_awaits(canvas) for canvas in pilot.app.screen.query(Canvas)):
        await pilot.pause(0.01)
    await pilot.pause()


def _awaits(canvas: Canvas) -> bool:
    return bool(canvas._arrived) or getattr(canvas, "_together", None) is not None
