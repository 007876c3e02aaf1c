"""What the collecting process has before it: its jobs, what they have found, and whose turn it is.

Everything is found, fetched and settled through here, from many threads; each step is written into the log before
anything goes on from it, so a process that is killed leaves nothing that its owner does not know of.
"""

from __future__ import annotations

import hashlib
import threading
import time
from array import array
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from anitui.pipeline.collect.live import JobLive
from anitui.pipeline.collect.specs import JobSpec
from anitui.pipeline.politeness import Hosts
from anitui.pipeline.sources.kinds import Gone, Lead, Mark, Opener, Step

MOST_WAITING = 20_000  # found and not dealt with: then crawls wait, so that memory stays what it is
MOST_OPENED = 2_000  # pages whose pictures are remembered, for jobs that find the same page later
RATE_SECONDS = 10.0
_HERE = ""  # the site of what lies on this machine


def url_number(text: str) -> int:
    """An address as a number of 64 bits: `md5_number_lower` in the catalogue."""
    return int.from_bytes(hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).digest()[8:], "little")


@dataclass(slots=True)
class Job:
    """A job that is being worked on."""

    job_id: int
    spec: JobSpec
    have: int  # pictures that it was given, by now
    crawling: bool = True
    pending: int = 0
    paused: bool = False
    goes_on: bool = False  # it begins again as soon as it has paused
    fault: str | None = None
    doing: str = ""
    taken: deque[float] = field(default_factory=deque)

    @property
    def full(self) -> bool:
        most = self.spec.max_pictures
        return most is not None and self.have + self.pending >= most


@dataclass(eq=False, slots=True)
class Item:
    """An address to be dealt with, once, for all jobs that found it."""

    lead: Lead
    wanted_by: set[int]
    site: str
    started: bool = False


class Board:
    """Safe to use from every thread."""

    def __init__(
        self,
        hosts: Hosts,
        openers: Sequence[Opener],
        say: Callable[[Sequence[Mapping[str, Any]]], None],
        site_of: Callable[[str], str],
    ) -> None:
        self._hosts = hosts
        self._openers = openers
        self._say = say
        self._site_of = site_of
        self._changed = threading.Condition(threading.RLock())
        self._queues: dict[str, deque[Item]] = {}
        self._items: dict[str, Item] = {}
        self._taken: Counter[str] = Counter()  # by those who fetch, of each site
        self._known: array[int] = array("Q")
        self._settled: set[int] = set()
        self._failed: dict[int, Mapping[str, Any]] = {}  # in this run, with what was said of it
        self._opened: dict[str, Sequence[Lead]] = {}
        self.jobs: dict[int, Job] = {}
        self.ending = False

    # What the owner orders.

    def know(self, numbers: array[int]) -> None:
        """Addresses that were dealt with in earlier runs, sorted."""
        with self._changed:
            self._settled.update(self._known)
            self._known = numbers

    def begin(self, job: Job) -> None:
        """Work on a job from now on."""
        with self._changed:
            self.jobs[job.job_id] = job
            self._say([{"say": "job", "job": job.job_id, "state": "running"}])

    def pause(self, job_id: int) -> None:
        """Let a job be: what it has under way is finished, what waits, waits on."""
        with self._changed:
            job = self.jobs.get(job_id)
            if job is None:
                return
            job.paused, job.goes_on = True, False
            for item in list(self._items.values()):
                if job_id in item.wanted_by and not item.started:
                    item.wanted_by.discard(job_id)
                    job.pending -= 1
            self._look_whether_done(job)
            self._changed.notify_all()

    def is_pausing(self, job_id: int) -> bool:
        """Whether a job was paused and finishes what it has under way."""
        with self._changed:
            job = self.jobs.get(job_id)
            return job is not None and job.paused

    def will_go_on(self, job_id: int) -> None:
        """A job that is pausing is to begin again as soon as it has paused."""
        with self._changed:
            if (job := self.jobs.get(job_id)) is not None:  # it may have paused since
                job.goes_on = True

    def end(self) -> None:
        """Nothing new is begun from now on."""
        with self._changed:
            self.ending = True
            self._changed.notify_all()

    # What crawls find.

    def found(self, job_ids: Iterable[int], step: Step) -> bool:
        """Note a step of the crawl that these jobs share; False when none of them wants any more.

        Waits while too much is waiting already.
        """
        with self._changed:
            while len(self._items) >= MOST_WAITING and not self.ending:
                self._changed.wait(0.5)
            jobs = [self.jobs[each] for each in job_ids if each in self.jobs and not self.jobs[each].paused]
            if self.ending or not jobs:
                return False
            match step:
                case Mark():
                    self._say([_marked(job.job_id, step) for job in jobs])
                case Gone():
                    takers = [job for job in jobs if job.spec.takes(step.words)]
                    self._say([_gone(job, step) for job in takers])
                case Lead():
                    self._add([job for job in jobs if job.spec.takes(step.words)], step)
            return not all(job.full for job in jobs)

    def again(self, job_id: int, lead: Lead) -> None:
        """What an earlier run found and did not get to. The catalogue knows of it."""
        with self._changed:
            self._failed.pop(url_number(lead.url), None)
            self._queue([self.jobs[job_id]], lead)

    def crawled(self, job_ids: Iterable[int], fault: str | None) -> None:
        """A crawl has come to its end, or to a fault that a person has to mend."""
        with self._changed:
            for each in job_ids:
                job = self.jobs.get(each)
                if job is not None:
                    job.crawling = False
                    job.fault = fault
                    self._look_whether_done(job)
            self._changed.notify_all()

    def _add(self, jobs: Sequence[Job], lead: Lead) -> None:
        lead = self._straight(lead)
        jobs = [job for job in jobs if not job.full or lead.url in self._items]
        if jobs:
            self._say([_found(job, lead) for job in jobs])
            self._queue(jobs, lead)

    def _straight(self, lead: Lead) -> Lead:
        """A page whose address tells the picture's own is that picture."""
        if lead.file is not None:
            return lead
        for opener in self._openers:
            direct = opener.direct(lead.url)
            if direct is not None and direct != lead.url:
                return replace(lead, url=direct)
        return lead

    def _queue(self, jobs: Sequence[Job], lead: Lead) -> None:
        wanting = [job for job in jobs if not self._is_known(job, lead.url)]
        if not wanting:
            return
        if lead.url in self._opened:  # a page that another job has had opened
            for child in self._opened[lead.url]:
                self._add(wanting, child)
            self._say([_opened(lead.url, self._opened[lead.url], [job.job_id for job in wanting])])
            return
        if (failure := self._failed.get(url_number(lead.url))) is not None:  # it will not do better in this run
            self._say([{**failure, "attempts": 0, "again": True}])
            return
        item = self._items.get(lead.url)
        if item is None:
            site = _HERE if lead.file else self._site_of(lead.url)
            item = self._items[lead.url] = Item(lead, set(), site)
            self._queues.setdefault(site, deque()).append(item)
        for job in wanting:
            if job.job_id not in item.wanted_by:
                item.wanted_by.add(job.job_id)
                job.pending += 1
        self._changed.notify()

    def _is_known(self, job: Job, url: str) -> bool:
        for text in (url, f"{job.job_id} {url}"):
            number = url_number(text)
            at = bisect_left(self._known, number)
            if number in self._settled or (at < len(self._known) and self._known[at] == number):
                return True
        return False

    # What is fetched.

    def take(self) -> Item | None:
        """The next address whose host has room for a request; waits for one. None: it is over."""
        with self._changed:
            while not self.ending:
                for host in list(self._queues):
                    queue = self._queues[host]
                    while queue and not queue[0].wanted_by:  # whoever wanted it was paused
                        self._items.pop(queue.popleft().lead.url, None)
                    if not queue:
                        del self._queues[host]
                    elif host == _HERE or self._hosts.ready(host, self._taken[host]):
                        item = queue.popleft()
                        item.started = True
                        self._taken[host] += 1
                        # To the end of the row: each host has its turn.
                        self._queues[host] = self._queues.pop(host)
                        return item
                self._changed.wait(0.05 if self._queues else 0.5)
            return None

    def let_go(self, item: Item) -> None:
        """It is fetched, or will not be: its host has room again."""
        with self._changed:
            self._taken[item.site] -= 1
            self._changed.notify()

    def opened(self, item: Item, children: Sequence[Lead]) -> None:
        """A page was opened: these are the pictures in it."""
        children = [replace(each, words=None, via=(*item.lead.via, item.lead.url)) for each in children]
        with self._changed:
            jobs = [self.jobs[each] for each in item.wanted_by]
            for child in children:
                self._add(jobs, child)
            self._opened[item.lead.url] = tuple(children)
            if len(self._opened) > MOST_OPENED:
                del self._opened[next(iter(self._opened))]
            self._settled.update(url_number(f"{each} {item.lead.url}") for each in item.wanted_by)
            self._say([_opened(item.lead.url, children, sorted(item.wanted_by))])
            self._close(item)

    def settled(self, item: Item, line: Mapping[str, Any]) -> None:
        """An address has been dealt with: `line` says what became of it."""
        with self._changed:
            self._say([line])
            if line["say"] == "taken":
                now = time.monotonic()
                for each in item.wanted_by:
                    job = self.jobs[each]
                    job.have += 1
                    job.taken.append(now)
            if line.get("state") == "failed":
                self._failed[url_number(item.lead.url)] = line
            else:
                self._settled.add(url_number(item.lead.url))
            self._close(item)

    def _close(self, item: Item) -> None:
        self._items.pop(item.lead.url, None)
        for each in item.wanted_by:
            job = self.jobs[each]
            job.pending -= 1
            self._look_whether_done(job)
        self._changed.notify_all()

    def _look_whether_done(self, job: Job) -> None:
        if job.pending or (job.crawling and not job.paused):
            return
        state = "stopped" if job.paused or job.fault else "done"
        self._say([{"say": "job", "job": job.job_id, "state": state, "reason": job.fault}])
        del self.jobs[job.job_id]

    # How it stands.

    def idle(self) -> bool:
        """Nothing is left to do."""
        with self._changed:
            return not self.jobs

    def doing(self, job_ids: Iterable[int], text: str) -> None:
        """What the crawl of these jobs is at."""
        for each in job_ids:
            if (job := self.jobs.get(each)) is not None:
                job.doing = text

    def live(self) -> dict[int, JobLive]:
        """Each job as it stands."""
        now = time.monotonic()
        with self._changed:
            found: dict[int, JobLive] = {}
            for job in self.jobs.values():
                while job.taken and job.taken[0] < now - RATE_SECONDS:
                    job.taken.popleft()
                # Of the first seconds, too, a rate is told that does not begin at nothing.
                span = min(RATE_SECONDS, max(1.0, now - job.taken[0])) if job.taken else 1.0
                found[job.job_id] = JobLive(
                    round(len(job.taken) / span, 1),
                    job.doing,
                    job.pending,
                    job.crawling,
                    job.paused and not job.goes_on,
                )
            return found


def _found(job: Job, lead: Lead) -> dict[str, Any]:
    return {
        "say": "found", "job": job.job_id, "url": lead.url, "label": job.spec.label, "seen": asdict(lead.seen),
        "instead": lead.instead, "file": lead.file, "tags": lead.tags, "via": lead.via,
    }  # fmt: skip


def _gone(job: Job, step: Gone) -> dict[str, Any]:
    return {
        "say": "gone", "job": job.job_id, "url": step.url, "label": job.spec.label, "seen": asdict(step.seen),
        "reason": step.reason,
    }  # fmt: skip


def _opened(url: str, children: Sequence[Lead], job_ids: Sequence[int]) -> dict[str, Any]:
    return {"say": "opened", "url": url, "pictures": len(children), "jobs": list(job_ids)}


def _marked(job_id: int, step: Mark) -> dict[str, Any]:
    return {"say": "mark", "job": job_id, "page": step.page, "stamp": step.stamp}
