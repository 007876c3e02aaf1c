from __future__ import annotations

import pytest

from anitui.errors import WrongUse
from anitui.store.catalogue import Catalogue
from anitui.store.columns import COLUMNS, sharing
from anitui.store.groups import Statement, Verdict
from anitui.store.intake import Batch, NewSighting, record
from anitui.store.remembered import remember, remembered
from anitui.store.triage import Queue, View, cluster, line_up, questions
from anitui.store.verdicts import judge
from tests.store.new_pictures import picture

KEEP = Verdict.KEEP_A


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    """Eight pictures in a row, each near to the next; two titles, three labels."""
    letters = "abcdefgh"
    sightings = [
        NewSighting(x, "folder", f"/p/{x}", "/p/odd" if n % 2 else "/p/even", "Rei" if n < 4 else "Asuka", f"l{n // 3}")
        for n, x in enumerate(letters)
    ]
    record(catalogue, Batch(1, [picture(x) for x in letters], sightings, []))
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO pairs SELECT 'image', n, n + 1, 'dhash', 8 - n FROM range(1, 8) t(n)")
        connection.execute("INSERT INTO pairs VALUES ('image', 1, 8, 'phash', 0), ('image', 1, 3, 'dhash', 20)")
    return catalogue


def asked(catalogue: Catalogue, queue: Queue, start: int = 0, backwards: bool = False) -> list[tuple[int, int]]:
    return [(each.a_id, each.b_id) for each in questions(catalogue, queue, start, 99, backwards=backwards)]


def lined(queue: Queue) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in queue.pairs]


def say(catalogue: Catalogue, one: int, other: int, verdict: Verdict) -> None:
    judge(catalogue, "image", [Statement.of(one, other, verdict)])


def test_the_nearest_come_first_and_only_those_in_the_range(shelf: Catalogue) -> None:
    assert lined(line_up(shelf, View(hi=4))) == [(7, 8), (6, 7), (5, 6), (4, 5)]
    assert lined(line_up(shelf, View(lo=3, hi=5))) == [(5, 6), (4, 5), (3, 4)]
    assert lined(line_up(shelf, View(algorithm="phash"))) == [(1, 8)]
    assert lined(line_up(shelf, View(kind="face"))) == []


def test_an_empty_range_is_told(shelf: Catalogue) -> None:
    with pytest.raises(WrongUse, match="smaller number comes first"):
        line_up(shelf, View(lo=5, hi=4))


@pytest.mark.parametrize(
    ("within", "pairs"),
    [
        ("title", [(7, 8), (6, 7), (5, 6), (3, 4), (2, 3), (1, 2)]),
        ("label", [(7, 8), (5, 6), (4, 5), (2, 3), (1, 2)]),
        ("folder", []),
        ("format", [(7, 8), (6, 7), (5, 6), (4, 5), (3, 4), (2, 3), (1, 2)]),
    ],
)
def test_within_a_column(shelf: Catalogue, within: str, pairs: list[tuple[int, int]]) -> None:
    assert lined(line_up(shelf, View(hi=9, within=within))) == pairs


def test_every_column_can_be_asked_of_pictures_and_faces(shelf: Catalogue) -> None:
    for kind in ("image", "face"):
        for column in COLUMNS:
            shelf.rows(f"SELECT * FROM pairs p WHERE {sharing(kind, column, 'p.a_id', 'p.b_id')}")
    with pytest.raises(WrongUse, match="there are title, label"):
        line_up(shelf, View(within="colour"))


def test_a_filter_lets_through_pairs_of_which_one_meets_it(shelf: Catalogue) -> None:
    assert lined(line_up(shelf, View(hi=9, query="title:Rei"))) == [(4, 5), (3, 4), (2, 3), (1, 2)]


def test_verdicts_close_and_turn_what_follows(shelf: Catalogue) -> None:
    queue = line_up(shelf, View(hi=9))
    assert asked(shelf, queue) == lined(queue)
    say(shelf, 7, 8, KEEP)
    say(shelf, 6, 7, KEEP)
    say(shelf, 4, 5, Verdict.SAME)
    say(shelf, 2, 3, Verdict.NOT_NOW)
    assert asked(shelf, queue) == [(5, 6), (3, 4), (1, 2)]
    say(shelf, 6, 5, KEEP)
    assert asked(shelf, queue) == [(3, 4), (1, 2)], "4 is kept beside 6, so it is still asked about itself"
    again = line_up(shelf, View(hi=9))
    assert lined(again) == [(3, 4), (1, 2), (2, 3)]
    assert again.postponed == 1
    assert again.settled == 4
    assert asked(shelf, again)[-1] == (2, 3)


def test_a_pair_whose_one_side_gave_way_is_asked_of_the_keeper(shelf: Catalogue) -> None:
    queue = line_up(shelf, View(hi=9))
    say(shelf, 1, 7, KEEP)
    assert (1, 6) in asked(shelf, queue)
    assert (1, 8) in asked(shelf, queue)


def test_backwards_from_a_place(shelf: Catalogue) -> None:
    queue = line_up(shelf, View(hi=9))
    assert asked(shelf, queue, 2, backwards=True) == [(5, 6), (6, 7), (7, 8)]
    assert asked(shelf, queue, -1, backwards=True) == []
    assert asked(shelf, queue, 99) == []


def test_where_one_stopped_is_found_again_after_others_went(shelf: Catalogue) -> None:
    queue = line_up(shelf, View(hi=9))
    for place, (distance, (a, b)) in enumerate(zip(queue.distances, queue.pairs, strict=True)):
        assert queue.at_or_after(int(distance), int(a), int(b)) == place
    say(shelf, 5, 6, Verdict.DIFFERENT)
    shorter = line_up(shelf, View(hi=9))
    assert lined(shorter)[shorter.at_or_after(3, 5, 6)] == (4, 5)
    assert shorter.at_or_after(60, 1, 2) == len(shorter)


def test_a_cluster_is_all_that_hang_together(shelf: Catalogue) -> None:
    near = line_up(shelf, View(hi=3))
    assert sorted(cluster(shelf, near, 7)) == [5, 6, 7, 8]
    assert cluster(shelf, near, 1) == [1]
    everyone = line_up(shelf, View(hi=9))
    assert cluster(shelf, everyone, 7, limit=3) == [7, 8, 6], "the nearest first"
    say(shelf, 6, 5, Verdict.DIFFERENT)
    say(shelf, 3, 7, KEEP)
    assert sorted(cluster(shelf, everyone, 8)) == [1, 2, 3, 4, 5, 6, 8]


def test_a_place_is_remembered_and_forgotten(catalogue: Catalogue) -> None:
    assert remembered(catalogue, "duplicates") is None
    remember(catalogue, "duplicates", {"hi": 4})
    remember(catalogue, "duplicates", {"hi": 7})
    assert remembered(catalogue, "duplicates") == {"hi": 7}
    remember(catalogue, "duplicates", None)
    assert remembered(catalogue, "duplicates") is None
