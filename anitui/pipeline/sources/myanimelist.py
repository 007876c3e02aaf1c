"""Posters of MyAnimeList, with the titles and genres of what they are for."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from anitui.errors import AnituiError
from anitui.pipeline.fetched import NotFetched
from anitui.pipeline.sources import lap_names
from anitui.pipeline.sources.kinds import Field, Gone, JobKind, Lead, Mark, Outside, Seen, Step
from anitui.pipeline.sources.lap_lists import read_mal_links, read_mal_pics
from anitui.pipeline.sources.lap_names import Numbers
from anitui.pipeline.sources.title_ids import ids_of, what_is_wrong
from anitui.pipeline.sources.title_pages import NotThere, Patience, ask

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_SITE = "MyAnimeList"


@dataclass(frozen=True, slots=True)
class TitlePage:
    """What a page about a title says. All pages of a title begin alike."""

    title: str | None
    genres: tuple[str, ...]
    nsfw: bool | None
    slug: str | None
    pictures: tuple[Numbers, ...]  # of a /pics page


@dataclass(frozen=True)
class MyAnimeListCrawl:
    """Titles one by one: those of `ids`, of the lists and of the site's own list of the best, each once."""

    ids: tuple[int, ...] = ()
    links: Path | None = None
    pics: Path | None = None
    top: int = 0
    genres: bool = True
    pace_seconds: float = 2.0

    def steps(self, outside: Outside) -> Iterator[Step]:
        links = read_mal_links(self.links) if self.links else {}
        pics = read_mal_pics(self.pics) if self.pics else {}
        patience = Patience(_SITE, outside)
        met: set[int] = set()
        for title, link in self._titles(links, pics, outside):
            if outside.stopping.is_set():
                return
            if title in met:
                continue
            met.add(title)
            post = f"mal:{title}"
            stamp = _stamp(pics.get(title))
            if outside.marks.get(post) == stamp:
                continue
            page = lap_names.mal_page(title)
            gone = Gone(page, "", Seen("myanimelist", page_url=page, post_id=post))
            yield from patience.of(gone, Mark(post, stamp), partial(self._of, outside, title, link, pics))

    def _titles(
        self, links: Mapping[int, str], pics: Mapping[int, tuple[Numbers, ...]], outside: Outside
    ) -> Iterator[tuple[int, str | None]]:
        for title in (*self.ids, *links, *pics):
            yield title, links.get(title)
        place = 0
        while place < self.top:
            best = self._best(place, outside)
            if not best:
                outside.say(f"{_SITE} lists {place} titles, not {self.top}")
                return
            for title, link in best[: self.top - place]:
                yield title, links.get(title, link)
            place += len(best)

    def _best(self, place: int, outside: Outside) -> list[tuple[int, str]]:
        """The next titles of the site's list of the best; none past its end."""
        try:
            return top_titles(self._ask(f"https://myanimelist.net/topanime.php?limit={place}", outside))
        except (NotFetched, NotThere) as error:
            if place and isinstance(error, NotThere):
                return []
            raise AnituiError(
                f"{_SITE} does not give its list of the best titles ({error}): what was done is kept, so run the job "
                "again later"
            ) from None

    def _of(
        self, outside: Outside, title: int, link: str | None, listed: Mapping[int, tuple[Numbers, ...]]
    ) -> list[Step]:
        """All of one title."""
        slug = (lap_names.mal_title(link) or (0, None))[1] if link else None
        known = listed.get(title)
        about: TitlePage | None = None
        if self.genres or (known is None and slug is None):
            about = read_title_page(self._ask(lap_names.mal_page(title, slug), outside), title)
            if about.title is None:
                raise NotFetched("it shows something else than the title", final=False)
            slug = slug or about.slug
        numbers = known
        if numbers is None:
            gallery = read_title_page(self._ask(f"{lap_names.mal_page(title, slug or '_')}/pics", outside), title)
            if gallery.title is None and not gallery.pictures:
                raise NotFetched("it shows something else than the pictures of the title", final=False)
            about, numbers = about or gallery, gallery.pictures
        page = lap_names.mal_page(title, slug)
        name = (about.title if about else None) or (slug.replace("_", " ").strip() if slug else None)
        seen = Seen(
            "myanimelist", page_url=page, post_id=f"mal:{title}", title=name, nsfw=about.nsfw if about else None
        )
        if not numbers:
            return [Gone(page, f"{_SITE} has no pictures of it", seen)]
        tags = about.genres if about and self.genres else ()
        return [
            Lead(lap_names.mal_picture(each), seen, instead=(lap_names.mal_picture(each, large=False),), tags=tags)
            for each in numbers
        ]

    def _ask(self, url: str, outside: Outside) -> str:
        # LAP waits 1 to 4 seconds, by chance; so do we, about a pace that can be set.
        return ask(outside, url, self.pace_seconds * random.uniform(0.5, 1.5))


def read_title_page(html: str, title: int) -> TitlePage:
    """A page about a title, or its /pics page."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    # Genres, themes and demographics alike: all were genres once, and LAP-like data sets call them so.
    genres = [node.text() for node in tree.css('[itemprop="genre"]')]
    if not genres:
        genres = [node.text() for node in tree.css('a[href*="/anime/genre/"]')]
    tidied = dict.fromkeys(genre for each in genres if (genre := " ".join(each.split())))
    return TitlePage(_name(tree), tuple(tidied), _nsfw(tree), _slug(tree, title), _pictures(tree))


def top_titles(html: str) -> list[tuple[int, str]]:
    """The titles of a page of the list of the best, in its order, with the addresses of their pages."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    found: dict[int, str] = {}
    for node in tree.css("tr.ranking-list a[href]") or tree.css("a.hoverinfo_trigger[href]"):
        link = _logical(node.attributes.get("href") or "")
        if known := lap_names.mal_title(link):
            found.setdefault(known[0], lap_names.mal_page(*known))
    return list(found.items())


def _name(tree: LexborHTMLParser) -> str | None:
    for selector in ("h1.title-name", 'h1 [itemprop="name"]', 'h1[itemprop="name"]', "h1"):
        node = tree.css_first(selector)
        if node is not None and (text := " ".join(node.text().split())):
            return text
    return None


def _nsfw(tree: LexborHTMLParser) -> bool | None:
    for node in tree.css("span.dark_text"):
        if node.text().strip() == "Rating:" and node.parent is not None:
            rating = node.parent.text().replace("Rating:", "").strip()
            return None if rating in ("", "None") else rating.startswith("Rx")
    return None


def _slug(tree: LexborHTMLParser, title: int) -> str | None:
    nodes = [*tree.css('link[rel="canonical"][href]'), *tree.css('meta[property="og:url"]'), *tree.css("a[href]")]
    for node in nodes:
        link = _logical(node.attributes.get("href") or node.attributes.get("content") or "")
        known = lap_names.mal_title(link)
        if known and known[0] == title and known[1] not in (None, "pics", "_"):
            return known[1]
    return None


def _pictures(tree: LexborHTMLParser) -> tuple[Numbers, ...]:
    links = tree.css('a[rel~="gallery-anime"]') or tree.css("a.js-picture-gallery")
    found = (lap_names.mal_numbers(node.attributes.get("href") or "") for node in links)
    return tuple(dict.fromkeys(numbers for numbers in found if numbers))


def _logical(link: str) -> str:
    """An address of the site as the site's own name has it, also where the page names itself otherwise."""
    try:
        path = urlsplit(link).path
    except ValueError:
        return ""
    return f"https://myanimelist.net{path}" if re.match(r"/anime/\d", path) else ""


def _stamp(listed: tuple[Numbers, ...] | None) -> str:
    """What is known from a list is looked at again when the list has more."""
    return "done" if listed is None else " ".join(["done", *(f"{n1}/{n2}" for n1, n2 in listed)])


def _check(values: Mapping[str, Any]) -> str | None:
    if not any(values.get(name) for name in ("ids", "links", "pics", "top")):
        return "one of ids, links, pics and top must say which titles"
    return what_is_wrong(values.get("ids") or ())


def _crawl(values: Mapping[str, Any]) -> MyAnimeListCrawl:
    genres, pace = values.get("genres"), values.get("pace_seconds")
    return MyAnimeListCrawl(
        ids_of(values.get("ids") or ()),
        Path(values["links"]).expanduser() if values.get("links") else None,
        Path(values["pics"]).expanduser() if values.get("pics") else None,
        values.get("top") or 0,
        True if genres is None else genres,
        2 if pace is None else pace,
    )


def _told(values: Mapping[str, Any]) -> str:
    which = [f"titles {', '.join(values['ids'])}"] if values.get("ids") else []
    which += [Path(values[name]).name for name in ("links", "pics") if values.get(name)]
    which += [f"the first {values['top']}"] if values.get("top") else []
    return f"{_SITE} · {' + '.join(which)}"


KINDS = (
    JobKind(
        "myanimelist",
        "posters of MyAnimeList",
        (
            Field("ids", "texts", "titles by their numbers: 1, 5-20, or several with commas"),
            Field("links", "path", "titles from a mal_links.txt of LAP"),
            Field("pics", "path", "titles from a mal_pics.txt of LAP, whose pictures need not be looked up"),
            Field("top", "number", "so many titles from the top of the site's list of the best", least=1, most=30_000),
            Field("genres", "flag", "ask each title's page for its name and genres, which become tags", default=True),
            Field("pace_seconds", "number", "seconds between two pages, more or less", default=2, least=0, most=600),
        ),
        _crawl,
        _told,
        _check,
    ),
)
