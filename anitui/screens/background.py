"""What runs while one does other things: its progress for the top line, and a way to stop it."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from anitui import progress
from anitui.errors import Stopped, in_one_sentence
from anitui.screens.questions import Confirm
from anitui.words import count

if TYPE_CHECKING:
    from anitui.pipeline.collect.live import Live
    from anitui.pipeline.collect.owner import Collecting, CollectReport
    from anitui.pipeline.detecting import DetectReport
    from anitui.pipeline.ingest import ImportReport
    from anitui.pipeline.label_files.taking import LabelReport
    from anitui.pipeline.pair_scan import PairReport
    from anitui.progress import Work
    from anitui.screens.host import Host
    from anitui.store.pairs import PairOrder

Report = TypeVar("Report")

COUNT_SECONDS = 2.0  # between two counts of what the workspace holds, while something brings in more
_SEARCH = "search for pairs"
_DETECTING = "search for faces"
_COLLECTING = "collecting"


@dataclass(eq=False, slots=True)
class Run:
    """One piece of work in a thread of its own."""

    kind: str  # import, search for pairs
    name: str
    line: str
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Background:
    """All that runs now, each in a thread of its own; the screens hear of it now and then."""

    def __init__(self, app: Host) -> None:
        self._app = app
        self.runs: list[Run] = []
        self.training: tuple[str, ...] = ()  # what trains in processes of its own, in words
        self._collected: set[int] = set()  # jobs that were worked on since collecting began
        # What jobs were told last, until their process says so itself: to pause (True), or to go on.
        self._told: dict[int, bool] = {}

    @cached_property
    def collecting(self) -> Collecting:
        """The jobs that collect."""
        from anitui.pipeline.collect.owner import Collecting

        return Collecting(self._app.workspace, self._app.catalogue, self._app.settings)

    def go_on_collecting(self) -> None:
        """Take in what was collected while nobody was here, and what still is."""
        if self._app.workspace.work.exists() and self.collecting.left_over():
            self._follow()

    def live_jobs(self) -> Live | None:
        """How collecting stands, and which of its jobs were told to pause."""
        live = self.collecting.live()
        if live is None:
            self._told.clear()
            return None
        self._collected.update(live.jobs)
        told = {
            job: replace(live.jobs[job], pausing=pausing) for job, pausing in self._told.items() if job in live.jobs
        }
        return replace(live, jobs={**live.jobs, **told}) if told else live

    def start_jobs(self, job_ids: Sequence[int]) -> None:
        """Let jobs be worked on by the process that collects."""
        self._told.update(dict.fromkeys(job_ids, False))
        self._collected.update(job_ids)
        self._beside(lambda: self.collecting.start(job_ids, tied=False))

    def pause_jobs(self, job_ids: Sequence[int]) -> None:
        """Let jobs be."""
        self._told.update(dict.fromkeys(job_ids, True))
        self._beside(lambda: self.collecting.pause(job_ids))

    def stopped_by_leaving(self) -> list[Run]:
        """What would stop if the app ended now: collecting goes on in its own process."""
        return [run for run in self.runs if run.kind != _COLLECTING]

    def _beside(self, order: Callable[[], None]) -> None:
        """Give an order that may take a moment, off the thread that draws; then take in what comes of it."""

        def run() -> None:
            try:
                order()
            except Exception as error:
                self._app.call_later(self._app.complain, error)
                return
            self._app.call_later(self._follow)
            self._app.call_later(self._app.changed)

        threading.Thread(target=run, name="jobs", daemon=True).start()

    def _follow(self) -> None:
        if any(run.kind == _COLLECTING for run in self.runs):
            return
        self.start(Run(_COLLECTING, _COLLECTING, "⠋ collecting"), self._taken_in, self._collected_in_words, "")

    def _taken_in(self) -> Work[CollectReport]:
        """Take in what arrives; jobs that an earlier sitting started are part of it."""
        from anitui.store import collecting

        self._collected.update(collecting.running(self._app.catalogue))
        return self.collecting.follow()

    def _collected_in_words(self, report: CollectReport) -> tuple[str, str]:
        from anitui.store import jobs

        standing = jobs.standing(self._app.catalogue, sorted(self._collected))
        self._collected.clear()
        return _collected(report, [reason or "" for _, _, state, reason in standing if state == "stopped"])

    def take_in(self, path: str) -> None:
        """Take pictures in as they lie; by a job, where another program wrote down what it knew of them; or with what
        a published data set says of them."""
        from anitui.pipeline.collect.recognising import CALLED, jobs_for, kind_of

        here = Path(path).expanduser()
        kind = kind_of(here)
        if jobs := jobs_for(kind, [here]):
            self._app.say(f"{here.name}: {CALLED[kind]}")
            self.start_jobs(self.collecting.add(jobs))
        elif kind == "imagefolder":
            self._app.say(f"{here.name}: {CALLED[kind]}")
            self.start_data_set(here)
        else:
            self.start_import(path)

    def start_import(self, path: str) -> None:
        """Take pictures in; the same path given again goes on where it stopped."""
        app = self._app

        def work() -> Work[ImportReport]:
            from anitui.pipeline.ingest import ImportOrder, import_pictures

            return import_pictures(app.workspace, app.catalogue, ImportOrder([path]), app.settings.importing)

        ready_for_processes()
        again = "what was done is kept, and the same path goes on from there"
        self.start(Run("import", f"import of {path}", "⠋ import"), work, _in_words, again)

    def start_data_set(self, path: Path) -> None:
        """Take a data set in class folders in; the same path given again goes on where it stopped."""
        app = self._app

        def work() -> Work[LabelReport]:
            from anitui.pipeline.label_files.registry import READ
            from anitui.pipeline.label_files.taking import LabelOrder, import_labels

            order = LabelOrder([path], READ["imagefolder"])
            return import_labels(app.workspace, app.catalogue, order, app.settings.importing)

        ready_for_processes()
        again = "no label was taken in; pictures that were are kept, and the same path passes over them"
        self.start(Run("import", f"import of {path}", "⠋ import"), work, _set_in_words, again)

    def start_search(self, order: PairOrder, done: Callable[[int, int], None]) -> None:
        """Look for near-duplicates; the same search given again goes on where it stopped."""
        app = self._app
        if any(run.kind == _SEARCH for run in self.runs):
            app.say("a search for pairs runs already: ctrl+b stops it")
            return

        def work() -> Work[PairReport]:
            from anitui.pipeline.box_hashes import hashed_pairs

            return hashed_pairs(app.workspace, app.catalogue, order, app.settings.importing)

        def told(report: PairReport) -> tuple[str, str]:
            app.call_later(done, report.new, report.open)
            return "; ".join(report.notes), "information"

        ready_for_processes()
        name = f"search for pairs by {order.algorithm} up to {order.hi}"
        again = "what was found is kept, and the same search goes on from there"
        self.start(Run(_SEARCH, name, "⠋ pairs"), work, told, again)

    def start_detecting(self) -> None:
        """Find faces with the detector of the settings; the next time goes on with what is left."""
        app = self._app
        if any(run.kind == _DETECTING for run in self.runs):
            app.say("faces are being looked for already: ctrl+b stops it")
            return

        def work() -> Work[DetectReport]:
            from anitui.pipeline.detecting import DetectOrder, find_faces

            settings = app.settings.detect
            return find_faces(
                app.workspace, app.catalogue, DetectOrder(settings.detector, settings.smallest), app.settings
            )

        ready_for_processes()
        again = "what was found is kept, and the next time goes on from there"
        self.start(Run(_DETECTING, _DETECTING, "⠋ faces"), work, _found_in_words, again)

    def start(
        self, run: Run, work: Callable[[], Work[Report]], in_words: Callable[[Report], tuple[str, str]], again: str
    ) -> None:
        run.thread = threading.Thread(target=self._drive, args=(run, work, in_words, again), name=run.name, daemon=True)
        self.runs.append(run)
        self._tell()
        run.thread.start()

    def ask_to_stop(self) -> None:
        """Say what runs, and stop it when the person says so."""
        if not self.runs and self.training:
            self._app.go("train")  # where it is seen, and stopped
            return
        if not self.runs:
            self._app.say("nothing runs in the background")
            return
        run = self.runs[-1]
        if run.kind == _COLLECTING and len(self.runs) == 1 and self._app.place not in ("jobs", "job"):
            self._app.go("jobs")  # where it is seen, and paused
            return

        def answered(yes: bool | None) -> None:
            if yes and run.kind == _COLLECTING:
                live = self.collecting.live()
                self.pause_jobs(list(live.jobs) if live is not None else [])
            elif yes:
                run.stop.set()

        self._app.push_screen(
            Confirm(f"Stop the {run.name}?", "stop it", f"{run.line}. What is done is kept."), answered
        )

    def tell_training(self, lines: tuple[str, ...]) -> None:
        """What trains stands in the top line as well."""
        if lines != self.training:
            self.training = lines
            self._tell()

    def stop_all(self) -> None:
        """Stop everything and wait until what was done is on disk."""
        for run in list(self.runs):
            run.stop.set()
        for run in list(self.runs):
            if run.thread is not None:
                run.thread.join()

    def _drive(
        self, run: Run, work: Callable[[], Work[Report]], in_words: Callable[[Report], tuple[str, str]], again: str
    ) -> None:
        app = self._app
        spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
        ticks = counted = 0
        count_again = 0.0

        def told(event: progress.Event) -> None:
            nonlocal ticks, counted, count_again
            if run.stop.is_set():
                raise Stopped("stopped")
            ticks += 1
            of = f" of {event.total:,}" if event.total else ""
            done = f" {event.done:,}{of}" if event.done or event.total else ""
            run.line = f"{spinner[ticks // 4 % len(spinner)]} {event.doing}{done}"
            if ticks % 8 == 1 or event.done == event.total:
                self._tell()
            if event.done != counted and time.monotonic() > count_again:
                counted, count_again = event.done, time.monotonic() + COUNT_SECONDS
                app.call_later(app.refresh_status)

        text, kind = "", "information"
        try:
            text, kind = in_words(progress.run(work(), told))
        except Stopped:
            text = f"the {run.name} was stopped; {again}" if run.kind != _COLLECTING else ""
        except Exception as error:
            sentence = in_one_sentence(error)
            if sentence is None:
                app.call_later(app.complain, error)  # raised in this thread, nobody would ever hear of it
            else:
                text, kind = f"the {run.name} ended early: {sentence}", "error"
        finally:
            self.runs.remove(run)
            self._tell()
            if text and app.is_running:
                app.call_later(app.say, text, kind)
            if app.is_running:
                app.call_later(app.changed)

    def _tell(self) -> None:
        if self._app.is_running:
            lines = (*(run.line for run in self.runs), *self.training)
            self._app.call_later(setattr, self._app, "working", lines)


def _collected(report: CollectReport, stopped: Sequence[str]) -> tuple[str, str]:
    """What collecting came to; `stopped` are the reasons of jobs that did not come to their end, "" for paused ones."""
    parts = [count(report.new, "new picture")]
    if report.already:
        parts.append(f"{report.already:,} already here")
    not_taken = report.refused + report.failed + report.gone
    if not_taken:
        parts.append(f"{not_taken:,} not taken, see Jobs")
    came_to = ", ".join(parts)
    reasons = Counter(filter(None, stopped))
    if reasons:
        ((why, _),) = reasons.most_common(1)
        return f"collecting ended, {came_to}; {count(reasons.total(), 'job')} stopped: {why}", "error"
    return f"collecting {'paused' if stopped else 'done'}: {came_to}", "warning" if not_taken else "information"


def ready_for_processes() -> None:
    """What Textual puts in the place of stderr has no file behind it, and multiprocessing's first process wants one."""
    with redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()


def _found_in_words(report: DetectReport) -> tuple[str, str]:
    if not report.pictures:
        return f"{report.detector} has looked at every picture", "information"
    parts = [f"{count(report.faces, 'face')} in {count(report.pictures, 'picture')}, by {report.detector}"]
    if report.failed:
        parts.append(f"{count(report.failed, 'picture')} could not be looked at, and will be tried again")
    return f"faces found: {'; '.join(parts)}", "warning" if report.failed else "information"


def _in_words(report: ImportReport) -> tuple[str, str]:
    parts = [count(report.new, "new picture")]
    if report.already:
        parts.append(f"{report.already:,} already here")
    if report.unchanged:
        parts.append(f"{report.unchanged:,} looked at earlier")
    if report.animated:
        parts.append(f"first frame only of {report.animated:,} animated")
    not_taken = report.refused + report.failed
    if not_taken:
        parts.append(f"{not_taken:,} not taken, see Home")
    return f"import done: {', '.join(parts)}", "warning" if not_taken else "information"


def _set_in_words(report: LabelReport) -> tuple[str, str]:
    new = report.imported.new if report.imported else 0
    parts = [f"{count(new, 'new picture')} of {report.pictures:,}", count(report.labels, "label")]
    if report.new_split:
        parts.append(f"its parts are the split {report.split}")
    parts += [f"{each.often:,} × {each.reason}" for each in report.problems[:2]]
    return f"import done: {', '.join(parts)}", "warning" if report.in_part else "information"
