"""Chance that is the same on every machine: a number made of a number and a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mixed(numbers: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """For each number another one that looks drawn at random (splitmix64): the same numbers and seed, the same draw."""
    with np.errstate(over="ignore"):
        value = numbers.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) & (2**64 - 1))
        value += np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        found: NDArray[np.uint64] = value ^ (value >> np.uint64(31))
    return found
