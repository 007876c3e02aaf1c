"""Where the sites are. For trials and tests each can be moved to another address, its pictures included."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_ALLOW_LOOPBACK = "ANITUI_ALLOW_LOOPBACK"
# The variable that moves a site → its names.
_MOVED = {
    "ANITUI_REDDIT_URL": ("reddit.com", "redd.it", "redditmedia.com"),
    "ANITUI_IMGUR_URL": ("imgur.com",),
    "ANITUI_MAL_URL": ("myanimelist.net",),
    "ANITUI_WORLDART_URL": ("world-art.ru",),
}


@dataclass(frozen=True)
class Sites:
    """The sites as the environment has them."""

    moved_to: Mapping[str, str]  # a site's name → the base address that stands for it and all names below it
    loopback: bool = False  # whether addresses on this machine may be fetched from: for tests only

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Sites:
        """Only the environment can say these: a workspace from elsewhere must not be able to."""
        moved = {
            name: base.rstrip("/")
            for variable, names in _MOVED.items()
            if (base := environ.get(variable))
            for name in names
        }
        return cls(moved, environ.get(_ALLOW_LOOPBACK) == "1")

    def actual(self, url: str) -> str:
        """The address to ask instead of this one: itself, unless its site was moved."""
        if not self.moved_to:
            return url
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return url
        for name, base in self.moved_to.items():
            if host == name or host.endswith("." + name):
                return base + parts.path + (f"?{parts.query}" if parts.query else "")
        return url

    def base(self, name: str, usual: str) -> str:
        """The base address of a site, such as `base("reddit.com", "https://www.reddit.com")`."""
        return self.moved_to.get(name, usual)
