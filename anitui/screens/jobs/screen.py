"""The Jobs screen: what collects, how far it is, and all that one does with the list of jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from anitui.errors import AnituiError
from anitui.screens.bindings import bindings, shown_key
from anitui.screens.jobs.board import Board
from anitui.screens.questions import AskPath, Confirm
from anitui.words import count

if TYPE_CHECKING:
    from anitui.pipeline.collect.specs import JobSpec
    from anitui.screens.widgets.picture import PictureGrid
    from anitui.store.job_lists import JobRow


class JobsScreen(Board):
    """All jobs that collect."""

    place = "jobs"
    CSS_PATH = "jobs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("jobs")

    # How one goes about.

    def action_up(self) -> None:
        self.listing.step(-1)

    def action_down(self) -> None:
        self.listing.step(1)

    def action_page_up(self) -> None:
        self.listing.page(-1)

    def action_page_down(self) -> None:
        self.listing.page(1)

    def action_first(self) -> None:
        self.listing.move(0)

    def action_last(self) -> None:
        self.listing.last()

    def action_left(self) -> None:
        self.arriving.move(-1, 0)

    def action_right(self) -> None:
        self.arriving.move(1, 0)

    def action_picture(self) -> None:
        if self.arriving.current is None:
            self.say("no picture has come in here yet")
        self.arriving.open()

    def on_picture_grid_opened(self, event: PictureGrid.Opened) -> None:
        self.host.open_picture(event.key, [cell.key for cell in self.arriving.model.cells])

    def action_drawing(self) -> None:
        policy = self.host.next_drawing()
        self.arriving.set_policy(policy)
        self.say(f"pictures are drawn: {policy}")

    def action_whole_list(self) -> None:
        """What is below is of all jobs, or again of the one under the cursor."""
        self.of_all = not self.of_all
        self._turn_below()

    def action_open(self) -> None:
        row = self.of_chosen()
        if row is not None:
            from anitui.screens.jobs.details import JobScreen

            self.app.push_screen(JobScreen(row))

    def on_listing_chosen(self) -> None:
        self.action_open()

    # What runs.

    def action_all(self) -> None:
        """Start all that are not done; when one runs, let all stand still."""
        running = [row for row in self.rows if self.runs(row) and not self.pausing(row)]
        waiting = [row for row in self.rows if row.state != "done"]
        if running:
            self.pause(running)
            self.say(f"{count(len(running), 'job')} will pause as soon as what is under way is done")
        elif waiting:
            self.start(waiting)
        else:
            again = shown_key("jobs.start", self.host.key_map)
            self.say(f"all jobs are done; {again} lets one look for what is new" if self.rows else "there are no jobs")

    # What is on the list.

    def action_new(self) -> None:
        self._edit(None, self._add_one)

    def action_copy(self) -> None:
        self._with_spec(lambda row, spec: self._edit(spec, self._add_one))

    def action_edit(self) -> None:
        self._with_spec(lambda row, spec: self._edit(spec, lambda changed: self._replace(row, spec, changed)))

    def _with_spec(self, then: Callable[[JobRow, JobSpec], None]) -> None:
        row = self.of_chosen()
        if row is None:
            return
        try:
            spec = _spec_of(row)
        except AnituiError as error:
            self.host.complain(error)
            return
        then(row, spec)

    def _edit(self, spec: JobSpec | None, then: Callable[[JobSpec], None]) -> None:
        from anitui.screens.jobs.editor import JobEditor

        def answered(changed: JobSpec | None) -> None:
            if changed is not None:
                then(changed)

        self.app.push_screen(JobEditor(spec), answered)

    def _add_one(self, spec: JobSpec) -> None:
        self._add(lambda: [spec])

    def _add(self, specs: Callable[[], Sequence[JobSpec]], origin: str = "") -> None:
        """Put jobs on the list, and the cursor on the first of them."""
        known = {row.job_id for row in self.rows}
        added: list[int] = []

        def add() -> str:
            found = specs()
            if not found:
                return f"there are no jobs{origin}"
            added.extend(self.host.add_jobs(found))
            new = [each for each in added if each not in known]
            there = len(found) - len(new)
            already = f"{there:,} {'was' if there == 1 else 'were'} on the list already" if there else ""
            put = f"{count(len(new), 'job')}{origin} on the list; {self._starts(len(new))}" if new else ""
            return "; ".join(filter(None, (put, already)))

        self.host.decide(add, lambda: self.see(added))

    def _starts(self, new: int) -> str:
        key = shown_key("jobs.start" if new == 1 else "jobs.all", self.host.key_map)
        return f"{key} starts {'it' if new == 1 else 'them'}"

    def see(self, job_ids: Sequence[int]) -> None:
        """Put the cursor on the first of these jobs."""
        if job_ids and self._stands:
            self._wished = job_ids[0]
            self.reload()

    def _replace(self, row: JobRow, before: JobSpec, spec: JobSpec) -> None:
        """An edited job is another job; the one before stays where it has found something, with what it found."""
        if spec == before:
            self.say("nothing was changed")
            return
        added: list[int] = []

        def replace() -> str:
            added.extend(self.host.add_jobs([spec]))
            if row.job_id in added:
                return "it asks for the same as before, so it is the same job, and keeps its name"
            if row.items or self.runs(row):
                return "the job as you changed it is a new one; the one before stays with what it found"
            self.host.remove_job(row.job_id)
            return "the job was changed"

        self.host.decide(replace, lambda: self.see(added))

    def action_remove(self) -> None:
        row = self.of_chosen()
        if row is None:
            return
        if self.runs(row):
            self.say(f"this job runs: {shown_key('jobs.start', self.host.key_map)} pauses it first")
            return
        name, job_id = row.name, row.job_id

        def remove() -> str:
            self.host.remove_job(job_id)
            return f"taken off the list: {name}"

        def answered(yes: bool | None) -> None:
            if yes:
                self.host.decide(remove)

        detail = "Its pictures stay. What it still had to fetch, and what it refused, is forgotten."
        self.app.push_screen(Confirm(f"Take {name} off the list?", "take it off", detail), answered)

    # Files.

    def action_read(self) -> None:
        def answered(path: str | None) -> None:
            if path:
                file = Path(path).expanduser()
                self._add(lambda: _read(file), f" from {file.name}")

        detail = "yotsubanet's .json as it is, our .toml, or a list of addresses (.txt). Nothing runs yet."
        self.app.push_screen(AskPath("Open which file of jobs?", detail=detail), answered)

    def action_write(self) -> None:
        if not self.rows:
            self.say("there are no jobs to write")
            return

        def answered(path: str | None) -> None:
            if path:
                self._write_to(Path(path).expanduser())

        question = f"Write the {count(len(self.rows), 'job')} of the list to which file?"
        detail = "The ending says how: .toml has all fields, .json is yotsubanet's."
        self.app.push_screen(AskPath(question, str(self.host.workspace.exports / "jobs.toml"), detail=detail), answered)

    def _write_to(self, file: Path, *, replace: bool = False) -> None:
        if file.exists() and not replace:

            def answered(yes: bool | None) -> None:
                if yes:
                    self._write_to(file, replace=True)

            self.app.push_screen(Confirm(f"{file} is there already. Replace it?", "replace"), answered)
            return
        rows = list(reversed(self.rows))  # in the order in which they were made

        def write() -> str:
            from anitui.pipeline.collect import job_files

            file.parent.mkdir(parents=True, exist_ok=True)
            job_files.write(file, [_spec_of(row) for row in rows])
            return f"{count(len(rows), 'job')} written to {file}"

        self.off_thread(write, self.say, group="write jobs")


def _spec_of(row: JobRow) -> JobSpec:
    """What a job asks for, with the name that a person gave it; the list has a name for each."""
    from anitui.pipeline.collect.specs import JobSpec

    told = JobSpec.from_order(row.order).told()
    return JobSpec.from_order(row.order, None if row.name == told else row.name)


def _read(file: Path) -> Sequence[JobSpec]:
    from anitui.pipeline.collect import job_files

    return job_files.read(file)
