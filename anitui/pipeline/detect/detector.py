"""What a detector is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anitui.errors import AnituiError

Pixels: TypeAlias = NDArray[np.uint8]  # height × width × red, green, blue; or height × width of greys


class CannotDetect(AnituiError):
    """A detector is not to be had here; the text says what would help."""


@dataclass(frozen=True, slots=True)
class Found:
    """A face, in pixels of the picture that was looked at."""

    x: float
    y: float
    w: float
    h: float
    score: float | None = None  # the detector's own measure, comparable only with its others


def windowed(window: float, width: int, height: int, least: float) -> float:
    """The scale for a detector that sees no face smaller than its window: the smallest face wanted becomes as large."""
    return min(1.0, max(window / max(1.0, least), window / min(width, height)))


class Detector(Protocol):
    """Finds faces in pictures. Made in each worker process, once; safe to use again and again."""

    @property
    def name(self) -> str:
        """What its faces are recorded under."""
        ...

    @property
    def grey(self) -> bool:
        """Whether it wants greys: they are decoded in half the time."""
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that its answers depend on, as plain data."""
        ...

    def scale(self, width: int, height: int, least: float) -> float:
        """How much smaller (1.0: not at all) a picture may be made for faces of `least` pixels to be found still."""
        ...

    def detect(self, pixels: Pixels) -> Sequence[Found]:
        """The faces in a picture."""
        ...
