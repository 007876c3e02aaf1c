"""The links in a comment: their words and where they lead, as Reddit's own reader understands them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from anitui.pipeline.sources.reddit_posts import inline_picture

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LONGEST = 100_000  # Reddit takes 10,000 letters
_NAMES_OF_NOTHING = ("img", "gif")  # what its editor writes where a person writes words


def links(markdown: str, media: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """(words, address) of each link, in their order; words are empty for a bare address.

    `media` is the comment's own, for pictures that stand in it.
    """
    text = html.unescape(markdown[:_LONGEST])
    # A bracket that was escaped at the beginning of a link, and zero-width signs, are of no account to Reddit.
    text = re.sub(r"[\u200b\u200c\u200d\ufeff]", "", text)
    found: list[tuple[str, str]] = []
    for block in _reader().parse(text):
        if block.type == "inline" and block.children:
            found += _in_line(block.children, media or {})
    return [(words, url) for words, url in found if url.startswith(("http://", "https://"))]


def _in_line(tokens: list[Token], media: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    url: str | None = None
    words: list[str] = []
    bare = False
    for token in tokens:
        if token.type == "link_open":
            url, words, bare = str(token.attrs.get("href", "")), [], token.markup in ("linkify", "autolink")
        elif token.type == "link_close" and url is not None:
            found.append(("" if bare else _tidy(words), url))
            url = None
        elif token.type == "image":
            found += _of_image(token, media)
            words += _words(token.children or [])
        elif url is not None:
            words += _words([token])
    return found


def _of_image(token: Token, media: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A picture that stands in the comment. Of any other, Reddit shows "!" and a link, as after a spoiler's ">!"."""
    source = str(token.attrs.get("src", ""))
    picture = inline_picture(media.get(source))
    if picture is None:
        return [(_tidy(_words(token.children or [])), source)]
    called = "" if token.content in _NAMES_OF_NOTHING else token.content
    return [(_tidy([called, " ", str(token.attrs.get("title", ""))]), picture)]


def _words(tokens: list[Token]) -> list[str]:
    """What one reads of them. Where emphasis begins and ends, a word goes on."""
    return [
        token.content if token.type in ("text", "code_inline") else " "
        for token in tokens
        if not token.type.endswith(("_open", "_close"))
    ]


def _tidy(words: list[str]) -> str:
    return " ".join("".join(words).split())


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return (
        MarkdownIt("commonmark", {"linkify": True, "html": False})  # on Reddit, tags are letters like others
        .enable(["linkify", "table", "strikethrough"])
        .disable(["html_block", "html_inline"])
    )
