from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from anitui.screens.widgets.picture.grid_cell import GridCell
from anitui.screens.widgets.picture.grid_model import GridModel
from anitui.screens.widgets.picture.layout import measured

MILLION = 1_000_000


class Catalogue:
    """So many pictures in groups of one size; gives any window of them."""

    def __init__(self, total: int, group: int | None = None) -> None:
        self.total = total
        self.group = group

    def cell(self, index: int) -> GridCell:
        if self.group is None:
            return GridCell(index, Path(f"{index}.png"), str(index))
        number, before = divmod(index, self.group)
        return GridCell(
            index, Path(f"{index}.png"), str(index), group=f"g{number}", group_size=self.group, group_place=before
        )

    def answer(self, model: GridModel) -> None:
        """What a screen does upon WindowWanted."""
        if not model.has(*model.needed()):
            first, last = model.worth_asking()
            last = min(last, self.total)
            model.set_window(first, [self.cell(index) for index in range(first, last)], self.total)


def opened(catalogue: Catalogue, width: int = 100, height: int = 40, scale: int = 20) -> GridModel:
    model = GridModel()
    model.resize(measured(width, height, scale))
    catalogue.answer(model)
    return model


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(-3, 3), st.integers(-2, 2)),
        st.tuples(st.just("turn"), st.sampled_from([-1, 1, 5]), st.just(0)),
        st.tuples(st.just("scroll"), st.integers(-3, 3), st.just(0)),
        st.tuples(st.just("go_to"), st.integers(-5, MILLION + 5), st.just(0)),
        st.tuples(st.just("resize"), st.integers(1, 300), st.integers(1, 100)),
    ),
    max_size=12,
)


@given(st.sampled_from([None, 1, 3, 7, 500]), st.sampled_from([1, 2, 50, 1234, MILLION]), STEPS)
@settings(max_examples=60, deadline=None)
def test_the_cursor_is_always_on_the_page(group: int | None, total: int, steps: list[tuple[str, int, int]]) -> None:
    catalogue = Catalogue(total, group)
    model = opened(catalogue)
    for act, a, b in steps:
        match act:
            case "move":
                model.move(a, b)
            case "resize":
                model.resize(measured(a, b, 20))
            case _:
                getattr(model, act)(a)
        assert model.cursor in model.seen
        catalogue.answer(model)
        assert 0 <= model.cursor < total
        assert model.cursor in model.seen
        assert model.has(*model.needed())
        assert all(model.cell(index) == catalogue.cell(index) for index in model.seen)
        assert len(model.cells) < 20_000


@given(st.sampled_from([None, 1, 3, 7, 50]), st.integers(1, 400), st.sampled_from([(100, 40), (45, 20), (200, 90)]))
@settings(max_examples=30, deadline=None)
def test_turning_pages_shows_every_picture(group: int | None, total: int, size: tuple[int, int]) -> None:
    catalogue = Catalogue(total, group)
    model = opened(catalogue, *size)
    shown: set[int] = set()
    for _ in range(total + 1):
        shown |= set(model.seen)
        before = model.cursor
        model.turn(1)
        catalogue.answer(model)
        if model.cursor == before:
            break
    assert shown == set(range(total))
    assert model.cursor == total - 1
    for _ in range(total + 1):
        model.turn(-1)
        catalogue.answer(model)
    assert model.cursor == 0
    assert model.seen.start == 0


def test_a_jump_to_the_end_shows_a_full_last_page() -> None:
    catalogue = Catalogue(MILLION)
    model = opened(catalogue)
    full = len(model.seen)
    model.go_to(MILLION - 1)
    assert model.cell(model.cursor) is None  # it is not known yet, and the page is there all the same
    catalogue.answer(model)
    assert model.seen.stop == MILLION
    assert len(model.seen) >= full - 2 * model.measure.columns
    assert model.cell(model.cursor) == catalogue.cell(MILLION - 1)


def test_fewer_pictures_than_before_keep_the_cursor_inside() -> None:
    catalogue = Catalogue(1000)
    model = opened(catalogue)
    model.go_to(900)
    catalogue.answer(model)
    model.set_window(0, [catalogue.cell(index) for index in range(3)], 3)
    assert model.cursor == 2
    assert model.seen == range(3)
    model.set_window(0, [], 0)
    assert (model.cursor, list(model.seen)) == (0, [])
    model.move(1, 1)
    model.turn(1)
    model.scroll(1)
    assert model.cursor == 0


def test_a_range_is_between_its_beginning_and_the_cursor() -> None:
    catalogue = Catalogue(100)
    model = opened(catalogue)
    model.go_to(5)
    model.anchor = 5
    model.move(0, 1)
    assert model.selected_range == range(5, 5 + model.measure.columns + 1)
    model.go_to(2)
    assert model.selected_range == range(2, 6)
    assert model.is_selected(3)
    assert not model.is_selected(6)


def test_next_and_previous_page_are_known_beforehand() -> None:
    catalogue = Catalogue(MILLION)
    model = opened(catalogue)
    model.go_to(5000)
    catalogue.answer(model)
    following, previous = model.neighbours()
    assert following.start == model.seen.stop
    assert previous.stop == model.seen.start
    assert all(model.cell(index) is not None for index in (*following, *previous))
