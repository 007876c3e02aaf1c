"""A MyAnimeList on loopback, its pictures at the same address, with faults.

anime = Anime(21, "Paper Comet Academy", genres=["Comedy"], pictures={"4/73245": picture(1)})
with MyAnimeList([anime]) as mal:
    mal.url + "/anime/21/Paper_Comet_Academy"        # title, genres, cover
    mal.url + "/anime/21/Paper_Comet_Academy/pics"   # links to all pictures
    mal.url + "/images/anime/4/73245l.jpg"           # large; without the l: a thumbnail of it
    mal.url + "/topanime.php?limit=50"               # fifty from the fifty-first on
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

from anitui.demo.site.serving import Request, Response, Serving, page
from tests.fakes.faults import Faulty

SITE = "https://myanimelist.net"
PICTURES = "https://cdn.myanimelist.net/images/anime"
_PAGE = 50
_GENRE_IDS = 1000


@dataclass(slots=True)
class Anime:
    """One title. `pictures`: the two numbers, as "4/73245" → bytes; the first is the cover."""

    id: int
    title: str
    genres: Sequence[str] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    english: str | None = None

    @property
    def slug(self) -> str:
        return re.sub(r"\W", "_", self.title)

    @property
    def path(self) -> str:
        return f"/anime/{self.id}/{self.slug}"


class _MyAnimeList(Serving):
    def __init__(self, anime: Iterable[Anime] = (), *, latency: float = 0.0) -> None:
        """In the order of the top list."""
        super().__init__(latency=latency)
        self.anime = {each.id: each for each in anime}

    @property
    def media(self) -> dict[str, bytes]:
        """The numbers of all large pictures, as "4/73245" → bytes."""
        return {name: content for each in self.anime.values() for name, content in each.pictures.items()}

    def answer(self, request: Request) -> Response:
        if found := re.fullmatch(r"/images/anime/(\d+/\d+)(l?)\.(?:jpg|webp)", request.path):
            return self._picture(found[1], large=bool(found[2]))
        if request.path == "/topanime.php":
            return self._top(request)
        found = re.fullmatch(r"/anime/(\d+)(?:/[^/]*)?(/pics)?/?", request.path)
        anime = self.anime.get(int(found[1])) if found else None
        if found is None or anime is None:
            return page(_document("404 Not Found - MyAnimeList.net", "<h1>404 Not Found</h1>"), 404)
        return self._pictures(anime) if found[2] else self._anime(anime)

    def _picture(self, name: str, *, large: bool) -> Response:
        content = self.media.get(name)
        if content is None:
            return page("<html><body>404</body></html>", 404)
        return Response(200, {"content-type": "image/jpeg"}, content if large else _small(content))

    def _anime(self, anime: Anime) -> Response:
        genres = ", ".join(
            f'<span itemprop="genre" style="display: none">{html.escape(each)}</span>'
            f'<a href="/anime/genre/{_GENRE_IDS + i}/{each}" title="{each}">{html.escape(each)}</a>'
            for i, each in enumerate(anime.genres)
        )
        english = f'<p class="title-english">{html.escape(anime.english)}</p>' if anime.english else ""
        cover = next(iter(anime.pictures), None)
        shown = (
            f'<a href="{SITE}{anime.path}/pics"><img class="lazyloaded" itemprop="image" '
            f'data-src="{PICTURES}/{cover}.jpg" alt="{html.escape(anime.title)}"></a>'
            if cover
            else ""
        )
        return page(
            _document(
                f"{anime.title} - MyAnimeList.net",
                f'<div itemprop="name"><h1 class="title-name h1_bold_none"><strong>{html.escape(anime.title)}</strong>'
                f'</h1>{english}</div><div class="leftside">{shown}<div class="spaceit_pad">'
                f'<span class="dark_text">Genres:</span>{genres}</div></div>',
            )
        )

    def _pictures(self, anime: Anime) -> Response:
        cells = "".join(
            f'<td width="225" align="center"><div class="picSurround"><a href="{PICTURES}/{each}l.jpg" '
            f'title="{html.escape(anime.title)}" rel="gallery-anime" class="js-picture-gallery">'
            f'<img class="lazyload" data-src="{PICTURES}/{each}.jpg" alt="{html.escape(anime.title)}"></a></div></td>'
            for each in anime.pictures
        )
        return page(
            _document(
                f"{anime.title} - Pictures - MyAnimeList.net",
                f'<h1 class="title-name h1_bold_none"><strong>{html.escape(anime.title)}</strong></h1>'
                f"<table><tr>{cells}</tr></table>",
            )
        )

    def _top(self, request: Request) -> Response:
        start = int(request.query.get("limit") or 0)
        ranked = list(self.anime.values())[start : start + _PAGE]
        if not ranked:
            return page(_document("404 Not Found - MyAnimeList.net", "<h1>404 Not Found</h1>"), 404)
        rows = "".join(
            f'<tr class="ranking-list"><td class="rank ac"><span>{start + i + 1}</span></td>'
            f'<td class="title al va-t word-break"><a class="hoverinfo_trigger fl-l ml12 mr8" href="{SITE}{each.path}">'
            f'<img data-src="{PICTURES}/{next(iter(each.pictures), "0/0")}.jpg"></a><div class="detail">'
            f'<h3 class="hoverinfo_trigger fl-l fs14 fw-b anime_ranking_h3"><a href="{SITE}{each.path}" '
            f'class="hoverinfo_trigger">{html.escape(each.title)}</a></h3></div></td></tr>'
            for i, each in enumerate(ranked)
        )
        return page(_document("Top Anime - MyAnimeList.net", f'<table class="top-ranking-table">{rows}</table>'))


class MyAnimeList(Faulty, _MyAnimeList):
    """A MyAnimeList with `faults`."""


def _document(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>\n{html.escape(title)}\n</title></head>'
        f'<body class="page-common"><div id="contentWrapper"><div id="content">{body}</div></div></body></html>'
    )


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as whole:
        shown = whole.convert("RGB").resize((max(1, whole.width // 2), max(1, whole.height // 2)))
    written = io.BytesIO()
    shown.save(written, "JPEG")
    return written.getvalue()
