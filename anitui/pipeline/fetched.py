"""What comes of asking an address: a page, a picture in its file, or why there is neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from anitui.errors import AnituiError


class NotFetched(AnituiError):
    """Nothing was had from an address. `final`: asking again would not help.

    A source that does not handle it has its job stopped for this reason.
    """

    def __init__(self, reason: str, *, final: bool, attempts: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.attempts = attempts


class Stopping(BaseException):
    """The client was told to stop. No Exception, so that nobody takes it for a failure of the address."""


class DiskFull(Exception):
    """The file could not be written. It says nothing of the address."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was had."""

    url: str  # the last of the chain
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        """As its header says it is written, and else in UTF-8; what does not fit is replaced."""
        named = re.search(r"charset=[\"']?([\w-]+)", self.headers.get("content-type", ""))
        try:
            return self.body.decode(named[1] if named else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture that lies in its file: what it looked like from outside. Its pixels were not decoded."""

    chain: tuple[str, ...]  # every address on the way, the one asked for first
    bytes: int
    kind: str  # as containers.kind names it
    attempts: int
