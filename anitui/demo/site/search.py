"""How the loopback Reddit finds and orders posts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from anitui.demo.site.posts import Post

_HOUR = 3600.0
_SPANS = {"hour": _HOUR, "day": 24 * _HOUR, "week": 168 * _HOUR, "month": 730 * _HOUR, "year": 8766 * _HOUR}
_TERM = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')

# What is not here is in the order in which the posts were given.
SORTS: dict[str, Callable[[Post], float]] = {
    "top": lambda post: -post.score,
    "new": lambda post: -post.created_utc,
    "rising": lambda post: -post.created_utc,
    "controversial": lambda post: post.score,
}


def matching(post: Post, query: str) -> bool:
    """Whether all words of a query are in the post, or in the field that the query names for them."""
    flair, author = (post.flair or "").lower(), (post.author or "").lower()
    title = post.title.lower()
    fields = {
        "title": title,
        "flair": flair,
        "flair_name": flair,
        "flair_text": flair,
        "author": author,
        "subreddit": post.subreddit.lower(),
        "selftext": post.selftext.lower(),
        "self": "yes 1 true" if post.is_self else "no 0 false",
        "nsfw": "yes 1 true" if post.over_18 else "no 0 false",
    }
    anywhere = f"{title} {post.selftext.lower()} {flair}"
    for name, quoted, word in _TERM.findall(query.lower()):
        words = quoted or word
        if name and name not in fields:
            words = f"{name}:{words}"
        if words != "*" and words not in fields.get(name, anywhere):
            return False
    return True


def newer_than(posts: Sequence[Post], span: str) -> list[Post]:
    """The posts of the last hour, day …; the newest post tells what time it is."""
    if span not in _SPANS or not posts:
        return list(posts)
    now = max(each.created_utc for each in posts)
    return [each for each in posts if each.created_utc >= now - _SPANS[span]]
