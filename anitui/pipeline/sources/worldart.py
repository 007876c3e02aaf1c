"""Posters of World Art, with the titles and genres of what they are for, merged with MyAnimeList's titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from anitui.pipeline.sources import lap_names
from anitui.pipeline.sources.kinds import Field, Gone, JobKind, Lead, Mark, Outside, Seen, Step
from anitui.pipeline.sources.lap_lists import WorldArtTitle, read_world_art_main, read_world_art_posters
from anitui.pipeline.sources.title_ids import ids_of, what_is_wrong
from anitui.pipeline.sources.title_pages import NotThere, Patience, ask

_SITE = "World Art"


@dataclass(frozen=True)
class WorldArtCrawl:
    """The titles of `ids`; without them, those of the lists.

    What the lists know is not asked for. A title that names one of MyAnimeList counts as that one.
    """

    ids: tuple[int, ...] = ()
    main: Path | None = None
    posters: Path | None = None
    pace_seconds: float = 2.0

    def steps(self, outside: Outside) -> Iterator[Step]:
        main = read_world_art_main(self.main) if self.main else {}
        posters = read_world_art_posters(self.posters) if self.posters else {}
        patience = Patience(_SITE, outside)
        for title in dict.fromkeys(self.ids or (*posters, *main)):
            if outside.stopping.is_set():
                return
            listed = posters.get(title)
            stamp = "done" if listed is None else " ".join(["done", *map(str, listed)])
            if outside.marks.get(f"wa:{title}") == stamp:
                continue
            about = main.get(title)
            gone = Gone(lap_names.world_art_page(title), "", _seen(about or WorldArtTitle(title)))
            yield from patience.of(gone, Mark(f"wa:{title}", stamp), partial(self._of, outside, title, about, listed))

    def _of(
        self, outside: Outside, title: int, about: WorldArtTitle | None, listed: tuple[int, ...] | None
    ) -> list[Step]:
        numbers = listed
        if numbers is None:
            url = f"http://www.world-art.ru/animation/animation_poster.php?id={title}"
            numbers = poster_numbers(self._ask(url, outside), title)
        if about is None and numbers:
            try:
                about = read_main_page(self._ask(lap_names.world_art_page(title), outside), title)
            except NotThere:
                about = None  # its posters are there all the same
        if not numbers:
            # The site answers with an empty page for what it does not have, which may be something else as well.
            raise NotThere(f"{_SITE} shows no posters of it", certain=False)
        seen = _seen(about or WorldArtTitle(title))
        tags = about.genres if about else ()
        return [
            Lead(urls[0], seen, instead=urls[1:], tags=tags)
            for number in numbers
            if (urls := lap_names.world_art_pictures(title, number))
        ]

    def _ask(self, url: str, outside: Outside) -> str:
        return ask(outside, url, self.pace_seconds)


def poster_numbers(html: str, title: int) -> tuple[int, ...]:
    """The numbers of a title's posters, from the page that shows one of them and links to the others."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    found: dict[int, None] = {}
    for node in tree.css('a[href*="animation_poster.php"]'):
        link = node.attributes.get("href") or ""
        if re.search(rf"[?&]id={title}(?!\d)", link) and (number := re.search(r"[?&]number_img=(\d{1,9})(?!\d)", link)):
            found[int(number[1])] = None
    for node in tree.css("img[src]"):
        numbers = lap_names.world_art_numbers(urljoin(lap_names.world_art_page(title), node.attributes["src"] or ""))
        if numbers and numbers[0] == title:
            found[numbers[1]] = None
    return tuple(found)


def read_main_page(html: str, title: int) -> WorldArtTitle | None:
    """What a title's page says that a poster should be known by; None where it is no title's page."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    named = next((node for node in tree.css("meta[name]") if (node.attributes["name"] or "").lower() == "title"), None)
    name = " ".join(((named.attributes.get("content") if named else None) or "").split())
    if not name:
        return None
    mal_id = None
    for node in tree.css('a[href*="myanimelist.net/anime/"]'):
        if known := lap_names.mal_title(node.attributes.get("href") or ""):
            mal_id = known[0]
            break
    genre = ""
    for node in tree.css("td"):
        row = node.parent
        if row is not None and node.text().strip() == "Жанр":
            genre = " ".join(row.text().strip().removeprefix("Жанр").split())
            break
    return WorldArtTitle(title, mal_id, name, genre=genre)


def _seen(about: WorldArtTitle) -> Seen:
    return Seen(
        "worldart",
        page_url=lap_names.world_art_page(about.wa_id),
        post_id=f"wa:{about.wa_id}" if about.mal_id is None else f"mal:{about.mal_id}",
        title=about.title or None,
    )


def _check(values: Mapping[str, Any]) -> str | None:
    if not any(values.get(name) for name in ("ids", "main", "posters")):
        return "one of ids, main and posters must say which titles"
    return what_is_wrong(values.get("ids") or ())


def _crawl(values: Mapping[str, Any]) -> WorldArtCrawl:
    pace = values.get("pace_seconds")
    return WorldArtCrawl(
        ids_of(values.get("ids") or ()),
        Path(values["main"]).expanduser() if values.get("main") else None,
        Path(values["posters"]).expanduser() if values.get("posters") else None,
        2 if pace is None else pace,
    )


def _told(values: Mapping[str, Any]) -> str:
    if values.get("ids"):
        return f"{_SITE} · titles {', '.join(values['ids'])}"
    return f"{_SITE} · {' + '.join(Path(values[name]).name for name in ('main', 'posters') if values.get(name))}"


KINDS = (
    JobKind(
        "worldart",
        "posters of World Art",
        (
            Field("ids", "texts", "titles by their numbers: 1, 5-20, or several with commas; without them, all listed"),
            Field("main", "path", "a wa_anime_main.csv of LAP: titles, genres and which title of MyAnimeList it is"),
            Field("posters", "path", "a wa_anime_posters.txt of LAP, whose posters need not be looked up"),
            Field("pace_seconds", "number", "seconds between two pages, more or less", default=2, least=0, most=600),
        ),
        _crawl,
        _told,
        _check,
    ),
)
