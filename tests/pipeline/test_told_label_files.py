"""What an import of label files tells: where it stands, whether it was left out, and how much was really there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui.errors import WrongUse
from anitui.store import journal
from anitui.store.catalogue import Catalogue
from tests.pipeline.label_files_in import Bring, Give, put, told

NO_SIZE = "a box without a size, or with one that no picture has"
OUTSIDE = "a box outside of the picture"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name, colour in (("a.png", "red"), ("b.png", "blue"), ("sub/c.png", "green")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (200, 150), colour).save(folder / name)
    return folder


def voc_object(x1: int, y1: int, x2: int, y2: int, name: str = "x") -> str:
    box = f"<xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax>"
    return f"<object><name>{name}</name><bndbox>{box}</bndbox></object>"


def test_a_bad_box_is_told_with_its_file_and_what_it_is_there(data: Path, bring: Bring) -> None:
    good, empty, away = voc_object(1, 1, 9, 9), voc_object(5, 5, 5, 9), voc_object(900, 900, 990, 990)
    put(data, "xml/a.xml", f"<annotation><filename>a.png</filename>{good}{empty}{away}</annotation>")
    report = bring("voc", data / "xml", pictures=data)
    assert told(report) == {NO_SIZE: ("a.xml object 2",), OUTSIDE: ("a.xml object 3",)}
    put(data, "classes.txt", "x\n")
    put(data, "a.txt", "0 0.5 0.5 0.1 0.1\n0 0.5 0.5 0 0\n0 1.4 1.4 0.1 0.1\n")
    assert told(bring("yolo", data / "a.txt")) == {NO_SIZE: ("a.txt line 2",), OUTSIDE: ("a.txt line 3",)}
    boxes = [[1, 1, 9, 9], [5, 5, 0, 9], [900, 900, 9, 9]]
    set_of = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [{"id": n, "image_id": 1, "category_id": 1, "bbox": box} for n, box in enumerate(boxes)],
        "categories": [{"id": 1, "name": "x"}],
    }
    report = bring("coco", put(data, "set.json", set_of))
    assert told(report) == {NO_SIZE: ("set.json annotation 2",), OUTSIDE: ("set.json annotation 3",)}
    assert all(each.left_out for each in report.problems)


def test_what_was_only_noticed_is_not_called_left_out(data: Path, bring: Bring) -> None:
    report = bring("lap", put(data, "labels_faces.txt", "a.png: 1 1 9 9 3, 5 5 5 5 3\n"))
    assert {each.reason: each.left_out for each in report.problems} == {
        NO_SIZE: True, "a class index without a name": False,
    }  # fmt: skip


def test_a_picture_is_counted_once_and_only_where_it_is_here(data: Path, bring: Bring, give: Give) -> None:
    put(data, "not.png", "no picture")
    text = "path,x,y,w,h\na.png,1,1,9,9\n../secret.png,1,1,9,9\ngone.png,1,1,9,9\nnot.png,1,1,9,9\n"
    report = bring("csv", put(data, "all.csv", text))
    assert (report.pictures, report.here, report.missing) == (4, 1, 1)
    put(data, "classid_classname.csv", "0,x\n")
    for name in ("train", "val"):
        put(data, f"{name}.csv", "0,a.png\n0,b.png\n")
    assert bring("dafre", data / "train.csv", data / "val.csv").pictures == 2
    done = give("dafre", data.parent / "out")
    assert (done.pictures, done.boxes, done.labelled) == (2, 2, 2)


TWO_NAMES = "a second name for one face by the same speaker: a person's word counts, then the last one"


def statements(catalogue: Catalogue) -> list[Any]:
    return catalogue.rows("SELECT face_id, label, label_set, speaker, said_by FROM face_labels ORDER BY ALL")


def test_a_persons_word_is_not_lost_to_a_models_in_one_table(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    rows = [
        "path,box,x,y,w,h,label,speaker,said_by,confidence,label_set",
        "a.png,1,1,1,9,9,miku,person,,,",
        "a.png,1,1,1,9,9,rin,model,,0.9,",
        "a.png,1,1,1,9,9,happy,,,,mood",
        "a.png,1,,,,,len,model,resnet,0.5,",
    ]
    for order in (rows, [rows[0], *reversed(rows[1:4]), rows[4]]):
        assert told(bring("csv", put(data, "all.csv", "\n".join(order)))) == {}
        assert [row[1:] for row in statements(catalogue)] == [
            ("happy", "mood", "person", "file all.csv"),
            ("len", "characters", "model", "resnet"),
            ("miku", "characters", "person", "file all.csv"),
            ("rin", "characters", "model", "file all.csv (model)"),
        ]
        assert catalogue.rows("SELECT label FROM labelled_faces WHERE label_set = 'characters'") == [("miku",)]


def test_two_names_by_one_voice_are_told_and_the_last_counts(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    rows = ["path,box,x,y,w,h,label,said_at"]
    rows += [f"a.png,1,1,1,9,9,name {number:02},2026-01-01" for number in range(40)]
    rows += ["b.png,1,1,1,9,9,late,2026-01-02", "b.png,1,1,1,9,9,early,2026-01-01", "b.png,1,1,1,9,9,late,2026-01-01"]
    report = bring("csv", put(data, "all.csv", "\n".join(rows)))
    assert [(each.reason, each.often, each.first[0]) for each in report.problems] == [(TWO_NAMES, 40, "all.csv line 2")]
    assert [row[1] for row in statements(catalogue)] == ["name 39", "late"]
    box = [1, 1, 20, 20]
    twice = {"miku": [{"id": "a", "bbox": box}], "rin": [{"id": "a", "bbox": box}]}
    assert told(bring("zaci", put(data, "zaci.json", twice))) == {TWO_NAMES: ("zaci.json character 1",)}
    assert statements(catalogue)[-1][1] == "rin"


def test_rows_of_one_box_that_differ_are_told(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    boxes = ("1,1,1,9,9,,x", "1,50,1,9,9,,x", "1,1,1,9,9,0.5,x", "2,5,5,9,9,,")
    rows = ["path,box,x,y,w,h,score,label", *(f"a.png,{each}" for each in boxes)]
    report = bring("csv", put(data, "all.csv", "\n".join(rows)))
    assert told(report) == {
        "a row that has its box otherwise than the row before it: the first one counts": (
            "all.csv line 3", "all.csv line 4",
        )
    }  # fmt: skip
    assert catalogue.rows("SELECT x, score FROM faces ORDER BY x") == [(1, None), (5, None)]


def test_a_label_without_a_box_is_a_tag(data: Path, bring: Bring, give: Give, catalogue: Catalogue) -> None:
    rows = "path,label,speaker,confidence\na.png,miku,,\na.png,Rin,model,0.5\nb.png,,,\ngone.png,nobody,,\n"
    report = bring("csv", put(data, "all.csv", rows))
    assert (report.tags, report.boxes, report.labels, report.missing) == (2, 0, 0, 1)
    asked = "SELECT label, speaker, said_by, confidence FROM tagged_images ORDER BY label"
    known = [("Rin", "model", "file all.csv (model)", 0.5), ("miku", "person", "file all.csv", None)]
    assert catalogue.rows(asked) == known
    assert [row[0] for row in catalogue.rows("SELECT label FROM labels ORDER BY 1")] == ["Rin", "miku"]
    assert bring("csv", data / "all.csv").tags == 0
    give("csv", data / "out.csv")
    assert (data / "out.csv").read_text().splitlines()[1].startswith("a.png,,,,,,,,,,,,,Rin,characters,model,file all")
    journal.undo(catalogue)
    assert catalogue.rows(asked) == []
    bring("csv", data / "out.csv")
    assert catalogue.rows(asked) == known


def test_names_of_what_is_not_here_are_not_put_on_the_list(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    def listed() -> list[str]:
        return [row[0] for row in catalogue.rows("SELECT label FROM labels ORDER BY label")]

    put(data, "classid_classname.csv", "0,here\n1,away\n2,unused\n")
    assert bring("dafre", put(data, "train.csv", "0,nowhere/1.png\n1,nowhere/2.png\n")).new_labels == 0
    rows = "path,x,y,w,h,label\na.png,900,900,9,9,refused\ngone.png,1,1,9,9,missing\na.png,1,1,9,9,taken\n"
    bring("csv", put(data, "all.csv", rows))
    assert listed() == ["taken"]
    bring("dafre", put(data, "val.csv", "0,a.png\n1,nowhere/2.png\n"))
    assert listed() == ["here", "taken", "unused"]


def test_what_a_table_cannot_mean_is_told(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    rows = [
        "path,x,y,w,h,score,label,colour,label,said_at,confidence",
        "a.png,1,1,9,9,12.5,one,red,other,2026-01-31T10:00:00+02:00,",
        "a.png,20,1,9,9,,Miku, the one,,,,,",
        "a.png,40,1,9,9,,two,,,yesterday,",
        "a.png,60,1,9,9,,three,,,,7",
        "b.png,1,1,9,9,,four",
    ]
    report = bring("csv", put(data, "all.csv", "\n".join(rows)))
    assert {(each.reason.partition(":")[0], each.left_out, each.first) for each in report.problems} == {
        ("a column that --format csv does not know", True, ("all.csv: colour",)),
        ("a column that stands there twice", True, ("all.csv: label",)),
        ("a score that is not from 0 to 1", False, ("all.csv line 2",)),
        ("a row with more fields than the first line has", True, ("all.csv line 3",)),
        ("a said_at that is no time, such as 2026-01-31 10", False, ("all.csv line 4",)),
        ("a confidence that is no number from 0 to 1", True, ("all.csv line 5",)),
    }
    assert catalogue.rows("SELECT label, said_at::VARCHAR FROM face_labels WHERE label = 'one'") == [
        ("one", "2026-01-31 08:00:00")
    ]
    assert [row[1] for row in statements(catalogue)] == ["one", "two", "four"]
    with pytest.raises(WrongUse, match="`;` between its columns"):
        bring("csv", put(data, "semicolons.csv", "path;label\na.png;x\n"))
