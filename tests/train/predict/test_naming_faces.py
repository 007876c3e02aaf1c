"""Names for the faces of the catalogue, as a model says them."""

from __future__ import annotations

import json

import pytest

from anitui.cli import main
from anitui.store import naming
from anitui.store.catalogue import open_catalogue
from anitui.train.run import Run
from tests.train.a_class import EACH, School
from tests.train.predict.a_model import teach


@pytest.fixture
def run(school: School) -> Run:
    return teach(school.workspace.root)


@pytest.fixture
def nameless(school: School) -> list[int]:
    """The faces of a class whose names are taken off; one of them a person calls otherwise than it looks."""
    catalogue = open_catalogue(school.workspace.catalogue)
    faces = [row[0] for row in catalogue.rows("SELECT face_id FROM labelled_faces WHERE label = 'bo' ORDER BY 1")]
    with catalogue.writing() as connection:
        connection.execute("DELETE FROM face_labels WHERE label = 'bo'")
    naming.name(catalogue, faces[:1], "somebody else")
    catalogue.close()
    return faces


def said(school: School) -> dict[int, tuple[str, str, float | None]]:
    catalogue = open_catalogue(school.workspace.catalogue)
    rows = catalogue.rows("SELECT face_id, label, said_by, confidence FROM labelled_faces")
    catalogue.close()
    return {face_id: (label, by, confidence) for face_id, label, by, confidence in rows}


def predict(school: School, *arguments: str) -> int:
    return main(["predict", "1", "--faces", *arguments, "--device", "cpu", "-w", str(school.workspace.root), "--json"])


def test_those_without_a_name_are_named_as_one_decision(
    school: School, run: Run, nameless: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    before = said(school)
    assert predict(school) == 0
    assert "would name 11 faces of 11" in capsys.readouterr().out
    assert said(school) == before
    assert predict(school, "--apply") == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["named"], report["labels"], report["applied"]) == (EACH - 1, {"bo": EACH - 1}, True)
    after = said(school)
    for face_id in nameless[1:]:
        label, by, confidence = after[face_id]
        assert (label, by) == ("bo", "run 1") and confidence is not None and confidence > 0.5
    assert {each: name for each, name in after.items() if each not in nameless[1:]} == before
    assert predict(school, "--apply") == 0  # what is said so already is not said again
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["named"] == 0
    assert main(["undo", "-w", str(school.workspace.root)]) == 0
    assert said(school) == before


def test_a_filter_says_who_and_a_threshold_how_sure(
    school: School, run: Run, nameless: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(school, f"id:{nameless[3]}") == 0
    assert "would name 1 face of 1" in capsys.readouterr().out
    assert predict(school, "--threshold", "1") == 0
    assert "would name 0 faces of 11" in capsys.readouterr().out
    assert predict(school, "by:person") == 0  # a person's word is not even looked at
    assert "no face waits for a name" in capsys.readouterr().out


def test_a_label_that_was_renamed_since_is_said_by_its_new_name(
    school: School, run: Run, nameless: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["-w", str(school.workspace.root)]
    assert main(["labels", "add", "bo", *at]) == 0
    assert main(["labels", "rename", "bo", "Bo the green", *at]) == 0
    assert predict(school, "--apply") == 0
    assert {said(school)[each][0] for each in nameless[1:]} == {"Bo the green"}


def test_a_missing_picture_is_told(
    school: School, run: Run, nameless: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = open_catalogue(school.workspace.catalogue)
    ((path,),) = catalogue.rows("SELECT path FROM images JOIN faces USING (image_id) WHERE face_id = ?", [nameless[2]])
    catalogue.close()
    school.workspace.file(path).unlink()
    assert predict(school) == 3
    out = capsys.readouterr().out
    assert "would name 10 faces of 10" in out and "the file is missing" in out


def test_only_runs_that_know_names_can_name(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    teach(school.workspace.root, "multi")
    assert predict(school) == 2
    assert "names no faces" in capsys.readouterr().err
