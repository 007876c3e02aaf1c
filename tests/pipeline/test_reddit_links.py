"""Links in comments, as Reddit's own reader shows them; and which addresses of Reddit are pictures."""

from __future__ import annotations

from typing import Any

import pytest

from anitui.pipeline.sources.reddit_links import links

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
