"""What is seen of the jobs that collect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from anitui.store import collecting, job_lists, jobs
from anitui.store.catalogue import Catalogue
from anitui.store.collecting import FoundLead, Settled
from anitui.store.job_lists import NO_REASON, Reason
from tests.store.hashed import hang

LEAD = FoundLead(0, "", "cocoa", "reddit")


@pytest.fixture
def listed(catalogue: Catalogue) -> tuple[int, int]:
    """Two jobs and an import. The first has something in every state."""
    hang(catalogue, [1, 2, 3])
    first, _ = collecting.add_job(catalogue, "first", {"type": "urls", "urls": ["ü"]})
    second, _ = collecting.add_job(catalogue, "second", {"type": "urls"})
    folder = jobs.begin(catalogue, "import", "pictures", {"paths": ["/p"]})
    jobs.refuse(catalogue, folder, [jobs.UnfitItem("/p/a.txt", "not a picture: text", None)])
    names = ("done", "done too", "there", "page", "gone", "html", "broken 1", "broken 2", "broken 3", "waits")
    collecting.enlist(catalogue, [replace(LEAD, job_id=first, url=name) for name in names], [])
    collecting.enlist(catalogue, [replace(LEAD, job_id=second, url=name) for name in ("done", "html")], [])
    collecting.set_state(catalogue, [first], "running")
    for settled in (
        [Settled("done", "done", None, "content 1", ("done", "elsewhere"), 2), Settled("page", "done", "a page of 2")],
        [Settled("done too", "done", None, "content 2"), Settled("there", "already", None, "content 1")],
        [Settled("gone", "refused", None), Settled("html", "refused", "a web page, not a picture")],
        [Settled("broken 1", "refused", "broken: cut off"), Settled("broken 2", "refused", "broken: no end")],
        [Settled("broken 3", "failed", "broken: it crashed the decoder")],
    ):
        with catalogue.writing() as connection:
            collecting.settle(connection, settled, "collect-1", 0)
    collecting.set_state(catalogue, [first], "stopped", "the disk is full")
    return first, second


def test_jobs_with_how_far_they_are(catalogue: Catalogue, listed: tuple[int, int]) -> None:
    second, first = job_lists.collecting_jobs(catalogue)
    assert (first.job_id, second.job_id) == listed, "the newest first, and no import"
    assert (first.name, first.state, first.reason, first.kind) == ("first", "stopped", "the disk is full", "scrape")
    assert first.order == {"type": "urls", "urls": ["ü"]}
    assert (first.waiting, first.done, first.already, first.refused, first.failed) == (1, 2, 1, 4, 1)
    assert first.opened == 1, "a page is no picture"
    assert (first.settled, first.items) == (9, 10)
    assert (second.waiting, second.already, second.refused, second.items) == (0, 1, 1, 2)
    assert first.made_at <= first.changed_at


def test_a_job_that_has_found_nothing_yet(catalogue: Catalogue) -> None:
    assert job_lists.collecting_jobs(catalogue) == []
    job, _ = collecting.add_job(catalogue, "new", {})
    (row,) = job_lists.collecting_jobs(catalogue)
    assert (row.items, row.settled, row.reason, row.state) == (0, 0, None, "stopped")
    assert job_lists.items(catalogue, job, limit=5) == []
    assert job_lists.reasons(catalogue, job, 5) == []
    assert job_lists.latest_pictures(catalogue, job, 5) == []
    assert job_lists.count_pictures(catalogue, job) == 0


def test_reasons_are_grouped_by_what_stands_before_the_colon(catalogue: Catalogue, listed: tuple[int, int]) -> None:
    first, _ = listed
    assert job_lists.reasons(catalogue, first, 9) == [
        Reason("refused", "broken", 2),
        Reason("refused", "a web page, not a picture", 1),
        Reason("failed", "broken", 1),
        Reason("refused", NO_REASON, 1),
    ]
    assert job_lists.reasons(catalogue, first, 1) == [Reason("refused", "broken", 2)]
    assert job_lists.reasons(catalogue, None, 1) == [Reason("refused", "a web page, not a picture", 2)]
    assert "not a picture" not in {each.reason for each in job_lists.reasons(catalogue, None, 99)}, "of no import"


def test_the_pictures_that_came_in_last(catalogue: Catalogue, listed: tuple[int, int]) -> None:
    first, second = listed
    assert job_lists.latest_pictures(catalogue, first, 9) == [1, 2], "each once; what was there before came in, too"
    assert job_lists.latest_pictures(catalogue, first, 1) == [1]
    assert job_lists.latest_pictures(catalogue, None, 9) == [1, 2]
    assert job_lists.latest_pictures(catalogue, second, 9) == [1]


def test_pictures_are_counted_as_the_filter_shows_them(catalogue: Catalogue, listed: tuple[int, int]) -> None:
    first, _ = listed
    assert job_lists.count_pictures(catalogue, first) == 2
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id = 2")
    assert job_lists.count_pictures(catalogue, first) == 1


def test_items_come_by_the_page_in_the_order_in_which_they_were_found(
    catalogue: Catalogue, listed: tuple[int, int]
) -> None:
    first, _ = listed
    every = job_lists.items(catalogue, first, limit=99)
    assert [each.url for each in every][:3] == ["done", "done too", "there"]
    assert len(every) == 10
    pages = [job_lists.items(catalogue, first, limit=4, offset=at) for at in (0, 4, 8, 12)]
    assert [len(page) for page in pages] == [4, 4, 2, 0]
    assert [each for page in pages for each in page] == every
    broken = job_lists.items(catalogue, first, "refused", limit=2, offset=1)
    assert [(each.url, each.state) for each in broken] == [("html", "refused"), ("broken 1", "refused")]
    assert [each.url for each in job_lists.items(catalogue, first, "opened", limit=9)] == ["page"]
    assert [each.url for each in job_lists.items(catalogue, first, "done", limit=9)] == ["done", "done too"]
    item = every[0]
    assert (item.image_id, item.attempts, item.reason, item.label_hint) == (1, 2, None, "cocoa")
    assert list(item.chain) == ["done", "elsewhere"] and list(every[-1].chain) == []
