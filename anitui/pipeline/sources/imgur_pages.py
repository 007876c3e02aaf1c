"""What Imgur's answers say of the pictures in them: its API's, and those of its pages, new and old. No network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# The data of today's pages, as JSON within a string of JavaScript; of the older pages, as an object of JavaScript
# that is JSON as well.
_POST = re.compile(r"""window\.postDataJSON\s*=\s*(?:(["'])((?:[^\\]|\\.)*?)\1|(?=\{))""", re.DOTALL)
_ITEM = re.compile(r"\b(?:item|image)\s*:\s*(?=\{)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_SHORT_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}

_ID = re.compile(r"[A-Za-z0-9]{3,12}", re.ASCII)
_PICTURES = {"jpg", "jpeg", "png", "gif", "webp", "apng", "bmp", "tiff", "avif"}
_VIDEOS = {"mp4", "webm", "gifv", "mov", "mkv"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of a page."""

    url: str
    title: str | None = None
    nsfw: bool | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A page of Imgur: its pictures in their order."""

    pictures: tuple[Shown, ...]
    videos: int = 0
    all: int = 0  # how many there are, by the page's own word; it may hold fewer
    title: str | None = None
    nsfw: bool | None = None


def from_api(text: str) -> Post | None:
    """What the API says of an album, a gallery post, a picture or the pictures of an album."""
    answer = _json(text)
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if isinstance(data, list):
        return _post({}, data)
    if not isinstance(data, Mapping) or "error" in data:
        return None
    images = data.get("images")
    if isinstance(images, list):
        return _post(data, images, count="images_count")
    return _post(data, [data]) if "link" in data or "type" in data else None


def from_page(html: str) -> Post | None:
    """What a page says of itself, by the best that it has; None where it shows nothing."""
    readings: tuple[Callable[[str], Iterator[Post]], ...] = (_posts, _items, _metas)
    for reading in readings:
        for post in reading(html):
            if post.pictures or post.videos:
                return post
    return None


def _posts(html: str) -> Iterator[Post]:
    for found in _POST.finditer(html):
        data = _json(_unescaped(found[2])) if found[1] else _object(html, found.end())
        if isinstance(data, Mapping):
            media = data.get("media")
            yield _post(data, media if isinstance(media, list) else [data], count="image_count")


def _items(html: str) -> Iterator[Post]:
    for found in _ITEM.finditer(html):
        data = _object(html, found.end())
        if isinstance(data, Mapping):
            album = data.get("album_images")
            images = album.get("images") if isinstance(album, Mapping) else None
            if isinstance(images, list):
                yield _post(data, images, count="num_images")
            elif "hash" in data:
                yield _post(data, [data])


def _metas(html: str) -> Iterator[Post]:
    """The pictures that a page names for previews elsewhere: the first of its own, at least."""
    from selectolax.lexbor import LexborHTMLParser

    named: dict[str, list[str]] = {}
    for meta in LexborHTMLParser(html).css("meta[content]"):
        name = meta.attributes.get("property") or meta.attributes.get("name") or ""
        named.setdefault(re.sub(r"\d", "", name), []).append(meta.attributes.get("content") or "")
    title = next((text for text in named.get("og:title", ()) if "imgur" not in text.lower()), None)
    video = any(name.startswith("og:video") for name in named)
    # Not both: Twitter's are smaller copies of the same.
    for name in ("og:image", "twitter:image", "twitter:image:src"):
        # Imgur's own emblem lies on another host.
        urls = [url.partition("?")[0] for url in named.get(name, ()) if re.match(r"https?://i\.imgur\.com/", url)]
        if urls and video and not urls[0].endswith(".gif"):
            yield Post((), videos=1, all=1, title=title)
        elif urls:
            yield Post(tuple(map(Shown, dict.fromkeys(urls))), all=len(set(urls)), title=title)


def _post(about: Mapping[str, Any], images: list[Any], *, count: str = "") -> Post:
    pictures: dict[str, Shown] = {}
    videos = 0
    for image in images:
        if not isinstance(image, Mapping):
            continue
        url, video = _address(image)
        if video:
            videos += 1
        elif url:
            pictures.setdefault(url, Shown(url, _words(image, "title"), _flag(image)))
    said = about.get(count)
    count_said = int(said) if isinstance(said, int | str) and str(said).isdecimal() else 0
    return Post(tuple(pictures.values()), videos, max(count_said, len(images)), _words(about, "title"), _flag(about))


def _address(image: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The address of a picture; and whether it is a video instead."""
    name = image.get("hash") or image.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        return None, False
    mime = str(image.get("mime_type") or image.get("mimetype") or image.get("type") or "").lower()
    family, _, kind = mime.partition("/")
    link = str(image.get("link") or image.get("url") or "").partition("?")[0]
    endings = [str(image.get("ext") or "").lstrip("."), link.rpartition("/")[2].rpartition(".")[2]]
    endings = [ending.lower() for ending in endings if ending]
    if family == "video" or (not kind and any(ending in _VIDEOS for ending in endings)):
        return None, True
    # An animated GIF may be named by the video made of it.
    ending = next((ending for ending in endings if ending in _PICTURES), kind if kind in _PICTURES else "jpg")
    return f"https://i.imgur.com/{name}.{ending}", False


def _words(about: Mapping[str, Any], name: str) -> str | None:
    metadata = about.get("metadata")
    text = about.get(name) or (metadata.get(name) if isinstance(metadata, Mapping) else None)
    return " ".join(text.split()) or None if isinstance(text, str) else None


def _flag(about: Mapping[str, Any]) -> bool | None:
    flag = about.get("nsfw", about.get("is_mature"))
    return flag if isinstance(flag, bool) else None


def _unescaped(literal: str) -> str:
    """The text that a string of JavaScript stands for."""

    def one(escape: re.Match[str]) -> str:
        if code := escape[1] or escape[2]:
            return chr(int(code, 16))
        return _SHORT_ESCAPES.get(escape[3], escape[3])

    text = _ESCAPE.sub(one, literal)
    # Two escapes may be the halves of one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _object(text: str, start: int) -> Any:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None
