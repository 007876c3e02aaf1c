"""A part is measured: the average precision of the detector as it is now, and where it is wrong the most."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anitui.files import write_atomically
from anitui.train.detection.boxes import OVERLAP
from anitui.train.detection.finder import Finder
from anitui.train.detection.scoring import NOTHING, Boxes, FoundIn, average_precision, right, surest
from anitui.train.detection.varying import Varying
from anitui.train.learner import rows_of_rank
from anitui.train.pixels import Ahead, Pixels, in_batches
from anitui.train.speed import Machine
from anitui.train.together import Together

AT_ONCE = 64
MOST = 100  # boxes of a picture that count, the surest, as COCO has it
LEAST_SCORE = 0.01
_LOOKED_AT = 1000  # of the surest boxes, before those that mean the same face are one
SHOWN, MOST_SHOWN = "latest_boxes.json", 64


def one_each(boxes: Tensor, scores: Tensor, least: float = LEAST_SCORE, overlap: float = OVERLAP) -> FoundIn:
    """Of all that a network says of one picture (K × 4, K): what is sure enough, each face once."""
    from torchvision.ops import nms

    boxes, scores = boxes.float().cpu(), scores.float().cpu()
    sure = torch.nonzero((scores >= least) & torch.isfinite(boxes).all(-1)).flatten()
    if len(sure) > _LOOKED_AT:
        sure = sure[scores[sure].topk(_LOOKED_AT).indices]
    boxes, scores = boxes[sure], scores[sure]
    kept = nms(boxes, scores, overlap)[:MOST]
    return FoundIn(boxes[kept].numpy(), scores[kept].numpy())


@torch.inference_mode()
def looked_for(network: Finder, pixels: Tensor, size: int, varying: Varying, machine: Machine) -> list[FoundIn]:
    """The faces in each of some pictures."""
    network.eval()
    with machine.precise():
        boxes, scores = network(varying.plain(pixels, size))
    limited = boxes.float().clamp(0, size)
    return [one_each(each, sure) for each, sure in zip(limited, scores, strict=True)]


class FinderMeasuring:
    """One part, measured again and again."""

    def __init__(
        self,
        part: str,
        rows: NDArray[np.int64],
        faces: Sequence[Boxes],
        pixels: Pixels,
        varying: Varying,
        machine: Machine,
        together: Together,
    ) -> None:
        """`faces` are of each row of the pixels: corners, as shares of the square's side."""
        self.part, self.rows = part, rows
        self._faces = [faces[row] for row in rows]
        self._pixels, self._varying = pixels, varying
        self._machine, self._together = machine, together
        self.seconds = 0.0

    def __call__(self, network: Any, size: int, folder: Path, told: Callable[[int, int], None]) -> dict[str, float]:
        """The numbers by their names; in the first process only, the others get none."""
        began = time.monotonic()
        own = rows_of_rank(np.arange(len(self.rows)), self._together)
        kept: list[FoundIn] = []
        ahead = Ahead(self._pixels, self._machine)
        try:
            for _, pixels in ahead.through(self.rows[each] for each in in_batches(own, AT_ONCE)):
                kept += looked_for(network, pixels, size, self._varying, self._machine)
                told(min(len(self.rows), len(kept) * self._together.world), len(self.rows))
        finally:
            ahead.close()
        everyone = self._together.gathered((own, kept))
        self.seconds = time.monotonic() - began
        if not self._together.first:
            return {}
        found = [NOTHING] * len(self.rows)
        for places, some in everyone:
            for place, each in zip(places, some, strict=True):
                found[place] = FoundIn(each.boxes / size, each.scores)
        measured = numbers(found, self._faces)
        self._show(folder, found, measured["threshold"])
        self.seconds = time.monotonic() - began
        return {f"{self.part}/{name}": value for name, value in measured.items()}

    def _show(self, folder: Path, found: Sequence[FoundIn], least: float) -> None:
        """The pictures with the most boxes that are wrong, for the screen."""
        shown: list[dict[str, Any]] = []
        for row, said, faces in zip(self.rows, found, self._faces, strict=True):
            believed = FoundIn(said.boxes[said.scores >= least], said.scores[said.scores >= least])
            hits = right(believed, faces)
            wrong, missed = int((~hits).sum()), len(faces) - int(hits.sum())
            if wrong or missed:
                boxes = [[*map(_short, box), _short(score)] for box, score in zip(*_both(believed), strict=True)]
                shown.append(
                    {"row": int(row), "wrong": wrong, "missed": missed, "found": boxes, "right": hits.tolist(),
                     "faces": [[*map(_short, box)] for box in faces]}
                )  # fmt: skip
        shown.sort(key=lambda each: (-each["wrong"] - each["missed"], each["row"]))
        with suppress(OSError):  # on a full disk the screen shows what was before
            write_atomically(folder / SHOWN, json.dumps(shown[:MOST_SHOWN]).encode())


def numbers(found: Sequence[FoundIn], faces: Sequence[Boxes]) -> dict[str, float]:
    """As COCO counts them, and from which score on boxes are best believed."""
    threshold, f1 = surest(found, faces)
    return {**average_precision(found, faces), "f1": f1, "threshold": threshold}


def _both(found: FoundIn) -> tuple[Any, Any]:
    return found.boxes.tolist(), found.scores.tolist()


def _short(value: float) -> float:
    return round(float(value), 5)
