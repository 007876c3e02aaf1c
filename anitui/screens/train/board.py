"""Runs as they are seen: the list, what is known of the chosen one, and its panes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from anitui.actions.training import PANES
from anitui.pipeline.crops import CropShape, around
from anitui.screens.bindings import shown_key
from anitui.screens.jobs.listing import Listing
from anitui.screens.train import telling, tracing
from anitui.screens.train.confusion import Confusion
from anitui.screens.train.looking import Looking
from anitui.screens.train.panes import CURVES, NUMBERED, ORDER, TABLE, Panes
from anitui.screens.train.table import in_columns
from anitui.screens.train.wrongs import Wrongs
from anitui.screens.widgets.curves import Curves
from anitui.screens.widgets.picture import GridCell
from anitui.screens.widgets.picture.words import tame
from anitui.train.watching import Line, Logged
from anitui.words import count

if TYPE_CHECKING:
    from anitui.train.mistakes import Wrong

LOOK_EVERY = 0.2  # seconds
_WIDE, _NARROW, _LOW = 110, 64, 16
_COLOURS: Mapping[str, str] = {
    "plain": "", "dim": "$foreground-muted", "strong": "bold", "good": "$success", "bad": "$error", "waits": "$warning"
}  # fmt: skip
_FACE = CropShape(margin=0.2)
_NO_POINTS = "no points yet: the first steps are still to come"


class Board(Looking):
    """Draws the runs. What keys do is the screen's."""

    def __init__(self) -> None:
        super().__init__()
        self.panes = Panes()
        self._drawn: dict[str, object] = {}  # of each pane, what it was drawn from
        self._wrong: Sequence[Wrong] = ()

    def body(self) -> ComposeResult:
        with Container(id="train"):
            yield Static(id="train-none", markup=False)
            with Container(id="train-left"):
                with Container(id="train-list", classes="panel") as listed:
                    listed.border_title = "runs"
                    yield Listing(id="train-runs")
                with Container(id="train-facts", classes="panel"):
                    yield Static(id="train-facts-lines", markup=False)
            with Container(id="train-panes"):
                yield from self._pane_widgets()

    def _pane_widgets(self) -> ComposeResult:
        look = self.host.settings.look
        for name in ORDER:
            pane = VerticalScroll if name in ("log", TABLE) else Container
            with pane(id=f"pane-{name}", classes="panel pane") as made:
                made.can_focus = False
                if name in CURVES:
                    yield Curves(id=f"curves-{name}", none=_NO_POINTS)
                elif name == "confusion":
                    yield Confusion(id="train-confusion")
                elif name == "wrong":
                    nothing = "no face is wrong so far"
                    yield Wrongs(loader=self.host.pictures, policy=look.pictures, empty_text=nothing, id="train-wrong")
                else:
                    yield Static(id=f"train-{name}", markup=False)

    def on_mount(self) -> None:
        self.where("train", "reading …")
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    @property
    def wrong(self) -> Wrongs:
        return self.query_one("#train-wrong", Wrongs)

    def curves(self, name: str) -> Curves:
        return self.query_one(f"#curves-{name}", Curves)

    def listed(self) -> None:
        none = not self.lines
        self.query_one("#train").set_class(none, "-none")
        if none:
            self.query_one("#train-none", Static).update(self._how_to_begin())
        self.refresh_keys()

    # What is drawn.

    def arrange_again(self) -> None:
        """Other panes are to be seen."""
        self._arrange()
        self.draw()
        self.refresh_keys()

    def _arrange(self) -> None:
        width, height = self.size
        whole = self.query_one("#train")
        narrow = width < _NARROW
        whole.set_class(narrow, "-narrow")
        whole.set_class(width >= _WIDE, "-wide")
        whole.set_class(self.panes.alone, "-alone")
        left = 0 if narrow or self.panes.alone else 36 if width >= _WIDE else 28
        high = height - 3 - (5 if narrow and not self.panes.alone else 0)
        self._arranged = self.panes.arranged(width - left, high)
        spans = dict(self._arranged.spans())
        grid = self.query_one("#train-panes")
        grid.styles.grid_size_columns = self._arranged.columns
        grid.styles.grid_size_rows = self._arranged.rows
        for name in ORDER:
            pane = self.query_one(f"#pane-{name}")
            pane.display = name in spans
            pane.set_class(height < _LOW, "-plain")
            pane.set_class(name == self.panes.current, "-current")
            if name in spans:
                pane.styles.column_span = spans[name]

    def draw(self) -> None:
        """Draw what has changed, of what is seen."""
        if not self.is_mounted:
            return
        line = self.chosen
        if line is not None:
            named = line.run.settings.get("task", "single") == "single"
            if named != self.panes.named:
                self.panes.named = named
                self.panes.settle()
                self._arrange()
        self._tell(line)
        runs = [(number, self.logged[number]) for number in self.shown_runs if number in self.logged]
        for name in self._arranged.shown:
            if name in CURVES:
                self._trace(name, runs, line)
            elif name == TABLE:
                self._compare(runs)
            elif name == "log":
                self._write_log()
            elif name == "confusion":
                self._title(name, "")
                self.query_one(Confusion).show(self.mistakes, self._why_no_names(line))
            else:
                self._title(name, "said → who it is")
                self._show_wrong()

    def _title(self, name: str, subtitle: str) -> None:
        pane = self.query_one(f"#pane-{name}")
        number = f"{NUMBERED.index(name) + 1} " if name in NUMBERED else ""
        title = number + (PANES[NUMBERED.index(name)] if name in NUMBERED else "runs beside each other")
        if pane.border_title != title:
            pane.border_title = title
        if (pane.border_subtitle or "") != subtitle:
            pane.border_subtitle = subtitle

    def _trace(self, name: str, runs: Sequence[tuple[int, Logged]], line: Line | None) -> None:
        from_what = tuple((number, found.version) for number, found in runs)
        view = self.curves(name)
        self._title(name, view.told())
        if self._drawn.get(name) == from_what:
            return
        self._drawn[name] = from_what
        best_by = str(line.run.settings.get("best_by") or "") if line is not None else ""
        match name:
            case "loss":
                found = tracing.loss(runs)
            case "measured":
                found = tracing.measured(runs, best_by)
            case "pace":
                found = tracing.pace(runs)
            case _:
                found = tracing.rate(runs)
        view.show(found, x_name="epoch", none=self._why_no_points(name, line))

    def _why_no_points(self, name: str, line: Line | None) -> str:
        if line is None or line.standing.under_way:
            return "no points yet: nothing was measured so far" if name == "measured" else _NO_POINTS
        if line.standing.state == "waiting":
            return f"no points: {shown_key('train.resume', self.host.key_map)} starts this run"
        return "no points: it ended before there were any"

    def _why_no_names(self, line: Line | None) -> str:
        if line is not None and line.run.settings.get("task", "single") != "single":
            return "only where each face has one name"
        return "nothing was measured yet"

    def _show_wrong(self) -> None:
        wrong = self.mistakes.wrong if self.mistakes is not None else ()
        width = self.wrong.model.measure.thumb_columns
        from_what = (id(wrong), len(wrong), width)  # names are cut to the room that they have
        if self._drawn.get("wrong") == from_what:
            return
        self._drawn["wrong"], self._wrong = from_what, wrong
        self.wrong.land([self._cell(number, each, width) for number, each in enumerate(wrong)])

    def _cell(self, number: int, of: Wrong, width: int) -> GridCell:
        crop = None
        if of.box is not None and all(of.size):
            left, top, right, bottom = around(of.box, *of.size, _FACE)
            crop = (float(left), float(top), float(right - left), float(bottom - top))
        return GridCell(
            key=number,
            path=self.host.workspace.file(of.file),
            caption=telling.mistaken(of.said, of.true, width),
            crop=crop,
            tone="plain",
            noun="face",
        )

    def wrong_one(self) -> Wrong | None:
        """The face under the cursor, among those that are wrong."""
        cell = self.wrong.current
        return self._wrong[cell.key] if cell is not None and cell.key < len(self._wrong) else None

    def _write_log(self) -> None:
        self._title("log", "")
        words = tuple(self.words)
        if self._drawn.get("log") != words:
            self._drawn["log"] = words
            lines = "\n".join(tame(each) for each in words)
            self.query_one("#train-log", Static).update(Content(lines or "nothing was said yet"))
            self.query_one("#pane-log", VerticalScroll).scroll_end(animate=False)

    def _compare(self, runs: Sequence[tuple[int, Logged]]) -> None:
        by_number = {line.number: line for line in self.lines}
        lines = [by_number[number] for number, _ in runs if number in by_number]
        from_what = tuple((line, found.version) for line, (_, found) in zip(lines, runs, strict=False))
        self._title(TABLE, "")
        if self._drawn.get(TABLE) != from_what:
            self._drawn[TABLE] = from_what
            self.query_one(f"#train-{TABLE}", Static).update(in_columns(lines, dict(runs)))

    def _tell(self, line: Line | None) -> None:
        if line is None:
            self.where("train", "" if self._looking or self.lines else "no runs")
            return
        panel = self.query_one("#train-facts")
        room = max(12, (panel.content_region.width or 24) - 1)
        title = f"{line.number} {tame(line.name)}"
        if panel.border_title != title:
            panel.border_title = title
        text = Content("\n").join(
            Content.assemble(*((tame(text), _COLOURS[role]) for text, role in parts))
            for parts in telling.facts(line, room, self.words)
        )
        if self._drawn.get("facts") != text:
            self._drawn["facts"] = text
            self.query_one("#train-facts-lines", Static).update(text)
        marked = f"{len(self.marked):,} marked · " if self.marked else ""
        hidden = self._arranged.wanted - len(self._arranged.shown)
        more = f"{count(hidden, 'more pane')} · " if hidden else ""
        far = f"{more}{marked}{self.listing.cursor + 1:,} of {count(len(self.lines), 'run')}"
        self.where(f"train › run {line.number} › {line.standing.state}", far)

    def _how_to_begin(self) -> Content:
        new, go, splits = (shown_key(each, self.host.key_map) for each in ("train.new", "anywhere.go", "go.splits"))
        by_itself = (
            "A run trains by itself, in a process of its own: leaving anitui, or losing the line, does not end it."
        )
        return Content.assemble(
            ("no runs yet: ", ""),
            (new, "bold"),
            (" starts one; a split is needed first (", ""),
            (f"{go} {splits}", "bold"),
            (f")\n\n{by_itself}\n", ""),
            ("Outside of here: anitui train SPLIT", "$foreground-muted"),
        )
