from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from picture_reading import read_pixels
from PIL import Image, ImageFilter
from rich.style import Style

from anitui.screens.widgets.picture import palette
from anitui.screens.widgets.picture.cells import SEXTANTS, SHADES, CellsPiece, to_rows
from anitui.screens.widgets.picture.policy import Depth, Drawing, Kind

# Few different values, so that runs, equal halves and swapped colours happen.
few_colours = st.sampled_from([0, 1, 60, 128, 200, 255])


def pictures(down: int, across: int) -> st.SearchStrategy[np.ndarray]:
    shapes = st.tuples(
        st.integers(1, 4).map(lambda n: n * down), st.integers(1, 12).map(lambda n: n * across), st.just(3)
    )
    return arrays(np.uint8, shapes, elements=few_colours)


def drawn(pixels: np.ndarray, drawing: Drawing) -> list[CellsPiece]:
    return to_rows(Image.fromarray(pixels), drawing)


@given(pictures(2, 1), st.sampled_from([5, 8]))
@settings(max_examples=60, deadline=None)
def test_half_cells_show_each_pixel(pixels: np.ndarray, bits: int) -> None:
    lines = [piece.ansi for piece in drawn(pixels, Drawing(bits=bits))]
    shown = read_pixels(lines)
    assert shown.shape == pixels.shape
    assert np.abs(shown - pixels).max() <= (0 if bits == 8 else 4)


@given(pictures(2, 1))
@settings(max_examples=40, deadline=None)
def test_half_cells_in_256_colours(pixels: np.ndarray) -> None:
    shown = read_pixels([piece.ansi for piece in drawn(pixels, Drawing(depth=Depth.INDEXED))])
    assert np.array_equal(shown, palette.xterm()[palette.nearest_indexed(pixels)])


@given(pictures(2, 1))
@settings(max_examples=40, deadline=None)
def test_half_cells_in_16_colours(pixels: np.ndarray) -> None:
    shown = read_pixels([piece.ansi for piece in drawn(pixels, Drawing(depth=Depth.BASIC))])
    sixteen = {tuple(colour) for colour in palette.xterm()[:16].tolist()}
    assert {tuple(colour) for colour in shown.reshape(-1, 3).tolist()} <= sixteen


def test_sixteen_colours_keep_the_light_of_a_grey_ramp() -> None:
    ramp = np.repeat(np.linspace(0, 255, 16).astype(np.uint8)[None, :, None], 3, axis=2).repeat(16, axis=0)
    shown = read_pixels([piece.ansi for piece in drawn(ramp.copy(), Drawing(depth=Depth.BASIC))])
    left, middle, right = (shown[:, columns].mean() for columns in (slice(0, 3), slice(6, 10), slice(13, 16)))
    assert left + 40 < middle < right - 40


@given(arrays(np.uint8, (20, 3)))
@settings(max_examples=50, deadline=None)
def test_the_nearest_of_256_is_the_nearest(pixels: np.ndarray) -> None:
    table = palette.xterm()[16:]
    weights = np.array([3, 4, 2])

    def apart(colours: np.ndarray) -> np.ndarray:
        return ((pixels.astype(int) - colours) ** 2 * weights).sum(axis=-1)

    best = ((pixels[:, None].astype(int) - table) ** 2 * weights).sum(axis=-1).min(axis=1)
    found = apart(palette.xterm()[palette.nearest_indexed(pixels)])
    assert np.array_equal(found, best)
    exact = palette.xterm()[palette.nearest_indexed(table.astype(np.uint8))]
    assert np.array_equal(exact, table)


def test_sextant_glyphs_are_what_their_numbers_say() -> None:
    assert len(SEXTANTS) == 64
    for number, glyph in enumerate(SEXTANTS):
        if number in (0, 21, 42, 63):
            continue
        parts = "".join(str(part + 1) for part in range(6) if number >> part & 1)
        assert unicodedata.name(glyph) == f"BLOCK SEXTANT-{parts}"
    assert SEXTANTS[0] == " "
    assert [unicodedata.name(SEXTANTS[n]) for n in (21, 42, 63)] == [
        "LEFT HALF BLOCK",
        "RIGHT HALF BLOCK",
        "FULL BLOCK",
    ]


@given(
    st.integers(0, 63),
    st.tuples(few_colours, few_colours, few_colours),
    st.tuples(few_colours, few_colours, few_colours),
)
@settings(max_examples=80, deadline=None)
def test_a_sextant_of_two_colours_is_shown_exactly(parts: int, one: tuple[int, ...], other: tuple[int, ...]) -> None:
    block = np.array([one if parts >> part & 1 else other for part in range(6)], dtype=np.uint8).reshape(3, 2, 3)
    shown = read_pixels([piece.ansi for piece in drawn(block, Drawing(Kind.SEXTANT, bits=8))], sextants=True)
    assert np.array_equal(shown, block)


@given(arrays(np.uint8, (3, 8, 3)))
@settings(max_examples=40, deadline=None)
def test_no_other_two_colours_show_a_sextant_better(pixels: np.ndarray) -> None:
    shown = read_pixels([piece.ansi for piece in drawn(pixels, Drawing(Kind.SEXTANT, bits=8))], sextants=True)
    for at in range(0, 8, 2):
        block = pixels[:, at : at + 2].reshape(6, 3).astype(float)
        error = ((shown[:, at : at + 2].reshape(6, 3) - block) ** 2).sum()
        best = min(
            sum(((part - part.mean(axis=0)) ** 2).sum() for part in (block[chosen], block[~chosen]) if len(part))
            for n in range(32)
            for chosen in [np.array([n >> bit & 1 for bit in range(6)], dtype=bool)]
        )
        assert error <= best + 20  # colours are whole numbers


def test_without_colours_light_becomes_shades() -> None:
    ramp = np.repeat(np.linspace(0, 255, 10).astype(np.uint8)[None, :, None], 3, axis=2)
    (line,) = drawn(ramp.copy(), Drawing(depth=Depth.NONE))
    assert line.ansi == SHADES
    assert [segment.text for segment in line.segments()] == [SHADES]


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("kind", [Kind.CELLS, Kind.SEXTANT])
def test_segments_tell_the_same_as_the_codes(kind: Kind, depth: Depth) -> None:
    pixels = np.random.default_rng(3).choice([0, 90, 255], (12, 20, 3)).astype(np.uint8)
    drawing = Drawing(kind, depth)
    for piece in drawn(pixels, drawing):
        styled = "".join((segment.style or Style()).render(segment.text) for segment in piece.segments())
        if depth is Depth.NONE:
            assert styled == piece.ansi
        else:
            told, coded = (read_pixels([text], kind is Kind.SEXTANT) for text in (styled, piece.ansi))
            assert np.array_equal(told, coded)


@pytest.mark.parametrize("depth", list(Depth))
def test_a_cut_shows_its_own_cells(depth: Depth) -> None:
    pixels = np.random.default_rng(4).choice([0, 255], (2, 20, 3)).astype(np.uint8)
    (piece,) = drawn(pixels, Drawing(depth=depth))[:1]
    part = piece.cut(5, 12)
    assert part.width == 7
    if depth is Depth.NONE:
        assert part.ansi == piece.ansi[5:12]
    else:
        assert np.array_equal(read_pixels([part.ansi]), read_pixels([piece.ansi])[:, 5:12])


def test_codes_are_fewer_than_a_style_per_cell_takes() -> None:
    soft = Image.effect_noise((60, 40), 90).convert("RGB").filter(ImageFilter.GaussianBlur(2))
    lines = to_rows(soft, Drawing())
    own = sum(len(line.ansi) for line in lines)
    styled = sum(len((segment.style or Style()).render(segment.text)) for line in lines for segment in line.segments())
    assert own < 0.8 * styled
