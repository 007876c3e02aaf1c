"""Folders that gallery-dl filled, with its metadata in the shapes that it gives it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from anitui.pipeline.fetched import Stopping
from anitui.pipeline.sources import gallery_dl
from anitui.pipeline.sources.gallery_dl import KINDS, wrote
from anitui.pipeline.sources.kinds import Gone, Lead, Seen, Step
from tests.fakes.pictures import picture
from tests.pipeline.outside import outside

(kind,) = KINDS

SUBMISSION: dict[str, Any] = {
    "id": "abc123", "name": "t3_abc123", "subreddit": "GochiUsa", "title": "Cocoa &amp; Chino", "author": "a_poster",
    "permalink": "/r/GochiUsa/comments/abc123/cocoa_chino/", "url": "https://i.redd.it/k3mediaid9xyz.png",
    "link_flair_text": "Fanart", "over_18": True, "created_utc": 1600000000.0, "is_self": False, "num": 0,
    "comment": None, "date": "2020-09-13 12:26:40", "category": "reddit", "subcategory": "subreddit",
    "filename": "k3mediaid9xyz", "extension": "png",
}  # fmt: skip
IMGUR: dict[str, Any] = {
    "id": "AbCd123", "account_id": 7, "title": "", "name": "", "description": "", "size": 9, "created_at": "…",
    "url": "https://i.imgur.com/AbCd123.jpg", "ext": "jpg", "date": "2019-05-06 07:08:09", "is_animated": False,
    "filename": "AbCd123", "extension": "jpg", "category": "imgur", "subcategory": "image",
}  # fmt: skip


def keep(folder: Path, name: str, told: Mapping[str, Any] | None, *, number: int = 0, beside: str = "") -> Path:
    """A file as gallery-dl leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(picture(number, "png" if path.suffix == ".png" else "jpeg"))
    if told is not None:
        (folder / (beside or f"{name}.json")).write_text(json.dumps(told, indent=4, ensure_ascii=False), "utf-8")
    return path


def steps(folder: Path, stopping: Event | None = None) -> list[Step]:
    crawl = kind.crawl({"folder": str(folder)})
    return list(crawl.steps(outside("http://127.0.0.1:9", "imgur.com", stopping=stopping)))


def only(folder: Path) -> Lead:
    (lead,) = steps(folder)
    assert isinstance(lead, Lead)
    return lead


def test_a_post_of_reddit_is_told_as_from_reddit_itself(tmp_path: Path) -> None:
    path = keep(tmp_path, "abc123 Cocoa & Chino.png", SUBMISSION)
    assert only(tmp_path) == Lead(
        "https://i.redd.it/k3mediaid9xyz.png",
        Seen(
            "reddit", "https://www.reddit.com/r/GochiUsa/comments/abc123/cocoa_chino/", "t3_abc123", "Cocoa & Chino",
            "a_poster", "Fanart", True, 1600000000.0,
        ),
        file=str(path),
    )  # fmt: skip


def test_each_picture_of_a_gallery_has_an_address_of_its_own(tmp_path: Path) -> None:
    told = {**SUBMISSION, "url": "https://www.reddit.com/gallery/abc123", "is_gallery": True}
    for num, name in enumerate(["mediaidone1", "mediaidtwo2"], 1):
        keep(tmp_path, f"abc123 0{num}.jpg", {**told, "num": num, "filename": name, "extension": "jpg"}, number=num)
    assert [step.url for step in steps(tmp_path)] == [  # type: ignore[union-attr]
        "https://i.redd.it/mediaidone1.jpg",
        "https://i.redd.it/mediaidtwo2.jpg",
    ]
    crosspost = {**told, "crosspost_parent_list": [{"id": "orig1", "is_gallery": True}], "filename": "mediaidone1"}
    del crosspost["is_gallery"]
    keep(tmp_path / "crosspost", "x.jpg", {**crosspost, "num": 1, "extension": "jpg"})
    assert [(step.url, step.seen.post_id, step.seen.title) for step in steps(tmp_path / "crosspost")] == [  # type: ignore[union-attr]
        ("https://i.redd.it/mediaidone1.jpg", "t3_abc123", "Cocoa & Chino"),
        ("https://i.redd.it/mediaidone1.jpg", "t3_orig1", None),
    ]


@pytest.mark.parametrize(
    ("told", "url"),
    [
        # A picture in a comment: the submission's address is another picture's.
        ({"filename": "inthecomment1", "extension": "jpeg"}, "https://i.redd.it/inthecomment1.jpeg"),
        # What gallery-dl found to be a JPEG keeps the address that it came from.
        ({"extension": "jpg"}, "https://i.redd.it/k3mediaid9xyz.png"),
        # A page elsewhere, with `parent-metadata` laid over what the page said.
        ({"url": "https://imgur.com/a/Album01", "filename": "AbCd123", "extension": "jpg"}, None),
        ({"url": "https://i.redd.it/k3mediaid9xyz.png?width=9&s=1"}, "https://i.redd.it/k3mediaid9xyz.png?width=9&s=1"),
        ({"url": "http://[broken/k3mediaid9xyz.png", "filename": "x y"}, None),
        ({"url": None, "filename": None, "extension": None}, None),
    ],
)
def test_an_address_is_the_files_own_or_where_it_lies(tmp_path: Path, told: dict[str, Any], url: str | None) -> None:
    path = keep(tmp_path, "pic.png", {**SUBMISSION, **told})
    assert only(tmp_path).url == (url or str(path))


def test_a_picture_from_a_comment_is_its_writers(tmp_path: Path) -> None:
    comment = {
        "id": "c1", "author": "a_commenter", "body": "[Cocoa](https://i.redd.it/k3mediaid9xyz.png)",
        "permalink": "/r/GochiUsa/comments/abc123/cocoa_chino/c1/", "created_utc": 1600009999,
    }  # fmt: skip
    keep(tmp_path, "pic.png", {**SUBMISSION, "comment": comment})
    seen = only(tmp_path).seen
    assert (seen.author, seen.post_id, seen.title) == ("a_commenter", "t3_abc123", "Cocoa & Chino")
    assert seen.page_url == "https://www.reddit.com/r/GochiUsa/comments/abc123/cocoa_chino/c1/"
    assert seen.posted_at == 1600009999.0


def test_imgur(tmp_path: Path) -> None:
    keep(tmp_path, "imgur_AbCd123.jpg", {**IMGUR, "title": "Rabbits", "is_mature": False})
    lead = only(tmp_path)
    assert lead.url == "https://i.imgur.com/AbCd123.jpg"
    assert lead.seen == Seen(
        "imgur", "https://imgur.com/AbCd123", "imgur:AbCd123", "Rabbits", nsfw=False, posted_at=1557126489.0
    )
    album = {"id": "Album01", "title": "Many rabbits", "account": {"id": 7, "username": "rabbit_friend"}}
    keep(tmp_path / "album", "imgur_Album01_002.jpg", {**IMGUR, "album": album, "num": 2, "count": 3})
    seen = only(tmp_path / "album").seen
    assert (seen.page_url, seen.title) == ("https://imgur.com/a/Album01", "Many rabbits")


@pytest.mark.parametrize(
    ("told", "tags", "seen"),
    [
        (
            {"category": "danbooru", "id": 294929, "file_url": "https://cdn.donmai.us/original/aa/bb/aabb.jpg",
             "source": "https://www.pixiv.net/artworks/1", "rating": "g", "date": "2008-08-12T04:46:05+02:00",
             "tags": ["1girl", "rabbit"], "tag_string": "1girl rabbit"},
            ("1girl", "rabbit"),
            Seen("danbooru", "https://www.pixiv.net/artworks/1", "danbooru:294929", nsfw=False,
                 posted_at=1218509165.0),
        ),
        (
            {"category": "gelbooru", "id": "77", "tags": "1girl long_hair 1girl", "rating": "explicit",
             "date": "no date"},
            ("1girl", "long_hair"),
            Seen("gelbooru", None, "gelbooru:77", nsfw=True),
        ),
        (
            {"category": "e621", "id": 5, "tags": {"general": ["solo"], "species": ["rabbit"], "odd": None},
             "rating": "s"},
            ("solo", "rabbit"),
            Seen("e621", None, "e621:5", nsfw=False),
        ),
        (
            {"category": "pixiv", "id": 9, "title": "うさぎ", "user": {"id": 1, "name": "someone", "account": "x"},
             "tags": [{"name": "ココア", "translated_name": "cocoa"}], "rating": "R-18", "x_restrict": 1},
            ("ココア",),
            Seen("pixiv", None, "pixiv:9", "うさぎ", "someone", nsfw=True),
        ),
        (
            {"category": "twitter", "author": {"id": 1, "name": "someone"}, "content": "look", "sensitive": False,
             "tags": 7, "id": True},
            (),
            Seen("twitter", None, "twitter:True", "look", "someone", nsfw=False),
        ),
    ],
    ids=lambda value: value.get("category") if isinstance(value, dict) else "",
)  # fmt: skip
def test_other_sites(tmp_path: Path, told: dict[str, Any], tags: tuple[str, ...], seen: Seen) -> None:
    path = keep(tmp_path, "pic.jpg", {"extension": "jpg", **told})
    lead = only(tmp_path)
    assert (lead.tags, lead.seen) == (tags, seen)
    assert lead.url == told.get("file_url", str(path))


def test_what_has_no_metadata_is_a_picture_all_the_same(tmp_path: Path) -> None:
    path = keep(tmp_path / "reddit" / "x", "alone.jpg", None)
    broken = keep(tmp_path / "reddit" / "y", "broken.jpg", None)
    (tmp_path / "reddit" / "y" / "broken.jpg.json").write_text("{not json")
    assert steps(tmp_path) == [
        Lead(str(path), Seen("folder", str(path.parent), title="alone.jpg"), file=str(path)),
        Lead(str(broken), Seen("folder", str(broken.parent), title="broken.jpg"), file=str(broken)),
    ]


def test_only_what_may_be_a_picture_in_the_order_of_names(tmp_path: Path) -> None:
    keep(tmp_path / "b", "2.jpg", {**IMGUR, "id": "two"}, beside="2.json")
    keep(tmp_path / "a", "1.JPG", None)
    for name in ("v.mp4", "v.mp4.json", "info.json", "data.jsonl", "x.part", "tags.txt", "archive.sqlite3", ".hidden"):
        (tmp_path / "b" / name).write_text("{}")
    found = steps(tmp_path)
    assert [Path(step.file or "").name for step in found if isinstance(step, Lead)] == ["1.JPG", "2.jpg"]
    assert [step.seen.post_id for step in found if isinstance(step, Lead)] == [None, "imgur:two"]


def test_a_name_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.jpg")).write_bytes(picture(1))
    (gone,) = steps(tmp_path)
    assert isinstance(gone, Gone)
    assert gone.reason == "its name is not UTF-8"
    json.dumps(gone.url).encode()
    assert gone.url.endswith(".jpg")


def test_it_stops_when_it_is_told_to(tmp_path: Path) -> None:
    keep(tmp_path, "1.jpg", None)
    stopping = Event()
    stopping.set()
    with pytest.raises(Stopping):
        steps(tmp_path, stopping)


def test_such_a_folder_is_known_by_the_metadata_of_a_picture(tmp_path: Path) -> None:
    assert not wrote(tmp_path)
    keep(tmp_path / "plain", "1.jpg", None)
    keep(tmp_path / "plain", "2.jpg", {"category": "mine"})
    keep(tmp_path / "plain", "3.jpg", None, beside="3.jpg.json")
    (tmp_path / "plain" / "info.json").write_text(json.dumps(IMGUR))
    assert not wrote(tmp_path / "plain")
    keep(tmp_path / "gallery-dl" / "imgur" / "deep", "1.jpg", IMGUR)
    assert wrote(tmp_path / "gallery-dl")
    assert wrote(tmp_path)


def test_of_a_large_folder_only_some_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_dl, "_LOOK_AT_MOST", 3)
    for name in ("1.jpg", "2.jpg", "3.jpg"):
        keep(tmp_path, name, None)
    keep(tmp_path, "4.jpg", IMGUR)
    assert not wrote(tmp_path)
