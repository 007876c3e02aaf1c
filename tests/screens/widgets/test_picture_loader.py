from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from picture_reading import picture_file
from PIL import Image

from anitui.pipeline import decode
from anitui.screens.widgets.picture.framing import Framing
from anitui.screens.widgets.picture.loader import PictureLoader
from anitui.screens.widgets.picture.policy import Drawing
from anitui.screens.widgets.picture.prepare import Order, Placeholder, Prepared, Result

PATIENCE = 20


class Gate:
    """Decodes as the real thing does, but only while open, and tells in which order."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun: list[str] = []
        self.first = threading.Event()

    def __call__(self, path: Path, box: tuple[int, int]) -> Image.Image:
        self.begun.append(path.stem)
        self.first.set()
        assert self.open.wait(PATIENCE)
        return decode.for_display(path, box)


class Inbox:
    """Collects what is delivered, and waits for it."""

    def __init__(self) -> None:
        self.got: list[tuple[Order, Result]] = []
        self._changed = threading.Condition()

    def __call__(self, order: Order, result: Result) -> None:
        with self._changed:
            self.got.append((order, result))
            self._changed.notify_all()

    def wait_for(self, count: int) -> list[tuple[Order, Result]]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.got) >= count, PATIENCE)
            return list(self.got)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def loader(gate: Gate) -> Iterator[PictureLoader]:
    with_one = PictureLoader(workers=1, decode=gate)
    yield with_one
    gate.open.set()
    with_one.close()


def order(path: Path, columns: int = 10, rows: int = 5) -> Order:
    return Order(path, columns, rows, Drawing())


def files(folder: Path, *names: str) -> list[Order]:
    return [order(picture_file(folder / f"{name}.png")) for name in names]


def test_what_is_seen_goes_before_what_comes_next(loader: PictureLoader, gate: Gate, tmp_path: Path) -> None:
    first, next_one, seen = files(tmp_path, "first", "next", "seen")
    inbox = Inbox()
    loader.ask("one", [first], [next_one], inbox)
    assert gate.first.wait(PATIENCE)
    loader.ask("two", [seen], [], inbox)
    gate.open.set()
    assert [got for got, _ in inbox.wait_for(2)] == [first, seen]
    _until_idle(loader)
    assert gate.begun == ["first", "seen", "next"]
    assert isinstance(loader.ready(next_one), Prepared)
    assert len(inbox.got) == 2  # what was prepared ahead is not delivered


def test_the_newest_asker_goes_first(loader: PictureLoader, gate: Gate, tmp_path: Path) -> None:
    busy, old, new = files(tmp_path, "busy", "old", "new")
    inbox = Inbox()
    loader.ask("zero", [busy], [], inbox)
    assert gate.first.wait(PATIENCE)
    loader.ask("one", [old], [], inbox)
    loader.ask("two", [new], [], inbox)
    gate.open.set()
    inbox.wait_for(3)
    assert gate.begun == ["busy", "new", "old"]


def test_what_nobody_waits_for_any_more_is_never_begun(loader: PictureLoader, gate: Gate, tmp_path: Path) -> None:
    pages = files(tmp_path, *"abcdef")
    inbox = Inbox()
    loader.ask("grid", pages[:2], pages[2:3], inbox)
    assert gate.first.wait(PATIENCE)
    loader.ask("grid", pages[3:4], [], inbox)
    loader.ask("grid", pages[4:5], pages[5:], inbox)
    gate.open.set()
    inbox.wait_for(1)
    _until_idle(loader)
    assert gate.begun == ["a", "e", "f"]
    assert [got.path.stem for got, _ in inbox.got] == ["e"]
    assert isinstance(loader.ready(pages[0]), Prepared)  # it was in hand, so it is kept


def test_nothing_is_delivered_to_who_has_left(loader: PictureLoader, gate: Gate, tmp_path: Path) -> None:
    gone, stays = files(tmp_path, "gone", "stays")
    left, inbox = Inbox(), Inbox()
    loader.ask("left", [gone], [], left)
    assert gate.first.wait(PATIENCE)
    loader.forget("left")
    loader.ask("here", [stays], [], inbox)
    gate.open.set()
    inbox.wait_for(1)
    assert left.got == []


def test_one_picture_for_two_askers_is_made_once(loader: PictureLoader, gate: Gate, tmp_path: Path) -> None:
    (shared,) = files(tmp_path, "shared")
    one, two = Inbox(), Inbox()
    loader.ask("one", [shared], [], one)
    loader.ask("two", [shared], [], two)
    gate.open.set()
    assert one.wait_for(1)[0][1] is two.wait_for(1)[0][1]
    assert gate.begun == ["shared"]


def test_another_size_needs_no_new_decoding_unless_it_brings_detail(
    loader: PictureLoader, gate: Gate, tmp_path: Path
) -> None:
    path = picture_file(tmp_path / "large.png", (900, 900))
    gate.open.set()
    inbox = Inbox()
    sizes = [order(path, 20, 10), order(path, 10, 5), order(path, 60, 30)]
    near = Order(path, 60, 30, Drawing(), Framing(zoom=16))
    nearer = Order(path, 60, 30, Drawing(), Framing(zoom=16, x=0.2))
    for count, each in enumerate([*sizes, near, nearer], start=1):
        loader.ask("one", [each], [], inbox)
        inbox.wait_for(count)
    assert len(gate.begun) == 3


@pytest.mark.parametrize("workers", [1, 3])
def test_only_so_many_bytes_are_kept(tmp_path: Path, workers: int) -> None:
    orders = files(tmp_path, *"abcdefgh")
    inbox = Inbox()
    loader = PictureLoader(workers=workers, prepared_bytes=1)
    loader.ask("one", orders, [], inbox)
    inbox.wait_for(8)
    assert sum(loader.ready(each) is not None for each in orders) == 1
    loader.close()


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    whole = picture_file(tmp_path / "whole.jpg", (300, 300)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("no picture at all")
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe.png")
    names = ["media/ab/gone.png", "cut.jpg", "text.png", "empty.png", "pipe.png"]
    loader, inbox = PictureLoader(), Inbox()
    loader.ask("one", [order(tmp_path / name) for name in names], [], inbox)
    said = {got.path.name: result for got, result in inbox.wait_for(5)}
    assert said["gone.png"] == Placeholder("file is missing: media/ab/gone.png")
    reasons = {name: result.reason for name, result in said.items() if isinstance(result, Placeholder)}
    assert len(reasons) == 5
    assert reasons["cut.jpg"].startswith("broken: truncated")
    assert reasons["text.png"].startswith("broken: not a picture")
    assert reasons["empty.png"].startswith("broken: empty")
    assert "not a regular file" in reasons["pipe.png"]
    loader.close()


def test_what_was_missing_is_looked_for_again(tmp_path: Path) -> None:
    wanted = order(tmp_path / "late.png")
    inbox = Inbox()
    loader = PictureLoader(broken_for=0)
    loader.ask("one", [wanted], [], inbox)
    assert isinstance(inbox.wait_for(1)[0][1], Placeholder)
    picture_file(wanted.path)
    loader.ask("one", [wanted], [], inbox)
    assert isinstance(inbox.wait_for(2)[1][1], Prepared)
    loader.close()


def test_what_is_broken_is_remembered_for_a_while(loader: PictureLoader, gate: Gate, tmp_path: Path) -> None:
    gate.open.set()
    inbox = Inbox()
    for _ in range(3):
        loader.ask("one", [order(tmp_path / "gone.png")], [], inbox)
        _until_idle(loader)
    assert gate.begun == ["gone"]
    assert isinstance(loader.ready(order(tmp_path / "gone.png")), Placeholder)


def test_a_closed_loader_takes_nothing_more(loader: PictureLoader, gate: Gate, tmp_path: Path) -> None:
    loader.close()
    loader.ask("one", files(tmp_path, "late"), [], Inbox())
    assert loader.pending == 0
    assert gate.begun == []


def _until_idle(loader: PictureLoader) -> None:
    assert loader.wait(PATIENCE)
