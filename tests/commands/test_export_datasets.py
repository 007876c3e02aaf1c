from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pytest

from anitui.cli import DATASET_FORMATS, main
from anitui.pipeline.engine import InProcess, Processes
from anitui.pipeline.export.registry import FORMATS
from anitui.store import splits
from tests.pipeline.a_dataset import Shelf, copied, furnished

LABELS = ("miku", "rei", "a/b", "asuka")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnished(tmp_path_factory.mktemp("made"), LABELS)


@pytest.fixture
def shelf(made: Path, tmp_path: Path) -> Iterator[Shelf]:
    with copied(made, tmp_path) as shelf:
        yield shelf


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers take their time to come up."""
    monkeypatch.setattr(Processes, "map", InProcess.map)


@pytest.fixture
def at(shelf: Shelf) -> list[str]:
    """For the command: the workspace is let go."""
    shelf.catalogue.close()
    return ["-w", str(shelf.workspace.root), "--json"]


def test_every_format_of_the_command_line_is_there() -> None:
    assert set(DATASET_FORMATS) == set(FORMATS)


def test_a_split(at: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    order = ["export", str(out), "--format", "imagefolder", "--split", "s", "--size", "32", *at]
    assert main(order) == 0
    told = capsys.readouterr().out
    assert "8 pictures (train 4, val 2, test 2), 4 classes of characters" in told
    assert "8 written, 0 kept from before, 0 removed" in told
    assert "a/b → a_b" in told and "val has nothing of 2 classes: " in told
    report = json.loads(told.splitlines()[-1])
    assert report["parts"] == {"train": 4, "val": 2, "test": 2} and report["folders"] == {"a/b": "a_b"}
    assert report["missing_classes"]["val"] and report["failures"] == []
    assert {each.name for each in (out / "train").iterdir()} == {"miku", "rei", "a_b", "asuka", "metadata.csv"}
    assert main(order) == 0
    assert "0 written, 8 kept from before, 0 removed" in capsys.readouterr().out


def test_which_of_the_two_is_meant(at: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path / "a"), "--format", "coco", *at]) == 0
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["annotations.json"]
    assert main(["export", str(tmp_path / "b"), "--format", "coco", "--pictures", "whole", *at]) == 0
    assert {each.name for each in (tmp_path / "b").iterdir()} == {"annotations", "images", "manifest.csv"}
    capsys.readouterr()
    for options, why in (
        (["--format", "voc", "--split", "s"], "voc has no datasets with pictures"),
        (["--format", "coco", "--size", "3"], "--size is for datasets"),
        (["--format", "coco", "--link", "symlink"], "--link is for datasets"),
        (["--format", "imagefolder", "--pictures", "none"], "--pictures none is for csv, dafre, parquet"),
        (["--format", "imagefolder", "--as-frozen"], "--as-frozen is for the labels of a split"),
        (["--format", "imagefolder", "--split", "nobody"], "there is no split nobody"),
        (["--format", "imagefolder", "--split", "s", "--filter", "label:miku"], "a split has its members already"),
        (["--format", "imagefolder", "--split", "s", "--label-set", "lap"], "is of the labels of characters"),
        (["--format", "imagefolder", "--size", "0"], "--size is between 1 and"),
        (["--format", "imagefolder", "--quality", "101"], "--quality is between 1 and 100"),
        (["--format", "imagefolder", "--margin", "-1"], "--margin is a share"),
        (["--format", "parquet", "--link", "hardlink"], "--link is for pictures in files of their own"),
        (["--format", "imagefolder", "--filter", "label:nobody"], "no face that fits has a label of characters"),
        (["--format", "imagefolder", "--label-set", "nosuch"], "there is no set of labels 'nosuch'"),
    ):
        assert main(["export", str(tmp_path / "c"), *options, *at]) == 2, options
        told = capsys.readouterr().err.splitlines()[-1]
        assert told.startswith("anitui: ") and why in told, (options, told)
    assert not (tmp_path / "c").exists()


def test_done_in_part(at: list[str], shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next(shelf.workspace.media.rglob("*.png")).unlink()
    assert main(["export", str(tmp_path / "out"), "--format", "csv", "--split", "s", *at]) == 3
    told = capsys.readouterr().out
    assert "2 pictures left out:" in told and ": the file is missing" in told
    assert "6 written" in told


def test_a_folder_of_somebodys(at: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    for force in ([], ["--force"]):
        assert main(["export", str(tmp_path / "out"), "--format", "imagefolder", *force, *at]) == 2
        assert "is no export of anitui's, and not empty: name a new folder" in capsys.readouterr().err
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["mine"]


def test_pairs_of_zaci(shelf: Shelf, tmp_path: Path) -> None:
    """They come in again as they went out."""
    faces = [row[0] for row in shelf.catalogue.rows("SELECT face_id FROM faces ORDER BY 1")]
    pairs = pyarrow.table(
        {
            "part": ["test"] * 3, "place": [0, 1, 2], "a_face": [faces[0], faces[0], faces[2]],
            "b_face": [faces[1], faces[2], faces[3]], "same": [True, False, True], "chosen": ["positive"] * 3,
        }
    )  # fmt: skip
    rows = shelf.catalogue.rows("SELECT face_id, image_id, label FROM faces JOIN labelled_faces USING (face_id)")
    members = pyarrow.table(
        {
            "part": ["test"] * len(rows), "face_id": [row[0] for row in rows], "image_id": [row[1] for row in rows],
            "group_id": [row[1] for row in rows], "labels": [[row[2]] for row in rows],
        }
    )  # fmt: skip
    splits.freeze(shelf.catalogue, [("open", {}, {}, members, pairs)], "face", "characters")
    with shelf.catalogue.writing() as connection:
        connection.execute("UPDATE faces SET state = 'set_aside' WHERE face_id = ?", [faces[3]])
    out = tmp_path / "out"
    assert shelf.export(out, "zaci", split="open", size=32).notes == []
    with (out / "test_pairs.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["label"] for row in found] == ["1", "0"]  # of the face that was set aside there is nothing to compare
    assert all((out / row[path]).is_file() for row in found for path in ("pathA", "pathB"))
    told = json.loads((out / "test.json").read_text("utf-8"))
    assert set(told) == set(LABELS) and sum(map(len, told.values())) == 7
    for each in told["a/b"]:
        assert (out / "images" / f"{each['id']}.jpg").is_file() and max(each["bbox"]) <= 32


def test_a_split_that_is_not_by_the_rule_of_zaci(
    at: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is measured with it is not what others measured."""
    order = ["export", "--format", "zaci", "--size", "32", *at]
    assert main([*order, str(tmp_path / "out"), "--split", "s"]) == 0
    told = capsys.readouterr().out
    note = "not by ZACI-20's rule: 2 characters in both train and test, no pairs to verify with"
    assert told.count("ZACI-20's rule") == 2 and f"\n{note}; `anitui split --rule zaci`" in told
    assert [each.startswith(note) for each in json.loads(told.splitlines()[-1])["notes"]] == [True]
    assert (
        main([*order, str(tmp_path / "all"), "--pictures", "crops"]) == 0
    )  # of what is no split nothing is to be said
    assert "rule" not in capsys.readouterr().out


@pytest.mark.parametrize("format", ["zaci", "dafre", "lap", "yolo", "coco"])
def test_datasets_come_in_again(shelf: Shelf, tmp_path: Path, format: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    shelf.export(out, format, split="s")
    main(["init", str(tmp_path / "other")])
    more = ["--json", "-w", str(tmp_path / "other")]
    files = {"coco": ["annotations/instances_train.json"]}.get(format, [""])
    pictures = ["--pictures", str(out / "train")] if format == "coco" else []
    code = main(["import", *(str(out / each) for each in files), "--format", format, *pictures, *more])
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    # That ZACI-20's own parts share no character is noticed, and that a picture lies in the folders of two parts.
    assert report["missing"] == 0 and code == 0
    expected = ("which ZACI-20 keeps apart", "lies there twice")
    assert not [each for each in report["problems"] if not any(words in each["reason"] for words in expected)]
    assert report["labels"] == (4 if format == "coco" else 8)
