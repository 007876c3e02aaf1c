from __future__ import annotations

from anitui.pipeline.detect.regions import overlap, regions


def test_hits_on_one_face_are_looked_at_once_and_a_face_far_away_by_itself() -> None:
    found = regions([(100, 100, 40, 40), (104, 98, 50, 50), (300, 20, 30, 30)], 400, 400, 24)
    assert len(found) == 2
    one, other = sorted(found, key=lambda each: each.left)
    assert one.left < 98 and one.top < 98 and one.right > 154 and one.bottom > 148
    assert one.least < 40 and one.most > 50
    assert other.left > one.right and (other.least, other.most) == (24, 40)


def test_a_small_face_within_a_large_one_is_looked_at_by_itself() -> None:
    found = regions([(0, 0, 200, 200), (90, 90, 30, 30)], 400, 400, 24)
    assert sorted(each.most > 200 for each in found) == [False, True]


def test_regions_end_with_the_picture_and_no_face_is_smaller_than_the_window() -> None:
    (found,) = regions([(0, 5, 24, 24)], 26, 31, 24)
    assert (found.left, found.top, found.right, found.bottom, found.least) == (0, 0, 26, 31, 24)
    assert regions([], 10, 10, 24) == []


def test_what_boxes_have_in_common() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1 and overlap((0, 0, 10, 10), (10, 0, 10, 10)) == 0
    assert round(overlap((0, 0, 10, 10), (5, 0, 10, 10)), 3) == 0.333
