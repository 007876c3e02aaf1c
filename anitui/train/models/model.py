"""What a network is to the rest: something that turns pictures into features, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Built:
    """A network without its last layer: N × 3 × H × W → N × `features`."""

    backbone: nn.Module
    features: int


@dataclass(frozen=True, slots=True)
class Model:
    """How a network is made: for pictures of a size, with weights to begin with (`none`, or `imagenet`)."""

    build: Callable[[int, str], Built]
    cost: float  # of one picture at 224 px, in thousand million multiplications
    grows: bool = True  # whether it takes pictures of several sizes
