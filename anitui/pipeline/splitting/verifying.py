"""ZACI's rule: characters of the test are in no training, with exactly two faces each, and pairs to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.errors import WrongUse
from anitui.pipeline.mixing import mixed

Places = NDArray[np.int64]
FACES = 2  # of each character of a test


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members, by their places, and whether both are one character."""

    part: int
    one: int
    other: int
    same: bool


@dataclass(frozen=True, slots=True)
class Dealt:
    """The part of each member (-1: takes no part), why those take none, and the pairs."""

    part: Places
    beside: int  # faces of training characters that lie in a group with a face of the test
    spare: int  # faces of characters of the test beyond the two
    pairs: list[Pair]


def deal(group: Places, label: Places, shares: Sequence[float], seed: int) -> Dealt:
    """Deal characters to parts, and of each of val and test two faces; whole groups stay on one side."""
    order = np.argsort(label, kind="stable")
    faces_of = np.split(order, np.searchsorted(label[order], np.arange(1, int(label.max()) + 1))) if len(label) else []
    number = len(faces_of)
    characters = np.argsort(mixed(np.arange(number, dtype=np.int64), seed), kind="stable").tolist()
    able = [each for each in characters if len(np.unique(group[faces_of[each]])) >= FACES]
    wanted = [max(1, round(share * number)) if share > 0 else 0 for share in shares[1:]]
    if sum(wanted) >= number or len(able) < sum(wanted):
        raise WrongUse(
            f"of {number} characters {len(able)} have two faces that are not of one picture or near-duplicates, which "
            f"is too few for {sum(wanted)} of them outside of training: name more faces, or give other shares"
        )
    part = np.zeros(len(label), np.int64)
    two_of: dict[int, dict[int, list[int]]] = {1: {}, 2: {}}  # part → character → its two faces
    taken: dict[int, int] = {}  # group → part
    rest = iter(able)
    for which in (2, 1):
        while len(two_of[which]) < wanted[which - 1] and (character := next(rest, None)) is not None:
            two = _two(faces_of[character], group, seed, taken, which)
            if two:
                two_of[which][character] = two
                part[faces_of[character]] = -1
                part[two] = which
                taken.update({int(group[face]): which for face in two})
    spare = int((part == -1).sum())
    # Who is together with a face of the test, in a picture or as a near-duplicate, would be a leak.
    beside = (part == 0) & np.isin(group, list(taken))
    part[beside] = -1
    pairs = [pair for which, two in two_of.items() for pair in _pairs(which, list(two.items()), seed)]
    return Dealt(part, int(beside.sum()), spare, pairs)


def _two(faces: Places, group: Places, seed: int, taken: dict[int, int], which: int) -> list[int]:
    """Two of some faces, from groups of their own, drawn by the seed; none where there are not two."""
    two: list[int] = []
    for face in faces[np.argsort(mixed(faces, seed), kind="stable")].tolist():
        of = int(group[face])
        if taken.get(of, which) == which and all(of != group[other] for other in two):
            two.append(face)
        if len(two) == FACES:
            return two
    return []


def _pairs(which: int, characters: Sequence[tuple[int, list[int]]], seed: int) -> list[Pair]:
    """For each character its two faces, and as many pairs of different characters, drawn by the seed."""
    pairs = [Pair(which, two[0], two[1], True) for _, two in characters]
    every = [(character, face) for character, two in characters for face in two]
    if len(characters) < 2:
        return pairs
    unlike: dict[tuple[int, int], None] = {}
    draws = mixed(np.arange(64 * len(characters), dtype=np.int64), seed + which)
    for draw in draws.tolist():
        one, other = every[(draw >> 32) % len(every)], every[(draw & 0xFFFFFFFF) % len(every)]
        if one[0] != other[0]:
            unlike[min(one[1], other[1]), max(one[1], other[1])] = None
        if len(unlike) == len(characters):
            break
    return pairs + [Pair(which, *pair, False) for pair in unlike]
