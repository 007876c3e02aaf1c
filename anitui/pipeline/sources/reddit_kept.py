"""What others kept of Reddit: dumps (NDJSON as Pushshift and Arctic Shift write it) and folders of gallery-dl."""

from __future__ import annotations

import gzip
import heapq
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from anitui.errors import AnituiError
from anitui.pipeline.fetched import Stopping
from anitui.pipeline.sources import gallery_dl
from anitui.pipeline.sources.kinds import Gone, Lead, Outside, Seen, Step
from anitui.pipeline.sources.reddit_links import links
from anitui.pipeline.sources.reddit_orders import RedditOrder, subreddit_name
from anitui.pipeline.sources.reddit_posts import REDDIT, original_of, removal, seen_in, steps_of

_FILE = "anitui: file"  # where a record of gallery-dl has its picture
_WINDOW = 1 << 31  # dumps are packed with windows of up to 2 GB
_LONGEST_LINE = 32 << 20
_TELL_EVERY = 100_000
Record = Mapping[str, Any]


class Kept:
    """The records of some dumps and folders."""

    def __init__(self, places: Iterable[str], outside: Outside) -> None:
        self._places = [Path(place) for place in places]
        self._outside = outside
        self._bad = 0

    def posts(self, order: RedditOrder) -> Iterator[Step]:
        """The pictures of a subreddit's posts, as the job over Reddit itself would find them."""
        wanted = (post for post in self._submissions(order.subreddit) if order.fits(post) and _matches(order, post))
        for post in _first(wanted, order.limit, order):
            yield from _steps_of(post)

    def comments(self, order: RedditOrder) -> Iterator[Step]:
        """The links in comments of threads that the query names."""
        wanted = (post for post in self._submissions(order.subreddit) if order.fits(post) and _matches(order, post))
        threads = {f"t3_{post['id']}": post for post in _first(wanted, order.limit, order) if "id" in post}
        for post in threads.values():
            if removal(post):
                seen = seen_in(post)
                yield Gone(seen.page_url or REDDIT, str(removal(post)), seen, words="")
        for comment in self._records(order.subreddit):
            body, link = comment.get("body"), comment.get("link_id")
            if not isinstance(body, str) or not isinstance(link, str) or body in ("[removed]", "[deleted]"):
                continue
            thread = threads.get(link)
            if thread is None and (threads or not _slug_matches(order, comment)):
                continue
            of = seen_in(thread) if thread is not None else Seen("reddit", post_id=link, title=_slug(comment) or None)
            own = seen_in(comment)
            seen = Seen(
                "reddit",
                own.page_url or of.page_url,
                of.post_id,
                of.title,
                own.author,
                of.flair,
                of.nsfw,
                own.posted_at,
            )
            for words, url in links(body, comment.get("media_metadata")):
                yield Lead(url, seen, words=words)

    def everything(self, subreddit: str | None, *, nsfw: bool) -> Iterator[Step]:
        """The pictures of all posts."""
        for post in self._submissions(subreddit):
            if nsfw or not post.get("over_18"):
                yield from _steps_of(post)

    def _submissions(self, subreddit: str | None) -> Iterator[Record]:
        return (each for each in self._records(subreddit) if "title" in each and "body" not in each)

    def _records(self, subreddit: str | None) -> Iterator[Record]:
        """Of one subreddit, or of all. What is no record is passed over and told."""
        name = subreddit_name(subreddit).casefold() if subreddit else None
        for place in self._places:
            records = _of_folder(place) if place.is_dir() else self._of_dump(place)
            for record in records:
                if name is None or str(record.get("subreddit", "")).casefold() == name:
                    yield record

    def _of_dump(self, place: Path) -> Iterator[Record]:
        with _opened(place) as file:
            for number in count(1):
                try:
                    line = file.readline(_LONGEST_LINE)
                except (EOFError, OSError, _packing_error()) as error:
                    raise AnituiError(
                        f"{place} is damaged after {number - 1:,} lines ({error}): only what stood before it is taken"
                    ) from None
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
                    self._outside.say(f"{place.name}: {self._bad:,} lines that are no records")


def _steps_of(post: Record) -> Iterator[Step]:
    if _FILE in post:
        kept = gallery_dl.Kept(Path(post[_FILE]), post)
        yield Lead(kept.url, seen_in(post), file=post[_FILE])
        return
    original = original_of(post)
    if isinstance(original, str):
        seen = seen_in(post)
        yield Gone(seen.page_url or original, "a crosspost of a post that is not told of here", seen)
    else:
        yield from steps_of(post, original)


def _of_folder(folder: Path) -> Iterator[Record]:
    for kept in gallery_dl.files_in(folder):
        if kept.told.get("subreddit"):
            yield {**kept.told, _FILE: str(kept.file)}


def _first(posts: Iterable[Record], limit: int, order: RedditOrder) -> list[Record]:
    """The first of them in the job's order, however many there are. Pictures of one post go together."""
    numbered = ((_rank(post, order), -number, post) for number, post in enumerate(posts))
    best = heapq.nlargest(limit, numbered, key=lambda each: each[:2])
    return [post for *_, post in best]


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


def _opened(place: Path) -> BinaryIO:
    try:
        start = place.open("rb").read(4)
        if start == b"\x28\xb5\x2f\xfd" or place.suffix == ".zst":
            import zstandard

            reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(
                place.open("rb"), read_across_frames=True
            )
            return io.BufferedReader(reader, 1 << 20)
        if start[:2] == b"\x1f\x8b":
            return io.BufferedReader(gzip.open(place))
        return place.open("rb", buffering=1 << 20)
    except OSError as error:
        raise AnituiError(f"{place} cannot be read: {error.strerror}") from error


def _packing_error() -> type[Exception]:
    import zstandard

    return zstandard.ZstdError
