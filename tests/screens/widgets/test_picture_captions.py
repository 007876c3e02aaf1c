"""Names over a picture of characters."""

from __future__ import annotations

import numpy as np
from PIL import Image
from rich.style import Style

from anitui.screens.widgets.picture.captions import Caption, with_captions
from anitui.screens.widgets.picture.cells import to_rows
from anitui.screens.widgets.picture.framing import WHOLE, Frame
from anitui.screens.widgets.picture.pieces import Piece, TextPiece
from anitui.screens.widgets.picture.policy import Drawing

COLUMNS, ROWS = 60, 20
LINES: list[Piece] = list(to_rows(Image.fromarray(np.zeros((2 * ROWS, COLUMNS, 3), np.uint8)), Drawing(bits=8)))
ALL = Frame(COLUMNS, ROWS, (0.0, 0.0, 1.0, 1.0), WHOLE)


def written(*captions: Caption, frame: Frame = ALL) -> list[tuple[int, int, str]]:
    """Row, column and words of what is written."""
    found = []
    for row, line in enumerate(with_captions(LINES, frame, captions)):
        assert sum(piece.width for piece in line) == COLUMNS
        at = 0
        for piece in line:
            if isinstance(piece, TextPiece):
                found.append((row, at, piece.text.strip()))
            at += piece.width
    return found


def test_a_name_stands_above_its_box_or_below_where_there_is_no_room() -> None:
    assert written(Caption("cocoa", "#e6194b", 0.5, 0.5, 0.1, 0.2)) == [(9, 30, "cocoa")]
    assert written(Caption("cocoa", "#e6194b", 0.5, 0.0, 0.1, 0.2)) == [(4, 30, "cocoa")]
    assert written(Caption("香風智乃", "#ffe119", 0.99, 0.5, 0.01, 0.1)) == [(9, 50, "香風智乃")]


def test_names_do_not_hide_each_other() -> None:
    one, other = (Caption(name, "#e6194b", x, 0.5, 0.05, 0.2) for name, x in (("cocoa", 0.5), ("chino", 0.55)))
    assert written(one, other) == [(9, 30, "cocoa"), (14, 33, "chino")]


def test_where_names_would_cover_the_picture_numbers_stand_for_them() -> None:
    many = [
        Caption("a rather long name", "#e6194b", 0.1 * each, 0.5, 0.05, 0.2, short=str(each)) for each in range(1, 9)
    ]
    assert [words for _, _, words in written(*many)] == [str(each) for each in range(1, 9)]


def test_what_is_out_of_sight_has_no_name() -> None:
    near = Frame(COLUMNS, ROWS, (0.5, 0.5, 1.0, 1.0), WHOLE)
    seen, unseen = (Caption(name, "#e6194b", x, x, 0.1, 0.1) for name, x in (("cocoa", 0.75), ("chino", 0.2)))
    assert written(seen, unseen, frame=near) == [(9, 30, "cocoa")]


def test_what_a_terminal_draws_itself_is_left_as_it_is() -> None:
    lines: list[Piece] = [TextPiece(" " * COLUMNS, Style())] * 3
    assert with_captions(lines, ALL, [Caption("cocoa", "#e6194b", 0.5, 0.5, 0.1, 0.2)]) == [[each] for each in lines]
