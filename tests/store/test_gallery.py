from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from anitui.errors import Stopped, WrongUse
from anitui.store import gallery, journal
from anitui.store.catalogue import Catalogue
from anitui.store.gallery import GROUPS, NO_GROUP, ORDERS, Arrangement, Group, View, arrange, shown, window
from anitui.store.intake import Batch, NewSighting, record
from tests.store.new_pictures import picture

PICTURES = [
    replace(picture("a"), width=10, height=90, bytes=50, sharpness=3.0, colourfulness=9.0, brightness=200.0),
    replace(picture("b"), width=50, height=50, bytes=40, sharpness=1.0, colourfulness=7.0, brightness=10.0),
    replace(picture("c"), width=30, height=40, bytes=90, sharpness=2.0, colourfulness=8.0, brightness=90.0),
    replace(picture("d"), format="gif", width=50, height=50, bytes=10),
]
SIGHTINGS = [
    NewSighting("a", "folder", "/y/a", "/y", "zebra", "Rei", None, "ann", "art", False),
    NewSighting("a", "imgur", "https://imgur.com/a", "/x", "apple", "Asuka"),
    NewSighting("b", "reddit", "https://i.redd.it/b", "/x", "Mango", "Rei", "p1", "bob"),
    NewSighting("c", "folder", "/y/c", "/y", "berry", None, "mal:12"),
]


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    """Four pictures; the last was never seen and has no facts."""
    record(catalogue, Batch(7, PICTURES, SIGHTINGS, []))
    with catalogue.writing() as connection:
        connection.execute("DELETE FROM image_facts WHERE image_id = 4")
        connection.execute("UPDATE images SET added_at = TIMESTAMP '2026-03-02 10:00:00'")
        connection.execute("UPDATE images SET added_at = TIMESTAMP '2026-03-01 10:00:00' WHERE image_id = 3")
    return catalogue


def ids(arrangement: Arrangement) -> list[int]:
    return [int(each) for each in arrangement.ids]


def headed(arrangement: Arrangement) -> dict[str, list[int]]:
    found = ids(arrangement)
    return {each.name: found[each.start : each.start + each.size] for each in arrangement.groups}


def states(catalogue: Catalogue) -> list[tuple[int, str, str | None]]:
    return [(a, b, c) for a, b, c in catalogue.rows("SELECT image_id, state, reason FROM images ORDER BY 1")]


def summaries(catalogue: Catalogue) -> list[tuple[str, str]]:
    return [(each.action, each.summary) for each in journal.history(catalogue)]


def purge(catalogue: Catalogue, *image_ids: int) -> None:
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET purged_at = added_at WHERE image_id IN ?", [list(image_ids)])


IN_ORDER = {
    "newest": [4, 3, 2, 1],
    "oldest": [1, 2, 3, 4],
    "largest": [4, 2, 3, 1],
    "smallest": [1, 3, 4, 2],
    "heaviest": [3, 1, 2, 4],
    "lightest": [4, 2, 1, 3],
    "sharpest": [1, 3, 2, 4],
    "least sharp": [2, 3, 1, 4],
    "most colourful": [1, 3, 2, 4],
    "least colourful": [2, 3, 1, 4],
    "brightest": [1, 3, 2, 4],
    "darkest": [2, 3, 1, 4],
    "title": [2, 3, 1, 4],
}
UNDER_HEADINGS = {
    "label": {"Asuka": [1], "Rei": [2], "no label": [4, 3]},
    "folder": {"/x": [2], "/y": [3, 1], "no folder": [4]},
    "title": {"Mango": [2], "berry": [3], "zebra": [1], "no title": [4]},
    "title id": {"mal:12": [3], "no title id": [4, 2, 1]},
    "site": {"folder": [3, 1], "reddit": [2], "no site": [4]},
    "author": {"ann": [1], "bob": [2], "no author": [4, 3]},
    "flair": {"art": [1], "no flair": [4, 3, 2]},
    "post": {"mal:12": [3], "p1": [2], "no post": [4, 1]},
    "job": {"job 7": [3, 2, 1], "no job": [4]},
    "format": {"gif": [4], "png": [3, 2, 1]},
    "mode": {"RGB": [4, 3, 2, 1]},
    "state": {"active": [4, 3, 2, 1]},
    "reason": {"no reason": [4, 3, 2, 1]},
    "mark": {"no mark": [4, 3, 2, 1]},
    "day added": {"2026-03-01": [3], "2026-03-02": [4, 2, 1]},
    "size": {"10 × 90": [1], "30 × 40": [3], "50 × 50": [4, 2]},
}


@pytest.mark.parametrize("order", ORDERS)
def test_every_order(shelf: Catalogue, order: str) -> None:
    assert ids(arrange(shelf, View(order=order))) == IN_ORDER[order]


@pytest.mark.parametrize("group", GROUPS)
def test_every_group(shelf: Catalogue, group: str) -> None:
    assert group != NO_GROUP
    assert headed(arrange(shelf, View(group=group))) == UNDER_HEADINGS[group]


def test_headings_of_what_was_decided(shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1, 3], "blurry")
    gallery.mark(shelf, [1], 2)
    everything = "state:all"
    assert headed(arrange(shelf, View(everything, group="state"))) == {"active": [4, 2], "set_aside": [3, 1]}
    assert headed(arrange(shelf, View(everything, group="reason"))) == {"blurry": [3, 1], "no reason": [4, 2]}
    assert headed(arrange(shelf, View(everything, group="mark"))) == {"mark 2": [1], "no mark": [4, 3, 2]}


def test_below_a_heading_the_order_holds(shelf: Catalogue) -> None:
    found = arrange(shelf, View("label:rei format:png", order="lightest", group="format"))
    assert headed(found) == {"png": [2, 1]}


def test_pictures_of_equal_rank_come_newest_first(shelf: Catalogue) -> None:
    record(shelf, Batch(8, [replace(picture(each), width=99, height=99) for each in "xyz"], [], []))
    assert ids(arrange(shelf, View(order="largest")))[:3] == [7, 6, 5]


def test_the_group_at_an_index(shelf: Catalogue) -> None:
    found = arrange(shelf, View(group="folder"))
    assert [found.group_at(index) for index in range(len(found))] == [
        Group("/x", 0, 1), Group("/y", 1, 2), Group("/y", 1, 2), Group("no folder", 3, 1),
    ]  # fmt: skip
    assert arrange(shelf, View()).group_at(0) is None


def test_where_a_picture_stands(shelf: Catalogue) -> None:
    found = arrange(shelf, View(order="heaviest"))
    assert [found.index_of(each) for each in (3, 1, 2, 4, 5, -1)] == [0, 1, 2, 3, None, None]


def test_the_catalogue_is_counted_whole(shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [4], "odd")
    found = arrange(shelf, View("label:rei"))
    assert (len(found), found.in_catalogue) == (2, 4)


@pytest.mark.parametrize("group", [None, *GROUPS])
def test_nothing_at_all(catalogue: Catalogue, group: str | None) -> None:
    found = arrange(catalogue, View(group=group))
    assert (ids(found), list(found.groups), found.in_catalogue) == ([], [], 0)
    assert found.index_of(1) is None
    assert found.group_at(0) is None
    assert window(catalogue, found, 0, 100) == []


def test_nothing_fits(shelf: Catalogue) -> None:
    found = arrange(shelf, View("title:nowhere", group="label"))
    assert (len(found), list(found.groups), found.in_catalogue) == (0, [], 4)


def test_a_filter_that_cannot_be_meant(shelf: Catalogue) -> None:
    with pytest.raises(WrongUse):
        arrange(shelf, View("lable:rei"))


def test_a_window_shows_pictures_as_they_are_now(shelf: Catalogue) -> None:
    found = arrange(shelf, View(order="oldest"))
    gallery.set_aside(shelf, [2], "blurry")
    gallery.mark(shelf, [3], 9)
    with shelf.writing() as connection:
        connection.execute("DELETE FROM images WHERE image_id = 1")
    record(shelf, Batch(8, [picture("new")], [], []))
    page = window(shelf, found, 0, 4)
    assert [(each.image_id, each.state, each.mark) for each in page] == [
        (2, "set_aside", None), (3, "active", 9), (4, "active", None),
    ]  # fmt: skip
    assert [each.image_id for each in window(shelf, found, 2, 3)] == [3]
    assert window(shelf, found, 4, 8) == []


def test_what_is_shown_of_a_picture(shelf: Catalogue) -> None:
    [first, fourth] = shown(shelf, [1, 4])
    assert (first.path, first.format, first.width, first.height, first.bytes) == ("media/x.png", "png", 10, 90, 50)
    assert (first.title, first.label) == ("zebra", "Asuka")
    assert (fourth.title, fourth.label) == (None, None)


def test_the_label_that_is_shown_is_the_current_one(shelf: Catalogue) -> None:
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO image_tags (image_id, label, holds, speaker, said_by) VALUES "
            "(1, 'Asuka', false, 'person', 'person'), (4, 'Rei', true, 'model', 'one'), "
            "(4, 'Shinji', true, 'person', 'person'), (4, 'Kaworu', false, 'person', 'person')"
        )
    assert [each.label for each in shown(shelf, [1, 4])] == ["Rei", "Shinji"]


def test_the_file_is_named_as_it_was_where_it_was_seen_first(shelf: Catalogue) -> None:
    record(
        shelf,
        Batch(
            8,
            [picture("new")],
            [
                NewSighting("new", "recovered", "media/aa/aabb.png", None, None, None),
                NewSighting("new", "folder", "/pictures/what is it?.png", "/pictures", None, None),
                NewSighting("new", "reddit", "https://i.redd.it/later.png", None, None, None),
            ],
            [],
        ),
    )
    newest = shelf.value("SELECT max(image_id) FROM images")
    assert [each.file for each in shown(shelf, [newest])] == ["what is it?.png"]


def test_shown_keeps_the_order_asked_for(shelf: Catalogue) -> None:
    assert [each.image_id for each in shown(shelf, [3, 99, 1, 3])] == [3, 1, 3]
    assert shown(shelf, []) == []


def test_labels_the_most_frequent_first(shelf: Catalogue) -> None:
    assert gallery.labels(shelf) == ["Rei", "Asuka"]


def test_the_weight_is_of_what_has_bytes(shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [3], "odd")
    assert gallery.weight(shelf) == 190
    purge(shelf, 3)
    assert gallery.weight(shelf) == 100


def test_no_pictures_weigh_nothing(catalogue: Catalogue) -> None:
    assert gallery.weight(catalogue) == 0
    assert gallery.labels(catalogue) == []


def test_setting_aside_counts_what_was_not_so(shelf: Catalogue) -> None:
    assert gallery.set_aside(shelf, [1, 2], "blurry") == 2
    assert gallery.set_aside(shelf, [2, 3, 99], "too small") == 1
    assert gallery.set_aside(shelf, [1, 2, 3], "again") == 0
    assert states(shelf) == [
        (1, "set_aside", "blurry"), (2, "set_aside", "blurry"), (3, "set_aside", "too small"), (4, "active", None),
    ]  # fmt: skip
    assert summaries(shelf) == [
        ("browse.set_aside", "set 1 picture aside"),
        ("browse.set_aside", "set 2 pictures aside"),
    ]


def test_bringing_back_counts_what_was_away(shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1, 2], "blurry")
    assert gallery.bring_back(shelf, [2, 3, 4]) == 1
    assert gallery.bring_back(shelf, [2, 3, 4]) == 0
    assert states(shelf)[:3] == [(1, "set_aside", "blurry"), (2, "active", None), (3, "active", None)]
    assert summaries(shelf)[0] == ("browse.bring_back", "brought 1 picture back")
    journal.undo(shelf)
    assert states(shelf)[1] == (2, "set_aside", "blurry")


def test_what_was_purged_stays_away(shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1, 2], "blurry")
    purge(shelf, 1)
    assert gallery.bring_back(shelf, [1, 2]) == 1
    assert states(shelf)[:2] == [(1, "set_aside", "blurry"), (2, "active", None)]
    assert summaries(shelf)[0][1] == "brought 1 picture back"


def marks(catalogue: Catalogue) -> list[tuple[int, int]]:
    return [(a, b) for a, b in catalogue.rows("SELECT image_id, mark FROM image_marks ORDER BY 1")]


def test_a_mark_comes_changes_and_goes(shelf: Catalogue) -> None:
    assert gallery.mark(shelf, [1, 2], 3) == 2
    assert gallery.mark(shelf, [2, 3], 3) == 1  # not all bear it, so those that do keep it
    assert marks(shelf) == [(1, 3), (2, 3), (3, 3)]
    assert gallery.mark(shelf, [3], 0) == 1
    assert marks(shelf) == [(1, 3), (2, 3), (3, 0)]
    assert gallery.mark(shelf, [1, 2], 3) == 2
    assert marks(shelf) == [(3, 0)]
    assert summaries(shelf) == [
        ("browse.mark", "took mark 3 off 2 pictures"),
        ("browse.mark", "marked 1 picture with 0"),
        ("browse.mark", "marked 2 pictures with 3"),
        ("browse.mark", "marked 2 pictures with 3"),
    ]
    journal.undo(shelf)
    assert marks(shelf) == [(1, 3), (2, 3), (3, 0)]


def test_a_picture_chosen_twice_is_marked_and_unmarked_once(shelf: Catalogue) -> None:
    assert gallery.mark(shelf, [1, 1], 3) == 1
    assert gallery.mark(shelf, [1, 1], 3) == 1
    assert marks(shelf) == []
    assert [text for _, text in summaries(shelf)] == ["took mark 3 off 1 picture", "marked 1 picture with 3"]


def test_the_action_that_asked_is_named(shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1], "blurry", "picture.set_aside")
    gallery.bring_back(shelf, [1], "picture.bring_back")
    gallery.mark(shelf, [1], 1, "picture.mark")
    assert [action for action, _ in summaries(shelf)] == ["picture.mark", "picture.bring_back", "picture.set_aside"]


@pytest.mark.parametrize(
    "decide",
    [
        lambda catalogue: gallery.set_aside(catalogue, [], "odd"),
        lambda catalogue: gallery.bring_back(catalogue, []),
        lambda catalogue: gallery.mark(catalogue, [], 1),
    ],
)
def test_a_decision_about_nothing_leaves_no_trace(shelf: Catalogue, decide: Callable[[Catalogue], int]) -> None:
    assert decide(shelf) == 0
    assert summaries(shelf) == []


@pytest.fixture
def crowded(catalogue: Catalogue) -> Iterator[Catalogue]:
    """So many that putting them in order takes a while."""
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes) "
            "SELECT n, n, 'copy', 'png', 'RGB', 1, 1, 1 FROM range(200_000) t(n)"
        )
        connection.execute(
            "INSERT INTO sightings (image_id, site, url, title) SELECT image_id, 'folder', path, md5(path) FROM images"
        )
    yield catalogue


@pytest.mark.parametrize("group", [None, "title"])
def test_a_view_that_is_worked_out_can_be_stopped(crowded: Catalogue, group: str | None) -> None:
    cursor = crowded.cursor()
    over = threading.Event()

    def nag() -> None:
        # An interrupt that comes before the query has begun is lost.
        while not over.wait(0.001):
            cursor.interrupt()

    nagging = threading.Thread(target=nag)
    nagging.start()
    try:
        with pytest.raises(Stopped):
            arrange(crowded, View(order="title", group=group), cursor)
    finally:
        over.set()
        nagging.join()
    assert len(arrange(crowded, View(), cursor)) == 200_000  # and the cursor serves on
    cursor.close()
