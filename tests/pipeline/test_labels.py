"""Whether the words beside a link name a label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anitui.pipeline.collect.labels import names
from anitui.pipeline.collect.specs import JobSpec


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Cocoa", "cocoa"),
        ("COCOA!", "Cocoa"),
        ("a (cocoa) b", "cocoa"),
        ("Cocoa's hat", "cocoa"),
        ("cocoa_01.png", "cocoa"),
        ("01_cocoa.png", "cocoa"),
        ("https://x.org/cocoa-2.jpg", "cocoa"),
        ("cocoa\nand chino", "cocoa"),
        ("Hikigaya  Hachiman", "hikigaya hachiman"),
        ("hikigaya_hachiman.png", "hikigaya hachiman"),
        ("Hikigaya-Hachiman", "hikigaya_hachiman"),
        ("Yukino Yukinoshita", "yukino"),
        ("Ⅳ Ｃｏｃｏａ", "cocoa"),  # wide letters
        ("Café", "cafe\u0301"),  # composed, and not
        ("cafe\u0301!", "CAFÉ"),
        ("STRASSE", "straße"),
        ("Ёлка", "ёлка"),
        ("Don’t Starve", "don't starve"),
        ("it is 02", "02"),
        # Scripts without spaces.
        ("ココアちゃん", "ココア"),
        ("保登心愛です", "心愛"),
        ("ﾁﾉ", "チノ"),
        ("미쿠가 좋아", "미쿠"),
        ("mikuかわいい", "miku"),
        ("初音miku", "miku"),
        # What means something to regular expressions.
        ("K-ON!! Mio", "k-on!"),
        ("I like C++.", "C++"),
        ("who (a+b) is", "(a+b)"),
        ("a.b", "a.b"),
        ("[x]", "[x]"),
        (r"a\d", r"a\d"),
        ("$", "$"),
        ("-", "-"),
    ],
)
def test_a_label_is_named_as_a_word_in_any_case(words: str, label: str) -> None:
    assert names(words, label)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Cocoas", "cocoa"),
        ("hotcocoa", "cocoa"),
        ("cocoa2", "cocoa"),
        ("rainy", "ai"),
        ("Ainu", "ai"),
        ("002", "02"),
        ("Hachiman, Hikigaya", "hikigaya hachiman"),
        ("Hikigaya and Hachiman", "hikigaya hachiman"),
        ("axb", "a.b"),
        ("aab", "a+b"),
        ("a7", r"a\d"),
        ("C", "C++"),
        ("élan", "lan"),
        ("Ёлка", "лка"),
        ("", "cocoa"),
        ("cocoa", "cocoa chino"),
        ("anything at all", "-"),
        ("anything_at_all", "  "),
        ("ココア", "ココミ"),
    ],
)
def test_no_part_of_a_word_and_no_other_word_is_a_label(words: str, label: str) -> None:
    assert not names(words, label)


def test_aliases_are_as_good_as_the_label() -> None:
    assert names("Syaro with a cup", "sharo", ("syaro", "シャロ"))
    assert names("シャロと", "sharo", ("syaro", "シャロ"))
    assert not names("Chiya", "sharo", ("syaro", "シャロ"))
    assert not names("nobody", "sharo", ("", " "))


def test_a_job_takes_what_names_its_label_and_what_has_no_words_at_all() -> None:
    job = JobSpec("comment_links", {"subreddit": "anime"}, "rize", ("rise",))
    assert job.takes("Rise!") and job.takes("RIZE") and job.takes(None)
    assert not job.takes("chino") and not job.takes("")
    assert JobSpec("comment_links", {"subreddit": "anime"}).takes("chino")


@given(st.text(max_size=12), st.text(max_size=30))
def test_any_label_is_found_between_spaces_and_none_breaks_the_search(label: str, other: str) -> None:
    names(other, label)
    assert names(f" {label} ", label) == bool(label.strip())
