"""A model for other programs: ONNX, or torch.export; all that one needs to use it is inside (docs/using-models.md).

In: pictures as float32, N × 3 × size × size, red, green and blue from 0 to 1. What was taken off and divided by in
training is done inside. Out: `probabilities` (calibrated where that was measured), `logits`, and `embeddings` of
length 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from anitui import __version__
from anitui.errors import AnituiError
from anitui.files import sync_folder, unfinished_name
from anitui.train import using
from anitui.train.predict import centres
from anitui.train.predict.answering import made_at
from anitui.train.predict.judging import Judge, judge_of
from anitui.train.quietly import quietly
from anitui.train.run import Run
from anitui.train.using import Trained

ENDINGS = {"onnx": ".onnx", "torch": ".pt2"}
METADATA = "anitui"  # the name of the metadata in an ONNX file; of the extra file, with .json, in torch's
OUTPUTS = ("probabilities", "logits", "embeddings")
_OPSET = 18


def export_model(run: Run, file: Path, kind: str = "onnx") -> dict[str, Any]:
    """Write the best model of a run; returns what is written beside its weights. An old file stays until it is done."""
    made_at(run)
    if run.task == "detect":
        if kind != "onnx":
            raise AnituiError("a detector is exported as onnx: leave --as out")
        from anitui.train.detection.exporting import export_onnx

        _put(file, lambda part: export_onnx(run, part))
        return {"task": run.task, "run": run.number, "classes": run.classes}
    model = using.load(run, "cpu", precision="fp32")
    judge = judge_of(run, model.task, model.classes)
    whole = _Whole(model, judge, _centres(run, model)).eval()
    about = _about(run, model, judge)
    example = torch.rand(2, 3, model.size, model.size)
    with torch.no_grad(), quietly():
        _put(file, lambda part: _write(whole, example, about, part, kind))
    return about


def exported_detector(run: Run) -> Path:
    """The detector that a run has learnt to be, as the ONNX file that `anitui detect` takes; made where it is not."""
    file = run.folder / "detector.onnx"
    if not file.exists() or file.stat().st_mtime_ns < made_at(run):
        export_model(run, file)
    return file


class _Whole(nn.Module):
    """The network with all that comes before and after it."""

    mean: Tensor
    std: Tensor
    centres: Tensor | None

    def __init__(self, model: Trained, judge: Judge, points: Tensor | None) -> None:
        super().__init__()
        self.network = model.network
        self.several = model.task == "multi"
        self.temperature = judge.temperature
        self.register_buffer("mean", torch.tensor(model.normalisation.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(model.normalisation.std).view(1, 3, 1, 1))
        self.register_buffer("centres", points)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, embeddings = self.network((images - self.mean) / self.std)
        embeddings = functional.normalize(embeddings)
        if self.centres is not None:
            logits = centres.SHARPNESS * embeddings @ self.centres.T
        scaled = logits / self.temperature
        return torch.sigmoid(scaled) if self.several else torch.softmax(scaled, 1), logits, embeddings


def _about(run: Run, model: Trained, judge: Judge) -> dict[str, Any]:
    return {
        "made_by": f"anitui {__version__}",
        "run": run.number,
        "name": run.settings["name"],
        "task": model.task,
        "classes": list(model.classes),
        "label_set": run.settings["label_set"],
        "size": model.size,
        "margin": model.recipe.margin,
        "mean": list(model.normalisation.mean),
        "std": list(model.normalisation.std),
        "input": "float32 N×3×size×size, RGB from 0 to 1; mean and std are taken care of inside",
        "outputs": list(OUTPUTS),
        **judge.plain(),
    }


def _centres(run: Run, model: Trained) -> Tensor | None:
    if model.task != "embed" or model.recipe.loss != "contrastive":
        return None
    return torch.from_numpy(centres.of(run))


def _write(whole: nn.Module, example: Tensor, about: Mapping[str, Any], part: Path, kind: str) -> None:
    batch = torch.export.Dim("batch", min=1, max=65_536)
    text = json.dumps(about, ensure_ascii=False)
    if kind == "torch":
        made = torch.export.export(whole, (example,), dynamic_shapes=({0: batch},))
        torch.export.save(made, part, extra_files={f"{METADATA}.json": text})
        return
    program = torch.onnx.export(
        whole,
        (example,),
        dynamo=True,
        dynamic_shapes=({0: batch},),
        input_names=["images"],
        output_names=list(OUTPUTS),
        opset_version=_OPSET,
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props[METADATA] = text
    program.save(part, external_data=False)


def _put(file: Path, write: Callable[[Path], object]) -> None:
    """All of it, or what was there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = unfinished_name(file)
    named = part.with_name(part.name + file.suffix)  # by which torch knows what it writes
    try:
        write(named)
        named.replace(file)
    finally:
        named.unlink(missing_ok=True)
    sync_folder(file.parent)
