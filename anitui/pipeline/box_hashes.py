"""Hashes of the crops of boxes that a person drew or moved: detectors bring theirs along, these are made here."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from anitui.pipeline import crops, decode, hashing
from anitui.store import boxes
from anitui.store.boxes import Unhashed
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

Hashed = tuple[Unhashed, tuple[int, int, int]]


def fill(workspace: Workspace, catalogue: Catalogue, limits: decode.Limits, image_id: int | None = None) -> int:
    """Make what is missing, of one picture or of all; how many boxes have hashes now that had none.

    A picture that cannot be read is left as it is: doctor tells of it.
    """
    found: list[Hashed] = []
    waiting = boxes.without_hashes(catalogue, image_id)
    for _, group in groupby(waiting, key=lambda each: each.image_id):
        found += _of_one(workspace, list(group), limits)
    return boxes.put_hashes(catalogue, found) if found else 0


def _of_one(workspace: Workspace, waiting: list[Unhashed], limits: decode.Limits) -> list[Hashed]:
    first, shape = waiting[0], crops.CropShape()
    # As small as the smallest crop allows.
    smallest = min(max(each.corners[2:]) for each in waiting)
    scale = min(1.0, shape.size / max(1.0, smallest))
    size = max(1, round(first.width * scale)), max(1, round(first.height * scale))
    try:
        image = decode.for_display(Path(workspace.file(first.path)), size, limits)
    except (decode.Refused, OSError):
        return []
    across, down = image.width / first.width, image.height / first.height
    made: list[Hashed] = []
    for each in waiting:
        x, y, w, h = each.corners
        crop = crops.crop(image, (x * across, y * down, w * across, h * down), shape)
        made.append((each, hashing.hashes(crop)))
    return made
