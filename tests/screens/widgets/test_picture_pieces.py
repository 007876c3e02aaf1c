from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget

from anitui.screens.widgets.picture import pieces
from anitui.screens.widgets.picture.cells import to_rows
from anitui.screens.widgets.picture.pieces import PieceStrip, TextPiece, blank
from anitui.screens.widgets.picture.policy import Drawing
from anitui.screens.widgets.picture.words import cut, tame, wrapped

CONSOLE = Console(force_terminal=True, color_system="truecolor")
BOLD = Style(bold=True)


def line() -> PieceStrip:
    pixels = np.random.default_rng(1).choice([0, 120, 255], (2, 10, 3)).astype(np.uint8)
    return PieceStrip([blank(3, BOLD), *to_rows(Image.fromarray(pixels), Drawing()), TextPiece("心愛 x", BOLD)])


def told(strip: Strip) -> list[tuple[str, Style | None]]:
    """Letter by letter, so that it does not matter where Segments end."""
    return [(letter, segment.style) for segment in strip for letter in segment.text]


def test_a_line_says_its_pieces() -> None:
    strip = line()
    assert strip.cell_length == 3 + 10 + 6
    assert strip.render(CONSOLE) == "".join(piece.render(CONSOLE) for piece in strip.pieces)
    assert strip.text.startswith("   ")
    assert strip.text.endswith("心愛 x")


@given(st.integers(0, 19), st.integers(0, 19))
@settings(max_examples=60, deadline=None)
def test_cropping_is_that_of_an_ordinary_strip(start: int, end: int) -> None:
    strip = line()
    ordinary = Strip(list(strip), strip.cell_length)
    assert told(strip.crop(start, end)) == told(ordinary.crop(start, end))
    assert strip.crop(start, end).cell_length == ordinary.crop(start, end).cell_length


@given(st.sets(st.integers(1, 18), max_size=4))
@settings(max_examples=40, deadline=None)
def test_dividing_is_that_of_an_ordinary_strip(cuts: set[int]) -> None:
    strip = line()
    at = [*sorted(cuts), 19]
    parts = strip.divide(at)
    ordinary = Strip(list(strip), strip.cell_length).divide(at)
    assert [told(part) for part in parts] == [told(part) for part in ordinary]
    assert strip.divide([19]) == [strip]


def test_parts_keep_their_prepared_codes() -> None:
    strip = line()
    left, picture, right = strip.divide([3, 13, 19])
    assert isinstance(picture, PieceStrip)
    assert picture.pieces[0] is strip.pieces[1]
    assert picture.render(CONSOLE) == strip.pieces[1].render(CONSOLE)
    assert "x" in right.render(CONSOLE)
    assert left.cell_length == 3


def test_segments_are_made_only_when_asked_for() -> None:
    strip = line()
    strip.crop(2, 9).render(CONSOLE)
    strip.render(CONSOLE)
    assert strip._made is None
    assert len(strip) > 3
    assert strip._made is not None


class Lines(Widget):
    def render_lines(self, crop: object) -> list[Strip]:
        return [line().crop(0, self.size.width)] * self.size.height


class LinesApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Lines()


async def test_textual_writes_the_prepared_codes() -> None:
    """The guard of what is private or unwritten in Textual: Strips keep `_segments`, and are asked to `render`."""
    assert pieces.LAZY_SEGMENTS
    async with LinesApp().run_test(size=(19, 4)) as pilot:
        update = pilot.app.screen._compositor.render_full_update()
        assert line().pieces[1].render(CONSOLE) in update.render_segments(pilot.app.console)
        assert "心愛" in pilot.app.export_screenshot()


def test_without_that_slot_segments_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Strip, "__slots__", [])
    other = _loaded_again(monkeypatch)
    assert not other.LAZY_SEGMENTS
    strip = other.PieceStrip(line().pieces)
    assert told(strip) == told(line())
    assert told(strip.crop(4, 9)) == told(line().crop(4, 9))
    assert strip.render(CONSOLE) == line().render(CONSOLE)


def _loaded_again(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("pieces_without_slot", pieces.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("心愛心愛", 8, "心愛心愛"),
        ("心愛心愛", 7, "心愛心…"),
        ("心愛心愛", 6, "心愛…"),
        ("a\x1b[31m\nb", 20, "a [31m b"),
        ("می\u200cخواهم", 7, "می\u200cخواهم"),
        ("👩\u200d👧", 4, "👩👧"),
        ("abc", 0, ""),
        ("abc", 1, "…"),
    ],
)
def test_a_caption_is_cut_to_its_cells(text: str, width: int, expected: str) -> None:
    assert cut(text, width) == expected


def test_text_from_outside_cannot_drive_the_terminal() -> None:
    assert tame("x\x1b]0;y\x07\u202e\u200b.png").isprintable()


@given(st.text(max_size=60), st.integers(0, 30))
@settings(max_examples=80, deadline=None)
def test_text_never_takes_more_cells_than_it_has(text: str, width: int) -> None:
    from rich.cells import cell_len

    assert cell_len(cut(text, width)) <= width
    assert all(cell_len(part) <= max(1, width) for part in wrapped(text, width))
