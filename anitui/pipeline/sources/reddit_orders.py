"""What both Reddit jobs ask for, wherever the posts come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from anitui.pipeline.sources.kinds import Field
from anitui.pipeline.sources.reddit_posts import is_nsfw

SORTS = ("relevance", "top", "new", "comments", "hot")
TIMES = ("all", "year", "month", "week", "day", "hour")


@dataclass(frozen=True, slots=True)
class RedditOrder:
    """A subreddit, and which of its posts."""

    subreddit: str
    query: str | None
    flair: str | None
    sort: str
    time: str
    limit: int
    after: date | None
    before: date | None
    nsfw: bool
    places: tuple[str, ...]  # dumps and gallery-dl folders instead of Reddit itself

    def fits(self, post: Mapping[str, Any]) -> bool:
        """Whether a post has the flair, the date and the decency asked for."""
        if not self.nsfw and is_nsfw(post):
            return False
        if self.flair is not None and _folded(str(post.get("link_flair_text") or "")) != _folded(self.flair):
            return False
        try:
            moment = float(post.get("created_utc") or 0)
        except (TypeError, ValueError):
            moment = 0.0
        return not (self.after and moment < _start(self.after)) and not (self.before and moment >= _start(self.before))

    def words(self) -> list[str]:
        """The query's words."""
        return re.findall(r"\w+", (self.query or "").casefold())


def order_of(values: Mapping[str, Any]) -> RedditOrder:
    """From the values of a job's fields."""
    return RedditOrder(
        subreddit_name(values["subreddit"] or ""), values["query"], values["flair"], values["sort"], values["time"],
        values["limit"], values["after"], values["before"], values["nsfw"], values["from"],
    )  # fmt: skip


def subreddit_name(text: str) -> str:
    """A subreddit's name, however it was written: r/anime, /r/anime/, its address."""
    return re.sub(r"^(https?://[^/]+)?/?(r/)?", "", text.strip(), flags=re.IGNORECASE).partition("/")[0]


def check(values: Mapping[str, Any]) -> str | None:
    """What is wrong with values that are right each for itself."""
    if not re.fullmatch(r"[A-Za-z0-9_]{2,50}(\+[A-Za-z0-9_]{2,50})*", subreddit_name(values["subreddit"] or "")):
        return f"subreddit must be a name such as anime, not {values['subreddit']!r}"
    if values["after"] and values["before"] and values["after"] >= values["before"]:
        return "after must be earlier than before"
    return None


def fields(*, sort: str, limit: int, what: str, nsfw: bool) -> tuple[Field, ...]:
    """The fields of a Reddit job."""
    return (
        Field("subreddit", "text", "where, such as anime", required=True),
        Field("query", "text", f"what the {what} are searched by; none: all of them"),
        Field("flair", "text", f"only {what} with exactly this flair"),
        Field("sort", "choice", "which come first", default=sort, choices=SORTS),
        Field("time", "choice", "how far back the search looks", default="all", choices=TIMES),
        Field("limit", "number", f"at most so many {what}", default=limit, least=1, most=1000),
        Field("after", "date", "only from this day on"),
        Field("before", "date", "only before this day"),
        Field("nsfw", "flag", "take posts marked as over 18, too", default=nsfw),
        Field("from", "paths", "dumps or gallery-dl folders to read instead of Reddit"),
    )


def _start(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
