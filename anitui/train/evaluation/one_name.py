"""How often one name is right: measured on a part, with what was fitted on val."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.train.evaluation.predictions import Members, Predictions
from anitui.train.evaluation.report import (
    Bin,
    Calibration,
    ClassRow,
    ConfusionPart,
    CoveragePart,
    Mistaken,
    OneName,
    Wrong,
)
from anitui.train.metrics import calibration as calibrating
from anitui.train.metrics.calibration import Temperature, Threshold
from anitui.train.metrics.classification import Confusion, Said, confusion, per_class, read, scores
from anitui.train.metrics.intervals import Resampling, wilson

MOST_WRONG = 100
MOST_PAIRS = 500
TABLE = 24  # classes of the confusion matrix that is kept
FEW = 50  # answers of val, by which little can be fitted


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was found on val."""

    temperature: Temperature
    threshold: Threshold
    notes: tuple[str, ...]


def fit(val: Predictions | None, members: Members, wanted: float) -> Fitted:
    """The temperature, and the confidence from which on so many answers are right."""
    if val is None or val.logits is None or not len(val):
        note = "there is no val part: confidence is as the model gives it, and nothing says when not to believe it"
        return Fitted(Temperature(1.0), Threshold(wanted, None, 0.0, 0.0), (note,))
    targets = members.target[val.rows]
    temperature = calibrating.fit_temperature(val.logits, targets)
    said = read(val.logits, targets, temperature.value)
    threshold = calibrating.threshold_for(wanted, calibrating.coverage(said.sure, said.best == targets))
    notes = [temperature.told] if temperature.told else []
    if threshold.value is None:
        notes.append(f"even the surest answers on val are not right {wanted:.0%} of the time: there is no threshold")
    elif len(val) < FEW:
        notes.append(f"temperature and threshold were found on {len(val)} members of val, which are few")
    return Fitted(temperature, threshold, tuple(notes))


def measure(
    part: Predictions, members: Members, classes: Sequence[str], fitted: Fitted, resamples: int, seed: int
) -> OneName:
    """All of it, of one part."""
    assert part.logits is not None
    targets = members.target[part.rows]
    raw = read(part.logits, targets)
    said = read(part.logits, targets, fitted.temperature.value)
    known = targets >= 0
    resampling = Resampling(members.groups(part.rows), resamples, seed)
    mixed = confusion(said.best, targets, len(classes))
    each = per_class(said.best, targets, len(classes))
    threshold = fitted.threshold.value
    named = said.sure >= threshold if threshold is not None else np.zeros(len(part), bool)
    return OneName(
        int(known.sum()),
        scores(said, targets, len(classes), resampling),
        tuple(_rows(each.support, each.said, each.right, each.f1, classes, mixed)),
        tuple(name for name, number in zip(classes, each.support, strict=True) if not number),
        _confusion(mixed, classes),
        _calibration(raw, said, targets, fitted),
        tuple(_wrong(part, members, said, targets, classes)),
        int((~known).sum()),
        int((named & ~known).sum()),
    )


def _rows(
    support: NDArray[np.int64],
    said: NDArray[np.int64],
    right: NDArray[np.int64],
    f1: NDArray[np.float64],
    classes: Sequence[str],
    mixed: Confusion,
) -> list[ClassRow]:
    most: dict[int, tuple[int, int]] = {}
    for true, other, times in mixed.mistaken():
        most.setdefault(true, (other, times))
    found = []
    for at in np.flatnonzero(support).tolist():
        own, by = int(right[at]), int(said[at])
        other, times = most.get(at, (0, 0))
        taken_for = classes[other] if times else ""
        found.append(
            ClassRow(
                classes[at], int(support[at]), by, own, wilson(own, by), wilson(own, int(support[at])), float(f1[at]),
                taken_for, times,
            )
        )  # fmt: skip
    return found


def _confusion(mixed: Confusion, classes: Sequence[str]) -> ConfusionPart:
    chosen = mixed.most_mixed(TABLE)
    pairs = [Mistaken(classes[true], classes[said], times) for true, said, times in mixed.mistaken(MOST_PAIRS)]
    return ConfusionPart(
        tuple(classes[at] for at in chosen), tuple(map(tuple, mixed.table(chosen).tolist())), tuple(pairs)
    )


def _calibration(raw: Said, said: Said, targets: NDArray[np.int64], fitted: Fitted) -> Calibration:
    known = targets >= 0
    right = said.best == targets
    before = calibrating.reliability(raw.sure[known], right[known])
    after = calibrating.reliability(said.sure[known], right[known])
    curve = calibrating.coverage(said.sure, right).thinned()
    answered, good = calibrating.at_threshold(fitted.threshold.value, said.sure, right)
    return Calibration(
        fitted.temperature.value,
        calibrating.expected_error(after),
        calibrating.expected_error(before),
        _bins(after),
        _bins(before),
        fitted.threshold.wanted,
        fitted.threshold.value,
        answered,
        good,
        CoveragePart(tuple(curve.threshold.tolist()), tuple(curve.answered.tolist()), tuple(curve.right.tolist())),
    )


def _bins(rows: list[calibrating.Bin]) -> tuple[Bin, ...]:
    return tuple(Bin(each.low, each.high, each.number, each.sure, each.right) for each in rows)


def _wrong(
    part: Predictions, members: Members, said: Said, targets: NDArray[np.int64], classes: Sequence[str]
) -> list[Wrong]:
    bad = np.flatnonzero((targets >= 0) & (said.best != targets))
    worst = bad[np.argsort(said.true_p[bad] - said.sure[bad], kind="stable")][:MOST_WRONG]
    return [
        Wrong(face, classes[targets[at]], classes[said.best[at]], float(said.sure[at]), float(said.true_p[at]))
        for at, face in zip(worst.tolist(), members.faces(part.rows[worst]), strict=True)
    ]
