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
            found.append(("" if bare else " ".join("".join(words).split()), url))
            url = None
        elif token.type == "image":
            picture = inline_picture(media.get(str(token.attrs.get("src", ""))))
            if picture is not None:
                found.append((token.content if token.content != "img" else "", picture))
        elif url is not None:
            words.append(token.content if token.type in ("text", "code_inline") else " ")
    return found


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"linkify": True}).enable(["linkify", "table", "strikethrough"])
