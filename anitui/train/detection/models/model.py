"""How a detector is made, said without loading torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anitui.train.detection.finder import Finder


@dataclass(frozen=True, slots=True)
class FinderModel:
    """How a detector is made: for pictures of a size, with weights to begin with (`none`, or `imagenet`)."""

    build: Callable[[int, str], Finder]
    cost: float  # of one picture at 320 px, in thousand million multiplications
    grows: bool = True  # whether it takes pictures of several sizes
    step: int = 32  # sizes are multiples of it
