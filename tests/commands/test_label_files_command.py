from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from duckdb import InterruptException
from PIL import Image

from anitui.cli import LABEL_FORMATS, main
from anitui.errors import is_interruption
from anitui.pipeline.label_files.registry import FORMATS
from anitui.store.journal import Decision
from anitui.workspace import Workspace

LABELS = Path(__file__).parents[3] / "shared" / "data" / "labels"

TEXT = "a.png: 10 20 60 80 0, 100 20 150 90 1\nb.png: -\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        Image.new("RGB", (200, 150), colour).save(folder / name)
    (folder / "labels_faces.txt").write_text(TEXT)
    (folder / "classes.txt").write_text("0:brown\n1:blonde\n")
    return folder


def test_every_format_of_the_command_line_is_there() -> None:
    assert set(LABEL_FORMATS) == set(FORMATS)


def test_in_and_out(data: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    at = ["-w", str(workspace.root)]
    file = str(data / "labels_faces.txt")
    assert main(["import", file, "--format", "lap", "--workers", "1", "--json", *at]) == 0
    out = capsys.readouterr().out
    assert "1 label file: 2 of 2 pictures are here" in out and "2 boxes, 2 of them new; 2 labels said" in out
    report = json.loads(out.splitlines()[-1])
    assert (report["format"], report["boxes"], report["imported"]["new"]) == ("lap", 2, 2)
    assert main(["import", file, "--format", "lap", "--workers", "1", *at]) == 0
    assert "2 boxes, 0 of them new; 0 labels said" in capsys.readouterr().out
    target = tmp_path / "out" / "labels.txt"
    assert main(["export", str(target), "--format", "lap", "--json", *at]) == 0
    out = capsys.readouterr().out
    assert "2 boxes in 2 pictures, 2 with a label" in out and "by person 2" in out
    assert json.loads(out.splitlines()[-1])["files"] == [str(target), str(target.parent / "classes.txt")]
    assert target.read_text() == TEXT
    assert main(["export", str(target), "--format", "lap", *at]) == 2
    assert "is there already: --force writes over it" in capsys.readouterr().err
    assert main(["export", str(target), "--format", "lap", "--filter", "width<100", "--force", *at]) == 0
    assert target.read_text() == ""
    assert main(["undo", *at]) == 0
    assert "took labels_faces.txt in: 2 boxes, 2 labels" in capsys.readouterr().out


def test_done_in_part(data: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-w", str(workspace.root)]
    (data / "labels_faces.txt").write_text(TEXT + "gone.png: 1 1 9 9 0\nrubbish\n")
    assert main(["import", str(data / "labels_faces.txt"), "--format", "lap", "--workers", "1", *at]) == 3
    out = capsys.readouterr().out
    assert "1 picture not here, and nothing of them taken:" in out and "gone.png" in out
    assert "1  a line that is not like `picture: X1 Y1 X2 Y2 CLS, …` (labels_faces.txt line 4)" in out


def test_sets_speakers_and_places(data: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-w", str(workspace.root)]
    (data / "sub").mkdir()
    file = (data / "labels_faces.txt").rename(data / "sub" / "labels_faces.txt")
    order = ["import", str(file), "--format", "lap", "--pictures", str(data), "--label-set", "hair", "--as", "model"]
    assert main([*order, "--workers", "1", *at]) == 0  # classes.txt is not beside it: told, nothing left out
    assert "2  a class index without a name (0 in labels_faces.txt, called 'class 0'" in capsys.readouterr().out
    asked = "SELECT label, label_set, speaker, detector FROM face_labels JOIN faces USING (face_id) ORDER BY 1"
    assert main(["sql", asked, "--format", "csv", *at]) == 0
    assert capsys.readouterr().out.replace('"', "").splitlines()[1:] == [
        "class 0,hair,model,lap", "class 1,hair,model,lap",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import", "x", "--pictures", "."], "--pictures is for label files"),
        (["import", "x", "--format", "coco", "--label", "x"], "--label is for pictures as they lie"),
        (["import", "nowhere.json", "--format", "coco"], "nowhere.json is not there"),
        (["import", ".", "--format", "lap", "--pictures", "nowhere"], "nowhere is no folder"),
        (["export", "x", "--format", "csv", "--filter", "nonsense:3"], "a filter has no field 'nonsense'"),
        (["export", "x", "--format", "csv", "--label-set", " "], "a set of labels is called by one line"),
    ],
)
def test_what_cannot_be_meant_is_told(
    arguments: list[str], says: str, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "-w", str(workspace.root)]) == 2
    assert says in capsys.readouterr().err


def test_one_detector_beside_a_person(data: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-w", str(workspace.root)]
    rows = [
        "path,x,y,w,h,detector,score", "a.png,10,20,50,60,person,", "a.png,11,20,50,60,onnx,0.9",
        "a.png,100,20,50,60,onnx,0.8", "a.png,10,90,50,50,onnx,0.7", "a.png,101,20,50,60,cascade,0.5",
        "b.png,1,2,30,40,cascade,0.25",
    ]  # fmt: skip
    (data / "all.csv").write_text("\n".join(rows))
    assert main(["import", str(data / "all.csv"), "--format", "csv", "--workers", "1", *at]) == 0
    for asked, wanted in (
        ([], {"onnx": 2, "person": 1, "cascade": 1}),
        (["--detector", "cascade"], {"cascade": 2, "person": 1}),
        (["--detector", "onnx"], {"onnx": 2, "person": 1}),
        (["--detector", "person"], {"person": 1}),
        (["--detector", "animeface", "--detector", "cascade"], {"cascade": 2, "person": 1}),
    ):
        capsys.readouterr()
        assert main(["export", str(data / "o.json"), "--format", "coco", "--force", "--json", *asked, *at]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["detectors"] == wanted, asked


@pytest.mark.skipif(not LABELS.is_dir(), reason="the real label files are not here")
def test_real_files_without_their_pictures(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    at = ["-w", str(workspace.root)]
    folder = LABELS / "zaci"
    assert main(["import", str(folder), "--format", "zaci", *at]) == 3
    out = capsys.readouterr().out
    assert "5,654 judged pairs taken over" in out and "not here" in out
    assert main(["export", str(tmp_path / "out"), "--format", "zaci", *at]) == 0
    for name in ("zaci20_test_pairs.csv", "zaci20_test_pairs_adversarial.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.skipif(not LABELS.is_dir(), reason="the real label files are not here")
def test_real_files_with_pictures_of_our_own(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The first rows of DAF:re's list and ZACI's boxes, over pictures that are called like theirs."""
    at = ["-w", str(workspace.root)]
    data = tmp_path / "data"
    name = "classid_classname.csv"
    rows = (LABELS / "dafre" / "val.csv").read_text().splitlines()[:40]
    boxes = dict(list(json.loads((LABELS / "zaci" / "zaci20_test.json").read_text()).items())[:20])
    files = {
        "dafre/val.csv": "\n".join(rows) + "\n", f"dafre/{name}": (LABELS / "dafre" / name).read_text(),
        "zaci/test.json": json.dumps(boxes),
    }  # fmt: skip
    pictures = [f"dafre/{row.partition(',')[2]}" for row in rows]
    pictures += [f"zaci/{who}/{each['id']}.jpg" for who in boxes for each in boxes[who]]
    for seed, file in enumerate(pictures):
        (data / file).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (460, 460), (seed, 255 - seed, seed * 3 % 256)).save(data / file, "JPEG")
    for file, text in files.items():
        (data / file).write_text(text)
    for format, file in (("dafre", "val.csv"), ("zaci", "test.json")):
        assert main(["import", str(data / format / file), "--format", format, "--workers", "1", *at]) == 0
    for format in ("dafre", "zaci"):
        asked = ["--format", format, "--filter", f"folder:data/{format}"]
        assert main(["export", str(tmp_path / "out" / format), *asked, *at]) == 0
    assert {file: (tmp_path / "out" / file).read_text() for file in files} == files


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted"), InterruptException("x")])
def test_an_interruption_is_told_for_what_it_is(
    error: BaseException, data: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    """Inside the database ctrl-C is an error of its own; and of labels all are taken or none."""

    def interrupted(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(Decision, "_note", interrupted)
    at = ["--workers", "1", "-w", str(workspace.root)]
    assert main(["import", str(data / "labels_faces.txt"), "--format", "lap", *at]) == 130
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("anitui: interrupted: no box and no label was taken in; pictures that were are kept")
    assert main(["labels", "add", "miku", "-w", str(workspace.root)]) == 130
    assert "what was done is kept, and the same command goes on" in capsys.readouterr().err
    monkeypatch.setattr("anitui.pipeline.label_files.giving._save", interrupted)
    assert main(["export", str(data / "out"), "--format", "lap", "-w", str(workspace.root)]) == 130
    assert "every label file that is there is whole" in capsys.readouterr().err


def test_other_errors_of_the_same_type_are_faults_of_ours() -> None:
    assert not is_interruption(RuntimeError("something else"))
    assert not is_interruption(RecursionError("Query interrupted"))


def test_what_an_export_names_has_to_be_there(
    data: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    at = ["-w", str(workspace.root)]
    main(["import", str(data / "labels_faces.txt"), "--format", "lap", "--workers", "1", *at])
    out = tmp_path / "out"
    for more, told in (
        (["--detector", "nope"], "no box is by 'nope': there is person"),
        (["--detector", "person", "--detector", "onxx"], "no box is by 'onxx': there is person"),
        (["--label-set", "nope"], "there is no set of labels 'nope': there are characters, lap"),
    ):
        assert main(["export", str(out), "--format", "coco", *more, *at]) == 2
        assert told in capsys.readouterr().err
    assert not out.exists()
    assert main(["export", str(out), "--format", "coco", "--detector", "onnx", *at]) == 0
    assert main(["export", str(tmp_path / "none"), "--format", "coco", "--filter", "width<10", *at]) == 0
    assert "nothing matches" in capsys.readouterr().out


def test_label_files_are_not_written_among_what_the_workspace_is_made_of(
    data: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["-w", str(workspace.root)]
    main(["import", str(data / "labels_faces.txt"), "--format", "lap", "--workers", "1", *at])
    for place in ("media", "media/labels", "runs/x.json", "exports", "anitui.toml"):
        assert main(["export", str(workspace.root / place), "--format", "coco", "--force", *at]) == 2
        assert "belongs to the workspace itself" in capsys.readouterr().err
    for place in ("exports/labels", "", "mine.json", ".."):
        assert main(["export", str(workspace.root / place), "--format", "coco", *at]) == 0
    with pytest.raises(SystemExit):
        main(["export", "", "--format", "coco", *at])
    assert "an empty name is no place" in capsys.readouterr().err
