"""World Art, title by title, merged with MyAnimeList's titles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from anitui.demo.site.serving import Response
from anitui.errors import AnituiError
from anitui.pipeline.sources.kinds import Gone, Lead, Mark, Step
from anitui.pipeline.sources.lap_lists import WorldArtTitle
from anitui.pipeline.sources.worldart import KINDS, WorldArtCrawl, poster_numbers, read_main_page
from tests.fakes.pictures import picture
from tests.fakes.worldart import Work, WorldArt
from tests.pipeline.loopback_pages import Pages
from tests.pipeline.outside import outside

(kind,) = KINDS

LAP = Path(__file__).parents[3] / "shared" / "data" / "labels" / "lap"
IMG = "http://www.world-art.ru/animation/img"
MAIN = """"wa_id","mal_id","title","work_type","genre","release","score","top_place"
1,47,"Акира [Akira]","полнометражный фильм, 124 мин.","приключения, фантастика","16.07.1988",8.0,715
281,"","Suteki! Sakura Mama []","ТВ (18 эп.), 5 мин.","комедия","c 02.12.2000 по 31.03.2001","",""
"""
TITLE_PAGE = """<html><head><meta name="Title" content="Триган [Trigun]"></head><table>
<tr><td>Жанр</td><td></td><td><a>приключения</a>, <a>комедия</a></td></tr>
<tr><td><a href="https://myanimelist.net/anime/6/">mal</a></td></tr></table></html>"""


def poster_page(title: int, *numbers: int) -> str:
    links = "".join(f'<a href="animation_poster.php?id={title}&number_img={number}">{number}</a>' for number in numbers)
    other = '<a href="animation_poster.php?id=77&number_img=5">another</a><a>none</a>'
    return f"<html>{links}{other}</html>"


@pytest.fixture
def pages() -> Iterator[Pages]:
    texts = {
        "/animation/animation_poster.php?id=281": poster_page(281, 1, 4),
        "/animation/animation_poster.php?id=1234": poster_page(1234, 2),
        "/animation/animation.php?id=1234": TITLE_PAGE,
        "/animation/animation_poster.php?id=9": poster_page(9),
    }
    with Pages(texts) as pages:
        yield pages


@pytest.fixture
def main(tmp_path: Path) -> str:
    file = tmp_path / "wa_anime_main.csv"
    file.write_text(MAIN, encoding="utf-8")
    return str(file)


def crawl(pages: Pages, *, marks: Mapping[str, str] | None = None, **values: object) -> list[Step]:
    return list(kind.crawl({"pace_seconds": 0, **values}).steps(outside(pages.url, "world-art.ru", marks)))


def test_titles_of_the_lists_count_as_those_of_myanimelist(pages: Pages, main: str, tmp_path: Path) -> None:
    posters = tmp_path / "wa_anime_posters.txt"
    posters.write_text("1: 1 34\n", encoding="utf-8")
    steps = crawl(pages, main=main, posters=str(posters))
    leads = [step for step in steps if isinstance(step, Lead)]
    assert [(lead.url, lead.seen.post_id, lead.seen.title, lead.tags) for lead in leads] == [
        (f"{IMG}/1000/1/1.jpg", "mal:47", "Акира [Akira]", ("приключения", "фантастика")),
        (f"{IMG}/1000/1/34.jpg", "mal:47", "Акира [Akira]", ("приключения", "фантастика")),
        (f"{IMG}/1000/281/1.jpg", "wa:281", "Suteki! Sakura Mama []", ("комедия",)),
        (f"{IMG}/1000/281/4.jpg", "wa:281", "Suteki! Sakura Mama []", ("комедия",)),
    ]
    assert {lead.seen.page_url for lead in leads[:2]} == {"http://www.world-art.ru/animation/animation.php?id=1"}
    assert {lead.seen.site for lead in leads} == {"worldart"}
    assert pages.asked == ["/animation/animation_poster.php?id=281"]
    done = {step.page: step.stamp for step in steps if isinstance(step, Mark)}
    assert list(done) == ["wa:1", "wa:281"]
    assert crawl(pages, main=main, posters=str(posters), marks=done) == []
    posters.write_text("1: 1 34 35\n", encoding="utf-8")
    assert len(crawl(pages, main=main, posters=str(posters), marks=done)) == 4


@pytest.mark.skipif(not LAP.is_dir(), reason="LAP's own lists are not here")
def test_laps_own_lists_ask_for_nothing_but_what_they_lack(pages: Pages) -> None:
    main, posters = LAP / "wa_anime_main.csv", LAP / "wa_anime_posters.txt"
    steps = crawl(pages, main=str(main), posters=str(posters))
    leads = [step for step in steps if isinstance(step, Lead)]
    listed = posters.read_text(encoding="utf-8").splitlines()
    assert len(leads) == sum(len(line.split()) - 1 for line in listed)
    assert leads[0].seen.post_id == "mal:47"
    unknown = {line.split(":")[0] for line in listed} - {
        line.split(",")[0] for line in main.read_text(encoding="utf-8").splitlines()
    }
    assert {url.partition("?id=")[2] for url in pages.asked} == unknown


def test_titles_by_their_numbers_alone(pages: Pages, main: str) -> None:
    lead, mark = crawl(pages, ids=("1234",), main=main)
    assert isinstance(lead, Lead)
    assert (lead.url, lead.tags) == (f"{IMG}/2000/1234/2.jpg", ("приключения", "комедия"))
    assert (lead.seen.post_id, lead.seen.title) == ("mal:6", "Триган [Trigun]")
    assert mark == Mark("wa:1234", "done")
    del pages.texts["/animation/animation.php?id=1234"]
    lead, mark = crawl(pages, ids=("1234",))
    assert isinstance(lead, Lead)
    assert (lead.seen.post_id, lead.seen.title) == ("wa:1234", None)


def test_what_is_not_there_is_told_and_the_others_go_on(pages: Pages) -> None:
    steps = crawl(pages, ids=("8-9", "1234"))
    gone = [step for step in steps if isinstance(step, Gone)]
    assert [step.url[-5:] for step in gone] == ["?id=8", "?id=9"]
    assert [step.seen.post_id for step in steps if isinstance(step, Lead)] == ["mal:6"]
    # A page that shows nothing may be something else than an answer: only what is sure is not asked for again.
    assert [step.page for step in steps if isinstance(step, Mark)] == ["wa:8", "wa:1234"]


def test_a_site_that_does_not_answer_ends_it(pages: Pages) -> None:
    for title in range(10, 20):
        pages.texts[f"/animation/animation_poster.php?id={title}"] = 403
    with pytest.raises(AnituiError, match="World Art does not answer"):
        crawl(pages, ids=("10-19",))
    assert len(pages.asked) == 5


def test_pages_are_read_in_their_other_forms() -> None:
    assert poster_numbers(f'<img src="{IMG}/1000/5/3.jpg"><img src="{IMG}/1000/6/4.jpg">', 5) == (3,)
    assert poster_numbers('<a href="animation_poster.php?id=5&amp;number_img=12"></a>', 5) == (12,)
    assert read_main_page(TITLE_PAGE, 9) == WorldArtTitle(9, 6, "Триган [Trigun]", genre="приключения, комедия")
    assert read_main_page("<html><meta name='description'></html>", 9) is None


def test_pages_say_themselves_how_they_are_written(pages: Pages) -> None:
    text = TITLE_PAGE.replace(
        "<head>", '<head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
    )
    as_of_old = Response(200, {"content-type": "text/html"}, text.encode("windows-1251"))
    pages.texts["/animation/animation.php?id=1234"] = as_of_old
    lead, _ = crawl(pages, ids=("1234",))
    assert isinstance(lead, Lead)
    assert (lead.seen.title, lead.tags) == ("Триган [Trigun]", ("приключения", "комедия"))


def test_a_job_says_which_titles() -> None:
    assert kind.check({"ids": None, "main": None, "posters": None}) is not None
    assert kind.check({"ids": ("x",), "main": "a.csv"}) is not None
    assert kind.check({"ids": None, "main": "a.csv", "posters": None}) is None
    assert kind.told({"main": "/x/a.csv", "posters": "/x/b.txt"}) == "World Art · a.csv + b.txt"


def test_a_whole_site() -> None:
    works = [
        Work(395, "Бумажная комета", 21, ["комедия", "драма"], {1: picture(1), 3: picture(2)}),
        Work(2000, "Другая", posters={7: picture(3)}),
    ]
    with WorldArt(works) as site:
        steps = list(WorldArtCrawl((395, 396, 2000), pace_seconds=0).steps(outside(site.url, "world-art.ru")))
    leads = [step for step in steps if isinstance(step, Lead)]
    assert [(lead.url, lead.seen.post_id, lead.seen.title, lead.tags) for lead in leads] == [
        (f"{IMG}/1000/395/1.jpg", "mal:21", "Бумажная комета", ("комедия", "драма")),
        (f"{IMG}/1000/395/3.jpg", "mal:21", "Бумажная комета", ("комедия", "драма")),
        (f"{IMG}/3000/2000/7.jpg", "wa:2000", "Другая", ()),
    ]
    assert leads[2].instead == (f"{IMG}/2000/2000/7.jpg",)
    assert [step.url[-7:] for step in steps if isinstance(step, Gone)] == ["?id=396"]
