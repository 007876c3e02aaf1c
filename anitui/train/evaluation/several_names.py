"""How well several names are told: thresholds from val, measured on a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.train.evaluation.predictions import Members, Predictions
from anitui.train.evaluation.report import SeveralNames, TagRow
from anitui.train.metrics.intervals import Resampling, wilson
from anitui.train.metrics.multilabel import HALF, Thresholds, best_thresholds, means, per_class

FEW = 10  # examples in val, by which a threshold is little more than a guess


def fit(val: Predictions | None, members: Members, classes: int) -> tuple[Thresholds, list[str]]:
    """The thresholds, and what one should know of them."""
    if val is None or val.logits is None or not len(val):
        nothing = Thresholds(np.full(classes, HALF), np.zeros(classes), np.arange(classes))
        return nothing, ["there is no val part: every name is said from one half on"]
    truth = members.truth(val.rows, classes)
    notes = []
    few = int(((truth.sum(axis=0) > 0) & (truth.sum(axis=0) < FEW)).sum())
    if few:
        notes.append(f"{few:,} of {classes:,} thresholds were found with fewer than {FEW} examples")
    return best_thresholds(chances(val.logits), truth), notes


def measure(
    part: Predictions, members: Members, classes: Sequence[str], found: Thresholds, resamples: int, seed: int
) -> SeveralNames:
    assert part.logits is not None
    scores = chances(part.logits)
    truth = members.truth(part.rows, len(classes))
    said = scores >= found.values
    each = per_class(scores, truth, said)
    halfway = scores >= HALF
    resampling = Resampling(members.groups(part.rows), resamples, seed)
    rows = [
        TagRow(
            name,
            int(each.support[at]),
            int(each.said[at]),
            int(each.right[at]),
            wilson(int(each.right[at]), int(each.said[at])),
            wilson(int(each.right[at]), int(each.support[at])),
            float(each.f1[at]),
            float(found.values[at]),
            None if np.isnan(each.average_precision[at]) else float(each.average_precision[at]),
        )
        for at, name in enumerate(classes)
        if each.support[at]
    ]
    return SeveralNames(
        len(part),
        means(truth, said, each, resampling),
        means(truth, halfway, per_class(scores, truth, halfway), resampling),
        tuple(rows),
        tuple(classes[at] for at in each.without),
        tuple(classes[at] for at in found.unlearnt),
    )


def chances(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """How likely each class is, each for itself."""
    found: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logits.astype(np.float64), -700, 700)))
    return found
