"""Evaluate: runs and their charts on the left, the chosen one beside them, and a way from its rows to the faces."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from anitui import progress
from anitui.errors import WrongUse
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.examine import limits_of
from anitui.pipeline.measuring.report import ready
from anitui.screens.bindings import bindings, shown_key
from anitui.screens.charted import ChartedScreen
from anitui.screens.evaluate.faces import cells_of, wrong_of
from anitui.screens.evaluate.shelf import Entry, Place, Shelf, line, places
from anitui.screens.questions import AskPath, Choose, Confirm
from anitui.screens.train.wrongs import Wrongs
from anitui.screens.widgets.lines import Lines
from anitui.screens.widgets.picture import PictureGrid
from anitui.store.labels import CHARACTERS
from anitui.train.evaluation import sharing
from anitui.train.evaluation.evaluate import EvalOrder
from anitui.words import count, size

_PARTS = ("test", "val", "train")
_WIDE, _HIGH_ENOUGH = 110, 26  # from where on the list has more room, and faces stand below their rows


class EvaluateScreen(ChartedScreen):
    """Shows what was measured, measures, and writes it to be shared."""

    place = "evaluate"
    heading = "runs"
    CSS_PATH: ClassVar[list[str]] = [  # type: ignore[assignment]
        str(Path(__file__).parents[1] / "charted.tcss"), str(Path(__file__).with_name("evaluate.tcss")),
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings("evaluate")

    def __init__(self) -> None:
        super().__init__()
        self._shelf: Shelf | None = None
        self._entries: Sequence[Entry] = ()
        self._places: Sequence[Place] = ()
        self._writing = False
        self._drawn: object = None  # what the faces below were drawn from

    def beside(self) -> ComposeResult:
        yield Wrongs(
            loader=self.host.pictures, policy=self.host.settings.look.pictures, empty_text="no face is wrong",
            id="evaluate-faces",
        )  # fmt: skip

    def on_screen_resume(self) -> None:
        self.reload()

    def on_resize(self) -> None:
        super().on_resize()
        self.set_class(self.size.width < _WIDE, "-slim")
        self._list()
        self._faces()

    # What is shown.

    @property
    def number(self) -> int:
        return len(self._places)

    @property
    def _entry(self) -> Entry | None:
        """The run that is chosen."""
        place = self._place
        return next((each for each in self._entries if place is not None and each.number == place.run), None)

    @property
    def _place(self) -> Place | None:
        return self._places[self.at] if 0 <= self.at < len(self._places) else None

    def reload(self) -> None:
        """Read what is new."""
        shelf = self._shelf = self._shelf or Shelf(self.host.workspace)
        self.off_thread(shelf.entries, self._arrived, group="evaluations")

    def _arrived(self, found: list[Entry]) -> None:
        self._entries = found
        self._settle(self._place)

    def _settle(self, wanted: Place | None) -> None:
        """Lay the list out, and stand where it is wanted."""
        numbers = [each.number for each in self._entries]
        opened = wanted.run if wanted is not None and wanted.run in numbers else numbers[0] if numbers else None
        self._places = places(self._entries, opened)
        either = (wanted, Place(opened, "") if opened is not None else None)
        self.at = next((self._places.index(each) for each in either if each in self._places), 0)
        self._list()
        self.show()

    def _list(self) -> None:
        by_number = {each.number: each for each in self._entries}
        room = (30 if self.size.width < _WIDE else 40) - 4
        self.list_anew([line(by_number[each.run], each, room) for each in self._places])

    def turn_to(self, at: int) -> None:
        """Another line; where it is another run, that one opens."""
        if not self._places:
            return
        wanted, here = self._places[at % len(self._places)], self._place
        self.view.leave()
        if here is not None and wanted.run == here.run:
            self.at = self._places.index(wanted)
            self.query_one(Lines).highlighted = self.at
            self.show()
        else:
            self._settle(wanted)

    def show(self) -> None:
        chart = self._chart
        if chart is not None:
            self.view.show(chart)
        else:
            self.view.tell(self._what_to_do())
        self.tell()

    @property
    def _chart(self) -> Chart | None:
        entry, place = self._entry, self._place
        if entry is None or place is None or not entry.charts:
            return None
        return next((each for each in entry.charts if each.name == place.chart), entry.charts[0])

    def _what_to_do(self) -> str:
        entry = self._entry
        go, train, measure = (
            shown_key(each, self.host.key_map) for each in ("anywhere.go", "go.train", "evaluate.measure")
        )
        if entry is None:
            return f"no runs yet: {go} {train} trains a model; what it is worth is measured and shown here"
        if entry.wrong:
            return f"{entry.wrong} ({measure} here)"
        if not entry.trained:
            return (
                f"run {entry.number} has no model yet: one is kept when it is measured for the first time, or stopped; "
                f"{go} {train} shows how it stands"
            )
        return (
            f"run {entry.number} was not measured yet: {measure} measures it on what it has not learnt from, with "
            "intervals, every class, who is taken for whom, and how sure it is"
        )

    def tell(self) -> None:
        super().tell()
        panel, entry, chart = self.query_one("#charted-shown"), self._entry, self._chart
        panel.border_title = chart.title if chart is not None else f"run {entry.number}" if entry is not None else ""
        made = entry.made if entry is not None else None
        panel.border_subtitle = "" if made is None else f"{made.part} of {made.split}"
        self._faces()

    def say_where(self, far: str) -> None:
        entry = self._entry
        if entry is None:
            self.where("evaluate", "no runs" if self._shelf is not None else "")
            return
        chart = self._chart
        outdated = "measured before its model was bettered" if entry.outdated else ""
        title = f" › {chart.title}" if chart is not None else ""
        self.where(f"evaluate › run {entry.number}{title}", outdated or far)

    def matters(self, action_id: str) -> bool:
        entry = self._entry
        match action_id.partition(".")[2]:
            case "measure" | "pairs":
                return entry is not None and entry.trained
            case "page":
                return entry is not None and entry.made is not None
            case "open":
                return self.view.rows > 0
        return entry is not None

    # The faces below.

    def _faces(self) -> None:
        """Below the rows of what is most wrong stand their faces, from the row under the cursor on."""
        chart, entry = self._chart, self._entry
        made = entry.made if entry is not None else None
        shown = chart is not None and chart.name == "wrong" and not chart.empty and made is not None
        shown = shown and self.size.height >= _HIGH_ENOUGH and bool(wrong_of(made))
        panel = self.query_one("#charted-shown")
        if panel.has_class("-faces") != shown:
            panel.set_class(shown, "-faces")
            self.call_after_refresh(self._faces)  # only then it is known how wide they are
        if not shown or made is None:
            self._drawn = None
            return
        grid = self.query_one(Wrongs)
        width, first = grid.model.measure.thumb_columns, self.view.cursor or 0
        if self._drawn != (id(made), width, first):
            self._drawn = id(made), width, first
            grid.land(cells_of(wrong_of(made), first, self.host.workspace, width))

    def on_picture_grid_opened(self, event: PictureGrid.Opened) -> None:
        event.stop()
        self.action_open()

    def on_picture_grid_chosen(self, event: PictureGrid.Chosen) -> None:
        event.stop()

    # Where rows lead.

    @property
    def label_set(self) -> str:
        entry = self._entry
        return str(entry.run.settings.get("label_set") or CHARACTERS) if entry is not None else CHARACTERS

    def follow(self) -> None:
        row = self.view.current
        if row is not None and row.lead is None:
            self.say("this row is about no face of the catalogue")
        else:
            super().follow()

    def action_open(self) -> None:
        if self._entry is not None and not self.view.rows:
            self.say("this chart has no rows that lead anywhere")
        else:
            super().action_open()

    def action_next_run(self) -> None:
        self._to_run(1)

    def action_previous_run(self) -> None:
        self._to_run(-1)

    def _to_run(self, by: int) -> None:
        """The same chart of another run, where it has one."""
        place, numbers = self._place, [each.number for each in self._entries]
        if place is not None:
            number = numbers[(numbers.index(place.run) + by) % len(numbers)]
            self.view.leave()
            self._settle(Place(number, place.chart))

    # Measuring.

    def action_measure(self) -> None:
        """Measure the run; where its split has several parts that could be measured, say which."""
        entry = self._trained()
        if entry is None:
            return

        def answered(part: str | None) -> None:
            if part is not None:
                self._measure(entry, EvalOrder(part))

        def ask(there: list[str]) -> None:
            if len(there) == 1:
                answered(there[0])
                return
            told = {
                "test": "test: what no training has seen",
                "val": "val: which chose the model",
                "train": "train: what it learnt from",
            }
            self.app.push_screen(
                Choose(f"Measure run {entry.number} on which part?", [(each, told[each]) for each in there], there[0]),
                answered,
            )

        self.off_thread(lambda: _parts(entry), ask, group="parts")

    def action_pairs(self) -> None:
        """Measure it by pairs of a file."""
        entry = self._trained()
        if entry is None:
            return
        if entry.task == "detect":
            self.say(f"run {entry.number} finds faces and compares none: pairs are for the other tasks")
            return

        def answered(path: str | None) -> None:
            if path:
                self._measure(entry, EvalOrder(pairs=Path(path).expanduser()))

        detail = (
            "As ZACI-20 has it: pathA,pathB,label,human_prediction,invalid. Its pictures lie beside it, or are those "
            "of the split."
        )
        self.app.push_screen(AskPath("By the pairs of which file?", "", detail=detail), answered)

    def _trained(self) -> Entry | None:
        entry = self._entry
        if entry is None or not entry.trained:
            self.say(self._what_to_do())
            return None
        return entry

    def _measure(self, entry: Entry, order: EvalOrder) -> None:
        number = entry.number

        def done() -> None:
            if self.is_attached:
                self.reload()

        self.host.evaluate(entry.run, order, done)
        self.say(f"run {number} is being measured; one can go on with other things")

    # To share.

    def action_page(self) -> None:
        """One HTML page with all of it."""
        entry = self._entry
        if entry is None or entry.made is None:
            self.say(self._what_to_do())
            return
        if self._writing:
            self.say("the page is being written")
            return

        def answered(path: str | None) -> None:
            if path:
                self._write(entry, Path(path), force=False)

        where = str(self.host.workspace.exports / f"run-{entry.number}.html")
        detail = "All charts with their tables, and the faces that are most wrong, in one file that needs nothing else."
        self.app.push_screen(AskPath("Write the page to which file?", where, detail=detail), answered)

    def _write(self, entry: Entry, target: Path, *, force: bool) -> None:
        target = target.expanduser()
        if target.is_file() and not force:

            def over(yes: bool | None) -> None:
                if yes:
                    self._write(entry, target, force=True)

            self.app.push_screen(Confirm(f"{target.name} is there already. Write over it?", "write over it"), over)
            return
        try:
            target.parent.mkdir(exist_ok=True)
            ready(target, force=force)
        except (WrongUse, OSError) as error:
            self.host.complain(error)
            return
        made, limits = entry.made, limits_of(self.host.settings.importing)
        assert made is not None
        self._writing = True

        def written(page: sharing.Written) -> None:
            self._writing = False
            told = f"{count(page.charts, 'chart')}, {count(page.faces, 'face')}, {size(page.bytes)}"
            self.host.say(f"wrote {page.file}: {told}", stays=True)

        def failed() -> None:
            self._writing = False

        def write() -> sharing.Written:
            return progress.run(sharing.write_page(entry.run, made, target, limits, force=force), lambda _: None)

        self.say(f"writing {target} …")
        self.off_thread(write, written, group="page", failed=failed)


def _parts(entry: Entry) -> list[str]:
    """The parts of the split that a run was made on, those first that say the most."""
    import pyarrow.parquet

    there = set(pyarrow.parquet.read_table(entry.run.manifest, columns=["part"])["part"].unique().to_pylist())
    return [each for each in _PARTS if each in there]
