"""LAP's lists: what is read is what is there, what is written is LAP's to the byte, and errors name the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.sources import lap_lists, lap_names
from anitui.pipeline.sources.lap_lists import WorldArtTitle

LAP = Path(__file__).parents[3] / "shared" / "data" / "labels" / "lap"
with_lap = pytest.mark.skipif(not LAP.is_dir(), reason="LAP's own lists are not here")

MAIN = """"wa_id","mal_id","title","work_type","genre","release","score","top_place"
1,47,"Акира [Akira]","полнометражный фильм, 124 мин.","приключения, фантастика","16.07.1988",8.0,715
281,"","Suteki! ""Sakura"" Mama []","ТВ (18 эп.), 5 мин.","","c 02.12.2000 по 31.03.2001","",""
"""


def written(tmp_path: Path, content: str | bytes) -> Path:
    file = tmp_path / "list"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@with_lap
def test_laps_own_lists_come_back_to_the_byte() -> None:
    links = lap_lists.read_mal_links(LAP / "mal_links.txt")
    assert lap_lists.write_mal_links(links.values()).encode() == (LAP / "mal_links.txt").read_bytes()
    pics = lap_lists.read_mal_pics(LAP / "mal_pics.txt")
    assert lap_lists.write_mal_pics(pics).encode() == (LAP / "mal_pics.txt").read_bytes()
    main = lap_lists.read_world_art_main(LAP / "wa_anime_main.csv")
    assert lap_lists.write_world_art_main(main.values()).encode() == (LAP / "wa_anime_main.csv").read_bytes()
    posters = lap_lists.read_world_art_posters(LAP / "wa_anime_posters.txt")
    assert lap_lists.write_world_art_posters(posters).encode() == (LAP / "wa_anime_posters.txt").read_bytes()
    assert len(links) == len(pics) == 400
    assert main[1].mal_id == 47
    assert main[1].genres == ("приключения", "фантастика", "мистика")
    assert pics[1][0] == (7, 3791)


def test_marks_line_ends_and_empty_lines_are_no_content(tmp_path: Path) -> None:
    content = "\ufeff1: 7/3791 12/19609\r\n\r\n  5:\t13/5171  \r\n1: 12/19609 4/4\r\n8: \r\n"
    pics = lap_lists.read_mal_pics(written(tmp_path, content))
    assert pics == {1: ((7, 3791), (12, 19609), (4, 4)), 5: ((13, 5171),), 8: ()}
    assert lap_lists.write_mal_pics(pics) == "1: 7/3791 12/19609 4/4\n5: 13/5171\n8: \n"
    content = "\ufeff" + MAIN.replace("\n", "\r\n") + "\r\n"
    titles = lap_lists.read_world_art_main(written(tmp_path, content))
    assert list(titles) == [1, 281]
    assert titles[281] == WorldArtTitle(
        281, None, 'Suteki! "Sakura" Mama []', "ТВ (18 эп.), 5 мин.", "", "c 02.12.2000 по 31.03.2001"
    )
    assert lap_lists.write_world_art_main(titles.values()) == MAIN


def test_columns_may_be_few_and_elsewhere(tmp_path: Path) -> None:
    titles = lap_lists.read_world_art_main(written(tmp_path, "title,mal_id,wa_id\nАкира,47.0,1\n"))
    assert titles == {1: WorldArtTitle(1, 47, "Акира")}


@pytest.mark.parametrize(
    ("read", "content", "line", "what"),
    [
        (
            lap_lists.read_mal_links,
            "https://myanimelist.net/anime/1/A\nhttps://elsewhere.net/anime/2\n",
            2,
            "elsewhere",
        ),
        (lap_lists.read_mal_pics, "1: 7/3791\n\n2 7/3791\n", 3, "colon"),
        (lap_lists.read_mal_pics, "1: 7/3791 12-19609\n", 1, "12-19609"),
        (lap_lists.read_world_art_posters, "1: 1 two\n", 1, "two"),
        (lap_lists.read_world_art_main, "1,47,Акира\n", 1, "columns"),
        (lap_lists.read_world_art_main, "wa_id,title\n1,Акира\n2\n", 3, "1 values for 2"),
        (lap_lists.read_world_art_main, "wa_id,score\n1,good\n", 2, "good"),
        (lap_lists.read_world_art_main, "wa_id,mal_id\nx,1\n", 2, "wa_id"),
        (lap_lists.read_world_art_main, 'wa_id,title\n1,"Акира\n', 2, "CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_line(
    tmp_path: Path, read: object, content: str, line: int, what: str
) -> None:
    assert callable(read)
    file = written(tmp_path, content)
    with pytest.raises(WrongUse) as error:
        read(file)
    assert f"{file}, line {line}" in str(error.value)
    assert what in str(error.value)


def test_files_that_are_not_there_or_not_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is not there"):
        lap_lists.read_mal_links(tmp_path / "none")
    with pytest.raises(WrongUse, match="is a folder"):
        lap_lists.read_mal_links(tmp_path)
    with pytest.raises(WrongUse, match="line 2, is not UTF-8"):
        lap_lists.read_mal_pics(written(tmp_path, b"1: 7/1\n\xff\xfe\n"))


def test_lists_are_made_of_where_pictures_were_seen() -> None:
    akira, other = "https://myanimelist.net/anime/47/Akira", "https://myanimelist.net/anime/5"
    rows = [
        (akira, "https://cdn.myanimelist.net/images/anime/1408/114012l.jpg", "mal:47"),
        (None, "https://cdn.myanimelist.net/images/anime/3/2.jpg", "mal:47"),
        (other, "https://cdn.myanimelist.net/images/anime/9/9l.jpg", None),
        (akira, "http://www.world-art.ru/animation/img/1000/1/1.jpg", "mal:47"),
        (None, "https://i.imgur.com/abcdefg.jpg", "t3_x"),
    ]
    links, pics = lap_lists.mal_lists(rows)
    assert links == f"{other}\n{akira}\n"
    assert pics == "5: 9/9\n47: 1408/114012 3/2\n"


def test_world_art_lists_are_made_of_where_pictures_were_seen(tmp_path: Path) -> None:
    def poster(title: int, number: int) -> str:
        return lap_names.world_art_pictures(title, number)[0]

    rows = [
        (None, poster(281, 1), "wa:281"),
        (lap_names.world_art_page(1), poster(1, 34), "mal:47"),
        (lap_names.world_art_page(1), poster(1, 2), "mal:47"),
        (None, "https://cdn.myanimelist.net/images/anime/3/2.jpg", "mal:47"),
    ]
    main, posters = lap_lists.world_art_lists(
        rows, {poster(1, 2): "Акира [Akira]"}, {poster(1, 2): ("приключения", "фантастика")}
    )
    assert posters == "1: 2 34\n281: 1\n"
    titles = lap_lists.read_world_art_main(written(tmp_path, main))
    assert titles[1] == WorldArtTitle(1, 47, "Акира [Akira]", genre="приключения, фантастика")
    assert titles[281] == WorldArtTitle(281)
    assert lap_lists.write_world_art_main(titles.values()) == main


def test_file_names_and_addresses_lead_back() -> None:
    assert lap_names.mal_file(5, (1018, 120197)) == "MAL00005_1018_120197.jpg"
    assert lap_names.mal_file(801, (9, 34259)) == "MAL00801_0009_034259.jpg"
    assert lap_names.mal_from_file("MAL00801_0009_034259.jpg") == (801, (9, 34259))
    assert lap_names.mal_from_file("MAL00020_WA00262_164.jpg") is None
    assert lap_names.world_art_file(262, 4) == "WA00262_004.jpg"
    assert lap_names.world_art_from_file("WA00262_004.jpg") == (262, 4)
    assert lap_names.world_art_from_file("MAL00020_WA00262_164.jpg") == (262, 164)
    assert lap_names.mal_picture((9, 34259)) == "https://cdn.myanimelist.net/images/anime/9/34259l.jpg"
    assert lap_names.mal_numbers("https://cdn.myanimelist.net/images/anime/9/34259.jpg?s=1") == (9, 34259)
    assert lap_names.mal_numbers("https://cdn.myanimelist.net/images/manga/9/34259.jpg") is None
    folders = {1: ["1000"], 999: ["1000"], 1000: ["2000", "1000"], 10964: ["11000"]}
    for title, named in folders.items():
        urls = lap_names.world_art_pictures(title, 3)
        assert list(urls) == [f"http://www.world-art.ru/animation/img/{each}/{title}/3.jpg" for each in named]
        assert {lap_names.world_art_numbers(url) for url in urls} == {(title, 3)}
