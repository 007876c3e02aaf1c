"""MyAnimeList, title by title: which pages are asked for, what comes of them, and what the next run does."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.sources.kinds import Gone, Lead, Mark, Step
from anitui.pipeline.sources.myanimelist import KINDS, MyAnimeListCrawl, read_title_page, top_titles
from anitui.pipeline.sources.title_ids import ids_of
from tests.fakes import faults
from tests.fakes.myanimelist import Anime, MyAnimeList
from tests.fakes.pictures import picture
from tests.pipeline.loopback_pages import Pages
from tests.pipeline.outside import outside

(kind,) = KINDS

CDN = "https://cdn.myanimelist.net/images/anime"


def about(title: int, name: str, *genres: str, slug: str = "", rating: str = "") -> str:
    shown = ", ".join(f'<span itemprop="genre" style="display: none">{g}</span><a href="/g">{g}</a>' for g in genres)
    link = f'<link rel="canonical" href="https://myanimelist.net/anime/{title}/{slug}">' if slug else ""
    rated = f'<div><span class="dark_text">Rating:</span> {rating}</div>' if rating else ""
    return (
        f'<html><head>{link}</head><h1 class="title-name h1_bold_none"><strong>{name}</strong></h1>'
        f'<div><span class="dark_text">Genres:</span>{shown}</div>{rated}</html>'
    )


def gallery(name: str, *pictures: str) -> str:
    shown = "".join(
        f'<div class="picSurround"><a href="{CDN}/{picture}l.jpg" title="x" class="js-picture-gallery"'
        f' rel="gallery-anime"><img data-src="{CDN}/{picture}.jpg"></a></div>'
        for picture in pictures
    )
    cover = f'<img data-src="{CDN}/99/99.jpg">'
    return f'<h1 class="title-name"><strong>{name}</strong></h1>{cover}{shown}'


@pytest.fixture
def pages() -> Iterator[Pages]:
    texts = {
        "/anime/1": about(1, "Cowboy Bebop", "Action", "Sci-Fi", slug="Cowboy_Bebop", rating="R - 17+"),
        "/anime/1/Cowboy_Bebop/pics": gallery("Cowboy Bebop", "7/3791", "12/19609", "7/3791"),
        "/anime/5/Trigun": about(5, "Trigun", "Comedy", rating="Rx - Hentai"),
        "/anime/5/Trigun/pics": gallery("Trigun", "8/1"),
        "/anime/6": about(6, "Nothing to see"),
        "/anime/6/_/pics": gallery("Nothing to see"),
    }
    with Pages(texts) as pages:
        yield pages


def crawl(pages: Pages, *, marks: Mapping[str, str] | None = None, **values: object) -> list[Step]:
    return list(kind.crawl({"pace_seconds": 0, **values}).steps(outside(pages.url, "myanimelist.net", marks)))


def marks(steps: list[Step]) -> dict[str, str]:
    return {step.page: step.stamp for step in steps if isinstance(step, Mark)}


def test_a_title_by_its_number(pages: Pages) -> None:
    first, second, mark = crawl(pages, ids=("1",))
    assert isinstance(first, Lead) and isinstance(second, Lead)
    assert (first.url, first.instead) == (f"{CDN}/7/3791l.jpg", (f"{CDN}/7/3791.jpg",))
    assert second.url == f"{CDN}/12/19609l.jpg"
    assert first.seen == second.seen
    assert (first.seen.site, first.seen.post_id, first.seen.title) == ("myanimelist", "mal:1", "Cowboy Bebop")
    assert first.seen.page_url == "https://myanimelist.net/anime/1/Cowboy_Bebop"
    assert first.seen.nsfw is False
    assert first.tags == ("Action", "Sci-Fi")
    assert mark == Mark("mal:1", "done")
    assert pages.asked == ["/anime/1", "/anime/1/Cowboy_Bebop/pics"]


def test_what_is_gone_is_told_once_and_the_others_go_on(pages: Pages) -> None:
    steps = crawl(pages, ids=("4-6", "1, 6"), links=None)
    gone = {step.url: step.reason for step in steps if isinstance(step, Gone)}
    assert list(gone) == [f"https://myanimelist.net/anime/{title}" for title in (4, 5, 6)]
    assert "no pictures" in gone["https://myanimelist.net/anime/6"]
    assert [step.seen.post_id for step in steps if isinstance(step, Lead)] == ["mal:1"] * 2
    assert list(marks(steps)) == ["mal:4", "mal:5", "mal:6", "mal:1"]
    asked = len(pages.asked)
    assert crawl(pages, ids=("4-6", "1"), marks=marks(steps)) == []
    assert len(pages.asked) == asked


def test_lists_say_what_need_not_be_asked(pages: Pages, tmp_path: Path) -> None:
    links, pics = tmp_path / "mal_links.txt", tmp_path / "mal_pics.txt"
    links.write_text("https://myanimelist.net/anime/5/Trigun\n", encoding="utf-8")
    pics.write_text("5: 4/4 5/5\n", encoding="utf-8")
    with_genres = crawl(pages, links=str(links), pics=str(pics))
    assert [step.url for step in with_genres if isinstance(step, Lead)] == [f"{CDN}/4/4l.jpg", f"{CDN}/5/5l.jpg"]
    assert {(step.seen.title, step.seen.nsfw, step.tags) for step in with_genres if isinstance(step, Lead)} == {
        ("Trigun", True, ("Comedy",))
    }
    assert pages.asked == ["/anime/5/Trigun"]
    without = crawl(pages, links=str(links), pics=str(pics), genres=False)
    assert {(step.seen.title, step.tags) for step in without if isinstance(step, Lead)} == {("Trigun", ())}
    assert len(pages.asked) == 1
    galleries = crawl(pages, links=str(links), genres=False)
    assert [step.url for step in galleries if isinstance(step, Lead)] == [f"{CDN}/8/1l.jpg"]
    assert pages.asked[1:] == ["/anime/5/Trigun/pics"]


def test_a_list_that_has_more_is_looked_at_again(pages: Pages, tmp_path: Path) -> None:
    pics = tmp_path / "mal_pics.txt"
    pics.write_text("5: 4/4\n8: 9/9\n", encoding="utf-8")
    before = marks(crawl(pages, pics=str(pics), genres=False))
    pics.write_text("5: 4/4 5/5\n8: 9/9\n", encoding="utf-8")
    again = crawl(pages, pics=str(pics), genres=False, marks=before)
    assert [step.url for step in again if isinstance(step, Lead)] == [f"{CDN}/4/4l.jpg", f"{CDN}/5/5l.jpg"]


def test_the_best_titles_in_their_order(pages: Pages) -> None:
    def listed(*titles: str) -> str:
        rows = "".join(
            f'<tr class="ranking-list"><td><a class="hoverinfo_trigger" href="https://myanimelist.net/anime/{title}">'
            f'<img></a><h3><a href="https://myanimelist.net/anime/{title}">x</a></h3></td></tr>'
            for title in titles
        )
        return f'<a href="https://myanimelist.net/anime/999/Advert">x</a>{rows}'

    assert top_titles(listed("5/Trigun")) == [(5, "https://myanimelist.net/anime/5/Trigun")]
    pages.texts["/topanime.php?limit=0"] = listed("5/Trigun", "6/_")
    pages.texts["/topanime.php?limit=2"] = listed("1/Cowboy_Bebop", "4/Four")
    pages.texts["/anime/1/Cowboy_Bebop"] = pages.texts["/anime/1"]
    pages.texts["/anime/6/_"] = pages.texts["/anime/6"]
    steps = crawl(pages, top=3)
    assert list(marks(steps)) == ["mal:5", "mal:6", "mal:1"]
    # The list ends with a 404. One that is not there at all is told.
    assert list(marks(crawl(pages, top=9, marks={"mal:4": "done"}))) == ["mal:5", "mal:6", "mal:1"]
    del pages.texts["/topanime.php?limit=0"]
    with pytest.raises(AnituiError, match="list of the best"):
        crawl(pages, top=3)


def test_a_title_that_fails_is_left_for_the_next_run(pages: Pages) -> None:
    said: list[str] = []
    pages.texts["/anime/5"] = "<html>Before you go on, show that you are human</html>"
    world = outside(pages.url, "myanimelist.net", say=said.append)
    steps = list(MyAnimeListCrawl((5, 1), pace_seconds=0).steps(world))
    assert list(marks(steps)) == ["mal:1"]
    assert not [step for step in steps if isinstance(step, Gone)]
    assert len(said) == 1
    assert "https://myanimelist.net/anime/5" in said[0]


def test_five_failures_in_a_row_end_it_and_say_so(pages: Pages) -> None:
    for title in range(10, 20):
        pages.texts[f"/anime/{title}"] = 403
    found: list[Step] = []
    with pytest.raises(AnituiError, match="MyAnimeList does not answer") as error:
        for step in MyAnimeListCrawl((1, *range(10, 20)), pace_seconds=0).steps(outside(pages.url, "myanimelist.net")):
            found.append(step)  # noqa: PERF402 – what came before the end counts
    assert "is kept" in str(error.value)
    assert list(marks(found)) == ["mal:1"]
    assert len(pages.asked) == 2 + 5
    # One that answers in between begins the count anew.
    order = (10, 11, 12, 13, 1, 14, 15, 16, 17)
    steps = list(MyAnimeListCrawl(order, pace_seconds=0).steps(outside(pages.url, "myanimelist.net")))
    assert list(marks(steps)) == ["mal:1"]


def test_it_stops_between_two_titles(pages: Pages) -> None:
    stopping = threading.Event()
    world = outside(pages.url, "myanimelist.net", stopping=stopping)
    steps = MyAnimeListCrawl((1, 6), pace_seconds=0).steps(world)
    assert isinstance(next(steps), Lead)
    stopping.set()
    assert list(marks(list(steps))) == ["mal:1"]  # the title that was begun is whole


def test_pages_are_read_in_their_older_and_other_forms() -> None:
    old = '<h1><span itemprop="name">Trigun</span></h1><a href="/anime/genre/1/Action">Action</a>'
    page = read_title_page(old + '<a href="/anime/6/Trigun/pics">Pictures</a>', 6)
    assert (page.title, page.genres, page.slug, page.nsfw) == ("Trigun", ("Action",), "Trigun", None)
    moved = read_title_page('<a href="http://127.0.0.1:1/anime/6/Trigun/pics">Pictures</a>', 6)
    assert (moved.title, moved.slug) == (None, "Trigun")


@pytest.mark.parametrize(
    ("text", "numbers"), [("1", (1,)), ("5-7", (5, 6, 7)), ("3, 1-2,3", (3, 1, 2)), (" 5 – 6 ,", (5, 6))]
)
def test_numbers_of_titles(text: str, numbers: tuple[int, ...]) -> None:
    assert ids_of((text,)) == numbers
    assert kind.check({"ids": (text,)}) is None


@pytest.mark.parametrize("text", ["x", "0", "7-5", "1-99999999", "-3", "1.5", "²"])
def test_what_are_no_numbers_of_titles(text: str) -> None:
    assert "ids" in (kind.check({"ids": (text,)}) or "")
    with pytest.raises(WrongUse):
        ids_of((text,))


def test_a_job_says_which_titles() -> None:
    assert kind.check({"ids": None, "links": None, "pics": None, "top": None}) is not None
    assert kind.check({"ids": None, "links": None, "pics": None, "top": 50}) is None
    assert kind.told({"ids": ("1", "5-20"), "top": 50}) == "MyAnimeList · titles 1, 5-20 + the first 50"


def test_a_whole_site() -> None:
    anime = [
        Anime(
            number, f"Title {number}: “é”", ["Comedy", "School"], {f"{number}/{each}": picture(each) for each in (1, 2)}
        )
        for number in range(1, 61)
    ]
    with MyAnimeList(anime) as site:
        site.faults.on("/anime/3/Title_3___é_", faults.status(404))
        world = outside(site.url, "myanimelist.net")
        steps = list(MyAnimeListCrawl(top=70, pace_seconds=0).steps(world))
    leads = [step for step in steps if isinstance(step, Lead)]
    assert len(leads) == 59 * 2
    assert {lead.url.rpartition("/anime/")[2].removesuffix("l.jpg") for lead in leads} == {
        name for each in anime if each.id != 3 for name in each.pictures
    }
    assert {lead.tags for lead in leads} == {("Comedy", "School")}
    assert leads[0].seen.title == "Title 1: “é”"
    assert [step.url for step in steps if isinstance(step, Gone)] == ["https://myanimelist.net/anime/3"]
    assert len(marks(steps)) == 60
