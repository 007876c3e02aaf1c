"""Boxes that were found against boxes that are there: average precision and recall as COCO counts them.

The same rules as COCO's own program, so that numbers can be laid beside those of papers: ten overlaps from 0.5 to
0.95, precision at 101 recalls, at most 100 boxes of a picture, the surest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.train.metrics.intervals import Floats, Ints

OVERLAPS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MOST = 100  # boxes of a picture and a class
SIZES: Mapping[str, tuple[float, float]] = {
    "all": (0.0, 1e10), "small": (0.0, 32.0**2), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10),
}  # fmt: skip
_AT_ONCE = (1, 10, MOST)
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Boxes:
    """Boxes of pictures: x, y, width and height each, whose picture, of what class."""

    picture: Ints
    box: Floats  # N × 4
    category: Ints
    score: Floats = field(default_factory=lambda: np.zeros(0))  # of found ones

    def __len__(self) -> int:
        return len(self.picture)


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision at each of the 101 recalls, of a class and an overlap."""

    overlap: float
    precision: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """What COCO's program prints. None: there is nothing of that size to be found."""

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    ap_medium: float | None
    ap_large: float | None
    ar1: float | None
    ar10: float | None
    ar: float | None  # with up to 100 boxes of each picture
    ar_small: float | None
    ar_medium: float | None
    ar_large: float | None
    per_class: Mapping[int, float | None]  # AP of each class that is there
    curve: Curve | None  # at an overlap of 0.5, over all classes


def overlaps(one: Floats, other: Floats) -> Floats:
    """Of each box with each: the share of their common area in what they cover together. Boxes are x, y, w, h."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, :2] + one[:, None, 2:], other[None, :, :2] + other[None, :, 2:])
    common = np.maximum(0.0, high - low).prod(axis=2)
    together = one[:, None, 2:].prod(axis=2) + other[None, :, 2:].prod(axis=2) - common
    found: Floats = np.divide(common, together, out=np.zeros(common.shape), where=together > 0)
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Matched:
    """Of one picture, class and size: the boxes that were found, the surest first."""

    score: Floats
    right: Bools  # overlaps × boxes
    ignored: Bools  # the same: neither right nor wrong
    number: int  # boxes that are to be found


def measure(there: Boxes, found: Boxes) -> Detection:
    """Of all pictures together."""
    categories = sorted(set(there.category.tolist()) | set(found.category.tolist()))
    measured = {name: _Size([], []) for name in SIZES}
    own: dict[int, float | None] = {}
    curve: list[Floats] = []
    for category in categories:
        matched = _matched(there, found, category)
        for name, rows in matched.items():
            precision, recall = _accumulated(rows)
            measured[name].add(precision, recall)
            if name == "all" and precision is not None:
                own[category] = float(precision.mean())
                curve.append(precision[0])
    whole = measured["all"]
    return Detection(
        whole.ap(), whole.ap(0), whole.ap(5),
        measured["small"].ap(), measured["medium"].ap(), measured["large"].ap(),
        whole.ar(0), whole.ar(1), whole.ar(2),
        measured["small"].ar(2), measured["medium"].ar(2), measured["large"].ar(2),
        own, Curve(0.5, tuple(np.mean(curve, axis=0).tolist())) if curve else None,
    )  # fmt: skip


@dataclass(slots=True)
class _Size:
    """Classes of which there is something to be found, at one size."""

    precision: list[Floats]  # overlaps × recalls
    recall: list[Floats]  # how many at once × overlaps

    def add(self, precision: Floats | None, recall: Floats | None) -> None:
        if precision is not None and recall is not None:
            self.precision.append(precision)
            self.recall.append(recall)

    def ap(self, overlap: int | None = None) -> float | None:
        rows = [each if overlap is None else each[overlap] for each in self.precision]
        return float(np.mean(rows)) if rows else None

    def ar(self, at_once: int) -> float | None:
        return float(np.mean([each[at_once] for each in self.recall])) if self.recall else None


def _matched(there: Boxes, found: Boxes, category: int) -> dict[str, list[_Matched]]:
    wanted, given = _by_picture(there, category), _by_picture(found, category)
    none = np.zeros(0, np.int64)
    rows: dict[str, list[_Matched]] = {name: [] for name in SIZES}
    for picture in sorted(wanted.keys() | given.keys()):
        real = there.box[wanted.get(picture, none)]
        places = given.get(picture, none)
        score = found.score[places]
        order = np.argsort(-score, kind="stable")[:MOST]
        boxes, score = found.box[places][order], score[order]
        shares = overlaps(boxes, real)
        area, area_found = real[:, 2:].prod(axis=1), boxes[:, 2:].prod(axis=1)
        for name, (least, most) in SIZES.items():
            outside = (area < least) | (area > most)
            right, ignored = _match(shares, outside)
            # What was found and is nothing is no fault at this size if it has another one.
            ignored |= ~right & ((area_found < least) | (area_found > most))
            rows[name].append(_Matched(score, right & ~ignored, ignored, int((~outside).sum())))
    return rows


def _by_picture(boxes: Boxes, category: int) -> dict[int, Ints]:
    of = np.flatnonzero(boxes.category == category)
    of = of[np.argsort(boxes.picture[of], kind="stable")]
    pictures, starts = np.unique(boxes.picture[of], return_index=True)
    return dict(zip(pictures.tolist(), np.split(of, starts[1:]), strict=True)) if len(of) else {}


def _match(shares: Floats, outside: Bools) -> tuple[Bools, Bools]:
    """Each found box takes, the surest first, the real one that it overlaps most of those still free; at each overlap.

    Those outside of the size in question are taken only where no other is; what takes one is ignored.
    """
    number, real = shares.shape
    right = np.zeros((len(OVERLAPS), number), bool)
    ignored = np.zeros_like(right)
    if not real:
        return right, ignored
    free = np.ones((len(OVERLAPS), real), bool)
    least = OVERLAPS[:, None]
    row = np.arange(len(OVERLAPS))
    for at in np.flatnonzero(shares.max(axis=1) >= OVERLAPS[0]).tolist():
        fits = free & (shares[at] >= least)
        inside = fits & ~outside
        fits = np.where(inside.any(axis=1)[:, None], inside, fits)
        value = np.where(fits, shares[at], -1.0)
        taken = real - 1 - value[:, ::-1].argmax(axis=1)  # of equal ones the last, as COCO's program has it
        hit = fits.any(axis=1)
        free[row[hit], taken[hit]] = False
        right[hit, at] = True
        ignored[hit, at] = outside[taken[hit]]
    return right, ignored


def _accumulated(rows: Sequence[_Matched]) -> tuple[Floats | None, Floats | None]:
    """Precision (overlaps × recalls) and recall (1, 10 and 100 at once × overlaps); None with nothing to be found."""
    number = sum(each.number for each in rows)
    if not number:
        return None, None
    recall = np.stack(
        [
            np.sum([each.right[:, :most].sum(axis=1) for each in rows], axis=0) / number
            for most in _AT_ONCE
        ]
    )  # fmt: skip
    score = np.concatenate([each.score for each in rows])
    order = np.argsort(-score, kind="stable")
    right = np.concatenate([each.right for each in rows], axis=1)[:, order]
    wrong = ~right & ~np.concatenate([each.ignored for each in rows], axis=1)[:, order]
    hits, faults = np.cumsum(right, axis=1), np.cumsum(wrong, axis=1)
    precision = hits / np.maximum(hits + faults, np.finfo(np.float64).eps)
    # At a recall counts the best precision that can be had with it or with a larger one.
    precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    found = np.zeros((len(OVERLAPS), len(RECALLS)))
    for at in range(len(OVERLAPS)):
        places = np.searchsorted(hits[at] / number, RECALLS, side="left")
        inside = places < precision.shape[1]
        found[at, inside] = precision[at, places[inside]]
    return found, recall


def from_coco(annotations: Sequence[Mapping[str, Any]]) -> Boxes:
    """Of COCO's lists of annotations or of detections, which have a score."""
    return Boxes(
        np.asarray([each["image_id"] for each in annotations], np.int64),
        np.asarray([each["bbox"] for each in annotations], np.float64).reshape(-1, 4),
        np.asarray([each.get("category_id", 1) for each in annotations], np.int64),
        np.asarray([each.get("score", 1.0) for each in annotations], np.float64),
    )
