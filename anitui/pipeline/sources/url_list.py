"""A plain list of addresses, of pictures or of pages that are known to hold pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from anitui.pipeline.sources.kinds import Field, Gone, JobKind, Lead, Outside, Seen, Step
from anitui.pipeline.sources.list_files import lines


@dataclass(frozen=True)
class UrlListCrawl:
    """The addresses of a file, one a line, and those named beside it. Lines that begin with `#` are remarks."""

    file: Path | None = None
    urls: tuple[str, ...] = ()

    def steps(self, outside: Outside) -> Iterator[Step]:
        for url in dict.fromkeys(self._all()):
            if outside.stopping.is_set():
                return
            host = _host(url)
            if host is None:
                yield Gone(url, "not an http(s) address", Seen("urls"))
            else:
                yield Lead(url, Seen(host.removeprefix("www.")))

    def _all(self) -> Iterator[str]:
        if self.file:
            yield from (line for _, line in lines(self.file) if not line.startswith("#"))
        yield from (tidied for url in self.urls if (tidied := url.strip()))


def _host(url: str) -> str | None:
    """The name of the host, where this is an address to fetch from."""
    if any(char.isspace() for char in url):
        return None
    try:
        split = urlsplit(url)
        return (split.hostname or None) if split.scheme in ("http", "https") else None
    except ValueError:
        return None


def _check(values: Mapping[str, Any]) -> str | None:
    return None if values.get("file") or values.get("urls") else "one of file and urls must say which addresses"


def _crawl(values: Mapping[str, Any]) -> UrlListCrawl:
    file = Path(values["file"]).expanduser() if values.get("file") else None
    return UrlListCrawl(file, tuple(values.get("urls") or ()))


def _told(values: Mapping[str, Any]) -> str:
    which = [Path(values["file"]).name] if values.get("file") else []
    urls = values.get("urls") or ()
    if urls:
        which.append(urls[0] if len(urls) == 1 else f"{len(urls)} addresses")
    return f"addresses · {' + '.join(which)}"


KINDS = (
    JobKind(
        "urls",
        "a list of addresses",
        (
            Field("file", "path", "a text file with one address a line; lines that begin with # are passed over"),
            Field("urls", "texts", "addresses of pictures, or of Imgur's pages"),
        ),
        _crawl,
        _told,
        _check,
    ),
)
