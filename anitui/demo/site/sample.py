"""The sample's pictures as a subreddit has them: posts, galleries, links in a discussion, and the usual losses."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from anitui.demo.site.posts import PICTURES, Comment, Item, Post
from anitui.demo.site.reddit import Reddit
from anitui.demo.site.serving import Request, Response, plain
from anitui.demo.site.threads import Portions

SUBREDDIT = "DrawnWorldsOfTheSample"  # longer than Reddit lets a name be: nobody collects from a real one
ELSEWHERE = "DrawnWorldsArchive"  # what is crossposted from here is not what the jobs look through
DISCUSSION = "Weekly Picture Discussion"
FLAIR = "Fanart"
PRIVATE = "http://192.168.1.20/posters/all.jpg"

_PEOPLE = ("inkwell_fan", "umbrella17", "teacup_captain", "mossy_roof", "lantern_nine", "otter_at_law")
_CHATTER = (
    "What a week.",
    "I like the sky in this one.",
    "[removed]",
    "Same here, [the schedule](https://example.org/).",
)
_PAGE = b"<!DOCTYPE html><html><body><p>This picture is for members. Log in to see it.</p></body></html>"
_PLAIN = {".jpg", ".jpeg", ".png", ".webp"}  # what Reddit would take into a gallery
_FIRST = 1_700_000_000.0
_HOUR = 3600.0


class SampleReddit(Reddit):
    """What `make_world` drew, one folder for each title, on a Reddit: each picture in one post, gallery or comment.

    Beside these stands what any collector meets: a post that was removed, one for adults, a page in a picture's
    place, a link to a private address and one to what is gone, a picture that is not given out, and one that the
    server has trouble with the first time.
    """

    def __init__(self, folder: Path) -> None:
        told = _Telling(folder)
        # Of a small thread, too, some is only had by asking for more.
        super().__init__(told.posts(), portions=Portions(siblings=8, depth=3))
        self._troubled, self._withheld = told.troubled, told.withheld
        self._taking_turns = threading.Lock()

    def respond(self, request: Request) -> Response:
        name = request.path.strip("/")
        if name in self._withheld:
            return plain(403)
        with self._taking_turns:
            troubled = name in self._troubled
            self._troubled.discard(name)
        return plain(503) if troubled else super().respond(request)


def shelves(folder: Path) -> list[Path]:
    """The folder of each title."""
    return sorted(each for each in folder.iterdir() if each.is_dir())


def initials(title: str) -> str:
    """What people who talk of a title all day call it."""
    return "".join(word[0] for word in title.split()).upper()


class _Telling:
    """Makes one post after the other, an hour apart; the same folder makes the same posts."""

    def __init__(self, folder: Path) -> None:
        self._shelves = shelves(folder)
        self._numbers = count()
        self.troubled: set[str] = set()
        self.withheld: set[str] = set()

    def posts(self) -> Iterator[Post]:
        links: list[Comment] = []
        for number, shelf in enumerate(self._shelves):
            label = shelf.name
            files = sorted((each for each in shelf.iterdir() if each.is_file()), key=os.fsencode)
            plain_ones = [each for each in files if each.suffix.lower() in _PLAIN]
            linked, gallery = plain_ones[::4], plain_ones[1::4]
            for i, each in enumerate(linked):
                held = self._picture(each, f"{_words(each)}, kept for the thread", subreddit=ELSEWHERE)
                yield held
                called = initials(label) if i % 2 else label
                links.append(self._link(f"{called}: {_words(each)}", f"{PICTURES}/{held.picture_name}"))
            yield self._post(f"{label}: a whole set", gallery=[_item(each) for each in gallery], flair=FLAIR)
            alone = [each for each in files if each not in linked and each not in gallery]
            if alone and not number:
                self.troubled.add(_name(alone[0]))
                original = self._picture(alone.pop(), f"{label}, drawn last year", subreddit=ELSEWHERE)
                yield original
                yield self._post(f"{label}, from the archive", crosspost_parent=original.id, flair=FLAIR)
            for each in alone:
                yield self._picture(each, f"{label}: {_words(each)}", flair=FLAIR)
        if self._shelves:
            yield from self._losses(links)
        yield self._post(DISCUSSION, flair="Discussion", comments=self._thread(links), selftext="Show what you have.")

    def _losses(self, links: list[Comment]) -> Iterator[Post]:
        """What a job does not get, spread over the titles."""
        titles = [each.name for each in self._shelves]
        first, second, third, last = titles[0], titles[1 % len(titles)], titles[2 % len(titles)], titles[-1]
        removed = self._post(f"{first}: my best one yet", flair=FLAIR, removed_by_category="moderator")
        removed.url = f"{PICTURES}/{removed.picture_name}"
        yield removed
        adult = self._post(f"{second}: after hours", flair=FLAIR)
        adult.over_18, adult.picture = True, next(each for each in self._shelves[0].iterdir()).read_bytes()
        yield adult
        posing = self._post(f"{third}: wallpaper in full size", flair=FLAIR)
        posing.picture, posing.preview = _PAGE, False
        yield posing
        withheld = self._post(f"{last}: sketch, not for everyone yet", flair=FLAIR)
        withheld.url = f"{PICTURES}/{withheld.picture_name}"
        self.withheld.add(withheld.picture_name)
        yield withheld
        links.append(self._link(f"{second}: all posters, from my own shelf", PRIVATE))
        links.append(self._link(f"{third}: an old scan", f"{PICTURES}/{_key(b'an old scan')}.jpg"))

    def _thread(self, links: list[Comment]) -> list[Comment]:
        """Every third link answers the one before it, and people talk in between."""
        thread: list[Comment] = []
        for i, link in enumerate(links):
            if i % 3 == 2:
                thread[-1].replies = [self._comment(_CHATTER[1], replies=[link])]
                continue
            thread += [self._comment(_CHATTER[i % len(_CHATTER)]), link]
        return thread

    def _link(self, words: str, url: str) -> Comment:
        return self._comment(f"A favourite of mine: [{words}]({url})")

    def _comment(self, body: str, replies: list[Comment] | None = None) -> Comment:
        number = next(self._numbers)
        author = None if body == "[removed]" else _PEOPLE[number % len(_PEOPLE)]
        return Comment(f"c{number:04}", body, author, replies or [], created_utc=_FIRST + number * _HOUR)

    def _picture(self, file: Path, title: str, *, subreddit: str = SUBREDDIT, flair: str | None = None) -> Post:
        post = self._post(title, subreddit=subreddit, flair=flair)
        post.picture, post.name = file.read_bytes(), _name(file)
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
    key, _, suffix = _name(file).partition(".")
    return Item(key, file.read_bytes(), suffix.replace("jpeg", "jpg"), caption=_words(file))


def _name(file: Path) -> str:
    """Names as Reddit gives them: they say nothing, and any file has one."""
    return _key(os.fsencode(file.parent.name) + b"/" + os.fsencode(file.name)) + file.suffix.lower()


def _key(of: bytes) -> str:
    return hashlib.sha1(of, usedforsecurity=False).hexdigest()[:13]


def _words(file: Path) -> str:
    """The file's name as one would write it in a title. Of "poster_01 of X (cropped)" only the first is kept."""
    stem = os.fsencode(file.stem).decode("utf-8", "replace").partition(" of ")[0]
    return " ".join(stem.replace("_", " ").split())
