"""Shapes that a chart is laid out as, and how wide words are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len

from anitui.pipeline.charts.model import clean

WIDTH = 760
LETTER = 14  # the size of what is written, in the same units
LINE = 20
EDGE = 16
COLOURS = 8  # series and parts that are told apart


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    role: str
    strength: float = 1.0  # how much of its colour
    says: str = ""  # what a pointer over it is told


@dataclass(frozen=True, slots=True)
class Words:
    x: float
    y: float  # of the line that letters stand on
    text: str
    role: str = "ink"
    at: str = "start"  # start, middle or end of the text is at x
    size: float = LETTER


@dataclass(frozen=True, slots=True)
class Path:
    points: tuple[tuple[float, float], ...]
    role: str
    width: float = 2.0


@dataclass(slots=True)
class Drawing:
    title: str
    about: str
    height: float = 0.0
    width: float = WIDTH
    shapes: list[Box | Words | Path] = field(default_factory=list)


def width_of(text: str, size: float = LETTER) -> float:
    """About how wide a text is in any usual font."""
    narrow = sum(1 for letter in text if letter in " .,:;'|!ijl()[]–-")
    cells = cell_len(text)
    return size * (0.6 * (cells - narrow) + 0.34 * narrow)


def fitted(text: str, room: float, size: float = LETTER) -> str:
    """The text, cut with `…` where it is too wide."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def role(number: int) -> str:
    """The colour of a series, or of a part."""
    return f"s{number % COLOURS}"


def wrapped(text: str, room: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [fitted(each, room) for each in lines]


def legend(drawing: Drawing, names: Sequence[str], y: float) -> float:
    x = float(EDGE)
    for at, name in enumerate(names):
        text = fitted(clean(name), 220)
        if x + 22 + width_of(text) > drawing.width - EDGE and x > EDGE:
            x, y = float(EDGE), y + LINE
        drawing.shapes += [Box(x, y + 4, 12, 12, role(at)), Words(x + 18, y + 15, text, "dim")]
        x += 38 + width_of(text)
    return y + LINE + 8
