"""`anitui labels`: the list of names, kept from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anitui import workspace as workspaces
from anitui.cli import main


@pytest.fixture
def home(tmp_path: Path) -> list[str]:
    workspaces.create(tmp_path / "cafe")
    return ["-w", str(tmp_path / "cafe")]


def listed(home: list[str], capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    capsys.readouterr()
    assert main([*home, "labels", *more, "--json"]) == 0
    return [each["name"] for each in json.loads(capsys.readouterr().out.splitlines()[-1])["labels"]]


def test_labels_are_added_renamed_merged_deleted_and_brought_back(
    home: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*home, "labels", "add", "rize", "rise", "cocoa"]) == 0
    assert main([*home, "labels", "add", "Rise"]) == 0
    assert listed(home, capsys) == ["rize", "rise", "cocoa"]
    assert main([*home, "labels", "rename", "rize", "Rize Tedeza"]) == 0
    assert main([*home, "labels", "merge", "rise", "--into", "rize"]) == 0
    assert listed(home, capsys) == ["Rize Tedeza", "cocoa"]
    assert (
        main([*home, "labels", "change", "cocoa", "--aliases", "kokoa, ココア", "--key", "0", "--colour", "#aabbcc"])
        == 0
    )
    assert main([*home, "labels"]) == 0
    out = capsys.readouterr().out
    assert "1          0  Rize Tedeza  also rize, rise" in out
    assert "0          0  cocoa  also kokoa, ココア" in out
    assert main([*home, "labels", "delete", "Cocoa"]) == 0
    assert listed(home, capsys) == ["Rize Tedeza"]
    assert main([*home, "undo", "3"]) == 0
    assert listed(home, capsys) == ["Rize Tedeza", "rise", "cocoa"]
    assert main([*home, "labels", "add", "good", "--set", "quality"]) == 0
    assert listed(home, capsys, "--set", "quality") == ["good"]


def test_a_label_goes_by_its_own_name_only(home: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever deletes what was merged into another has not the other in mind."""
    main([*home, "labels", "add", "rize", "rise", "cocoa"])
    assert main([*home, "labels", "merge", "rise", "--into", "rize"]) == 0
    capsys.readouterr()
    assert main([*home, "labels", "delete", "RISE"]) == 2
    assert capsys.readouterr().err == (
        "anitui: RISE is another name of rize: delete rize, or take the name off it with change --aliases\n"
    )
    assert listed(home, capsys) == ["rize", "cocoa"]
    capsys.readouterr()
    assert main([*home, "labels", "change", "rise", "--key", "9"]) == 0
    assert main([*home, "labels", "rename", "rise", "Rize Tedeza"]) == 0
    assert main([*home, "labels", "merge", "cocoa", "--into", "rise"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "changed rize (also rise)",
        "rize (also rise) is Rize Tedeza now, and is still found by its old name",
        "cocoa and Rize Tedeza are one now, called Rize Tedeza",
    ]
    main([*home, "history"])
    history = capsys.readouterr().out
    for told in ("changed the label rize", "renamed rize to Rize Tedeza", "merged cocoa into Rize Tedeza"):
        assert told in history
    assert main([*home, "labels", "delete", "rize tedeza"]) == 0
    assert listed(home, capsys) == []


def test_a_name_that_a_label_has_already_changes_nothing(home: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*home, "labels", "add", "luka"])
    capsys.readouterr()
    assert main([*home, "labels", "rename", "luka", "luka"]) == 0
    assert capsys.readouterr().out == "luka is called so already: nothing changed\n"
    assert main([*home, "labels", "add", "miku", "--set", ""]) == 2
    assert "a set of labels is called by one line of text" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("add",), ("rename", "a"), ("merge", "a"), ("delete", "nobody"), ("change", "a", "b"), ("list", "a"),
        ("add", "a", "--into", "b"), ("merge", "nobody", "--into", "a"), ("change", "a", "--key", "zz"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_a_sentence(
    home: list[str], arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*home, "labels", "add", "a"])
    capsys.readouterr()
    assert main([*home, "labels", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
