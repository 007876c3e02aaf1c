"""What runs while one does other things: its progress for the top line, and a way to stop it."""

from __future__ import annotations

import sys
import threading
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from anitui import progress
from anitui.errors import Stopped, in_one_sentence
from anitui.screens.questions import Confirm
from anitui.words import count

if TYPE_CHECKING:
    from anitui.pipeline.ingest import ImportReport
    from anitui.screens.host import Host


@dataclass(eq=False, slots=True)
class Run:
    """One piece of work in a thread of its own."""

    name: str
    line: str
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Background:
    """All that runs now, each in a thread of its own; the screens hear of it now and then."""

    def __init__(self, app: Host) -> None:
        self._app = app
        self.runs: list[Run] = []

    def start_import(self, path: str) -> None:
        """Take pictures in; the same path given again goes on where it stopped."""
        # What Textual puts in the place of stderr has no file behind it, and multiprocessing's first process wants one.
        with redirect_stderr(sys.__stderr__):
            resource_tracker.ensure_running()
        run = Run(f"import of {path}", "⠋ import")
        run.thread = threading.Thread(target=self._import, args=(run, path), name=run.name, daemon=True)
        self.runs.append(run)
        self._tell()
        run.thread.start()

    def ask_to_stop(self) -> None:
        """Say what runs, and stop it when the person says so."""
        if not self.runs:
            self._app.say("nothing runs in the background")
            return
        run = self.runs[-1]

        def answered(yes: bool | None) -> None:
            if yes:
                run.stop.set()

        self._app.push_screen(
            Confirm(f"Stop the {run.name}?", "stop it", f"{run.line}. What is done is kept."), answered
        )

    def stop_all(self) -> None:
        """Stop everything and wait until what was done is on disk."""
        for run in list(self.runs):
            run.stop.set()
        for run in list(self.runs):
            if run.thread is not None:
                run.thread.join()

    def _import(self, run: Run, path: str) -> None:
        from anitui.pipeline.ingest import ImportOrder, import_pictures

        app = self._app
        spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
        ticks = 0

        def told(event: progress.Event) -> None:
            nonlocal ticks
            if run.stop.is_set():
                raise Stopped("stopped")
            ticks += 1
            of = f" of {event.total:,}" if event.total else ""
            run.line = f"{spinner[ticks // 4 % len(spinner)]} {event.doing} {event.done:,}{of}"
            if ticks % 8 == 1 or event.done == event.total:
                self._tell()

        work = import_pictures(app.workspace, app.catalogue, ImportOrder([path]), app.settings.importing)
        text, kind = "", "information"
        try:
            text, kind = _in_words(progress.run(work, told))
        except Stopped:
            text = f"the {run.name} was stopped; what was done is kept, and the same path goes on from there"
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
                app.call_later(app.changed)

    def _tell(self) -> None:
        if self._app.is_running:
            lines = tuple(run.line for run in self.runs)
            self._app.call_later(setattr, self._app, "working", lines)


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
