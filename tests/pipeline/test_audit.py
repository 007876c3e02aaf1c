"""Folders of anybody's: what of the test is in the training as well."""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

import pytest
from PIL import Image

from anitui import progress
from anitui.errors import WrongUse
from anitui.pipeline.engine import InProcess
from anitui.pipeline.splitting.audit import AuditOrder, AuditReport, audit
from anitui.settings import ImportSettings
from tests.pipeline.near_pictures import drawn, save

DATA = Path(__file__).parents[3] / "shared" / "data" / "characters"


def look(*folders: Path, **options: object) -> AuditReport:
    order = AuditOrder(folders, **options)  # type: ignore[arg-type]
    return progress.run(audit(order, ImportSettings(), InProcess()), lambda _: None)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Forty pictures in train, ten in test, and nothing of one in the other."""
    for n in range(50):
        part, who = ("train" if n % 5 else "test"), ("rem", "ram")[n % 2]
        save(tmp_path / "set" / part / who / f"p{n:02}.png", drawn(n))
    return tmp_path / "set"


def test_nothing_leaks(tree: Path) -> None:
    report = look(tree)
    assert report.parts["train"] == {"pictures": 40}
    assert (report.parts["test"]["pictures"], report.parts["test"]["leaking"], report.leaking) == (10, 0, 0)
    assert report.leaks == [] and report.refused == []


def test_every_kind_of_leak_is_found_and_named(tree: Path, tmp_path: Path) -> None:
    shutil.copy(tree / "train/rem/p02.png", tree / "test/ram/renamed.png")
    save(tree / "test/rem/smaller.jpg", drawn(4, (48, 32)), quality=80)
    for n in range(6):  # cuts of one picture, that look nothing alike
        save(tree / ("test" if n < 2 else "train") / "rem" / f"31415{n % 3}7_{n}.png", drawn(900 + n))
    (tree / "test/ram/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tree / "labels.csv").write_text("no picture")
    output = tmp_path / "leaks.csv"
    report = look(tree, output=output)
    test = report.parts["test"]
    assert (test["the same file"], test["near-duplicate"], test["leaking"]) == (1, 1, 4)
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {(Path(row["path"]).name, row["reason"], Path(row["other"]).name, row["other_part"]) for row in rows}
    assert ("renamed.png", "the same file", "p02.png", "train") in found
    assert ("smaller.jpg", "near-duplicate", "p04.png", "train") in found
    assert {row[0] for row in found if row[1] == "cut from one picture"} == {"3141507_0.png", "3141517_1.png"}
    assert [Path(each["path"]).name for each in report.refused] == ["broken.png"]
    assert look(tree, names="none").parts["test"]["leaking"] == 2
    assert look(tree, names="none", near=-1).parts["test"]["leaking"] == 1


def test_parts_are_folders_of_any_depth_or_the_folders_that_were_named(tree: Path, tmp_path: Path) -> None:
    shutil.copy(tree / "train/rem/p02.png", tree / "test/rem/again.png")
    deep = tmp_path / "deep" / "images"
    deep.parent.mkdir()
    shutil.copytree(tree, deep)
    (deep / "train").rename(deep / "Training")
    (deep / "test").rename(deep / "valid")
    assert {name: part.get("leaking") for name, part in look(deep.parent).parts.items()} == {"train": None, "val": 1}
    (tree / "train").rename(tmp_path / "mine")
    (tree / "test").rename(tmp_path / "yours")
    assert look(tmp_path / "mine", tmp_path / "yours").parts["yours"]["leaking"] == 1


def test_a_random_split_of_cuts_leaks_as_much_as_it_does(tmp_path: Path) -> None:
    """Faces of pictures, dealt by chance: all those of the test whose picture is in the training are found."""
    chance = random.Random(6)
    truth = 0
    for n in range(60):
        id = chance.randrange(10**6, 10**7)
        parts = [chance.choice(("train", "train", "train", "test")) for _ in range(chance.choice((1, 2, 3)))]
        truth += parts.count("test") if "train" in parts else 0
        # What is on one picture has its light and its colours in common.
        light = Image.new("RGB", (160, 60), tuple(chance.randrange(256) for _ in range(3)))
        picture = Image.blend(drawn(n, (160, 60)), light, chance.uniform(0.5, 0.9))
        for number, part in enumerate(parts):
            cut = picture.crop((number * 50, 0, number * 50 + 48, 48))
            save(tmp_path / part / chance.choice(("rem", "ram")) / f"{id}_{number}.png", cut)
    report = look(tmp_path)
    assert report.parts["test"]["leaking"] == truth > 10
    assert report.names == "the number of the picture in the name"


def test_folders_without_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="holds train and test"):
        look(tmp_path)
    save(tmp_path / "train" / "a" / "1.png", drawn(1))
    with pytest.raises(WrongUse, match="of train only"):
        look(tmp_path)
    with pytest.raises(WrongUse, match="is no folder"):
        look(tmp_path / "nothing")


def test_a_flat_picture_is_near_to_other_flat_ones(tmp_path: Path) -> None:
    """All of their bits are 0: a leak for the hash, and told as what it is."""
    for part, grey in (("train", 10), ("test", 200)):
        save(tmp_path / part / "x" / "flat.png", Image.new("L", (40, 40), grey))
    [leak] = look(tmp_path).leaks
    assert (leak["reason"], leak["bits"]) == ("near-duplicate", 0)


@pytest.mark.skipif(not DATA.is_dir(), reason="the real pictures are not here")
def test_real_faces_with_a_leaky_split() -> None:
    report = look(DATA, near=4)
    assert report.parts["test"] == {
        "pictures": 185, "leaking": 5, "share": 0.027, "the same file": 0, "near-duplicate": 5,
        "cut from one picture": 0,
    }  # fmt: skip
