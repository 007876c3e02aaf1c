"""The whole path, with real processes: loopback sites → the process that collects → the catalogue."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from anitui import progress
from anitui.errors import Stopped
from anitui.pipeline.collect.owner import Collecting, CollectReport
from anitui.pipeline.collect.specs import JobSpec
from anitui.settings import Settings
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.fakes import faults
from tests.fakes.imgur import Imgur
from tests.fakes.pictures import picture
from tests.fakes.reddit import CLIENT_SECRET, Comment, Item, Post, Reddit, environment

POSTS = JobSpec("subreddit_posts", {"subreddit": "pics", "flair": "Fanart"}, "cocoa")
LINKS = JobSpec("comment_links", {"subreddit": "anime", "query": "Episode Discussion"}, "cocoa", ("kokoa",))
CHINO = JobSpec("comment_links", {"subreddit": "anime", "query": "Episode Discussion"}, "chino")


@pytest.fixture
def reddit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reddit]:
    posts = [Post(f"p{n:02}", "pics", f"Cocoa {n}", picture=picture(n), flair="Fanart", score=n) for n in range(6)]
    posts.append(
        Post("gal", "pics", "Four", gallery=[Item(f"g{n}", picture(100 + n)) for n in range(4)], flair="fanart ")
    )
    posts.append(Post("rem", "pics", "Gone", picture=picture(50), flair="Fanart", removed_by_category="moderator"))
    posts.append(Post("oth", "pics", "Cosplay", picture=picture(51), flair="Cosplay"))
    both = (
        "[Cocoa and Chino](https://i.redd.it/both.png) [a kokoa](https://i.redd.it/p01pic.jpg) "
        "[Chinos](https://i.redd.it/no.png)"
    )
    replies = [Comment("c2", "see [CHINO!](https://imgur.com/a/Album01)")]
    posts.append(Post("thr", "anime", "Episode Discussion 1", comments=[Comment("c1", both, replies=replies)]))
    with Reddit(posts) as site:
        site.media["both.png"] = picture(70)
        for name, value in environment(site).items():
            monkeypatch.setenv(name, value)
        yield site


@pytest.fixture
def imgur(monkeypatch: pytest.MonkeyPatch) -> Iterator[Imgur]:
    media = {f"Abc123{n}": picture(200 + n) for n in range(3)}
    with Imgur(media, albums={"Album01": [*media, "Removed"]}, removed=["Removed"]) as site:
        monkeypatch.setenv("ANITUI_IMGUR_URL", site.url)
        monkeypatch.setenv("ANITUI_ALLOW_LOOPBACK", "1")
        yield site


@pytest.fixture
def collecting(workspace: Workspace, catalogue: Catalogue) -> Iterator[Collecting]:
    owner = Collecting(workspace, catalogue, Settings())
    yield owner
    owner.end()


def collect(collecting: Collecting, *specs: JobSpec, tied: bool = True) -> CollectReport:
    ids = collecting.add(specs)
    collecting.start(ids, tied=tied)
    return collecting.standing(ids, progress.run(collecting.follow(), lambda _: None))


def pictures_asked(site: Reddit | Imgur) -> Counter[str]:
    suffixes = (".png", ".jpg", ".webp")
    return Counter(each.path for each in site.requests if each.path.partition("?")[0].endswith(suffixes))


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_everything_arrives_once_with_where_it_was_seen(
    collecting: Collecting, catalogue: Catalogue, workspace: Workspace, reddit: Reddit, imgur: Imgur
) -> None:
    done = collect(collecting, POSTS, LINKS, CHINO)
    assert [job["state"] for job in done.jobs] == ["done"] * 3
    assert {each.reason for each in done.failures} == {"the post was removed by moderators"}
    assert catalogue.value("SELECT count(*) FROM images") == 14
    assert max(pictures_asked(reddit).values()) == 1
    seen = catalogue.rows(
        "SELECT label_hint, site, title, author, flair, nsfw, post_id, posted_at IS NOT NULL FROM sightings "
        "WHERE url = 'https://i.redd.it/both.png' ORDER BY label_hint"
    )
    told = ("reddit", "Episode Discussion 1", "a_commenter", None, False, "t3_thr", True)
    assert seen == [("chino", *told), ("cocoa", *told)]
    twice = "SELECT post_id FROM sightings WHERE url = 'https://i.redd.it/p01pic.jpg' ORDER BY post_id"
    assert catalogue.rows(twice) == [("t3_p01",), ("t3_thr",)]
    gallery = "SELECT url FROM sightings WHERE post_id = 't3_gal' ORDER BY url"
    assert [row[0] for row in catalogue.rows(gallery)] == [f"https://i.redd.it/g{n}.jpg" for n in range(4)]
    album = "SELECT page_url, chain FROM sightings WHERE url = 'https://i.imgur.com/Abc1230.png'"
    page = "https://www.reddit.com/r/anime/comments/thr/episode_discussion_1/c2/"
    assert catalogue.rows(album) == [(page, ["https://imgur.com/a/Album01", "https://i.imgur.com/Abc1230.png"])]
    for path, sha in catalogue.rows("SELECT path, sha256 FROM images"):
        assert sha in path and (workspace.root / path).is_file()
    assert not list(workspace.work.iterdir()), "nothing of it is left over"
    secret = CLIENT_SECRET.encode()
    assert not [each for each in workspace.root.rglob("*") if each.is_file() and secret in each.read_bytes()]


def test_a_finished_job_asks_only_for_what_is_new(
    collecting: Collecting, catalogue: Catalogue, reddit: Reddit, imgur: Imgur
) -> None:
    collect(collecting, POSTS, CHINO)
    before, albums = pictures_asked(reddit), len(imgur.requests)
    reddit.put(Post("new", "pics", "Cocoa again", picture=picture(80), flair="Fanart"))
    again = collect(collecting, POSTS, CHINO)
    assert again.new == 1
    assert pictures_asked(reddit) - before == Counter(["/newpic.jpg"])
    assert len(imgur.requests) == albums
    assert sum(each.path.startswith("/comments/") for each in reddit.requests) == 1, "no thread is read twice"


def test_what_failed_is_tried_again_and_what_was_refused_is_not(
    collecting: Collecting, catalogue: Catalogue, reddit: Reddit
) -> None:
    reddit.faults.on("/p00pic.jpg", faults.expired())
    reddit.faults.on("/p02pic.jpg", faults.wrong_type())
    done = collect(collecting, POSTS)
    states = dict(catalogue.rows("SELECT url, state FROM job_items WHERE url LIKE '%pic.jpg'"))
    assert states["https://i.redd.it/p00pic.jpg"] == "failed"
    assert states["https://i.redd.it/p02pic.jpg"] == "refused"
    assert done.new == 8
    reddit.faults.clear()
    refused = pictures_asked(reddit)["/p02pic.jpg"]
    assert refused == 2, "itself, and the preview instead of it"
    assert collect(collecting, POSTS).new == 1
    assert pictures_asked(reddit)["/p02pic.jpg"] == refused


def test_links_that_lead_inside_are_refused(
    collecting: Collecting, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [
        "http://127.0.0.1/x.png",
        "http://[::1]/x.png",
        "http://169.254.169.254/x",
        "http://0x7f000001/",
        "file:///etc/passwd",
    ]
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(bad))
    done = collect(collecting, JobSpec("urls", {"file": str(listed)}))
    assert (done.new, done.jobs[0]["state"]) == (0, "done")
    assert catalogue.rows("SELECT count(*), count(*) FILTER (state = 'refused') FROM job_items") == [(5, 5)]


def test_missing_keys_are_told_with_how_to_set_them_up(
    collecting: Collecting, reddit: Reddit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("ANITUI_REDDIT_CLIENT_SECRET")
    (job,) = collect(collecting, POSTS).jobs
    assert job["state"] == "stopped"
    assert "praw.ini" in job["reason"] and "ANITUI_REDDIT_CLIENT_ID" in job["reason"]


def test_it_runs_on_when_nobody_follows_and_can_be_paused(
    collecting: Collecting, catalogue: Catalogue, reddit: Reddit
) -> None:
    ids = collecting.add([POSTS])
    reddit.latency = 0.2
    collecting.start(ids, tied=False)
    left = collecting.follow()
    next(left)
    left.close()
    assert collecting.running() is not None
    collecting.pause(ids)
    progress.run(collecting.follow(), lambda _: None)
    assert catalogue.rows("SELECT state, reason FROM jobs") == [("stopped", None)]
    reddit.latency = 0.0
    assert [job["state"] for job in collect(collecting, POSTS).jobs] == ["done"]
    assert catalogue.value("SELECT count(*) FROM images") == 10
    assert max(pictures_asked(reddit).values()) == 1


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_missing_and_nothing_twice(
    collecting: Collecting, catalogue: Catalogue, workspace: Workspace, reddit: Reddit
) -> None:
    many = [Post(f"m{n:03}", "many", f"Many {n}", picture=picture(1000 + n)) for n in range(120)]
    for each in many:
        reddit.put(each)
    spec = JobSpec("subreddit_posts", {"subreddit": "many"})
    ids = collecting.add([spec])
    reddit.latency = 0.03
    chance = random.Random(3)
    for _ in range(4):
        collecting.start(ids, tied=False)
        until = time.monotonic() + chance.uniform(0.8, 2.5)

        def told(_: progress.Event, until: float = until) -> None:
            if time.monotonic() > until:
                raise Stopped("killed")

        with suppress(Stopped):
            progress.run(collecting.follow(), told)
        work = collecting.running()
        if work is not None:
            os.kill(json.loads((work.folder / "process.json").read_text())["pid"], signal.SIGKILL)
            wait_for(lambda: collecting.running() is None)
    reddit.latency = 0.0
    done = collect(collecting, spec)
    assert done.jobs[0]["state"] == "done"
    assert catalogue.value("SELECT count(*) FROM images") == 120
    assert catalogue.value("SELECT count(*) FROM sightings") == 120
    assert catalogue.rows("SELECT state, count(*) FROM job_items GROUP BY state") == [("done", 120)]
    # What was under way at a kill is asked for again; nothing else is.
    asked = pictures_asked(reddit)
    assert set(asked) == {f"/m{n:03}pic.jpg" for n in range(120)}
    assert sum(asked.values()) <= 120 + 4 * 8
    assert len(list(workspace.media.rglob("*.jpg"))) + len(list(workspace.media.rglob("*.png"))) == 120
