"""A detector for others: ONNX in the layout of YOLO v8, as `anitui detect` and most programs of that kind read it.

In: a picture laid into a square, float32, 1 × 3 × size × size, red, green and blue from 0 to 1. Out: 1 × 5 × boxes,
the middle, the width and the height of each in pixels of the square, and its score; several may mean one face. What
was taken off and divided by in training is done inside.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from anitui import __version__
from anitui.errors import AnituiError
from anitui.pipeline.detect.onnx import METADATA
from anitui.progress import Event, Work
from anitui.train import beside
from anitui.train.detection.finder import Finder
from anitui.train.detection.using import TrainedFinder, load
from anitui.train.quietly import quietly
from anitui.train.run import Run

_OPSET, _OPSET_TRACED = 18, 17


def export_onnx(run: Run, file: Path) -> dict[str, Any]:
    """Write the best detector of a run; returns what is written beside its weights."""
    trained = load(run, "cpu", precision="fp32")
    about = _about(trained)
    # Beside our own what other programs of YOLO's family look for.
    said = {METADATA: json.dumps(about, ensure_ascii=False), "names": str(dict(enumerate(trained.classes)))}
    whole = _Whole(trained).eval()
    example = torch.rand(1, 3, trained.size, trained.size)
    with torch.no_grad(), quietly():
        try:
            _write(whole, example, file, {**said, "task": "detect"}, traced=trained.network.traced)
        except OSError:
            raise
        except Exception as error:  # torch has many of them, none of which a person could read
            raise AnituiError(
                f"torch cannot write {trained.recipe.model} as ONNX ({type(error).__name__}): train another detector, "
                "such as light"
            ) from error
    return about


def _write(whole: nn.Module, example: Tensor, file: Path, said: Mapping[str, str], *, traced: bool) -> None:
    names: dict[str, Any] = {"input_names": ["images"], "output_names": ["output0"], "opset_version": _OPSET}
    if not traced:
        program = torch.onnx.export(whole, (example,), dynamo=True, verbose=False, **names)
        assert program is not None
        program.model.metadata_props.update(said)
        program.save(file, external_data=False)
        return
    import onnx

    names["opset_version"] = _OPSET_TRACED
    torch.onnx.export(whole, (example,), file, dynamo=False, dynamic_axes={"output0": {2: "boxes"}}, **names)
    model = onnx.load(file)
    onnx.helper.set_model_props(model, dict(said))
    onnx.save(model, file)


def _about(trained: TrainedFinder) -> dict[str, Any]:
    return {
        "made_by": f"anitui {__version__}",
        "task": "detect",
        "run": trained.run,
        "model": trained.recipe.model,
        "classes": list(trained.classes),
        "size": trained.size,
        "threshold": trained.threshold,
        "input": "float32 1×3×size×size, RGB from 0 to 1, laid into a square with grey around it",
        "output": "1×5×boxes: middle x, middle y, width, height, score",
    }


class _Whole(nn.Module):
    mean: Tensor
    std: Tensor

    def __init__(self, trained: TrainedFinder) -> None:
        super().__init__()
        self.network: Finder = trained.network
        self.register_buffer("mean", torch.tensor(trained.normalisation.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(trained.normalisation.std).view(1, 3, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        boxes, scores = self.network.found((images - self.mean) / self.std)
        first, last = boxes[..., :2], boxes[..., 2:]
        return torch.cat([(first + last) / 2, last - first, scores[..., None]], -1).transpose(1, 2)


def work(arguments: Mapping[str, Any]) -> Work[str]:
    """For a process that has no torch: the file, made if it is not there or older than the model."""
    from anitui.train.exporting import exported_detector

    run = Run(Path(arguments["run"]))
    yield Event(f"exporting the detector of run {run.number}")
    return str(exported_detector(run))


if __name__ == "__main__":
    sys.exit(beside.serve(work))
