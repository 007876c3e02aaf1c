"""What a detector that was trained finds in a part, kept as a list like COCO's; by a process that has torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.progress import Event, Work
from anitui.train import beside
from anitui.train.evaluation.boxes import CLASS, file_of
from anitui.train.run import BEST, Run

AT_ONCE = 16


def found_in(run: Run, part: str, device: str = "auto") -> Work[None]:
    """Have it there, of the detector as it is now."""
    best, file = run.checkpoints / BEST, file_of(run, part)
    if not best.exists():
        raise WrongUse(f"run {run.number} has no model yet: one is kept when it is measured, or stopped")
    if not file.exists() or file.stat().st_mtime_ns < best.stat().st_mtime_ns:
        yield from beside.done_by(__name__, {"run": str(run.folder), "part": part, "device": device})


def _work(arguments: Mapping[str, Any]) -> Work[None]:
    from anitui.pipeline.decode import Limits
    from anitui.pipeline.engine import Processes
    from anitui.train.crop_store import prepare
    from anitui.train.detection import using
    from anitui.train.detection.boxes import letterbox
    from anitui.train.detection.scenes import scenes_of

    run, part = Run(Path(arguments["run"])), arguments["part"]
    yield Event("loading the model")
    model = using.load(run, arguments["device"])
    scenes = scenes_of(run, run.members(), model.size)
    pixels = yield from prepare(
        run.workspace / "crops", scenes.samples, model.size, 0.0, Processes(), Limits(), lay=True
    )
    rows = np.flatnonzero((scenes.parts == part) & pixels.good)
    kept: list[dict[str, Any]] = []
    for start in range(0, len(rows), AT_ONCE):
        yield Event(f"looking for faces in the {part} part", start, len(rows))
        some = rows[start : start + AT_ONCE]
        for row, found in zip(some.tolist(), model.ask(np.asarray(pixels.pixels[some])), strict=True):
            sample = scenes.samples[row]
            lies = letterbox(sample.width, sample.height, model.size)
            corners = (found.boxes - np.asarray([lies.left, lies.top] * 2)) / lies.scale
            corners = np.clip(corners, 0, np.asarray([sample.width, sample.height] * 2))
            kept += _listed(int(scenes.image_ids[row]), corners.tolist(), found.scores.tolist())
    file = file_of(run, part)
    file.parent.mkdir(exist_ok=True)
    write_atomically(file, json.dumps(kept, separators=(",", ":")).encode())


def _listed(image_id: int, corners: Sequence[Sequence[float]], scores: Sequence[float]) -> list[dict[str, Any]]:
    return [
        {
            "image_id": image_id,
            "category_id": CLASS,
            "bbox": [round(left, 2), round(top, 2), round(right - left, 2), round(bottom - top, 2)],
            "score": round(score, 6),
        }
        for (left, top, right, bottom), score in zip(corners, scores, strict=True)
    ]


if __name__ == "__main__":
    raise SystemExit(beside.serve(_work))
