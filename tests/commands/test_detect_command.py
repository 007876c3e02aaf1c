from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from anitui.cli import main
from anitui.demo.drawing import cast, draw_face
from anitui.workspace import Workspace


@pytest.fixture
def pictures(tmp_path: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Workspace:
    """Two portraits in the workspace."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for n, who in enumerate(cast(4, 2)):
        draw_face(who, np.random.default_rng(n), 220).save(folder / f"{n}.png")
    assert main(["import", str(folder), "--label", "somebody", "-w", str(workspace.root)]) == 0
    capsys.readouterr()
    return workspace


def test_faces_are_found_and_told(pictures: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["detect", "-w", str(pictures.root), "--detector", "animeface"]
    assert main([*at, "--json"]) == 0
    out = capsys.readouterr().out
    assert "detector: animeface" in out
    assert "2 faces in 2 pictures" in out and "2 with one, 0 with several, 0 with none" in out
    report = json.loads(out.splitlines()[-1])
    assert (report["detector"], report["pictures"], report["faces"], report["failures"]) == ("animeface", 2, 2, [])
    assert main(["sql", "SELECT label FROM labelled_faces", "--format", "csv", "-w", str(pictures.root)]) == 0
    assert capsys.readouterr().out.replace('"', "").split() == ["label", "somebody", "somebody"]
    assert main(at) == 0
    assert "animeface has looked at every picture; --redo looks again" in capsys.readouterr().out
    assert main([*at, "--smallest", "90%"]) == 0
    assert "2 pictures were looked at with other settings" in capsys.readouterr().out
    assert main([*at, "--smallest", "90%", "--redo"]) == 0
    assert "0 faces in 2 pictures" in capsys.readouterr().out


def test_a_picture_that_is_gone_makes_it_done_in_part(pictures: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    next(each for each in pictures.media.rglob("*.png")).unlink()
    assert main(["detect", "-w", str(pictures.root), "--detector", "whole"]) == 3
    out = capsys.readouterr().out
    assert "1 picture could not be looked at" in out and "no such file" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--smallest", "tiny"], 2, "6%, or pixels such as 40"),
        (["--detector", "onnx"], 1, "[detect] onnx in the settings"),
    ],
)
def test_what_cannot_be_meant_is_told(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    assert main(["detect", "-w", str(workspace.root), *arguments]) == code
    assert says in capsys.readouterr().err
