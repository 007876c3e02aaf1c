from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from anitui.cli import main
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.train.a_class import COLOURS
from tests.train.predict.a_model import SURE, measured, paint


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A picture of each colour, and one of none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        paint(folder / f"{name}.png", colour)
    paint(folder / "zz.png", (128, 128, 128))
    return folder


def predict(at: Workspace, *arguments: str | Path, detector: str = "whole") -> int:
    whole = ["--detector", detector] if detector else []
    return main(["predict", *map(str, arguments), *whole, "-w", str(at.root), "--device", "cpu", "--json"])


def reported(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_faces_are_named_with_how_sure_the_model_is(
    taught: Workspace, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(taught, "1", pictures, "--threshold", "0.9") == 0
    out = capsys.readouterr().out
    assert "ai.png: ai 99.5 %" in out and "zz.png: unknown" in out and "1 unknown (less than 90%)" in out
    report = json.loads(out.splitlines()[-1])
    assert [Path(each["file"]).name for each in report["pictures"]] == ["ai.png", "bo.png", "ci.png", "zz.png"]
    faces = [each["faces"][0] for each in report["pictures"]]
    assert [face["name"] for face in faces] == ["ai", "bo", "ci", None]
    sure = 1 / (1 + 2 * np.exp(-2 * SURE))
    assert faces[0]["confidence"] == pytest.approx(sure, abs=2e-4)
    assert faces[1]["guesses"][0]["name"] == "bo" and len(faces[1]["guesses"]) == 3
    assert {name: faces[0][name] for name in "xywh"} == {"x": 0, "y": 0, "w": 60, "h": 48}
    assert (report["run"], report["task"], report["detector"]) == (1, "single", "whole")


def test_what_was_measured_of_the_run_says_what_is_sure_enough(
    taught: Workspace, pictures: Path, colours: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    measured(colours, temperature=4.0, threshold=0.95)
    predict(taught, "1", pictures / "ai.png")
    report = reported(capsys)
    (face,) = report["pictures"][0]["faces"]
    assert face["confidence"] == pytest.approx(1 / (1 + 2 * np.exp(-2 * SURE / 4)), abs=1e-3)
    assert (face["name"], report["threshold"], report["temperature"]) == (None, 0.95, 4.0)
    predict(taught, "1", pictures / "ai.png", "--threshold", "0.3", "--top", "1")
    (face,) = reported(capsys)["pictures"][0]["faces"]
    assert face["name"] == "ai" and len(face["guesses"]) == 1


def test_of_whole_pictures_is_said_what_holds(
    taught: Workspace, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(taught.runs / "2")
    measured(run, thresholds={"ai": 0.5, "bo": 0.5, "ci": 0.99})
    assert predict(taught, "2", pictures, "-o", pictures.parent / "out") == 0
    report = reported(capsys)
    named = {Path(each["file"]).stem: [name["name"] for name in each["names"]] for each in report["pictures"]}
    assert (named["ai"], named["bo"], named["ci"]) == (["ai"], ["bo"], [])
    assert report["thresholds"]["ci"] == 0.99 and len(report["written"]) == 4


def test_what_cannot_be_read_is_told_and_the_others_go_on(
    taught: Workspace, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "cut.png").write_bytes((pictures / "ai.png").read_bytes()[:60])
    (pictures / "empty.jpg").touch()
    assert predict(taught, "1", pictures / "*.*g") == 3
    report = reported(capsys)
    assert len(report["pictures"]) == 4
    told = {Path(each["file"]).name: each["reason"] for each in report["failures"]}
    assert told["empty.jpg"] == "empty" and told["cut.png"].startswith("truncated")


def test_the_picture_comes_out_with_its_box_and_its_name(
    taught: Workspace, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = pictures.parent / "out.png"
    assert predict(taught, "1", pictures / "ai.png", "-o", out) == 0
    with Image.open(out) as image:
        drawn = np.asarray(image.convert("RGB"))
    assert drawn.shape[1] >= 480  # or nobody could read it
    label = np.array([0xE6, 0x19, 0x4B])  # the first class's colour
    assert (drawn == label).all(-1).sum() > 500 and (drawn == COLOURS["ai"]).all(-1).any()
    assert predict(taught, "1", pictures / "ai.png", "-o", out) == 2
    assert "--force" in capsys.readouterr().err
    assert predict(taught, "1", pictures / "ai.png", "-o", out, "--force") == 0


def test_pictures_of_one_name_are_told_apart(
    taught: Workspace, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "more").mkdir()
    paint(pictures / "more" / "ai.png", COLOURS["bo"])
    predict(taught, "1", pictures, "-o", pictures.parent / "out")
    assert sorted(each.name for each in (pictures.parent / "out").iterdir()) == [
        "ai-2.png", "ai.png", "bo.png", "ci.png", "zz.png",
    ]  # fmt: skip


def test_no_picture_is_written_over_by_its_own_answer(
    taught: Workspace, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (pictures / "ai.png").read_bytes()
    assert predict(taught, "1", pictures / "ai.png", "-o", pictures / "ai.png", "--force") == 2
    assert predict(taught, "1", pictures / "ai.png", "-o", pictures, "--force") == 3
    assert (pictures / "ai.png").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["1", "no-such.png"], "no-such.png is not there: nothing was looked at"),
        (["7", "."], "there is no run 7"),
        (["1"], "name pictures or folders"),
        (["1", ".", "--apply"], "--apply is for --faces"),
        (["1", "--faces", "-o", "x.png"], "leave -o out"),
        (["1", ".", "--smallest", "tiny"], "6%, or pixels such as 40"),
    ],
)
def test_what_cannot_be_meant(
    taught: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert predict(taught, *arguments, detector="") == 2
    assert says in capsys.readouterr().err


def test_a_run_without_a_model_says_so(
    taught: Workspace, pictures: Path, colours: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (colours.checkpoints / "best.pt").unlink()
    assert predict(taught, "1", pictures) == 2
    assert "run 1 has no model yet" in capsys.readouterr().err
