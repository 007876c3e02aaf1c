"""Boxes as arithmetic, and what one person does to those of one picture, without a screen."""

from __future__ import annotations

import itertools
import random

import pytest

from anitui.screens.boxes.desk import Desk, rect_of
from anitui.screens.boxes.geometry import (
    CORNERS,
    LEAST,
    Hit,
    Rect,
    Sight,
    between,
    clamped,
    fine,
    grown,
    hit,
    inserted,
    moved,
    stretched,
)
from anitui.store.boxes import Box, Boxed

SIZE = (400.0, 300.0)
BOX = Rect(100, 100, 50, 40)
# 40 × 15 cells of ten by twenty pixels, in a widget of 60 × 17.
SIGHT = Sight(SIZE, (0, 0, 1, 1), 10, 1, 40, 15)


def inside(rect: Rect, size: tuple[float, float] = SIZE) -> bool:
    return rect.x >= 0 and rect.y >= 0 and rect.right <= size[0] and rect.bottom <= size[1]


@pytest.mark.parametrize(
    ("rect", "comes_to"),
    [
        (Rect(-5, -5, 20, 20), Rect(0, 0, 20, 20)),
        (Rect(390, 290, 20, 20), Rect(380, 280, 20, 20)),
        (Rect(10, 10, 1, 0), Rect(10, 10, LEAST, LEAST)),
        (Rect(10.4, 10.6, 20.2, 19.7), Rect(10, 11, 20, 20)),
        (Rect(-50, 0, 900, 900), Rect(0, 0, 400, 300)),
    ],
)
def test_a_box_lies_within_its_picture_on_whole_pixels_and_can_be_seen(rect: Rect, comes_to: Rect) -> None:
    assert clamped(rect, SIZE) == comes_to


def test_in_a_picture_of_two_pixels_a_box_is_all_of_it() -> None:
    assert clamped(Rect(0, 0, 9, 9), (2, 2)) == Rect(0, 0, 2, 2)


def test_what_is_moved_keeps_its_size_at_the_edge() -> None:
    assert moved(BOX, 30, -20, SIZE) == Rect(130, 80, 50, 40)
    assert moved(BOX, 999, 999, SIZE) == Rect(350, 260, 50, 40)


def test_a_corner_moves_and_the_one_across_stays() -> None:
    for corner, (dx, dy) in itertools.product(range(4), ((7, 9), (-7, -9), (900, 900), (-900, -900))):
        after = stretched(BOX, corner, dx, dy, SIZE)
        across = (corner + 2) % 4
        assert after.corner(across) == BOX.corner(across) and inside(after)
        assert min(after.w, after.h) >= LEAST
    assert stretched(BOX, 2, 10, 5, SIZE) == Rect(100, 100, 60, 45)
    assert stretched(BOX, 0, 10, 5, SIZE) == Rect(110, 105, 40, 35)
    assert stretched(BOX, 1, 0, 900, SIZE) == Rect(100, 136, 50, 4)


def test_a_new_box_grows_in_the_direction_it_is_pushed() -> None:
    assert grown(BOX, 10, 0, SIZE) == Rect(100, 100, 60, 40)
    assert grown(BOX, -10, 0, SIZE) == Rect(90, 100, 60, 40)
    assert grown(BOX, 0, -10, SIZE) == Rect(100, 90, 50, 50)
    assert grown(BOX, 0, 999, SIZE) == Rect(100, 100, 50, 200)


def test_no_play_with_a_box_ever_leaves_the_picture() -> None:
    dice = random.Random(7)
    rect = BOX
    for _ in range(2000):
        dx, dy = dice.uniform(-90, 90), dice.uniform(-90, 90)
        after = (
            moved(rect, dx, dy, SIZE),
            grown(rect, dx, dy, SIZE),
            stretched(rect, dice.randrange(4), dx, dy, SIZE),
            between((dx * 9, dy * 9), (rect.x, rect.y), SIZE),
        )
        rect = dice.choice(after)
        assert inside(rect) and min(rect.w, rect.h) >= LEAST
        assert rect == clamped(rect, SIZE)


def test_a_coarse_step_is_seen_and_a_fine_one_is_a_pixel_or_two() -> None:
    assert SIGHT.per_column == 10 and SIGHT.per_row == 20
    assert SIGHT.coarse >= SIGHT.per_column
    large = Sight((4000, 3000), (0, 0, 1, 1), 0, 0, 80, 30)
    assert large.coarse >= 50 and large.fine == 2
    near = Sight((4000, 3000), (0.45, 0.45, 0.5, 0.5), 0, 0, 80, 30)
    assert near.coarse == 5
    assert fine((500, 900)) == 1


def test_cells_and_pixels_are_the_same_place_seen_from_two_sides() -> None:
    near = Sight(SIZE, (0.25, 0.5, 0.75, 1), 10, 1, 40, 15)
    for sight in (SIGHT, near):
        for column, row in ((10, 1), (25.5, 7.25), (50, 16)):
            assert sight.cell(*sight.pixel(column, row)) == pytest.approx((column, row))
    assert SIGHT.pixel(0, 0) == (0, 0) and SIGHT.pixel(99, 99) == SIZE
    assert near.seen == Rect(100, 150, 200, 150)
    assert SIGHT.spanned((15, 4), (12, 6)) == Rect(20, 60, 40, 60)
    assert SIGHT.spanned((0, 0), (10, 1)) == Rect(0, 0, 10, 20)


def test_a_new_box_lies_in_the_middle_of_what_is_seen() -> None:
    new = inserted(Rect(100, 150, 200, 150), SIZE)
    assert (new.middle, new.w, new.h) == ((200, 225), 30, 30)


def test_the_mouse_finds_corners_before_insides_and_small_boxes_before_large_ones() -> None:
    large, small = Rect(50, 40, 200, 200), Rect(100, 100, 60, 60)
    rects = [large, small]
    assert hit(rects, None, SIGHT, 15, 3) == Hit(0, 0)
    assert hit(rects, None, SIGHT, 35, 13) == Hit(0, 2)
    assert hit(rects, None, SIGHT, 23, 7) == Hit(1)
    assert hit(rects, 0, SIGHT, 17, 4) == Hit(0)
    assert hit(rects, None, SIGHT, 45, 14) is None
    tiny = Rect(100, 100, 20, 20)
    assert hit([tiny], 0, SIGHT, 20, 6) == Hit(0, 0)
    assert hit([Rect(100, 100, 40, 60)], 0, SIGHT, 22, 7) == Hit(0)


def boxed(*boxes: Box) -> Boxed:
    return Boxed(1, "media/1.png", 400, 300, "active", None, "one", False, boxes, (("animeface", 2),), False)


FOUND = (
    Box(5, 100, 100, 50, 40, detector="animeface", score=0.9),
    Box(6, 200, 100, 50, 40, label="cocoa", said_by="person"),
    Box(7, 10, 10, 90, 90, kind="head"),
)


def test_boxes_are_taken_into_the_hand_one_after_the_other() -> None:
    desk = Desk(boxed(*FOUND))
    taken = []
    for by in (1, 1, 1, 1, -1, -1):
        assert desk.step(by)
        taken.append(desk.selected)
    assert taken == [5, 6, 7, 5, 7, 6]
    desk.show("heads")
    assert desk.current is None and desk.kind == "head" and [each.face_id for each in desk.boxes] == [7]
    assert not Desk(boxed()).step(1)


def test_after_its_corners_comes_the_whole_box_again() -> None:
    desk = Desk(boxed(*FOUND))
    assert not desk.next_corner()
    desk.select(5)
    corners = []
    for _ in range(5):
        desk.next_corner()
        corners.append(desk.corner)
    assert corners == [0, 1, 2, 3, None] and len(CORNERS) == 4
    desk.corner = 2
    desk.push(10, 5)
    assert rect_of(desk.boxes[0]) == Rect(100, 100, 60, 45)


def test_what_was_moved_is_the_persons_and_waits_to_be_written_once() -> None:
    desk = Desk(boxed(*FOUND))
    assert not desk.push(1, 1)
    desk.select(5)
    assert desk.push(5, 0) and desk.push(5, 0)
    moved_boxes = desk.take_moved()
    assert [(each.face_id, each.x, each.detector, each.score) for each in moved_boxes] == [(5, 110, "person", None)]
    assert desk.take_moved() == []
    desk.push(-999, 0)
    desk.take_moved()
    assert not desk.push(-5, 0) and desk.take_moved() == []


def test_a_new_box_waits_for_a_word_and_gets_its_number() -> None:
    desk = Desk(boxed(*FOUND))
    desk.start(Rect(10, 10, 20, 20))
    number = desk.selected
    assert number is not None and number < 0
    desk.push(5, 0)
    assert desk.moved == set() and rect_of(desk.boxes[-1]) == Rect(10, 10, 25, 20)
    assert desk.give_up() and len(desk.boxes) == 3 and not desk.give_up()
    desk.start(Rect(10, 10, 20, 20))
    new = desk.end()
    assert new is not None and new.face_id == desk.selected and desk.end() is None
    known = boxed(*FOUND, Box(8, 10, 10, 20, 20))
    assert desk.refresh(known, {new.face_id: 8})
    assert desk.selected == 8 and not desk.refresh(known, {})
    desk.refresh(boxed(*FOUND), {})
    assert desk.selected is None


def test_a_box_that_is_removed_or_named_is_so_at_once() -> None:
    desk = Desk(boxed(*FOUND))
    assert desk.remove() is None and desk.name("cocoa") is None
    desk.select(6)
    desk.push(5, 5)
    removed = desk.remove()
    assert removed is not None and removed.face_id == 6 and desk.take_moved() == [] and desk.selected is None
    desk.select(5)
    desk.name("chino")
    assert desk.current is not None and desk.current.label == "chino"
