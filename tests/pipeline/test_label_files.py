from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui import workspace as workspaces
from anitui.errors import WrongUse
from anitui.pipeline.engine import InProcess
from anitui.pipeline.label_files.giving import ExportOrder, export_labels
from anitui.pipeline.label_files.registry import FORMATS
from anitui.pipeline.label_files.taking import LabelOrder, LabelReport, import_labels
from anitui.progress import run
from anitui.store import journal, labels, naming
from anitui.store.catalogue import Catalogue, open_catalogue
from tests.pipeline.label_files_in import Bring, Give


def picture(path: Path, seed: int, size: tuple[int, int] = (200, 150)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (seed * 37 % 256, seed * 11 % 256, seed % 256)).save(path)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with six pictures, some in folders."""
    folder = tmp_path / "data"
    for seed, name in enumerate(("a.png", "b.png", "sub/c.png", "sub/d.jpg", "sub/deep/e.png", "f g.png")):
        picture(folder / name, seed + 1)
    return folder


def state(catalogue: Catalogue) -> list[Any]:
    """All that is known of boxes, labels and pictures."""
    return [
        catalogue.rows("SELECT * FROM faces ORDER BY face_id"),
        catalogue.rows("SELECT * FROM face_labels ORDER BY ALL"),
        catalogue.rows("SELECT * FROM labels ORDER BY ALL"),
        catalogue.rows("SELECT * EXCLUDE (added_at) FROM images ORDER BY ALL"),
        catalogue.rows("SELECT * FROM judged_pairs ORDER BY ALL"),
    ]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and each.suffix not in (".png", ".jpg")
    }


LAP = "\n".join(
    [
        "a.png: 10 20 60 80 0, 100 20 150 90 1",
        "sub\\c.png: 5 5 40 45 0.9831, 50.5 10 90.25 60 0.50",
        "b.png: -",
        "sub\\d.jpg:  1 1 20 20 2,30 30 60 60 2",
        "f g.png: 10 10 50 50 -1",
        "",
    ]
)


@pytest.fixture
def lap(data: Path) -> Path:
    (data / "labels_faces.txt").write_text(LAP)
    (data / "classes.txt").write_text("0:brown hair\n1:blonde\n2:black\n")
    (data / "delcands.txt").write_text("2\n")
    (data / "labels_heads.txt").write_text("a.png: 5 5 80 95 0.75\n")
    return data


def test_lap_there_and_back(lap: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path) -> None:
    report = bring("lap", lap / "labels_faces.txt")
    assert (report.pictures, report.on_disk, report.missing, report.boxes, report.new_boxes) == (5, 5, 0, 7, 7)
    assert report.problems == [] and report.set_aside == 1
    assert catalogue.rows("SELECT detector, count(*) FROM faces GROUP BY 1 ORDER BY 1") == [("lap", 2), ("person", 5)]
    assert catalogue.rows("SELECT label, number FROM labels WHERE label_set = 'lap' ORDER BY number") == [
        ("brown hair", 0), ("blonde", 1), ("black", 2),
    ]  # fmt: skip
    assert catalogue.rows("SELECT DISTINCT speaker, said_by, label_set FROM face_labels") == [
        ("person", "file labels_faces.txt", "lap")
    ]
    assert catalogue.rows("SELECT state, reason FROM images WHERE state <> 'active'") == [
        ("set_aside", "marked for deletion")
    ]
    out = give("lap", tmp_path / "out")
    names = ("classes.txt", "delcands.txt", "labels_faces.txt")
    assert bytes_of(tmp_path / "out") == {name: (lap / name).read_bytes() for name in names}
    assert out.lost == {} and out.boxes == 7


def test_a_folder_of_lap_with_heads(lap: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path) -> None:
    bring("lap", lap)
    assert catalogue.rows("SELECT kind, count(*) FROM faces GROUP BY 1 ORDER BY 1") == [("face", 7), ("head", 1)]
    give("lap", tmp_path / "heads", kind="head")
    assert (tmp_path / "heads" / "labels_heads.txt").read_bytes() == (lap / "labels_heads.txt").read_bytes()
    give("lap", tmp_path / "out")
    assert (tmp_path / "out" / "labels_faces.txt").read_text() == LAP


def test_the_same_twice_changes_nothing(lap: Path, bring: Bring, catalogue: Catalogue) -> None:
    bring("lap", lap)
    before, decisions = state(catalogue), len(journal.history(catalogue))
    again = bring("lap", lap)
    assert state(catalogue) == before and len(journal.history(catalogue)) == decisions == 1
    assert again.new_boxes == 0 and again.labels == 0 and again.boxes == 8


def test_an_import_is_one_decision(lap: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path) -> None:
    bring("lap", lap)
    whole = state(catalogue)
    assert "labels_faces.txt" in journal.history(catalogue)[0].summary
    journal.undo(catalogue)
    assert [len(each) for each in state(catalogue)] == [0, 0, 0, 5, 0]
    assert catalogue.value("SELECT count(*) FROM images WHERE state = 'active'") == 5
    journal.redo(catalogue)
    assert state(catalogue) == whole
    journal.undo(catalogue)
    assert bring("lap", lap).new_boxes == 8
    give("lap", tmp_path / "out")
    assert (tmp_path / "out" / "labels_faces.txt").read_text() == LAP


def test_what_a_person_did_since_stays_and_goes_out(
    lap: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path
) -> None:
    bring("lap", lap / "labels_faces.txt")
    faces = [row[0] for row in catalogue.rows("SELECT face_id FROM faces ORDER BY face_id")]
    naming.name(catalogue, faces[:1], "silver", "lap")
    naming.not_faces(catalogue, faces[1:2])
    with catalogue.writing() as connection:
        connection.execute(f"UPDATE faces SET x = 7, detector = 'person', score = NULL WHERE face_id = {faces[2]}")
    labels.rename(catalogue, "black", "raven")
    before = state(catalogue)
    assert bring("lap", lap / "labels_faces.txt").new_boxes == 0
    assert state(catalogue)[0] == before[0]
    give("lap", tmp_path / "out")
    assert (tmp_path / "out" / "labels_faces.txt").read_text().splitlines() == [
        "a.png: 10 20 60 80 3",
        "sub\\c.png: 7 5 42 45 -1, 50.5 10 90.25 60 0.50",
        "b.png: -",
        "sub\\d.jpg:  1 1 20 20 2,30 30 60 60 2",
        "f g.png: 10 10 50 50 -1",
    ]
    assert (tmp_path / "out" / "classes.txt").read_text() == "0:brown hair\n1:blonde\n2:raven\n3:silver\n"


def test_a_csv_keeps_all_that_is_known(
    lap: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path
) -> None:
    bring("lap", lap)
    faces = [row[0] for row in catalogue.rows("SELECT face_id FROM faces ORDER BY face_id")]
    naming.name(catalogue, faces[:2], 'Miku, "the" one')
    naming.unsure(catalogue, faces[3:4])
    naming.not_faces(catalogue, faces[4:5])
    give("csv", tmp_path / "all.csv", query="state:all")
    other = open_catalogue(tmp_path / "other.duckdb")
    try:
        place = workspaces.create(tmp_path / "elsewhere")
        order = LabelOrder([tmp_path / "all.csv"], FORMATS["csv"], pictures=lap)
        report = run(import_labels(place, other, order, engine=InProcess()), lambda _: None)
        assert report.problems == [] and report.boxes == 8
        known = (
            "SELECT s.title, x, y, w, h, score, detector, kind, f.state, f.reason, unsure, l.label, l.label_set, "
            "speaker, said_by, confidence FROM faces f JOIN sightings s USING (image_id) "
            "LEFT JOIN face_labels l USING (face_id) ORDER BY ALL"
        )
        assert other.rows(known) == catalogue.rows(known)
        again = run(
            export_labels(other, ExportOrder(tmp_path / "again.csv", FORMATS["csv"], query="state:all")), lambda _: None
        )
        assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "all.csv").read_bytes() and again.boxes == 8
    finally:
        other.close()


def test_a_csv_by_hand_needs_little(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    (data / "mine.csv").write_text("path,x,y,w,h,label\na.png,1,2,30,40,Miku\na.png,50,2,30,40,\nb.png,,,,,\n")
    report = bring("csv", data / "mine.csv")
    assert (report.pictures, report.boxes, report.labels) == (2, 2, 1)
    assert catalogue.rows("SELECT label, label_set, speaker, said_by FROM face_labels") == [
        ("Miku", "characters", "person", "file mine.csv")
    ]


WIDER = """\
a.png
2
10 20 30 40 0 0 1 0 2 0 
100 20 30 40 1 0 0 0 0 1 
sub/c.png
0
0 0 0 0 0 0 0 0 0 0 
sub/d.jpg
1
5 5 50 50 2 0 0 0 1 0 
"""  # noqa: W291

COCO: dict[str, Any] = {
    "info": {"description": "a set, with ü"},
    "licenses": [{"id": 1, "name": "none"}],
    "images": [
        {"id": 7, "file_name": "a.png", "width": 200, "height": 150, "license": 1},
        {"id": 3, "file_name": "sub/c.png", "width": 200, "height": 150},
        {"id": 9, "file_name": "b.png", "width": 200, "height": 150},
    ],
    "annotations": [
        {"id": 1, "image_id": 3, "category_id": 5, "bbox": [10.5, 20, 30.25, 40], "area": 1210.0, "iscrowd": 0},
        {"id": 2, "image_id": 7, "category_id": 1, "bbox": [1, 2, 33, 44], "segmentation": [[1, 2, 3, 4, 5, 6]]},
        {"id": 3, "image_id": 3, "category_id": 5, "bbox": [100, 20, 30, 40], "score": 0.875},
    ],
    "categories": [{"id": 5, "name": "miku", "supercategory": "person"}, {"id": 1, "name": "rin"}],
}

VOC = """\
<annotation verified="yes">
\t<folder>sub</folder>
\t<filename>c.png</filename>
\t<size><width>200</width><height>150</height><depth>3</depth></size>
\t<object>
\t\t<name>miku &amp; rin</name>
\t\t<pose>Left</pose>
\t\t<difficult>1</difficult>
\t\t<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>60</xmax><ymax>80</ymax></bndbox>
\t</object>
\t<object><name>len</name><bndbox><xmin>90</xmin><ymin>20</ymin><xmax>120</xmax><ymax>80</ymax></bndbox></object>
</annotation>
"""
ZACI = {
    "salmon-san_(dreadtie)": [{"id": 11, "bbox": [10, 20, 60, 80]}, {"id": 12, "bbox": [74, 45, 165, 117]}],
    "a/b": [{"id": 13, "bbox": [1, 2, 30, 40]}],
    "nobody": [],
}
PAIRS = """\
pathA,pathB,label,human_prediction,invalid
salmon-san_(dreadtie)/11.png,salmon-san_(dreadtie)/12.jpg,1,1,0
"a, b/99.png",a__b/13.png,0,,2
salmon-san_(dreadtie)/12.jpg,a__b/13.png,0,1,0
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def there_and_back(
    format: str, files: dict[str, str], folder: Path, bring: Bring, give: Give, catalogue: Catalogue, out: Path
) -> LabelReport:
    """In, out, and in again: the same bytes, and nothing has changed."""
    write(folder, files)
    report = bring(format, folder)
    assert report.problems == []
    told = give(format, out)
    assert bytes_of(out) == {name: text.encode() for name, text in files.items()}
    assert told.lost == {}
    before = state(catalogue)
    assert bring(format, folder).new_boxes == 0
    bring(format, out, pictures=folder)
    assert state(catalogue)[0] == before[0]
    return report


def test_wider(data: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path) -> None:
    file = write(data, {"gt.txt": WIDER}) / "gt.txt"
    report = bring("wider", file)
    assert (report.pictures, report.boxes, report.problems) == (3, 3, [])
    give("wider", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == WIDER
    with catalogue.writing() as connection:
        connection.execute("UPDATE faces SET x = 12.4, score = 0.5, detector = 'onnx' WHERE x = 10")
    lost = give("wider", tmp_path / "again.txt").lost
    assert lost == {"scores": 1, "parts of pixels: corners are rounded": 1}
    assert "12 20 30 40 0 0 1 0 2 0 " in (tmp_path / "again.txt").read_text().splitlines()


@pytest.mark.parametrize(
    "layout", [{"indent": 2}, {}, {"separators": (",", ":")}, {"indent": 1, "ensure_ascii": False}]
)
def test_coco(
    layout: dict[str, Any], data: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path
) -> None:
    text = json.dumps(COCO, **layout)
    file = write(data, {"set.json": text}) / "set.json"
    report = bring("coco", file)
    assert (report.pictures, report.boxes, report.labels, report.problems) == (3, 3, 3, [])
    assert catalogue.rows("SELECT label, number FROM labels ORDER BY number") == [("rin", 1), ("miku", 5)]
    assert catalogue.rows("SELECT x, detector, score, speaker, confidence FROM faces JOIN face_labels USING (face_id) "
                          "ORDER BY x") == [
        (1, "person", None, "person", None), (10.5, "person", None, "person", None),
        (100, "coco", 0.875, "model", 0.875),
    ]  # fmt: skip
    give("coco", tmp_path / "out.json")
    assert (tmp_path / "out.json").read_text() == text
    face = catalogue.value("SELECT face_id FROM faces WHERE x = 1")
    naming.name(catalogue, [face], "len")
    give("coco", tmp_path / "out.json", force=True)
    changed = json.loads((tmp_path / "out.json").read_text())
    assert changed["categories"][2] == {"id": 6, "name": "len"}
    assert changed["annotations"][1] == {**COCO["annotations"][1], "category_id": 6}
    assert changed["info"] == COCO["info"] and changed["images"] == COCO["images"]


@pytest.mark.parametrize("names", ["classes.txt", "data.yaml"])
def test_yolo(names: str, tmp_path: Path, bring: Bring, give: Give, catalogue: Catalogue) -> None:
    folder = tmp_path / "set"
    for seed, name in enumerate(("images/train/a.png", "images/train/b.jpg", "images/val/a.png")):
        picture(folder / name, seed + 1)
    classes = "miku\nrin\n" if names == "classes.txt" else "train: images/train\nnames:\n  0: miku\n  1: 'rin'\nnc: 2\n"
    files = {
        names: classes,
        "labels/train/a.txt": "0 0.5 0.5 0.2 0.4\n1 0.25 0.250000 0.1 0.1 0.875\n",
        "labels/train/b.txt": "",
        "labels/val/a.txt": "1 0.1 0.1 0.1 0.1\r\n",
    }
    report = there_and_back("yolo", files, folder, bring, give, catalogue, tmp_path / "out")
    assert (report.pictures, report.on_disk, report.boxes) == (3, 3, 3)
    assert [
        tuple(map(float, row))
        for row in catalogue.rows("SELECT round(x, 6), y, w, h FROM faces ORDER BY w DESC LIMIT 1")
    ] == [(80, 45, 40, 60)]
    assert catalogue.rows("SELECT label, number FROM labels ORDER BY number") == [("miku", 0), ("rin", 1)]


def test_voc(data: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path) -> None:
    bring_and = ("voc", {"sub/c.xml": VOC, "b.xml": "<annotation><filename>b.png</filename></annotation>"})
    report = there_and_back(*bring_and, data, bring, give, catalogue, tmp_path / "out")
    assert (report.pictures, report.boxes, report.labels) == (2, 2, 2)
    naming.name(catalogue, [catalogue.value("SELECT face_id FROM faces WHERE x = 90")], "<kaito>")
    give("voc", tmp_path / "out", force=True)
    text = (tmp_path / "out" / "sub" / "c.xml").read_text()
    assert "<name>&lt;kaito&gt;</name>" in text and "<pose>Left</pose>" in text and "<filename>c.png</filename>" in text


def test_dafre(data: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path) -> None:
    files = {
        "faces.tsv": "a.png\t12\t10,20,60,80,0.97\nsub/c.png\t3\t5,5,40.5,45,0.85\n",
        "tagIds.tsv": "miku_(vocaloid)\t3\nrin\t12\nnever_seen\t13\n",
        "train.csv": "0,a.png\n1,sub/d.jpg\n",
        "val.csv": "1,b.png\n",
        "classid_classname.csv": "0,rin\n1,len\n",
    }
    report = there_and_back("dafre", files, data, bring, give, catalogue, tmp_path / "out")
    assert (report.pictures, report.here, report.boxes, report.new_boxes) == (
        4,
        4,
        5,
        4,
    )  # what a.png is called is said of its face
    assert catalogue.rows("SELECT w, h, detector FROM faces WHERE x = 0 ORDER BY ALL") == [(200, 150, "person")] * 2
    assert catalogue.rows("SELECT label, count(*) FROM labelled_faces GROUP BY 1 ORDER BY 1") == [
        ("len", 2), ("miku_(vocaloid)", 1), ("rin", 1),
    ]  # fmt: skip


def test_zaci(tmp_path: Path, bring: Bring, give: Give, catalogue: Catalogue) -> None:
    folder = tmp_path / "zaci"
    for seed, name in enumerate(("salmon-san_(dreadtie)/11.png", "salmon-san_(dreadtie)/12.jpg", "a__b/13.png")):
        picture(folder / name, seed + 1)
    write(folder, {"test.json": json.dumps(ZACI), "pairs.csv": PAIRS})
    report = bring("zaci", folder)
    assert (report.boxes, report.labels, report.pairs, report.missing) == (3, 3, 3, 1)
    assert report.missing_first == ["a, b/99.png"]
    asked = "SELECT a_id IS NULL, b_id IS NULL, same, answered, invalid FROM judged_pairs ORDER BY place"
    assert catalogue.rows(asked) == [
        (False, False, True, True, 0), (True, False, False, None, 2), (False, False, False, True, 0),
    ]  # fmt: skip
    give("zaci", tmp_path / "out")
    assert bytes_of(tmp_path / "out") == {"test.json": json.dumps(ZACI).encode(), "pairs.csv": PAIRS.encode()}
    before = state(catalogue)
    assert bring("zaci", folder).pairs == 0 and state(catalogue) == before
    write(folder, {"pairs.csv": "".join(PAIRS.splitlines(keepends=True)[:3])})
    assert bring("zaci", folder).pairs == 1 and len(state(catalogue)[4]) == 2
    journal.undo(catalogue)
    assert state(catalogue) == before
    journal.undo(catalogue)
    assert state(catalogue)[4] == [] and state(catalogue)[0] == []


def test_what_has_no_label_is_written_as_what_it_is(
    data: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = "path,x,y,w,h,kind,label\na.png,10,20,30,40,face,\na.png,5,5,60,70,head,\nb.png,1,2,30,40,face,miku\n"
    bring("csv", write(data, {"mine.csv": rows}) / "mine.csv")
    for format, file in (("coco", "annotations.json"), ("yolo", ""), ("voc", "")):
        out = tmp_path / format
        assert give(format, out).lost == {}
        place = workspaces.create(tmp_path / f"{format} elsewhere")
        other = open_catalogue(place.catalogue)
        order = LabelOrder([out / file], FORMATS[format], pictures=data)
        report = run(import_labels(place, other, order, engine=InProcess()), lambda _: None)
        assert report.problems == []
        known = "SELECT kind, round(x, 3), label FROM faces LEFT JOIN labelled_faces USING (face_id) ORDER BY 1, 2"
        assert other.rows(known) == [("face", 1, "miku"), ("face", 10, None), ("head", 5, None)]
        assert other.rows("SELECT label FROM labels") == [("miku",)]
        other.close()


def test_pictures_that_differ_in_their_endings_only_have_files_of_their_own(
    data: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path
) -> None:
    picture(data / "other" / "a.jpg", 40)
    rows = "path,x,y,w,h,label\na.png,10,20,30,40,x\nother/a.jpg,5,5,60,70,x\nsub/c.png,1,1,9,9,x\n"
    bring("csv", write(data, {"mine.csv": rows}) / "mine.csv")
    with catalogue.writing() as connection:  # as if they had been taken in without the list
        connection.execute("DELETE FROM label_file_pictures")
    give("voc", tmp_path / "voc")
    give("coco", tmp_path / "coco.json")
    assert sorted(bytes_of(tmp_path / "voc")) == ["a.xml", "c.xml", "other/a.xml"]
    names = {each["file_name"] for each in json.loads((tmp_path / "coco.json").read_text())["images"]}
    assert names == {"a.png", "a.jpg", "c.png"}


def test_only_what_a_filter_leaves_goes_out(lap: Path, bring: Bring, give: Give, tmp_path: Path) -> None:
    bring("lap", lap)
    give("lap", tmp_path / "out.txt", query="title:c,f")
    assert (tmp_path / "out.txt").read_text().splitlines() == [LAP.splitlines()[1], LAP.splitlines()[4]]
    with pytest.raises(WrongUse, match="already: --force"):
        give("lap", tmp_path / "out.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongUse, match="is a file"):
        give("lap", tmp_path / "file")


def test_equal_pictures_under_two_names_keep_both_rows(
    data: Path, bring: Bring, give: Give, catalogue: Catalogue, tmp_path: Path
) -> None:
    picture(data / "again.png", 1)
    text = "a.png: 10 20 60 80 0.5, 1 1 9 9 0.25\nb.png: -\nagain.png: 10 20 60 80 0.5, 90 1 120 9 0.125\n"
    write(data, {"labels_faces.txt": text})
    assert bring("lap", data / "labels_faces.txt").new_boxes == 3
    give("lap", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == text
