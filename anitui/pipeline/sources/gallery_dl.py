"""Folders that gallery-dl filled with `--write-metadata`: the pictures lie here, and beside each what its site said."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anitui.pipeline.sources.kinds import Field, JobKind, Lead, Outside, Seen, Step
from anitui.pipeline.sources.reddit_posts import seen_in

_NO_PICTURES = {".json", ".txt", ".part", ".mp4", ".webm", ".mkv", ".zip", ".html", ".sqlite3"}
_LARGEST = 4 << 20  # of a metadata file
_TITLES = ("title", "description", "content")
_AUTHORS = ("author", "user", "uploader", "artist", "account")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, and what was written down of it; empty where nothing was."""

    file: Path
    told: Mapping[str, Any]

    @property
    def url(self) -> str:
        """The address it came from, or where it lies."""
        for name in ("url", "file_url", "_url"):
            url = self.told.get(name)
            # Of a post that is more than one picture, the address is the post's.
            if isinstance(url, str) and url.startswith("http") and not self.told.get("is_gallery"):
                return url
        return str(self.file)


def files_in(folder: Path) -> Iterator[Kept]:
    """All files that may be pictures, in the order of their names."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(here) / name
            if path.suffix.lower() not in _NO_PICTURES and not name.startswith("."):
                yield Kept(path.absolute(), _told_of(path))


def seen_of(kept: Kept) -> Seen:
    """What a sighting says of such a file."""
    told = kept.told
    if not told:
        return Seen("folder", str(kept.file.parent), title=kept.file.name)
    site = str(told.get("category") or "gallery-dl")
    if site == "reddit":
        return seen_in(told)
    return Seen(
        site=site,
        page_url=_first(told, ("page_url", "post_url", "permalink", "source")),
        post_id=f"{site}:{told['id']}" if isinstance(told.get("id"), (str, int)) else None,
        title=_first(told, _TITLES),
        author=_first(told, _AUTHORS),
        nsfw=told.get("rating") in ("e", "explicit", "q") if told.get("rating") is not None else None,
        posted_at=_moment(told.get("date")),
    )


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
        if isinstance(value, dict):
            value = value.get("name") or value.get("username")
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def _moment(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything in such a folder."""

    folder: Path

    def steps(self, outside: Outside) -> Iterator[Step]:
        for number, kept in enumerate(files_in(self.folder), 1):
            if number % 100 == 0:
                outside.say(f"file {number:,}")
            tags = kept.told.get("tags")
            yield Lead(
                kept.url,
                seen_of(kept),
                file=str(kept.file),
                tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
            )


KINDS = (
    JobKind(
        "gallery_dl",
        "a gallery-dl folder",
        (Field("folder", "path", "where gallery-dl wrote to, with --write-metadata", required=True),),
        lambda values: Folder(Path(values["folder"])),
        lambda values: str(values["folder"]).rpartition("/")[2],
    ),
)
