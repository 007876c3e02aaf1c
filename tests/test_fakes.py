"""The fakes beside Reddit, and the faults: they go wrong as they say."""

from __future__ import annotations

import gzip
import io
import json
import re
import socket
import zlib
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from anitui.demo.site.serving import Request, Response
from tests.fakes import faults
from tests.fakes.imgur import CLIENT_ID as IMGUR_ID
from tests.fakes.imgur import PLACEHOLDER_SIZE, Imgur
from tests.fakes.myanimelist import Anime, MyAnimeList
from tests.fakes.pictures import picture
from tests.fakes.worldart import Work, WorldArt


class Shelf(faults.Faulty):
    def answer(self, request: Request) -> Response:
        return Response(200, {"content-type": "image/png"}, picture(int(request.path.strip("/") or 0)))


def test_the_account_of_what_was_served() -> None:
    with Shelf() as shelf:
        session = requests.Session()
        session.headers["User-Agent"] = "a test"
        for i in range(3):
            assert session.get(f"{shelf.url}/{i}?q=1").content == picture(i)
        assert session.head(f"{shelf.url}/3").headers["content-length"] == str(len(picture(3)))
        kept = [(each.method, each.path, each.query, each.status, each.whole, each.agent) for each in shelf.requests]
        assert kept[:2] == [("GET", f"/{i}", "q=1", 200, True, "a test") for i in range(2)]
        assert kept[3][0] == "HEAD"
        assert requests.get(f"{shelf.url}/no-number").status_code == 500
        shelf.forget_requests()
        assert shelf.requests == []


def test_serving_stops_in_the_middle_of_anything() -> None:
    with Shelf() as shelf:
        shelf.faults.on("/1", faults.silence())
        shelf.faults.on("/2", faults.endless(announced=False))
        address = urlsplit(shelf.url)
        clients = [socket.create_connection((address.hostname, address.port), timeout=20) for _ in range(2)]
        for i, client in enumerate(clients):
            client.sendall(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % (i + 1))
        assert clients[1].recv(8) == b"HTTP/1.1"
    for client in clients:
        with client, pytest.raises(ConnectionError):
            while client.recv(1 << 20):
                pass
            raise ConnectionError


@pytest.mark.parametrize(
    "fault, error",
    [
        (faults.cut(), requests.exceptions.ChunkedEncodingError),
        (faults.cut(0), requests.exceptions.ChunkedEncodingError),
        (faults.reset(), requests.exceptions.ConnectionError),
        (faults.reset(0.5), requests.exceptions.RequestException),
    ],
)
def test_broken_connections(fault: faults.Fault, error: type[Exception]) -> None:
    with Shelf() as shelf:
        shelf.faults.on("/1", fault, first=1)
        with pytest.raises(error):
            requests.get(shelf.url + "/1")
        assert requests.get(shelf.url + "/1").content == picture(1)
        assert [each.whole for each in shelf.requests] == [False, True]


def test_answers_that_are_wrong() -> None:
    with Shelf() as shelf:
        shelf.faults.on("/1", faults.redirect("http://10.0.0.1/secret"))
        shelf.faults.on("/2", faults.wrong_type(said="image/jpeg"))
        shelf.faults.on("/3", faults.expired())
        shelf.faults.on("/4", faults.drip(0.0, 50))
        shelf.faults.on(lambda request: request.path == "/5", faults.unavailable(), first=1, each=True)
        away = requests.get(shelf.url + "/1", allow_redirects=False)
        assert (away.status_code, away.headers["location"]) == (302, "http://10.0.0.1/secret")
        lie = requests.get(shelf.url + "/2")
        assert lie.headers["content-type"] == "image/jpeg" and lie.content.startswith(b"<!DOCTYPE html>")
        assert requests.get(shelf.url + "/3").status_code == 403
        assert requests.get(shelf.url + "/4").content == picture(4)
        assert [requests.get(shelf.url + "/5").status_code for _ in range(2)] == [503, 200]
        shelf.faults.clear()
        assert requests.get(shelf.url + "/3").content == picture(3)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_without_an_end(announced: bool) -> None:
    with Shelf() as shelf:
        shelf.faults.on("/1", faults.endless(announced=announced))
        with requests.get(shelf.url + "/1", stream=True) as answer:
            assert answer.headers.get("content-length") == (str(10 << 30) if announced else None)
            read = answer.raw.read(3 << 20)
            assert read.startswith(b"\x89PNG") and len(read) == 3 << 20
        assert not shelf.requests[0].whole


def test_a_gzip_bomb_is_true_gzip_and_small() -> None:
    with Shelf() as shelf:
        shelf.faults.on("/1", faults.gzip_bomb(20 << 20, start=b"<html>"))
        with requests.get(shelf.url + "/1", stream=True) as answer:
            packed = answer.raw.read(decode_content=False)
        content = gzip.decompress(packed)
        assert content.startswith(b"<html>") and len(content) == (20 << 20) + 6
        assert len(packed) < 40_000
        shelf.faults.on("/1", faults.gzip_bomb())
        with requests.get(shelf.url + "/1", stream=True) as answer:
            start = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(answer.raw.read(4096, decode_content=False))
        assert start.startswith(b"\x89PNG") and len(start) > 1 << 20


def test_pictures_differ_and_are_the_same_again() -> None:
    for format in ("png", "jpeg", "webp"):
        made = {picture(seed, format, (40, 30)) for seed in range(20)}
        assert len(made) == 20 and picture(3, format, (40, 30)) in made
        with Image.open(io.BytesIO(picture(3, format, (40, 30)))) as opened:
            assert (opened.format, opened.size) == (format.upper(), (40, 30))


# Imgur, MyAnimeList, World Art


def test_imgur() -> None:
    media = {"AbC1234": picture(1), "AbD1234": picture(2, "jpeg")}
    albums = {"Album01": ["AbD1234", "AbC1234"]}
    with Imgur(media, albums=albums, removed=["AbE1234"], titles={"Album01": 'It\'s "one" </script>'}) as imgur:
        assert requests.get(imgur.url + "/AbC1234.jpg").content == picture(1)
        gone = requests.get(imgur.url + "/AbE1234.jpg")
        assert urlsplit(gone.url).path == "/removed.png"
        with Image.open(io.BytesIO(gone.content)) as placeholder:
            assert (placeholder.format, placeholder.size) == ("PNG", PLACEHOLDER_SIZE)
        album = requests.get(imgur.url + "/a/Album01").text
        written = re.search(r'window\.postDataJSON=(".*?")</script>', album)
        assert written is not None
        data = json.loads(json.loads(written[1].replace("\\'", "'")))
        assert data["title"] == 'It\'s "one" </script>' and data["is_album"]
        assert [each["url"] for each in data["media"]] == [
            "https://i.imgur.com/AbD1234.jpg",
            "https://i.imgur.com/AbC1234.png",
        ]
        assert requests.get(imgur.url + "/gallery/a-title-of-it-Album01").text == album
        assert "AbC1234.png" in requests.get(imgur.url + "/AbC1234").text
        assert requests.get(imgur.url + "/a/Nothing").status_code == 404
        asked = imgur.url + "/3/album/Album01/images"
        assert requests.get(asked).status_code == 401
        told = requests.get(asked, headers={"Authorization": f"Client-ID {IMGUR_ID}"}).json()
        assert [each["id"] for each in told["data"]] == ["AbD1234", "AbC1234"]
        one = requests.get(imgur.url + "/3/image/AbC1234", headers={"Authorization": f"Client-ID {IMGUR_ID}"}).json()
        assert one["data"]["link"] == "https://i.imgur.com/AbC1234.png"


def test_myanimelist() -> None:
    shelf = [Anime(i, f"Title {i}", ["Comedy", "Slice of Life"], {f"4/{i}": picture(i, "jpeg")}) for i in range(1, 61)]
    with MyAnimeList(shelf) as mal:
        tree = LexborHTMLParser(requests.get(mal.url + "/anime/7/Title_7").text)
        title = tree.css_first("h1.title-name strong")
        assert title is not None and title.text() == "Title 7"
        assert [each.text() for each in tree.css("span[itemprop=genre]")] == ["Comedy", "Slice of Life"]
        tree = LexborHTMLParser(requests.get(mal.url + "/anime/7/Title_7/pics").text)
        link = tree.css_first("a[rel=gallery-anime]")
        assert link is not None and link.attributes["href"] == "https://cdn.myanimelist.net/images/anime/4/7l.jpg"
        assert requests.get(mal.url + "/images/anime/4/7l.jpg").content == picture(7, "jpeg")
        assert requests.get(mal.url + "/images/anime/4/7.jpg").content != picture(7, "jpeg")
        top = LexborHTMLParser(requests.get(mal.url + "/topanime.php?limit=50").text)
        links = [each.attributes["href"] for each in top.css("h3.anime_ranking_h3 a")]
        assert links == [f"https://myanimelist.net/anime/{i}/Title_{i}" for i in range(51, 61)]
        for nothing in ("/anime/99", "/anime/99/x/pics", "/images/anime/4/99l.jpg", "/topanime.php?limit=100"):
            assert requests.get(mal.url + nothing).status_code == 404


def test_world_art() -> None:
    work = Work(1001, "Бумажная комета", 21, ["комедия", "школа"], {1: picture(1), 3: picture(3)}, top_place=17)
    with WorldArt([work]) as site:
        tree = LexborHTMLParser(requests.get(site.url + "/animation/animation.php?id=1001").text)
        said = tree.css_first("meta[name=Title]")
        assert said is not None and said.attributes["content"] == "Бумажная комета"
        rows = [[cell.text() for cell in row.css("td")] for row in tree.css("tr")]
        assert ["Жанр", "", "комедия, школа"] in rows
        assert ["Средний балл", "", "8.1\N{NO-BREAK SPACE}из 10"] in rows
        assert [each.attributes["href"] for each in tree.css("a") if each.text() == "mal"] == [
            "https://myanimelist.net/anime/21/"
        ]
        tree = LexborHTMLParser(requests.get(site.url + "/animation/animation_poster.php?id=1001").text)
        links = [str(each.attributes["href"]) for each in tree.css("a")]
        assert [each.rpartition("=")[2] for each in links if each.startswith("animation_poster.php")] == ["1", "3"]
        assert requests.get(site.url + "/animation/img/2000/1001/3.jpg").content == picture(3)
        assert requests.get(site.url + "/animation/img/1000/1001/3.jpg").status_code == 404
        assert requests.get(site.url + "/animation/animation.php?id=5").status_code == 404
