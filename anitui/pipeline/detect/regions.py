"""Where it is worth looking closely: parts of a picture around what a coarse pass took for a face. Plain arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Hit = tuple[int, int, int, int]  # x, y, width, height

_AROUND = 0.25  # of the largest face in it: so far a region reaches beyond what was taken for one
_SIZES = 1.3  # by how much a face may be smaller or larger than it was taken for
_ALIKE = 2  # a face within one more than twice its size is looked at by itself


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, and how small and large faces in it may be."""

    left: int
    top: int
    right: int
    bottom: int
    least: int
    most: int


def regions(hits: Iterable[Hit], width: int, height: int, window: int) -> list[Region]:
    """The parts of a picture of that size in which something was taken for a face, each looked at once."""
    found: list[Region] = []
    for x, y, w, h in sorted(hits, key=lambda hit: -hit[2]):
        one = Region(x, y, x + w, y + h, w, w)
        for other in [each for each in found if _meet(one, each) and w * _ALIKE > each.least]:
            found.remove(other)
            one = _joined(one, other)
        found.append(one)
    return [_wider(each, width, height, window) for each in found]


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """What two boxes have in common, of what they cover together."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (one[2] * one[3] + other[2] * other[3] - across * down)


def _meet(one: Region, other: Region) -> bool:
    return (
        one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
    )  # fmt: skip


def _joined(one: Region, other: Region) -> Region:
    return Region(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right),
        max(one.bottom, other.bottom), min(one.least, other.least), max(one.most, other.most),
    )  # fmt: skip


def _wider(region: Region, width: int, height: int, window: int) -> Region:
    more = int(region.most * _AROUND) + 2
    return Region(
        max(0, region.left - more), max(0, region.top - more),
        min(width, region.right + more), min(height, region.bottom + more),
        max(window, int(region.least / _SIZES)), int(region.most * _SIZES) + 1,
    )  # fmt: skip
