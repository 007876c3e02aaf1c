"""Boxes, against COCO's own program on random pictures."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from anitui.train.metrics.detection import Boxes, from_coco, measure, overlaps


def a_case(seed: int, classes: int = 2) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Boxes that are there, and found ones: moved, doubled, of nothing, and some of equal score."""
    chance = np.random.default_rng(seed)
    there: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for picture in range(1, 13):
        for _ in range(int(chance.integers(0, 5))):
            side = float(chance.choice([12, 40, 80, 150]))
            box = [*chance.integers(0, 300, 2).astype(float), side, side * float(chance.choice([1, 1.5]))]
            category = int(chance.integers(1, classes + 1))
            there.append({"image_id": picture, "category_id": category, "bbox": [float(each) for each in box]})
            for _ in range(int(chance.integers(0, 3))):
                moved = [value + float(chance.normal()) * side * 0.12 for value in box]
                score = round(float(chance.random()), 1 + seed % 3)
                found.append({"image_id": picture, "category_id": category, "bbox": moved, "score": score})
        for _ in range(int(chance.integers(0, 14))):
            box = [float(each) for each in chance.uniform(5, 200, 4)]
            category = int(chance.integers(1, classes + 1))
            found.append(
                {"image_id": picture, "category_id": category, "bbox": box, "score": float(chance.random() / 2)}
            )
    return there, found


def by_their_program(there: list[dict[str, Any]], found: list[dict[str, Any]], classes: int = 2) -> list[float]:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "info": {},
            "images": [{"id": at, "width": 600, "height": 600} for at in range(1, 13)],
            "categories": [{"id": at, "name": str(at)} for at in range(1, classes + 1)],
            "annotations": [
                {**each, "id": at + 1, "iscrowd": 0, "area": each["bbox"][2] * each["bbox"][3]}
                for at, each in enumerate(there)
            ],
        }
        truth.createIndex()
        judged = COCOeval(truth, truth.loadRes(found) if found else COCO(), "bbox")
        judged.evaluate()
        judged.accumulate()
        judged.summarize()
    return [float(each) for each in judged.stats]


@pytest.mark.parametrize("seed", range(12))
def test_all_twelve_numbers_are_those_of_cocos_program(seed: int) -> None:
    there, found = a_case(seed)
    ours = measure(from_coco(there), from_coco(found))
    own = [
        ours.ap, ours.ap50, ours.ap75, ours.ap_small, ours.ap_medium, ours.ap_large,
        ours.ar1, ours.ar10, ours.ar, ours.ar_small, ours.ar_medium, ours.ar_large,
    ]  # fmt: skip
    assert [-1.0 if each is None else each for each in own] == pytest.approx(by_their_program(there, found), abs=1e-9)
    assert len(ours.per_class) == len({each["category_id"] for each in there})


def test_overlaps_are_shares_of_what_both_cover() -> None:
    one = np.asarray([[0.0, 0, 10, 10], [100, 100, 5, 5]])
    other = np.asarray([[0.0, 0, 10, 10], [5, 0, 10, 10], [3, 3, 0, 0]])
    assert overlaps(one, other) == pytest.approx(np.asarray([[1, 1 / 3, 0], [0, 0, 0]]))


def test_what_is_found_exactly_is_all_of_it_and_doubles_are_faults() -> None:
    there = from_coco([{"image_id": 1, "bbox": [10, 10, 50, 50]}, {"image_id": 2, "bbox": [0, 0, 120, 120]}])
    found = Boxes(there.picture, there.box, there.category, np.asarray([0.9, 0.8]))
    exact = measure(there, found)
    assert exact.ap == exact.ap50 == exact.ar == 1.0 and exact.ap_small is None
    assert exact.curve is not None and set(exact.curve.precision) == {1.0}
    doubled = Boxes(
        np.repeat(there.picture, 2), np.repeat(there.box, 2, axis=0), np.repeat(there.category, 2), np.full(4, 0.9)
    )
    twice = measure(there, doubled)
    assert twice.ap is not None and 0.5 < twice.ap < 1 and twice.ar == 1.0


def test_nothing_found_is_nothing_and_nothing_there_is_no_number() -> None:
    there = from_coco([{"image_id": 1, "bbox": [10, 10, 50, 50]}])
    none = from_coco([])
    assert measure(there, none).ap == 0.0 and measure(there, none).ar == 0.0
    assert measure(none, none).ap is None
    assert measure(none, from_coco([{"image_id": 1, "bbox": [1, 1, 5, 5], "score": 0.5}])).ap is None
