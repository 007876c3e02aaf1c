"""Collecting as its owner drives it: jobs on the list, the process that works on them, what arrives from it."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from anitui import detached
from anitui.detached import Detached
from anitui.pipeline.collect.arrivals import finish, take_in
from anitui.pipeline.collect.live import DISK_FULL, Live, live_of
from anitui.pipeline.collect.specs import JobSpec
from anitui.progress import Event, Work
from anitui.settings import Settings
from anitui.store import collecting
from anitui.store import jobs as job_queue
from anitui.store.catalogue import Catalogue
from anitui.store.jobs import Failure
from anitui.workspace import Workspace

MODULE = "anitui.pipeline.collect"
LOOK_EVERY = 0.15
TAKE_EVERY = 1.0  # a batch costs much the same for one picture as for a hundred
REST = 2.0  # times what the last batch took: the owner must not take from those who work
END_SECONDS = 60.0
_KIND = "collect"
_TIGHT = 16 << 20  # with less room than that on the disk, one need not look for another reason


@dataclass(slots=True)
class CollectReport:
    """What collecting came to. `jobs` is how each of its jobs stands, `failures` what of them was not taken."""

    new: int = 0
    already: int = 0
    refused: int = 0
    failed: int = 0
    gone: int = 0
    pages: int = 0
    seconds: float = 0.0
    runs_on: bool = False
    jobs: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, counts: Counter[str]) -> None:
        """Add up what a batch came to."""
        for name in ("new", "already", "refused", "failed", "gone", "pages"):
            setattr(self, name, getattr(self, name) + counts[name])


class Collecting:
    """The collecting of one workspace. Having one starts nothing."""

    def __init__(
        self,
        workspace: Workspace,
        catalogue: Catalogue,
        settings: Settings,
        *,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """`environ`: what the processes that it starts find in their environment beside, or instead of, ours."""
        self._environ = environ
        self._workspace = workspace
        self._catalogue = catalogue
        self._settings = settings
        self._reading = threading.RLock()  # one at a time reads what arrives, whoever asked for it

    def add(self, specs: Sequence[JobSpec]) -> list[int]:
        """Put jobs on the list; those that are on it already are the same."""
        added = [collecting.add_job(self._catalogue, spec.name or spec.told(), spec.order())[0] for spec in specs]
        return list(dict.fromkeys(added))

    def remove(self, job_id: int) -> None:
        """Take a job off the list. What it collected stays."""
        collecting.remove_job(self._catalogue, job_id)

    def running(self) -> Detached | None:
        """The process that collects now."""
        return next((each for each in self._folders() if each.alive()), None)

    def left_over(self) -> bool:
        """Whether something lies there that was collected and not taken in, or a process is at it."""
        return bool(self._folders())

    def live(self) -> Live | None:
        """How it stands at this moment; None when nothing runs."""
        running = self.running()
        return None if running is None else live_of(running.live())

    def start(self, job_ids: Sequence[int], *, tied: bool, retry: bool = True, again: bool = False) -> None:
        """Let the process work on these jobs too, and start one if there is none.

        `tied`: a new process ends with this one. `retry`: what failed is tried again. `again`: pages that were gone
        through are asked for once more.
        """
        wanted = collecting.orders(self._catalogue, job_ids)
        if not wanted:
            return
        self._wait_for_end()
        if self.running() is None:  # what an earlier process left is known before the next is told what is known
            with self._reading:
                for _ in self.arrived(CollectReport()):
                    pass
        if retry:
            collecting.wait_again(self._catalogue, list(wanted))
        collecting.set_state(self._catalogue, list(wanted), "running")
        work = self.running()
        if work is None:
            work = detached.new(self._workspace.work, _KIND)
            (work.folder / "inbox").mkdir()
            self._order(work, wanted, again=again)
            work.start(MODULE, tied=tied, environ=self._environ)
        else:
            self._order(work, wanted, again=again)

    def pause(self, job_ids: Sequence[int]) -> None:
        """Let jobs be, as soon as what they have under way is done."""
        work = self.running()
        if work is not None:
            work.order({"do": "pause", "jobs": list(job_ids)})
        else:
            collecting.set_state(self._catalogue, job_ids, "stopped")

    def end(self) -> None:
        """End the process; returns when it has ended, and what it did lies ready to be taken in."""
        work = self.running()
        if work is not None:
            work.order({"do": "end"})
            self._wait_for_end(work)

    def _wait_for_end(self, told: Detached | None = None) -> None:
        """Wait for a process that was told to end, or that ends because its owner did; it takes no orders any more."""
        until = time.monotonic() + END_SECONDS
        while (work := self.running()) is not None and (work == told or work.ending()) and time.monotonic() < until:
            time.sleep(LOOK_EVERY)

    def arrived(self, report: CollectReport, *, go_on: bool = True) -> Work[None]:
        """Take in what lies there already, and clear up after a process that has ended. What that did not hear of any
        more is begun anew, unless everything is to end: then it is stopped like the rest."""
        for work in self._folders():
            lives = work.alive()  # before reading: what it says last must not be missed
            if not lives:
                yield from finish(work)
            while (counts := self._take_in(work)) is not None:
                report.add(counts)
                yield self._event(work, report)
                if lives:
                    break  # what it says meanwhile is for the next batch
            if not lives and (unheard := self._put_away(work)):
                if go_on:
                    self.start(unheard, tied=False)
                else:
                    collecting.set_state(self._catalogue, unheard, "stopped")

    def to_the_end(self, job_ids: Sequence[int], report: CollectReport, *, again: bool = False) -> Work[CollectReport]:
        """Start jobs and take in what arrives until they are done.

        Cut off, it ends the process that it has started, and takes in what that did; one that was there runs on.
        """
        yield from self.arrived(report)
        attached = self.running() is not None
        try:
            self.start(job_ids, tied=True, again=again)
            return (yield from self.follow(report))
        except (GeneratorExit, KeyboardInterrupt):  # ctrl-C comes wherever it comes, mostly in a sleep
            if not attached:
                self.end()
                for _ in self.arrived(report, go_on=False):
                    pass
            raise

    def follow(self, report: CollectReport | None = None) -> Work[CollectReport]:
        """Take in what arrives, until no process works any more and all that was collected is taken in.

        Closing it leaves the process at work: the next one to follow goes on from there.
        """
        report = report if report is not None else CollectReport()
        began = time.monotonic()
        due = 0.0
        while True:
            running = self.running()
            if running is None or (taking := time.monotonic()) >= due:
                yield from self.arrived(report)
                if running is None and not self._folders():
                    report.seconds += time.monotonic() - began
                    return report
                if running is not None:
                    now = time.monotonic()
                    due = now + max(TAKE_EVERY, REST * (now - taking))
            if running is not None:
                yield self._event(running, report)
                time.sleep(LOOK_EVERY)

    def standing(self, job_ids: Sequence[int], report: CollectReport) -> CollectReport:
        """The report with how these jobs stand now."""
        report.jobs = [
            {"job_id": row[0], "name": row[1], "state": row[2], "reason": row[3]}
            for row in job_queue.standing(self._catalogue, job_ids)
        ]
        report.failures = [failure for job in job_ids for failure in job_queue.failures(self._catalogue, job)]
        return report

    def _folders(self) -> list[Detached]:
        return detached.found(self._workspace.work, _KIND)

    def _take_in(self, work: Detached) -> Counter[str] | None:
        with self._reading:
            return take_in(self._workspace, self._catalogue, work, self._settings.importing.hashing)

    def _order(self, work: Detached, wanted: Mapping[int, Mapping[str, Any]], *, again: bool) -> None:
        """Everything that the process must know of these jobs, as files beside the order."""
        inbox, name = work.folder / "inbox", uuid4().hex[:12]
        ids = list(wanted)
        collecting.known_urls(self._catalogue).tofile(inbox / f"{name}.known")
        with (inbox / f"{name}.leads").open("w", encoding="utf-8") as leads:
            for row in collecting.waiting_leads(self._catalogue, ids, ("waiting",)):
                leads.write(json.dumps(row, ensure_ascii=False) + "\n")
        have = collecting.taken(self._catalogue, ids)
        work.order(
            {
                "do": "start",
                "terms": _terms(self._settings),
                "jobs": [{"job_id": job, "order": order, "have": have.get(job, 0)} for job, order in wanted.items()],
                "known": f"{name}.known",
                "leads": f"{name}.leads",
                "marks": {} if again else collecting.marks(self._catalogue, ids),
            }
        )

    def _put_away(self, work: Detached) -> list[int]:
        """Clear up after a process that has ended; the jobs that it was told to work on and did not hear of."""
        if self._take_in(work) is not None:
            return []  # it said something after all; the next look finds the end
        unheard = [json.loads(each.read_bytes()) for each in sorted((work.folder / "inbox").glob("*.json"))]
        restart = [job["job_id"] for order in unheard if order["do"] == "start" for job in order["jobs"]]
        began = (work.folder / "process.json").exists()
        left = [job for job in collecting.running(self._catalogue) if job not in restart]
        if left:
            collecting.set_state(self._catalogue, left, "stopped", self._why_ended(work))
        work.remove()
        collecting.forget_log(self._catalogue, work.folder.name)
        return restart if began else []

    def _why_ended(self, work: Detached) -> str | None:
        if shutil.disk_usage(self._workspace.root).free < _TIGHT:
            return DISK_FULL
        words = work.last_words()
        return f"the process that collects ended early: {words}" if words else "the process that collects was killed"

    def _event(self, work: Detached, report: CollectReport) -> Event:
        live = live_of(work.live())
        waiting = sum(each.waiting for each in live.jobs.values())
        done = report.new + report.already + report.refused + report.failed
        finding = not live.jobs or any(each.finding for each in live.jobs.values())
        slow = [f"{host.host} {host.why}" for host in live.hosts if host.why]
        counts = {"new": report.new, "already": report.already, "refused": report.refused, "failed": report.failed}
        return Event("collecting", done, None if finding else done + waiting, " · ".join(slow), counts)


def _terms(settings: Settings) -> dict[str, Any]:
    collect, importing = settings.collect, settings.importing
    return {
        "connections": collect.connections,
        "per_host": collect.per_host,
        "give_up_seconds": collect.give_up_minutes * 60.0,
        "fetch": {
            "max_bytes": collect.max_megabytes << 20,
            "max_pixels": importing.max_megapixels * 1_000_000,
            "max_redirects": collect.max_redirects,
            "total_seconds": float(collect.seconds_per_picture),
            "attempts": collect.attempts,
        },
        "hashing": importing.hashing,
        "workers": importing.workers,
        "seconds_per_picture": importing.seconds_per_picture,
    }
