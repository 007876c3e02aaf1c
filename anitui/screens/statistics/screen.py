"""Statistics: which there are on the left, the chosen one as a chart, and a way from its rows to what they count."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from anitui import progress
from anitui.errors import WrongUse
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.examine import limits_of
from anitui.pipeline.measuring import report
from anitui.pipeline.measuring.catalogue import STATISTICS, Measured
from anitui.screens.bindings import bindings
from anitui.screens.frame import FrameScreen
from anitui.screens.questions import AskPath, Choose, Confirm
from anitui.screens.reading import Reading
from anitui.screens.widgets.chart_view import ChartView
from anitui.screens.widgets.lines import Lines
from anitui.store import statistics as stats
from anitui.store.labels import CHARACTERS
from anitui.words import count, size

_NARROW, _LOW = 76, 16
_PAGE = "statistics.html"


class StatisticsScreen(FrameScreen):
    """Shows what is counted. Nothing here changes anything."""

    place = "statistics"
    CSS_PATH = "statistics.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("statistics")
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        self._set = CHARACTERS
        self._charts: dict[str, Chart] = {}  # those that were read since something changed
        self._reading = Reading()
        self._writing = False

    def body(self) -> ComposeResult:
        with Container(id="statistics"):
            with Container(id="statistics-which", classes="panel") as which:
                which.border_title = "statistics"
                listed = Lines(*(Option(each.title, id=each.name) for each in STATISTICS), id="statistics-list")
                listed.can_focus = False
                yield listed
            with Container(id="statistics-shown", classes="panel"):
                yield ChartView(id="statistics-chart")

    def on_mount(self) -> None:
        self.query_one(Lines).highlighted = self._at

    def on_screen_resume(self) -> None:
        self.reload()  # what was decided elsewhere meanwhile

    def on_unmount(self) -> None:
        self._reading.stop()  # else leaving would wait for it

    def on_resize(self) -> None:
        width, height = self.size
        body = self.query_one("#statistics")
        body.set_class(width < _NARROW, "-narrow")
        body.set_class(height < _LOW, "-low")

    # What is shown.

    @property
    def _view(self) -> ChartView:
        return self.query_one(ChartView)

    def reload(self) -> None:
        self._charts.clear()
        self._read()

    def _read(self) -> None:
        """Show the chosen one; read it first where it is not known."""
        statistic = STATISTICS[self._at]
        if statistic.name in self._charts:
            self._draw()
            return
        if self._view.chart is None or self._view.chart.name != statistic.name:
            self._view.tell("reading …")
        self._tell()
        cursor = self._reading.start(self.host.catalogue)
        label_set = self._set

        def arrive(chart: Chart) -> None:
            self._reading.done()
            if label_set == self._set:
                self._charts[chart.name] = chart
                if chart.name == STATISTICS[self._at].name:
                    self._draw()

        read = Measured(self.host.catalogue, label_set, cursor)
        self.off_thread(lambda: read.chart(statistic), arrive, group="chart", failed=self._reading.done)

    def _draw(self) -> None:
        self._view.show(self._charts[STATISTICS[self._at].name])
        self._tell()

    def _tell(self) -> None:
        statistic = STATISTICS[self._at]
        panel = self.query_one("#statistics-shown")
        panel.border_title = statistic.title
        panel.border_subtitle = statistic.view
        within = self._view.cursor is not None
        panel.set_class(within, "-within")
        of_set = f" › {self._set}" if statistic.of_set else ""
        far = f"{self._at + 1} of {len(STATISTICS)}"
        if within:
            far = f"row {(self._view.cursor or 0) + 1:,} of {self._view.rows:,}"
        self.where(f"statistics › {statistic.title}{of_set}", far)
        self.refresh_keys()

    def _go(self, at: int) -> None:
        self._at = at % len(STATISTICS)
        self._view.leave()
        self.query_one(Lines).highlighted = self._at
        self._read()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._go(event.option_index)  # it was clicked

    # Moving.

    def action_down(self) -> None:
        self._step(1)

    def action_up(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        """The next row where one has gone into the chart, else the next chart."""
        if self._view.cursor is None:
            self._go(self._at + by)
        else:
            self._view.move(self._view.cursor + by)
            self._tell()

    def action_page_down(self) -> None:
        self._view.page(1)
        self._tell()

    def action_page_up(self) -> None:
        self._view.page(-1)
        self._tell()

    def action_first(self) -> None:
        self._view.end(last=False)
        self._tell()

    def action_last(self) -> None:
        self._view.end(last=True)
        self._tell()

    def action_back(self) -> None:
        self.step_back()

    def step_back(self) -> bool:
        if self._view.cursor is None:
            return False
        self._view.leave()
        self._tell()
        return True

    def way_out(self) -> str:
        return "to the list" if self._view.cursor is not None else ""

    def on_chart_view_chosen(self, event: ChartView.Chosen) -> None:
        self._view.move(event.row)
        self._tell()

    # Where rows lead.

    def action_open(self) -> None:
        """Into the rows; from a row to what it counts."""
        if self._view.cursor is None:
            if self._view.rows:
                self._view.move(0)
                self._tell()
            return
        row = self._view.current
        if row is None or row.lead is None:
            self.say("this row leads nowhere; the view behind the chart may say more")
        elif row.lead.place == "faces":
            self.host.see_faces(row.lead.query, self._set)
        else:
            self.host.browse(row.lead.query)

    def action_sql(self) -> None:
        """The view behind the chart."""
        self.host.ask_sql(f"FROM {STATISTICS[self._at].view}")

    def action_log(self) -> None:
        """Of a long tail, plain bars show the head alone."""
        self._view.scale(log=not self._view.logarithmic)
        self.say("bars grow by the logarithm" if self._view.logarithmic else "bars grow as they count")

    # Of which labels.

    def action_set(self) -> None:
        def chosen(name: str | None) -> None:
            if name is not None and name != self._set:
                self._set = name
                self.reload()

        def ask(sets: list[str]) -> None:
            if len(sets) == 1:
                self.say(f"{sets[0]} is the only set of labels")
            else:
                self.app.push_screen(
                    Choose("Of which set of labels?", [(each, each) for each in sets], self._set), chosen
                )

        self.off_thread(lambda: stats.sets(self.host.catalogue), ask, group="sets")

    # To share.

    def action_page(self) -> None:
        """One HTML page with all of it."""
        if self._writing:
            self.say("the page is being written")
            return

        def answered(path: str | None) -> None:
            if path:
                self._write(Path(path), force=False)

        where = str(self.host.workspace.exports / _PAGE)
        detail = "All charts, with tables and a few faces of each class, in one file that needs nothing else."
        self.app.push_screen(AskPath("Write the page to which file?", where, detail=detail), answered)

    def _write(self, target: Path, *, force: bool) -> None:
        target = target.expanduser()
        if target.is_file() and not force:

            def over(yes: bool | None) -> None:
                if yes:
                    self._write(target, force=True)

            self.app.push_screen(Confirm(f"{target.name} is there already. Write over it?", "write over it"), over)
            return
        workspace, catalogue, label_set = self.host.workspace, self.host.catalogue, self._set
        limits = limits_of(self.host.settings.importing)
        try:
            report.ready(target, force=force)
        except WrongUse as error:
            self.host.complain(error)
            return
        self._writing = True

        def write() -> report.Written:
            work = report.write_page(workspace, catalogue, target, label_set=label_set, limits=limits, force=force)
            return progress.run(work, lambda _: None)

        def written(page: report.Written) -> None:
            self._writing = False
            told = (
                f"wrote {page.file}: {count(page.charts, 'chart')}, {count(page.samples, 'sample')}, {size(page.bytes)}"
            )
            self.host.say(told, stays=True)

        def failed() -> None:
            self._writing = False

        self.say(f"writing {target} …")
        self.off_thread(write, written, group="page", failed=failed)
