"""Boxes as tensors, and how a picture lies in the square that detectors look at."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from anitui.train.crop_store import whole

OVERLAP = 0.5  # of the area that two boxes cover together: with more in common they mean one face


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture lies in a square: made as large as fits, and in the middle. As `anitui detect` lays it."""

    scale: float
    left: int
    top: int
    width: int
    height: int


def letterbox(width: int, height: int, size: int) -> Letterbox:
    """Of a picture of that size, in a square of `size` pixels."""
    across, down = whole(width, height, size)
    return Letterbox(min(size / width, size / height), (size - across) // 2, (size - down) // 2, across, down)


def there(boxes: Tensor) -> Tensor:
    """Which of padded boxes (… × 4, corners) are boxes at all."""
    return ~torch.isnan(boxes[..., 0])


def overlap(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Of boxes (… × 4, corners), pair by pair: the share that they have in common, and the same as GIoU, which also
    says how far apart they are where it is nothing (Rezatofighi and others, 2019)."""
    common = _area(torch.maximum(one[..., :2], other[..., :2]), torch.minimum(one[..., 2:], other[..., 2:]))
    together = _area(one[..., :2], one[..., 2:]) + _area(other[..., :2], other[..., 2:]) - common
    around = _area(torch.minimum(one[..., :2], other[..., :2]), torch.maximum(one[..., 2:], other[..., 2:]))
    share = common / together.clamp_min(1e-6)
    return share, share - (around - together) / around.clamp_min(1e-6)


def _area(first: Tensor, last: Tensor) -> Tensor:
    return (last - first).clamp_min(0).prod(-1)
