"""The loopback Reddit: real PRAW understands it, and the sample that is collected from it is whole."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import praw
import prawcore
import pytest
import requests

from anitui.demo.site.serving import Serving
from tests.fakes import faults
from tests.fakes.pictures import picture
from tests.fakes.reddit import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    USERNAME,
    Comment,
    Item,
    Portions,
    Post,
    Reddit,
    preview_url,
)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRAW reads a `praw.ini` of the working directory and of the person who runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))


def ask(reddit: Reddit, **settings: Any) -> praw.Reddit:
    settings = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | settings
    return praw.Reddit(
        user_agent="tests of anitui",
        reddit_url=reddit.url,
        oauth_url=reddit.url,
        check_for_updates=False,
        check_for_async=False,
        **settings,
    )


def at(site: Serving, url: str) -> str:
    """Where a picture that the site names is to be had: as `pipeline.sites` would say."""
    parts = urlsplit(url)
    return site.url + parts.path + (f"?{parts.query}" if parts.query else "")


def test_search_finds_words_and_flairs() -> None:
    posts = [
        Post("a1", "pics", "Chinatsu smiling", picture=picture(1), flair="Fanart", score=3),
        Post("a2", "pics", "Chinatsu & Taiki", picture=picture(2), flair="Screenshot", score=9),
        Post("a3", "pics", "Somebody else", picture=picture(3), flair="Fanart", over_18=True),
        Post("a4", "other", "Chinatsu elsewhere", picture=picture(4), flair="Fanart"),
    ]
    with Reddit(posts) as reddit:
        pics = ask(reddit).subreddit("Pics")
        assert [each.id for each in pics.search("chinatsu", sort="top")] == ["a2", "a1"]
        assert [each.id for each in pics.search('chinatsu flair:"Fanart"')] == ["a1"]
        assert {each.id: each.over_18 for each in pics.top(limit=None)} == {"a1": False, "a2": False, "a3": True}
        first = next(iter(pics.search("taiki")))
        assert (first.title, first.link_flair_text, first.author.name) == ("Chinatsu & Taiki", "Screenshot", "a_poster")
        assert first.permalink == "/r/pics/comments/a2/chinatsu_taiki/"
        assert requests.get(at(reddit, first.url)).content == picture(2)
        source = first.preview["images"][0]["source"]["url"]
        assert requests.get(at(reddit, source)).content == picture(2)
        assert requests.get(at(reddit, source).partition("&s=")[0]).status_code == 403
        reddit.nsfw_in_search = False
        assert [each.id for each in pics.search("somebody")] == []
        assert [each.id for each in pics.search("somebody", params={"include_over_18": "on"})] == ["a3"]


def test_listings_come_in_pages_and_end_at_a_thousand() -> None:
    with Reddit([Post(f"n{i}", "pics", f"Number {i}", created_utc=1e9 + i) for i in range(1010)]) as reddit:
        got = [each.id for each in ask(reddit).subreddit("pics").new(limit=None)]
        assert got == [f"n{i}" for i in range(1009, 9, -1)]
        assert Counter(each.path for each in reddit.requests)["/r/pics/new"] == 10


def test_all_comments_are_found_behind_more_and_below_the_deepest() -> None:
    deep = Comment("d9", "the deepest")
    for i in reversed(range(9)):
        deep = Comment(f"d{i}", f"depth {i}", replies=[deep])
    wide = [
        Comment(f"w{i}", f"side {i}", replies=[Comment(f"w{i}r{j}", "an answer") for j in range(5)]) for i in range(30)
    ]
    gone = Comment("gone", "[removed]", author=None)
    post = Post("t1", "anime", "Episode Discussion", comments=[*wide, deep, gone])
    with Reddit([post], portions=Portions(siblings=3, depth=4, asked=7)) as reddit:
        asked = ask(reddit).submission("t1")
        before = len(asked.comments.list())
        assert asked.comments.replace_more(limit=None) == []
        found: list[Any] = list(asked.comments.list())
        names = ["gone", *(f"d{i}" for i in range(10)), *(f"w{i}" for i in range(30))]
        names += [f"w{i}r{j}" for i in range(30) for j in range(5)]
        assert sorted(each.id for each in found) == sorted(names)
        assert asked.num_comments == len(names) > before
        assert {each.id: each.author for each in found}["gone"] is None
        asked_for = {re.sub(r"/[dw]\w+$", "/…", each.path) for each in reddit.requests}
        assert {"/api/morechildren/", "/comments/t1/_/…"} <= asked_for
        assert ask(reddit).comment("d9").body == "the deepest"


def test_galleries_have_an_order_of_their_own() -> None:
    items = [
        Item("first", picture(1), "png", caption="one"),
        Item("broken", status="failed"),
        Item("moving", picture(2), "gif", animated=("gif", "mp4")),
        Item("last", picture(3), "png"),
    ]
    with Reddit([Post("g1", "pics", "Four", gallery=items)], only_previews=["first.png"]) as reddit:
        asked = ask(reddit).submission("g1")
        assert asked.is_gallery and asked.url == "https://www.reddit.com/gallery/g1"
        assert [each["media_id"] for each in asked.gallery_data["items"]] == ["first", "broken", "moving", "last"]
        assert list(asked.media_metadata) != ["first", "broken", "moving", "last"]
        assert asked.media_metadata["broken"] == {"status": "failed"}
        assert set(asked.media_metadata["moving"]["s"]) == {"x", "y", "gif", "mp4"}
        assert requests.get(at(reddit, asked.media_metadata["moving"]["s"]["gif"])).content == picture(2)
        assert requests.get(reddit.url + "/first.png").status_code == 404
        signed = at(reddit, asked.media_metadata["first"]["s"]["u"])
        assert requests.get(signed).content == picture(1)
        reddit.expired_previews = True
        assert requests.get(signed).status_code == 403


def test_crossposts_and_what_is_gone() -> None:
    posts = [
        Post("o1", "art", "Original", gallery=[Item("only", picture(1))]),
        Post("x1", "pics", "With its original", crosspost_parent="o1"),
        Post("x2", "pics", "Naming it only", crosspost_parent="o1", crosspost_list=False),
        Post("r1", "pics", "Removed", picture=picture(2), removed_by_category="moderator"),
        Post("r2", "pics", "Deleted", picture=picture(3), removed_by_category="deleted", author=None),
        Post("v1", "pics", "Moving", is_video=True),
    ]
    with Reddit(posts) as reddit:
        client = ask(reddit)
        known = {each.id: each for each in client.info(fullnames=[f"t3_{each.id}" for each in posts])}
        assert known["x1"].crosspost_parent_list[0]["gallery_data"]["items"][0]["media_id"] == "only"
        assert known["x2"].crosspost_parent == "t3_o1" and not hasattr(known["x2"], "crosspost_parent_list")
        assert (known["r1"].removed_by_category, known["r1"].selftext) == ("moderator", "[removed]")
        assert (known["r2"].author, known["r2"].selftext) == (None, "[deleted]")
        assert requests.get(at(reddit, known["r1"].url)).status_code == 404
        assert known["v1"].is_video and known["v1"].media["reddit_video"]


def test_what_reddit_refuses() -> None:
    with Reddit([Post("a1", "pics", "One")], private=["hidden"], banned=["forbidden"]) as reddit:
        client = ask(reddit)
        with pytest.raises(prawcore.Redirect) as redirected:
            list(client.subreddit("nowhere").search("anything"))
        assert redirected.value.path == "/subreddits/search"
        with pytest.raises(prawcore.Forbidden):
            list(client.subreddit("hidden").top())
        with pytest.raises(prawcore.NotFound):
            list(client.subreddit("forbidden").top())
        with pytest.raises(prawcore.NotFound):
            _ = client.submission("zz").title
        with pytest.raises(prawcore.ResponseException) as refused:
            list(ask(reddit, client_secret="wrong").subreddit("pics").top())
        assert refused.value.response.status_code == 401
        with pytest.raises(prawcore.OAuthException):
            list(ask(reddit, username=USERNAME, password="wrong").subreddit("pics").top())
        person = ask(reddit, username=USERNAME, password=PASSWORD)
        assert [each.id for each in person.subreddit("pics").top()] == ["a1"]
        reddit.forget_tokens()
        assert [each.id for each in person.subreddit("pics").top()] == ["a1"]


def test_reddit_with_faults() -> None:
    with Reddit([Post("a1", "pics", "One")]) as reddit:
        client = ask(reddit)
        reddit.faults.on("/r/pics/top", faults.too_many(retry_after=7), first=1)
        with pytest.raises(prawcore.TooManyRequests) as refused:
            list(client.subreddit("pics").top())
        assert refused.value.retry_after == "7"
        reddit.faults.on("/r/pics/top", faults.unavailable(), first=1)
        assert [each.id for each in client.subreddit("pics").top()] == ["a1"]
        assert [each.status for each in reddit.requests if each.path == "/r/pics/top"] == [429, 503, 200]


def test_texts_are_escaped_unless_asked_otherwise() -> None:
    with Reddit([Post("a1", "pics", "You & <me>", picture=picture(1))]) as reddit:
        auth = (CLIENT_ID, CLIENT_SECRET)
        given = requests.post(reddit.url + "/api/v1/access_token", {"grant_type": "client_credentials"}, auth=auth)
        headers = {"Authorization": f"bearer {given.json()['access_token']}"}
        told = requests.get(reddit.url + "/by_id/t3_a1", headers=headers).json()["data"]["children"][0]["data"]
        assert told["title"] == "You &amp; &lt;me&gt;"
        assert "&amp;s=" in told["preview"]["images"][0]["source"]["url"]
        assert requests.get(reddit.url + "/by_id/t3_a1").status_code == 401
        assert preview_url("a1pic.jpg") == told["preview"]["images"][0]["source"]["url"].replace("&amp;", "&")
