"""`anitui eval`: numbers in the terminal, JSON that is the report, files to share."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from anitui import workspace as workspaces
from anitui.cli import main
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.train.evaluation.evaluated_by_hand import evaluated_run, members_of


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspaces.create(tmp_path / "cafe")


def ran(made: Workspace, *arguments: str) -> int:
    return main(["-w", str(made.root), "eval", *arguments])


def test_the_newest_run_is_measured_and_said(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    evaluated_run(made)
    assert ran(made, "--json") == 0
    *lines, last = capsys.readouterr().out.splitlines()
    said = "\n".join(lines)
    assert lines[0] == "run 1, strong on main 1: single on the test part of main"
    assert "  top-1 " in said and "macro F1" in said and "90 members in 31 groups" in said
    assert "Each class" in said and "Who is taken for whom" in said and "are few: the intervals are wide" in said
    found = json.loads(last)
    assert found["one_name"]["scores"]["top1"]["value"] > 0.7 and len(found["one_name"]["classes"]) == 3
    kept = json.loads((made.runs / "1" / "evaluation" / "report.json").read_bytes())
    assert {name: found[name] for name in kept} == kept


def test_what_was_measured_is_shown_again_without_measuring(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    run = evaluated_run(made)
    assert ran(made, "1", "--show") == 2
    assert "not measured yet" in capsys.readouterr().err
    assert ran(made, "1") == 0
    first = capsys.readouterr().out
    (run.folder / "evaluation" / "test.npz").unlink()
    assert ran(made, "1", "--show") == 0
    assert capsys.readouterr().out in first


def test_all_of_it_as_files(made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = members_of(60)
    for each in members:
        file = made.root / each["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 64), (each["face_id"] % 256, 90, 30)).save(file)
    evaluated_run(made, members=members)
    page, folder, drawn = tmp_path / "run.html", tmp_path / "png", tmp_path / "svg"
    assert ran(made, "--html", str(page), "--png", str(folder), "--svg", str(drawn)) == 0
    html = page.read_text("utf-8")
    assert "Who is taken for whom" in html and "data:image/jpeg;base64," in html
    assert "<script" not in html and "default-src &#x27;none&#x27;" not in html and "default-src 'none'" in html
    for name in ("summary", "classes", "confusion", "reliability", "coverage", "wrong"):
        assert Image.open(folder / f"{name}.png").width == 1520
        ElementTree.parse(drawn / f"{name}.svg")
    assert f"{folder}: 6 files" in capsys.readouterr().out
    assert ran(made, "--show", "--html", str(page)) == 2
    assert "--force" in capsys.readouterr().err
    assert ran(made, "--show", "--html", str(page), "--force") == 0


def test_pairs_of_a_model_that_compares(made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluated_run(made, task="embed")
    assert ran(made, "1", "--fnr", "0.2") == 0
    said = capsys.readouterr().out
    assert "EER" in said and "FPR at FNR 20.0 %" in said and "all pairs of faces of the part" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fnr", "1.5"), "between 0 and 1"),
        (("--right", "0"), "between 0 and 1"),
        (("--pictures", "."), "give both"),
        (("--pairs", "x.csv", "--pictures", "nowhere"), "no folder"),
        (("--pairs", "nowhere.csv"), "is not there"),
        (("9",), "there is no run 9"),
        (("--part", "train"), "--part val"),
    ],
)
def test_what_cannot_be_meant_is_told(
    made: Workspace, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluated_run(made)
    assert ran(made, *arguments) == 2
    assert said in capsys.readouterr().err


def test_names_of_classes_cannot_steer_a_terminal_or_a_page(
    made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("<img src=x>", "\x1b[31mred", 'a"b')
    run: Run = evaluated_run(made, members=members_of(60, classes=names), classes=names)
    assert ran(made, str(run.number), "--html", str(tmp_path / "page.html")) == 0
    assert "\x1b" not in capsys.readouterr().out
    html = (tmp_path / "page.html").read_text("utf-8")
    assert "<img src=x>" not in html and "\x1b" not in html
