"""One post of Reddit, as its API and the dumps have it: the pictures in it, or why there are none."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from anitui.pipeline.sources.kinds import Gone, Lead, Seen, Step

REDDIT = "https://www.reddit.com"
VIDEO = "a video, not a picture"
_SUFFIXES = {"image/jpg": "jpg", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
_WHO_REMOVED = {
    "deleted": "the post was deleted by its author",
    "author": "the post was deleted by its author",
    "moderator": "the post was removed by moderators",
    "reddit": "the post was removed by Reddit",
    "anti_evil_ops": "the post was removed by Reddit",
    "copyright_takedown": "the post was removed for its copyright",
    "automod_filtered": "the post was removed by moderators",
}
Post = Mapping[str, Any]


def seen_in(post: Post) -> Seen:
    """What a sighting says of a post."""
    author = _text(post.get("author"))
    permalink = _text(post.get("permalink"))
    name = _text(post.get("id"))
    return Seen(
        site="reddit",
        page_url=f"{REDDIT}{permalink}" if permalink else None,
        post_id=f"t3_{name}" if name else None,
        title=html.unescape(_text(post.get("title")) or "") or None,
        author=None if author in (None, "[deleted]", "[removed]") else author,
        flair=html.unescape(_text(post.get("link_flair_text")) or "").strip() or None,
        nsfw=is_nsfw(post),
        posted_at=_moment(post.get("created_utc")),
    )


def seen_with(post: Post, original: Post | None = None) -> tuple[Seen, ...]:
    """Where the pictures of a post are seen: in it, and for a crosspost in the original, too."""
    seen = (seen_in(post),) if original is None else (seen_in(post), seen_in(original))
    nsfw = any(each.nsfw for each in seen)  # the pictures are the same, whoever marked them
    return tuple(replace(each, nsfw=nsfw) for each in seen)


def is_nsfw(post: Post) -> bool:
    """Whether a post is marked as over 18, or is a crosspost of one that is, as far as it tells."""
    original = original_of(post)
    return bool(post.get("over_18")) or (isinstance(original, Mapping) and bool(original.get("over_18")))


def original_of(post: Post) -> Post | str | None:
    """What a crosspost was made of: the post itself, only its id (`t3_…`), or None for a post of its own."""
    parents = post.get("crosspost_parent_list")
    if isinstance(parents, list) and parents and isinstance(parents[0], dict):
        return dict(parents[0])
    parent = post.get("crosspost_parent")
    return parent if isinstance(parent, str) and parent else None


def steps_of(post: Post, original: Post | None = None) -> Iterator[Step]:
    """The pictures of a post in their order, or why it has none any more. A text without any yields nothing.

    Each picture of a crosspost comes twice: as seen in it and as seen in the original. What is gone is told once.
    """
    seen = seen_with(post, original)
    for step in _steps_in(original or post, seen[0], removal(post) or removal(original or post)):
        if isinstance(step, Lead):
            yield from (replace(step, seen=each) for each in seen)
        else:
            yield step


def _steps_in(body: Post, seen: Seen, removed: str | None) -> Iterator[Step]:
    here = seen.page_url or f"{REDDIT}/comments/{(seen.post_id or '').removeprefix('t3_')}"
    if removed:
        yield Gone(here, removed, seen)
    elif body.get("is_gallery") or body.get("gallery_data"):
        yield from _gallery(body, seen, here)
    elif body.get("is_video") or _host(_link(body)) == "v.redd.it":
        yield Gone(here, VIDEO, seen)
    elif body.get("is_self"):
        for each in _mapping(body.get("media_metadata")).values():
            picture = inline_picture(each)
            if picture:
                yield Lead(picture, seen, instead=_signed(each))
    else:
        url = _link(body)
        if url:
            preview = _preview(body)
            yield Lead(url, seen, instead=(preview,) if preview and preview != url else ())


def removal(post: Post) -> str | None:
    """Why a post is not there any more."""
    category = _text(post.get("removed_by_category"))
    if category:
        return _WHO_REMOVED.get(category, "the post was removed")
    if post.get("selftext") == "[removed]" or post.get("title") == "[removed]":
        return _WHO_REMOVED["moderator"]
    if post.get("selftext") == "[deleted]" or (post.get("title") == "[deleted by user]"):
        return _WHO_REMOVED["deleted"]
    return None


def inline_picture(media: Any) -> str | None:
    """The address of a picture that stands in a text or a gallery: as it was uploaded."""
    if (
        not isinstance(media, Mapping)
        or media.get("status") != "valid"
        or media.get("e") not in ("Image", "AnimatedImage")
    ):
        return None
    suffix = _SUFFIXES.get(str(media.get("m")))
    name = _text(media.get("id"))
    if name and suffix and not name.startswith(("giphy|", "emote|")):
        return f"https://i.redd.it/{name}.{suffix}"
    source = _mapping(media.get("s"))
    address = _text(source.get("u")) or _text(source.get("gif"))
    return html.unescape(address) if address else None


def _gallery(post: Post, seen: Seen, here: str) -> Iterator[Step]:
    media = _mapping(post.get("media_metadata"))
    items = _mapping(post.get("gallery_data")).get("items")
    # Its own order; without it, any order is better than none.
    order = [_mapping(each).get("media_id") for each in items] if isinstance(items, list) else list(media)
    if not media:
        yield Gone(here, "the gallery is empty: its pictures were removed", seen)
    for name in filter(None, order):
        each = media.get(name)
        picture = inline_picture({"id": name, **each} if isinstance(each, Mapping) else None)
        if picture:
            yield Lead(picture, seen, instead=tuple(url for url in _signed(each) if url != picture))
        elif isinstance(each, Mapping) and (each.get("e") == "RedditVideo" or "mp4" in _mapping(each.get("s"))):
            yield Gone(f"{here}#{name}", VIDEO, seen)
        else:
            yield Gone(f"{here}#{name}", "Reddit has not kept this picture of the gallery", seen)


def _signed(media: Any) -> tuple[str, ...]:
    address = _text(_mapping(_mapping(media).get("s")).get("u"))
    return (html.unescape(address),) if address else ()


def _preview(post: Post) -> str | None:
    images = _mapping(post.get("preview")).get("images")
    if not isinstance(images, list) or not images:
        return None
    address = _text(_mapping(_mapping(images[0]).get("source")).get("url"))
    return html.unescape(address) if address else None


def _link(post: Post) -> str:
    url = html.unescape(_text(post.get("url_overridden_by_dest")) or _text(post.get("url")) or "")
    return f"{REDDIT}{url}" if url.startswith("/") else url


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    """A field as text: PRAW has objects for authors, dumps have anything."""
    if value is None or isinstance(value, (bool, list, dict)):
        return None
    return str(value) or None


def _moment(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
