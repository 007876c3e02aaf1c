"""What a kind of job is made of: the fields that a person fills in, and the crawl that finds pictures by them.

One file in this folder is one source. It defines `KINDS`, and `OPENERS` when links elsewhere may lead to its pages;
`registry.py` finds both. A crawl finds and nothing else: what it yields is matched with the labels of the jobs that
asked for it, fetched, checked and taken in by the same code for all sources.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from anitui.pipeline.fetch import Client
from anitui.pipeline.sites import Sites


@dataclass(frozen=True, slots=True)
class Seen:
    """Where something was seen: what its sighting will say."""

    site: str
    page_url: str | None = None
    post_id: str | None = None
    title: str | None = None
    author: str | None = None
    flair: str | None = None
    nsfw: bool | None = None
    posted_at: float | None = None  # seconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class Lead:
    """A picture, or a page of pictures, that was found and not looked at yet."""

    url: str
    seen: Seen
    # The words beside it: a job with a label takes it only if they name the label. None: whoever asked takes it.
    words: str | None = None
    instead: tuple[str, ...] = ()  # where to look, in this order, when `url` gives nothing
    file: str | None = None  # it lies on this machine already
    tags: tuple[str, ...] = ()  # what the site says of the picture, such as genres
    via: tuple[str, ...] = ()  # the pages that were opened on the way to it


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that is told and not fetched: a removed post, a video. `reason` as a person should read it."""

    url: str
    reason: str
    seen: Seen
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """All of a page was yielded. A later run may leave the page out while its stamp is the same."""

    page: str
    stamp: str


Step: TypeAlias = Lead | Gone | Mark


@dataclass(frozen=True)
class Outside:
    """What a source has of the world."""

    client: Client
    sites: Sites
    marks: Mapping[str, str] = field(default_factory=dict)  # page → stamp, of what earlier runs went through
    stopping: threading.Event = field(default_factory=threading.Event)  # look at it between two pages
    say: Callable[[str], None] = lambda text: None  # what a person should know while it goes on


class Crawl(Protocol):
    """One way through a site. Jobs that differ only in their labels share it."""

    def steps(self, outside: Outside) -> Iterator[Step]:
        """Everything there is, lazily. Raises AnituiError for what a person has to mend (keys, a name)."""
        ...


FieldKind: TypeAlias = Literal["text", "texts", "number", "flag", "date", "choice", "path", "paths"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a job: in the file, in the editor, and how it is checked.

    Values are str, tuple[str, ...], int, bool, datetime.date, str, str and tuple[str, ...]; None where not given.
    """

    name: str
    kind: FieldKind
    help: str
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job, as `type = "…"` names it."""

    type: str
    title: str  # as a person says it: "links in comments"
    fields: tuple[Field, ...]
    crawl: Callable[[Mapping[str, Any]], Crawl]  # from the checked values of all `fields`
    told: Callable[[Mapping[str, Any]], str]  # one job in a few words: "r/anime · episode discussion"
    # What is wrong with values that are right each for itself, or None.
    check: Callable[[Mapping[str, Any]], str | None] = lambda values: None


class Opener(Protocol):
    """Knows the addresses of one site's pages."""

    def direct(self, url: str) -> str | None:
        """The picture's own address, where the page's address tells it."""
        ...

    def opens(self, url: str) -> bool:
        """Whether this is a page that must be asked for the pictures in it."""
        ...

    def open(self, lead: Lead, outside: Outside) -> Sequence[Lead]:
        """The pictures of a page, in their order, with what `lead` says of where it was seen.

        Raises NotFetched; finding none is `NotFetched("…", final=True)`.
        """
        ...
