"""Data sets that others publish: class folders, metadata, parts kept as a split, ready crops, titles in file names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.collect.recognising import kind_of
from anitui.pipeline.engine import InProcess
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.pipeline.label_files.registry import READ
from anitui.pipeline.label_files.taking import LabelOrder, import_labels
from anitui.pipeline.sources.lap_names import title_id_of_file
from anitui.progress import run
from anitui.store import filters, journal
from anitui.store.catalogue import Catalogue
from anitui.store.columns import sharing
from anitui.store.gallery import View, arrange
from anitui.workspace import Workspace
from tests.fakes.pictures import picture
from tests.pipeline.data_sets_in import labelled, tree
from tests.pipeline.label_files_in import Bring, reasons

CHARACTERS = Path(__file__).parents[3] / "shared" / "data" / "characters"


def members(catalogue: Catalogue) -> list[tuple[Any, ...]]:
    return catalogue.rows("SELECT split, part, label, count(*) FROM splits GROUP BY ALL ORDER BY ALL")


PARTS = {
    "train/miku/a.png": 1, "train/miku/deep/b.png": 2, "train/rin/c.png": 3,
    "valid/miku/d.png": 4, "test/rin/e.png": 5, "README.md": "nothing",
}  # fmt: skip


def test_class_folders_in_parts(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    folder = tree(tmp_path / "set", PARTS)
    assert kind_of(folder) == "imagefolder"
    report = bring("imagefolder", folder)
    assert (report.pictures, report.boxes, report.labels, report.problems) == (5, 5, 5, [])
    assert (report.split, report.new_split) == ("set", True)
    assert report.split_members == {"train": 3, "val": 1, "test": 1}
    asked = "SELECT DISTINCT x, y, w, h, detector, kind, speaker FROM faces JOIN face_labels USING (face_id)"
    assert catalogue.rows(asked) == [(0, 0, 96, 72, "whole", "face", "person")]
    assert catalogue.rows("SELECT label, number FROM labels ORDER BY 2") == [("miku", 0), ("rin", 1)]
    kept = [
        ("set", "test", "rin", 1), ("set", "train", "miku", 2), ("set", "train", "rin", 1), ("set", "val", "miku", 1),
    ]  # fmt: skip
    assert members(catalogue) == kept
    assert catalogue.value("SELECT count(*) FROM splits WHERE group_id <> image_id") == 0
    # Each place keeps what its folder was called, so that pictures are found by it in Browse.
    assert catalogue.rows("SELECT label, speaker, count(*) FROM tagged_images GROUP BY ALL ORDER BY 1") == [
        ("miku", "job", 3), ("rin", "job", 2),
    ]  # fmt: skip
    made_from = json.loads(catalogue.value("SELECT made_from FROM frozen_splits"))
    assert (made_from["format"], made_from["path"]) == ("imagefolder", str(folder))
    assert made_from["as_published"] == f"as it was published, from {folder}"
    # The same again adds nothing; one undo takes all of it back.
    again = bring("imagefolder", folder)
    assert (again.new_boxes, again.labels, again.split, again.new_split) == (0, 0, "set", False)
    assert members(catalogue) == kept and len(journal.history(catalogue)) == 1
    journal.undo(catalogue)
    assert members(catalogue) == [] and labelled(catalogue) == []
    assert catalogue.value("SELECT count(*) FROM images") == 5
    journal.redo(catalogue)
    assert members(catalogue) == kept
    # What came since is another split: the one that is frozen stays as it is.
    tree(folder, {"test/miku/f.png": 6})
    assert bring("imagefolder", folder).split == "set 2"
    assert members(catalogue)[:4] == kept and len(members(catalogue)) == 9


def test_classes_without_parts_and_what_is_around_a_tree(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    folder = tree(tmp_path / "set", {"miku/a.png": 1, "train/b.png": 2, "loose.png": 3})
    assert kind_of(folder) == "folder"
    report = bring("imagefolder", folder, speaker="job")
    assert reasons(report) == {
        "a folder called like a part of a set, taken as a class: it holds pictures and no class folders": 1,
        "a picture in no class folder, and not named by metadata: taken in without a label": 1,
    }
    assert labelled(catalogue) == [("miku", 1), ("train", 1), (None, 1)] and report.split is None
    assert catalogue.rows("SELECT DISTINCT speaker FROM face_labels") == [("job",)]
    inner = tree(tmp_path / "unpacked", {"set-1.0/train/train/a.png": 11, "set-1.0/test/train/b.png": 12})
    assert bring("imagefolder", inner).split_members == {"train": 1, "test": 1}
    beside = tree(tmp_path / "beside", {**{f"s/{name}": seed for name, seed in PARTS.items()}, "s/more/x/y.png": 9})
    assert reasons(bring("imagefolder", beside / "s")) == {"a picture beside the parts of the set: left out": 1}


def test_one_picture_in_two_parts_or_classes(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    folder = tree(
        tmp_path / "set",
        {"test/rin/a.png": 1, "train/rin/b.png": 1, "val/rin/c.png": 2, "train/miku/d.png": 3, "val/len/e.png": 3},
    )
    report = bring("imagefolder", folder)
    assert {each.reason: each.first for each in report.problems} == {
        "a picture in two parts of the set: it stays in the first of train, val and test": (
            "train/miku/d.png and val/len/e.png", "train/rin/b.png and test/rin/a.png",
        ),
        "a picture, or a face of it, under two classes: the first counts": ("train/miku/d.png and val/len/e.png",),
    }  # fmt: skip
    assert members(catalogue) == [
        ("set", "train", "miku", 1), ("set", "train", "rin", 1), ("set", "val", "rin", 1),
    ]  # fmt: skip
    # Both places of each are known, with what they called it.
    hints = catalogue.rows(
        "SELECT list_sort(list(label_hint)) AS hints FROM sightings GROUP BY image_id ORDER BY hints"
    )
    assert hints == [(["len", "miku"],), (["rin"],), (["rin", "rin"],)]
    assert bring("imagefolder", folder).new_boxes == 0 and len(journal.history(catalogue)) == 1


CARD = """\ufeff---
dataset_info:
  features:
  - name: label
    dtype:
      class_label:
        names:
          '0': miku
          '1': rin
---
"""


@pytest.mark.parametrize(
    "names", [{"README.md": CARD}, {"classes.txt": "0:miku\r\n1:rin\r\n"}, {"labels.txt": "miku\nrin\n"},
              {"dataset_infos.json": '{"default": {"features": {"label": {"names": ["miku", "rin"]}}}}'}, {}]
)  # fmt: skip
def test_metadata_with_class_indices(names: dict[str, str], tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    text = "\ufefffile_name,label\r\ntrain/a.png,0\r\ntrain/deep/b.png,1\r\ntest/c.png,-1\r\ntest/d.png,1\r\n"
    files = {f"{name}.png": seed for seed, name in enumerate(("train/a", "train/deep/b", "test/c", "test/d"))}
    if names == {}:
        text = text.replace(",1\r", ",1.0\r")  # as tables with gaps write them
    folder = tree(tmp_path / "set", {"metadata.csv": text, **files, **names})
    assert kind_of(folder) == "imagefolder"
    report = bring("imagefolder", folder)
    called = ("miku", "rin") if names else ("class 0", "class 1")
    assert labelled(catalogue) == [(called[0], 1), (called[1], 2), (None, 1)]
    assert report.split_members == {"train": 2, "test": 1} and bool(report.problems) == (not names)


def test_metadata_by_the_line(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    rows: list[Any] = [
        {"file_name": "a.png", "label": "miku", "split": "train"},
        {"file_name": "./b.png", "label": ["rin", "len"], "split": "test"},
        {"file_name": "c.png", "label": float("nan"), "split": "test"},
        {"file_name": "../outside.png", "label": "x"}, {"file_name": "/etc/passwd", "label": "x"},
        {"file_name": "gone.png", "label": "x"}, {"file_name": "x" * 300 + ".png", "label": "x"},
        {"file_name": "a.png", "label": "again"}, {"file_name": 7}, [1], {"label": "nameless"},
        {"file_name": "d.png", "label": "y" * 300}, {"file_name": "e.png", "label": {"a": 1}},
    ]  # fmt: skip
    text = "".join(f"{json.dumps(each)}\n" for each in rows) + "{not json\n" + "[" * 100 + "\n"
    tree(tmp_path, {"outside.png": 50})
    folder = tree(tmp_path / "set", {"metadata.jsonl": text, **{f"{name}.png": ord(name) for name in "abcdef"}})
    report = bring("imagefolder", folder)
    assert labelled(catalogue) == [("miku", 1), ("rin", 1), (None, 4)]
    assert members(catalogue) == [("set", "test", "rin", 1), ("set", "train", "miku", 1)]
    assert report.missing == 2 and report.missing_first[0] == "gone.png"
    assert reasons(report) == {
        "a row that is no JSON object": 3, "a picture with several labels: the first counts": 1,
        "a row without a label": 1, "a picture outside of the folder of pictures": 2,
        "a picture that metadata names twice: the first row counts": 1, "a row without a file's name": 2,
        "a label that is no single line of at most 200 characters": 1,
        "a label that is neither a name nor a class index": 1,
        "a picture in no class folder, and not named by metadata: taken in without a label": 1,
    }  # fmt: skip


def test_metadata_that_says_nothing_leaves_it_to_the_folders(
    tmp_path: Path, bring: Bring, catalogue: Catalogue
) -> None:
    files: dict[str, int | str] = {
        "metadata.csv": "", "miku/metadata.csv": "a,b\n1,2\n", "rin/metadata.csv": 'file_name,text\nx.png,"a\nb"\n1\n',
        "miku/a.png": 1, "rin/x.png": 2, "rin/y.png": 3,
    }  # fmt: skip
    folder = tree(tmp_path / "set", files)
    assert kind_of(folder) == "folder"
    report = bring("imagefolder", folder)
    assert reasons(report) == {
        "metadata that is empty": 1, "metadata without a column file_name: nothing of it was taken": 1,
        "a row that is not like its header": 1, "a label that is no single line of at most 200 characters": 1,
    }  # fmt: skip
    assert [each.first for each in report.problems if "without a column" in each.reason] == [
        ("miku/metadata.csv has a, b",)
    ]
    assert labelled(catalogue) == [("miku", 1), ("rin", 1), (None, 1)]


def test_hostile_trees(tmp_path: Path, bring: Bring, workspace: Workspace, catalogue: Catalogue) -> None:
    folder = tree(tmp_path / "set", PARTS)
    (folder / "train" / "loop").symlink_to(folder)
    (folder / "train" / "miku" / "nothing.png").symlink_to(folder / "not there.png")
    (folder / "train" / "miku" / "empty.png").write_bytes(b"")
    (folder / "train" / "new\nline").mkdir()
    (folder / "train" / "new\nline" / "x.png").write_bytes(picture(70))
    os.mkfifo(folder / "test" / "rin" / "pipe.png")
    elsewhere = tree(tmp_path / "elsewhere", {"x.png": 80})
    (folder / "train" / "linked").symlink_to(elsewhere)  # a person's own link is what they mean
    report = bring("imagefolder", folder)
    assert reasons(report) == {
        "a symbolic link that leads in a circle": 1, "a symbolic link to nothing": 1, "its name holds a newline": 1,
        "a named pipe, not a file": 1,
    }  # fmt: skip
    assert report.imported is not None and [each.reason for each in report.imported.failures] == ["empty"]
    assert labelled(catalogue) == [("linked", 1), ("miku", 3), ("rin", 2)]
    with pytest.raises(WrongUse, match="holds no pictures in class folders"):
        bring("imagefolder", tree(tmp_path / "none", {"a/b.txt": "x"}))
    with pytest.raises(WrongUse, match="belongs to the workspace itself"):
        bring("imagefolder", workspace.media)
    with pytest.raises(WrongUse, match="is no folder"):
        bring("imagefolder", folder / "README.md")


@pytest.mark.parametrize(
    ("files", "is_one"),
    [
        ({"train/miku/a.png": 1, "dev/rin/b.png": 2}, True),
        ({"train/metadata.jsonl": '{"file_name": "a.png"}', "train/a.png": 1}, True),
        ({"train/a.png": 1, "test/b.png": 2}, False),
        ({"train/miku/a.png": 1, "test/b.png": 2}, False),
        ({"train/miku/a.png": 1}, False),
        ({"miku/a.png": 1, "rin/a.png": 2}, False),
        ({"metadata.csv": "name,file_names\n", "a.png": 1}, False),
        ({"train/x/a.txt": "x", "test/x/a.txt": "x"}, False),
    ],
)
def test_what_is_taken_for_a_data_set(files: dict[str, int | str], is_one: bool, tmp_path: Path) -> None:
    assert kind_of(tree(tmp_path / "set", files)) == ("imagefolder" if is_one else "folder")


def test_dafre_keeps_its_parts(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    folder = tree(tmp_path / "dafre", {
        "images/0001/1.png": 1, "images/0002/2.png": 2, "images/0003/3.png": 3, "images/0004/4.png": 4,
        "train.csv": "0,0001/1.png\n1,0002/2.png\n", "val.csv": "1,0003/3.png\n",
        "test.csv": "0,0004/4.png\n0,0001/1.png\n1,0099/99.png\n", "classid_classname.csv": "0,rin\n1,len\n",
    })  # fmt: skip
    report = bring("dafre", folder)
    assert report.split == "dafre" and report.split_members == {"train": 2, "val": 1, "test": 1}
    assert reasons(report) == {"a picture in two parts of the set: it stays in the first of train, val and test": 1}
    assert [row[1:] for row in members(catalogue)] == [
        ("test", "rin", 1), ("train", "len", 1), ("train", "rin", 1), ("val", "len", 1),
    ]  # fmt: skip
    assert bring("dafre", *(folder / f"{part}.csv" for part in ("train", "val", "test"))).new_split is False
    assert bring("dafre", folder / "val.csv").split is None  # one part parts nothing


def test_zaci_takes_whole_pictures_or_ready_crops(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    box = [10, 10, 50, 60]
    folder = tree(tmp_path / "zaci", {
        "zaci20_train.json": json.dumps({"rin": [{"id": 1, "bbox": box}, {"id": 7, "bbox": [300, 300, 400, 420]}]}),
        "zaci20_test.json": json.dumps(
            {".hack//x": [{"id": 2, "bbox": box}, {"id": 3, "bbox": box}], "len": [{"id": 4, "bbox": box}],
             "rin": [{"id": 8, "bbox": [300, 300, 400, 420]}]}
        ),
        "zaci20_test_pairs_adversarial.csv": "pathA,pathB,label,human_prediction,invalid\n"
        ".hack//x/2.jpg,.hack//x/3.jpg,1,1,0\n.hack//x/2.jpg,len/4.jpg,0,,0\nlen/4.jpg,.hack//x/3.jpg,0,1,3\n",
        "images/1.png": 1, ".hack____x/2.png": 2, "data/.hack____x__3.png": 3, "images/0004/4.png": 4,
        "rin/7.png": 7, "images/8.png": 8,
    })  # fmt: skip
    (folder / ".hack____x" / "2.png").write_bytes(picture(2, size=(224, 224)))
    report = bring("zaci", folder)
    assert (report.pictures, report.here, report.missing) == (6, 6, 0)
    assert reasons(report) == {
        "a box outside of the picture": 1, "a character of both train and test, which ZACI-20 keeps apart": 1,
    }  # fmt: skip
    assert catalogue.rows("SELECT x, y, w, h FROM faces ORDER BY ALL") == [
        (0, 0, 96, 72), (0, 0, 224, 224), (10, 10, 40, 50), (10, 10, 40, 50), (10, 10, 40, 50),
    ]  # fmt: skip
    assert report.split == "zaci" and report.split_members == {"train": 2, "test": 3}
    assert catalogue.rows("SELECT p.part, same, chosen, a.labels[1], b.labels[1] FROM split_pairs p "
                          "JOIN split_members a ON a.face_id = a_face JOIN split_members b ON b.face_id = b_face "
                          "ORDER BY place") == [
        ("test", True, "positive", ".hack//x", ".hack//x"), ("test", False, "hard", ".hack//x", "len"),
    ]  # fmt: skip
    assert bring("zaci", folder).new_split is False


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("MAL00001_0004_019644.jpg", "mal:1"), ("WA00007_001.jpg", "wa:7"), ("MAL00012_WA00007_001.jpg", "mal:12"),
        ("MAL1_2_3.jpg", None), ("xMAL00001_0004_019644.jpg", None), ("MAL00001_0004_019644.png", None),
    ],
)  # fmt: skip
def test_title_of_a_file(name: str, title: str | None) -> None:
    assert title_id_of_file(name) == title


def test_titles_in_names_from_import_to_grouping(tmp_path: Path, workspace: Workspace, catalogue: Catalogue) -> None:
    names = (
        "MAL00001_0004_000001.jpg",
        "MAL00001_0004_000002.jpg",
        "MAL00012_0004_000003.jpg",
        "WA00001_001.jpg",
        "x.jpg",
    )
    folder = tree(tmp_path / "posters", {name: seed for seed, name in enumerate(names)})
    run(import_pictures(workspace, catalogue, ImportOrder([str(folder)]), engine=InProcess()), lambda _: None)
    grouped = arrange(catalogue, View(group="title id"))
    assert [(each.name, each.size) for each in grouped.groups] == [
        ("mal:1", 2), ("mal:12", 1), ("wa:1", 1), ("no title id", 1),
    ]  # fmt: skip
    for query, found in (("title_id:mal:1", 2), ("title_id:1", 2), ("title_id:wa:*", 1), ("title_id:none", 1),
                         ("title_id:any", 4), ("post:wa:1", 1)):  # fmt: skip
        condition = filters.parse(query)
        assert len(arrange(catalogue, View(query))) == found, condition
    for column in ("title", "title_id"):
        sharing_it = sharing("image", column, "a.image_id", "b.image_id")
        asked = f"SELECT count(*) FROM images a JOIN images b ON a.image_id < b.image_id WHERE {sharing_it}"
        assert catalogue.value(asked) == 1


@pytest.mark.skipif(not CHARACTERS.is_dir(), reason="needs the data that is not part of the project")
def test_a_real_tree(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    for part, most in (("train", 4), ("test", 2)):
        for character in sorted((CHARACTERS / part).iterdir())[:3]:
            (tmp_path / "set" / part / character.name).mkdir(parents=True)
            for each in sorted(character.iterdir())[:most]:
                (tmp_path / "set" / part / character.name / each.name).symlink_to(each)
    assert kind_of(tmp_path / "set") == "imagefolder"
    report = bring("imagefolder", tmp_path / "set")
    assert (report.split_members, report.labels, report.problems) == ({"train": 12, "test": 6}, 18, [])


def test_a_face_under_two_characters(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    told = {"rin": [{"id": 1, "bbox": [10, 10, 50, 60]}], "len": [{"id": 1, "bbox": [10, 10, 50, 60]}]}
    folder = tree(tmp_path / "zaci", {"test.json": json.dumps(told), "1.png": 1})
    report = bring("zaci", folder)
    assert reasons(report) == {"a picture, or a face of it, under two classes: the first counts": 1}
    assert labelled(catalogue) == [("rin", 1)]


def test_cut_off_and_gone_on_with(tmp_path: Path, workspace: Workspace, catalogue: Catalogue, bring: Bring) -> None:
    folder = tree(tmp_path / "set", PARTS)
    work = import_labels(workspace, catalogue, LabelOrder([folder], READ["imagefolder"]), engine=InProcess())
    for event in work:
        if event.doing == "importing" and event.done >= 2:
            break
    work.close()  # as ctrl-C does
    assert 0 < catalogue.value("SELECT count(*) FROM images") < 5 and labelled(catalogue) == []
    report = bring("imagefolder", folder)
    assert report.labels == 5 and report.split_members == {"train": 3, "val": 1, "test": 1}
    assert catalogue.value("SELECT count(*) FROM sightings") == 5
