from __future__ import annotations

import base64
import io
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from rich.console import Console

from anitui.screens.widgets.picture import kitty, sixel
from anitui.screens.widgets.picture.kitty import MARKS, PLACEHOLDER, Sent

CONSOLE = Console(force_terminal=True, color_system="truecolor")
_GRAPHICS = re.compile(r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")


def some_picture(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 80).convert("RGB")


def received(codes: str) -> tuple[dict[str, str], Image.Image]:
    """What kitty makes of a transmission: the first chunk's keys, and the picture."""
    chunks = [(dict(part.split("=") for part in keys.split(",")), data) for keys, data in _GRAPHICS.findall(codes)]
    assert "".join(found[0] for found in _GRAPHICS.finditer(codes)) == codes
    assert all(len(data) <= 4096 for _, data in chunks)
    assert [keys["m"] for keys, _ in chunks] == ["1"] * (len(chunks) - 1) + ["0"]
    assert all(keys["q"] == "2" for keys, _ in chunks)  # an answer would be read as keys
    data = base64.standard_b64decode("".join(data for _, data in chunks))
    return chunks[0][0], Image.open(io.BytesIO(data))


@pytest.mark.parametrize("size", [(10, 10), (400, 300)])
def test_kitty_gets_the_picture_once_and_whole(size: tuple[int, int]) -> None:
    picture = some_picture(*size)
    image, _ = kitty.prepare(picture, 12, 5)
    keys, got = received(image.transmission)
    assert (keys["a"], keys["U"], keys["c"], keys["r"]) == ("T", "1", "12", "5")
    assert int(keys["i"]) == image.number
    assert np.array_equal(np.asarray(got), np.asarray(picture))


def test_kitty_cells_name_their_picture_row_and_column() -> None:
    image, lines = kitty.prepare(some_picture(30, 20), 7, 3)
    for row, line in enumerate(lines):
        code, text = line.render(CONSOLE).split("m", 1)
        red, green, blue = (int(part) for part in code.split(";")[2:])
        assert red << 16 | green << 8 | blue == image.number
        cells = text.removesuffix("\x1b[0m").split(PLACEHOLDER)[1:]
        assert [(MARKS.index(cell[0]), MARKS.index(cell[1])) for cell in cells] == [(row, n) for n in range(7)]
        assert line.width == 7
        assert line.cut(2, 5).render(CONSOLE) == f"{code}m{''.join(PLACEHOLDER + cell for cell in cells[2:5])}\x1b[0m"
        assert line.cut(2, 5).segments() == line.segments()[2:5]
        assert "".join(segment.text for segment in line.segments()) == text.removesuffix("\x1b[0m")


def test_two_pictures_have_two_numbers() -> None:
    assert kitty.prepare(some_picture(4, 4), 1, 1)[0].number != kitty.prepare(some_picture(4, 4), 1, 1)[0].number


def test_kittys_marks() -> None:
    assert (len(MARKS), len(set(MARKS))) == (297, 297)
    assert (MARKS[0], MARKS[1], MARKS[-1]) == ("\u0305", "\u030d", "\U0001d244")
    assert {unicodedata.combining(mark) for mark in MARKS} == {230}
    assert all(not unicodedata.decomposition(mark) for mark in MARKS)


def test_the_terminal_keeps_no_more_than_it_should() -> None:
    images = [kitty.prepare(some_picture(4, 4), 1, 1)[0] for _ in range(4)]
    sent = Sent(limit=2)
    assert sent.show(images[:2]) == images[0].transmission + images[1].transmission
    assert sent.show([images[0]]) == ""
    assert sent.show([images[2]]) == images[2].transmission + images[1].removal
    assert sent.show([images[1]]) == images[1].transmission + images[0].removal
    assert sent.clear() == images[2].removal + images[1].removal
    assert sent.clear() == ""
    assert f"i={images[0].number}," in images[0].removal
    # What is seen at once must stay, whatever the limit.
    assert "d=I" not in Sent(limit=2).show(images)


def painted(codes: str) -> np.ndarray:
    """What a sixel terminal makes of the data, as percentages of red, green and blue; -1 where nothing was drawn."""
    found = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\', codes, re.DOTALL)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    shown = np.full(((height + 5) // 6 * 6, width, 3), -1)
    colours: dict[int, tuple[int, int, int]] = {}
    colour, x, top = 0, 0, 0
    for token in re.finditer(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])", found[3]):
        if token[1] is not None:
            colour = int(token[1])
            if token[2] is not None:
                colours[colour] = (int(token[2]), int(token[3]), int(token[4]))
        elif token[8] is not None:
            x = 0
            top += 6 if token[8] == "-" else 0
        else:
            bits, run = ord(token[6] or token[7]) - 63, int(token[5] or 1)
            for part in range(6):
                if bits >> part & 1:
                    shown[top + part, x : x + run] = colours[colour]
            x += run
    assert (shown[height:] == -1).all()
    return shown[:height]


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 40)), elements=st.integers(0, 5)))
@settings(max_examples=60, deadline=None)
def test_sixels_paint_each_pixel(pixels: np.ndarray) -> None:
    colours = np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0], [51, 102, 204], [0, 255, 0], [26, 26, 26]], np.uint8)
    expected = np.array([[round(value * 100 / 255) for value in colour] for colour in colours.tolist()])[pixels]
    assert np.array_equal(painted(sixel.encode(pixels, colours)), expected)


def test_a_sixel_does_not_push_its_line_up() -> None:
    codes = sixel.encode(np.zeros((12, 4), dtype=np.uint8), np.zeros((1, 3), dtype=np.uint8))
    assert codes.count("-") == 1


def test_runs_are_shortened() -> None:
    codes = sixel.encode(np.zeros((6, 300), dtype=np.uint8), np.zeros((1, 3), dtype=np.uint8))
    assert "!255~!45~" in codes


def test_a_picture_in_sixels_is_cut_along_the_lines() -> None:
    picture = Image.linear_gradient("L").resize((80, 60)).convert("RGB")
    lines = sixel.to_rows(picture, (10, 20))
    assert [line.width for line in lines] == [8, 8, 8]
    whole = np.concatenate([painted(_data(line.render(CONSOLE))) for line in lines])
    assert np.abs(whole * 2.55 - np.asarray(picture)).max() < 8
    part = lines[1].cut(2, 5)
    assert part.width == 3
    assert np.array_equal(painted(_data(part.render(CONSOLE))), whole[20:40, 20:50])


def test_a_line_of_sixels_ends_where_text_would() -> None:
    (line,) = sixel.to_rows(some_picture(40, 20), (10, 20))
    codes = line.render(CONSOLE)
    assert codes.startswith("\x1b7\x1b[0m    \x1b8\x1bP")
    assert codes.endswith("\x1b\\\x1b8\x1b[4C")
    assert [segment.text for segment in line.segments()] == ["    "]


def _data(codes: str) -> str:
    found = re.search(r"\x1bP.*?\x1b\\", codes, re.DOTALL)
    assert found is not None
    return found[0]
