"""What stands on the loopback Reddit, said plainly: posts, their galleries and their comments."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

PREVIEW = "https://preview.redd.it"
EXTERNAL_PREVIEW = "https://external-preview.redd.it"
PICTURES = "https://i.redd.it"


@dataclass(slots=True)
class Comment:
    """A comment. `author` None: it was deleted. A removed one has `[removed]` as its body."""

    id: str
    body: str
    author: str | None = "a_commenter"
    replies: Sequence[Comment] = ()
    score: int = 1
    created_utc: float | None = None  # None: an hour after the post


@dataclass(slots=True)
class Item:
    """A picture of a gallery. `status` is "valid" unless Reddit failed to take it in."""

    media_id: str
    picture: bytes | None = None
    suffix: str = "jpg"
    status: str = "valid"
    # A still picture has its address under `u`; an animated one has none there and these.
    animated: tuple[Literal["gif", "mp4"], ...] = ()
    caption: str | None = None

    @property
    def name(self) -> str:
        """What the picture is called on i.redd.it."""
        return f"{self.media_id}.{self.suffix}"


@dataclass(slots=True)
class Post:
    """A post is what was given it: a `picture`, a `gallery`, a link (`url`), a crosspost, a video, else a text."""

    id: str
    subreddit: str
    title: str
    picture: bytes | None = None  # on i.redd.it; beside a `url`, it is what the preview of that link shows
    name: str | None = None  # what the picture is called there; None: after the post
    url: str | None = None
    gallery: Sequence[Item] | None = None
    selftext: str = ""
    flair: str | None = None
    author: str | None = "a_poster"  # None: deleted
    over_18: bool = False
    score: int = 1
    created_utc: float = 1_600_000_000.0
    removed_by_category: str | None = None  # "moderator", "deleted" …: pictures of such a post are not served
    is_video: bool = False
    crosspost_parent: str | None = None  # the id of the original, which may be gone
    # Whether what is told of a crosspost holds the original too; else it only names it.
    crosspost_list: bool = True
    preview: bool = True  # whether there is a preview of its picture
    comments: Sequence[Comment] = field(default_factory=list)

    @property
    def picture_name(self) -> str:
        """What its picture is called on i.redd.it."""
        return self.name or f"{self.id}pic.jpg"

    @property
    def is_self(self) -> bool:
        return (
            self.url is None
            and self.picture is None
            and self.gallery is None
            and self.crosspost_parent is None
            and not self.is_video
        )


def signature(name: str) -> str:
    """What a signed preview of this picture has after `s=`."""
    return hashlib.sha1(f"signed {name}".encode(), usedforsecurity=False).hexdigest()


def preview_url(name: str, *, width: int | None = None, base: str = PREVIEW, signed: bool = True) -> str:
    """The address of a picture's preview, as it stands in posts and comments."""
    wide = f"width={width}&" if width else ""
    sign = f"&s={signature(name)}" if signed else ""
    return f"{base}/{name}?{wide}format=pjpg&auto=webp{sign}"
