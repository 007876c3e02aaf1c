"""Statistics: which there are on the left, the chosen one as a chart, and a way from its rows to what they count."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from anitui import progress
from anitui.errors import WrongUse
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.examine import limits_of
from anitui.pipeline.measuring import report
from anitui.pipeline.measuring.catalogue import STATISTICS, Measured
from anitui.pipeline.measuring.rows import Statistic
from anitui.screens.bindings import bindings
from anitui.screens.charted import ChartedScreen
from anitui.screens.questions import AskPath, Choose, Confirm
from anitui.screens.reading import Reading
from anitui.store import statistics as stats
from anitui.store.labels import CHARACTERS
from anitui.words import count, size

_PAGE = "statistics.html"


class StatisticsScreen(ChartedScreen):
    """Shows what is counted. Nothing here changes anything."""

    place = "statistics"
    heading = "statistics"
    BINDINGS: ClassVar[list[BindingType]] = bindings("statistics")

    def __init__(self) -> None:
        super().__init__()
        self._set = CHARACTERS
        self._charts: dict[str, Chart] = {}  # those that were read since something changed
        self._reading = Reading()
        self._writing = False

    def on_mount(self) -> None:
        self.list_anew([each.title for each in STATISTICS])

    def on_screen_resume(self) -> None:
        self.reload()  # what was decided elsewhere meanwhile

    def on_unmount(self) -> None:
        self._reading.stop()  # else leaving would wait for it

    # What is shown.

    @property
    def number(self) -> int:
        return len(STATISTICS)

    @property
    def _chosen(self) -> Statistic:
        return STATISTICS[self.at]

    def reload(self) -> None:
        self._charts.clear()
        self.show()

    def show(self) -> None:
        """Show the chosen one; read it first where it is not known."""
        statistic = self._chosen
        if statistic.name in self._charts:
            self._draw()
            return
        if self.view.chart is None or self.view.chart.name != statistic.name:
            self.view.tell("reading …")
        self.tell()
        cursor = self._reading.start(self.host.catalogue)
        label_set = self._set

        def arrive(chart: Chart) -> None:
            self._reading.done()
            if label_set == self._set:
                self._charts[chart.name] = chart
                if chart.name == self._chosen.name:
                    self._draw()

        read = Measured(self.host.catalogue, label_set, cursor)
        self.off_thread(lambda: read.chart(statistic), arrive, group="chart", failed=self._reading.done)

    def _draw(self) -> None:
        self.view.show(self._charts[self._chosen.name])
        self.tell()

    def tell(self) -> None:
        super().tell()
        panel = self.query_one("#charted-shown")  # what it is, is known before it is read
        panel.border_title, panel.border_subtitle = self._chosen.title, self._chosen.view

    def say_where(self, far: str) -> None:
        of_set = f" › {self._set}" if self._chosen.of_set else ""
        self.where(f"statistics › {self._chosen.title}{of_set}", far)

    # Where rows lead.

    @property
    def label_set(self) -> str:
        return self._set

    def action_sql(self) -> None:
        """The view behind the chart."""
        self.host.ask_sql(f"FROM {self._chosen.view}")

    def action_log(self) -> None:
        """Of a long tail, plain bars show the head alone."""
        self.view.scale(log=not self.view.logarithmic)
        self.say("bars grow by the logarithm" if self.view.logarithmic else "bars grow as they count")

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
