"""Doctor: holds the catalogue and the disk against each other, and says what does not fit.

It looks at every name in `media` once (`os.scandir`) and at every reference, and compares in sets. Only `deep` reads
the files. The workspace must be held, so whatever looks as if somebody were at work on it was left by a process
that was killed.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from anitui.errors import AnituiError
from anitui.files import is_unfinished
from anitui.pipeline.engine import Engine
from anitui.pipeline.findings import DoctorReport, Kind
from anitui.pipeline.media import alone_with_media
from anitui.pipeline.verify import Reading, engine_for, read, read_crashed
from anitui.progress import Event, Work
from anitui.store.catalogue import Catalogue
from anitui.store.upkeep import Case, Seen, Survey, ToRead
from anitui.workspace import Workspace

AT_ONCE = 20_000
EXAMPLES = 5

_DIGEST_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]+")


def examine_workspace(
    workspace: Workspace,
    catalogue: Catalogue,
    *,
    deep: bool = False,
    engine: Engine | None = None,
    examples: int = EXAMPLES,
) -> Work[DoctorReport]:
    """Find what is amiss and change nothing. `deep` also reads every file and compares its digest."""
    started = time.monotonic()
    report = DoctorReport(deep=deep)
    with alone_with_media(), closing(Survey(catalogue)) as survey:
        looked = yield from _look(workspace, survey, report)
        read_ = yield from _read(workspace, survey, deep, engine)
        yield Event("comparing", report.files, report.files)
        report.pictures = survey.pictures()
        damaged = _by_number(survey.of_another_size(), read_.other)
        wrong = {case.number for case in damaged}
        found: dict[Kind, list[Case]] = {
            Kind.STALE_JOB: survey.jobs_that_nobody_runs(),
            Kind.UNFINISHED: looked.unfinished,
            Kind.PURGED: survey.purged_but_there(),
            Kind.NO_ROW: survey.files_without_row(),
            Kind.STRAY: survey.strays() + looked.unnameable,
            Kind.TWICE: survey.twice(),
            Kind.MISPLACED: [case for case in survey.misplaced() if case.number not in wrong],
            Kind.DAMAGED: damaged,
            Kind.MISSING: _by_number(survey.without_file(), read_.gone),
            Kind.RETURNED: read_.returned,
            Kind.UNREADABLE: _by_number(survey.unreadable(), read_.unreadable),
            Kind.SIGHTING: survey.sightings_of_nothing(),
            Kind.ITEM: survey.items_of_nothing(),
            Kind.UNMEASURED: survey.unmeasured(read_.returned),
        }
    for kind in Kind:
        report.add(kind, found[kind], examples)
    report.seconds = time.monotonic() - started
    return report


@dataclass(slots=True)
class _Looked:
    """What no row can have: names of our own unfinished files, and names that are no text."""

    unfinished: list[Case] = field(default_factory=list)
    unnameable: list[Case] = field(default_factory=list)


@dataclass(slots=True)
class _WasRead:
    """What the digests said."""

    other: list[Case] = field(default_factory=list)
    gone: list[Case] = field(default_factory=list)
    unreadable: list[Case] = field(default_factory=list)
    returned: list[Case] = field(default_factory=list)


def _look(workspace: Workspace, survey: Survey, report: DoctorReport) -> Work[_Looked]:
    """Tell the survey of every file in media, and of every file elsewhere that a row names."""
    looked = _Looked(unfinished=list(_unfinished_elsewhere(workspace)))
    seen: list[Seen] = []
    for path, entry in _in_media(workspace.media):
        if not _is_text(entry.name):
            looked.unnameable.append(Case(None, path))
        elif is_unfinished(entry.name):
            looked.unfinished.append(Case(None, path))
        else:
            seen.append(_seen_in_media(path, entry))
            report.files += 1
        if len(seen) >= AT_ONCE:
            survey.see(seen)
            seen = []
            yield Event("looking at the files", report.files)
    survey.see(seen)
    for paths in survey.elsewhere():
        survey.see([each for path in paths if (each := _seen_elsewhere(workspace, path))])
        report.files += len(paths)
        yield Event("looking at the files", report.files)
    return looked


def _in_media(media: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every file below media with its path as the catalogue would name it; links to folders are not followed."""
    stack = [(str(media), media.name)]
    while stack:
        folder, name = stack.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            # To go on would mean to call all of its pictures missing.
            raise AnituiError(
                f"{folder} cannot be read ({(error.strerror or str(error)).lower()}): make it readable, mount its "
                "disk or restore it first (an empty folder is fine), then try again"
            ) from error
        for entry in entries:
            path = f"{name}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                stack.append((entry.path, path))
            else:
                yield path, entry


def _seen_in_media(path: str, entry: os.DirEntry[str]) -> Seen:
    _, *folders, name = path.split("/")
    try:
        status = entry.stat()
    except OSError:
        return Seen(path, -1, "other")  # a link to nothing
    if not stat.S_ISREG(status.st_mode):
        return Seen(path, -1, "other")
    ours = len(folders) == 1 and folders[0] == name[:2] and _DIGEST_NAME.fullmatch(name) and not entry.is_symlink()
    return Seen(path, status.st_size, "picture" if ours else "other")


def _seen_elsewhere(workspace: Workspace, path: str) -> Seen | None:
    try:
        status = workspace.file(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return Seen(path, -1, "unreadable")
    return Seen(path, status.st_size, "other") if stat.S_ISREG(status.st_mode) else None


def _unfinished_elsewhere(workspace: Workspace) -> Iterator[Case]:
    """Unfinished files from before this process took the workspace: a younger one may be in the making."""
    try:
        taken = (workspace.root / ".anitui.lock").stat().st_mtime_ns
    except FileNotFoundError:
        taken = time.time_ns()
    for folder in (workspace.root, workspace.backups, workspace.crops, workspace.exports):
        if not folder.is_dir():
            continue
        with os.scandir(folder) as listing:
            for entry in listing:
                if (
                    is_unfinished(entry.name)
                    and entry.is_file(follow_symlinks=False)
                    and entry.stat(follow_symlinks=False).st_ctime_ns < taken
                ):
                    yield Case(None, str(Path(entry.path).relative_to(workspace.root)))


def _read(workspace: Workspace, survey: Survey, deep: bool, engine: Engine | None) -> Work[_WasRead]:
    """Read the files whose digest decides."""
    result = _WasRead()
    total = survey.prepare_reading(deep=deep)
    if not total:
        return result
    open_: dict[int, ToRead] = {}

    def readings() -> Iterator[Reading]:
        for each in survey.to_read():
            open_[each.image_id] = each
            yield Reading(each.image_id, str(workspace.file(each.path)), each.sha256)

    for done, answer in enumerate(engine_for(total, engine).map(read, readings(), read_crashed), 1):
        asked = open_.pop(answer.image_id)
        case = Case(asked.image_id, asked.path)
        if asked.returned:
            if answer.state == "right":
                result.returned.append(case)
        elif answer.state != "right":
            {"other": result.other, "gone": result.gone, "unreadable": result.unreadable}[answer.state].append(case)
        yield Event("reading the pictures", done, total)
    return result


def _by_number(*several: list[Case]) -> list[Case]:
    return sorted((case for cases in several for case in cases), key=lambda case: case.number or 0)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
