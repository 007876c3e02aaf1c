"""Mend: what `doctor` found is put right, one kind after the other. Nothing that was ever taken in is deleted.

Each step looks again before it acts, since a person may have gone on meanwhile, and brings the bytes to their place
before it writes the row, as every way in does. So mending can be cut off at any point, and done again.
"""

from __future__ import annotations

import errno
import hashlib
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from anitui.files import sync_folder, write_atomically
from anitui.pipeline.engine import Engine, Processes
from anitui.pipeline.examine import Examined, Order, Rejected, Task, crashed, examine, limits_of
from anitui.pipeline.findings import DoctorReport, Kind, MendReport
from anitui.pipeline.media import alone_with_media, lay_in_lost, lies_in_media, media_path
from anitui.pipeline.purge import OutsideMedia, remove_from_media
from anitui.pipeline.sources.folder import printable
from anitui.pipeline.taking import image_row
from anitui.pipeline.verify import Search, digest, engine_for, look_for, look_for_crashed
from anitui.progress import Event, Work
from anitui.settings import ImportSettings
from anitui.store import intake, repairs
from anitui.store.catalogue import Catalogue
from anitui.store.repairs import StoredImage
from anitui.store.upkeep import Case
from anitui.workspace import Workspace

AT_ONCE = 2000


@dataclass(slots=True)
class _Mending:
    workspace: Workspace
    catalogue: Catalogue
    settings: ImportSettings
    engine: Engine | None
    report: MendReport
    gone: list[int] = field(default_factory=list)  # pictures whose bytes are nowhere

    def leave(self, what: str, why: str) -> None:
        self.report.left.append(f"{printable(what)}: {why}")

    def leave_for(self, what: str, error: OSError) -> None:
        self.leave(what, (error.strerror or str(error)).lower())

    def note_lost(self, what: str, why: str) -> None:
        self.report.done["moved_to_lost"] += 1
        self.report.lost.append(f"{printable(what)}: {why}")

    def rows(self, cases: Sequence[Case]) -> list[StoredImage]:
        """The pictures as they are now, without those that have no bytes of their own any more."""
        found = repairs.images(self.catalogue, _numbers(cases))
        return [row for row in found if not row.purged and not row.known_missing]


_Step: TypeAlias = Callable[[_Mending, Sequence[Case]], None]


def mend(
    workspace: Workspace, catalogue: Catalogue, report: DoctorReport, *, engine: Engine | None = None
) -> Work[MendReport]:
    """Put right what `report` holds. Closing the generator keeps what is mended; to mend again does the rest."""
    started = time.monotonic()
    mending = _Mending(workspace, catalogue, workspace.settings().importing, engine, MendReport())
    done = mending.report.done
    with alone_with_media():
        for kind, step in _STEPS.items():
            cases = report.cases.get(kind, [])
            at_once = len(cases) if kind in _ONE_DECISION else AT_ONCE
            for start in range(0, len(cases), at_once or 1):
                yield Event("mending", start, len(cases), kind, dict(done))
                step(mending, cases[start : start + at_once])
        if mending.gone:
            done["set_aside"] += repairs.set_missing(catalogue, mending.gone)
        yield Event("mending", counts=dict(done))
    mending.report.done = +done  # without the noughts
    mending.report.seconds = time.monotonic() - started
    return mending.report


def _stop_jobs(mending: _Mending, cases: Sequence[Case]) -> None:
    repairs.stop_jobs(mending.catalogue, _numbers(cases))
    mending.report.done["stopped"] += len(cases)


def _remove(mending: _Mending, cases: Sequence[Case]) -> None:
    """Only what was never acknowledged: unfinished files."""
    for case in cases:
        try:
            (mending.workspace.root / case.path).unlink(missing_ok=True)
            mending.report.done["removed"] += 1
        except OSError as error:
            mending.leave_for(case.path, error)


def _finish_purges(mending: _Mending, cases: Sequence[Case]) -> None:
    for row in repairs.images(mending.catalogue, _numbers(cases)):
        try:
            if row.purged and remove_from_media(mending.workspace, row.path):
                mending.report.done["purged"] += 1
        except OutsideMedia as error:
            mending.report.left.append(str(error))
        except OSError as error:
            mending.leave_for(row.path, error)


def _take_in(mending: _Mending, cases: Sequence[Case]) -> None:
    """Files without a row: a crash came between their naming and their commit, or a person laid them there."""
    files: list[str] = []
    for case in cases:
        if _is_plain(mending.workspace.root / case.path):
            files.append(case.path)
        else:
            _to_lost(mending, case.path, "not a file")
    whole: list[tuple[str, str, Examined]] = []
    for result in _examined(mending, [(path, mending.settings.hashing) for path in files]):
        here = files[result.task.item_id]
        if isinstance(result, Examined):
            whole.append((here, media_path(mending.workspace, result.sha256, result.format), result))
        elif result.worth_retrying:
            mending.leave(here, result.reason)
        else:
            _to_lost(mending, here, result.reason)
    whole.sort(key=lambda each: each[0] != each[1])  # what has its proper name keeps it
    known = intake.known_images(mending.catalogue, [each.sha256 for _, _, each in whole])
    new: list[repairs.Recovered] = []
    moved: list[intake.Moved] = []
    taken: set[str] = set()
    named: set[str] = set()
    for here, path, each in whole:
        if here in named:  # it had another's name, and lies in lost
            continue
        before = known.get(each.sha256)
        if each.sha256 in taken or (before is not None and _has_its_bytes(mending, before, each.sha256)):
            gone = before is not None and before.purged
            _to_lost(mending, here, "it was purged earlier" if gone else "the same picture is in the catalogue already")
            continue
        try:
            stored = _name_properly(mending, here, path, each.sha256)
        except OSError as error:
            mending.leave_for(here, error)
            continue
        taken.add(each.sha256)
        named.add(path)
        if before is None:
            title = printable(Path(here).stem) if here != path else None
            new.append(repairs.Recovered(image_row(replace(each, stored=stored), path), title))
        else:
            moved.append(intake.Moved(before.image_id, path, stored))
    repairs.take_in(mending.catalogue, new)
    repairs.move(mending.catalogue, moved)
    mending.report.done["taken_in"] += len(new)
    mending.report.done["found_in_media"] += len(moved)


def _is_plain(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except OSError:
        return False


def _has_its_bytes(mending: _Mending, before: intake.KnownImage, sha256: str) -> bool:
    """Whether a known picture needs no other bytes: it has its own, or has to have none any more."""
    try:
        return before.purged or (before.stored != "reference" and digest(mending.workspace.file(before.path)) == sha256)
    except OSError:
        return False


def _name_properly(mending: _Mending, here: str, path: str, sha256: str) -> str:
    """Give a file in media the name of its content; returns how its bytes are kept."""
    file, target = mending.workspace.root / here, mending.workspace.root / path
    if here != path:
        if digest(file) != sha256:
            raise OSError(errno.EAGAIN, "it changed while it was read")
        target.parent.mkdir(exist_ok=True)
        if lay_in_lost(mending.workspace, path):
            mending.note_lost(path, "its name is that of another content")
        file.replace(target)
    sync_folder(target.parent)
    return "hardlink" if target.stat().st_nlink > 1 else "copy"


def _set_twice(mending: _Mending, cases: Sequence[Case]) -> None:
    mending.report.done["second_rows"] += repairs.set_twice(mending.catalogue, _numbers(cases))


def _put_in_place(mending: _Mending, cases: Sequence[Case]) -> None:
    """Whole files of ours under another name than their digest."""
    moved: list[intake.Moved] = []
    for row in mending.rows(cases):
        here = mending.workspace.file(row.path)
        path = media_path(mending.workspace, row.sha256, row.format)
        target = mending.workspace.root / path
        try:
            if digest(here) != row.sha256:
                _recover(mending, [Case(row.image_id, row.path)])
                continue
            target.parent.mkdir(exist_ok=True)
            if target.is_file() and digest(target) == row.sha256:
                if lies_in_media(mending.workspace, row.path):
                    _to_lost(mending, row.path, "the same picture lies in its proper place")
            elif lies_in_media(mending.workspace, row.path):
                here.replace(target)
                sync_folder(target.parent)
            else:
                _copy(here, target, row.sha256)
        except OSError as error:
            mending.leave_for(row.path, error)
            continue
        moved.append(intake.Moved(row.image_id, path, row.stored))
    repairs.move(mending.catalogue, moved)
    mending.report.done["put_in_place"] += len(moved)


def _recover(mending: _Mending, cases: Sequence[Case]) -> None:
    """Pictures whose file is missing or wrong: the same bytes from where they were seen, or else set aside."""
    rows: list[StoredImage] = []
    for row in mending.rows(cases):
        try:
            if digest(mending.workspace.file(row.path)) != row.sha256:
                rows.append(row)
        except (FileNotFoundError, NotADirectoryError):
            rows.append(row)
        except OSError as error:
            mending.leave_for(row.path, error)
    found = _places(mending, rows)
    moved: list[intake.Moved] = []
    for row in rows:
        place = found.get(row.image_id)
        if row.stored == "reference":
            if place is None:
                mending.gone.append(row.image_id)
            else:
                moved.append(intake.Moved(row.image_id, place, "reference"))
                mending.report.done["pointed_elsewhere"] += 1
            continue
        if lies_in_media(mending.workspace, row.path):
            _to_lost(mending, row.path, "not what was taken in")
        if place is None:
            mending.gone.append(row.image_id)
            continue
        path = media_path(mending.workspace, row.sha256, row.format)
        try:
            _copy(Path(place), mending.workspace.root / path, row.sha256)
        except OSError as error:
            mending.leave_for(place, error)
            continue
        moved.append(intake.Moved(row.image_id, path, "copy"))
        mending.report.done["brought_back"] += 1
    repairs.move(mending.catalogue, moved)


def _take_back(mending: _Mending, cases: Sequence[Case]) -> None:
    mending.report.done["taken_back"] += repairs.bring_back(mending.catalogue, _numbers(cases))


def _tell(mending: _Mending, cases: Sequence[Case]) -> None:
    for case in cases:
        mending.leave(case.path, "it cannot be read")


def _take_sightings_out(mending: _Mending, cases: Sequence[Case]) -> None:
    mending.workspace.lost.mkdir(exist_ok=True)
    name = f"sightings-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.jsonl"
    write_atomically(mending.workspace.lost / name, repairs.sightings_as_lines(mending.catalogue, _numbers(cases)))
    repairs.take_sightings_out(mending.catalogue, _numbers(cases))
    mending.report.done["taken_out"] += len(cases)


def _let_wait_again(mending: _Mending, cases: Sequence[Case]) -> None:
    repairs.wait_again(mending.catalogue, _numbers(cases))
    mending.report.done["wait_again"] += len(cases)


def _measure(mending: _Mending, cases: Sequence[Case]) -> None:
    """Facts and hashes anew, in the mode that is left of them."""
    gone = set(mending.gone)
    rows = [row for row in mending.rows(cases) if row.image_id not in gone]
    modes = repairs.hashing_of(mending.catalogue, [row.image_id for row in rows])
    asked = [(row.path, modes.get(row.image_id, mending.settings.hashing)) for row in rows]
    measured: list[repairs.Measured] = []
    for result in _examined(mending, asked):
        row = rows[result.task.item_id]
        if isinstance(result, Rejected):
            mending.leave(row.path, result.reason)
        elif result.sha256 != row.sha256:
            mending.leave(row.path, "not what was taken in: examine all files (deep) and mend again")
        else:
            fresh = image_row(result, row.path)
            measured.append(
                repairs.Measured(
                    row.image_id, fresh.hashing, fresh.colourfulness, fresh.colour_share, fresh.sharpness,
                    fresh.brightness, fresh.dhash, fresh.phash, fresh.ahash,
                )
            )  # fmt: skip
    repairs.write_measured(mending.catalogue, measured)
    mending.report.done["measured"] += len(measured)


_STEPS: dict[Kind, _Step] = {
    Kind.STALE_JOB: _stop_jobs,
    Kind.UNFINISHED: _remove,
    Kind.PURGED: _finish_purges,
    Kind.NO_ROW: _take_in,
    Kind.STRAY: _take_in,
    Kind.TWICE: _set_twice,
    Kind.MISPLACED: _put_in_place,
    Kind.DAMAGED: _recover,
    Kind.MISSING: _recover,
    Kind.RETURNED: _take_back,
    Kind.UNREADABLE: _tell,
    Kind.SIGHTING: _take_sightings_out,
    Kind.ITEM: _let_wait_again,
    Kind.UNMEASURED: _measure,
}

# One entry of the journal each, so that one undo takes it back.
_ONE_DECISION = (Kind.TWICE, Kind.RETURNED)


def _examined(mending: _Mending, files: Sequence[tuple[str, str]]) -> Iterator[Examined | Rejected]:
    """Files (as the catalogue names them) looked at in place; the answers' item_id is their position."""
    settings = mending.settings
    limits = limits_of(settings)
    tasks = [
        Task(
            position, str(mending.workspace.file(path)), None,
            Order(str(mending.workspace.media), "reference", hashing, limits, settings.seconds_per_picture),
        )
        for position, (path, hashing) in enumerate(files)
    ]  # fmt: skip
    # Always in processes of their own, unless told otherwise: what lies here may be anything.
    return (mending.engine or Processes(settings.workers)).map(examine, tasks, crashed) if tasks else iter(())


def _places(mending: _Mending, rows: Sequence[StoredImage]) -> dict[int, str]:
    """Where the very bytes of these pictures lie, of the places where they were seen."""
    known = repairs.places(mending.catalogue, [row.image_id for row in rows])
    searches = []
    for row in rows:
        own = str(mending.workspace.file(row.path))
        there = tuple(each for each in known.get(row.image_id, ()) if each != own and _size(each) == row.bytes)
        if there:
            searches.append(Search(row.image_id, row.sha256, row.bytes, there))
    engine = engine_for(len(searches), mending.engine, mending.settings.workers)
    answers = engine.map(look_for, searches, look_for_crashed)
    return {answer.image_id: answer.place for answer in answers if answer.place is not None}


def _size(place: str) -> int | None:
    try:
        return Path(place).stat().st_size
    except OSError:
        return None


def _to_lost(mending: _Mending, path: str, why: str) -> None:
    try:
        if lay_in_lost(mending.workspace, path):
            mending.note_lost(path, why)
    except OSError as error:
        mending.leave_for(path, error)


def _copy(source: Path, target: Path, sha256: str) -> None:
    """Bring bytes into media; nothing is written when they are not the right ones by now."""
    content = source.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise OSError(errno.EAGAIN, "it changed while it was read")
    target.parent.mkdir(exist_ok=True)
    write_atomically(target, content)


def _numbers(cases: Sequence[Case]) -> list[int]:
    return [case.number for case in cases if case.number is not None]
