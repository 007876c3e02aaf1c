"""What others kept of Reddit: dumps (NDJSON as Pushshift and Arctic Shift write it) and folders of gallery-dl."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from anitui.errors import AnituiError
from anitui.pipeline.fetched import Stopping
from anitui.pipeline.sources import gallery_dl
from anitui.pipeline.sources.kinds import Gone, Lead, Outside, Seen, Step
from anitui.pipeline.sources.packed import opened, packing_error
from anitui.pipeline.sources.reddit_links import links
from anitui.pipeline.sources.reddit_orders import RedditOrder, subreddit_name
from anitui.pipeline.sources.reddit_posts import REDDIT, is_nsfw, original_of, removal, seen_in, seen_with, steps_of
from anitui.words import count as count_of

_FILE = "anitui: file"  # under it, a record of gallery-dl has its picture
_LONGEST_LINE = 32 << 20
_TELL_EVERY = 100_000
_NO_RECORDS = "lines that are no records"
# What is remembered of a crosspost until its original is found.
_REMEMBERED = ("id", "title", "author", "permalink", "link_flair_text", "over_18", "created_utc")
Record = Mapping[str, Any]
_Named: TypeAlias = dict[str, dict[str, Record]]  # an original that is only named, and its crossposts by their ids
_Ranked: TypeAlias = tuple[tuple[float, float], int, list[Record]]  # its rank, less its place, its records


class Kept:
    """The records of some dumps and folders."""

    def __init__(self, places: Iterable[str], outside: Outside) -> None:
        self._places = [Path(place) for place in places]
        self._outside = outside
        self._bad = 0
        self._damage: str | None = None

    def posts(self, order: RedditOrder) -> Iterator[Step]:
        """The pictures of a subreddit's posts, as the job over Reddit itself would find them."""
        named: _Named = {}
        for post in self._wanted(order):
            yield from _steps_of(post, named)
        yield from self._crossposts_of(named, nsfw=order.nsfw)
        self._complain()

    def comments(self, order: RedditOrder) -> Iterator[Step]:
        """The links in comments of threads that the query names."""
        threads = {f"t3_{post['id']}": post for post in self._wanted(order, whole=True)}
        for post in threads.values():
            if _FILE not in post and (removed := removal(post)):
                seen = seen_in(post)
                yield Gone(seen.page_url or REDDIT, removed, seen, words="")
        for record in self._records(order.subreddit):
            if _FILE in record:
                yield from _of_kept_comment(record, threads)
            elif isinstance(record.get("body"), str):
                yield from _of_comment(record, threads, order)
        self._complain()

    def everything(self, subreddit: str | None, *, nsfw: bool) -> Iterator[Step]:
        """The pictures of all posts."""
        named: _Named = {}
        for post in self._submissions(subreddit):
            if nsfw or not is_nsfw(post):
                yield from _steps_of(post, named)
        yield from self._crossposts_of(named, nsfw=nsfw)
        self._complain()

    def _crossposts_of(self, named: _Named, *, nsfw: bool) -> Iterator[Step]:
        """The pictures of crossposts that only name their original: it is looked for in all that was kept, once."""
        if not named:
            return
        self._outside.say(f"{count_of(len(named), 'original')} of crossposts looked for")
        found: set[str] = set()
        in_dumps: set[str] = set()  # and so whole, where each record of a folder is one file of it
        for original in self._submissions(None):
            name = f"t3_{original['id']}"
            if name not in named or name in in_dumps or not _is_of_post(original):
                continue
            found.add(name)
            if nsfw or not is_nsfw(original):
                for post in named[name].values():
                    yield from _steps_of_crosspost(post, original)
            if _FILE not in original:
                in_dumps.add(name)
                if len(in_dumps) == len(named):
                    return
        for name, posts in named.items():
            for post in posts.values() if name not in found else ():
                seen = seen_in(post)
                yield Gone(seen.page_url or name, "a crosspost of a post that is not told of here", seen)

    def _complain(self) -> None:
        """What is damaged is told when all that is whole was found."""
        if self._damage is not None:
            raise AnituiError(self._damage)

    def _wanted(self, order: RedditOrder, *, whole: bool = False) -> list[Record]:
        """The posts that a job asks for; `whole`: also where only a comment of them has a picture here."""
        fitting = (
            post
            for post in self._submissions(order.subreddit)
            if order.fits(post) and _matches(order, post) and (whole or _is_of_post(post))
        )
        return _first(fitting, order)

    def _submissions(self, subreddit: str | None) -> Iterator[Record]:
        return (each for each in self._records(subreddit) if "title" in each and "body" not in each and "id" in each)

    def _records(self, subreddit: str | None) -> Iterator[Record]:
        """Of some subreddits (a+b), or of all. What is no record is passed over and told."""
        names = set(subreddit_name(subreddit or "all").casefold().split("+"))
        self._bad = 0
        for place in self._places:
            records = self._of_folder(place) if place.is_dir() else self._of_dump(place)
            for record in records:
                if "all" in names or str(record.get("subreddit", "")).casefold() in names:
                    yield record

    def _of_folder(self, folder: Path) -> Iterator[Record]:
        for kept in gallery_dl.files_in(folder):
            if self._outside.stopping.is_set():
                raise Stopping
            if kept.told.get("subreddit"):
                yield {**kept.told, _FILE: kept}

    def _of_dump(self, place: Path) -> Iterator[Record]:
        with opened(place) as file:
            for number in count(1):
                try:
                    line = file.readline(_LONGEST_LINE)
                except (EOFError, OSError, zlib.error, packing_error()) as error:
                    self._damage = (
                        f"{place} is damaged after {number - 1:,} lines ({error}): only what stood before it is taken"
                    )
                    return
                if not line:
                    return
                if number % _TELL_EVERY == 0:
                    if self._outside.stopping.is_set():
                        raise Stopping
                    self._outside.say(f"{place.name}: line {number:,}")
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):
                    record = None
                if isinstance(record, dict):
                    yield record
                elif line.strip():
                    self._bad += 1
                    self._outside.say(f"{place.name}: {count_of(self._bad, 'line that is no record', _NO_RECORDS)}")


def _steps_of(post: Record, named: _Named) -> Iterator[Step]:
    """The pictures of a post. A crosspost that only names its original is put beside the others that are `named`."""
    if _FILE in post:
        yield from gallery_dl.steps_of(post[_FILE], gallery_dl.seen_of(post[_FILE]))
        return
    original = original_of(post)
    if not isinstance(original, str):
        yield from steps_of(post, original)
    elif removal(post):
        yield from steps_of(post)
    else:
        remembered = {name: post[name] for name in _REMEMBERED if name in post}
        named.setdefault(original, {})[str(post["id"])] = remembered


def _steps_of_crosspost(post: Record, original: Record) -> Iterator[Step]:
    if _FILE in original:
        yield from gallery_dl.steps_of(original[_FILE], seen_with(post, original))
    else:
        yield from steps_of(post, original)


def _of_comment(comment: Record, threads: Mapping[str, Record], order: RedditOrder) -> Iterator[Step]:
    link = comment.get("link_id")
    if not isinstance(link, str):
        return
    thread = threads.get(link)
    if thread is None and (threads or not _slug_matches(order, comment)):
        return
    of = seen_in(thread) if thread is not None else Seen("reddit", post_id=link, title=_slug(comment) or None)
    own = seen_in(comment)
    seen = replace(of, page_url=own.page_url or of.page_url, author=own.author, posted_at=own.posted_at)
    for words, url in links(comment["body"], comment.get("media_metadata")):
        yield Lead(url, seen, words=words)


def _of_kept_comment(record: Record, threads: Mapping[str, Record]) -> Iterator[Step]:
    """A file that gallery-dl had from a comment: the words of the link to it, or all words where none is its own."""
    kept: gallery_dl.Kept = record[_FILE]
    if kept.comment is None or f"t3_{record.get('id')}" not in threads:
        return
    body = kept.comment.get("body")
    body = body if isinstance(body, str) else ""
    marks = [str(each) for each in (kept.told.get("filename"), kept.told.get("media_id")) if each]
    own = [words for words, url in links(body, kept.comment.get("media_metadata")) if any(m in url for m in marks)]
    yield from gallery_dl.steps_of(kept, gallery_dl.seen_of(kept), " ".join(own) if own else body)


def _is_of_post(post: Record) -> bool:
    return _FILE not in post or post[_FILE].comment is None


def _first(posts: Iterable[Record], order: RedditOrder) -> list[Record]:
    """The first posts in the job's order, however many there are. All files of one post count as one.

    A post that is told of twice counts once, as it was told last.
    """
    best: dict[str, _Ranked] = {}
    for number, post in enumerate(posts):
        name = str(post["id"])
        known = best.get(name)
        files = [*(known[2] if known and _FILE in post else ()), post]
        best[name] = (_rank(post, order), known[1] if known else -number, files)
        if len(best) > 2 * order.limit + 1000:
            best = dict(_ordered(best)[: order.limit])
    return [post for _, (*_, files) in _ordered(best)[: order.limit] for post in files]


def _ordered(best: Mapping[str, _Ranked]) -> list[tuple[str, _Ranked]]:
    return sorted(best.items(), key=lambda each: each[1][:2], reverse=True)


def _rank(post: Record, order: RedditOrder) -> tuple[float, float]:
    def number(name: str) -> float:
        try:
            return float(post.get(name) or 0)
        except (TypeError, ValueError):
            return 0.0

    if order.sort == "new":
        return number("created_utc"), 0.0
    if order.sort == "comments":
        return number("num_comments"), number("score")
    in_title = sum(word in str(post.get("title", "")).casefold() for word in order.words())
    return (float(in_title) if order.sort == "relevance" else 0.0), number("score")


def _matches(order: RedditOrder, post: Record) -> bool:
    text = " ".join(str(post.get(name) or "") for name in ("title", "selftext", "link_flair_text")).casefold()
    return all(word in text for word in order.words())


def _slug(comment: Record) -> str:
    """The thread's title, as far as a comment's own address tells it."""
    parts = str(comment.get("permalink") or "").split("/")
    return parts[5].replace("_", " ") if len(parts) > 6 else ""


def _slug_matches(order: RedditOrder, comment: Record) -> bool:
    slug = _slug(comment).casefold()
    # Titles are cut there after some fifty letters.
    words = [word for word in order.words() if word.isascii()]
    return bool(slug) and all(word in slug for word in words[:4])
