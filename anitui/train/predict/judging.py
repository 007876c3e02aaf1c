"""From a model's numbers to names: how sure it is, calibrated where that was measured, and what is sure enough."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.train.predict.said import Guess
from anitui.train.run import Run

USUAL = 0.5


@dataclass(frozen=True, slots=True)
class Judge:
    """How the numbers of one model are judged."""

    task: str
    classes: tuple[str, ...]
    temperature: float = 1.0  # what logits are divided by
    threshold: float = USUAL
    thresholds: tuple[float, ...] = ()  # of each class, where a picture may have several

    def chances(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        """How likely each class is: of one name adding up to 1, of several each for itself."""
        scaled = np.asarray(logits, np.float64) / self.temperature
        if self.task == "multi":
            return np.asarray(1 / (1 + np.exp(-np.clip(scaled, -700, 700))))
        scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))

    def guesses(self, chances: NDArray[np.float64], top: int) -> tuple[Guess, ...]:
        """The likeliest classes of one face or picture."""
        order = np.argsort(-chances, kind="stable")[:top]
        return tuple(Guess(self.classes[at], float(chances[at])) for at in order)

    def name(self, chances: NDArray[np.float64]) -> tuple[str | None, float]:
        """The name of one face, None for nobody that the model knows; and how sure it is of the likeliest."""
        at = int(chances.argmax())
        sure = float(chances[at])
        return (self.classes[at] if sure >= self.threshold else None), sure

    def names(self, chances: NDArray[np.float64]) -> tuple[Guess, ...]:
        """All names of one picture, the surest first."""
        least = np.asarray(self.thresholds or [self.threshold] * len(self.classes))
        order = [at for at in np.argsort(-chances, kind="stable") if chances[at] >= least[at]]
        return tuple(Guess(self.classes[at], float(chances[at])) for at in order)

    def with_threshold(self, threshold: float | None) -> Judge:
        """The same with another threshold for all classes; None: as it is."""
        return self if threshold is None else replace(self, threshold=threshold, thresholds=())

    def plain(self) -> dict[str, Any]:
        """What it judges by, as JSON has it."""
        found: dict[str, Any] = {"threshold": self.threshold, "temperature": self.temperature}
        if self.thresholds:
            found["thresholds"] = dict(zip(self.classes, self.thresholds, strict=True))
        return found


def judge_of(run: Run, task: str, classes: Sequence[str]) -> Judge:
    """By what was measured of the run, as far as it was."""
    found = _report(run)
    temperature = _number(found, "temperature", 0.01, 100.0) or 1.0
    threshold = _number(found, "threshold", 0.0, 1.0)
    return Judge(
        task,
        tuple(classes),
        temperature,
        USUAL if threshold is None else threshold,
        _of_classes(found.get("thresholds"), classes),
    )


def _report(run: Run) -> Mapping[str, Any]:
    """What `anitui eval` kept. Without it, or where it cannot be read, nothing was measured."""
    try:
        found = json.loads((run.folder / "evaluation" / "report.json").read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    calibration = found.get("calibration")
    return {**(calibration if isinstance(calibration, dict) else {}), **found}


def _number(found: Mapping[str, Any], name: str, least: float, most: float) -> float | None:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if least <= value <= most else None


def _of_classes(found: Any, classes: Sequence[str]) -> tuple[float, ...]:
    if isinstance(found, dict):
        found = [found.get(each, USUAL) for each in classes]
    if not isinstance(found, list) or len(found) != len(classes):
        return ()
    if not all(isinstance(each, int | float) and 0 <= each <= 1 for each in found):
        return ()
    return tuple(map(float, found))
