"""The loopback Reddit of the demo, with faults: see `anitui.demo.site.reddit` and `tests.fakes.faults`.

with Reddit([Post("p1", "pics", "Chinatsu", picture=picture(1))]) as reddit:
    for name, value in environment(reddit).items():
        monkeypatch.setenv(name, value)
    reddit.faults.on("/r/pics/search/", too_many(retry_after=1), first=1)
"""

from __future__ import annotations

from anitui.demo.site.posts import Comment, Item, Post, preview_url
from anitui.demo.site.reddit import CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME, Rate, environment
from anitui.demo.site.reddit import Reddit as Plain
from anitui.demo.site.threads import Portions
from tests.fakes.faults import Faulty

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "PASSWORD",
    "USERNAME",
    "Comment",
    "Item",
    "Portions",
    "Post",
    "Rate",
    "Reddit",
    "environment",
    "preview_url",
]


class Reddit(Faulty, Plain):
    """A Reddit with `faults`."""
