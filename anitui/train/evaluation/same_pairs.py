"""Is it the same character? Pairs of the split, of a file as ZACI-20 has them, or of the members themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.train.evaluation.predictions import Members, Predictions
from anitui.train.evaluation.report import Alike, At, Face, RocPart, SamePairs, WrongPair
from anitui.train.metrics import verification
from anitui.train.metrics.intervals import Interval, Resampling
from anitui.train.metrics.verification import HUMAN_MISSES, Rates, rates
from anitui.train.run import Run

MOST_PAIRS = 100_000  # where all members are compared with each other
FALSE_POSITIVES = (0.001, 0.01, 0.05, 0.1)
RESAMPLES = 400
_BINS = 40
_MOST_WRONG = 50
_QUERIES = 10_000  # faces whose nearest is looked for
_AT_ONCE = 512


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """Pairs of points, by their places, and what is true of them."""

    source: str
    points: NDArray[np.float32]  # of unit length
    groups: NDArray[np.int64]
    faces: Sequence[Face]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    same: NDArray[np.bool_]
    human: NDArray[np.int8] | None = None  # what a person said: 1, 0, or -1 for nothing
    left_out: int = 0
    invalid: int = 0
    labels: NDArray[np.int64] | None = None


def of_split(run: Run, part: str, said: Predictions, members: Members) -> Judged | None:
    """The pairs that the split has for a part; None where it has none."""
    import pyarrow.compute
    import pyarrow.parquet

    file = run.folder / "pairs.parquet"
    if not file.exists() or said.embeddings is None:
        return None
    table = pyarrow.parquet.read_table(file)
    table = table.filter(pyarrow.compute.equal(table["part"], part))
    if not len(table):
        return None
    face_ids = members.ids("face_id")[said.rows]
    place = {face: at for at, face in enumerate(face_ids.tolist()) if face >= 0}
    one, other = ([place.get(face, -1) for face in table[column].to_pylist()] for column in ("a_face", "b_face"))
    first, second = np.asarray(one, np.int64), np.asarray(other, np.int64)
    there = (first >= 0) & (second >= 0)
    return _judged(
        "the pairs of the split", said, members, first[there], second[there],
        table["same"].to_numpy(zero_copy_only=False).astype(bool)[there], int((~there).sum()),
    )  # fmt: skip


def of_members(said: Predictions, members: Members, seed: int) -> Judged:
    """Members with each other: all pairs, or as many of the same as of different ones where those are too many."""
    labels = members.labels(said.rows)
    named = np.flatnonzero(labels >= 0)
    one, other = verification.all_pairs(labels[named], MOST_PAIRS, seed)
    first, second = named[one], named[other]
    number = len(named) * (len(named) - 1) // 2
    words = "all pairs of faces of the part"
    if len(one) < number:
        words = f"{len(one):,} of the {number:,} pairs of faces of the part, up to half of them of the same character"
    return _judged(words, said, members, first, second, labels[first] == labels[second], 0)


def _judged(
    source: str,
    said: Predictions,
    members: Members,
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    same: NDArray[np.bool_],
    left_out: int,
) -> Judged:
    assert said.embeddings is not None
    return Judged(
        source, said.embeddings.astype(np.float32), members.groups(said.rows), members.faces(said.rows), one, other,
        same, None, left_out, 0, members.labels(said.rows),
    )  # fmt: skip


def measure(pairs: Judged, false_negative: float = HUMAN_MISSES, seed: int = 0) -> SamePairs:
    """Raises OneSided where there is nothing to tell apart."""
    alike = np.einsum("nd,nd->n", pairs.points[pairs.one], pairs.points[pairs.other]).astype(np.float64)
    curve = verification.roc(alike, pairs.same)
    sure = verification.intervals(
        alike, pairs.same, pairs.groups[pairs.one], pairs.groups[pairs.other], false_negative, RESAMPLES, seed
    )
    accuracy, at = verification.best_accuracy(alike, pairs.same)
    thin = curve.thinned()
    return SamePairs(
        pairs.source,
        len(alike),
        int(pairs.same.sum()),
        pairs.left_out,
        pairs.invalid,
        sure.equal_error,
        curve.equal_error()[1],
        sure.area,
        sure.false_positive_at,
        At(false_negative, *curve.false_positive_at(false_negative)),
        tuple(At(each, curve.true_positive_at(each)) for each in FALSE_POSITIVES),
        At(1.0, accuracy, at if np.isfinite(at) else None),
        _nearest(pairs, seed),
        _human(pairs),
        RocPart(*(tuple(each[1:].tolist()) for each in (thin.threshold, thin.false_positive, thin.true_positive))),
        tuple(_histogram(alike, pairs.same)),
        tuple(_wrong(pairs, alike, curve.equal_error()[1])),
    )


def _human(pairs: Judged) -> Rates | None:
    if pairs.human is None or not (pairs.human >= 0).any():
        return None
    asked = pairs.human >= 0
    return rates(pairs.human[asked] == 1, pairs.same[asked])


def _histogram(alike: NDArray[np.float64], same: NDArray[np.bool_]) -> list[Alike]:
    edges = np.linspace(-1.0, 1.0, _BINS + 1)
    place = np.clip(((alike + 1) / 2 * _BINS).astype(np.int64), 0, _BINS - 1)
    both = [np.bincount(place[which], minlength=_BINS) for which in (same, ~same)]
    there = np.flatnonzero(both[0] + both[1])
    return [
        Alike(float(edges[at]), float(edges[at + 1]), int(both[0][at]), int(both[1][at]))
        for at in range(int(there.min()), int(there.max()) + 1)
    ]


def _wrong(pairs: Judged, alike: NDArray[np.float64], threshold: float) -> list[WrongPair]:
    """The farthest on the wrong side, of both kinds."""
    beside = np.where(pairs.same, threshold - alike, alike - threshold)
    bad = np.flatnonzero(beside > 0)
    worst = bad[np.argsort(-beside[bad], kind="stable")]
    chosen = [worst[pairs.same[worst] == kind][:_MOST_WRONG] for kind in (True, False)]
    return [
        WrongPair(
            pairs.faces[pairs.one[at]], pairs.faces[pairs.other[at]], bool(pairs.same[at]), float(alike[at])
        )
        for at in np.concatenate(chosen).tolist()
    ]  # fmt: skip


def _nearest(pairs: Judged, seed: int) -> Interval | None:
    """By all that are there: whether the nearest of another group has the same label, where somebody has."""
    if pairs.labels is None:
        return None
    labels, points, groups = pairs.labels, pairs.points, pairs.groups
    named = np.flatnonzero(labels >= 0)
    if len(named) < 2:
        return None
    own, among = labels[named], points[named]
    asked = np.arange(len(named))
    if len(asked) > _QUERIES:
        asked = np.sort(np.random.default_rng(seed).choice(len(named), _QUERIES, replace=False))
    right, fair = np.zeros(len(asked), bool), np.zeros(len(asked), bool)
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        apart = groups[named[some]][:, None] != groups[named][None, :]
        scores = np.where(apart, among[some] @ among.T, -2.0)
        right[start : start + len(some)] = own[scores.argmax(axis=1)] == own[some]
        fair[start : start + len(some)] = (apart & (own[some][:, None] == own[None, :])).any(axis=1)
    return Resampling(groups[named[asked]], RESAMPLES, seed).share(right, fair)
