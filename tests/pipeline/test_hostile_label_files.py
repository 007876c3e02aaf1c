from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.label_files import lap, reading, voc
from anitui.pipeline.label_files.model import FARTHEST, MOST_BOXES, Problems
from anitui.pipeline.label_files.pictures import LINK_OUTSIDE, parts_of
from anitui.pipeline.label_files.registry import FORMATS
from anitui.store.catalogue import Catalogue
from tests.pipeline.label_files_in import Bring, put, reasons


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name, colour in (("a.png", "red"), ("b.png", "blue"), ("sub/a.png", "green")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (200, 150), colour).save(folder / name)
    Image.new("RGB", (200, 150), "black").save(tmp_path / "secret.png")
    return folder


def test_bad_rows_are_told_and_good_ones_taken(data: Path, bring: Bring) -> None:
    lines = [
        "a.png: 10 20 60 80 0, 60 20 10 80 0, 0 0 nan 5 0, 0 0 1e400 5 0, 1 1 1 1 0, 500 500 600 600 0, 1 2 3",
        "nothing like a line",
        "../secret.png: 1 1 20 20 0",
        "/etc/passwd: 1 1 20 20 0",
        "C:\\windows\\a.png: 1 1 20 20 0",
        "sub\\..\\..\\secret.png: 1 1 20 20 0",
        "b.png: 1 1 20 20 7, 1 1 20 20 99999999999, 1 1 9 9 1e999",
        "a\x07.png: -",
    ]
    put(data, "classes.txt", "0:x\nseven\n-3:y\n")
    report = bring("lap", put(data, "labels_faces.txt", "\n".join(lines)))
    assert reasons(report) == {
        "a box without a size, or with one that no picture has": 4,
        "a picture outside of the folder of pictures": 4,
        "a class that is not like `index:name`": 2,
        "a box outside of the picture": 1,
        "a box that has not four numbers and a class or a score": 1,
        "a line that is not like `picture: X1 Y1 X2 Y2 CLS, …`": 1,
        "a class index below 0, or beyond all bounds": 1,
        "a score that is no number": 1,
        "a picture's name that no file can have": 1,
        "a class index without a name": 1,
    }
    assert (report.boxes, report.missing, report.in_part) == (2, 0, True)
    outside = next(each for each in report.problems if "outside of the folder" in each.reason)
    assert outside.first[0] == "labels_faces.txt line 3"


def test_links_lead_nowhere_else(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    (data / "link.png").symlink_to(data.parent / "secret.png")
    (data / "away").symlink_to(data.parent)
    (data / "inside.png").symlink_to(data / "a.png")
    text = "path,x,y,w,h\nlink.png,1,1,9,9\naway/secret.png,1,1,9,9\ninside.png,1,1,9,9\n"
    report = bring("csv", put(data, "all.csv", text))
    assert (report.on_disk, report.here, report.missing, report.boxes) == (1, 1, 0, 1)
    assert {each.reason: each.first for each in report.problems} == {LINK_OUTSIDE: ("link.png", "away/secret.png")}
    assert catalogue.value("SELECT count(*) FROM images") == 1


def test_pictures_that_are_not_there(data: Path, bring: Bring) -> None:
    text = "path,x,y,w,h\na.png,1,1,9,9\n" + "".join(f"no{n}.png,1,1,9,9\n" for n in range(9))
    report = bring("csv", put(data, "all.csv", text))
    assert (report.pictures, report.missing, report.boxes, report.in_part) == (10, 9, 1, True)
    assert report.missing_first == ["no0.png", "no1.png", "no2.png", "no3.png", "no4.png"]
    Image.new("RGB", (50, 50)).save(data / "no3.png")
    assert bring("csv", data / "all.csv").new_boxes == 1  # those that came since are taken then


def test_no_picture_but_something_else(data: Path, bring: Bring) -> None:
    put(data, "not.png", b"MZ no picture")
    report = bring("csv", put(data, "all.csv", "path,x,y,w,h\nnot.png,1,1,9,9\na.png,1,1,9,9\n"))
    assert report.imported is not None and len(report.imported.failures) == 1
    assert (report.boxes, report.in_part) == (1, True)


def test_what_is_known_already_is_found_by_its_name(
    data: Path, tmp_path: Path, bring: Bring, take_in: Callable[..., Any]
) -> None:
    take_in(data)
    (tmp_path / "labels").mkdir()
    text = "path,x,y,w,h,label\nb.png,1,1,9,9,x\nsub/a.png,1,1,9,9,y\na.png,1,1,9,9,z\nother/b.png,1,1,8,8,x\n"
    report = bring("csv", put(tmp_path / "labels", "all.csv", text))
    assert (report.by_name, report.missing, report.boxes) == (2, 1, 3)  # two names of one picture
    assert reasons(report) == {"a name that several pictures have": 1}
    assert report.missing_first == ["a.png"]


def test_very_many_boxes_in_one_picture(data: Path, bring: Bring) -> None:
    boxes = ", ".join(f"{n % 100} {n // 700} {n % 100 + 20} {n // 700 + 20} 0.5" for n in range(MOST_BOXES + 500))
    report = bring("lap", put(data, "labels_faces.txt", f"a.png: {boxes}\n"))
    assert reasons(report) == {"more than 10,000 boxes in one picture": 500} and report.boxes == MOST_BOXES


def test_huge_lines(data: Path, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lap, "LONGEST_LINE", 1000)
    report = bring("lap", put(data, "labels_faces.txt", f"{'x' * 2000}\na.png: 1 1 9 9 0.5\n"))
    assert reasons(report) == {"a line of more than 4 MB": 1} and report.boxes == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa.png: 1 1 20 20 0.5\r\nb.png: -\r\n",
        "a.png: 1 1 20 20 0.5\nb.png: -\n".encode("utf-16"),
        "a.png: 1 1 20 20 0.5\nb.png: -\nü.png: -".encode("latin-1"),
        b"a.png: 1 1 20 20 0.5\n\n\nb.png: -",
    ],
)
def test_encodings_and_ends_of_lines(content: bytes, data: Path, bring: Bring) -> None:
    report = bring("lap", put(data, "labels_faces.txt", content))
    assert report.boxes == 1 and report.on_disk == 2


def test_json_made_to_do_harm(data: Path, bring: Bring) -> None:
    for text, says in (
        ("[" * 100_000, "deep"), ('{"a":' * 5000 + "1" + "}" * 5000, "deep"), ('{"images": [', "no whole JSON"),
        ("[]", "names no pictures"), ('{"images": 3}', "no list"), ("", "no whole JSON"),
    ):  # fmt: skip
        with pytest.raises(WrongUse, match=says):
            bring("coco", put(data, "x.json", text))
    odd = {
        "images": [{"id": 1, "file_name": "a.png"}, {"id": [1], "file_name": "b.png"}, 4, {"id": 1, "file_name": "c"}],
        "categories": [{"id": "x"}, 5, {"id": 2, "name": "ok"}, {"id": 3, "name": "\n"}],
        "annotations": [
            {"image_id": 1, "category_id": 2, "bbox": [1, 1, 9, 9]},
            {"image_id": {}, "bbox": [1, 1, 9, 9]},
            {"image_id": 1, "bbox": ["1", None, True, {}]},
            {"image_id": 1, "bbox": [1, 1, 1e308, 10**400]},
            {"image_id": 1, "bbox": [1, 1, math.nan, math.inf]},
            {"image_id": 1, "category_id": "no", "bbox": [1, 1, 9, 9]},
            {"image_id": 1, "category_id": 2, "bbox": [1, 1, 9, 9], "score": "high"},
            "nothing",
        ],
    }
    text = json.dumps({**odd, "deep": 0}).replace('"deep": 0', '"deep": ' + "[" * 30 + "]" * 30)
    report = bring("coco", put(data, "x.json", text))
    assert report.boxes == 1
    assert sum(reasons(report).values()) == 13


def test_xml_made_to_do_harm(data: Path, bring: Bring) -> None:
    folder = data / "xml"
    folder.mkdir()
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><annotation><filename>&c;</filename></annotation>'
    outside = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>'
    good = "<object><name>x</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>20</xmax><ymax>20</ymax></bndbox></object>"
    texts = {
        "bomb": bomb, "outside": outside, "cut": "<annotation><object>", "empty": "", "other": "<html></html>",
        "deep": "<a>" * 5000, "unknown": "<annotation>&nope;</annotation>",
        "strange": '<?xml version="1.0" encoding="klingon"?><annotation/>',
        "good": f"<annotation><filename>a.png</filename>{good}<object/></annotation>",
    }  # fmt: skip
    for name, text in texts.items():
        put(folder, f"{name}.xml", text)
    report = bring("voc", folder)
    assert report.boxes == 1 and report.pictures == 1
    assert sum(reasons(report).values()) == len(texts) - 1 + 1
    assert sum("document type" in reason for reason in reasons(report)) == 1
    with pytest.raises(voc._Unsafe):
        voc._parsed(bomb.encode())


def test_our_own_csv_takes_no_nonsense(data: Path, bring: Bring, catalogue: Catalogue) -> None:
    rows = [
        "path,x,y,w,h,label,speaker,kind,state,unsure,label_set,confidence,said_at",
        "a.png,1,1,9,9,ok,person,face,active,no,,,2026-01-01 10:00:00",
        "a.png,2,1,9,9,ok,god,face,active,no,,,",
        "a.png,3,1,9,9,ok,person,foot,active,no,,,",
        "a.png,4,1,9,9,ok,person,face,active,maybe,,,",
        "a.png,5,1,9,9,ok,person,face,active,no,,nan,",
        "a.png,6,1,9,9,\x07,person,face,active,no,,,",
        "a.png,7,1,9,9,ok,person,face,active,no,,,yesterday",
        ",8,1,9,9,ok,person,face,active,no,,,",
        'a.png,"',
    ]
    report = bring("csv", put(data, "all.csv", "\n".join(rows)))
    assert report.boxes == 4 and sum(reasons(report).values()) >= 6
    assert catalogue.value("SELECT count(*) FROM face_labels") == 2
    with pytest.raises(WrongUse, match="no column `path`"):
        bring("csv", put(data, "all.csv", "a,b\n1,2\n"))


@pytest.mark.parametrize("format", list(FORMATS))
def test_rubbish_is_never_a_fault_of_ours(format: str, data: Path, bring: Bring, catalogue: Catalogue) -> None:
    for number, content in enumerate(
        (b"", b"\x00\xff\xfe\x01" * 99, b"\n\n\n", b"a,b,c\n1\t2\t3: 4 5 6\n", b"{}", b"[1]")
    ):
        for ending in (".txt", ".json", ".csv", ".tsv", ".xml", ".yaml"):
            try:
                bring(format, put(data, f"rubbish{number}{ending}", content))
            except AnituiError as error:
                assert "rubbish" in str(error) or "data" in str(error)
    with pytest.raises(WrongUse, match="not there"):
        bring(format, data / "nowhere")


@pytest.mark.parametrize(
    "name",
    ["../x.png", "a/../../x.png", "/x.png", "~/x.png", "C:\\x.png", "c:x.png", "\\\\server\\x.png", "..",
     "a\\..\\x.png",     "\x00", "a\nb", "", ".", "x" * 5000, "\udcff.png"],
)  # fmt: skip
def test_names_that_lead_elsewhere(name: str) -> None:
    assert isinstance(parts_of(name), str)


_numbers = st.floats(-20, 120, allow_nan=False).map(lambda each: round(each, 3))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20),
            st.lists(st.tuples(_numbers, _numbers, _numbers, _numbers, st.sampled_from(["0", "3", "0.5", "-1", "x"]))),
        ),
        max_size=5,
    )
)
def test_whatever_stands_in_a_lap_file_is_read_or_told(rows: list[tuple[str, list[Any]]], tmp_path: Path) -> None:
    lines = [f"{name}: {', '.join(' '.join(map(str, box)) for box in boxes)}" for name, boxes in rows]
    problems = Problems()
    [sheet] = lap.read(put(tmp_path, "labels_x.txt", "\n".join(lines)), problems)
    assert all(w > 0 and h > 0 for w, h in zip(sheet.w, sheet.h, strict=True))
    assert all(abs(each) < FARTHEST for each in (*sheet.x, *sheet.y))


def test_brackets_are_counted_outside_of_texts() -> None:
    assert not reading.too_deep('"' + "[" * 1000 + '"')
    assert not reading.too_deep("[]" * 1000)
    assert reading.too_deep("[" * 65)
