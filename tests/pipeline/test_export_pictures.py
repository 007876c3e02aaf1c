"""What becomes of pictures and boxes on their way out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image, ImageDraw

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline import crops
from anitui.pipeline.export.model import Unit
from anitui.pipeline.export.shaping import Shape
from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.pipeline.a_dataset import Shelf, furnish, picture

RED, BLUE = (220, 30, 30), (20, 40, 200)


@pytest.fixture
def shelf(workspace: Workspace, catalogue: Catalogue) -> Shelf:
    return Shelf(workspace, catalogue)


def marked(path: Path, size: tuple[int, int], box: tuple[int, int, int, int], **options: object) -> Path:
    """A blue picture with a red box (x, y, w, h)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, BLUE)
    ImageDraw.Draw(image).rectangle((box[0], box[1], box[0] + box[2] - 1, box[1] + box[3] - 1), fill=RED)
    image.save(path, **options)
    return path


def annotations(folder: Path) -> tuple[dict[str, dict[str, object]], list[list[float]]]:
    told = json.loads((folder / "annotations" / "instances.json").read_text())
    return {each["file_name"]: each for each in told["images"]}, [each["bbox"] for each in told["annotations"]]


def test_crops_are_those_that_are_seen_everywhere(shelf: Shelf, tmp_path: Path) -> None:
    path = picture(tmp_path / "in" / "a.png", 3, (200, 160))
    shelf.take_in(path)
    shelf.face(shelf.image(path), (150, 100, 45, 50), "miku")
    shelf.export(tmp_path / "out", "imagefolder", size=64, image_format="png")
    [made] = (tmp_path / "out").rglob("*.png")
    with Image.open(path) as whole, Image.open(made) as found:
        wanted = crops.crop(whole, (150, 100, 45, 50), crops.CropShape(size=64))
        assert np.array_equal(np.asarray(found), np.asarray(wanted))


def test_a_large_jpeg_is_decoded_smaller_and_nobody_can_tell(shelf: Shelf, tmp_path: Path) -> None:
    path = marked(tmp_path / "in" / "a.jpg", (1600, 1200), (300, 200, 600, 600), quality=95)
    shelf.take_in(path)
    shelf.face(shelf.image(path), (300, 200, 600, 600), "miku")
    shelf.export(tmp_path / "out", "imagefolder", size=64, margin=0.0, image_format="png")
    [made] = (tmp_path / "out").rglob("*.png")
    with Image.open(made) as found:
        pixels = np.asarray(found.convert("RGB"), int)
    assert found.size == (64, 64) and np.abs(pixels[2:-2, 2:-2] - RED).max() < 12


def test_boxes_go_with_the_pictures(shelf: Shelf, tmp_path: Path) -> None:
    path = marked(tmp_path / "in" / "a.png", (400, 200), (100, 40, 80, 80))
    shelf.take_in(path)
    shelf.face(shelf.image(path), (100, 40, 80, 80), "miku")
    shelf.export(tmp_path / "half", "coco", size=200)
    images, [box] = annotations(tmp_path / "half")
    assert [(each["width"], each["height"]) for each in images.values()] == [(200, 100)] and box == [50, 20, 40, 40]
    shelf.export(tmp_path / "crops", "coco", pictures="crops", size=96, margin=0.1, image_format="png")
    images, [box] = annotations(tmp_path / "crops")
    assert box == [8, 8, 80, 80]
    with Image.open(tmp_path / "crops" / "images" / next(iter(images))) as found:
        assert found.getpixel((48, 48)) == RED and found.getpixel((2, 2)) == BLUE


def test_unchanged_pictures_are_copied_or_linked(shelf: Shelf, tmp_path: Path) -> None:
    path = picture(tmp_path / "in" / "a.png", 1)
    shelf.take_in(path)
    shelf.face(shelf.image(path), (10, 10, 40, 40), "miku")
    stored = next(shelf.workspace.media.rglob("*.png"))
    for link in ("copy", "hardlink", "symlink"):
        out = tmp_path / link
        for kept in (0, 1):
            report = shelf.export(out, "coco", link=link)
            assert (report.written, report.kept) == (1 - kept, kept)
            [made] = (out / "images").iterdir()
            assert made.read_bytes() == path.read_bytes()
            assert made.is_symlink() == (link == "symlink") and made.samefile(stored) == (link != "copy")
    assert made.readlink() == stored and made.readlink().is_absolute()
    # Another way of laying it there is a change.
    report = shelf.export(tmp_path / "hardlink", "coco", link="copy")
    assert report.written == 1 and not next((tmp_path / "hardlink" / "images").iterdir()).samefile(stored)


def test_a_picture_that_its_exif_data_turns_is_written_as_it_is_shown(shelf: Shelf, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for ending in ("jpg", "png", "webp"):
        path = marked(tmp_path / ending / f"a.{ending}", (120, 60), (0, 30, 30, 30), exif=exif)
        shelf.take_in(path)
        assert shelf.catalogue.rows("SELECT width, height FROM images WHERE image_id = ?", [shelf.image(path)]) == [
            (60, 120)
        ]
        face = shelf.face(shelf.image(path), (0, 0, 30, 30), "miku")
        out = tmp_path / f"out-{ending}"
        for kept in (0, 1):
            report = shelf.export(out, "coco", link="hardlink", query=f"id={face}")
            assert (report.written, report.kept) == (1 - kept, kept)
        with Image.open(next((out / "images").iterdir())) as found:
            assert found.size == (60, 120) and found.getexif().get(0x0112, 1) == 1
            red, _, blue = found.convert("RGB").getpixel((15, 15))
            assert red > 150 and blue < 100


def test_what_is_transparent(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "in" / "a.png"
    path.parent.mkdir()
    image = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((20, 20, 59, 59), fill=(*RED, 255))
    image.save(path)
    shelf.take_in(path)
    shelf.face(shelf.image(path), (0, 0, 80, 80), "miku")
    shelf.export(tmp_path / "same", "imagefolder", size=80)
    [made] = (tmp_path / "same").rglob("*.png")
    with Image.open(made) as found:
        assert found.mode == "RGBA" and found.getpixel((2, 2))[3] == 0
    for format, ending in (("jpeg", "jpg"), ("webp", "webp")):
        shelf.export(tmp_path / format, "imagefolder", size=80, image_format=format, quality=95)
        [made] = (tmp_path / format).rglob(f"*.{ending}")
        with Image.open(made) as found:
            corner = found.convert("RGBA").getpixel((2, 2))
        assert min(corner[:3]) > 245 if format == "jpeg" else corner[3] < 5  # white, where nothing else is possible


def test_formats_that_not_all_can_read_are_written_anew(shelf: Shelf, tmp_path: Path) -> None:
    first, second = (
        picture(tmp_path / "in" / "a.gif", 1, format="GIF"),
        picture(tmp_path / "in" / "b.bmp", 2, format="BMP"),
    )
    shelf.take_in(tmp_path / "in")
    for path in (first, second):
        shelf.face(shelf.image(path), (10, 10, 40, 40), "miku")
    shelf.export(tmp_path / "out", "coco")
    assert sorted(each.suffix for each in (tmp_path / "out" / "images").iterdir()) == [".bmp", ".png"]


def test_deep_greys_are_not_cut_off(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "in" / "a.png"
    path.parent.mkdir()
    Image.fromarray(np.full((60, 60), 40_000, np.uint16)).save(path)
    shelf.take_in(path)
    shelf.face(shelf.image(path), (10, 10, 40, 40), "miku")
    shelf.export(tmp_path / "out", "coco")
    with Image.open(next((tmp_path / "out" / "images").iterdir())) as found:
        assert found.convert("RGB").getpixel((5, 5)) == pytest.approx((156, 156, 156), abs=2)


def test_the_sizes_of_lap_are_put_right_in_the_copy_alone(shelf: Shelf, tmp_path: Path) -> None:
    large = picture(tmp_path / "in" / "large.jpg", 1, (2400, 1200), "JPEG")
    small = picture(tmp_path / "in" / "small.png", 2, (150, 100))
    fine = picture(tmp_path / "in" / "fine.png", 3, (400, 300))
    heavy = tmp_path / "in" / "heavy.png"
    Image.frombytes("RGB", (600, 500), np.random.default_rng(1).bytes(600 * 500 * 3)).save(heavy)
    assert heavy.stat().st_size > 700_000
    shelf.take_in(tmp_path / "in")
    for path in (large, small, fine, heavy):
        shelf.face(shelf.image(path), (30, 30, 60, 60), "miku")
    report = shelf.export(tmp_path / "out", "lap", fix_sizes=True, link="hardlink")
    assert report.written == 4
    sizes = {}
    for each in (tmp_path / "out" / "images").iterdir():
        with Image.open(each) as found:
            sizes[each.name.partition("_")[0]] = (found.size, each.suffix, each.stat().st_size < 700_000)
    assert sizes == {
        "large": ((1920, 960), ".jpg", True), "small": ((300, 200), ".jpg", True), "fine": ((400, 300), ".png", True),
        "heavy": ((600, 500), ".jpg", True),
    }  # fmt: skip
    lines = (tmp_path / "out" / "labels_faces.txt").read_text().splitlines()
    boxes = {line.partition("_")[0].rpartition("\\")[2]: line.rpartition(": ")[2] for line in lines}
    assert boxes == {
        "large": "24 24 72 72 0",
        "small": "60 60 180 180 0",
        "fine": "30 30 90 90 0",
        "heavy": "30 30 90 90 0",
    }
    with Image.open(large) as original:
        assert original.size == (2400, 1200)


def test_pictures_that_are_gone_are_told_and_the_others_exported(shelf: Shelf, tmp_path: Path) -> None:
    paths = [picture(tmp_path / "in" / f"{number}.png", number) for number in range(4)]
    shelf.take_in(tmp_path / "in", mode="reference")
    for path in paths:
        shelf.face(shelf.image(path), (10, 10, 40, 40), "miku")
    paths[0].unlink()
    paths[1].write_bytes(paths[1].read_bytes() + b"more")
    content = bytearray(paths[2].read_bytes())
    content[60:200] = bytes(140)
    paths[2].write_bytes(content)
    for format, failed in (("imagefolder", 3), ("coco", 3), ("webdataset", 3), ("parquet", 3)):
        out = tmp_path / format
        report = shelf.export(out, format)
        assert len(report.failures) == failed and report.parts == {"": 4 - failed}
        reasons = {Path(each.source).name: each.reason for each in report.failures}
        assert reasons["0.png"] == "the file is missing" and "has changed" in reasons["1.png"]
    assert pyarrow.parquet.read_table(tmp_path / "parquet" / "data").num_rows == 1
    # Put back, they are there the next time.
    picture(paths[0], 0), picture(paths[1], 1), picture(paths[2], 2)
    for format in ("imagefolder", "webdataset", "parquet"):
        assert shelf.export(tmp_path / format, format).failures == []
    for path in paths:
        path.unlink()
    with pytest.raises(AnituiError, match="none of the pictures could be exported"):
        shelf.export(tmp_path / "nothing", "coco")
    assert not (tmp_path / "nothing").exists()


def test_other_bytes_of_the_same_size_are_told_and_not_exported(shelf: Shelf, tmp_path: Path) -> None:
    path = picture(tmp_path / "in" / "a.png", 1)
    shelf.take_in(tmp_path / "in", mode="reference")
    shelf.face(shelf.image(path), (10, 10, 40, 40), "miku")
    other = picture(tmp_path / "other.png", 2).read_bytes()
    size = path.stat().st_size
    path.write_bytes(other[:size] + bytes(max(0, size - len(other))))
    for format in ("imagefolder", "coco", "webdataset"):
        with pytest.raises(AnituiError, match="none of the pictures"):
            shelf.export(tmp_path / format, format)


def test_a_face_that_is_the_whole_picture_is_not_cut(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "in" / "tall.png"
    path.parent.mkdir()
    Image.new("RGB", (100, 300), (200, 30, 30)).save(path)
    shelf.take_in(path)
    shelf.face(shelf.image(path), (0, 0, 100, 300), "miku")
    shelf.export(tmp_path / "out", "imagefolder", size=150)
    [crop] = (tmp_path / "out").glob("miku/*")
    with Image.open(crop) as image:
        assert image.size == (50, 150)


def test_cut_faces_are_linked_as_they_are_beside_crops_that_are_made(shelf: Shelf, tmp_path: Path) -> None:
    paths = [picture(tmp_path / "in" / f"{number}.png", number) for number in range(2)]
    shelf.take_in(tmp_path / "in")
    with Image.open(paths[0]) as image:
        whole = (0, 0, *image.size)
    shelf.face(shelf.image(paths[0]), whole, "miku")
    shelf.face(shelf.image(paths[1]), (10, 10, 40, 40), "miku")
    report = shelf.export(tmp_path / "out", "imagefolder", link="hardlink")
    files = {path.name[0]: path for path in (tmp_path / "out" / "miku").iterdir()}
    assert files["0"].read_bytes() == paths[0].read_bytes() and files["0"].stat().st_nlink == 2
    assert files["1"].stat().st_nlink == 1 and (report.written, report.linked) == (2, 1)


def test_who_is_exported_without_a_split(shelf: Shelf, tmp_path: Path) -> None:
    path = picture(tmp_path / "in" / "a.png", 1)
    shelf.take_in(path)
    image = shelf.image(path)
    kept = shelf.face(image, (10, 10, 40, 40), "miku")
    shelf.face(image, (12, 11, 40, 40), "miku", detector="animeface")  # the same face once more
    shelf.face(image, (70, 10, 40, 40), None)
    aside = shelf.face(image, (70, 60, 40, 40), "rei")
    unsure = shelf.face(image, (10, 60, 40, 40), "rei")
    with shelf.catalogue.writing() as connection:
        connection.execute("UPDATE faces SET state = 'set_aside' WHERE face_id = ?", [aside])
        connection.execute("UPDATE faces SET unsure = true WHERE face_id = ?", [unsure])
    report = shelf.export(tmp_path / "out", "coco")
    assert (report.members, report.others, report.classes) == (1, 3, 1)
    table = (tmp_path / "out" / "manifest.csv").read_text().splitlines()
    assert [row.split(",")[5] for row in table[1:] if row.startswith("images/")] == [str(kept)]
    with pytest.raises(WrongUse, match="no face that fits has a label"):
        shelf.export(tmp_path / "none", "coco", query="label:nobody")
    assert not (tmp_path / "none").exists()


def test_a_split_of_pictures(shelf: Shelf, tmp_path: Path) -> None:
    paths = [picture(tmp_path / "in" / f"{number}.png", number) for number in range(3)]
    shelf.take_in(tmp_path / "in")
    ids = [shelf.image(path) for path in paths]
    with shelf.catalogue.writing() as connection:
        connection.execute("INSERT INTO labels (label, label_set) VALUES ('sketch', 'kind'), ('colour', 'kind')")
        for image, tags in zip(ids, (["sketch"], ["sketch", "colour"], ["colour"]), strict=True):
            for tag in tags:
                connection.execute(
                    "INSERT INTO image_tags (image_id, label, speaker, said_by) VALUES (?, ?, 'person', 'me')",
                    [image, tag],
                )
    members = pyarrow.table(
        {
            "part": ["train", "train", "val"], "face_id": pyarrow.array([None] * 3, pyarrow.int64()), "image_id": ids,
            "group_id": ids, "labels": [["sketch"], ["sketch"], ["colour"]],
        }
    )  # fmt: skip
    splits.freeze(shelf.catalogue, [("pics", {}, {}, members, None)], "image", "kind")
    report = shelf.export(tmp_path / "out", "parquet", split="pics")
    assert (report.pictures, report.label_set, report.renamed) == ("whole", "kind", 1)
    table = pyarrow.parquet.read_table(tmp_path / "out" / "data" / "train-00000-of-00001.parquet")
    assert sorted(table["labels"].to_pylist()) == [["colour", "sketch"], ["sketch"]]
    assert table["image"][0].as_py()["bytes"] in {path.read_bytes() for path in paths}
    shelf.export(tmp_path / "folder", "imagefolder", split="pics", as_frozen=True)
    assert len(list((tmp_path / "folder" / "train" / "sketch").iterdir())) == 2
    for format, pictures, why in (("coco", None, "wants boxes"), ("csv", "crops", "have no crops")):
        with pytest.raises(WrongUse, match=why):
            shelf.export(tmp_path / "x", format, split="pics", pictures=pictures)


def test_many_shards_each_of_which_stands_alone(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anitui.pipeline.export.exporting.SHARD_PICTURES", 4)
    furnish(shelf, tmp_path / "in", [f"label {number}" for number in range(12)])
    for format, found in (("webdataset", "*.tar"), ("parquet", "data/*.parquet")):
        out = tmp_path / format
        shelf.export(out, format, size=16)
        names = sorted(path.name for path in out.glob(found))
        assert len(names) >= 3
        if format == "parquet":
            assert all(name.endswith(f"-of-{len(names):05}.parquet") for name in names)
            assert pyarrow.parquet.read_table(out / "data").num_rows == 24
        shelf.name(shelf.catalogue.value("SELECT min(face_id) FROM faces"), f"label {1 if format == 'parquet' else 2}")
        report = shelf.export(out, format, size=16)
        assert 0 < report.written < report.kept  # the others are as they were


def test_a_box_moves_with_what_is_made() -> None:
    shape = Shape((10, 20, 110, 120), 50, 50, "png", 90)
    assert shape.moved((10, 20, 100, 100), 500, 500) == (0, 0, 50, 50)
    assert shape.moved((0, 0, 60, 70), 500, 500) == (0, 0, 25, 25)  # what the crop cut off is gone
    assert Shape(None, 50, 25, "png", 90).moved((20, 20, 40, 20), 100, 50) == (10, 10, 20, 10)
    assert Unit.__slots__  # a million of them
