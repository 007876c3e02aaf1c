"""Reddit itself, when it does not give everything: real PRAW, and a loopback Reddit with faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from anitui.errors import AnituiError
from anitui.pipeline.credentials import Keys
from anitui.pipeline.sources.kinds import Gone, Lead, Mark, Outside, Step
from anitui.pipeline.sources.reddit_live import LiveReddit
from anitui.pipeline.sources.reddit_orders import RedditOrder
from tests.fakes import faults
from tests.fakes.pictures import picture
from tests.fakes.reddit import CLIENT_ID, CLIENT_SECRET, Comment, Post, Reddit
from tests.pipeline.outside import outside

ORDER = RedditOrder("anime", "Episode", None, "top", "all", 100, None, None, True, ())
THREADS = ("one", "two", "three", "four", "five")


@pytest.fixture
def site() -> Iterator[Reddit]:
    posts = [
        Post(
            name,
            "anime",
            f"Episode {name}",
            score=9 - n,
            comments=[Comment(f"c{n}", f"[x](https://i.redd.it/{n}.png)")],
        )
        for n, name in enumerate(THREADS)
    ]
    with Reddit(posts) as reddit:
        yield reddit


def world(site: Reddit, said: list[str] | None = None, marks: dict[str, str] | None = None) -> Outside:
    return outside(site.url, "reddit.com", marks, say=said.append if said is not None else lambda text: None)


def live(outside: Outside) -> LiveReddit:
    return LiveReddit(outside, Keys(CLIENT_ID, CLIENT_SECRET), first_wait=0.0)


def gathered(steps: Iterator[Step]) -> tuple[list[Step], str]:
    """The steps until the end, and the words of the error at the end."""
    found: list[Step] = []
    try:
        found.extend(steps)
    except AnituiError as error:
        return found, str(error)
    return found, ""


def marked(steps: list[Step]) -> list[str]:
    return [each.page.removeprefix("t3_") for each in steps if isinstance(each, Mark)]


@pytest.mark.parametrize("code", [404, 403, 451])
def test_a_thread_that_is_not_shown_is_told_and_the_others_are_read(site: Reddit, code: int) -> None:
    site.faults.on("/comments/two/", faults.status(code))
    found, error = gathered(live(world(site)).comments(ORDER))
    assert error == ""
    gone = [each for each in found if isinstance(each, Gone)]
    assert [(each.seen.post_id, each.reason) for each in gone] == [
        ("t3_two", "Reddit does not show this thread any more")
    ]
    assert sum(isinstance(each, Lead) for each in found) == 4
    assert marked(found) == list(THREADS), "it is not asked for again and again"


def test_a_thread_that_cannot_be_read_now_is_left_for_the_next_run(site: Reddit) -> None:
    site.faults.on("/comments/two/", faults.wrong_type())
    found, error = gathered(live(world(site)).comments(ORDER))
    assert marked(found) == ["one", "three", "four", "five"]
    assert "1 thread left for the next run" in error and "what is no answer" in error
    site.faults.clear()
    site.forget_requests()
    again, error = gathered(live(world(site, marks={f"t3_{name}": "1" for name in marked(found)})).comments(ORDER))
    assert (marked(again), error) == (["two"], "")
    assert [each.path for each in site.requests if each.path.startswith("/comments/")] == ["/comments/two/"]


def test_several_in_a_row_end_the_run(site: Reddit) -> None:
    site.faults.on(lambda request: request.path.startswith("/comments/"), faults.wrong_type())
    found, error = gathered(live(world(site)).comments(ORDER))
    assert found == []
    assert "start the job again later" in error
    asked = {each.path for each in site.requests if each.path.startswith("/comments/")}
    assert asked == {f"/comments/{name}/" for name in THREADS[:3]}


def test_a_post_whose_original_cannot_be_read_does_not_keep_the_others_back(site: Reddit) -> None:
    site.put(
        Post("x1", "pics", "Episode of another", crosspost_parent="lost", crosspost_list=False, score=5),
        Post("x2", "pics", "Episode", picture=picture(1), score=4),
        Post("lost", "elsewhere", "The original", picture=picture(2)),
    )
    site.faults.on("/comments/lost/", faults.wrong_type())
    order = RedditOrder("pics", None, None, "top", "all", 100, None, None, True, ())
    found, error = gathered(live(world(site)).posts(order))
    assert [each.url for each in found if isinstance(each, Lead)] == ["https://i.redd.it/x2pic.jpg"]
    assert "1 post left for the next run" in error


def test_a_quota_that_is_used_up_is_said(site: Reddit) -> None:
    site.rate.remaining, site.rate.reset = 0, 1
    said: list[str] = []
    found, error = gathered(live(world(site, said)).comments(replace(ORDER, limit=1)))
    assert (marked(found), error) == (["one"], "")
    assert "Reddit asks to wait (1 s)" in said
