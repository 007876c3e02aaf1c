"""Whose turn it is among all that was found."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest

from anitui.pipeline.collect.board import Board, Item, Job
from anitui.pipeline.collect.specs import JobSpec
from anitui.pipeline.politeness import Hosts
from anitui.pipeline.sources.kinds import Lead, Seen

SPEC = JobSpec("urls", {"urls": ["https://a.example/"]})


class Told(list[Mapping[str, Any]]):
    """What the board writes down."""

    def say(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self.extend(lines)

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [line for line in self if line["say"] == kind]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def board(told: Told) -> Board:
    found = Board(Hosts(per_host=2), (), told.say, lambda url: urlsplit(url).netloc)
    found.begin(Job(1, SPEC, 0))
    return found


def find(board: Board, *urls: str, jobs: Sequence[int] = (1,)) -> None:
    for url in urls:
        board.found(jobs, Lead(f"https://{url}", Seen("urls")))


def taken(board: Board) -> Item:
    item = board.take()
    assert item is not None
    return item


def test_every_site_has_its_turn_and_none_more_than_it_bears(board: Board) -> None:
    find(board, *(f"slow.example/{n}" for n in range(5)), "quick.example/1")
    items = [taken(board) for _ in range(3)]
    assert sorted(item.site for item in items) == ["quick.example", "slow.example", "slow.example"]
    waiting: list[Item | None] = []
    another = threading.Thread(target=lambda: waiting.append(board.take()))
    another.start()
    find(board, "quick.example/2")  # whoever waits takes this, and not a third one of the slow site
    another.join()
    assert waiting[0] is not None and waiting[0].lead.url == "https://quick.example/2"
    board.let_go(next(item for item in items if item.site == "slow.example"))
    assert taken(board).site == "slow.example"


def test_what_two_jobs_found_is_dealt_with_once_for_both(board: Board, told: Told) -> None:
    board.begin(Job(2, SPEC, 0))
    find(board, "a.example/1")
    find(board, "a.example/1", jobs=(2,))
    item = taken(board)
    assert item.wanted_by == {1, 2}
    board.settled(item, {"say": "taken", "url": item.lead.url})
    assert (board.jobs[1].have, board.jobs[2].have) == (1, 1)
    find(board, "a.example/1")
    assert len(told.of("found")) == 3, "that it was seen once more is told"
    board.crawled([1, 2], None)
    assert [line["job"] for line in told.of("job") if line["state"] == "done"] == [1, 2]


def test_a_page_that_was_opened_is_told_for_the_jobs_that_wanted_it(board: Board, told: Told) -> None:
    find(board, "a.example/album")
    item = taken(board)
    board.opened(item, [Lead("https://a.example/1", Seen("urls")), Lead("https://a.example/2", Seen("urls"))])
    board.begin(Job(2, SPEC, 0))
    find(board, "a.example/album", jobs=(2,))
    assert [(line["pictures"], line["jobs"]) for line in told.of("opened")] == [(2, [1]), (2, [2])]
    assert [(line["job"], line["url"][-1]) for line in told.of("found")] == [
        (1, "m"), (1, "1"), (1, "2"), (2, "m"), (2, "1"), (2, "2"),
    ]  # fmt: skip


def test_a_job_that_has_enough_is_told_nothing_more(board: Board, told: Told) -> None:
    board.begin(Job(2, JobSpec("urls", {}, max_pictures=2), 1))
    board.found([2], Lead("https://a.example/1", Seen("urls")))
    assert not board.found([2], Lead("https://a.example/2", Seen("urls")))
    assert [line["url"] for line in told.of("found")] == ["https://a.example/1"]


def test_a_paused_job_leaves_what_waits_and_ends_when_what_is_under_way_is_done(board: Board, told: Told) -> None:
    find(board, "a.example/1", "a.example/2")
    item = taken(board)
    board.pause(1)
    assert board.is_pausing(1) and board.live()[1].pausing
    assert not board.found([1], Lead("https://a.example/3", Seen("urls")))
    board.settled(item, {"say": "not", "url": item.lead.url, "state": "failed", "reason": "it took too long"})
    assert told[-1] == {"say": "job", "job": 1, "state": "stopped", "reason": None}
    assert board.idle()


def test_what_failed_is_not_asked_for_again_in_the_same_run_unless_one_says_so(board: Board, told: Told) -> None:
    find(board, "a.example/1")
    item = taken(board)
    line = {"say": "not", "url": item.lead.url, "state": "failed", "reason": "it took too long", "attempts": 4}
    board.settled(item, line)
    board.begin(Job(2, SPEC, 0))
    find(board, "a.example/1", jobs=(1, 2))
    assert told.of("not") == [line, {**line, "attempts": 0, "again": True}], "the other job hears of it"
    assert board.jobs[2].pending == 0
    board.again(2, item.lead)
    assert taken(board).wanted_by == {2}


def test_the_pages_on_the_way_are_known(board: Board, told: Told) -> None:
    seen = Seen("reddit", "https://reddit.example/comment")
    board.found([1], Lead("https://a.example/album", seen))
    board.opened(taken(board), [Lead("https://a.example/1", seen)])
    assert [(line["url"], line["via"]) for line in told.of("found")] == [
        ("https://a.example/album", ()),
        ("https://a.example/1", ("https://a.example/album",)),
    ]
    assert taken(board).lead.via == ("https://a.example/album",)
