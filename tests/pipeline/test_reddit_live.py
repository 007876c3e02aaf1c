"""Reddit itself, when it does not give everything: real PRAW, and a loopback Reddit with faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from anitui.demo.site.serving import Response
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


TOKEN = "/api/v1/access_token"


def test_one_token_serves_all_and_is_asked_for_anew_when_it_is_not_taken_any_more(site: Reddit) -> None:
    here = world(site)
    for _ in range(3):
        found, error = gathered(live(here).comments(ORDER))
        assert (marked(found), error) == (list(THREADS), "")
    assert sum(each.path == TOKEN for each in site.requests) == 1
    site.forget_tokens()
    assert gathered(live(here).comments(ORDER))[1] == ""
    assert sum(each.path == TOKEN for each in site.requests) == 2


@pytest.mark.parametrize("fault", [faults.too_many(), faults.too_many(None), faults.status(501)])
def test_a_token_that_is_not_given_just_now_is_asked_for_again(site: Reddit, fault: faults.Fault) -> None:
    site.faults.on(TOKEN, fault, first=2)
    said: list[str] = []
    found, error = gathered(live(world(site, said)).comments(ORDER))
    assert (marked(found), error) == (list(THREADS), "")
    assert any(each.startswith("Reddit ") for each in said)


@pytest.mark.parametrize(
    ("where", "fault"),
    [(TOKEN, faults.status(403)), (TOKEN, faults.status(400)), ("/r/anime/search/", faults.status(401))],
)
def test_keys_that_are_not_taken_are_told_as_that(site: Reddit, where: str, fault: faults.Fault) -> None:
    site.faults.on(where, fault)
    found, error = gathered(live(world(site)).comments(ORDER))
    assert found == []
    assert error.startswith("Reddit does not take these keys")


@pytest.mark.parametrize("when", ["Tue, 24 Nov 2020 19:00:00 GMT", "soon", "0"])
def test_whatever_a_site_says_of_when_to_come_back_is_understood(site: Reddit, when: str) -> None:
    site.faults.on("/r/anime/search/", faults.too_many(when), first=2)
    found, error = gathered(live(world(site)).comments(ORDER))
    assert (marked(found), error) == (list(THREADS), "")


@pytest.mark.parametrize("answer", ["{}", "[]", "null", '{"data": {"children": [null]}}'])
@pytest.mark.parametrize("where", ["/r/anime/search/", TOKEN])
def test_answers_that_are_none_are_told_in_one_sentence(site: Reddit, where: str, answer: str) -> None:
    site.faults.on(where, lambda request, right: Response(200, {"content-type": "application/json"}, answer.encode()))
    found, error = gathered(live(world(site)).comments(ORDER))
    assert found == []
    assert error == "" or error.startswith("Reddit ")


@pytest.mark.parametrize(("code", "says"), [(451, "private or quarantined"), (413, "(413)"), (418, "(418)")])
def test_a_listing_that_is_refused_is_told(site: Reddit, code: int, says: str) -> None:
    site.faults.on("/r/anime/search/", faults.status(code))
    assert says in gathered(live(world(site)).comments(ORDER))[1]


def test_no_password_of_another_file_takes_the_place_of_the_token(
    site: Reddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    found, error = gathered(live(world(site)).comments(ORDER))
    assert (marked(found), error) == (list(THREADS), "")
