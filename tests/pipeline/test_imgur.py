"""Imgur: which addresses are pictures and which are pages, and what its answers show."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from anitui.pipeline.fetched import NotFetched
from anitui.pipeline.sources.imgur import OPENERS, ImgurOpener
from anitui.pipeline.sources.imgur_pages import from_api, from_page
from anitui.pipeline.sources.kinds import Lead, Seen
from tests.fakes import faults
from tests.fakes.imgur import CLIENT_ID, Imgur
from tests.fakes.pictures import picture
from tests.pipeline.loopback_pages import Pages
from tests.pipeline.outside import outside

(imgur,) = OPENERS

MEDIA = [
    {
        "id": "AbCdEf1",
        "mime_type": "image/jpeg",
        "type": "image",
        "ext": "jpeg",
        "metadata": {"title": "it's \U0001f431"},
    },
    {"id": "AbCdEf2", "mime_type": "video/mp4", "type": "video", "ext": "mp4"},
    {
        "id": "AbCdEf3",
        "mime_type": "image/gif",
        "type": "image",
        "ext": "gif",
        "url": "https://i.imgur.com/AbCdEf3.mp4",
    },
    {"id": "../../x", "mime_type": "image/png", "ext": "png"},
]


def post_page(post: object) -> str:
    literal = json.dumps(json.dumps(post)).replace("'", r"\'").replace("/", r"\/")
    return f"<html><script>window.postDataJSON={literal}</script><meta property='og:image' content='x'></html>"


@pytest.mark.parametrize(
    ("url", "picture"),
    [
        ("https://imgur.com/AbCdEfG", "AbCdEfG.jpg"),
        ("http://www.imgur.com/AbCdEfG/", "AbCdEfG.jpg"),
        ("https://m.imgur.com/AbCdE?r", "AbCdE.jpg"),
        ("https://imgur.com/AbCdEfG.png", "AbCdEfG.png"),
        ("https://imgur.com/some-title-AbCdEfG", "AbCdEfG.jpg"),
        ("http://i.imgur.com/AbCdEfG.jpg?1", "AbCdEfG.jpg"),
        ("https://i.imgur.com/AbCdEfG.PNG#x", "AbCdEfG.png"),
        ("https://i.imgur.com/AbCdEfG.gifv", "AbCdEfG.gif"),
        ("https://i.imgur.com/AbCdEfG", "AbCdEfG.jpg"),
        ("https://i.imgur.com/AbCdEfGl.jpg", "AbCdEfGl.jpg"),  # a small copy or an id of its own: not to be known
        ("https://i.imgur.com/AbCdEfG_d.webp?maxwidth=640&shape=thumb&fidelity=medium", "AbCdEfG.jpg"),
        ("https://imgur.com/r/anime/AbCdEfG", "AbCdEfG.jpg"),
        ("https://imgur.com/download/AbCdEfG", "AbCdEfG.jpg"),
    ],
)
def test_addresses_of_pictures(url: str, picture: str) -> None:
    assert imgur.direct(url) == f"https://i.imgur.com/{picture}"
    assert not imgur.opens(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://imgur.com/a/AbCdEfG",
        "https://imgur.com/a/AbCdE#3",
        "https://imgur.com/a/AbCdEfG/layout/grid?x=1",
        "https://imgur.com/a/some-title-AbCdEfG",
        "https://m.imgur.com/gallery/AbCdEfG",
        "http://imgur.com/gallery/some-title-AbC",
        "https://imgur.com/t/anime/AbCdEfG",
        "https://imgur.com/t/anime/a-title-AbCdEfG",
    ],
)
def test_addresses_of_pages(url: str) -> None:
    assert imgur.opens(url)
    assert imgur.direct(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://imgur.com/",
        "https://imgur.com/user/somebody",
        "https://imgur.com/gallery",
        "https://imgur.com/upload",
        "https://imgur.com/privacy",
        "https://imgur.com/r/anime",
        "https://imgur.com/t/anime",
        "https://imgur.com/a/",
        "https://imgur.com/a/..%2f..%2fx",
        "https://somebody.imgur.com/AbCdEfG",
        "https://i.stack.imgur.com/AbCdEfG.png",
        "https://notimgur.com/AbCdEfG",
        "https://imgur.com.example.org/a/AbCdEfG",
        "ftp://imgur.com/AbCdEfG",
        "https://[::1/AbCdEfG",
        "",
    ],
)
def test_other_addresses_are_none_of_its(url: str) -> None:
    assert imgur.direct(url) is None
    assert not imgur.opens(url)


def test_the_data_of_a_page_in_its_order_without_videos() -> None:
    page = post_page({"id": "x", "title": "An album", "is_mature": True, "image_count": 9, "media": MEDIA})
    post = from_page(page)
    assert post is not None
    assert [picture.url for picture in post.pictures] == [
        "https://i.imgur.com/AbCdEf1.jpeg",
        "https://i.imgur.com/AbCdEf3.gif",
    ]
    assert [picture.title for picture in post.pictures] == ["it's \U0001f431", None]
    assert (post.videos, post.all, post.title, post.nsfw) == (1, 9, "An album", True)


def test_the_data_of_a_page_as_an_object() -> None:
    page = f"<script>window.postDataJSON = {json.dumps({'media': MEDIA[:1]})};</script>"
    post = from_page(page)
    assert post is not None
    assert [picture.url for picture in post.pictures] == ["https://i.imgur.com/AbCdEf1.jpeg"]


def test_older_pages() -> None:
    images = [{"hash": "AbCd1", "ext": ".png", "title": "one"}, {"hash": "AbCd2", "ext": ".gif", "animated": True}]
    item = {"hash": "zzzzz", "title": "Old", "num_images": "12", "album_images": {"count": 2, "images": images}}
    page = f"<script>runSlots = {{\n  config: {{a: 1}},\n  item: {json.dumps(item)},\n}}</script>"
    post = from_page(page)
    assert post is not None
    assert [picture.url for picture in post.pictures] == [
        "https://i.imgur.com/AbCd1.png",
        "https://i.imgur.com/AbCd2.gif",
    ]
    assert (post.all, post.title) == (12, "Old")
    single = from_page(f"<script>widgetFactory({{ image               : {json.dumps(images[0])},\n }})</script>")
    assert single is not None
    assert [(picture.url, picture.title) for picture in single.pictures] == [("https://i.imgur.com/AbCd1.png", "one")]


def test_pages_that_only_have_previews() -> None:
    page = (
        '<meta property="og:title" content="A title"><meta property="og:image" content="https://s.imgur.com/logo.jpg">'
        '<meta property="og:image" content="https://i.imgur.com/AbCdEfG.png?fb">'
        '<meta name="twitter:image" content="https://i.imgur.com/AbCdEfGh.jpg">'
    )
    post = from_page(page)
    assert post is not None
    assert [picture.url for picture in post.pictures] == ["https://i.imgur.com/AbCdEfG.png"]
    assert post.title == "A title"
    twitter = from_page('<meta name="twitter:image0:src" content="https://i.imgur.com/AbCdEfG.jpg">')
    assert twitter is not None
    assert [picture.url for picture in twitter.pictures] == ["https://i.imgur.com/AbCdEfG.jpg"]
    video = from_page(page + '<meta property="og:video:type" content="video/mp4">')
    assert video is not None
    assert (video.pictures, video.videos) == ((), 1)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<html><title>imgur: the simple 404 page</title></html>",
        '<meta property="og:image" content="https://s.imgur.com/images/logo-1200-630.jpg?2">',
        'window.postDataJSON="{broken',
        'window.postDataJSON="not json at all"',
        f"window.postDataJSON={'[' * 100_000}",
        post_page({"media": []}),
        "item: {broken",
    ],
)
def test_pages_that_show_nothing(page: str) -> None:
    assert from_page(page) is None


def test_answers_of_the_api() -> None:
    one = {
        "id": "AbCdEf1",
        "type": "image/png",
        "link": "https://i.imgur.com/AbCdEf1.png",
        "title": "one",
        "nsfw": False,
    }
    two = {"id": "AbCdEf2", "type": "image/gif", "animated": True, "link": "https://i.imgur.com/AbCdEf2h.gif"}
    film = {"id": "AbCdEf3", "type": "video/mp4", "link": "https://i.imgur.com/AbCdEf3.mp4"}
    urls = ["https://i.imgur.com/AbCdEf1.png", "https://i.imgur.com/AbCdEf2.gif"]
    listed = from_api(json.dumps({"data": [one, film, two], "success": True, "status": 200}))
    album = from_api(json.dumps({"data": {"id": "x", "title": "An album", "nsfw": True, "images": [one, two]}}))
    picture = from_api(json.dumps({"data": one}))
    assert listed and album and picture
    assert [each.url for each in listed.pictures] == [each.url for each in album.pictures] == urls
    assert (listed.videos, album.title, album.nsfw) == (1, "An album", True)
    assert [(each.url, each.title, each.nsfw) for each in picture.pictures] == [(urls[0], "one", False)]


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"data": {"error": "no"}, "status": 404}', '{"data": null}'])
def test_answers_of_the_api_that_say_nothing(text: str) -> None:
    assert from_api(text) is None


THREAD = Seen("reddit", "https://www.reddit.com/r/x/comments/1", "t3_1", "A post", "somebody", "Fanart", None, 1.5)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the person who runs the tests has a client id of their own."""
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def site() -> Iterator[Imgur]:
    media = {f"AbCdEf{number}": picture(number) for number in range(4)}
    albums = {"Album01": ["AbCdEf2", "AbCdEf0", "AbCdEf3"], "Empty01": []}
    with Imgur(media, albums=albums, titles={"Album01": "It's an album", "AbCdEf0": "zero"}) as imgur:
        yield imgur


def opened(site: Imgur, url: str, seen: Seen = THREAD, client_id: str | None = None) -> list[Lead]:
    environ = {} if client_id is None else {"ANITUI_IMGUR_CLIENT_ID": client_id}
    return list(ImgurOpener(environ).open(Lead(url, seen, "the words", tags=("a",)), outside(site.url, "imgur.com")))


def paths(site: Imgur) -> list[str]:
    return [request.path for request in site.requests]


def ids(leads: list[Lead]) -> list[str]:
    return [lead.url.removeprefix("https://i.imgur.com/").partition(".")[0] for lead in leads]


@pytest.mark.parametrize("url", ["https://imgur.com/a/Album01", "http://m.imgur.com/gallery/it-s-an-album-Album01#1"])
@pytest.mark.parametrize("client_id", [None, CLIENT_ID])
def test_an_album_in_its_order(site: Imgur, url: str, client_id: str | None) -> None:
    leads = opened(site, url, client_id=client_id)
    assert ids(leads) == ["AbCdEf2", "AbCdEf0", "AbCdEf3"]
    for lead in leads:
        assert (lead.words, lead.tags, lead.instead) == ("the words", ("a",), ())
        assert lead.seen.page_url == THREAD.page_url
        assert (lead.seen.site, lead.seen.post_id, lead.seen.author) == ("reddit", "t3_1", "somebody")
        assert (lead.seen.title, lead.seen.flair, lead.seen.nsfw) == ("A post", "Fanart", False)
    untitled = opened(site, url, Seen("urls"), client_id)
    assert [lead.seen.title for lead in untitled] == ["It's an album", "zero", "It's an album"]
    by_api = [path.startswith("/3/") for path in paths(site)]
    assert all(by_api) if client_id else not any(by_api)


def test_a_gallery_post_of_one_picture(site: Imgur) -> None:
    for client_id in (None, CLIENT_ID):
        assert ids(opened(site, "https://imgur.com/gallery/AbCdEf1", client_id=client_id)) == ["AbCdEf1"]
        assert ids(opened(site, "https://imgur.com/t/anime/AbCdEf1", client_id=client_id)) == ["AbCdEf1"]


def test_a_client_id_that_is_refused_is_no_obstacle_and_never_shown(site: Imgur) -> None:
    said: list[str] = []
    opener = ImgurOpener({"ANITUI_IMGUR_CLIENT_ID": "my-own-secret-id"})
    world = outside(site.url, "imgur.com", say=said.append)
    leads = opener.open(Lead("https://imgur.com/a/Album01", THREAD), world)
    assert ids(list(leads)) == ["AbCdEf2", "AbCdEf0", "AbCdEf3"]
    with pytest.raises(NotFetched) as error:
        opener.open(Lead("https://imgur.com/a/Gone001", THREAD), world)
    assert any(path.startswith("/3/") for path in paths(site))
    for text in (str(error.value), repr(error.value), repr(opener), *said, *map(str, leads), *paths(site)):
        assert "my-own-secret-id" not in text


@pytest.mark.parametrize("no", [faults.status(401), faults.status(403), faults.too_many(retry_after=None)])
def test_an_api_that_says_no_is_left_alone_for_a_while(site: Imgur, no: faults.Fault) -> None:
    said: list[str] = []
    site.faults.on(lambda request: request.path.startswith("/3/"), no)
    opener = ImgurOpener({"ANITUI_IMGUR_CLIENT_ID": CLIENT_ID})
    world = outside(site.url, "imgur.com", say=said.append)
    lead = Lead("https://imgur.com/a/Album01", THREAD)
    assert ids(list(opener.open(lead, world))) == ["AbCdEf2", "AbCdEf0", "AbCdEf3"]
    site.forget_requests()
    assert len(opener.open(lead, world)) == 3
    assert paths(site) == ["/a/Album01"]
    assert len(said) == 1


@pytest.mark.parametrize("client_id", [None, CLIENT_ID])
@pytest.mark.parametrize("album", ["Gone001", "Empty01"])
def test_albums_that_are_empty_or_gone(site: Imgur, album: str, client_id: str | None) -> None:
    with pytest.raises(NotFetched) as error:
        opened(site, f"https://imgur.com/a/{album}", client_id=client_id)
    assert error.value.final


def test_a_video_is_no_picture() -> None:
    with Pages({"/a/Album01": post_page({"media": MEDIA[1:2]})}) as pages, pytest.raises(NotFetched) as error:
        OPENERS[0].open(Lead("https://imgur.com/a/Album01", THREAD), outside(pages.url, "imgur.com"))
    assert (error.value.reason, error.value.final) == ("a video, not a picture", True)


def test_an_album_that_is_shown_in_part_is_told() -> None:
    said: list[str] = []
    with Pages({"/a/Album01": post_page({"image_count": 60, "media": MEDIA[:3]})}) as pages:
        world = outside(pages.url, "imgur.com", say=said.append)
        leads = OPENERS[0].open(Lead("https://imgur.com/a/Album01", THREAD), world)
    assert len(leads) == 2
    assert len(said) == 1
    assert "60" in said[0]
