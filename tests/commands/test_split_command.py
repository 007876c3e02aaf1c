"""`anitui split`, as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anitui.cli import main, parser
from anitui.pipeline.splitting.order import SplitOrder, ready
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace
from tests.pipeline.near_pictures import drawn, save
from tests.pipeline.split_world import fill, world


@pytest.fixture
def at(workspace: Workspace) -> list[str]:
    catalogue = open_catalogue(workspace.catalogue)
    fill(catalogue, world(1, 200, 5))
    catalogue.close()
    return ["-w", str(workspace.root)]


def test_a_split_is_made_shown_checked_deleted_and_brought_back(
    at: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", *at]) == 0
    assert "no splits yet" in capsys.readouterr().out
    assert main(["split", "main", *at, "--json"]) == 0
    out = capsys.readouterr().out
    assert "leaks found by a second look: 0 (looked for the same picture, verdicts" in out
    report = json.loads(out.splitlines()[-1])
    assert report["leaking"] == 0 and report["splits"] == ["main"]
    assert sum(part["members"] for part in report["parts"].values()) == report["members"] >= 200
    assert main(["split", "main", *at]) == 2
    assert "there is a split main already" in capsys.readouterr().err
    assert main(["split", "main", *at, "--check", "--json"]) == 0
    out = capsys.readouterr().out
    assert "leaks found by looking once more: 0" in out and json.loads(out.splitlines()[-1])["leaking"] == 0
    assert main(["split", "main", *at, "--show"]) == 0
    assert "label 0" in capsys.readouterr().out
    assert main(["split", *at, "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out.splitlines()[-1])["splits"]
    assert listed["split"] == "main" and listed["made_from"]["seed"] == 7
    assert main(["split", "main", *at, "--delete"]) == 0
    assert main(["split", "main", *at, "--show"]) == 2
    assert "there are none yet" in capsys.readouterr().err
    assert main(["undo", *at]) == 0
    assert main(["split", "main", *at, "--show"]) == 0


def test_a_verdict_that_came_later_is_found_by_the_check(
    at: list[str], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    from anitui.store.groups import Verdict
    from anitui.store.verdicts import Statement, judge

    assert main(["split", "main", *at]) == 0
    catalogue = open_catalogue(workspace.catalogue)
    [(a, b)] = catalogue.rows(
        "SELECT min(face_id) FILTER (part = 'train'), min(face_id) FILTER (part = 'test') FROM splits"
    )
    judge(catalogue, "face", [Statement(min(a, b), max(a, b), Verdict.SAME)])
    catalogue.close()
    capsys.readouterr()
    assert main(["split", "main", *at, "--check", "--json"]) == 3
    out = capsys.readouterr().out
    assert json.loads(out.splitlines()[-1])["leaks"]["verdicts"] == 2 and "second look" not in out


def test_folders_are_audited_without_a_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for part, seeds in (("train", (1, 2, 3)), ("test", (3, 4))):
        for seed in seeds:
            save(tmp_path / "set" / part / "x" / f"{part}{seed}.png", drawn(seed))
    assert main(["split", "--audit", "set", "-o", "leaks.csv", "--json"]) == 3
    out = capsys.readouterr().out
    assert "test    2 pictures, 1 of them (50.0%) in an earlier part as well" in out
    report = json.loads(out.splitlines()[-1])
    assert report["leaking"] == 1 and report["leaks"][0]["path"].endswith("set/test/x/test3.png")
    assert (tmp_path / "leaks.csv").read_text().count("\n") == 2
    assert main(["split", "--audit", "nothing"]) == 2
    assert "is no folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["x", "--train", ".5", "--test", ".1", "--val", ".1"], "together must be 1"),
        (["a/b"], "cannot be the name"),
        (["x", "--filter", "nonsense:1"], "nonsense"),
        (["x", "--filter", "label:nobody"], "no faces that the filter asks for"),
        (["x", "--set", "genres"], "has a label of the set genres"),
        (["x", "--of", "images"], "give tags in Browse"),
        (["x", "--min-per-class", "9999"], "no label has as many as 9999"),
        (["x", "--together", "colour"], "colour"),
        (["x", "--names", "("], "regular expression"),
        (["--show"], "name the split"),
        (["x", "-o", "file.csv"], "-o is for --audit"),
        (["x", "--folds", "3", "--val", ".1"], "leave --val out"),
        (["x", "--test", "1.5"], "such as --test .2"),
        (["--audit", ".", "--near", "99"], "0 to 16"),
        (["--audit", ".", "-o", "."], "is there already"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    at: list[str], capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert main(["split", *given, *at]) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("given", [".25", "25", "25%", ",25", "1/4"])
def test_shares_as_people_write_them(given: str) -> None:
    test = parser().parse_args(["split", "x", "--test", given]).test
    assert ready(SplitOrder("x", test=test)).shares == pytest.approx((0.75, 0, 0.25))


def test_a_part_that_nobody_is_in_is_told_first(at: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "tiny", *at, "--test", "1e-9"]) == 3
    assert "nobody is in test" in capsys.readouterr().out.splitlines()[1]


def test_without_any_face_it_says_how_to_find_some(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "main", "-w", str(workspace.root)]) == 2
    assert "anitui detect" in capsys.readouterr().err
