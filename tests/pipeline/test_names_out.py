"""The names that pictures go out under: each its own, and each found again by the import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui.pipeline.label_files.names_out import NOT_TOLD_APART
from anitui.pipeline.label_files.registry import FORMATS
from anitui.store.catalogue import Catalogue
from anitui.store.picture_names import told_apart
from tests.pipeline.label_files_in import Bring, Give


def picture(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (200, 150), (seed * 37 % 256, seed * 11 % 256, seed % 256)).save(path)
    return path


@pytest.fixture
def boxed(tmp_path: Path, catalogue: Catalogue, take_in: Callable[..., Any]) -> dict[str, int]:
    """Pictures of which several have one name, each with a box as wide as its number."""
    names = ("000_miku/0.png", "000_miku/1.png", "001_rin/0.png", "001_rin/0.jpg", "001_rin/deep/1.png", "only.png")
    for seed, name in enumerate(names, 1):
        picture(tmp_path / "data" / name, seed)
    take_in(tmp_path / "data")
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO faces (image_id, x, y, w, h, detector, settings, kind) "
                           "SELECT image_id, 5, 5, 20 + image_id, 30, 'person', '{}', 'face' FROM images")  # fmt: skip
        connection.execute("INSERT INTO face_labels (face_id, label, speaker, said_by) "
                           "SELECT face_id, 'who', 'person', 'person' FROM faces")  # fmt: skip
    rows = catalogue.rows("SELECT image_id, url FROM sightings")
    return {url.partition("/data/")[2]: image_id for image_id, url in rows}


def test_as_much_of_the_folder_as_tells_pictures_apart(boxed: dict[str, int], give: Give, tmp_path: Path) -> None:
    report = give("coco", tmp_path / "out.json")
    names = sorted(each["file_name"] for each in json.loads((tmp_path / "out.json").read_text())["images"])
    assert names == ["0.jpg", "000_miku/0.png", "000_miku/1.png", "001_rin/0.png", "deep/1.png", "only.png"]
    assert report.lost == {}


@pytest.mark.parametrize("format", ["lap", "wider", "coco", "yolo", "voc", "dafre", "zaci", "csv"])
def test_an_import_finds_every_picture_of_an_export(
    format: str, boxed: dict[str, int], give: Give, bring: Bring, catalogue: Catalogue, tmp_path: Path
) -> None:
    if format in ("yolo", "zaci"):  # two endings of one stem in one folder: no name of theirs tells these apart
        gone = boxed["001_rin/0.jpg"]
        with catalogue.writing() as connection:
            for table in ("face_labels WHERE face_id IN (SELECT face_id FROM faces", "faces"):
                connection.execute(f"DELETE FROM {table} WHERE image_id = {gone}{')' * ('(' in table)}")
            connection.execute(f"DELETE FROM sightings WHERE image_id = {gone}")
    before = catalogue.rows("SELECT image_id, x, y, w, h FROM faces ORDER BY ALL")
    out = tmp_path / "out"
    assert NOT_TOLD_APART not in give(format, out).lost
    report = bring(format, out if FORMATS[format].file_of or format in ("lap", "dafre") else out / FORMATS[format].main)
    assert (report.missing, report.by_name, report.new_boxes) == (0, len(before), 0)
    assert catalogue.rows("SELECT image_id, x, y, w, h FROM faces ORDER BY ALL") == before


def test_a_number_is_the_last_resort_and_told_and_nobody_elses(
    boxed: dict[str, int], give: Give, catalogue: Catalogue, tmp_path: Path
) -> None:
    """Pictures that were seen at one address; another is called as one of them would be."""
    one, other, third = (boxed[each] for each in ("000_miku/0.png", "001_rin/0.png", "only.png"))
    with catalogue.writing() as connection:
        connection.execute(f"UPDATE sightings SET url = 'https://x/0.png' WHERE image_id IN ({one}, {other})")
        connection.execute(f"UPDATE sightings SET url = 'https://x/0_{other}.png' WHERE image_id = {third}")
        connection.execute("UPDATE images SET path = 'media/same.png', stored = 'reference'")
    report = give("coco", tmp_path / "out.json")
    names = {each["id"]: each["file_name"] for each in json.loads((tmp_path / "out.json").read_text())["images"]}
    assert len(set(names.values())) == len(boxed)
    assert f"0_{other}.png" in names.values() and f"0_{one}.png" in names.values()
    assert report.lost == {NOT_TOLD_APART: 2}


def test_files_that_come_together_keep_pictures_and_classes_apart(
    give: Give, bring: Bring, catalogue: Catalogue, tmp_path: Path
) -> None:
    """Each of two files has a picture 0.png, and a class 0 of its own."""
    for seed, who in enumerate(("miku", "rin"), 1):
        picture(tmp_path / who / "0.png", seed)
        (tmp_path / who / "labels_faces.txt").write_text("0.png: 10 10 50 50 0\n")
        (tmp_path / who / "classes.txt").write_text(f"0:{who}\n")
        bring("lap", tmp_path / who / "labels_faces.txt")
    give("lap", tmp_path / "out" / "all.txt")
    assert (tmp_path / "out" / "classes.txt").read_text() == "0:rin\n1:miku\n"
    assert (tmp_path / "out" / "all.txt").read_text() == "0.png: 10 10 50 50 1\nrin\\0.png: 10 10 50 50 0\n"
    give("lap", tmp_path / "folder")
    assert (tmp_path / "folder" / "labels_faces.txt").read_text() == (tmp_path / "out" / "all.txt").read_text()


def test_numbers_in_names_do_not_make_two_pictures_one(
    give: Give, bring: Bring, catalogue: Catalogue, tmp_path: Path, take_in: Callable[..., Any]
) -> None:
    for seed, name in enumerate(("1/0.jpg", "2/0_3.jpg", "3/0.jpg"), 1):
        picture(tmp_path / "data" / name, seed)
    take_in(tmp_path / "data" / "1", tmp_path / "data" / "2", tmp_path / "data" / "3")
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO faces (image_id, x, y, w, h, detector, settings, kind) "
                           "SELECT image_id, 5, 5, 20 + image_id, 30, 'person', '{}', 'face' FROM images")  # fmt: skip
    give("yolo", tmp_path / "out")
    assert sorted(each.name for each in (tmp_path / "out" / "labels").rglob("*.txt")) == ["0.txt", "0.txt", "0_3.txt"]


def test_how_much_of_a_path_tells_it_apart(boxed: dict[str, int], catalogue: Catalogue, tmp_path: Path) -> None:
    with catalogue.writing() as connection:
        connection.execute("UPDATE sightings SET url = 'https://x/y/z.jpg?1=2' WHERE url LIKE '%only.png'")
    folder = str(tmp_path / "data")
    spots = [f"{folder}/001_rin/0.png", f"{folder}/001_rin/0.jpg", "https://x/y/z.jpg", "nowhere.png"]
    assert told_apart(catalogue, spots) == [2, 1, 1, None]
    assert told_apart(catalogue, spots, by_stem=True) == [None, None, 1, None]
    assert told_apart(catalogue, []) == []
