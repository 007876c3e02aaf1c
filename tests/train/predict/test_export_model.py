from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from anitui.commands import export
from anitui.errors import WrongUse
from anitui.train import using
from anitui.train.exporting import export_model
from anitui.train.predict.judging import judge_of
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.train.a_class import COLOURS
from tests.train.predict.a_model import flat, measured

_MIXED = (np.arange(32 * 32 * 3) % 256).astype(np.uint8).reshape(32, 32, 3)
PIXELS = np.stack([*map(flat, COLOURS.values()), _MIXED])
IMAGES = PIXELS.transpose(0, 3, 1, 2).astype(np.float32) / 255


def test_onnx_says_what_the_model_says(taught: Workspace, tmp_path: Path) -> None:
    import onnxruntime

    run = Run(taught.runs / "2")
    measured(run, temperature=2.0, threshold=0.7)
    export_model(run, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    about = json.loads(session.get_modelmeta().custom_metadata_map["anitui"])
    model = using.load(run, "cpu", precision="fp32")
    wanted = model.ask(PIXELS)
    judged = judge_of(run, run.task, run.classes).chances(wanted.logits)
    for batch in (slice(0, 4), slice(0, 1)):
        probabilities, logits, embeddings = session.run(None, {"images": IMAGES[batch]})
        np.testing.assert_allclose(logits, wanted.logits[batch], atol=1e-4)
        np.testing.assert_allclose(embeddings, wanted.embeddings[batch], atol=1e-4)
        np.testing.assert_allclose(probabilities, judged[batch], atol=1e-4)
    told = {name: about[name] for name in ("classes", "size", "task", "temperature", "threshold", "outputs")}
    assert told == {
        "classes": list(COLOURS), "size": 32, "task": run.task, "temperature": 2.0, "threshold": 0.7,
        "outputs": ["probabilities", "logits", "embeddings"],
    }  # fmt: skip


def test_torch_says_the_same(colours: Run, tmp_path: Path) -> None:
    import torch

    export_model(colours, tmp_path / "model.pt2", "torch")
    extra = {"anitui.json": ""}
    made = torch.export.load(tmp_path / "model.pt2", extra_files=extra).module()
    assert json.loads(extra["anitui.json"])["classes"] == list(COLOURS)
    probabilities, logits, embeddings = made(torch.from_numpy(IMAGES))
    model = using.load(colours, "cpu", precision="fp32")
    wanted = model.ask(PIXELS)
    np.testing.assert_allclose(logits.detach(), wanted.logits, atol=1e-5)
    np.testing.assert_allclose(embeddings.detach(), wanted.embeddings, atol=1e-5)
    np.testing.assert_allclose(probabilities.detach(), model.probabilities(wanted), atol=1e-5)


def test_where_it_is_written(taught: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(destination: Path, kind: str | None = None, force: bool = False) -> int:
        return export.run(
            Namespace(
                format="model", destination=destination, run="1", model_kind=kind, force=force, workspace=taught.root,
                json=True,
            )
        )  # fmt: skip

    assert run(tmp_path / "out", "torch") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["file"] == str(tmp_path / "out" / "run-1.pt2")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["run-1.pt2"]
    with pytest.raises(WrongUse, match="--force"):
        run(tmp_path / "out" / "run-1.pt2")
    with pytest.raises(WrongUse, match="would hold torch"):
        run(tmp_path / "other.pt2", "onnx")
    with pytest.raises(WrongUse, match=r"ends in \.onnx or \.pt2"):
        run(tmp_path / "model.h5")
    assert run(tmp_path / "out" / "run-1.pt2", force=True) == 0
