"""Reddit: links in the comments of threads, and the pictures of posts; from Reddit itself, or from what others kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from anitui.errors import AnituiError
from anitui.pipeline.credentials import reddit_keys
from anitui.pipeline.fetched import NotFetched
from anitui.pipeline.sources import reddit_orders
from anitui.pipeline.sources.kinds import Field, JobKind, Lead, Outside, Seen, Step
from anitui.pipeline.sources.reddit_kept import Kept
from anitui.pipeline.sources.reddit_live import LiveReddit, pictures
from anitui.pipeline.sources.reddit_orders import RedditOrder
from anitui.pipeline.sources.reddit_posts import steps_of
from anitui.pipeline.sources.reddit_session import WWW

_POST = re.compile(r"/(?:r/[^/]+/|user/[^/]+/|u/[^/]+/)?(?:comments|gallery)/([a-z0-9]{2,12})(?:/|$)", re.IGNORECASE)
_SHORT = re.compile(r"/([a-z0-9]{4,12})/?", re.IGNORECASE)
_PICTURES = ("i.redd.it", "preview.redd.it", "external-preview.redd.it")
_SHARED = re.compile(r"/r/[^/]+/s/\w+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CommentLinks:
    """Links in comments."""

    order: RedditOrder

    def steps(self, outside: Outside) -> Iterator[Step]:
        if self.order.places:
            return Kept(self.order.places, outside).comments(self.order)
        return LiveReddit(outside).comments(self.order)


@dataclass(frozen=True, slots=True)
class SubredditPosts:
    """Pictures of posts."""

    order: RedditOrder

    def steps(self, outside: Outside) -> Iterator[Step]:
        if self.order.places:
            return Kept(self.order.places, outside).posts(self.order)
        return LiveReddit(outside).posts(self.order)


@dataclass(frozen=True, slots=True)
class Dump:
    """Everything in dumps."""

    places: tuple[str, ...]
    subreddit: str | None
    nsfw: bool

    def steps(self, outside: Outside) -> Iterator[Step]:
        return Kept(self.places, outside).everything(self.subreddit, nsfw=self.nsfw)


class RedditPages:
    """Posts that a link elsewhere leads to."""

    def direct(self, url: str) -> str | None:
        """A preview tells the name of the picture that it was made of; a page around a picture tells its address."""
        parts = _parts(url)
        if parts is None:
            return None
        if parts.path.rstrip("/") == "/media" and _is_reddit(parts.hostname):
            shown = next(iter(parse_qs(parts.query).get("url", ())), "")
            inner = _parts(shown)
            known = inner is not None and inner.scheme in ("http", "https") and (inner.hostname or "") in _PICTURES
            return (self.direct(shown) or shown) if known else None
        if parts.hostname != "preview.redd.it":
            return None
        name = parts.path.rpartition("/")[2]
        # Some have the post's title before the name: "a-title-v0-abc.jpg".
        return f"https://i.redd.it/{name.rpartition('-v0-')[2]}" if "." in name else None

    def opens(self, url: str) -> bool:
        return self._post(url) is not None or self._is_shared(url)

    def open(self, lead: Lead, outside: Outside) -> Sequence[Lead]:
        url = lead.url
        if self._is_shared(url):
            url = outside.client.page(url).url  # a redirect to the post
        name = self._post(url)
        if name is None:
            raise NotFetched("a web page, not a picture", final=True)
        try:
            keys = reddit_keys()
        except AnituiError:
            steps = _without_keys(name, outside)
        else:
            steps = LiveReddit(outside, keys).post(name)
        try:
            leads, reason = pictures(steps)
        except AnituiError as error:
            raise NotFetched(str(error), final=False) from None
        if not leads:
            raise NotFetched(reason, final=True)
        # A crosspost's pictures are told twice, as it and its original have them; who linked to it saw each once.
        own = {each.url: each for each in leads}
        return [replace(each, seen=_seen_through(lead.seen, each.seen), words=None) for each in own.values()]

    def _post(self, url: str) -> str | None:
        parts = _parts(url)
        if parts is None or parts.hostname is None:
            return None
        if parts.hostname == "redd.it" and (found := _SHORT.fullmatch(parts.path)):
            return found[1]
        if _is_reddit(parts.hostname):
            found = _POST.match(parts.path)
            return found[1] if found else None
        return None

    def _is_shared(self, url: str) -> bool:
        parts = _parts(url)
        return bool(parts and _is_reddit(parts.hostname) and _SHARED.match(parts.path))


def _seen_through(link: Seen, post: Seen) -> Seen:
    """Where the link stands; a link that stands nowhere in particular has the post's own id."""
    return replace(link, post_id=link.post_id or post.post_id, nsfw=True if post.nsfw else link.nsfw)


def _without_keys(name: str, outside: Outside) -> Iterator[Step]:
    """What everyone may read of a post."""
    page = outside.client.page(f"{WWW}/comments/{name}.json?raw_json=1", pace=2.0)
    try:
        post = json.loads(page.text)[0]["data"]["children"][0]["data"]
    except (ValueError, LookupError, TypeError):
        raise NotFetched("Reddit does not show this post without keys", final=False) from None
    return steps_of(post, next(iter(post.get("crosspost_parent_list") or []), None))


def _is_reddit(host: str | None) -> bool:
    return host is not None and (host == "reddit.com" or host.endswith(".reddit.com"))


def _parts(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _told(values: Mapping[str, Any]) -> str:
    order = reddit_orders.order_of(values)
    parts = [f"r/{order.subreddit}", order.query or order.sort, *([order.flair] if order.flair else [])]
    if order.places:
        parts.append("from what lies here")
    return " · ".join(parts)


OPENERS = (RedditPages(),)

KINDS = (
    JobKind(
        "comment_links",
        "links in comments",
        reddit_orders.fields(sort="relevance", limit=100, what="threads", nsfw=True),
        lambda values: CommentLinks(reddit_orders.order_of(values)),
        _told,
        reddit_orders.check,
    ),
    JobKind(
        "subreddit_posts",
        "posts of a subreddit",
        reddit_orders.fields(sort="top", limit=1000, what="posts", nsfw=False),
        lambda values: SubredditPosts(reddit_orders.order_of(values)),
        _told,
        reddit_orders.check,
    ),
    JobKind(
        "reddit_dump",
        "all of a Reddit dump",
        (
            Field("files", "paths", "dumps (NDJSON, plain, .zst or .gz) or gallery-dl folders", required=True),
            Field("subreddit", "text", "only of this subreddit"),
            Field("nsfw", "flag", "take posts marked as over 18, too", default=False),
        ),
        lambda values: Dump(values["files"], values["subreddit"], values["nsfw"]),
        lambda values: ", ".join(path.rpartition("/")[2] for path in values["files"]),
    ),
)
