"""The list of jobs as it is seen: their table, the last pictures, why some were not taken, whom one asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table as Grid
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from anitui.screens.bindings import shown_key
from anitui.screens.jobs.arriving import Arriving
from anitui.screens.jobs.doing import WithJobs
from anitui.screens.jobs.listing import Listing, Parts
from anitui.screens.jobs.telling import Table, fitted, hosts_line, next_line, rate_in_words, table_of
from anitui.screens.widgets.picture import GridCell
from anitui.screens.widgets.picture.words import tame
from anitui.store import gallery, job_lists
from anitui.words import count

if TYPE_CHECKING:
    from anitui.pipeline.collect.live import Live
    from anitui.store.gallery import Shown
    from anitui.store.job_lists import JobRow, Reason

NARROW = 100
LEAST_BELOW, MOST_BELOW = 8, 18  # lines that the table leaves to what is below it, however many jobs there are
FRAME, LINES = 3, 2  # lines around the screen; those of what one may do next, and of the hosts
LAST = 40  # pictures that are read: more than fit into a row
REASONS = 100
COLOURS = {
    "plain": "", "dim": "$foreground-muted", "strong": "bold", "good": "$success", "bad": "$error", "waits": "$warning"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Below:
    """What stands below the table: of one job, or of all."""

    job_id: int | None
    pictures: Sequence[Shown]
    reasons: Sequence[Reason]
    in_browse: int | None  # how many pictures the job's filter shows


class Board(WithJobs):
    """Shows the jobs. What keys do is the screen's."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[JobRow] = []
        self.of_all = False  # what is below is of all jobs
        self._at: int | None = None  # the job that the cursor is on
        self._wished: int | None = None  # the one that it is to go to, as soon as that is on the list
        self._table = Table((), 0)
        self._below = Below(None, (), (), None)

    def body(self) -> ComposeResult:
        look = self.host.settings.look
        with Container(id="jobs"):
            with Container(id="jobs-list", classes="panel"):
                yield Listing(id="jobs-table")
                yield Static(id="jobs-none", markup=False)
            yield Static(id="jobs-next", markup=False)
            with Container(id="jobs-below"):
                with Container(id="jobs-last", classes="panel"):
                    yield Arriving(
                        loader=self.host.pictures, policy=look.pictures, empty_text="no pictures yet", id="arriving"
                    )
                with VerticalScroll(id="jobs-reasons", classes="panel", can_focus=False):
                    yield Static(id="jobs-why", markup=False)
            yield Static(id="jobs-hosts", markup=False)

    def on_mount(self) -> None:
        self.where("jobs", "reading …")

    def on_screen_resume(self) -> None:
        self.listing.focus()

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "-narrow")
        self._share_room()
        self.tell()

    def _share_room(self) -> None:
        """The table is as high as its jobs want it, so that the pictures get the rest; and never all of it."""
        height = self.size.height - FRAME
        below = min(MOST_BELOW, max(LEAST_BELOW, height * 2 // 5))
        most = height - LINES - below
        wanted = max(4, min(len(self.rows) + 3, most))
        self.query_one("#jobs-list").styles.height = wanted if self.rows else "1fr"

    @property
    def listing(self) -> Listing:
        return self.query_one("#jobs-table", Listing)

    @property
    def chosen(self) -> JobRow | None:
        at = self.listing.cursor
        return self.rows[at] if 0 <= at < len(self.rows) else None

    # What is read.

    def read(self) -> None:
        catalogue, of_all = self.host.catalogue, self.of_all
        at = self._at if self._wished is None else self._wished

        def read() -> tuple[list[JobRow], Below]:
            rows = job_lists.collecting_jobs(catalogue)
            there = at if any(row.job_id == at for row in rows) else rows[0].job_id if rows else None
            return rows, self._read_below(None if of_all else there)

        self.off_thread(read, lambda found: self._arrive(*found), group="jobs", failed=self.arrived)

    def _read_below(self, job_id: int | None) -> Below:
        catalogue = self.host.catalogue
        pictures = gallery.shown(catalogue, job_lists.latest_pictures(catalogue, job_id, LAST))
        in_browse = job_lists.count_pictures(catalogue, job_id) if job_id is not None else None
        return Below(job_id, pictures, job_lists.reasons(catalogue, job_id, REASONS), in_browse)

    def _arrive(self, rows: list[JobRow], below: Below) -> None:
        self.arrived()
        self.rows = rows
        self.set_class(not rows, "-none")
        if not rows:
            self.query_one("#jobs-none", Static).update(self._how_to_begin())
        numbers = {row.job_id: number for number, row in enumerate(rows)}
        at = None if self._at is None else numbers.get(self._at)
        if self._wished in numbers:
            at, self._wished = numbers[self._wished], None
        self._share_room()
        # A job that is gone leaves the cursor where it was, on what has taken its place.
        self._lay_out(cursor=at)
        self._note_cursor()
        if below.job_id == (None if self.of_all else self._at):
            self._show_below(below)
        else:
            self._turn_below()
        self.tell()

    def _lay_out(self, cursor: int | None = None) -> None:
        self._table = table_of(self.rows, self.listing.room)
        self.listing.show(self._table.heading(), len(self.rows), self._line, cursor=cursor)

    def _line(self, number: int) -> Parts:
        row = self.rows[number]
        return self._table.line(row, self.live_of(row.job_id), self.tick)

    def on_listing_widened(self) -> None:
        self._lay_out()

    def on_listing_moved(self) -> None:
        before = self._at
        self._note_cursor()
        if self._at != before:
            self.tell()
            if not self.of_all:
                self._turn_below()

    def _note_cursor(self) -> None:
        row = self.chosen
        self._at = row.job_id if row is not None else None

    def _turn_below(self) -> None:
        """What is below is of another job now."""
        job_id = None if self.of_all else self._at
        self.off_thread(lambda: self._read_below(job_id), self._turned, group="below")

    def _turned(self, below: Below) -> None:
        if below.job_id == (None if self.of_all else self._at):
            self._show_below(below)
            self.tell()

    # What is shown.

    def looked(self, before: Live | None) -> None:
        changed = [
            number
            for number, row in enumerate(self.rows)
            if (now := self.live_of(row.job_id)) != (before.jobs.get(row.job_id) if before is not None else None)
            or (now is not None and now.finding)
        ]
        self.listing.draw_again(changed)
        if changed or (self.live is None) != (before is None):
            self.tell()
        elif self.live is not None and before is not None and self.live.hosts != before.hosts:
            self._tell_hosts()

    def tell(self) -> None:
        """Say in the lines around the table what holds now."""
        if not self.is_mounted:
            return
        row = self.chosen
        parts: Parts = ()
        wide = False
        if row is not None:
            pictures = self._below.in_browse if self._below.job_id == row.job_id else None
            status = self.host.status
            faces = status is not None and status.faces > 0
            room, keys = self.size.width - 2, self.host.key_map
            parts = next_line(row, self.live_of(row.job_id), keys, pictures=pictures, faces=faces, room=room)
            wide = sum(cell_len(text) for text, _ in parts) > room
        # Why a job stopped is read whole, and the keys behind it.
        self.query_one("#jobs-next").set_class(wide, "-wrapped")
        self._write("#jobs-next", parts, layout=wide)
        self._tell_hosts()
        running = [row for row in self.rows if self.runs(row)]
        far = f"{self.listing.cursor + 1:,} of {count(len(self.rows), 'job')}" if self.rows else "no jobs"
        if running:
            rate = rate_in_words(sum(each.rate for each in self.live.jobs.values())) if self.live is not None else ""
            far = " · ".join(filter(None, (f"{len(running):,} running", rate, far)))
        self.where("jobs" + (f" › {tame(row.name)}" if row is not None else ""), far)
        self.refresh_keys()

    def _tell_hosts(self) -> None:
        hosts = self.live.hosts if self.live is not None else ()
        parts = hosts_line(hosts, self.size.width - 2)
        idle = [row for row in self.rows if not self.runs(row) and row.state != "done"]
        if not parts and self.rows and self.live is None:
            all_ = "the one that is" if len(idle) == 1 else f"all {len(idle):,} that are"
            every = f": {shown_key('jobs.all', self.host.key_map)} starts {all_} not done"
            parts = [(f"nothing runs{every if idle else ''}", "dim")]
        self._write("#jobs-hosts", parts)

    def _write(self, where: str, parts: Parts, *, layout: bool = False) -> None:
        styled = [(tame(text), COLOURS[role]) for text, role in parts]
        line = self.query_one(where, Static)
        content = Content.assemble(*styled)
        if line.content != content:
            line.update(content, layout=layout)

    def _show_below(self, below: Below) -> None:
        if below == self._below:
            return
        self._below = below
        whose = " of all jobs" if below.job_id is None else ""
        self.query_one("#jobs-last").border_title = f"the last pictures{whose}"
        cells = [
            GridCell(
                key=each.image_id,
                path=self.host.workspace.file(each.path),
                # Of one job all have the same label, as a rule.
                caption=(each.title or each.label if below.job_id else each.label or each.title) or each.file or "",
                state="active" if each.state == "active" else "set_aside",
            )
            for each in below.pictures
        ]
        self.arriving.land(cells)
        panel = self.query_one("#jobs-reasons")
        panel.border_title = f"not taken{whose}"
        self.query_one("#jobs-why", Static).update(_why(below.reasons))

    @property
    def arriving(self) -> Arriving:
        return self.query_one(Arriving)

    def _how_to_begin(self) -> Content:
        keys = [shown_key(each, self.host.key_map) for each in ("jobs.new", "jobs.read")]
        ways = [
            (keys[0], "a new job, in a form that checks what you type"),
            (keys[1], "jobs from a file: yotsubanet's .json, our .toml, addresses in .txt"),
        ]
        parts: list[tuple[str, str]] = [
            ("There are no jobs yet. A job collects pictures, and can go on any time.\n", "")
        ]
        width = max(map(cell_len, keys))
        parts += [part for key, way in ways for part in ((f"\n {fitted(key, width)}  ", "bold"), (way, ""))]
        parts.append(("\n\nor outside of here: anitui scrape JOBS.json", "$foreground-muted"))
        return Content.assemble(*parts)


def _why(reasons: Sequence[Reason]) -> Grid | Text:
    """The reasons, the most frequent first."""
    if not reasons:
        return Text("nothing was refused, and nothing failed", "dim")
    grid = Grid.grid(padding=(0, 1))
    grid.add_column(justify="right", style="bold", no_wrap=True)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for each in reasons:
        grid.add_row(f"{each.often:,}", each.state, Text(tame(each.reason)))
    return grid
