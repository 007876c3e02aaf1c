from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anitui.screens.widgets.picture import layout
from anitui.screens.widgets.picture.layout import Measure, Place, Row, measured

measures = st.builds(measured, st.integers(1, 300), st.integers(1, 100), st.integers(4, 60))


@st.composite
def catalogues(draw: st.DrawFn) -> list[Place]:
    sizes = draw(st.lists(st.integers(1, 30), max_size=12))
    if draw(st.booleans()):
        return [Place()] * sum(sizes)
    known = draw(st.booleans())
    return [Place(f"group {n}", at if known else None) for n, size in enumerate(sizes) for at in range(size)]


@given(st.integers(0, 300), st.integers(0, 100), st.integers(1, 90))
def test_pictures_fill_the_width_and_fit(width: int, height: int, scale: int) -> None:
    measure = measured(width, height, scale)
    assert measure.columns >= 1
    assert measure.thumb_columns >= min(scale, max(1, width - layout.GAP))
    assert measure.columns * measure.pitch <= max(width, 1 + layout.GAP)
    if width >= scale + layout.GAP:
        assert width - measure.columns * measure.pitch < measure.columns
    assert measure.thumb_rows <= max(1, measure.thumb_columns // 2)


@given(catalogues(), st.integers(1, 9))
def test_rows_hold_every_picture_once_in_order(places: list[Place], columns: int) -> None:
    rows = layout.rows_of(0, places, columns)
    assert list(itertools.chain.from_iterable(range(row.first, row.end) for row in rows)) == list(range(len(places)))
    for row in rows:
        assert 1 <= row.end - row.first <= columns
        assert {places[index].group for index in range(row.first, row.end)} == {row.group}
    opened = [row.group for row in rows if row.opens]
    assert opened == [group for group in dict.fromkeys(place.group for place in places) if group is not None]


@given(catalogues(), st.integers(1, 9), st.data())
def test_a_window_of_a_catalogue_has_the_same_rows(places: list[Place], columns: int, data: st.DataObject) -> None:
    if not places or (places[0].group is not None and places[0].before is None):
        return
    first = data.draw(st.integers(0, len(places) - 1))
    whole = layout.rows_of(0, places, columns)
    part = layout.rows_of(first, places[first:], columns)
    assert part[1:] == [row for row in whole if row.first > first][-len(part) + 1 :] or len(part) == 1
    assert part[0].end in {row.end for row in whole}


@given(catalogues(), measures, st.data())
def test_the_cursors_row_can_be_seen_whole(places: list[Place], measure: Measure, data: st.DataObject) -> None:
    rows = layout.rows_of(0, places, measure.columns)
    if not rows:
        return
    cursor = data.draw(st.integers(0, len(rows) - 1))
    before = data.draw(st.integers(0, len(rows) - 1))
    top = layout.top_for(rows, cursor, before, measure)
    placed = layout.page(rows, top, measure)
    found = next(at for at in placed if at.row == rows[cursor])
    if found is not placed[0]:
        assert found.y + measure.row_height <= measure.height
    if before <= cursor < before + layout.whole_rows(rows, before, measure):
        assert top == before  # nothing moves without need


@given(catalogues(), measures, st.data())
def test_rows_on_a_page_do_not_overlap(places: list[Place], measure: Measure, data: st.DataObject) -> None:
    rows = layout.rows_of(0, places, measure.columns)
    top = data.draw(st.integers(0, max(0, len(rows) - 1)))
    line = 0
    for at in layout.page(rows, top, measure):
        assert (at.heading if at.heading is not None else at.y) == line
        assert line < measure.height or line == 0
        line = at.y + measure.row_height
    if rows and rows[top].group is not None:
        assert layout.page(rows, top, measure)[0].heading == 0


@given(catalogues(), measures, st.data())
def test_each_point_belongs_to_the_picture_drawn_there(
    places: list[Place], measure: Measure, data: st.DataObject
) -> None:
    rows = layout.rows_of(0, places, measure.columns)
    placed = layout.page(rows, 0, measure)
    for at in placed:
        for index in range(at.row.first, at.row.end):
            x = measure.indent + (index - at.row.first) * measure.pitch + data.draw(st.integers(0, measure.pitch - 1))
            y = at.y + data.draw(st.integers(0, measure.row_height - 1))
            assert layout.index_at(placed, x, y, measure) == index
        if at.heading is not None:
            assert layout.index_at(placed, 0, at.heading, measure) is None


ROWS = [Row(0, 4), Row(4, 8), Row(8, 10)]


@pytest.mark.parametrize(
    ("index", "step", "expected"),
    [
        (0, (1, 0), 1),
        (3, (1, 0), 4),
        (4, (-1, 0), 3),
        (0, (-1, 0), 0),
        (9, (1, 0), 9),
        (1, (0, 1), 5),
        (7, (0, 1), 9),
        (9, (0, -1), 5),
        (1, (0, -1), 1),
        (2, (0, 9), 9),
        (8, (0, 1), 8),
    ],
)
def test_steps(index: int, step: tuple[int, int], expected: int) -> None:
    assert layout.moved(ROWS, index, *step) == expected


def test_the_last_page_is_full() -> None:
    measure = Measure(40, 12, 8, 2)
    rows = layout.rows_of(0, [Place()] * 41, measure.columns)
    top = layout.last_top(rows, measure)
    assert [at.row for at in layout.page(rows, top, measure)] == rows[-3:]
