"""Folders that gallery-dl filled with `--write-metadata`: the pictures lie here, and beside each what its site said."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from anitui.pipeline.fetched import Stopping
from anitui.pipeline.sources.folder import printable
from anitui.pipeline.sources.kinds import Field, Gone, JobKind, Lead, Outside, Seen, Step
from anitui.pipeline.sources.reddit_posts import original_of, seen_in, seen_with

_NO_PICTURES = {
    ".json", ".jsonl", ".txt", ".part", ".mp4", ".webm", ".mkv", ".mov", ".m4v", ".m4a", ".mp3", ".zip", ".html",
    ".sqlite3", ".db", ".ini",
}  # fmt: skip
_PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".jfif"}
_LARGEST = 4 << 20  # of a metadata file
_LOOK_AT_MOST = 2_000  # files, to know whether gallery-dl wrote a folder
_TITLES = ("title", "description", "content")
_AUTHORS = ("author", "user", "uploader", "artist", "account")
_OVER_18 = {"e", "q", "explicit", "questionable", "adult", "mature", "r-18", "r-18g"}
_MEDIA_ID = re.compile(r"[a-z0-9]{8,24}")  # as Reddit names what was uploaded to it


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, and what was written down of it; empty where nothing was."""

    file: Path
    told: Mapping[str, Any]

    @property
    def url(self) -> str:
        """The address it came from, or where it lies. No two files have the same unless it is the same picture.

        Of what is more than one picture (a gallery, a text, a page of another site), `url` is the whole's address.
        """
        reddit = self.told.get("category") == "reddit"
        name = str(self.told.get("filename") or "")
        for key in ("url", "file_url", "_url"):
            url = self.told.get(key)
            if isinstance(url, str) and _is_picture(url) and (not reddit or PurePosixPath(_path(url)).stem == name):
                return url
        extension = str(self.told.get("extension") or "")
        if reddit and _MEDIA_ID.fullmatch(name) and f".{extension}" in _PICTURES:
            return f"https://i.redd.it/{name}.{extension}"
        return str(self.file)

    @property
    def comment(self) -> Mapping[str, Any] | None:
        """The comment of Reddit whose link led to it; None for a picture of a post."""
        comment = self.told.get("comment")
        return comment if isinstance(comment, dict) else None

    @property
    def tags(self) -> tuple[str, ...]:
        """What the site says of it, however it writes that down."""
        tags = self.told.get("tags")
        if isinstance(tags, dict):  # by their kinds
            tags = [tag for each in tags.values() if isinstance(each, list) for tag in each]
        elif isinstance(tags, str):
            tags = tags.split(", ") if ", " in tags else tags.split()
        if not isinstance(tags, list):
            return ()
        named = (tag.get("name") if isinstance(tag, dict) else tag for tag in tags)
        return tuple(
            dict.fromkeys(str(tag).strip() for tag in named if isinstance(tag, (str, int)) and str(tag).strip())
        )


def files_in(folder: Path) -> Iterator[Kept]:
    """All files that may be pictures, in the order of their names."""
    for path in _paths_in(folder):
        yield Kept(path, _told_of(path))


def wrote(folder: Path) -> bool:
    """Whether gallery-dl filled this folder, metadata included: one picture with its file beside it is enough."""
    some = islice(_paths_in(folder), _LOOK_AT_MOST)
    return any({"category", "extension"} <= _told_of(path).keys() for path in some)


def seen_of(kept: Kept) -> tuple[Seen, ...]:
    """What sightings say of such a file: one, or two where it is of a crosspost on Reddit."""
    told = kept.told
    site = str(told.get("category") or "")
    if not site:
        return (Seen("folder", str(kept.file.parent), title=kept.file.name),)
    if site == "reddit":
        return _seen_on_reddit(kept)
    return (
        Seen(
            site=site,
            page_url=_page(told),
            post_id=f"{site}:{told['id']}" if isinstance(told.get("id"), (str, int)) else None,
            title=_first(told, _TITLES) or _first(_mapping(told.get("album")), _TITLES),
            author=_first(told, _AUTHORS),
            nsfw=_is_over_18(told),
            posted_at=_moment(told.get("date")),
        ),
    )


def _seen_on_reddit(kept: Kept) -> tuple[Seen, ...]:
    if kept.comment is None:
        original = original_of(kept.told)
        return seen_with(kept.told, original if isinstance(original, Mapping) else None)
    seen, own = seen_in(kept.told), seen_in(kept.comment)
    return (
        replace(
            seen, page_url=own.page_url or seen.page_url, author=own.author, posted_at=own.posted_at or seen.posted_at
        ),
    )


def _page(told: Mapping[str, Any]) -> str | None:
    if told.get("category") == "imgur":
        album = _mapping(told.get("album")).get("id")
        page = f"a/{album}" if album else told.get("id")
        return f"https://imgur.com/{page}" if page else None
    for name in ("page_url", "post_url", "permalink", "webpage_url", "url", "source"):
        url = told.get(name)
        if isinstance(url, str) and url.startswith(("http://", "https://")) and not _is_picture(url):
            return url
    return None


def _is_over_18(told: Mapping[str, Any]) -> bool | None:
    for name in ("is_mature", "nsfw", "sensitive", "is_adult", "possibly_sensitive"):
        if isinstance(told.get(name), bool):
            return bool(told[name])
    rating = told.get("rating")
    return rating.casefold() in _OVER_18 if isinstance(rating, str) and rating else None


def _paths_in(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder.absolute()):
        folders.sort()
        for name in sorted(names):
            path = Path(here) / name
            if path.suffix.lower() not in _NO_PICTURES and not name.startswith("."):
                yield path


def _told_of(path: Path) -> Mapping[str, Any]:
    for beside in (path.with_name(f"{path.name}.json"), path.with_suffix(".json")):
        try:
            if beside.stat().st_size <= _LARGEST:
                told = json.loads(beside.read_bytes())
                if isinstance(told, dict):
                    return told
        except (OSError, ValueError, RecursionError):
            continue
    return {}


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = told.get(name)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("name") or value.get("username")
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _is_picture(url: str) -> bool:
    return url.startswith(("http://", "https://")) and PurePosixPath(_path(url)).suffix.lower() in _PICTURES


def _moment(text: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything in such a folder."""

    folder: Path

    def steps(self, outside: Outside) -> Iterator[Step]:
        for number, kept in enumerate(files_in(self.folder), 1):
            if outside.stopping.is_set():
                raise Stopping
            if number % 100 == 0:
                outside.say(f"file {number:,}")
            yield from steps_of(kept, seen_of(kept))


def steps_of(kept: Kept, seen: Sequence[Seen], words: str | None = None) -> Iterator[Step]:
    """A file as a crawl yields it, once for each place where it was seen."""
    path = str(kept.file)
    try:
        path.encode()
    except UnicodeEncodeError:
        yield Gone(printable(path), "its name is not UTF-8", seen[0], words)
        return
    yield from (Lead(kept.url, each, words, file=path, tags=kept.tags) for each in seen)


KINDS = (
    JobKind(
        "gallery_dl",
        "a gallery-dl folder",
        (Field("folder", "path", "where gallery-dl wrote to, with --write-metadata", required=True),),
        lambda values: Folder(Path(values["folder"])),
        lambda values: Path(values["folder"]).name,
    ),
)
