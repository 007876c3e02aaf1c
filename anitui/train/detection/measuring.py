"""A part is measured: the average precision of the detector as it is now, and where it is wrong the most."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from anitui.train.measuring import Measures
from anitui.train.pixels import Pixels
from anitui.train.speed import Machine
from anitui.train.together import Together

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


class FinderMeasuring(Measures[list[FoundIn]]):
    """What a detector finds in whole pictures."""

    at_once = 64

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
        super().__init__(part, rows, pixels, machine, together)
        self._faces, self._varying = [faces[row] for row in rows], varying

    def _look(self, network: Finder, pixels: Tensor, size: int, places: NDArray[np.int64]) -> list[FoundIn]:
        del places
        return looked_for(network, pixels, size, self._varying, self._machine)

    def _numbers(
        self, kept: list[tuple[NDArray[np.int64], list[FoundIn]]], size: int, folder: Path
    ) -> dict[str, float]:
        found = [NOTHING] * len(self.rows)
        for places, some in kept:
            for place, each in zip(places, some, strict=True):
                found[place] = FoundIn(each.boxes / np.float32(size), each.scores)
        measured = numbers(found, self._faces)
        self._show(folder, found, measured["threshold"])
        return measured

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
