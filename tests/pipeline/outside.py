"""What a source has of the world, with one site on loopback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

from anitui.pipeline.fetch import Client, FetchLimits
from anitui.pipeline.politeness import Hosts
from anitui.pipeline.sites import Sites
from anitui.pipeline.sources.kinds import Outside


def outside(
    base: str,
    site: str,
    marks: Mapping[str, str] | None = None,
    *,
    stopping: Event | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Outside:
    """The real client, which finds the site (`imgur.com`) at the address `base`."""
    sites = Sites({site: base}, loopback=True)
    client = Client(FetchLimits(attempts=2), Hosts(), sites=sites, first_wait=0.01)
    return Outside(client, sites, marks or {}, stopping or Event(), say)
