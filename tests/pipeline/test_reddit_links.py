"""Links in comments, as Reddit's own reader shows them; and which addresses of Reddit are pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anitui.pipeline.sources.kinds import Lead, Seen
from anitui.pipeline.sources.reddit import RedditPages
from anitui.pipeline.sources.reddit_links import links
from tests.fakes.pictures import picture
from tests.fakes.reddit import Post, Reddit, environment
from tests.pipeline.outside import outside

COMMENT = Seen("reddit", "https://www.reddit.com/r/x/comments/1/_/c/", "t3_1", "A thread", "somebody", None, False, 1.5)
RIZE = "https://i.redd.it/x.jpg"
MEDIA: dict[str, Any] = {"cup": {"status": "valid", "e": "Image", "m": "image/png", "id": "cup"}}
CUP = "https://i.redd.it/cup.png"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f">![Rize]({RIZE})!<", [("Rize", RIZE)]),
        (f"behind a spoiler: >![Rize]({RIZE})!< and [Chino]({CUP})", [("Rize", RIZE), ("Chino", CUP)]),
        (f"wow![Rize]({RIZE})", [("Rize", RIZE)]),
        (f"wow![**Ri**ze\nagain]({RIZE})", [("Rize again", RIZE)]),
        (f"wow![Rize][1]\n\n[1]: {RIZE}", [("Rize", RIZE)]),
        (f"[![Rize]({RIZE}) large]({CUP})", [("Rize", RIZE), ("Rize large", CUP)]),
        ("![Rize](/r/anime) ![gif](giphy|abc) ![img](emote|t5_2|3)", []),
    ],
)
def test_a_link_after_an_exclamation_mark_is_a_link(text: str, found: list[tuple[str, str]]) -> None:
    assert links(text) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("![img](cup)", ""),
        ('![img](cup "Rize here")', "Rize here"),
        ('![gif](cup "Rize &amp; Chino")', "Rize & Chino"),
        ("![Rize](cup)", "Rize"),
        ('![Rize](cup "with tea")', "Rize with tea"),
    ],
)
def test_the_words_of_a_picture_in_a_comment_are_its_caption(text: str, words: str) -> None:
    assert links(text, MEDIA) == [(words, CUP)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("*Ri*ze", "Rize"),
        ("**Rize**", "Rize"),
        ("Ri**z**e ~~and~~ `Chino`", "Rize and Chino"),
        ("**Rize** *Chino*", "Rize Chino"),
        ("Rize\nChino", "Rize Chino"),
        ("Rize  \n*Chino*", "Rize Chino"),
    ],
)
def test_emphasis_does_not_part_words_and_a_new_line_does(text: str, words: str) -> None:
    assert links(f"[{text}]({RIZE})") == [(words, RIZE)]


@pytest.mark.parametrize(
    ("url", "picture"),
    [
        ("https://www.reddit.com/media?url=https%3A%2F%2Fi.redd.it%2Fabc.png", "https://i.redd.it/abc.png"),
        ("https://reddit.com/media?rdt=1&url=https%3A%2F%2Fi.redd.it%2Fabc.png", "https://i.redd.it/abc.png"),
        (
            "https://www.reddit.com/media?url=https%3A%2F%2Fpreview.redd.it%2Frize-v0-abc.png%3Fwidth%3D9%26s%3D1",
            "https://i.redd.it/abc.png",
        ),
        (
            "https://www.reddit.com/media?url=https%3A%2F%2Fexternal-preview.redd.it%2Fabc.png%3Fwidth%3D9%26s%3D1",
            "https://external-preview.redd.it/abc.png?width=9&s=1",
        ),
        ("https://www.reddit.com/media?url=https%3A%2F%2Fexample.org%2Fabc.png", None),
        ("https://www.reddit.com/media?url=file%3A%2F%2Fi.redd.it%2Fabc.png", None),
        ("https://www.reddit.com/media?url=http%3A%2F%2F%5Bbroken", None),
        ("https://www.reddit.com/media", None),
        ("https://notreddit.com/media?url=https%3A%2F%2Fi.redd.it%2Fabc.png", None),
        ("https://preview.redd.it/rize-v0-abc.png?width=9&s=1", "https://i.redd.it/abc.png"),
        ("https://i.redd.it/abc.png", None),
    ],
)
def test_the_page_around_a_picture_is_that_picture(url: str, picture: str | None) -> None:
    assert RedditPages().direct(url) == picture


def test_a_post_that_a_comment_leads_to_is_seen_in_the_comment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    posts = [
        Post("orig1", "x", "The original", picture=picture(1), over_18=True),
        Post("cross1", "y", "A crosspost", crosspost_parent="orig1"),
    ]
    with Reddit(posts) as site:
        for name, value in environment(site).items():
            monkeypatch.setenv(name, value)
        for seen, expected in (
            (COMMENT, replace(COMMENT, nsfw=True)),
            (Seen("urls"), Seen("urls", post_id="t3_orig1", nsfw=True)),
        ):
            lead = Lead("https://www.reddit.com/r/y/comments/cross1/a_crosspost/", seen, "the words")
            (opened,) = RedditPages().open(lead, outside(site.url, "reddit.com"))
            assert (opened.url, opened.seen) == ("https://i.redd.it/orig1pic.jpg", expected)


def test_tags_are_letters_and_hide_no_link() -> None:
    text = "<div>\n[Rize](https://i.redd.it/a.png)\n</div>\n\n<b>[Chino](https://i.redd.it/b.png)</b>"
    assert links(text) == [("Rize", "https://i.redd.it/a.png"), ("Chino", "https://i.redd.it/b.png")]
