"""Home: what to do next on the left, where the workspace stands on the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.frame import FrameScreen
from anitui.screens.widgets.lines import Lines
from anitui.store.overview import FILES_NOT_TAKEN, Collecting, Overview, overview
from anitui.train.following import in_words
from anitui.words import count, sparkline


@dataclass(frozen=True, slots=True)
class Next:
    """One thing to do next, and where Enter on it leads."""

    sign: str
    text: str
    detail: str
    open: Callable[[HomeScreen], None]


class HomeScreen(FrameScreen):
    """What is in the workspace, what waits, what to do next."""

    place = "home"
    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("home")

    def __init__(self) -> None:
        super().__init__()
        self._next: list[Next] = []

    def body(self) -> ComposeResult:
        with Container(id="home"):
            with Container(id="next", classes="panel") as left:
                left.border_title = "what to do next"
                yield Lines(id="todo")
            with VerticalScroll(id="standing", classes="panel", can_focus=False) as right:
                right.border_title = "where it stands"
                yield Static(id="numbers")

    def on_mount(self) -> None:
        self.where("home", "reading the catalogue …")
        self.reload()
        # It is counted again now and then while something brings pictures in.
        self.watch(self.app, "status", self._counted, init=False)

    def _counted(self) -> None:
        if self.is_current:
            self.reload()

    def on_screen_resume(self) -> None:
        self.query_one("#todo").focus()
        self.reload()

    def on_resize(self) -> None:
        self.set_class(self.size.width < 100, "-narrow")

    def reload(self) -> None:
        today = datetime.now(UTC).date()
        self.off_thread(lambda: overview(self.host.catalogue, today), self._show, group="overview")

    def _show(self, found: Overview) -> None:
        todo = self.query_one("#todo", Lines)
        at = todo.highlighted or 0
        self._next = list(_what_next(found, self.host.key_map))
        todo.clear_options()
        wide = max((cell_len(each.sign) for each in self._next), default=1)
        room = todo.scrollable_content_region.width
        todo.add_options([Option(_line(each, wide, room)) for each in self._next])
        todo.highlighted = min(at, len(self._next) - 1) if self._next else None
        self.query_one("#numbers", Static).update(_standing(found, narrow=self.has_class("-narrow")))
        self.where("home", count(found.decisions, "decision") if found.decisions else "")

    def action_open(self) -> None:
        at = self.query_one("#todo", Lines).highlighted
        if at is not None and at < len(self._next):
            self._next[at].open(self)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._next):
            self._next[event.option_index].open(self)

    def action_down(self) -> None:
        self.query_one("#todo", Lines).action_cursor_down()

    def action_up(self) -> None:
        self.query_one("#todo", Lines).action_cursor_up()


def _what_next(found: Overview, keys: Mapping[str, str]) -> list[Next]:
    """In the order in which it is worth doing; an empty workspace shows the ways to begin."""
    pictures = found.status.active or found.status.set_aside
    if not pictures and not found.failed_items and not found.items_waiting and not found.collecting.jobs:
        take_in, help_ = shown_key("anywhere.import_pictures", keys), shown_key("anywhere.help", keys)
        jobs = f"{shown_key('anywhere.go', keys)} {shown_key('go.jobs', keys)}"
        return [
            Next(
                take_in,
                "take in pictures from a folder",
                "anitui import PATH …",
                lambda s: s.host.action_import_pictures(),
            ),
            Next(
                jobs, "collect pictures from Reddit, Imgur, …", "anitui scrape JOBS.json", lambda s: s.host.go("jobs")
            ),
            Next(help_, "see what the keys do", "anitui --help", lambda s: s.host.action_help()),
        ]
    steps = _of_jobs(found.collecting)
    waiting = found.items_waiting - found.collecting.items_waiting
    if waiting:
        text = f"{count(waiting, 'picture')} waiting: an import was cut off"
        steps.append(Next("…", text, "give the same import again (i)", lambda s: s.host.action_import_pictures()))
    if found.pairs_open:
        text = f"{count(found.pairs_open, 'near-duplicate pair')} to decide"
        steps.append(Next("=", text, "", lambda s: s.host.go("duplicates")))
    if found.faces_to_name:
        text = f"{count(found.faces_to_name, 'face')} without a name"
        steps.append(Next("☺", text, "", lambda s: s.host.see_faces("label:none unsure:no")))
    if found.labels_to_review:
        look = "looks" if found.labels_to_review == 1 else "look"
        text = f"{count(found.labels_to_review, 'label')} {look} wrong: review"
        of = found.review_set
        steps.append(Next("≠", text, "", lambda s: s.host.see_faces("review:label,alike", of)))
    if found.faces_to_agree:
        text = f"{count(found.faces_to_agree, 'face')} whose name no person has said"
        steps.append(Next("☺", text, "", lambda s: s.host.see_faces("by:model,job unsure:no")))
    failed = found.collecting.failed
    if failed.often:
        text = f"{count(failed.often, 'download')} failed: {failed.why}"
        steps.append(Next("✗", text, "", lambda s: s.host.see_job(failed.at)))
    if found.failed_files:
        why = ", ".join(f"{reason} {often:,}" for reason, often in found.file_failures[:3])
        text = f"{count(found.failed_files, 'file')} not taken"
        steps.append(Next("✗", text, why, lambda s: s.host.ask_sql(FILES_NOT_TAKEN)))
    if pictures:
        text = f"look through {count(found.status.active, 'picture')}"
        steps.append(Next("▦", text, "", lambda s: s.host.go("browse")))
    if found.status.active and not found.looked_for_faces:
        text = f"find the faces in {count(found.status.active, 'picture')}"
        steps.append(Next("☺", text, "anitui detect", lambda s: s.host.find_faces()))
    if found.named_faces and not found.in_splits:
        text = f"deal {count(found.named_faces, 'named face')} to train, val and test"
        steps.append(Next("⅓", text, "anitui split NAME", lambda s: s.host.go("splits")))
    steps += _of_runs(found)
    if found.unlabelled_pictures:
        text = f"{count(found.unlabelled_pictures, 'picture')} without a label"
        steps.append(Next("?", text, "", lambda s: s.host.browse("label:none state:active")))
    if found.status.set_aside:
        text = f"{found.status.set_aside:,} set aside"
        steps.append(Next("−", text, "look, bring back, or `anitui purge`", lambda s: s.host.browse("state:set_aside")))
    steps.append(Next("+", "take in more pictures", "anitui import PATH …", lambda s: s.host.action_import_pictures()))
    return steps


def _of_runs(found: Overview) -> list[Next]:
    """What the newest run came to, or that there is none yet."""
    run = found.latest_run
    if run is None:
        if not found.in_splits:
            return []
        return [Next("∿", "train a model on a split", "anitui train SPLIT", lambda s: s.host.go("train"))]
    if run.state in ("failed", "killed"):
        return [Next("!", f"run {run.run_id} {run.state}: {run.reason}", "", lambda s: s.host.go("train"))]
    if run.state != "done" or run.best_name is None or run.best_value is None:
        return []
    text = f"run {run.run_id} finished: {run.best_name.partition('/')[2]} {in_words(run.best_name, run.best_value)}"
    return [Next("✓", text, "", lambda s: s.host.go("train"))]


def _of_jobs(found: Collecting) -> list[Next]:
    """What collects, and what of it waits for a person."""
    running, stopped, paused, waiting = found.running, found.stopped, found.paused, found.waiting
    left = f"{count(found.items_waiting, 'picture')} found and not fetched yet" if found.items_waiting else ""
    steps = []
    if running.often:
        text = f"{count(running.often, 'job')} collecting"
        steps.append(Next("●", text, left, lambda s: s.host.see_job(running.at)))
        left = ""
    if stopped.often:
        text = f"{count(stopped.often, 'job')} stopped: {stopped.why}"
        steps.append(Next("!", text, "", lambda s: s.host.see_job(stopped.at)))
    if paused.often:
        text = f"{count(paused.often, 'job')} half done"
        steps.append(Next("‖", text, left, lambda s: s.host.see_job(paused.at)))
    if waiting.often:
        text = f"{count(waiting.often, 'job')} to be started"
        steps.append(Next("·", text, "", lambda s: s.host.see_job(waiting.at)))
    return steps


def _line(step: Next, wide: int, room: int) -> Text:
    """`wide`: of the widest sign. What there is no room for beside its sign, has its reason below."""
    text, detail = step.text, step.detail
    if not detail and cell_len(text) > room - wide - 2:
        text, _, detail = text.partition(": ")
    line = Text(step.sign + " " * (wide - cell_len(step.sign) + 2), style="bold", no_wrap=True, overflow="ellipsis")
    line.append(text, style="not bold")
    if detail:
        line.append(f"\n{' ' * (wide + 2)}{detail}", style="not bold dim")
    return line


def _standing(found: Overview, *, narrow: bool) -> Text:
    """The pipeline as a line of stages, then the last days."""
    stages = [
        ("seen", found.sightings),
        ("unique", found.status.active + found.status.set_aside),
        ("faces", found.status.faces),
        ("named", found.named_faces),
        ("in a split", found.in_splits),
        ("trained", found.runs),
    ]
    text = Text()
    if narrow:
        text.append(" → ".join(f"{number:,} {name}" for name, number in stages) + "\n")
    else:
        top = max(number for _, number in stages) or 1
        for name, number in stages:
            bar = "━" * round(14 * number / top)
            text.append(f"{name:>10} ", style="dim").append(f"{number:>12,}  ", style="bold" if number else "dim")
            text.append(f"{bar}\n")
    span = f"{found.days[0]:%d %b} to {found.days[-1]:%d %b}"
    text.append(f"\n{'the last days':>10}", style="dim").append(f"  {span}\n", style="dim")
    for name, values in (("added", found.added), ("decided", found.decided)):
        text.append(f"{name:>10} ", style="dim").append(sparkline(list(values)))
        text.append(f"  {sum(values):,}\n", style="bold")
    return text
