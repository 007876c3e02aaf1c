"""Imports of data sets tell what became of every name and every file, and take in what people mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anitui.pipeline.label_files.giving import ExportOrder, export_labels
from anitui.pipeline.label_files.registry import FORMATS
from anitui.progress import run
from anitui.store.catalogue import Catalogue
from tests.pipeline.data_sets_in import labelled, tree
from tests.pipeline.label_files_in import Bring, reasons


def test_names_that_are_one_label_are_told(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    """They were made one without a word; and of one accent in two spellings there were two labels."""
    folder = tree(tmp_path / "set", {
        "Miku/a.png": 1, "miku/b.png": 2, "\u00dcn\u00ef/c.png": 3, "U\u0308ni\u0308/d.png": 4, "rin/e.png": 5,
        "rin /f.png": 6,
        "می\u200cکو/g.png": 7, "\U0001f469\u200d\U0001f680/h.png": 8, "und\u202eer/i.png": 9,
    })  # fmt: skip
    report = bring("imagefolder", folder)
    assert {each.reason: (each.first, each.left_out) for each in report.problems} == {
        "names that differ only in capitals, or in how their accents are composed": (
            ("Miku and miku are one label here", "\u00dcn\u00ef, written in 2 ways, is one label here"), False,
        ),
        "a class folder whose name is no label": (("und\\u202eer",), True),
    }  # fmt: skip
    names = ["Miku", "rin", "\u00dcn\u00ef", "می\u200cکو", "\U0001f469\u200d\U0001f680"]
    assert catalogue.rows("SELECT label, number FROM labels ORDER BY number") == [
        (each, number) for number, each in enumerate(names)
    ]
    assert sorted(row[0] for row in catalogue.rows("SELECT DISTINCT label FROM hints")) == sorted(names)
    assert (report.new_labels, report.labels) == (5, 8)


def test_names_that_are_one_label_in_several_files(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    box = [10, 10, 50, 60]
    folder = tree(tmp_path / "zaci", {
        "train.json": json.dumps({"Rin": [{"id": 1, "bbox": box}]}),
        "val.json": json.dumps({"rin": [{"id": 1, "bbox": box}]}),
        "other.json": json.dumps({"le\nn": [{"id": 2, "bbox": box}]}), "1.png": 1, "2.png": 2,
    })  # fmt: skip
    report = bring("zaci", folder)
    assert reasons(report) == {
        "names that differ only in capitals, or in how their accents are composed": 1,
        "a picture in two parts of the set: it stays in the first of train, val and test": 1,
        "a name of several lines: taken as one": 1,
    }
    assert labelled(catalogue) == [("Rin", 1), ("le n", 1)] and not report.in_part


def test_what_we_exported_comes_back_under_its_own_names(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    """Folders are called as every disk allows; their names stood on the list of labels beside the true ones."""
    called = {"CON": "_CON", "a/b": "a_b", "Straße": "Straße~58a3778c", "miku": "miku"}
    rows = [f"{folder}/{seed}.png,{label}\n" for seed, (label, folder) in enumerate(called.items())]
    folder = tree(tmp_path / "set", {
        "train/metadata.csv": f"file_name,label\n{''.join(rows)}miku/none.png,\n", "train/miku/none.png": 9,
        **{f"train/{folder}/{seed}.png": seed for seed, folder in enumerate(called.values())},
    })  # fmt: skip
    report = bring("imagefolder", folder)
    assert reasons(report) == {"a row without a label": 1} and report.new_labels == 4
    assert {row[0] for row in catalogue.rows("FROM labels")} == set(called)
    assert {row[0] for row in catalogue.rows("SELECT DISTINCT label FROM hints")} == set(called)


def test_hidden_files_and_files_without_an_ending(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    """A hidden folder was a class, and pictures called otherwise than pictures are were passed over without a word."""
    beside = ("README", "LICENSE", "set.yaml", "train/labels.cache", "train/miku/a.txt", "metadata.parquet")
    folder = tree(tmp_path / "set", {
        "train/miku/a.png": 1, "train/miku/plain": 2, "train/rin/x.dat": 3, "test/rin/b.png": 4,
        "train/miku/.dot.png": 5, "train/.git/objects/x.png": 6, ".ipynb_checkpoints/y.png": 7, ".hidden": "x",
        "train/miku/noise": "no picture", "train/miku/photo.heic": "\0\0\0\x18ftypheic" + "\0" * 16,
        **dict.fromkeys(beside, "beside"),
    })  # fmt: skip
    report = bring("imagefolder", folder)
    assert {each.reason: (each.often, each.left_out) for each in report.problems} == {
        "hidden files and folders, which are no part of a set: passed over": (4, False),
        "a file that is no picture": (1, True),
    }
    assert set(report.problems[0].first) == {
        ".hidden", ".ipynb_checkpoints/", "train/.git/", "train/miku/.dot.png",
    }  # fmt: skip
    assert report.imported is not None
    assert ["HEIC is not taken" in each.reason for each in report.imported.failures] == [True]
    assert labelled(catalogue) == [("miku", 2), ("rin", 2)] and report.in_part
    assert catalogue.rows("SELECT label FROM labels ORDER BY 1") == [("miku",), ("rin",)]


def test_what_is_hidden_and_what_metadata_names(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    folder = tree(tmp_path / "set", {
        "metadata.csv": "file_name,label\n.store/a.png,miku\nb.unusual,rin\n.c.png,rin\n",
        ".store/a.png": 1, "b.unusual": 2, ".c.png": 3,
    })  # fmt: skip
    report = bring("imagefolder", folder)
    assert report.problems == [] and labelled(catalogue) == [("miku", 1), ("rin", 2)]


@pytest.mark.parametrize(
    ("before", "between"), [("", ";"), ("\ufeff", ";"), ("\ufeff", "\t"), ("\ufeff\ufeff", ","), ("\ufeff\n", ";")]
)
def test_metadata_as_spreadsheets_write_it(
    before: str, between: str, tmp_path: Path, bring: Bring, catalogue: Catalogue
) -> None:
    rows = [["File_Name", "label", "note"], ["a.png", '"miku"', "a,b" if between != "," else "x"], ["b.png", "rin", ""]]
    text = before + "".join(f"{between.join(row)}\r\n" for row in rows)
    report = bring("imagefolder", tree(tmp_path / "set", {"metadata.csv": text, "a.png": 1, "b.png": 2}))
    assert report.problems == [] and labelled(catalogue) == [("miku", 1), ("rin", 1)]


def test_labels_in_metadata_that_are_no_line(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    """They were put right without a word, though the rule says that they are left out."""
    text = 'file_name,label\na.png,a\0b\nb.png,"con\nline"\nc.png," rin\n"\nd.png,می\u200cکو\n'
    folder = tree(tmp_path / "set", {"metadata.csv": text, **{f"{name}.png": ord(name) for name in "abcd"}})
    report = bring("imagefolder", folder)
    assert reasons(report) == {"a label that is no single line of at most 200 characters": 2}
    assert labelled(catalogue) == [("rin", 1), ("می\u200cکو", 1), (None, 2)]


def test_metadata_of_a_header_alone(tmp_path: Path, bring: Bring) -> None:
    """It has its column, and nothing to say."""
    folder = tree(tmp_path / "set", {"metadata.csv": "file_name,label\n", "miku/a.png": 1})
    assert bring("imagefolder", folder).problems == []


def test_a_picture_that_lies_there_twice(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    """Fewer were new than there were files, and nothing said why."""
    folder = tree(tmp_path / "set", {
        "train/miku/a.png": 1, "train/miku/b.png": 1, "train/rin/c.png": 2, "test/rin/d.png": 2, "test/rin/e.png": 3,
    })  # fmt: skip
    report = bring("imagefolder", folder)
    assert {each.reason: each.first for each in report.problems} == {
        "a picture that lies there twice, or more often: it is taken in once": (
            "train/miku/a.png and train/miku/b.png",
        ),
        "a picture in two parts of the set: it stays in the first of train, val and test": (
            "train/rin/c.png and test/rin/d.png",
        ),
    }  # fmt: skip
    assert not report.in_part and report.imported is not None and report.imported.new == 3
    # A picture that a list names once for each face in it lies there once.
    faces = {"rin": [{"id": 1, "bbox": [10, 10, 50, 60]}], "len": [{"id": 1, "bbox": [60, 10, 90, 60]}]}
    assert bring("zaci", tree(tmp_path / "zaci", {"test.json": json.dumps(faces), "1.png": 9})).problems == []


def test_joiners_go_in_and_out(tmp_path: Path, bring: Bring, catalogue: Catalogue) -> None:
    """They are not to be seen, but a name without them is written otherwise."""
    name = "می\u200cکو"
    told = {name: [{"id": 1, "bbox": [10, 10, 50, 60]}]}
    assert bring("zaci", tree(tmp_path / "zaci", {"test.json": json.dumps(told), "1.png": 1})).problems == []
    assert labelled(catalogue) == [(name, 1)]
    run(export_labels(catalogue, ExportOrder(tmp_path / "out", FORMATS["voc"])), lambda _: None)
    [file] = (tmp_path / "out").rglob("*.xml")
    assert f"<name>{name}</name>" in file.read_text("utf-8")
