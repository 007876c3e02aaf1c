from __future__ import annotations

import os
import socket
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.sources import folder
from anitui.pipeline.sources.folder import FoundFile, Unfit


def touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")


class Walked:
    """What a walk found, by paths relative to the place of the test."""

    def __init__(
        self, place: Path, *roots: Path, label: str | None = None, by_folder: bool = False, out: Iterable[Path] = ()
    ) -> None:
        seen = list(folder.walk(roots or [place], label=label, labels_from_folders=by_folder, leave_out=out))
        found = [each for each in seen if isinstance(each, FoundFile)]
        unfit = [each for each in seen if isinstance(each, Unfit)]
        self.found = [os.path.relpath(each.path, place) for each in found]
        self.unfit = {os.path.relpath(each.path, place): each.reason for each in unfit}
        self.labels = {os.path.relpath(each.path, place): each.label for each in seen}
        assert len(self.unfit) == len(unfit), "something is refused twice"
        for each in seen:
            each.path.encode()
            assert each.path.isprintable()


def test_everything_below_folder_by_folder_in_order_of_names(tmp_path: Path) -> None:
    touch(*(tmp_path / name for name in ("b/2.png", "b/1.png", "a/x/1.png", "c.png", "a/1.PNG", ".hidden/1")))
    assert Walked(tmp_path).found == ["c.png", ".hidden/1", "a/1.PNG", "a/x/1.png", "b/1.png", "b/2.png"]
    (found,) = folder.walk([tmp_path / "c.png"], label=None, labels_from_folders=False)
    status = (tmp_path / "c.png").stat()
    assert found == FoundFile(str(tmp_path / "c.png"), 1, status.st_mtime_ns, None)


def test_links_that_lead_in_circles_or_nowhere_are_named_and_stop_nothing(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "1.png", tmp_path / "b" / "2.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to("self")
    (tmp_path / "a" / "nothing.png").symlink_to("gone.png")
    (tmp_path / "b" / "to_a").symlink_to("../a")
    (tmp_path / "a" / "to_b").symlink_to("../b")
    walked = Walked(tmp_path)
    assert walked.found == ["a/1.png", "b/2.png"]
    circle, again = "a symbolic link that leads in a circle", "the same folder again, under another name"
    assert walked.unfit == {
        "a/up": circle,
        "a/self": circle,
        "a/nothing.png": "a symbolic link to nothing",
        "a/to_b": again,
        "b/to_a": again,
    }


def test_a_folder_linked_twice_is_taken_once(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    touch(outside / "1.png", inside / "2.png")
    (inside / "one").symlink_to(outside)
    (inside / "two").symlink_to(outside)
    walked = Walked(tmp_path, inside)
    assert walked.found == ["in/2.png", "in/one/1.png"]
    assert walked.unfit == {"in/two": "the same folder again, under another name"}
    # Where the folder itself lies below, it is known by its own name, though the link comes first in order.
    (tmp_path / "zz").symlink_to(outside)
    assert Walked(tmp_path, tmp_path).found == ["in/2.png", "out/1.png"]


def test_links_to_files_are_sightings_of_their_own(tmp_path: Path) -> None:
    touch(tmp_path / "1.png")
    (tmp_path / "2.png").symlink_to("1.png")
    assert Walked(tmp_path).found == ["1.png", "2.png"]


def test_one_place_named_in_several_ways_is_taken_once_and_nothing_is_refused(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "b" / "1.png", tmp_path / "a" / "2.png")
    for names in (["a", "a/b"], ["a/b/1.png", "a"], ["a", "a/2.png", "a/../a/2.png"], ["a/**"], ["a/", "a"]):
        roots = folder.resolve([str(tmp_path / name) for name in names])
        walked = Walked(tmp_path, *roots)
        assert sorted(walked.found) == ["a/2.png", "a/b/1.png"], names
        assert walked.unfit == {}, names


def test_what_is_no_file_is_named_for_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.png")
        (tmp_path / "device.png").symlink_to("/dev/null")
        walked = Walked(tmp_path)
    assert walked.found == []
    assert walked.unfit == {
        "pipe.png": "a named pipe, not a file",
        "socket.png": "a socket, not a file",
        "device.png": "a device, not a file",
    }
    assert Walked(tmp_path, tmp_path / "pipe.png").unfit == {"pipe.png": "a named pipe, not a file"}


def test_names_that_no_list_can_hold_are_refused_and_shown_readably(tmp_path: Path) -> None:
    for name in (b"caf\xe9.png", b"two\nlines.png", b"\x1b[31mred.png", b"fold\xff/in.png", b"tab\there/in.png"):
        touch(tmp_path / os.fsdecode(name))
    touch(tmp_path / "アスカ 🎀.png", tmp_path / "back\\slash.png")
    walked = Walked(tmp_path)
    assert walked.found == ["back\\slash.png", "アスカ 🎀.png"]
    assert walked.unfit == {
        "caf\\xe9.png": "its name is not UTF-8",
        "two\\nlines.png": "its name holds a newline",
        "\\x1b[31mred.png": "its name holds a control character",
        "fold\\xff": "its name is not UTF-8",
        "tab\\there": "its name holds a control character",
    }
    inside = Walked(tmp_path, tmp_path / os.fsdecode(b"fold\xff"))
    assert (inside.found, inside.unfit) == ([], {"fold\\xff/in.png": "its name is not UTF-8"})


def test_a_folder_that_may_not_be_read_is_named(as_nobody: None) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        touch(place / "open" / "1.png", place / "shut" / "2.png")
        (place / "link").symlink_to(place / "shut" / "2.png")
        (place / "shut").chmod(0)
        try:
            walked = Walked(place)
            assert walked.found == ["open/1.png"]
            assert walked.unfit == {
                "shut": "unreadable folder: no permission to read it",
                "link": "no permission to read it",
            }
            assert Walked(place, place / "link").unfit == {"link": "no permission to read it"}
        finally:
            (place / "shut").chmod(0o700)


def test_what_a_workspace_is_made_of_is_left_out_silently_and_what_else_lies_there_is_found(tmp_path: Path) -> None:
    ws = tmp_path / "ws"
    touch(tmp_path / "1.png", ws / "media" / "2.png", ws / "mine" / "3.png", ws / "catalogue.duckdb")
    (tmp_path / "link").symlink_to("ws/media")
    (ws / "also").symlink_to("catalogue.duckdb")
    own = (ws / "media", ws / "catalogue.duckdb")
    walked = Walked(tmp_path, out=own)
    assert (walked.found, walked.unfit) == (["1.png", "ws/mine/3.png"], {})
    assert Walked(tmp_path, ws / "mine", out=own).found == ["ws/mine/3.png"]
    assert Walked(tmp_path, ws / "mine" / "3.png", out=own).found == ["ws/mine/3.png"]


def test_a_label_is_given_or_the_name_of_the_folder_that_the_file_lies_in(tmp_path: Path) -> None:
    composed, apart = "Pokémon", unicodedata.normalize("NFD", "Pokémon")
    touch(tmp_path / "Rei" / "1.png", tmp_path / "Rei" / "school  uniform " / "2.png", tmp_path / apart / "3.png")
    os.mkfifo(tmp_path / "Rei" / "pipe")
    named = {"Rei/1.png": "Rei", "Rei/school  uniform /2.png": "school uniform", f"{apart}/3.png": composed}
    assert Walked(tmp_path, by_folder=True).labels == {**named, "Rei/pipe": "Rei"}
    one = tmp_path / "Rei" / "1.png"
    assert Walked(tmp_path, one, by_folder=True).labels == {"Rei/1.png": "Rei"}
    assert Walked(tmp_path, one, label=f" {apart}\n x ").labels == {"Rei/1.png": "Pokémon x"}
    assert Walked(tmp_path, one, label="  ").labels == {"Rei/1.png": None}
    assert Walked(tmp_path, one).labels == {"Rei/1.png": None}


def test_globs_home_and_odd_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(*(tmp_path / name for name in ("a1.png", "a2.png", "[x].png", "sub/a3.png", "~/h.png", "~nobody-has-this")))
    monkeypatch.chdir(tmp_path / "sub")
    assert folder.resolve(["../a*.png"]) == [tmp_path / "a1.png", tmp_path / "a2.png"]
    assert folder.resolve([f"{tmp_path}/**/a3.png", "a3.png"]) == [tmp_path / "sub" / "a3.png"]
    assert folder.resolve(["../[x].png"]) == [tmp_path / "[x].png"]  # a name that is there is no pattern
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder.resolve(["~", "~/a?.png"]) == [tmp_path, tmp_path / "a1.png", tmp_path / "a2.png"]
    monkeypatch.chdir(tmp_path)
    assert folder.resolve(["~nobody-has-this"]) == [tmp_path / "~nobody-has-this"]


@pytest.mark.parametrize(
    "pattern", ["absent", "absent/*.png", "~nobody-has-this", "caf\udce9", "x\ny", "[", "x" * 5000]
)
def test_what_is_not_there_is_said(pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUse, match="is not there") as caught:
        folder.resolve([pattern])
    str(caught.value).encode()
    assert str(caught.value).isprintable()
