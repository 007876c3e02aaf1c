"""How far a run believes in what faces are called: read once, block by block, and kept as a few numbers for each face.

Confident learning (Northcutt, Jiang, Chuang 2021): a class is meant with confidence where its probability is at least
what it is on average for those that are called so. Who is called one class and meant with confidence to be another is
counted, and these counts say how many names are wrong. Which ones, is told better by how much likelier the other class
is: that holds for models that are too sure, and for those that are not sure enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.train.review.files import Floats, Halves, Integers

LEAST = 1e-6  # a probability of nothing at all cannot be told from this
_BLOCK = 16_000_000  # probabilities at once


@dataclass(frozen=True, slots=True)
class Belief:
    """What a run thinks of what each face is called."""

    in_said: Floats  # the probability of what it is called
    other: NDArray[np.int32]  # the likeliest other class
    in_other: Floats
    look_wrong: int  # so many names are wrong, by confident learning

    @property
    def agreed(self) -> int:
        """Of how many the run says what they are called."""
        return int((self.in_said >= self.in_other).sum())

    @property
    def odds(self) -> Floats:
        """How much likelier the other class is than what it is called, as a logarithm."""
        odds: Floats = np.log((self.in_other + LEAST) / (self.in_said + LEAST))
        return odds


def believe(probabilities: Halves, said: NDArray[np.int32]) -> Belief:
    """Read all probabilities twice: once for what is believed of each face, once for the counts."""
    faces, classes = probabilities.shape
    in_said, in_other = np.zeros(faces, np.float32), np.zeros(faces, np.float32)
    other = np.zeros(faces, np.int32)
    for part, block in blocks(probabilities):
        rows = np.arange(len(block))
        in_said[part] = block[rows, said[part]]
        block[rows, said[part]] = -1.0
        other[part] = block.argmax(1)
        in_other[part] = block[rows, other[part]]
    np.maximum(in_other, 0.0, out=in_other)  # of a single class there is no other
    return Belief(in_said, other, in_other, _wrong(probabilities, said, in_said, classes))


def blocks(probabilities: Halves) -> Iterator[tuple[slice, Floats]]:
    """The rows in order, some at a time, as numbers that may be changed."""
    size = max(1, _BLOCK // max(1, probabilities.shape[1]))
    for start in range(0, len(probabilities), size):
        part = slice(start, min(start + size, len(probabilities)))
        yield part, np.array(probabilities[part], np.float32)


def _wrong(probabilities: Halves, said: NDArray[np.int32], in_said: Floats, classes: int) -> int:
    """How many names are wrong: the counts of who is meant to be what, made to add up to how many are called so."""
    called = np.bincount(said, minlength=classes)
    usual = np.bincount(said, in_said, minlength=classes) / np.maximum(called, 1)
    usual = np.where(called > 0, usual, np.inf).astype(np.float32)
    meant = np.zeros(classes, np.int64)  # of those called so, with confidence anything
    as_said = np.zeros(classes, np.int64)  # and what they are called
    for part, block in blocks(probabilities):
        block[block < usual] = -1.0
        best = block.argmax(1)
        sure = block[np.arange(len(block)), best] >= 0
        names = said[part]
        meant += np.bincount(names[sure], minlength=classes)
        as_said += np.bincount(names[sure & (best == names)], minlength=classes)
    share = np.where(meant > 0, 1 - as_said / np.maximum(meant, 1), 0.0)
    return round(float((share * called).sum()))


def uncertainty(probabilities: Halves) -> tuple[Floats, NDArray[np.int32], Floats]:
    """Of faces without a name: how little sure a run is (0 to 1), what is likeliest, and how likely that is."""
    faces, classes = probabilities.shape
    unsure, likely, sureness = np.zeros(faces, np.float32), np.zeros(faces, np.int32), np.zeros(faces, np.float32)
    for part, block in blocks(probabilities):
        rows = np.arange(len(block))
        unsure[part] = -(block * np.log(block + LEAST)).sum(1) / np.log(max(2, classes))
        likely[part] = block.argmax(1)
        sureness[part] = block[rows, likely[part]]
    return np.clip(unsure, 0, 1), likely, sureness


def called_often(said: NDArray[np.int32], classes: int) -> Integers:
    """How many faces are called each class."""
    counted: Integers = np.bincount(said, minlength=classes).astype(np.int64)
    return counted
