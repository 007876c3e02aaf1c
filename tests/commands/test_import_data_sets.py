"""`anitui import` of data sets in class folders, told or recognised; titles from LAP's names to `pairs --within`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from anitui.cli import DATA_SETS, LABEL_FORMATS, main, parser
from anitui.commands import take_in
from anitui.pipeline.label_files.registry import READ
from anitui.store.journal import Decision
from anitui.workspace import Workspace
from tests.fakes.pictures import picture


def run(workspace: Workspace, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str, Any]:
    code = main([str(arguments[0]), "-w", str(workspace.root), "--json", *map(str, arguments[1:])])
    out, err = capsys.readouterr()
    last = out.splitlines()[-1] if out else "null"
    return code, out, err, json.loads(last) if last.startswith("{") else None


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for seed, name in enumerate(("train/miku/a.png", "train/rin/b.png", "test/miku/c.png")):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(picture(seed))
    return tmp_path / "set"


def test_every_data_set_of_the_command_line_is_there() -> None:
    assert {*DATA_SETS, *LABEL_FORMATS} == set(READ)


def test_recognised_beside_pictures_as_they_lie(
    tree: Path, tmp_path: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plain.png").write_bytes(picture(50))
    code, out, _, told = run(workspace, capsys, "import", tree, tmp_path / "plain.png", "--workers", "1")
    assert code == 0
    assert "a data set in class folders" in out and "kept as the split set: train 2, test 1" in out
    assert told["new"] == 1 and told["data_sets"]["labels"] == 3
    code, out, _, told = run(workspace, capsys, "import", tree, "--format", "imagefolder", "--workers", "1")
    assert code == 0 and "there already as the split set" in out and told["new_boxes"] == 0
    code, out, *_ = run(workspace, capsys, "undo")
    assert "kept its parts as the split set" in out


@pytest.mark.parametrize("more", [["--label", "x"], ["--labels-from-folders"], ["--format", "folder"]])
def test_who_says_what_the_labels_are_takes_it_as_it_lies(more: list[str], tree: Path) -> None:
    assert take_in._kind(str(tree), parser().parse_args(["import", str(tree)])) == "imagefolder"
    assert take_in._kind(str(tree), parser().parse_args(["import", str(tree), *more])) == "folder"


def test_near_duplicates_within_a_title(
    tmp_path: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "posters"
    folder.mkdir()
    for name, size in (
        ("MAL00001_0004_000001.jpg", 96), ("MAL00001_0004_000002.jpg", 192), ("MAL00002_0004_000003.jpg", 288)
    ):  # fmt: skip
        (folder / name).write_bytes(picture(1, "jpeg", (size, size)))  # all alike
    assert run(workspace, capsys, "import", folder, "--workers", "1")[0] == 0
    for column in ("title_id", "title"):
        assert run(workspace, capsys, "pairs", "--within", column)[0] == 0
    _, out, *_ = run(workspace, capsys, "sql", "SELECT a_id, b_id FROM pairs", "--format", "csv")
    assert out.splitlines()[1:2] == ["1,2"] and "1,3" not in out and "2,3" not in out


def test_what_was_only_noticed_is_no_import_in_part(
    tmp_path: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "zaci"
    folder.mkdir()
    for number, part in enumerate(("train", "test")):
        (folder / f"{number}.png").write_bytes(picture(number))
        (folder / f"{part}.json").write_text(json.dumps({"rin": [{"id": number, "bbox": [10, 10, 50, 60]}]}))
    code, out, _, told = run(workspace, capsys, "import", folder, "--format", "zaci", "--workers", "1")
    assert "a character of both train and test" in out and [each["left_out"] for each in told["problems"]] == [False]
    assert code == 0


def test_class_folders_that_are_cut_off(
    tree: Path, tmp_path: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    """Also where nobody said what they are."""

    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Decision, "_note", interrupted)
    code, _, err, _ = run(workspace, capsys, "import", tree, "--workers", "1")
    assert code == 130 and "interrupted: no label was taken in; pictures that were taken in are kept" in err
    (tmp_path / "plain.png").write_bytes(picture(50))
    code, _, err, _ = run(workspace, capsys, "import", tree, tmp_path / "plain.png", "--workers", "1")
    assert code == 130 and "taken in all at once, or none" in err and "no label was" not in err
    assert take_in.interrupted(parser().parse_args(["import", str(tmp_path / "plain.png")])) is None
