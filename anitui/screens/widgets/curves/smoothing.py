"""Smoothing a curve: a moving average that forgets, the same for two hundred thousand points as for two."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SHARES = (0.0, 0.5, 0.8, 0.9, 0.97, 0.99, 0.999)  # of what was before, in each new value
_BLOCK = 64

Numbers = NDArray[np.float64]


class Smoother:
    """Smooths a curve that grows: what was smoothed is not smoothed again."""

    def __init__(self) -> None:
        self._share = -1.0
        self._seen: tuple[float, ...] = ()  # some of the points that were smoothed: whether they are still the same
        self._count = 0  # points that were smoothed
        self._weight = 0  # how many of them were numbers
        self._sum = 0.0  # the average without its correction
        self._made: Numbers = np.empty(0)

    def of(self, x: Numbers, y: Numbers, share: float) -> Numbers:
        """`y` smoothed. It is corrected at its beginning, where little was before; what is no number stays none."""
        if share <= 0:
            return y
        if share != self._share or len(y) < self._count or _some(x, y, self._count) != self._seen:
            self._share, self._count, self._weight, self._sum = share, 0, 0, 0.0
        if len(y) > self._count:
            self._go_on(y)
            self._seen = _some(x, y, self._count)
        return self._made[: self._count]

    def _go_on(self, y: Numbers) -> None:
        new = y[self._count :]
        if len(y) > len(self._made) or self._count == 0:
            # Into another array: the one before may be on the screen.
            made = np.empty(max(256, len(y) * 3 // 2))
            made[: self._count] = self._made[: self._count]
            self._made = made
        good = np.isfinite(new)
        numbers = new[good]
        averaged = _average(numbers, self._share, self._sum)
        part = self._made[self._count : len(y)]
        part[~good] = np.nan
        part[good] = self._corrected(averaged)
        self._count = len(y)
        if len(numbers):
            self._weight += len(numbers)
            self._sum = float(averaged[-1])

    def _corrected(self, averaged: Numbers) -> Numbers:
        """Divided by how much of the average numbers make up so far; soon that is all of it."""
        few = min(len(averaged), max(0, int(-40 / math.log(self._share)) - self._weight))
        made = averaged.copy()
        made[:few] /= 1 - self._share ** np.arange(self._weight + 1, self._weight + 1 + few)
        return made


def fitting(share: float, count: int) -> float:
    """As much of a smoothing as a curve of so many points bears: no value is of more than a tenth of them.

    What is measured once in an epoch would else be smoothed to a line that says nothing.
    """
    return max(0.0, min(share, 1 - 10 / max(1, count)))


def smoothed(y: Numbers, share: float) -> Numbers:
    """A whole curve, smoothed at once."""
    return Smoother().of(y, y, share)


def _some(x: Numbers, y: Numbers, count: int) -> tuple[float, ...]:
    places = (0, count // 3, count * 2 // 3, count - 1) if count else ()
    picked = [float(of[at]) for at in places for of in (x, y)]
    return tuple(each if each == each else -1e308 for each in picked)  # a NaN would never be the same again


def _average(values: Numbers, share: float, before: float) -> Numbers:
    """s[i] = share s[i-1] + (1 - share) values[i], by blocks: within each a product, between them the carry."""
    count = len(values)
    if not count:
        return values
    blocks = -(-count // _BLOCK)
    padded = np.zeros(blocks * _BLOCK)
    padded[:count] = values
    distance = np.arange(_BLOCK)[:, None] - np.arange(_BLOCK)[None, :]
    within = np.where(distance >= 0, share ** np.maximum(distance, 0), 0.0) * (1 - share)
    table = padded.reshape(blocks, _BLOCK) @ within.T
    fading = share ** np.arange(1, _BLOCK + 1)
    carry = before
    carries = np.empty(blocks)
    kept = float(fading[-1])
    for block, end in enumerate(table[:, -1].tolist()):
        carries[block] = carry
        carry = end + kept * carry
    table += carries[:, None] * fading
    return table.reshape(-1)[:count]
