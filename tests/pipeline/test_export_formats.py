"""Exports of faces whose names are hostile, loaded by the libraries that they are for."""

from __future__ import annotations

import csv
import json
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from PIL import Image

from anitui.pipeline.export.registry import FORMATS
from anitui.store.catalogue import open_catalogue
from anitui.workspace import create
from tests.pipeline.a_dataset import HOSTILE, Shelf, furnish

# All in one process: what is exported is loaded by all of them, and some of them take long to come up.
pytestmark = [pytest.mark.xdist_group("exports"), pytest.mark.slow]

PARTS = ("train", "val", "test")
COUNTS = {"train": 20, "val": 10, "test": 10}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("shelf")
    workspace = create(folder / "workspace")
    catalogue = open_catalogue(workspace.catalogue)
    made = Shelf(workspace, catalogue)
    furnish(made, folder / "pictures")
    yield made
    catalogue.close()


@pytest.fixture(scope="module")
def out(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format once, of the split."""
    folder = tmp_path_factory.mktemp("out")
    for name, form in FORMATS.items():
        report = shelf.export(folder / name, name, split="s", size=None if form.per_picture else 48)
        assert (report.failures, report.classes, report.written) == ([], len(HOSTILE), sum(report.parts.values()))
        if not form.per_picture:
            assert report.parts == COUNTS
    return folder


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", FORMATS)
def test_the_manifest_leads_back(out: Path, shelf: Shelf, name: str) -> None:
    rows = manifest(out / name)
    faces = {int(row["face_id"]): row for row in rows if row["face_id"]}
    assert {face: row["label"] for face, row in faces.items()} == dict(
        shelf.catalogue.rows("SELECT face_id, label FROM labelled_faces")
    )
    known = {
        row[0]: row[1:]
        for row in shelf.catalogue.rows("SELECT face_id, sha256, x FROM faces JOIN images USING (image_id)")
    }
    assert all((row["source_sha256"], float(row["x"])) == known[face] for face, row in faces.items())
    there = {path.relative_to(out / name).as_posix() for path in (out / name).rglob("*") if path.is_file()}
    assert there == {row["file"] for row in rows} | {"manifest.csv"}
    for row in rows:
        assert (out / name / row["file"]).stat().st_size == int(row["bytes"])
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def compiled(pytestconfig: pytest.Config) -> Iterator[None]:
    """In containers Python is often told to keep no bytecode, and then torch takes four times as long to come up."""
    before = sys.pycache_prefix, sys.dont_write_bytecode
    cache: Any = pytestconfig.cache
    sys.pycache_prefix, sys.dont_write_bytecode = str(cache.mkdir("bytecode")), False
    yield
    sys.pycache_prefix, sys.dont_write_bytecode = before


@pytest.mark.timeout(300)
def test_imagefolder_in_torchvision(out: Path, compiled: None) -> None:
    from torchvision.datasets import ImageFolder

    folders = {row["label"]: row["file"].split("/")[1] for row in manifest(out / "imagefolder") if row["label"]}
    assert len({folder.casefold() for folder in folders.values()}) == len(HOSTILE)
    loaded = ImageFolder(str(out / "imagefolder" / "train"))
    assert len(loaded) == 20 and set(loaded.classes) == set(folders.values())
    assert loaded[0][0].size == (48, 48)
    # It counts classes as we do.
    numbers = {row["label"]: int(row["class"]) for row in manifest(out / "imagefolder") if row["label"]}
    assert {label: loaded.class_to_idx[folders[label]] for label in folders} == numbers


def test_imagefolder_in_hugging_face(out: Path, tmp_path: Path) -> None:
    import datasets

    loaded = datasets.load_dataset(str(out / "imagefolder"), cache_dir=str(tmp_path))
    assert {part: rows.num_rows for part, rows in loaded.items()} == {"train": 20, "validation": 10, "test": 10}
    assert set(loaded["train"]["label"]) == set(HOSTILE)
    first = loaded["train"][0]
    assert first["image"].size == (48, 48) and first["w"] < 48


def test_parquet_in_hugging_face_and_pandas(out: Path, tmp_path: Path) -> None:
    import datasets
    import pandas

    loaded = datasets.load_dataset(str(out / "parquet"), cache_dir=str(tmp_path))
    assert {part: rows.num_rows for part, rows in loaded.items()} == {"train": 20, "validation": 10, "test": 10}
    features = loaded["train"].features
    assert isinstance(features["image"], datasets.Image) and isinstance(features["label"], datasets.ClassLabel)
    assert set(features["label"].names) == set(HOSTILE)
    first = loaded["test"][0]
    assert first["image"].size == (48, 48) and first["labels"] == [features["label"].int2str(first["label"])]
    frame = pandas.read_parquet(out / "parquet" / "data")
    assert len(frame) == 40 and frame["image"][0]["bytes"][:2] == b"\xff\xd8"


def test_parquet_without_bytes(shelf: Shelf, tmp_path: Path) -> None:
    shelf.export(tmp_path / "paths", "parquet", split="s", pictures="none")
    table = pyarrow.parquet.read_table(tmp_path / "paths" / "data" / "train-00000-of-00001.parquet")
    assert table.num_rows == 20 and "image" not in table.column_names
    assert all(Path(path).is_file() for path in table["path"].to_pylist())
    assert table["w"].to_pylist() == [50.0] * 20  # boxes are those of the pictures as they lie


def test_webdataset(out: Path, shelf: Shelf, tmp_path: Path) -> None:
    import webdataset

    names = (out / "webdataset" / "classes.txt").read_text("utf-8").splitlines()
    for part, expected in COUNTS.items():
        file = str(out / "webdataset" / f"{part}-000000.tar")
        samples = list(webdataset.WebDataset(file, shardshuffle=False).decode("pil").to_tuple("jpg", "cls", "json"))
        assert len(samples) == expected
        for image, number, told in samples:
            assert image.size == (48, 48) and " ".join(told["label"].split()) == names[number]
    with tarfile.open(out / "webdataset" / "train-000000.tar") as tar:
        assert all(member.mtime == 0 and member.uid == 0 for member in tar)
    shelf.export(tmp_path / "again", "webdataset", split="s", size=48)
    for part in PARTS:  # the same bytes, whenever and wherever
        name = f"{part}-000000.tar"
        assert (tmp_path / "again" / name).read_bytes() == (out / "webdataset" / name).read_bytes()


def test_coco_in_pycocotools(out: Path) -> None:
    from pycocotools.coco import COCO

    labels: Counter[str] = Counter()
    for part in PARTS:
        coco = COCO(str(out / "coco" / "annotations" / f"instances_{part}.json"))
        assert {each["name"] for each in coco.loadCats(coco.getCatIds())} == set(HOSTILE)
        assert 0 not in coco.getCatIds()
        for each in coco.loadImgs(coco.getImgIds()):
            with Image.open(out / "coco" / part / each["file_name"]) as image:
                assert image.size == (each["width"], each["height"])
        for each in coco.loadAnns(coco.getAnnIds()):
            assert each["bbox"][2:] == [50, 60] and "score" not in each
            labels[coco.loadCats(each["category_id"])[0]["name"]] += 1
    assert labels == dict.fromkeys(HOSTILE, 2)


def test_yolo_by_the_rules_of_ultralytics(out: Path) -> None:
    """data.yaml names the folders and the classes from 0 on; beside images/ lies labels/, with a file for each picture
    whose lines are a class and four shares."""
    import yaml

    told = yaml.safe_load((out / "yolo" / "data.yaml").read_text("utf-8"))
    assert Path(told["path"]) == out / "yolo" and set(told) >= {"train", "val", "test", "names"}
    assert sorted(told["names"]) == list(range(len(HOSTILE))) and set(told["names"].values()) == set(HOSTILE)
    assert told["nc"] == len(HOSTILE)
    found = 0
    for part in PARTS:
        pictures = sorted((Path(told["path"]) / told[part]).iterdir())
        assert pictures and all(path.suffix in (".jpg", ".png", ".webp") for path in pictures)
        for path in pictures:
            label = Path(str(path).replace("/images/", "/labels/")).with_suffix(".txt")
            for line in label.read_text().splitlines():
                number, *shares = line.split()
                assert int(number) in told["names"] and len(shares) == 4
                assert all(0 <= float(each) <= 1 for each in shares)
                found += 1
    assert found == 2 * len(HOSTILE)


def test_lap(out: Path) -> None:
    text = (out / "lap" / "labels_faces.txt").read_text("utf-8")
    classes = dict(line.split(":", 1) for line in (out / "lap" / "classes.txt").read_text("utf-8").splitlines())
    assert len(classes) == len(HOSTILE)
    boxes = 0
    for line in text.splitlines():
        name, _, rest = line.partition(": ")
        assert "/" not in name and (out / "lap" / name.replace("\\", "/")).is_file()
        for token in rest.split(", "):
            assert re.fullmatch(r"\d+ \d+ \d+ \d+ \d+", token) and token.split()[-1] in classes
            boxes += 1
    assert boxes == 2 * len(HOSTILE)


def test_tables_in_pandas(out: Path) -> None:
    import pandas

    for part, number in COUNTS.items():
        frame = pandas.read_csv(out / "csv" / f"{part}.csv", keep_default_na=False)
        assert len(frame) == number and set(frame["label"]) <= set(HOSTILE)
        assert all((out / "csv" / path).is_file() for path in frame["path"])
        bare = pandas.read_csv(out / "dafre" / f"{part}.csv", header=None, names=["class_id", "path"])
        assert len(bare) == number and all((out / "dafre" / path).is_file() for path in bare["path"])
    named = pandas.read_csv(out / "dafre" / "classid_classname.csv", header=None, keep_default_na=False)
    assert dict(zip(named[0], named[1], strict=True)) == {
        int(row["class"]): " ".join(row["label"].split()) for row in manifest(out / "dafre") if row["label"]
    }


@pytest.mark.timeout(300)
def test_without_a_split(shelf: Shelf, tmp_path: Path, compiled: None) -> None:
    import datasets
    from torchvision.datasets import ImageFolder

    report = shelf.export(tmp_path / "all", "imagefolder", size=32, query="-label:CON")
    assert report.parts == {"": 38} and report.classes == 19
    assert len(ImageFolder(str(tmp_path / "all"))) == 38
    loaded = datasets.load_dataset(str(tmp_path / "all"), cache_dir=str(tmp_path / "cache"))
    assert {part: rows.num_rows for part, rows in loaded.items()} == {"train": 38}
    for name in ("webdataset", "coco", "yolo", "lap", "csv", "dafre"):
        shelf.export(tmp_path / name, name)
    shards = str(tmp_path / "webdataset")
    assert datasets.load_dataset("webdataset", data_dir=shards, cache_dir=str(tmp_path / "c"))["train"].num_rows == 40
    told = json.loads((tmp_path / "coco" / "annotations" / "instances.json").read_text())
    assert (tmp_path / "coco" / "images" / told["images"][0]["file_name"]).is_file()
    assert len(list((tmp_path / "yolo" / "labels").iterdir())) == len(list((tmp_path / "yolo" / "images").iterdir()))
