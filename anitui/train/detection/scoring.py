"""How right the boxes are that a detector found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anitui.train.metrics import detection
from anitui.train.metrics.intervals import Floats

Boxes = NDArray[np.float32]
_SIDE = 1000.0  # of a picture whose boxes are shares of it: what COCO's program computes with are pixels
RIGHT = 0.5  # of the area that two boxes cover together: with so much in common, a face counts as found


@dataclass(frozen=True, slots=True)
class FoundIn:
    """What was found in one picture, the surest first: corners and scores."""

    boxes: Boxes
    scores: NDArray[np.float32]


NOTHING = FoundIn(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


def right(found: FoundIn, faces: Boxes, least: float = RIGHT) -> NDArray[np.bool_]:
    """Which of the boxes that were found are on a face that no surer one is on."""
    hits = np.zeros(len(found.boxes), bool)
    if not len(faces):
        return hits
    shared = detection.overlaps(_sides(found.boxes), _sides(faces))
    for place in range(len(hits)):
        best = int(shared[place].argmax())
        if shared[place, best] >= least:
            hits[place] = True
            shared[:, best] = -1
    return hits


def _sides(corners: Boxes) -> Floats:
    sides = corners.astype(np.float64)
    sides[:, 2:] -= sides[:, :2]
    return sides


def surest(found: Sequence[FoundIn], faces: Sequence[Boxes]) -> tuple[float, float]:
    """The score from which on boxes are best believed: where precision and recall go together best, and that F1."""
    scores = np.concatenate([each.scores for each in found] or [np.zeros(0, np.float32)])
    hits = np.concatenate([right(each, own) for each, own in zip(found, faces, strict=True)] or [np.zeros(0, bool)])
    there = sum(len(each) for each in faces)
    if not len(scores) or not there:
        return 0.5, 0.0
    order = np.argsort(-scores, kind="stable")
    f1 = 2 * np.cumsum(hits[order]) / (np.arange(1, len(order) + 1) + there)
    best = int(f1.argmax())
    # Halfway to the next one that is not believed: what was measured is no score of its own.
    following = float(scores[order[best + 1]]) if best + 1 < len(order) else 0.0
    return round((float(scores[order[best]]) + following) / 2, 4), float(f1[best])


def average_precision(found: Sequence[FoundIn], faces: Sequence[Boxes]) -> dict[str, float]:
    """AP and AR as COCO counts them; NaN where there is no face at all."""
    pictures = [np.full(len(each), place, np.int64) for place, each in enumerate(faces)]
    of_found = [np.full(len(each.boxes), place, np.int64) for place, each in enumerate(found)]
    scores = np.concatenate([*(each.scores for each in found), np.zeros(0)])
    measured = detection.measure(
        _as_boxes(pictures, faces, np.zeros(0)), _as_boxes(of_found, [each.boxes for each in found], scores)
    )
    values = {"ap": measured.ap, "ap50": measured.ap50, "ap75": measured.ap75, "ar": measured.ar}
    return {name: math.nan if value is None else value for name, value in values.items()}


def _as_boxes(pictures: list[NDArray[np.int64]], corners: Sequence[Boxes], scores: Floats) -> detection.Boxes:
    whose = np.concatenate([*pictures, np.zeros(0, np.int64)])
    box = _sides(np.concatenate([*corners, np.zeros((0, 4), np.float32)])) * _SIDE
    return detection.Boxes(whose, box, np.zeros(len(whose), np.int64), scores.astype(np.float64))
