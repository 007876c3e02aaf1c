"""A World Art on loopback (world-art.ru), its posters at the same address, with faults.

work = Work(395, "Бумажная комета", mal_id=21, genres=["комедия"], posters={1: picture(1), 3: picture(2)})
with WorldArt([work]) as world_art:
    world_art.url + "/animation/animation.php?id=395"          # title, type, genres, premiere, score, MAL's id
    world_art.url + "/animation/animation_poster.php?id=395"   # links to each poster's page
    world_art.url + "/animation/img/1000/395/3.jpg"            # a poster
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from anitui.demo.site.serving import Request, Response, Serving, page, plain
from tests.fakes.faults import Faulty

_THOUSAND = 1000


@dataclass(slots=True)
class Work:
    """One title. `posters`: their numbers, which may have gaps, → bytes."""

    id: int
    title: str
    mal_id: int | None = None
    genres: Sequence[str] = ()
    posters: Mapping[int, bytes] = field(default_factory=dict)
    work_type: str = "ТВ (12 эп.), 25 мин."
    premiere: str = "12.04.2014"
    score: float | None = 8.1
    top_place: int | None = None


def folder(work_id: int) -> int:
    """The thousand under which the posters of a title lie: 1000 for 1 to 999, 2000 for 1000 to 1999, as LAP has it."""
    return (work_id // _THOUSAND + 1) * _THOUSAND


class _WorldArt(Serving):
    def __init__(self, works: Iterable[Work] = (), *, latency: float = 0.0) -> None:
        super().__init__(latency=latency)
        self.works = {each.id: each for each in works}

    @property
    def media(self) -> dict[str, bytes]:
        """All posters, as "395/3" → bytes."""
        return {f"{each.id}/{n}": content for each in self.works.values() for n, content in each.posters.items()}

    def answer(self, request: Request) -> Response:
        if found := re.fullmatch(r"/animation/img/(\d+)/(\d+)/(\d+)\.jpg", request.path):
            content = self.media.get(f"{found[2]}/{found[3]}")
            if content is None or int(found[1]) != folder(int(found[2])):
                return plain(404)
            return Response(200, {"content-type": "image/jpeg"}, content)
        asked = request.query.get("id", "")
        work = self.works.get(int(asked)) if asked.isdigit() else None
        if work is None:
            return plain(404)
        if request.path == "/animation/animation.php":
            return _page(work.title, _facts(work))
        if request.path == "/animation/animation_poster.php":
            return _page(work.title, _posters(work, request.query.get("number_img")))
        return plain(404)


class WorldArt(Faulty, _WorldArt):
    """A World Art with `faults`."""


def _page(title: str, body: str) -> Response:
    return page(
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f'<meta name="Title" content="{html.escape(title)}"><title>{html.escape(title)} - World Art</title></head>'
        f'<body><a href="../animation/"><b>Аниме</b></a>{body}</body></html>'
    )


def _facts(work: Work) -> str:
    """Rows of two cells and a gap between them, as the site's pages are made of."""
    rows = {
        "Тип": html.escape(work.work_type),
        "Жанр": ", ".join(f'<a href="list.php?genre={each}">{each}</a>' for each in work.genres),
        "Премьера": html.escape(work.premiere),
    }
    if work.score is not None:
        rows["Средний балл"] = f"{work.score}\N{NO-BREAK SPACE}из 10"
    if work.top_place is not None:
        rows['<b><a href="rating_top.php">Место в рейтинге</a></b>'] = f"{work.top_place} из 5000"
    table = "".join(
        f'<table><tr><td align=left class="review">{name}</td><td width=15></td>'
        f'<td class="review">{value}</td></tr></table>'
        for name, value in rows.items()
        if value
    )
    mal = f'<a href="https://myanimelist.net/anime/{work.mal_id}/" target="_blank">mal</a>' if work.mal_id else ""
    return f"<font size=5>{html.escape(work.title)}</font>{table}<b>Сайты</b>{mal}"


def _posters(work: Work, number: str | None) -> str:
    links = "".join(
        f'<a href="animation_poster.php?id={work.id}&number_img={n}">'
        f'<img src="img/{folder(work.id)}/{work.id}/{n}.jpg" width=100></a>'
        for n in work.posters
    )
    if number is not None and number.isdigit() and int(number) in work.posters:
        links = f'<img src="img/{folder(work.id)}/{work.id}/{number}.jpg">' + links
    return f"<b>Постеры</b>{links}"
