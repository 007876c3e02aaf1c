"""What one does with a job, in the list of them and in its own view; and how both hear of what runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from anitui.errors import AnituiError
from anitui.screens.frame import FrameScreen

if TYPE_CHECKING:
    from textual.timer import Timer

    from anitui.pipeline.collect.live import JobLive, Live
    from anitui.screens.duplicates.screen import DuplicatesScreen
    from anitui.store.job_lists import JobRow

TICK = 0.25  # seconds between two looks at what runs
READ_EVERY = 4  # of these: the catalogue's numbers are read again while something runs


class WithJobs(FrameScreen):
    """Looks four times a second at what runs, while it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.live: Live | None = None
        self.tick = 0
        self._timer: Timer | None = None
        self._reading = self._read_again = False

    def on_mount(self) -> None:
        self._timer = self.set_interval(TICK, self._look)

    def on_screen_suspend(self) -> None:
        if self._timer is not None:
            self._timer.pause()

    def on_screen_resume(self) -> None:
        self.live = self.host.live_jobs()
        self.reload()
        if self._timer is not None:
            self._timer.resume()

    def _look(self) -> None:
        before, self.live = self.live, self.host.live_jobs()
        self.tick += 1
        self.looked(before)
        ran, runs = _ids(before), _ids(self.live)
        if ran != runs or (runs and self.tick % READ_EVERY == 0):
            self.reload()

    def live_of(self, job_id: int) -> JobLive | None:
        """What a job does now; None when it does nothing."""
        return self.live.jobs.get(job_id) if self.live is not None else None

    def runs(self, row: JobRow) -> bool:
        """Whether it is worked on, or will be in a moment."""
        return row.state == "running" or self.live_of(row.job_id) is not None

    def pausing(self, row: JobRow) -> bool:
        """Whether it was asked to pause, and still has something under way."""
        live = self.live_of(row.job_id)
        return live is not None and live.pausing

    def reload(self) -> None:
        """Read the numbers again, one reading at a time: a slow one is not overtaken for ever."""
        self._read_again = self._reading
        if not self._reading and self.is_mounted:
            self._reading = True
            self.read()

    def arrived(self) -> None:
        """A reading has come to its end, one way or another."""
        self._reading = False
        if self._read_again:
            self._read_again = False
            self.call_later(self.reload)

    # Each screen's own.

    def read(self) -> None:
        """Begin to read; `arrived` is to be called at the end."""
        raise NotImplementedError

    def looked(self, before: Live | None) -> None:
        """Draw what `live` says now, where it says something else than `before`."""
        raise NotImplementedError

    @property
    def chosen(self) -> JobRow | None:
        """The job that keys are about."""
        raise NotImplementedError

    def matters(self, action_id: str) -> bool:
        """With no job there is nothing to do but to make one."""
        row = self.chosen
        match action_id.partition(".")[2]:
            case "retry":
                return row is not None and row.failed > 0 and not self.runs(row)
            case "faces":
                return self.host.status is not None and self.host.status.faces > 0
            case "pictures" | "duplicates":
                return row is not None and row.done + row.already > 0
            case "start" | "open" | "all" | "edit" | "copy" | "remove" | "write" | "whole_list" | "picture":
                return row is not None
        return True

    # What one does with a job.

    def start(self, rows: Sequence[JobRow]) -> None:
        """Let jobs run; what failed of them is tried again."""
        self.ask(lambda: self.host.start_jobs([row.job_id for row in rows]))

    def pause(self, rows: Sequence[JobRow]) -> None:
        """Let jobs stand still; what they found stays."""
        self.ask(lambda: self.host.pause_jobs([row.job_id for row in rows]))

    def ask(self, request: Callable[[], None]) -> None:
        """Ask the app for something about jobs, and look at what comes of it."""
        try:
            request()
        except AnituiError as error:
            self.host.complain(error)
        self.reload()

    def action_start(self) -> None:
        row = self.of_chosen()
        if row is not None:
            self.pause([row]) if self.runs(row) and not self.pausing(row) else self.start([row])

    def action_retry(self) -> None:
        row = self.of_chosen()
        if row is None:
            return
        if self.runs(row) and not self.pausing(row):
            self.say("this job runs: what failed can be tried again when it is done, or paused")
        elif not row.failed:
            refused = "; what was refused would be refused again" if row.refused else ""
            self.say(f"nothing of this job failed{refused}")
        else:
            self.start([row])

    def action_pictures(self) -> None:
        row = self.of_chosen()
        if row is not None:
            self.host.browse(f"job:{row.job_id}")

    def action_duplicates(self) -> None:
        row = self.of_chosen()
        if row is not None:
            self.host.go("duplicates")
            screen = cast("DuplicatesScreen", self.app.get_screen("duplicates"))
            self.app.call_after_refresh(lambda: screen.line_up(replace(screen.view, query=f"job:{row.job_id}")))

    def action_faces(self) -> None:
        row = self.of_chosen()
        if row is not None:
            self.host.see_faces(f"job:{row.job_id}")

    def of_chosen(self) -> JobRow | None:
        """The job that keys are about; where there is none, that is said."""
        row = self.chosen
        if row is None:
            self.say("there is no job here")
        return row


def _ids(live: Live | None) -> frozenset[int]:
    return frozenset(live.jobs) if live is not None else frozenset()
