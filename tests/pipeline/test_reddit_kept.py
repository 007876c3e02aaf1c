"""Reddit from dumps and from gallery-dl's folders: the same jobs, the same finds as over Reddit itself."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard

from anitui.demo.site import shapes
from anitui.errors import AnituiError
from anitui.pipeline.collect.specs import JobSpec
from anitui.pipeline.sources import reddit_kept, registry
from anitui.pipeline.sources.kinds import Gone, Lead, Mark, Seen, Step
from tests.fakes.pictures import picture
from tests.fakes.reddit import Comment, Item, Post, Reddit, environment
from tests.pipeline.outside import outside

PICS = [
    Post("one", "Pics", "Cocoa & Chino", picture=picture(1), flair="Fanart", score=5, created_utc=1_600_000_000),
    Post("two", "Pics", "Cocoa again", picture=picture(2), flair="fanart ", score=9, created_utc=1_610_000_000),
    Post("low", "Pics", "cocoa, once more", picture=picture(3), flair="Fanart", score=1, created_utc=1_620_000_000),
    Post("adu", "Pics", "Cocoa, for adults", picture=picture(4), flair="Fanart", over_18=True, score=7),
    Post("cos", "Pics", "Cocoa in the park", picture=picture(5), flair="Cosplay", score=8),
    Post("gal", "Pics", "Cocoa, thrice", flair="Fanart", score=4, gallery=[Item(f"g{n}") for n in (3, 1, 2)]),
    Post(
        "bad", "Pics", "Cocoa, half of it", flair="Fanart", score=3, gallery=[Item("h1"), Item("h2", status="failed")]
    ),
    Post("vid", "Pics", "Cocoa moves", flair="Fanart", is_video=True, score=3),
    Post("txt", "Pics", "Cocoa in words", flair="Fanart", selftext="no picture here", score=2),
    Post("rem", "Pics", "Cocoa was here", picture=picture(6), flair="Fanart", removed_by_category="moderator"),
    Post("del", "Pics", "Cocoa left", picture=picture(7), flair="Fanart", removed_by_category="deleted"),
    Post("who", "Pics", "Cocoa of nobody", picture=picture(8), flair="Fanart", author=None, score=2),
    Post("out", "Pics", "Cocoa on Imgur", url="https://imgur.com/a/AbCdEfG", picture=picture(9), flair="Fanart"),
    Post("org", "Elsewhere", "The original", picture=picture(10), score=50),
    Post("crs", "Pics", "Cocoa, found elsewhere", crosspost_parent="org", flair="Fanart", score=6),
]
ANSWER = Comment("c2", "my [cocoa](https://i.redd.it/deep.png?x=1&y=2) and https://imgur.com/abc1234")
TALK = [
    Comment("c1", "[Cocoa!](https://i.redd.it/a.png) beside [chino](https://imgur.com/a/Album01)", replies=[ANSWER]),
    Comment("c3", "[removed]", author=None),
    Comment("c4", "[cocoas](https://i.redd.it/no.png), says nobody", author=None),
]
THREADS = [
    Post("th1", "anime", "Rabbit House - Episode 1 Discussion", comments=TALK, flair="Episode", score=3),
    Post("th2", "anime", "Another show - Episode 1 Discussion", score=90,
         comments=[Comment("d1", "[cocoa](https://i.redd.it/wrong.png)")]),
    Post("th3", "anime", "Rabbit House - Episode 2 Discussion", removed_by_category="moderator", score=2,
         comments=[Comment("e1", "[cocoa](https://i.redd.it/late.png)")]),
]  # fmt: skip
DRAWN = [
    Post("og", "Faraway", "Three cups", gallery=[Item("k1"), Item("k2", status="failed")], author="a_drawer",
         flair="Drawn", created_utc=1_500_000_000),
    Post("op", "Faraway", "One cup", picture=picture(20), preview=True),
    Post("ox", "Faraway", "For adults", picture=picture(21), over_18=True),
    Post("or", "Faraway", "A cup that was", picture=picture(22), removed_by_category="moderator"),
]  # fmt: skip
SHARED = [
    Post("xg", "Shares", "Look, cups", crosspost_parent="og", flair="Found"),
    Post("xp", "Shares", "Look, a cup, but not at work", crosspost_parent="op", over_18=True),
    Post("xx", "Shares", "Look, and no word of what it is", crosspost_parent="ox"),
    Post("xr", "Shares", "Look, it is gone", crosspost_parent="or"),
]
NAMING = [replace(post, id=f"{post.id}2", crosspost_list=False) for post in SHARED]  # what it is of, and no more
NAMING.append(Post("xd2", "Shares", "Look no more", crosspost_parent="op", crosspost_list=False,
                   removed_by_category="deleted"))  # fmt: skip
CROSSPOSTED = [*DRAWN, *SHARED, *NAMING]
EVERYTHING = [*PICS, *THREADS, *CROSSPOSTED]

POSTS: dict[str, Any] = {"subreddit": "pics", "query": "cocoa", "flair": "Fanart", "sort": "top"}
LINKS: dict[str, Any] = {"subreddit": "anime", "query": "Rabbit House Episode Discussion"}


def submissions(posts: Iterable[Post] = EVERYTHING) -> list[dict[str, Any]]:
    known = {post.id: post for post in EVERYTHING}
    return [shapes.submission(post, known, 3)["data"] for post in posts]


def comments(posts: Iterable[Post] = THREADS) -> list[dict[str, Any]]:
    def told(said: Sequence[Comment], post: Post) -> Iterator[dict[str, Any]]:
        for each in said:
            yield shapes.comment(each, post, f"t3_{post.id}", 0, None)["data"]
            yield from told(each.replies, post)

    return [each for post in posts for each in told(post.comments, post)]


def ndjson(records: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in records)


def dump(path: Path, records: Iterable[Mapping[str, Any]] | None = None) -> str:
    path.write_bytes(ndjson([*submissions(), *comments()] if records is None else records))
    return str(path)


def found(type: str, values: Mapping[str, Any], say: Callable[[str], None] = lambda text: None) -> list[Step]:
    """What the crawl of such a job yields, without marks."""
    crawl = registry.kind(type).crawl(JobSpec(type, values).filled())
    here = outside("http://127.0.0.1:9", "imgur.com", say=say)
    return [step for step in crawl.steps(here) if not isinstance(step, Mark)]


def until_it_complains(type: str, values: Mapping[str, Any]) -> tuple[list[Step], str]:
    steps = registry.kind(type).crawl(JobSpec(type, values).filled()).steps(outside("http://127.0.0.1:9", "imgur.com"))
    taken: list[Step] = []
    with pytest.raises(AnituiError) as complaint:
        while True:
            taken.append(next(steps))
    return taken, str(complaint.value)


def leads(steps: Iterable[Step]) -> list[str]:
    return [step.url for step in steps if isinstance(step, Lead)]


def posts_of(steps: Iterable[Step]) -> list[str | None]:
    return list(dict.fromkeys(step.seen.post_id for step in steps if not isinstance(step, Mark)))


@pytest.fixture
def everything(tmp_path: Path) -> str:
    return dump(tmp_path / "RS_2021-01")


@pytest.fixture
def reddit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Reddit]:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    with Reddit(EVERYTHING) as site:
        for name, value in environment(site).items():
            monkeypatch.setenv(name, value)
        yield site


@pytest.mark.parametrize(
    ("type", "values"),
    [
        ("subreddit_posts", POSTS),
        ("subreddit_posts", {"subreddit": "Pics", "sort": "new", "nsfw": True}),
        ("subreddit_posts", {"subreddit": "pics", "sort": "top", "limit": 3}),
        ("subreddit_posts", {"subreddit": "pics", "after": "2021-01-01", "before": "2021-03-01"}),
        ("subreddit_posts", {"subreddit": "pics+elsewhere", "sort": "top", "flair": "cosplay"}),
        ("subreddit_posts", {"subreddit": "shares"}),
        ("subreddit_posts", {"subreddit": "shares+faraway", "nsfw": True}),
        ("comment_links", LINKS),
        ("comment_links", {"subreddit": "anime", "flair": "episode", "sort": "top"}),
    ],
    ids=str,
)
def test_a_job_finds_the_same_over_reddit_and_over_a_dump_of_it(
    reddit: Reddit, everything: str, type: str, values: dict[str, Any]
) -> None:
    crawl = registry.kind(type).crawl(JobSpec(type, values).filled())
    live = [step for step in crawl.steps(outside(reddit.url, "reddit.com")) if not isinstance(step, Mark)]
    kept = found(type, {**values, "from": [everything]})
    assert live
    assert sorted(map(repr, kept)) == sorted(map(repr, live))


def test_posts_are_those_that_the_job_names_the_best_first(everything: str) -> None:
    steps = found("subreddit_posts", {**POSTS, "from": [everything]})
    assert posts_of(steps)[:4] == ["t3_two", "t3_crs", "t3_org", "t3_one"], (
        "by score, whatever letters and spaces flairs have"
    )
    assert leads(steps) == [
        "https://i.redd.it/twopic.jpg",
        *["https://i.redd.it/orgpic.jpg"] * 2,
        "https://i.redd.it/onepic.jpg",
        *(f"https://i.redd.it/g{n}.jpg" for n in (3, 1, 2)),
        "https://i.redd.it/h1.jpg",
        "https://i.redd.it/whopic.jpg",
        "https://i.redd.it/lowpic.jpg",
        "https://imgur.com/a/AbCdEfG",
    ]
    told = {step.seen.post_id: step.reason for step in steps if isinstance(step, Gone)}
    assert told == {
        "t3_bad": "Reddit has not kept this picture of the gallery",
        "t3_vid": "a video, not a picture",
        "t3_rem": "the post was removed by moderators",
        "t3_del": "the post was deleted by its author",
    }
    (nobodys,) = [step for step in steps if isinstance(step, Lead) and step.seen.post_id == "t3_who"]
    assert nobodys.seen.author is None


def test_links_are_those_of_the_threads_that_the_query_names(everything: str) -> None:
    steps = found("comment_links", {**LINKS, "from": [everything]})
    assert [(step.words, step.url) for step in steps if isinstance(step, Lead)] == [
        ("Cocoa!", "https://i.redd.it/a.png"),
        ("chino", "https://imgur.com/a/Album01"),
        ("cocoa", "https://i.redd.it/deep.png?x=1&y=2"),
        ("", "https://imgur.com/abc1234"),
        ("cocoas", "https://i.redd.it/no.png"),
        ("cocoa", "https://i.redd.it/late.png"),
    ]
    seen = next(step.seen for step in steps if isinstance(step, Lead))
    assert (seen.post_id, seen.author, seen.flair) == ("t3_th1", "a_commenter", "Episode")
    assert seen.page_url == "https://www.reddit.com/r/anime/comments/th1/rabbit_house_episode_1_discussion/c1/"


def test_comments_without_their_threads_go_by_the_address_they_have(tmp_path: Path) -> None:
    steps = found("comment_links", {**LINKS, "from": [dump(tmp_path / "RC", comments())]})
    assert "https://i.redd.it/a.png" in leads(steps) and "https://i.redd.it/wrong.png" not in leads(steps)
    assert {step.seen.title for step in steps if isinstance(step, Lead)} == {
        "rabbit house episode 1 discussion",
        "rabbit house episode 2 discussion",
    }


def test_posts_and_comments_may_lie_in_files_of_their_own(tmp_path: Path) -> None:
    whole = [dump(tmp_path / "RC", comments()), dump(tmp_path / "RS", submissions())]
    assert leads(found("comment_links", {**LINKS, "from": whole}))[:1] == ["https://i.redd.it/a.png"]


def test_pushshift_wrote_some_things_otherwise(tmp_path: Path) -> None:
    post = {
        "id": "old1", "subreddit": "pics", "title": "Cocoa &amp; Chino", "created_utc": "1262304000", "score": "12",
        "url": "http://i.imgur.com/AbCdE.jpg?a=1&amp;b=2", "author": "[deleted]", "is_self": False, "over_18": False,
        "link_flair_text": None, "permalink": "/r/pics/comments/old1/cocoa_chino/",
    }  # fmt: skip
    comment = {
        "id": "c", "link_id": "t3_old1", "subreddit": "pics", "author": "somebody", "created_utc": 1262304000,
        "body": "[Cocoa](https://i.redd.it/x.png?a=1&amp;b=2)",
    }  # fmt: skip
    place = dump(tmp_path / "RS_2010-01", [post, comment])
    (lead,) = found("subreddit_posts", {"subreddit": "pics", "from": [place], "before": "2010-01-02"})
    assert isinstance(lead, Lead)
    assert (lead.url, lead.seen.title, lead.seen.author) == (
        "http://i.imgur.com/AbCdE.jpg?a=1&b=2",
        "Cocoa & Chino",
        None,
    )
    assert lead.seen.posted_at == 1262304000.0
    (link,) = found("comment_links", {"subreddit": "pics", "query": "cocoa", "from": [place]})
    assert isinstance(link, Lead)
    assert (link.url, link.seen.page_url) == (
        "https://i.redd.it/x.png?a=1&b=2",
        "https://www.reddit.com/r/pics/comments/old1/cocoa_chino/",
    )


def test_a_crossposts_pictures_are_seen_in_it_and_in_the_original(tmp_path: Path) -> None:
    place = dump(tmp_path / "RS", submissions([*DRAWN, *SHARED]))
    steps = found("subreddit_posts", {"subreddit": "shares", "nsfw": True, "from": [place]})
    crosspost = Seen(
        "reddit", "https://www.reddit.com/r/Shares/comments/xg/look_cups/", "t3_xg", "Look, cups", "a_poster", "Found",
        False, SHARED[0].created_utc,
    )  # fmt: skip
    original = Seen(
        "reddit", "https://www.reddit.com/r/Faraway/comments/og/three_cups/", "t3_og", "Three cups", "a_drawer",
        "Drawn", False, 1_500_000_000.0,
    )  # fmt: skip
    told = [step for step in steps if not isinstance(step, Mark) and "cups" in str(step.seen.title)]
    assert [(type(step), step.url, step.seen) for step in told] == [
        (Lead, "https://i.redd.it/k1.jpg", crosspost),
        (Lead, "https://i.redd.it/k1.jpg", original),
        (Gone, f"{crosspost.page_url}#k2", crosspost),
    ]
    marked = [(step.seen.post_id, step.seen.nsfw) for step in steps if isinstance(step, Lead)]
    assert sorted(marked) == [
        ("t3_og", False), ("t3_op", True), ("t3_ox", True), ("t3_xg", False), ("t3_xp", True), ("t3_xx", True),
    ], "nsfw, whichever of the two is marked"  # fmt: skip
    assert [step.url for step in steps if isinstance(step, Gone)].count(
        "https://www.reddit.com/r/Shares/comments/xr/look_it_is_gone/"
    ) == 1
    (second, same) = [step.instead for step in steps if isinstance(step, Lead) and step.url.endswith("oppic.jpg")]
    assert second == same and second[0].startswith("https://preview.redd.it/")


@pytest.mark.parametrize(
    ("type", "values"),
    [("subreddit_posts", {"subreddit": "shares", "from": ["{}"]}), ("reddit_dump", {"files": ["{}"]})],
)
def test_a_crosspost_of_what_is_not_for_all_is_not_for_all(tmp_path: Path, type: str, values: dict[str, Any]) -> None:
    place = dump(tmp_path / "RS", submissions(SHARED))
    here = {name: [place] if value == ["{}"] else value for name, value in values.items()}
    assert set(leads(found(type, here))) == {"https://i.redd.it/k1.jpg"}
    assert "https://i.redd.it/oxpic.jpg" in leads(found(type, {**here, "nsfw": True}))


@pytest.mark.parametrize(
    ("type", "values"),
    [("subreddit_posts", {"subreddit": "shares", "from": ["{}"]}), ("reddit_dump", {"files": ["{}"]})],
)
@pytest.mark.parametrize("files", [(NAMING, DRAWN), (DRAWN, NAMING), ([*NAMING, *DRAWN, *NAMING, *DRAWN],)])
def test_an_original_that_is_only_named_is_looked_for_wherever_it_stands(
    tmp_path: Path, type: str, values: dict[str, Any], files: Sequence[Sequence[Post]]
) -> None:
    places = [dump(tmp_path / f"RS{n}", submissions(posts)) for n, posts in enumerate(files)]
    here = {name: places if value == ["{}"] else value for name, value in values.items()}
    whole = {name: [dump(tmp_path / "w", submissions(SHARED))] if value == ["{}"] else value
             for name, value in values.items()}  # fmt: skip

    def of_crossposts(values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        return sorted(
            (each.url.replace("xr2", "xr").replace("xg2", "xg"), str(each.seen.post_id).rstrip("2"), each.seen.title)
            for each in found(type, values)
            if not isinstance(each, Mark) and "xd2" not in each.url and each.seen.title not in own
        )

    own = [post.title for post in DRAWN]
    for nsfw in (False, True):
        told = found(type, {**here, "nsfw": nsfw})
        assert of_crossposts({**here, "nsfw": nsfw}) == of_crossposts({**whole, "nsfw": nsfw})
        originals = {"t3_og", *(["t3_op", "t3_ox"] if nsfw else [])}
        assert originals <= {each.seen.post_id for each in told if isinstance(each, Lead)}
        assert not [each for each in told if isinstance(each, Gone) and "not told of" in each.reason]


def test_all_is_read_once_more_only_where_an_original_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    opened = reddit_kept.opened
    monkeypatch.setattr(reddit_kept, "opened", lambda place: read.append(place.name) or opened(place))
    places = [dump(tmp_path / "a", submissions(DRAWN)), dump(tmp_path / "b", submissions([*SHARED, *NAMING[-1:]]))]
    found("reddit_dump", {"files": places})
    assert read == ["a", "b"]
    read.clear()
    dump(tmp_path / "b", submissions(NAMING[:1]))
    found("reddit_dump", {"files": places})
    assert read == ["a", "b", "a"], "until the last of them is found"


def test_an_original_may_lie_in_a_folder_of_gallery_dl(tmp_path: Path) -> None:
    (original,) = submissions(DRAWN[:1])
    files = [keep(tmp_path / "kept", f"k{n}0000000.jpg", {**original, "num": n}, n) for n in (1, 2)]
    place = dump(tmp_path / "RS", submissions(NAMING[:1]))
    steps = found("subreddit_posts", {"subreddit": "shares", "from": [place, str(tmp_path / "kept")]})
    assert [(step.file, step.seen.post_id) for step in steps if isinstance(step, Lead)] == [
        (str(file), post) for file in files for post in ("t3_xg2", "t3_og")
    ]


def test_a_crosspost_without_its_original_is_told(tmp_path: Path) -> None:
    crosspost = {**submissions([PICS[-1]])[0], "crosspost_parent_list": []}
    (gone,) = found("subreddit_posts", {"subreddit": "pics", "from": [dump(tmp_path / "x", [crosspost])]})
    assert isinstance(gone, Gone) and "crosspost" in gone.reason


def test_a_post_that_is_told_of_twice_counts_once(tmp_path: Path) -> None:
    one, two, low = submissions(PICS[:3])
    places = [dump(tmp_path / "a", [one, {**two, "score": 0}, low]), dump(tmp_path / "b", [two, two])]
    steps = found("subreddit_posts", {"subreddit": "pics", "limit": 2, "from": places})
    assert posts_of(steps) == ["t3_two", "t3_one"], "its last score counts"
    assert len(steps) == 2


def test_of_very_many_posts_the_best_are_kept_in_little_memory(tmp_path: Path) -> None:
    many = [
        {"id": f"p{n}", "subreddit": "x", "title": "t", "url": f"https://i.redd.it/{n}.png", "score": n * 7919 % 5003}
        for n in range(5003)
    ]
    steps = found("subreddit_posts", {"subreddit": "xx", "from": [dump(tmp_path / "x", many)]})
    assert steps == []
    steps = found("reddit_dump", {"files": [str(tmp_path / "x")]})
    assert len(steps) == 5003
    for each in many:
        each["subreddit"] = "xx"
    dump(tmp_path / "x", many)
    steps = found("subreddit_posts", {"subreddit": "xx", "limit": 5, "from": [str(tmp_path / "x")]})
    best = sorted(many, key=lambda each: -each["score"])[:5]
    assert leads(steps) == [each["url"] for each in best]


def test_all_of_a_dump(everything: str) -> None:
    steps = found("reddit_dump", {"files": [everything]})
    assert "https://i.redd.it/cospic.jpg" in leads(steps) and "https://i.redd.it/adupic.jpg" not in leads(steps)
    assert "https://i.redd.it/adupic.jpg" in leads(found("reddit_dump", {"files": [everything], "nsfw": True}))
    assert leads(found("reddit_dump", {"files": [everything], "subreddit": "r/elsewhere"})) == [
        "https://i.redd.it/orgpic.jpg"
    ]
    assert registry.kind("reddit_dump").told({"files": ("/x/a.zst", "/x/b.zst")}) == "a.zst, b.zst"


# How dumps are packed.

TEXT = ndjson(submissions(PICS[:3]))


def frames(*parts: bytes, **how: Any) -> bytes:
    return b"".join(zstandard.ZstdCompressor(**how).compress(part) for part in parts)


SKIPPED = b"\x50\x2a\x4d\x18\x04\x00\x00\x00\x00\x00\x00\x00"  # what pzstd writes before each frame
WIDE = zstandard.ZstdCompressionParameters.from_level(3, window_log=29, enable_ldm=True)


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("RS.ndjson", TEXT),
        ("RS.zst", frames(TEXT)),
        ("frames.zst", frames(TEXT[:700], TEXT[700:701], TEXT[701:])),
        ("pzstd.zst", SKIPPED + frames(TEXT[:700]) + SKIPPED + frames(TEXT[700:])),
        ("RS.gz", gzip.compress(TEXT[:500], mtime=0) + gzip.compress(TEXT[500:], mtime=0)),
        ("a_zst_by_content", frames(TEXT)),
        ("a_gz_by_content", gzip.compress(TEXT, mtime=0)),
        ("no_newline_at_its_end", TEXT.rstrip(b"\n")),
        ("windows.jsonl", TEXT.replace(b"\n", b"\r\n")),
    ],
)
def test_dumps_are_read_however_they_are_packed(tmp_path: Path, name: str, packed: bytes) -> None:
    place = tmp_path / name
    place.write_bytes(packed)
    assert len(leads(found("reddit_dump", {"files": [str(place)]}))) == 3


def test_a_dump_with_a_window_larger_than_others_take(tmp_path: Path) -> None:
    place = tmp_path / "RS.zst"
    packer = zstandard.ZstdCompressor(compression_params=WIDE).compressobj()  # unknown length: the window is told whole
    place.write_bytes(packer.compress(TEXT) + packer.flush())
    with pytest.raises(zstandard.ZstdError):
        zstandard.ZstdDecompressor().decompressobj().decompress(place.read_bytes())
    assert len(leads(found("reddit_dump", {"files": [str(place)]}))) == 3


@pytest.mark.parametrize("pack", [lambda text: frames(text, level=1), gzip.compress], ids=["zst", "gz"])
@pytest.mark.parametrize("type", ["subreddit_posts", "comment_links", "reddit_dump"])
def test_what_stands_before_the_damage_is_found_and_the_damage_told(
    tmp_path: Path, type: str, pack: Callable[[bytes], bytes]
) -> None:
    noise = [{"id": f"n{n}", "title": Random(n).randbytes(2000).hex(), "subreddit": "other"} for n in range(200)]
    text = ndjson([*submissions(), *comments(), *noise])
    place = tmp_path / "cut"
    packed = pack(text)
    place.write_bytes(packed[: len(packed) * 9 // 10])
    values = {"subreddit_posts": POSTS, "comment_links": LINKS, "reddit_dump": {"files": [str(place)]}}[type]
    values = values if type == "reddit_dump" else {**values, "from": [str(place)]}
    taken, complaint = until_it_complains(type, values)
    assert re.search(r"cut is damaged after [1-9]\d* lines \(.*only what stood before it is taken", complaint)
    whole = found(type, {**values, "files" if type == "reddit_dump" else "from": [dump(tmp_path / "whole")]})
    assert leads(whole)
    assert taken[: len(whole)] == whole


def test_a_damaged_dump_does_not_keep_others_from_being_read(tmp_path: Path) -> None:
    cut = tmp_path / "cut.zst"
    cut.write_bytes(frames(TEXT)[:-20])
    whole = dump(tmp_path / "whole", submissions(PICS[:1]))
    taken, complaint = until_it_complains("reddit_dump", {"files": [str(cut), whole]})
    assert "cut.zst is damaged" in complaint
    assert "https://i.redd.it/onepic.jpg" in leads(taken)


def test_lines_that_are_no_records_are_passed_over_and_told(tmp_path: Path) -> None:
    place = tmp_path / "RS"
    lines = [b"", b"garbage", b'{"id": "x"', b"[1, 2]", b"null", b"\xff\xfe", b"[" * 100_000, *TEXT.splitlines()]
    odd = [{"title": "no id"}, {"id": "o", "title": None, "url": {}, "created_utc": "?", "preview": 3, "author": []}]
    place.write_bytes(b"\n".join(lines) + b"\n" + ndjson(odd))
    told: list[str] = []
    steps = found("reddit_dump", {"files": [str(place)]}, told.append)
    assert leads(steps) == [f"https://i.redd.it/{name}pic.jpg" for name in ("one", "two", "low")]
    assert told == ["RS: 1 line that is no record", *(f"RS: {n} lines that are no records" for n in range(2, 7))]


def test_a_dump_that_is_not_there_or_not_for_us_is_told(tmp_path: Path) -> None:
    with pytest.raises(AnituiError, match="cannot be read: No such file"):
        found("reddit_dump", {"files": [str(tmp_path / "none.zst")]})
    (tmp_path / "x.zst").write_bytes(b"this is no zst at all")
    with pytest.raises(AnituiError, match="damaged after 0 lines"):
        found("reddit_dump", {"files": [str(tmp_path / "x.zst")]})


# What gallery-dl kept.


def keep(folder: Path, name: str, told: Mapping[str, Any], number: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stem, _, extension = name.rpartition(".")
    (folder / name).write_bytes(picture(number, "png" if extension == "png" else "jpeg"))
    whole = {"num": 0, "comment": None, "category": "reddit", "subcategory": "subreddit", "filename": stem,
             "extension": extension, **told}  # fmt: skip
    (folder / f"{name}.json").write_text(json.dumps(whole), "utf-8")
    return folder / name


def test_a_folder_of_gallery_dl_is_as_good_as_a_dump_for_posts(tmp_path: Path) -> None:
    one, two, low, adult, cosplay, gallery = submissions(PICS[:6])
    folder = tmp_path / "reddit" / "Pics"
    files = [
        keep(folder, "onepic.jpg", one, 1),
        keep(folder, "twopic.jpg", two, 2),
        *(keep(folder, f"g{n}00000000.jpg", {**gallery, "num": n}, 10 + n) for n in (1, 2, 3)),
    ]
    for told in (low, adult, cosplay):
        keep(folder, f"{told['id']}pic.jpg", told, 5)
    steps = found("subreddit_posts", {**POSTS, "limit": 3, "from": [str(tmp_path)]})
    assert [(step.url, step.file) for step in steps if isinstance(step, Lead)] == [
        ("https://i.redd.it/twopic.jpg", str(files[1])),
        ("https://i.redd.it/onepic.jpg", str(files[0])),
        *((f"https://i.redd.it/g{n}00000000.jpg", str(files[1 + n])) for n in (1, 2, 3)),
    ], "the gallery counts as one post"
    assert posts_of(steps) == ["t3_two", "t3_one", "t3_gal"]


def test_a_folder_of_gallery_dl_is_as_good_as_a_dump_for_links_in_comments(tmp_path: Path) -> None:
    thread = submissions(THREADS[:1])[0]
    said = {each["id"]: each for each in comments(THREADS[:1])}
    folder = tmp_path / "reddit" / "anime"
    keep(folder, "deep.png", {**thread, "num": 1, "comment": said["c2"]}, 1)
    keep(folder, "other.png", {**thread, "num": 2, "comment": said["c1"]}, 2)
    steps = found("comment_links", {**LINKS, "from": [str(tmp_path)]})
    assert [(step.words, step.file) for step in steps if isinstance(step, Lead)] == [
        ("cocoa", str(folder / "deep.png")),
        (said["c1"]["body"], str(folder / "other.png")),
    ], "the words of its own link; of a link that is none of its own, all there are"
    seen = steps[0].seen
    assert (seen.post_id, seen.author, seen.title) == ("t3_th1", "a_commenter", "Rabbit House - Episode 1 Discussion")
    assert found("subreddit_posts", {"subreddit": "anime", "from": [str(tmp_path)]}) == [], (
        "they are no posts' pictures"
    )
