"""The sample's pictures as a subreddit has them: posts, galleries, links in a discussion, and the usual losses."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from anitui.demo.site.posts import PICTURES, Comment, Item, Post

SUBREDDIT = "DrawnWorlds"
ELSEWHERE = "DrawnWorldsArchive"  # what is crossposted from here is not what the jobs look through
DISCUSSION = "Weekly Picture Discussion"
# Labels that say where files lay, not what they show: their posts are found by flair alone.
FLAIRS = {"downloads": "Repost", "odd": "Oddity"}
FLAIR = "Fanart"

_PEOPLE = ("inkwell_fan", "umbrella17", "teacup_captain", "mossy_roof", "lantern_nine", "otter_at_law")
_CHATTER = (
    "What a week.",
    "I like the sky in this one.",
    "[removed]",
    "Same here, [the schedule](https://example.org/).",
)
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
_PLAIN = {".jpg", ".jpeg", ".png", ".webp"}  # what Reddit would take into a gallery
_FIRST = 1_700_000_000.0
_HOUR = 3600.0


def posts_of(folder: Path) -> list[Post]:
    """The folder that `make_world` drew, as posts: each of its picture files is in one post or comment.

    The bytes of what comments link to are in posts of `ELSEWHERE`, for the server to have them.
    """
    return list(_Telling(folder).posts())


def job_file(folder: Path) -> str:
    """The jobs, in yotsubanet's JSON, that collect all of `posts_of(folder)` and label it by the folders."""
    labels = [shelf.name for shelf in _shelves(folder)]
    jobs = []
    for label in labels:
        flair = FLAIRS.get(label)
        jobs.append(_job("subreddit_posts", None if flair else label, flair or FLAIR, label))
        if flair is None:
            jobs.append(_job("comment_links", DISCUSSION, None, label))
    return json.dumps({"labels": labels, "jobs": jobs}, indent=4) + "\n"


def _job(kind: str, query: str | None, flair: str | None, label: str) -> dict[str, str | None]:
    return {"TYPE": kind, "SUBREDDIT": SUBREDDIT, "SEARCH_QUERY": query, "THREAD_FLAIR": flair, "LABEL": label}


def _shelves(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.is_dir())


class _Telling:
    """Makes one post after the other, an hour apart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def posts(self) -> Iterator[Post]:
        links: list[Comment] = []
        crossposted = False
        for shelf in _shelves(self._folder):
            files = [each for each in sorted(shelf.iterdir(), key=os.fsencode) if each.suffix.lower() in _SUFFIXES]
            if flair := FLAIRS.get(shelf.name):
                for each in files:
                    yield self._picture(each, f"Found on an old disk: {_words(each)}", flair=flair)
                continue
            label = shelf.name
            plain = [each for each in files if each.suffix.lower() in _PLAIN]
            linked, gallery = plain[::4], plain[1::4]
            for each in linked:
                held = self._picture(each, f"{_words(each)}, kept for the thread", subreddit=ELSEWHERE)
                yield held
                text = f"[{label}: {_words(each)}]({PICTURES}/{held.picture_name})"
                links.append(self._comment(f"A favourite of mine: {text}"))
            yield self._post(f"{label}: a whole set", gallery=[_item(each) for each in gallery], flair=FLAIR)
            alone = [each for each in files if each not in linked and each not in gallery]
            if alone and not crossposted:
                crossposted = True
                original = self._picture(alone.pop(), f"{label}, drawn last year", subreddit=ELSEWHERE)
                yield original
                yield self._post(f"{label}, from the archive", crosspost_parent=original.id, flair=FLAIR)
            for each in alone:
                yield self._picture(each, f"{label}: {_words(each)}", flair=FLAIR)
        titles = [each.name for each in _shelves(self._folder) if each.name not in FLAIRS]
        if titles:
            gone = self._post(f"{titles[0]}: my best one yet", flair=FLAIR, removed_by_category="moderator")
            gone.url = f"{PICTURES}/{gone.picture_name}"
            yield gone
        yield self._post(DISCUSSION, flair="Discussion", comments=self._thread(links), selftext="Show what you have.")

    def _thread(self, links: list[Comment]) -> list[Comment]:
        """Every third link answers the one before it, and people talk in between."""
        thread: list[Comment] = []
        for i, link in enumerate(links):
            if i % 3 == 2:
                thread[-1].replies = [self._comment(_CHATTER[1], replies=[link])]
                continue
            thread += [self._comment(_CHATTER[i % len(_CHATTER)]), link]
        return thread

    def _comment(self, body: str, replies: list[Comment] | None = None) -> Comment:
        number = next(self._numbers)
        author = None if body == "[removed]" else _PEOPLE[number % len(_PEOPLE)]
        return Comment(f"c{number:04}", body, author, replies or [], created_utc=_FIRST + number * _HOUR)

    def _picture(self, file: Path, title: str, *, subreddit: str = SUBREDDIT, flair: str | None = None) -> Post:
        post = self._post(title, subreddit=subreddit, flair=flair)
        post.picture = file.read_bytes()
        post.name = f"{_key(file)}{file.suffix.lower()}"
        return post

    def _post(
        self,
        title: str,
        *,
        subreddit: str = SUBREDDIT,
        flair: str | None = None,
        gallery: list[Item] | None = None,
        crosspost_parent: str | None = None,
        removed_by_category: str | None = None,
        comments: list[Comment] | None = None,
        selftext: str = "",
    ) -> Post:
        number = next(self._numbers)
        return Post(
            f"p{number:04}",
            subreddit,
            title,
            flair=flair,
            gallery=gallery,
            author=_PEOPLE[number % len(_PEOPLE)],
            score=number * 37 % 101,
            created_utc=_FIRST + number * _HOUR,
            crosspost_parent=crosspost_parent,
            removed_by_category=removed_by_category,
            comments=comments or [],
            selftext=selftext,
        )


def _item(file: Path) -> Item:
    suffix = file.suffix.lower().removeprefix(".").replace("jpeg", "jpg")
    return Item(_key(file), file.read_bytes(), suffix, caption=_words(file))


def _key(file: Path) -> str:
    """Names as Reddit gives them: they say nothing, and any file has one."""
    place = os.fsencode(file.parent.name) + b"/" + os.fsencode(file.name)
    return hashlib.sha1(place, usedforsecurity=False).hexdigest()[:13]


def _words(file: Path) -> str:
    """The file's name as one would write it in a title. Of "poster_01 of X (cropped)" only the first is kept."""
    stem = os.fsencode(file.stem).decode("utf-8", "replace").partition(" of ")[0]
    return " ".join(stem.replace("_", " ").split())
