"""Where pictures come from: one file per source. A source finds; `ingest.take_in` does the rest, the same for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from anitui.store.intake import NewSighting


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file that may be a picture; what it is, only its content tells."""

    path: str
    size: int
    mtime_ns: int
    label: str | None


@dataclass(frozen=True, slots=True)
class Unfit:
    """Something that cannot be taken whatever it holds, and why."""

    path: str  # printable, also where the name on disk is not
    reason: str
    label: str | None = None


class Source(Protocol):
    """What `ingest.take_in` asks of a source."""

    @property
    def kind(self) -> str:
        """The kind of its jobs: what one job of a kind has dealt with, another passes over."""
        ...

    @property
    def name(self) -> str:
        """What a person calls the job."""
        ...

    def order(self) -> Mapping[str, Any]:
        """What was asked for, as plain data: the same again continues the job."""
        ...

    def find(self, leave_out: Iterable[Path]) -> Iterator[FoundFile | Unfit]:
        """Everything there is, lazily; `leave_out` is what the workspace itself is made of."""
        ...

    def sighting(self, path: str, label: str | None, sha256: str) -> NewSighting:
        """Where a picture was seen."""
        ...
