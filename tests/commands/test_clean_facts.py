"""`anitui clean --rule "set-aside …"`: single pictures and single faces by their facts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui.cli import main
from anitui.store import naming
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace
from tests.conftest import TakeIn

Clean = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def clean(
    workspace: Workspace, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Clean:
    """`clean(rule, …)`: exit code, the last line as JSON, and what was said, over four pictures with four faces."""
    take_in: TakeIn = request.getfixturevalue("take_in")
    for at in range(1, 5):
        Image.effect_noise((100 * at, 100), 20).convert("RGB").save(tmp_path / f"n{at}.png")
    take_in(tmp_path / "n*.png")
    catalogue = request.getfixturevalue("catalogue")
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, score, detector) "
            "SELECT image_id, 10, 10, 40, 40, image_id / 10, 'animeface' FROM images ORDER BY image_id"
        )
    naming.name(catalogue, [2], "cocoa")
    catalogue.close()

    def run(*options: str) -> tuple[int, dict[str, Any], str]:
        capsys.readouterr()
        code = main(["clean", "-w", str(workspace.root), "--json", *options])
        told = capsys.readouterr()
        return code, json.loads(told.out.splitlines()[-1]) if code == 0 else {}, told.out + told.err

    return run


def faces_aside(workspace: Workspace) -> list[int]:
    catalogue = open_catalogue(workspace.catalogue)
    found = [row[0] for row in catalogue.rows("SELECT face_id FROM faces WHERE state = 'set_aside' ORDER BY 1")]
    catalogue.close()
    return found


def test_faces_by_their_score_are_previewed_done_and_brought_back(
    workspace: Workspace, clean: Clean, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = "set-aside on:faces score<0.35"
    code, done, said = clean("--rule", rule)
    assert (code, done["set_aside"], done["spoken_of"], done["kind"]) == (0, 2, 1, "face")
    assert "2 faces would be set aside\n" in said and "1 face that a person named, kept or drew, left alone" in said
    assert "40×40, score 0.30" in said and faces_aside(workspace) == []
    assert clean("--rule", rule, "--apply")[1]["applied"] and faces_aside(workspace) == [1, 3]
    main(["undo", "-w", str(workspace.root)])
    assert "rule set-aside on:faces score<0.35: set 2 aside" in capsys.readouterr().out
    assert faces_aside(workspace) == []


def test_pictures_by_their_shape(clean: Clean) -> None:
    assert clean("--rule", "set-aside aspect>=3")[1]["set_aside"] == 2
    assert clean("--rule", "set-aside shorter<=100 elongation:2..3")[1]["set_aside"] == 1, "the other one has a name"
    assert clean("--rule", "set-aside density<0.0001")[1]["set_aside"] == 0


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("set-aside score<0.4", "such a rule begins with set-aside on:faces"),
        ("set-aside on:faces", "say which faces to set aside"),
        ("set-aside on:faces score<low", "score takes a number"),
        ("set-aside shaprness<4", "did you mean sharpness?"),
    ],
)
def test_what_is_wrong_is_one_sentence(clean: Clean, rule: str, told: str) -> None:
    code, _, said = clean("--rule", rule)
    assert code == 2 and told in said and said.count("\n") == 1
