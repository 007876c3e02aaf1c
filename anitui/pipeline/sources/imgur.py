"""Imgur: which addresses are pictures, which are pages, and the pictures of a page.

A page is asked of Imgur's API where the user has a client id for it, and else, or where the API declines, of itself.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from anitui.pipeline.credentials import imgur_client_id
from anitui.pipeline.fetch import Client
from anitui.pipeline.fetched import NotFetched
from anitui.pipeline.sources.imgur_pages import Post, from_api, from_page
from anitui.pipeline.sources.kinds import Lead, Outside

_HOSTS = {"imgur.com", "www.imgur.com", "m.imgur.com", "i.imgur.com", "imgur.io", "www.imgur.io", "i.imgur.io"}
_ID = re.compile(r"[A-Za-z0-9]{3,12}", re.ASCII)
_FILE = re.compile(r"([A-Za-z0-9]{3,12})(?:_d)?(?:\.([A-Za-z0-9]{2,5}))?", re.ASCII)
# Words of the site itself, which look like ids.
_OWN_WORDS = re.compile(
    "a|about|account|advertise|all|api|apps|arcade|beta|blog|careers|contact|download|emerald|favicon|gallery|help|hot|"
    "inbox|jobs|login|logout|meme|memegen|new|notifications|oauth|popular|press|privacy|r|random|redirect|register|"
    "removal|removed|rules|search|settings|signin|signup|stats|store|t|terms|topic|topics|tos|undefined|upload|user|"
    "vidgif|viral",
    re.IGNORECASE,
)
_SECONDS_WITHOUT_API = 900.0
_PAGES = {"a": "a", "gallery": "gallery", "t": "gallery", "topic": "gallery"}


@dataclass(frozen=True, slots=True)
class _Page:
    kind: str  # a, gallery
    id: str

    @property
    def url(self) -> str:
        return f"https://imgur.com/{self.kind}/{self.id}"

    @property
    def questions(self) -> tuple[str, ...]:
        """What to ask the API, in this order. Either word may be used for either: a gallery post shows an album."""
        base = "https://api.imgur.com/3"
        album = f"{base}/album/{self.id}"
        if self.kind == "a":
            return album, f"{album}/images"
        return f"{base}/gallery/{self.id}", album, f"{base}/image/{self.id}"


@dataclass(frozen=True, eq=False)
class ImgurOpener:
    """The opener of imgur.com. `environ` is where the client id may stand."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    # Until when its API is left alone, after it said no: it counts requests by the hour and the day.
    _declined: WeakKeyDictionary[Client, float] = field(default_factory=WeakKeyDictionary, repr=False)

    def direct(self, url: str) -> str | None:
        """The picture itself, without the query that asks for a smaller or a newer one.

        Imgur gives the original by any picture's ending, whatever its type. Small copies end in one letter more
        (`…s.jpg`, `…l.jpg`), but that letter may as well be the id's own: such an address is taken by its word.
        """
        found = _parts(url)
        if found is None:
            return None
        place = {"r": 2, "download": 1}.get(found[0], 0)
        if len(found) <= place or (place == 0 and len(found) > 1):
            return None
        file = _FILE.fullmatch(_without_slug(found[place]))
        if file is None or _OWN_WORDS.fullmatch(file[1]):
            return None
        ending = "jpg" if "_d" in file[0] else (file[2] or "jpg").lower()  # a preview has a type of its own
        return f"https://i.imgur.com/{file[1]}.{'gif' if ending == 'gifv' else ending}"

    def opens(self, url: str) -> bool:
        return _page(url) is not None

    def open(self, lead: Lead, outside: Outside) -> Sequence[Lead]:
        page = _page(lead.url)
        if page is None:
            raise NotFetched("this is no page of pictures", final=True)
        post = self._ask_api(page, outside) or _ask_page(page, outside)
        if not post.pictures:
            raise NotFetched("a video, not a picture", final=True)
        if len(post.pictures) + post.videos < post.all:
            outside.say(
                f"{page.url} shows {len(post.pictures)} of its {post.all} pictures to those without a client id"
            )
        return [
            replace(
                lead,
                url=picture.url,
                instead=(),
                seen=replace(
                    lead.seen,
                    page_url=lead.seen.page_url or page.url,
                    title=lead.seen.title or picture.title or post.title,
                    nsfw=_either(lead.seen.nsfw, picture.nsfw, post.nsfw),
                ),
            )
            for picture in post.pictures
        ]

    def _ask_api(self, page: _Page, outside: Outside) -> Post | None:
        client_id = imgur_client_id(self.environ)
        if client_id is None or self._declined.get(outside.client, 0.0) > time.monotonic():
            return None
        for question in page.questions:
            try:
                named = {"Authorization": f"Client-ID {client_id}"}
                answer = outside.client.page(question, headers=named, patient=False)
            except NotFetched as error:
                if error.final:  # it is not there by that name
                    continue
                self._declined[outside.client] = time.monotonic() + _SECONDS_WITHOUT_API
                outside.say(f"Imgur's API does not answer ({error.reason}): its pages are asked instead")
                return None
            post = from_api(answer.text)
            if post and (post.pictures or post.videos):
                return post
        return None


def _ask_page(page: _Page, outside: Outside) -> Post:
    post = from_page(outside.client.page(page.url).text)
    if post is None:
        raise NotFetched("no picture is in this page of Imgur: it is empty or was removed", final=True)
    return post


def _page(url: str) -> _Page | None:
    found = _parts(url)
    if found is None:
        return None
    kind = _PAGES.get(found[0])
    place = 2 if found[0] in ("t", "topic") else 1
    if kind is None or len(found) <= place:
        return None
    name = _without_slug(found[place])
    return _Page(kind, name) if _ID.fullmatch(name) else None


def _parts(url: str) -> list[str] | None:
    """The parts of the path, one at least, where the address is Imgur's."""
    try:
        split = urlsplit(url.strip())
        host = (split.hostname or "").lower().removesuffix(".")
    except ValueError:
        return None
    parts = [part for part in split.path.split("/") if part]
    return parts if split.scheme in ("http", "https") and host in _HOSTS and parts else None


def _without_slug(name: str) -> str:
    """The id stands last in names such as `some-title-AbCdEfG`."""
    return name.rpartition("-")[2]


def _either(*flags: bool | None) -> bool | None:
    known = [flag for flag in flags if flag is not None]
    return any(known) if known else None


OPENERS = (ImgurOpener(),)
