"""The labels that are likely wrong, the most suspicious first, each with what it should be and why.

Whom the run believes least is looked at more closely: what are those called that its model sees as most alike? Their
votes count beside the model's own, half as much: what noise does to one, it seldom does to both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.progress import Event, Work
from anitui.train.review.files import Floats, Integers, Labelled
from anitui.train.review.nearest import Differing, Near, nearest
from anitui.train.review.suspicion import LEAST, Belief, believe, called_often

MOST = 5_000  # where nobody says how many: a person goes through some hundreds at a sitting
VOTERS = 10
LOOKED_CLOSELY = 20_000  # at least so many faces have their neighbours asked
NEARLY_EQUAL = 0.995  # cosine: for these the model sees one and the same picture
_WEIGHT = 0.5  # of the voters, beside the model
_PRIOR = 3.0  # so many further voters who vote as all faces are called


@dataclass(frozen=True, slots=True)
class Suspect:
    """A face whose name is likely wrong. `row` is its row among the labelled, classes are numbers."""

    row: int
    suggested: int
    score: float  # 0 to 1: the suggestion against what it is called
    sureness: float  # the model's probability of the suggestion
    in_said: float  # and of what it is called
    votes: int  # of its most alike for the suggestion
    voters: int
    other: int | None = None  # the row of one that is nearly equal and called otherwise


@dataclass(frozen=True, slots=True)
class Ranked:
    suspects: tuple[Suspect, ...]
    look_wrong: int  # so many names are wrong, by confident learning
    agreed: int  # of so many the model says what they are called
    looked_at: int


def rank(
    labelled: Labelled,
    limit: int | None = None,
    pairs: Sequence[tuple[int, int]] = (),
    settled: NDArray[np.bool_] | None = None,
) -> Work[Ranked]:
    """The suspects: `limit` of them, else as many as confident learning takes for wrong, at most `MOST`.

    `pairs`: rows of faces that are known to be nearly equal; those that are called otherwise are always asked about.
    `settled`: who is not to be asked about, but has a voice.
    """
    if not len(labelled):
        return Ranked((), 0, 0, 0)
    yield Event("reading what the run thinks", 0, len(labelled))
    belief = believe(labelled.probabilities, labelled.said)
    odds = belief.odds
    closely = min(len(labelled), max(LOOKED_CLOSELY, 3 * (limit or 0)))
    if settled is not None:
        odds[settled] = -np.inf
    asked = np.sort(np.argsort(-odds, kind="stable")[:closely])
    asked = asked[odds[asked] > -np.inf]
    table = _Table(odds, belief)
    differing = Differing(labelled.said, NEARLY_EQUAL)
    often = called_often(labelled.said, labelled.probabilities.shape[1])
    done = 0
    for rows, near in nearest(labelled.embeddings, asked, VOTERS, labelled.groups, differing):
        table.look(labelled, often, rows, near)
        done += len(rows)
        yield Event("looking at those most alike", done, len(asked))
    conflicts = _conflicts(labelled, belief, pairs, differing, settled)
    order = np.argsort(-table.odds, kind="stable")
    order = order[table.odds[order] > -np.inf]
    number = limit if limit is not None else min(belief.look_wrong, MOST)
    suspects = _with_conflicts(labelled, table, belief, order[:number], conflicts, limit)
    return Ranked(tuple(suspects), belief.look_wrong, belief.agreed, len(labelled))


class _Table:
    """What is known of each face so far; at first what the model alone says."""

    def __init__(self, odds: Floats, belief: Belief) -> None:
        self.odds = odds.copy()
        self.suggested = belief.other.copy()
        self.sureness = belief.in_other.copy()
        self.votes = np.zeros(len(odds), np.int16)
        self.voters = np.zeros(len(odds), np.int16)

    def look(self, labelled: Labelled, often: Integers, rows: Integers, near: Near) -> None:
        """Weigh what those say that are most alike."""
        said = labelled.said[rows]
        model = np.array(labelled.probabilities[rows], np.float32)
        votes, weighed = ballot(labelled.said, near, model.shape[1])
        total = weighed.sum(1, keepdims=True)
        prior = (often / often.sum()).astype(np.float32)
        share = (weighed + _PRIOR * prior) / (total + _PRIOR)
        both = np.log(model + LEAST) + _WEIGHT * np.log(share + LEAST)
        at = np.arange(len(rows))
        of_said = both[at, said]
        both[at, said] = -np.inf
        best = both.argmax(1)
        self.odds[rows] = both[at, best] - of_said
        self.suggested[rows] = best
        self.sureness[rows] = model[at, best]
        self.votes[rows] = votes[at, best]
        self.voters[rows] = (near.rows >= 0).sum(1)


def ballot(
    said: Integers | np.ndarray[tuple[int], np.dtype[np.int32]], near: Near, classes: int
) -> tuple[Integers, Floats]:
    """How many of the nearest are called each class, and the same weighed by how alike they are."""
    there = near.rows >= 0
    who, place = np.broadcast_to(np.arange(len(near.rows))[:, None], near.rows.shape)[there], said[near.rows[there]]
    votes = np.zeros((len(near.rows), classes), np.int64)
    weighed = np.zeros((len(near.rows), classes), np.float32)
    np.add.at(votes, (who, place), 1)
    np.add.at(weighed, (who, place), np.clip(near.cosines[there], 0, 1) ** 2)
    return votes, weighed


def _conflicts(
    labelled: Labelled,
    belief: Belief,
    pairs: Sequence[tuple[int, int]],
    differing: Differing,
    settled: NDArray[np.bool_] | None,
) -> dict[int, int]:
    """For each face that is nearly equal to one that is called otherwise, one of these.

    Of a known pair both are asked about. What only looks equal to the model need not be a copy, for it lays all of one
    class close together: there the one is asked about that is believed less, or a single wrong name would bring all
    who are rightly called so.
    """
    one, other = differing.pairs()
    found: dict[int, int] = {}

    def add(a: int, b: int) -> None:
        if labelled.said[a] != labelled.said[b] and (settled is None or not settled[a]):
            found.setdefault(a, b)

    for a, b in _both_ways(pairs):
        add(a, b)
    for a, b in _both_ways(list(zip(one.tolist(), other.tolist(), strict=True))):
        if _against(belief, a, b) >= 0.5:
            add(a, b)
    return found


def _against(belief: Belief, row: int, other: int) -> float:
    """One of the names of two that are nearly equal is wrong. Which, says how much more either is believed."""
    here, there = belief.in_said[row], belief.in_said[other]
    return float((there + LEAST) / (here + there + 2 * LEAST))


def _both_ways(pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for a, b in pairs:
        yield a, b
        yield b, a


def _with_conflicts(
    labelled: Labelled, table: _Table, belief: Belief, chosen: Integers, conflicts: dict[int, int], limit: int | None
) -> list[Suspect]:
    """The chosen, and those of nearly equal pairs: the one that is less believed first, its partner behind it."""
    asked: dict[int, float] = {int(row): _share(table.odds[row]) for row in chosen}
    for row, other in conflicts.items():
        asked[row] = max(asked.get(row, 0.0), _against(belief, row, other))
    pair_of = {row: min(row, other) for row, other in conflicts.items()}
    height = dict(asked)
    for row, other in conflicts.items():
        height[row] = max(asked[row], asked.get(other, 0.0))
    order = sorted(asked, key=lambda row: (-height[row], pair_of.get(row, row), -asked[row], row))
    return [_suspect(labelled, table, belief, row, asked[row], conflicts.get(row)) for row in order[:limit]]


def _suspect(labelled: Labelled, table: _Table, belief: Belief, row: int, score: float, other: int | None) -> Suspect:
    suggested, sureness = int(table.suggested[row]), float(table.sureness[row])
    if other is not None and score >= 0.5:  # the other's name, rather than what the model alone would say
        suggested = int(labelled.said[other])
        sureness = float(labelled.probabilities[row, suggested])
    same = suggested == int(table.suggested[row])
    return Suspect(
        row, suggested, score, sureness, float(belief.in_said[row]),
        int(table.votes[row]) if same else 0, int(table.voters[row]) if same else 0, other,
    )  # fmt: skip


def _share(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(odds, -50, 50))))
