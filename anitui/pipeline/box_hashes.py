"""Hashes of the crops of boxes that came without: drawn or moved by a person, or read from a label file.

Detectors bring theirs along. Of one picture they are made at once; of all, in worker processes, page by page, and what
is made stays when it is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from anitui.pipeline import crops, decode, hashing
from anitui.pipeline.engine import Engine, InProcess, Processes
from anitui.pipeline.examine import limits_of
from anitui.pipeline.pair_scan import PairOrder, PairReport, find_pairs
from anitui.progress import Event, Work
from anitui.settings import ImportSettings
from anitui.store import boxes
from anitui.store.boxes import Unhashed
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

Hashed = tuple[Unhashed, tuple[int, int, int]]

_FEW = 300  # so many boxes take less time than worker processes need to start
_PAGE = 2000
_KEPT = 500


@dataclass(frozen=True, slots=True)
class _Task:
    """The boxes of one picture that are to be hashed."""

    file: str
    boxes: tuple[Unhashed, ...]
    limits: decode.Limits


def fill(workspace: Workspace, catalogue: Catalogue, limits: decode.Limits, image_id: int) -> int:
    """Make what is missing of one picture; how many boxes have hashes now that had none.

    A picture that cannot be read is left as it is: doctor tells of it.
    """
    found: list[Hashed] = []
    for task in _tasks(workspace, boxes.without_hashes(catalogue, image_id), limits):
        found += _hash(task)
    return boxes.put_hashes(catalogue, found) if found else 0


def fill_all(
    workspace: Workspace, catalogue: Catalogue, settings: ImportSettings, engine: Engine | None = None
) -> Work[int]:
    """Make what is missing of all pictures; how many boxes have hashes now that had none."""
    total = boxes.count_without_hashes(catalogue)
    if not total:
        return 0
    engine = engine or (InProcess() if total <= _FEW else Processes(settings.workers))
    done = kept = 0
    ready: list[Hashed] = []
    yield Event("looking at boxes", 0, total)
    try:
        with closing(engine.map(_hash, _all(workspace, catalogue, limits_of(settings)), _lost)) as results:
            for found in results:
                ready += found
                done += len(found)
                if len(ready) >= _KEPT:
                    batch, ready = ready, []
                    kept += boxes.put_hashes(catalogue, batch)
                yield Event("looking at boxes", done, total)
    finally:
        if ready:
            kept += boxes.put_hashes(catalogue, ready)
    return kept


def hashed_pairs(
    workspace: Workspace, catalogue: Catalogue, order: PairOrder, settings: ImportSettings
) -> Work[PairReport]:
    """Look for near-duplicates; of faces after all of them have hashes."""
    if order.kind == "face":
        yield from fill_all(workspace, catalogue, settings)
    return (yield from find_pairs(catalogue, order))


def _all(workspace: Workspace, catalogue: Catalogue, limits: decode.Limits) -> Iterator[_Task]:
    """Page by page; a picture that cannot be read is passed, and not met again."""
    after = 0
    while page := boxes.without_hashes(catalogue, after=after, limit=_PAGE):
        last = page[-1].image_id
        # The last picture of a full page may have more boxes: it begins the next one, unless it is all there is.
        whole = [each for each in page if each.image_id != last] if len(page) == _PAGE else page
        if not whole:
            whole = boxes.without_hashes(catalogue, last, limit=1 << 30)
        after = whole[-1].image_id
        yield from _tasks(workspace, whole, limits)


def _tasks(workspace: Workspace, waiting: Sequence[Unhashed], limits: decode.Limits) -> Iterator[_Task]:
    for _, group in groupby(waiting, key=lambda each: each.image_id):
        together = tuple(group)
        yield _Task(str(workspace.file(together[0].path)), together, limits)


def _hash(task: _Task) -> list[Hashed]:
    first, shape = task.boxes[0], crops.CropShape()
    # As small as the smallest crop allows.
    smallest = min(max(each.corners[2:]) for each in task.boxes)
    scale = min(1.0, shape.size / max(1.0, smallest))
    size = max(1, round(first.width * scale)), max(1, round(first.height * scale))
    try:
        image = decode.for_display(Path(task.file), size, task.limits)
    except (decode.Refused, OSError):
        return []
    across, down = image.width / first.width, image.height / first.height
    made: list[Hashed] = []
    for each in task.boxes:
        x, y, w, h = each.corners
        crop = crops.crop(image, (x * across, y * down, w * across, h * down), shape)
        made.append((each, hashing.hashes(crop)))
    return made


def _lost(task: _Task) -> list[Hashed]:
    """Of a picture that killed its worker."""
    return []
