from __future__ import annotations

import json
from typing import Any

import pytest

from anitui.cli import main
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace
from tests.store.hashed import hang, seen_as


@pytest.fixture
def ours(workspace: Workspace) -> Workspace:
    """Four pictures: two equal, one near, one far; two of them of one title."""
    catalogue = open_catalogue(workspace.catalogue)
    hang(catalogue, [0, 0, 0b111, 2**64 - 1])
    seen_as(catalogue, {2: ["one"], 3: ["one"]})
    catalogue.close()
    return workspace


def last_line(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_pairs_are_found_counted_and_told(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["pairs", "-w", str(ours.root)]
    assert main([*at, "--json"]) == 0
    out = capsys.readouterr().out
    assert "3 pairs found, 3 of them new" in out
    assert "3 open to decide, by distance:" in out
    assert [line.split() for line in out.splitlines() if line.startswith("   3")] == [["3", "█" * 32, "2", "3"]]
    assert "to decide them: anitui, then g d" in out
    found = json.loads(out.splitlines()[-1])
    assert (found["found"], found["new"], found["open"]) == (3, 3, 3)
    assert found["per_distance"] == {"0": 1, "3": 2}
    assert main([*at, "--json"]) == 0
    assert last_line(capsys)["notes"] == ["nothing is new: all were compared up to a distance of 4 before"]


def test_pairs_within_between_and_by_distance(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["pairs", "-w", str(ours.root), "--json"]
    assert main([*at, "--within", "title"]) == 0
    found = last_line(capsys)
    assert (found["new"], found["left_out"]) == (1, 2)
    assert main([*at, "--between", "id:1", "id:2,3", "--min-distance", "1"]) == 0
    assert last_line(capsys)["per_distance"] == {"3": 1}
    assert main([*at, "--hash", "phash"]) == 2
    assert "there is no picture with a phash yet" in capsys.readouterr().err
    assert main([*at, "--on", "faces"]) == 2
    assert "there is no face with a dhash in the catalogue yet" in capsys.readouterr().err


def test_a_preview_writes_nothing(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pairs", "-w", str(ours.root), "--preview", "--json"]) == 0
    out = capsys.readouterr().out
    assert "nothing was written" in out
    assert json.loads(out.splitlines()[-1])["per_distance"] == {
        **dict.fromkeys(map(str, range(11)), 0), "0": 1, "3": 2,
    }  # fmt: skip
    catalogue = open_catalogue(ours.catalogue)
    assert catalogue.value("SELECT count(*) FROM pairs") == 0
    catalogue.close()


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (["--within", "hair"], "within 'hair': there are title, label"),
        (["--min-distance", "5"], "no distance is at least 5 and at most 4"),
        (["--max-distance", "65"], "a distance of 65 cannot be: a hash has 64 bits"),
        (["--between", "a", "wdith<3"], "did you mean width?"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    ours: Workspace, capsys: pytest.CaptureFixture[str], order: list[str], says: str
) -> None:
    assert main(["pairs", "-w", str(ours.root), *order]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
