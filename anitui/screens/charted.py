"""What screens share that have a list on the left and the chart of what is chosen beside it."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from anitui.screens.frame import FrameScreen
from anitui.screens.widgets.chart_view import ChartView
from anitui.screens.widgets.lines import Lines

_NARROW, _LOW = 76, 16


class ChartedScreen(FrameScreen):
    """Goes through the list, and within a chart through its rows."""

    CSS_PATH = str(Path(__file__).with_name("charted.tcss"))  # by itself it would be looked for beside a subclass
    AUTO_FOCUS = ""
    heading: ClassVar[str]  # of the list

    def __init__(self) -> None:
        super().__init__()
        self.at = 0  # which of the list is shown

    def body(self) -> ComposeResult:
        with Container(id="charted"):
            with Container(id="charted-which", classes="panel") as which:
                which.border_title = self.heading
                listed = Lines(id="charted-list")
                listed.can_focus = False
                yield listed
            with Container(id="charted-shown", classes="panel"):
                yield ChartView(id="charted-chart")
                yield from self.beside()

    def beside(self) -> ComposeResult:
        """What stands below the chart, where a screen has more to show of its rows."""
        yield from ()

    # What each screen says.

    @property
    @abstractmethod
    def number(self) -> int:
        """How many there are in the list."""

    @abstractmethod
    def show(self) -> None:
        """Show the one that is chosen."""

    @abstractmethod
    def say_where(self, far: str) -> None:
        """Tell where one is, `far` being how far."""

    # How it is shown.

    @property
    def view(self) -> ChartView:
        return self.query_one(ChartView)

    def list_anew(self, lines: list[str]) -> None:
        """Other lines stand in the list."""
        listed = self.query_one(Lines)
        listed.clear_options()
        listed.add_options([Option(line) for line in lines])
        if lines:
            listed.highlighted = self.at

    def tell(self) -> None:
        """What stands around the chart, as it is now."""
        panel = self.query_one("#charted-shown")
        chart = self.view.chart
        panel.border_title = chart.title if chart is not None else ""
        panel.border_subtitle = chart.view if chart is not None else ""
        within = self.view.cursor is not None
        panel.set_class(within, "-within")
        far = f"{self.at + 1} of {self.number}" if self.number else ""
        if within:
            far = f"row {(self.view.cursor or 0) + 1:,} of {self.view.rows:,}"
        self.say_where(far)
        self.refresh_keys()

    def on_resize(self) -> None:
        width, height = self.size
        body = self.query_one("#charted")
        body.set_class(width < _NARROW, "-narrow")
        body.set_class(height < _LOW, "-low")

    # Moving.

    def turn_to(self, at: int) -> None:
        """Choose another one of the list; behind the last comes the first."""
        if self.number:
            self.at = at % self.number
            self.view.leave()
            self.query_one(Lines).highlighted = self.at
            self.show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.turn_to(event.option_index)  # it was clicked

    def on_chart_view_chosen(self, event: ChartView.Chosen) -> None:
        self.view.move(event.row)
        self.tell()

    def action_down(self) -> None:
        self._step(1)

    def action_up(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        """The next row where one has gone into the chart, else the next chart."""
        if self.view.cursor is None:
            self.turn_to(self.at + by)
        else:
            self.view.move(self.view.cursor + by)
            self.tell()

    def action_page_down(self) -> None:
        self.view.page(1)
        self.tell()

    def action_page_up(self) -> None:
        self.view.page(-1)
        self.tell()

    def action_first(self) -> None:
        self.view.end(last=False)
        self.tell()

    def action_last(self) -> None:
        self.view.end(last=True)
        self.tell()

    def action_open(self) -> None:
        """Into the rows; from a row to where it leads."""
        if self.view.cursor is not None:
            self.follow()
        elif self.view.rows:
            self.view.move(0)
            self.tell()

    @property
    @abstractmethod
    def label_set(self) -> str:
        """Of which set the labels are that are shown."""

    def follow(self) -> None:
        """Go where the row under the cursor leads."""
        row = self.view.current
        if row is None or row.lead is None:
            self.say("this row leads nowhere; the view behind the chart may say more")
        elif row.lead.place == "faces":
            self.host.see_faces(row.lead.query, self.label_set)
        else:
            self.host.browse(row.lead.query)

    def action_back(self) -> None:
        self.step_back()

    def step_back(self) -> bool:
        if self.view.cursor is None:
            return False
        self.view.leave()
        self.tell()
        return True

    def way_out(self) -> str:
        return "to the list" if self.view.cursor is not None else ""
