"""Faces that were found in a part, against those that are there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from anitui.errors import AnituiError
from anitui.train.evaluation.predictions import Members
from anitui.train.evaluation.report import FoundBoxes
from anitui.train.metrics.detection import Boxes, from_coco, measure
from anitui.train.run import Run

CLASS = 1  # faces, in lists like COCO's


def file_of(run: Run, part: str) -> Path:
    """A list like COCO's of detections: image_id, bbox (x, y, width, height in pixels), score."""
    return run.folder / "evaluation" / f"detections_{part}.json"


def measured(run: Run, part: str, members: Members) -> FoundBoxes:
    rows = members.of_part(part)
    table = members.table.take(rows)
    pictures = np.unique(table["image_id"].to_numpy(zero_copy_only=False))
    sides = [table[name].fill_null(np.nan).to_numpy(zero_copy_only=False) for name in ("x", "y", "w", "h")]
    box = np.stack(sides, axis=1)
    there = np.isfinite(box).all(axis=1)
    truth = Boxes(
        table["image_id"].to_numpy(zero_copy_only=False)[there].astype(np.int64),
        box[there],
        np.full(int(there.sum()), CLASS),
    )
    found = _found(file_of(run, part))
    here = np.isin(found.picture, pictures)
    found = Boxes(found.picture[here], found.box[here], np.full(int(here.sum()), CLASS), found.score[here])
    return FoundBoxes(len(pictures), len(truth), len(found), measure(truth, found))


def _found(file: Path) -> Boxes:
    try:
        return from_coco(json.loads(file.read_bytes()))
    except FileNotFoundError as error:
        raise AnituiError(f"{file} is not there: what the detector finds in this part is kept in it") from error
    except (ValueError, KeyError, TypeError) as error:
        raise AnituiError(f"{file} is no list of detections: remove it, and measure again") from error
