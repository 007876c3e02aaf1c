from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from anitui.screens.widgets.picture.boxes import Box, with_boxes
from anitui.screens.widgets.picture.framing import (
    CELLS_PER_PIXEL,
    MOST_ZOOM,
    WHOLE,
    Framing,
    around,
    frame,
    most_zoom,
    whole_scale,
)  # fmt: skip

sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
wishes = st.builds(Framing, st.floats(0.1, 4000), st.floats(-2, 3), st.floats(-2, 3))


@given(sizes, st.integers(0, 300), st.integers(0, 100), st.sampled_from([2.0, 1.8, 2.25]), wishes)
def test_what_is_seen_lies_within_picture_and_box(
    picture: tuple[int, int], columns: int, rows: int, aspect: float, wish: Framing
) -> None:
    seen = frame(picture, columns, rows, aspect, wish)
    left, top, right, bottom = seen.part
    assert -1e-9 <= left < right <= 1 + 1e-9
    assert -1e-9 <= top < bottom <= 1 + 1e-9
    assert 1 <= seen.columns <= max(1, columns)
    assert 1 <= seen.rows <= max(1, rows)
    most = most_zoom(whole_scale(picture, max(1, columns), max(1, rows), aspect))
    assert 1 <= seen.framing.zoom <= most
    assert frame(picture, columns, rows, aspect, seen.framing).part == pytest.approx(seen.part)


@pytest.mark.parametrize(
    ("picture", "box", "cells"),
    [
        ((1000, 1000), (80, 40), (80, 40)),
        ((1000, 1000), (80, 24), (48, 24)),
        ((2000, 1000), (80, 40), (80, 20)),
        ((500, 1000), (80, 20), (20, 20)),
        ((10000, 10), (80, 24), (80, 1)),
        ((32, 32), (80, 24), (48, 24)),
    ],
)
def test_the_whole_picture_keeps_its_proportions(
    picture: tuple[int, int], box: tuple[int, int], cells: tuple[int, int]
) -> None:
    seen = frame(picture, *box, 2.0, WHOLE)
    assert (seen.columns, seen.rows) == cells
    assert seen.part == pytest.approx((0, 0, 1, 1))


def test_zooming_fills_the_box_and_keeps_the_point() -> None:
    seen = frame((500, 1000), 80, 20, 2.0, Framing(4, 0.5, 0.25))
    assert (seen.columns, seen.rows) == (80, 20)
    assert seen.part == pytest.approx((0, 0.125, 1, 0.375))


def test_panning_stops_at_the_edges() -> None:
    seen = frame((1000, 1000), 40, 20, 2.0, Framing(2))
    assert seen.part == pytest.approx((0.25, 0.25, 0.75, 0.75))
    moved = frame((1000, 1000), 40, 20, 2.0, seen.panned(0.25, -0.25))
    assert moved.part == pytest.approx((0.375, 0.125, 0.875, 0.625))
    far = frame((1000, 1000), 40, 20, 2.0, seen.panned(9, 9))
    assert far.part == pytest.approx((0.5, 0.5, 1, 1))
    assert frame((1000, 1000), 40, 20, 2.0, far.panned(-0.5, 0)).part == pytest.approx((0.25, 0.5, 0.75, 1))


@pytest.mark.parametrize("picture", [(60, 40), (1000, 1000), (9000, 9000), (20, 5000), (5000, 20)])
def test_one_looks_until_a_pixel_is_several_cells_and_no_nearer(picture: tuple[int, int]) -> None:
    wish = WHOLE
    for _ in range(60):
        wish = frame(picture, 80, 24, 2.0, wish.nearer()).framing
    seen = frame(picture, 80, 24, 2.0, wish)
    across = seen.columns / ((seen.part[2] - seen.part[0]) * picture[0])
    whole = frame(picture, 80, 24, 2.0, WHOLE)
    small = whole.columns / picture[0] * MOST_ZOOM > CELLS_PER_PIXEL and whole.rows > 1 and whole.columns > 1
    assert across == pytest.approx(CELLS_PER_PIXEL, rel=0.1) or (small and across > CELLS_PER_PIXEL)
    assert wish.nearer(1 / 1e6).zoom == 1


@pytest.mark.parametrize(("picture", "box"), [((300, 400), (40, 50, 60, 60)), ((20, 5000), (2, 4000, 16, 16))])
def test_what_one_goes_to_takes_a_third_of_the_view(
    picture: tuple[int, int], box: tuple[float, float, float, float]
) -> None:
    shares = box[0] / picture[0], box[1] / picture[1], box[2] / picture[0], box[3] / picture[1]
    seen = frame(picture, 80, 24, 2.0, around(picture, 80, 24, 2.0, shares))
    left, top, right, bottom = seen.part
    assert left <= shares[0] and top <= shares[1]
    assert right >= shares[0] + shares[2] and bottom >= shares[1] + shares[3]
    assert shares[3] / (bottom - top) == pytest.approx(1 / 3)
    nearly_all = frame(picture, 80, 24, 2.0, around(picture, 80, 24, 2.0, (0.0, 0.0, 1.0, 1.0)))
    assert nearly_all.framing.zoom == 1.5


def test_boxes_are_outlined_one_pixel_thick_on_a_copy() -> None:
    picture = Image.new("RGB", (20, 10))
    marked = np.asarray(with_boxes(picture, [(2, 3, 8, 7)], [(255, 0, 0)]))
    expected = np.zeros((10, 20), dtype=bool)
    expected[3:7, 2:8] = True
    expected[4:6, 3:7] = False
    assert np.array_equal(marked[..., 0] == 255, expected)
    assert not np.asarray(picture).any()


def test_a_box_without_a_colour_is_dashed_light_and_dark_wherever_it_lies() -> None:
    grey = Image.new("RGB", (40, 30), (128, 128, 128))
    marked = np.asarray(with_boxes(grey, [(4, 4, 24, 24)], [None]))[..., 0]
    assert "".join("#" if value else "." for value in marked[4, 4:24]) == "...###...###...###.."
    assert (marked[4:24, 4] == marked[4, 4:24]).all() and (marked[5:23, 5:23] == 128).all()
    seen_in_part = np.asarray(with_boxes(grey, [(-96e6, 4, 24, 24)], [None]))[..., 0]
    assert "".join("#" if value else "." for value in seen_in_part[4, :23]) == "...###...###...###...##"


def test_boxes_partly_or_wholly_outside_do_no_harm() -> None:
    picture = Image.new("RGB", (20, 10))
    assert np.asarray(with_boxes(picture, [(-5, -5, 5, 5)], [(255, 0, 0)])).any()
    assert not np.asarray(with_boxes(picture, [(50, 50, 60, 60), (9, 9, 3, 3)], [(255, 0, 0)] * 2)).any()


def test_a_box_follows_what_is_seen() -> None:
    box = Box(0.25, 0.5, 0.25, 0.25)
    assert box.within((0, 0, 1, 1), (100, 200)) == (25, 100, 50, 150)
    assert box.within((0.25, 0.5, 0.75, 1), (100, 200)) == (0, 0, 50, 100)
