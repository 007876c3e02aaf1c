"""Handles of the box that can be changed, and which cells a changed box makes otherwise."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anitui.screens.widgets.picture.boxes import with_boxes, with_handles
from anitui.screens.widgets.picture.cells import CellsPiece, to_rows
from anitui.screens.widgets.picture.policy import Drawing, Kind

GREY = Image.new("RGB", (60, 40), (90, 90, 90))


def test_each_corner_has_a_handle_and_the_one_in_the_hand_is_larger() -> None:
    marked = np.asarray(with_handles(GREY.copy(), (10, 8, 50, 32), 3, 1))
    white = (marked == (255, 255, 255)).all(axis=2)
    in_hand = (marked == (255, 0, 255)).all(axis=2)
    assert white[8:11, 10:13].all() and white[29:32, 47:50].all() and white[29:32, 10:13].all()
    assert in_hand[8:14, 44:50].all() and white.sum() == 27 and in_hand.sum() == 36


def test_of_a_small_box_something_is_still_to_be_seen() -> None:
    marked = np.asarray(with_handles(with_boxes(GREY, [(10, 10, 14, 14)], [(0, 255, 0)]), (10, 10, 14, 14), 9, None))
    assert (marked == (0, 255, 0)).all(axis=2).sum() == 8


def test_lines_know_in_which_cells_they_differ() -> None:
    drawing = Drawing(Kind.CELLS)
    before = to_rows(GREY, drawing)
    after = to_rows(with_boxes(GREY, [(10, 8, 50, 32)], [(255, 0, 0)]), drawing)
    spans = [new.changes(old) for new, old in zip(after, before, strict=True)]
    assert spans[:4] == [None] * 4 and spans[4] == (10, 50) and spans[15] == (10, 50) and spans[16] is None
    assert all(isinstance(each, CellsPiece) for each in after)
