"""Files → checked pictures → content-addressed media → rows. The ordinary way in for every picture.

The queue is in the catalogue: what is found is enlisted first, then worked off in batches, so an import that was
cut off at any point goes on where it was. A picture's bytes get their final name before its row is committed; what
a crash can leave is a file without a row, which `doctor` finds.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.engine import Engine, Processes
from anitui.pipeline.examine import Examined, Order, Rejected, Task, crashed, examine, limits_of
from anitui.pipeline.media import alone_with_media
from anitui.pipeline.recovery import sweep
from anitui.pipeline.sources import FoundFile, Source, Unfit, folder
from anitui.pipeline.taking import Taking
from anitui.progress import Event, Work
from anitui.settings import ImportSettings
from anitui.store import intake, jobs
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

ENLIST_AT_ONCE = 20_000
ENLIST_SECONDS = 0.5
BATCH_PICTURES = 512
BATCH_SECONDS = 1.0

Each = TypeVar("Each")


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What a person asked for. The same order given again continues where the last one stopped."""

    patterns: Sequence[str]
    label: str | None = None
    labels_from_folders: bool = False


@dataclass(slots=True)
class ImportReport:
    """What an import did. `failures` lists what was not taken, earlier runs of the same order included."""

    job_id: int = 0
    found: int = 0
    new: int = 0
    already: int = 0
    unchanged: int = 0
    refused: int = 0
    failed: int = 0
    animated: int = 0
    copied_instead: int = 0
    seconds: float = 0.0
    failures: list[jobs.Failure] = field(default_factory=list)

    def add(self, counts: Counter[str]) -> None:
        """Add up what a batch came to."""
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)


def import_pictures(
    workspace: Workspace,
    catalogue: Catalogue,
    order: ImportOrder,
    settings: ImportSettings | None = None,
    engine: Engine | None = None,
) -> Work[ImportReport]:
    """Take in everything that `order` names. Closing the generator keeps what is done; the next run goes on."""
    if order.label is not None and folder.tidy(order.label) is None:
        raise WrongUse("the label is empty: name one, or leave --label away")
    roots = folder.resolve(order.patterns)
    for root in roots:
        if any(Path(os.path.realpath(root)).is_relative_to(own) for own in workspace.own()):
            raise WrongUse(f"{root} belongs to the workspace itself: what lies there is taken in already")
    source = folder.FolderSource(roots, order.label, order.labels_from_folders)
    return (yield from take_in(workspace, catalogue, source, settings, engine))


def take_in(
    workspace: Workspace,
    catalogue: Catalogue,
    source: Source,
    settings: ImportSettings | None = None,
    engine: Engine | None = None,
) -> Work[ImportReport]:
    """Take in everything that a source finds."""
    settings = settings or ImportSettings()
    started = time.monotonic()
    report = ImportReport()
    with alone_with_media():
        report.job_id = jobs.begin(catalogue, source.kind, source.name, source.order())
        finished = False
        try:
            yield from _enlist(workspace, catalogue, source, settings.mode, report)
            engine = engine or Processes(settings.workers)
            yield from _work_off(workspace, catalogue, source, settings, engine, report)
            finished = True
        finally:
            if not finished:
                sweep(workspace)  # of what the workers had in hand
            jobs.leave(catalogue, report.job_id, done=finished)
        report.failures = jobs.failures(catalogue, report.job_id)
        report.refused = jobs.count_states(catalogue, report.job_id, ("refused",))
        report.failed = jobs.count_states(catalogue, report.job_id, ("failed",))
        report.seconds = time.monotonic() - started
        return report


def _enlist(workspace: Workspace, catalogue: Catalogue, source: Source, mode: str, report: ImportReport) -> Work[None]:
    """Find, and put into the queue what was not dealt with before."""
    jobs.forget_unfit(catalogue, report.job_id)
    for chunk in _chunks(source.find(workspace.own()), ENLIST_AT_ONCE, ENLIST_SECONDS):
        files = [each for each in chunk if isinstance(each, FoundFile)]
        unfit = [each for each in chunk if isinstance(each, Unfit)]
        report.found += len(chunk)
        report.unchanged += jobs.enlist_files(
            catalogue, report.job_id, [jobs.FoundItem(f.path, f.size, f.mtime_ns, f.label) for f in files], mode=mode
        )
        jobs.refuse(catalogue, report.job_id, [jobs.UnfitItem(u.path, u.reason, u.label) for u in unfit])
        yield Event("looking for pictures", report.found, None, counts={"unchanged": report.unchanged})


def _work_off(
    workspace: Workspace,
    catalogue: Catalogue,
    source: Source,
    settings: ImportSettings,
    engine: Engine,
    report: ImportReport,
) -> Work[None]:
    """Look at every file that waits, in the engine, and commit in batches."""
    total = jobs.count_waiting(catalogue, report.job_id)
    if not total:
        return
    order = Order(
        str(workspace.media),
        settings.mode,
        settings.hashing,
        limits_of(settings),
        settings.seconds_per_picture,
    )
    tasks = (Task(item.item_id, item.url, item.label_hint, order) for item in jobs.waiting(catalogue, report.job_id))
    ready: list[Examined | Rejected] = []
    done = 0
    last = time.monotonic()
    try:
        with closing(engine.map(examine, tasks, crashed)) as results:
            for result in results:
                ready.append(result)
                done += 1
                if isinstance(result, Rejected) and result.disk_full:
                    raise AnituiError(
                        f"the disk of {workspace.root} is full: free some space and give the same command again, "
                        "it goes on where it stopped"
                    )
                if len(ready) >= BATCH_PICTURES or time.monotonic() - last >= BATCH_SECONDS:
                    batch, ready = ready, []
                    report.add(_commit(workspace, catalogue, source, report.job_id, batch))
                    last = time.monotonic()
                yield Event("importing", done, total, Path(result.task.path).name, _counts(report))
    finally:
        # Also when cut off: what was looked at is kept.
        report.add(_commit(workspace, catalogue, source, report.job_id, ready))
    yield Event("importing", done, total, "", _counts(report))


def _counts(report: ImportReport) -> dict[str, int]:
    return {"new": report.new, "already": report.already, "refused": report.refused, "failed": report.failed}


def _commit(
    workspace: Workspace,
    catalogue: Catalogue,
    source: Source,
    job_id: int,
    results: Sequence[Examined | Rejected],
) -> Counter[str]:
    """Give the bytes their names, make that durable, then commit the rows."""
    counts: Counter[str] = Counter()
    if not results:
        return counts
    taking = Taking(workspace, catalogue, [each for each in results if isinstance(each, Examined)])
    sightings: list[intake.NewSighting] = []
    outcomes: list[intake.Outcome] = []
    for each in sorted(results, key=lambda result: result.task.item_id):  # in the order in which they lie
        if isinstance(each, Rejected):
            if each.disk_full:
                continue  # it says nothing of the picture, which waits on
            judged: tuple[str, str | None] = ("failed" if each.worth_retrying else "refused", each.reason)
        else:
            judged = taking.take(each)
        state, reason = judged
        counts["new" if state == "done" else state] += 1
        digest = each.sha256 if isinstance(each, Examined) and state != "refused" else None
        outcomes.append(intake.Outcome(each.task.item_id, state, reason, digest))
        if isinstance(each, Examined) and digest is not None:
            sightings.append(source.sighting(each.task.path, each.task.label, digest))
            if state == "done":
                counts["animated"] += each.frames > 1
                counts["copied_instead"] += each.stored == "copy" and each.task.order.mode == "hardlink"
    taking.record(intake.Batch(job_id, list(taking.images.values()), sightings, outcomes, taking.moved))
    return counts


def _chunks(items: Iterable[Each], size: int, seconds: float) -> Iterator[list[Each]]:
    """So many at once, or as many as came in so much time: on a slow disk one wants to see, and to stop, too."""
    chunk: list[Each] = []
    began = time.monotonic()
    for item in items:
        chunk.append(item)
        if len(chunk) >= size or time.monotonic() - began >= seconds:
            yield chunk
            chunk, began = [], time.monotonic()
    if chunk:
        yield chunk
