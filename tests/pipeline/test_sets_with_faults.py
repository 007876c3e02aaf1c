"""Sets that other programs wrote carelessly: what they mean is taken, what they cannot mean is told."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui.errors import WrongUse, in_one_sentence
from anitui.store import naming
from anitui.store.catalogue import Catalogue
from anitui.store.label_files import OTHER_SCALE, OTHER_SHAPE
from tests.pipeline.label_files_in import Bring, Give, put, told


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, colour in (("a.png", "red"), ("b.png", "blue"), ("c.png", "green")):
        Image.new("RGB", (200, 150), colour).save(folder / name)
    return folder


def coco(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    images = [{"id": 1, "file_name": "a.png", "width": 200, "height": 150}]
    boxes = [{"id": n, "image_id": 1, "bbox": [n * 10, 1, 9, 9], **each} for n, each in enumerate(annotations, 1)]
    return {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "miku"}], **more}


def test_categories_with_one_id_and_ids_in_other_spellings(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    categories = [{"id": 1, "name": "miku"}, {"id": 1, "name": "rin"}, {"id": "2", "name": "len"}]
    ids = ({"category_id": 1}, {"category_id": "1"}, {"category_id": 2.0}, {"category_id": [1]})
    report = bring("coco", put(data, "set.json", coco(*ids, categories=categories)))
    assert told(report) == {
        "two categories with the same id: the first counts": ("set.json: 1, 'rin'",),
        "an annotation whose category_id is no whole number": ("set.json annotation 4",),
    }
    assert catalogue.rows("SELECT x, label FROM faces JOIN labelled_faces USING (face_id) ORDER BY x") == [
        (10, "miku"), (20, "miku"), (30, "len"),
    ]  # fmt: skip


def test_a_crowd_is_no_face_and_goes_out_again(data: Path, bring: Bring, give: Give, catalogue: Catalogue) -> None:
    one, crowd = {"category_id": 1, "iscrowd": 0}, {"category_id": 1, "iscrowd": 1, "segmentation": {"counts": [1]}}
    file = put(data, "set.json", coco(one, crowd, one))
    assert told(bring("coco", file)) == {"a crowd (iscrowd), which is no single face": ("set.json annotation 2",)}
    assert catalogue.value("SELECT count(*) FROM faces") == 2
    give("coco", data / "out.json")
    assert (data / "out.json").read_text() == file.read_text()


def sized(width: int, height: int, *boxes: tuple[int, int, int, int]) -> str:
    lines = [f"<annotation><filename>a.png</filename><size><width>{width}</width><height>{height}</height></size>"]
    for box in boxes:
        sides = "".join(
            f"<{side}>{at}</{side}>" for side, at in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
        )
        lines.append(f"<object><name>x</name><bndbox>{sides}</bndbox></object>")
    return "\n".join([*lines, "</annotation>"])


@pytest.mark.parametrize("format", ["voc", "coco"])
def test_boxes_of_a_picture_that_was_scaled_since(
    format: str, data: Path, bring: Bring, give: Give, catalogue: Catalogue
) -> None:
    """Half as large as the file says; then with a side that does not fit."""
    if format == "voc":
        file = put(data, "xml/a.xml", sized(400, 301, (20, 40, 60, 80), (100, 40, 160, 80)))
        where = "a.xml"
    else:
        images = [{"id": 1, "file_name": "a.png", "width": 400, "height": 301}]
        boxes = ({"bbox": [20, 40, 40, 40]}, {"bbox": [100, 40, 60, 40]})
        file, where = put(data, "set.json", coco(*boxes, images=images)), "a.png"
    report = bring(format, file, pictures=data)
    assert told(report) == {OTHER_SCALE: (where,)} and not report.problems[0].left_out
    halved = [(10, pytest.approx(20, abs=0.1), 20, pytest.approx(20, abs=0.1))]
    assert catalogue.rows("SELECT x, y, w, h FROM faces ORDER BY x LIMIT 1") == halved
    assert bring(format, file, pictures=data).new_boxes == 0
    out = data.parent / ("out.json" if format == "coco" else "out")
    give(format, out)
    written = out if format == "coco" else out / "a.xml"
    assert written.read_text() == file.read_text()
    naming.name(catalogue, [catalogue.value("SELECT min(face_id) FROM faces")], "other")
    give(format, out, force=True)
    text = written.read_text()
    if format == "voc":  # in the picture's own size now, all of them
        assert "<width>200</width><height>150</height>" in text and "<xmin>50</xmin>" in text
    else:
        assert json.loads(text)["images"][0]["width"] == 200
        assert json.loads(text)["annotations"][1]["bbox"][0] == 50
    file.write_text(file.read_text().replace("301", "500"))
    report = bring(format, file, pictures=data)
    assert (told(report), report.boxes) == ({OTHER_SHAPE: (where,)}, 0) and report.problems[0].left_out
    file.write_text(file.read_text().replace("500", "0"))
    assert bring(format, file, pictures=data).problems == []


def test_data_yaml_counts_before_classes_txt(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    put(data, "labels/a.txt", "0 0.5 0.5 0.1 0.1\n")
    put(data, "labels/classes.txt", "old\n")
    put(data, "data.yaml", "names: [new]\n")
    report = bring("yolo", data)
    assert told(report) == {}, "they do not lie beside each other"
    put(data, "classes.txt", "old\n")
    report = bring("yolo", data)
    assert told(report) == {"names of classes that data.yaml has otherwise: it counts": ("classes.txt",)}
    assert catalogue.rows("SELECT label FROM labelled_faces") == [("new",)]
    put(data, "classes.txt", "new\n")
    assert told(bring("yolo", data)) == {}


def test_what_holds_the_place_of_a_class_is_none(data: Path, bring: Bring, give: Give, catalogue: Catalogue) -> None:
    rows = "path,x,y,w,h,label\na.png,1,1,9,9,miku\nb.png,1,1,9,9,rin\n"
    bring("csv", put(data, "all.csv", rows))
    with catalogue.writing() as connection:
        connection.execute("UPDATE labels SET number = number + 1 + 2 * number")
    give("yolo", data / "out")
    assert (data / "out" / "classes.txt").read_text() == "class 0\nmiku\nclass 2\nclass 3\nrin\n"
    assert bring("yolo", data / "out", pictures=data).new_labels == 0
    assert catalogue.rows("SELECT label FROM labels ORDER BY number") == [("miku",), ("rin",)]
    give("yolo", data / "again")
    assert (data / "again" / "classes.txt").read_text() == (data / "out" / "classes.txt").read_text()


def test_wrong_rows_of_a_list_of_tags_are_told_by_what_is_wrong(data: Path, bring: Bring) -> None:
    put(data, "tagIds.tsv", "miku\t3\nrin\t3\nno id\n\n\t5\n")
    report = bring("dafre", put(data, "faces.tsv", "a.png\t3\t1,1,9,9,0.5\n"))
    assert told(report) == {
        "two classes with the same id: the last counts": ("tagIds.tsv line 2",),
        "a class without a name or an id": ("tagIds.tsv line 3", "tagIds.tsv line 5"),
    }


def test_a_link_to_nowhere_is_no_destination(data: Path, give: Give) -> None:
    (data / "link").symlink_to(data / "nowhere")
    with pytest.raises(WrongUse, match="a link to what is not there"):
        give("coco", data / "link")


def test_what_the_system_refuses_is_told_with_a_remedy(tmp_path: Path) -> None:
    for number in (errno.ENOENT, errno.EACCES, errno.EFBIG, errno.ENOTDIR):
        told = in_one_sentence(OSError(number, "It Failed", "/x"))
        assert told is not None and told.startswith("it failed (/x): ")
