"""Purge: the only thing that removes pictures' bytes, and only of pictures that were set aside.

The rows are marked first and the files removed after, so a purge that is cut off leaves files that should be gone,
which `doctor` finds; never a picture in use without its file. The row stays, so that the content is not taken in
again.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from anitui.errors import WrongUse
from anitui.pipeline.media import alone_with_media, lies_in_media
from anitui.progress import Event, Work
from anitui.store import purging
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

BATCH = 10_000
NO_REASON = "no reason given"


@dataclass(frozen=True, slots=True)
class Example:
    """A picture that would go."""

    path: str
    bytes: int
    reason: str


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What a purge would remove, to be shown before anybody says yes."""

    count: int
    bytes: int
    largest: tuple[Example, ...]
    reasons: dict[str, int]  # reason → pictures, the most frequent first
    references: int  # set aside as well, but their files are not ours: they stay
    hardlinks: int  # the name in media goes, their other name stays
    older_than_days: int | None
    image_ids: tuple[int, ...] = field(repr=False)
    outside: tuple[str, ...] = ()  # set aside, but their paths lead out of media: left alone, whatever lies there

    @property
    def nothing(self) -> bool:
        return self.count == 0


@dataclass(slots=True)
class PurgeReport:
    """What a purge did: files and bytes that were removed, and what was not."""

    purged: int = 0
    bytes: int = 0
    brought_back: int = 0  # in use again since the plan was made, so left alone
    gone_already: int = 0
    left: list[str] = field(default_factory=list)  # could not be removed, and why; `doctor` tries again
    seconds: float = 0.0


class OutsideMedia(Exception):
    """The path does not lead to a file in media, so nothing was removed."""


def plan(
    workspace: Workspace, catalogue: Catalogue, *, older_than_days: int | None = None, examples: int = 5
) -> PurgePlan:
    """What would go: all that is set aside, or only what has been set aside for so many days."""
    if older_than_days is not None and older_than_days < 0:
        raise WrongUse("the number of days must not be negative")
    able = purging.purgeable(catalogue, older_than_days)
    found = [each for each in able if lies_in_media(workspace, each.path)]
    return PurgePlan(
        count=len(found),
        bytes=sum(each.bytes for each in found),
        largest=tuple(
            Example(str(workspace.file(each.path)), each.bytes, each.reason or NO_REASON) for each in found[:examples]
        ),
        reasons=dict(Counter(each.reason or NO_REASON for each in found).most_common()),
        references=purging.references_set_aside(catalogue),
        hardlinks=sum(each.stored == "hardlink" for each in found),
        older_than_days=older_than_days,
        image_ids=tuple(each.image_id for each in found),
        outside=tuple(str(workspace.file(each.path)) for each in able if not lies_in_media(workspace, each.path)),
    )


def purge(workspace: Workspace, catalogue: Catalogue, plan: PurgePlan, *, said_by: str = "person") -> Work[PurgeReport]:
    """Remove what the plan named and is still set aside. Closing the generator stops between two batches."""
    started = time.monotonic()
    report = PurgeReport(left=[f"{path}: it lies outside media" for path in plan.outside])
    with alone_with_media():
        for start in range(0, plan.count, BATCH):
            batch = plan.image_ids[start : start + BATCH]
            yield Event("purging", start, plan.count, counts={"purged": report.purged})
            marked = purging.mark_purged(catalogue, batch, said_by)
            report.brought_back += len(batch) - len(marked)
            for each in marked:
                _remove(workspace, each, report)
        yield Event("purging", plan.count, plan.count, counts={"purged": report.purged})
    report.seconds = time.monotonic() - started
    return report


def _remove(workspace: Workspace, picture: purging.Purgeable, report: PurgeReport) -> None:
    try:
        if remove_from_media(workspace, picture.path):
            report.purged += 1
            report.bytes += picture.bytes
        else:
            report.gone_already += 1
    except OutsideMedia as error:
        report.left.append(str(error))
    except OSError as error:
        report.left.append(f"{workspace.file(picture.path)}: {(error.strerror or str(error)).lower()}")


def remove_from_media(workspace: Workspace, path: str) -> bool:
    """Remove one file below media, whatever the catalogue says its path is; False when it was gone already.

    Folders are opened one below the other without following links, so nothing outside media can be meant; where
    the file itself is a link, only the link goes.
    """
    if not lies_in_media(workspace, path):
        raise OutsideMedia(f"{workspace.file(path)} lies outside media and was left alone")
    parts = PurePosixPath(path).parts
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    handle = os.open(workspace.media, flags)
    try:
        for part in parts[1:-1]:
            inner = os.open(part, flags | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        os.unlink(parts[-1], dir_fd=handle)
    except FileNotFoundError:
        return False
    finally:
        os.close(handle)
    return True
