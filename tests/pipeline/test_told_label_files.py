"""What an import of label files tells: where it stands, whether it was left out, and how much was really there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui.pipeline.engine import InProcess
from anitui.pipeline.label_files.giving import ExportOrder, ExportReport, export_labels
from anitui.pipeline.label_files.registry import FORMATS
from anitui.pipeline.label_files.taking import LabelOrder, LabelReport, import_labels
from anitui.progress import run
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

Bring = Callable[..., LabelReport]
Give = Callable[..., ExportReport]
NO_SIZE = "a box without a size, or with one that no picture has"
OUTSIDE = "a box outside of the picture"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name, colour in (("a.png", "red"), ("b.png", "blue"), ("sub/c.png", "green")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (200, 150), colour).save(folder / name)
    return folder


@pytest.fixture
def bring(workspace: Workspace, catalogue: Catalogue) -> Bring:
    def take(format: str, *paths: Path, **options: Any) -> LabelReport:
        order = LabelOrder(paths, FORMATS[format], **options)
        return run(import_labels(workspace, catalogue, order, engine=InProcess()), lambda _: None)

    return take


@pytest.fixture
def give(catalogue: Catalogue) -> Give:
    def write(format: str, destination: Path, **options: Any) -> ExportReport:
        return run(export_labels(catalogue, ExportOrder(destination, FORMATS[format], **options)), lambda _: None)

    return write


def put(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def told(report: LabelReport) -> dict[str, tuple[str, ...]]:
    return {each.reason: each.first for each in report.problems}


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
