"""Whether a model is as sure as it is right; and how sure it must be to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.train.metrics.classification import Logits, log_chances
from anitui.train.metrics.intervals import Floats, Ints

BINS = 15
COLDEST, HOTTEST = 0.05, 20.0
_CELLS = 20_000_000  # of logits that a temperature is fitted on; with more it would be the same


@dataclass(frozen=True, slots=True)
class Bin:
    """Those of about the same confidence."""

    low: float
    high: float
    number: int
    sure: float  # the mean confidence
    right: float  # the share that is right


def reliability(sure: Floats, right: NDArray[np.bool_], bins: int = BINS) -> list[Bin]:
    """Bins of equal width, those that hold any. A confidence on a border belongs to the lower bin, as in the papers."""
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    number = np.bincount(place, minlength=bins)
    there = np.flatnonzero(number)
    mean_sure = np.bincount(place, weights=sure, minlength=bins)[there] / number[there]
    mean_right = np.bincount(place, weights=right, minlength=bins)[there] / number[there]
    return [
        Bin(at / bins, (at + 1) / bins, int(number[at]), float(one), float(other))
        for at, one, other in zip(there.tolist(), mean_sure, mean_right, strict=True)
    ]


def expected_error(rows: list[Bin]) -> float | None:
    """ECE: how far confidence and being right lie apart, on average; None of nothing."""
    number = sum(each.number for each in rows)
    return sum(each.number * abs(each.sure - each.right) for each in rows) / number if number else None


@dataclass(frozen=True, slots=True)
class Temperature:
    """What logits are divided by so that a model is as sure as it is right; above 1 it was too sure."""

    value: float
    told: str = ""  # where it could not be fitted, or only to the end of its range


def fit_temperature(logits: Logits, targets: NDArray[np.integer[Any]]) -> Temperature:
    """The temperature with the smallest mean loss. Those of no class that is known (-1) do not count."""
    from scipy.optimize import minimize_scalar

    known = np.flatnonzero(targets >= 0)
    classes = logits.shape[1]
    if len(known) == 0 or classes < 2:
        return Temperature(1.0, "confidence is as the model gives it: there was nothing to fit a temperature on")
    most = max(1000, _CELLS // classes)
    if len(known) > most:
        known = known[np.linspace(0, len(known) - 1, most).astype(np.int64)]
    own = logits[known].astype(np.float64)
    wanted = targets[known].astype(np.int64)
    row = np.arange(len(own))
    if (own.argmax(1) == wanted).all():
        # Where nothing is wrong, no sureness is too much: on others the first mistake would cost everything.
        return Temperature(1.0, "confidence is as the model gives it: val holds no mistake to fit a temperature on")

    def loss(log_temperature: float) -> float:
        return float(-log_chances(own, float(np.exp(log_temperature)))[row, wanted].mean())

    bounds = np.log(COLDEST), np.log(HOTTEST)
    found = float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-5}).x))
    if found < COLDEST * 1.01 or found > HOTTEST * 0.99:
        found = COLDEST if found < 1 else HOTTEST
        return Temperature(found, f"the temperature went to the end of its range, {found:g}: val is too small or odd")
    return Temperature(found)


@dataclass(frozen=True, eq=False, slots=True)
class Coverage:
    """How many are answered, and how many of those rightly, when an answer must be at least so sure."""

    threshold: Floats  # falling; each a confidence that there is
    answered: Floats  # the share that is answered
    right: Floats  # the share of those that is right

    def thinned(self, most: int = 200) -> Coverage:
        """At most so many points, evenly by what is answered."""
        if len(self.threshold) <= most:
            return self
        some = np.unique(np.linspace(0, len(self.threshold) - 1, most).astype(np.int64))
        return Coverage(self.threshold[some], self.answered[some], self.right[some])


def coverage(sure: Floats, right: NDArray[np.bool_]) -> Coverage:
    """Answers of the same confidence stand or fall together."""
    if not len(sure):
        return Coverage(np.zeros(0), np.zeros(0), np.zeros(0))
    order = np.argsort(-sure, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(sure[order])), len(sure) - 1)
    good = np.cumsum(right[order])[ends]
    return Coverage(sure[order][ends], (ends + 1) / len(sure), good / (ends + 1))


@dataclass(frozen=True, slots=True)
class Threshold:
    """Answers less sure than this are "unknown". None: even the surest answers are not right so often."""

    wanted: float  # the share of answers that is to be right
    value: float | None
    answered: float  # the share that is answered then
    right: float


def threshold_for(wanted: float, curve: Coverage) -> Threshold:
    """The lowest at which the wanted share of answers is right: as many as possible are answered."""
    good = np.flatnonzero(curve.right >= wanted)
    if not len(good):
        return Threshold(wanted, None, 0.0, 0.0)
    at = int(good[-1])
    return Threshold(wanted, float(curve.threshold[at]), float(curve.answered[at]), float(curve.right[at]))


def at_threshold(value: float | None, sure: Floats, right: NDArray[np.bool_]) -> tuple[float, float | None]:
    """What a threshold that was found elsewhere does here: the share answered, and the share of those that is right."""
    if value is None or not len(sure):
        return 0.0, None
    answered = sure >= value
    return float(answered.mean()), float(right[answered].mean()) if answered.any() else None


def chosen_right(best: Ints, targets: Ints) -> NDArray[np.bool_]:
    """Which answers are right; of what is none of the classes no answer is."""
    found: NDArray[np.bool_] = best == targets
    return found
