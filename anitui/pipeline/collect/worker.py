"""The process that collects: `python -m anitui.pipeline.collect FOLDER`.

One for a workspace, whatever the number of its jobs, so that hosts are asked by one that knows what it asked before.
It never opens the catalogue. Threads crawl (one for each way through a site that jobs share), fetch, and hand what
was fetched to worker processes that look at it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import queue
import threading
import time
import traceback
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from anitui.detached import LogFull, Worker
from anitui.errors import AnituiError, in_one_sentence
from anitui.pipeline.collect.board import Board, Item, Job
from anitui.pipeline.collect.live import DISK_FULL, Live
from anitui.pipeline.collect.look import Look, crashed, line_of, looked
from anitui.pipeline.collect.specs import JobSpec
from anitui.pipeline.engine import Processes
from anitui.pipeline.fetch import Client, FetchLimits
from anitui.pipeline.fetched import DiskFull, NotFetched, Stopping
from anitui.pipeline.politeness import Hosts
from anitui.pipeline.sites import Sites
from anitui.pipeline.sources import registry
from anitui.pipeline.sources.kinds import Lead, Outside, Seen

TICK = 0.1
SHOW_EVERY = 0.25
GRACE_SECONDS = 4.0  # for pictures that are under way when it ends: nothing should be asked for twice
JOIN_SECONDS = 5.0  # for what waits on a library's own request; what it would have found, the next run finds
LOOK_AT_ONCE = 64
FETCHING = "fetching"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner's settings come to."""

    connections: int
    per_host: int
    give_up_seconds: float
    fetch: Mapping[str, Any]  # of FetchLimits
    hashing: str
    workers: int
    seconds_per_picture: int


class Collector:
    """All threads of the process, and what they share."""

    def __init__(self, worker: Worker, terms: Terms) -> None:
        self._worker = worker
        self._terms = terms
        self._limits = FetchLimits(**terms.fetch)
        self._sites = Sites.from_environment()
        self._hosts = Hosts(terms.per_host, give_up_seconds=terms.give_up_seconds)
        self._client = Client(self._limits, self._hosts, sites=self._sites)
        self._openers = registry.openers()
        self.board = Board(self._hosts, self._openers, self._say, self._client.site)
        self._files = worker.folder / "files"
        self._files.mkdir(exist_ok=True)
        self._numbers = itertools.count()
        self._fetched: queue.Queue[tuple[Item, Look, dict[str, Any]] | None] = queue.Queue(LOOK_AT_ONCE * 4)
        self._stopping = threading.Event()
        self._fault: BaseException | None = None
        self._disk_full = False
        self._threads: list[threading.Thread] = []
        self._looking = threading.Thread(target=self._guarded, args=(self._look_at_all,), name="looking")
        self._looking.start()
        for number in range(terms.connections):
            self._spawn(self._fetch_all, name=f"{FETCHING} {number}")

    # Orders.

    def start(self, order: Mapping[str, Any]) -> bool:
        """Work on more jobs. Those that ask for the same and differ in their labels share one way through the site.

        False: one of them was paused and has something under way still; it cannot begin again just now.
        """
        pausing = [each["job_id"] for each in order["jobs"] if self.board.is_pausing(each["job_id"])]
        if pausing:
            for job_id in pausing:
                self.board.will_go_on(job_id)
            return False
        inbox = self._worker.folder / "inbox"
        numbers = array("Q")
        numbers.frombytes((inbox / order["known"]).read_bytes())
        self.board.know(numbers)
        crawls: dict[str, list[Job]] = {}
        for each in order["jobs"]:
            if each["job_id"] in self.board.jobs:
                continue
            job = Job(each["job_id"], JobSpec.from_order(each["order"]), each["have"])
            self.board.begin(job)
            crawls.setdefault(job.spec.crawl_key(), []).append(job)
        with (inbox / order["leads"]).open("rb") as leads:
            for line in leads:
                row = json.loads(line)
                self.board.again(row["job_id"], _lead_of(row))  # also of a job that is at work: what failed may wait
        marks = {int(job): pages for job, pages in order["marks"].items()}
        for jobs in crawls.values():
            self._spawn(self._crawl, jobs, _marks_of([marks.get(job.job_id, {}) for job in jobs]), name="crawling")
        for name in (order["known"], order["leads"]):
            (inbox / name).unlink()
        return True

    def end(self, reason: str | None) -> None:
        """Stop everything. What is being fetched may arrive, is looked at and told; what takes long is let go."""
        self._worker.end()
        self._stopping.set()
        self.board.end()
        self._client.wind_down()
        until = time.monotonic() + GRACE_SECONDS
        for thread in self._threads:
            if thread.name.startswith(FETCHING):
                thread.join(max(0.0, until - time.monotonic()))
        self._client.stop()
        until = time.monotonic() + JOIN_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        while self._looking.is_alive():
            with suppress(queue.Full):
                self._fetched.put(None, timeout=TICK)
            self._looking.join(TICK)
        with suppress(LogFull):
            jobs = list(self.board.jobs)
            self._say([{"say": "job", "job": each, "state": "stopped", "reason": reason} for each in jobs])

    @property
    def trouble(self) -> str | None:
        """Why it cannot go on, as a person should read it."""
        if self._disk_full:
            return DISK_FULL
        if self._fault is not None:
            return in_one_sentence(self._fault) or _own_fault(self._fault)
        return None

    def show(self) -> None:
        """Tell how it stands."""
        self._worker.show(Live(self.board.live(), tuple(self._hosts.state())).plain())

    # Threads.

    def _crawl(self, jobs: Sequence[Job], marks: Mapping[str, str]) -> None:
        ids = [job.job_id for job in jobs]
        spec = jobs[0].spec
        fault: str | None = None
        try:
            crawl = registry.kind(spec.type).crawl(spec.filled())
            stopping = threading.Event()
            outside = Outside(self._client, self._sites, marks, stopping, lambda text: self.board.doing(ids, text))
            self._tell_to_stop(stopping, ids)
            for step in crawl.steps(outside):
                if not self.board.found(ids, step):
                    break
        except Stopping:
            return
        except LogFull:
            self._disk_full = True
            return
        except Exception as error:
            if self._stopping.is_set():
                return
            fault = in_one_sentence(error)
            if fault is None:  # of one source: the jobs that go elsewhere are none the worse for it
                traceback.print_exc()
                fault = _own_fault(error)
        if not self._stopping.is_set():
            self.board.crawled(ids, fault)

    def _tell_to_stop(self, stopping: threading.Event, ids: Sequence[int]) -> None:
        """A crawl of which all jobs were paused must not wait for the next page first."""

        def watch() -> None:
            while not self._stopping.wait(TICK) and any(
                each in self.board.jobs and not self.board.jobs[each].paused for each in ids
            ):
                pass
            stopping.set()

        self._spawn(watch, name="watching")

    def _fetch_all(self) -> None:
        while (item := self.board.take()) is not None:
            try:
                self._fetch(item)
            except (DiskFull, LogFull, AnituiError):
                raise
            except Exception as error:  # of one page's reader, or of one address: all others go on
                traceback.print_exc()
                line = {"say": "not", "url": item.lead.url, "state": "failed", "reason": _own_fault(error)}
                self.board.settled(item, line)
            finally:
                self.board.let_go(item)

    def _fetch(self, item: Item) -> None:
        url = item.lead.url
        if item.lead.file is not None:
            self._hand_over(item, Path(item.lead.file), {"chain": []}, ours=False)
            return
        first: NotFetched | None = None
        for each in (url, *item.lead.instead):
            path = self._files / str(next(self._numbers))
            try:
                for opener in self._openers:
                    if opener.opens(each):
                        outside = Outside(self._client, self._sites, {}, self._stopping)
                        self.board.opened(item, opener.open(Lead(each, item.lead.seen, tags=item.lead.tags), outside))
                        return
                got = self._client.picture(each, path)
            except NotFetched as error:
                first = first or error
                if error.final or error.attempts <= 1:
                    continue
                break  # it may well come another time: what stands in for it would be a worse picture
            chain = list(dict.fromkeys([*item.lead.via, url, *got.chain]))
            facts = {"chain": chain, "attempts": got.attempts, "bytes": got.bytes}
            self._hand_over(item, path, facts, ours=True)
            return
        if first is not None:
            state = "refused" if first.final else "failed"
            line = {"say": "not", "url": url, "state": state, "reason": first.reason, "attempts": first.attempts}
            self.board.settled(item, line)

    def _hand_over(self, item: Item, path: Path, facts: dict[str, Any], *, ours: bool) -> None:
        limits, terms = self._limits, self._terms
        task = Look(
            item.lead.url, str(path), ours, str(self._files), terms.hashing, limits.max_bytes, limits.max_pixels,
            terms.seconds_per_picture,
        )  # fmt: skip
        if ours:  # said before anything else, so that a kill cannot make it be fetched twice
            self._say([{"say": "fetched", "task": asdict(task), "facts": facts}])
        while True:  # nobody takes it out of a queue whose other end has failed
            try:
                self._fetched.put((item, task, facts), timeout=TICK)
                return
            except queue.Full:
                if not self._looking.is_alive():
                    raise Stopping from None

    def _look_at_all(self) -> None:
        with Processes(self._terms.workers) as engine:
            over = False
            while not over:
                batch = [self._fetched.get()]
                with suppress(queue.Empty):
                    while len(batch) < LOOK_AT_ONCE:
                        batch.append(self._fetched.get_nowait())
                over = None in batch
                waiting = {task.path: (item, facts) for item, task, facts in filter(None, batch)}
                tasks = [task for _, task, _ in filter(None, batch)]
                for task, line in engine.map(looked, tasks, crashed):
                    item, facts = waiting[task.path]
                    if line.pop("disk_full", False):
                        raise DiskFull
                    self.board.settled(item, line_of(task, line, facts))

    def _spawn(self, work: Any, *arguments: Any, name: str) -> None:
        thread = threading.Thread(target=self._guarded, args=(work, *arguments), name=name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _guarded(self, work: Any, *arguments: Any) -> None:
        """What goes wrong in a thread ends the whole, told; else it would go on with nobody fetching."""
        try:
            work(*arguments)
        except Stopping:
            pass
        except (DiskFull, LogFull):
            self._disk_full = True
        except BaseException as error:
            self._fault = error
            if in_one_sentence(error) is None:
                raise  # for output.txt

    def _say(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self._worker.say(lines)


def _lead_of(row: Mapping[str, Any]) -> Lead:
    seen = {name: row[name] for name in Seen.__dataclass_fields__}
    several = {name: tuple(row[name] or ()) for name in ("instead", "tags", "via")}
    return Lead(row["url"], Seen(**seen), None, file=row["file"], **several)


def _own_fault(error: BaseException) -> str:
    return f"a fault of anitui's own: {type(error).__name__}: {error}"


def _marks_of(marks: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The pages that all these jobs went through: what one of them has not seen, must be gone through again."""
    first, *others = marks
    return {page: stamp for page, stamp in first.items() if all(each.get(page) == stamp for each in others)}


def main() -> int:
    """Work until nothing is left to do, or until it is told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tied", action="store_true")
    options = parser.parse_args()
    worker = Worker(options.folder, tied=options.tied)
    collector: Collector | None = None
    reason: str | None = None
    shown = 0.0
    began = time.monotonic()
    later: list[dict[str, Any]] = []
    while not worker.told_to_end.wait(TICK):
        orders, later = [*later, *worker.orders()], []
        for order in orders:
            match order["do"]:
                case "start":
                    collector = collector or Collector(worker, Terms(**order["terms"]))
                    if not collector.start(order):
                        later.append(order)
                case "pause":
                    if collector is not None:
                        for job in order["jobs"]:
                            collector.board.pause(job)
                case "end":
                    worker.told_to_end.set()
        if collector is None:
            if time.monotonic() - began > 60:
                return 0  # whoever started it is gone before it said what to do
            continue
        if (reason := collector.trouble) is not None:
            break
        if time.monotonic() - shown >= SHOW_EVERY:
            collector.show()
            shown = time.monotonic()
        if collector.board.idle() and not later and not any((options.folder / "inbox").glob("*.json")):
            break
    if collector is not None:
        collector.end(reason)
    return 0 if reason is None else 1
