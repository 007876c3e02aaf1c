"""Wires the screens, the actions and the open workspace together; nothing else."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen

from anitui import actions
from anitui.screens import works
from anitui.screens.background import Background
from anitui.screens.bindings import bindings, shown_key
from anitui.screens.driver import TerminalDriver
from anitui.screens.goto import GoTo
from anitui.screens.help import HelpScreen
from anitui.screens.home import HomeScreen
from anitui.screens.host import Host, HostedScreen
from anitui.screens.questions import AskPath, Confirm
from anitui.screens.settings import SettingsScreen
from anitui.screens.themes import DARK, OURS
from anitui.screens.train.top_line import TrainingLine
from anitui.settings import Settings
from anitui.store import journal
from anitui.store.catalogue import Catalogue
from anitui.words import count
from anitui.workspace import Workspace

if TYPE_CHECKING:
    from anitui.pipeline.collect.live import Live
    from anitui.pipeline.collect.specs import JobSpec
    from anitui.pipeline.splitting.audit import AuditReport
    from anitui.pipeline.splitting.order import SplitOrder
    from anitui.screens.browse import BrowseScreen
    from anitui.screens.faces import FacesScreen
    from anitui.screens.host import Among
    from anitui.screens.jobs.screen import JobsScreen
    from anitui.screens.sql import SqlScreen
    from anitui.store.pairs import PairOrder
    from anitui.train.evaluation.evaluate import EvalOrder
    from anitui.train.making import TrainOrder
    from anitui.train.run import Run as TrainingRun


NO_KEY = "no-key"  # what no terminal sends: Textual takes an empty text for no change

# Imported when one first goes there: Home needs neither the picture library nor the SQL console to be seen.


def _jobs() -> Screen[None]:
    from anitui.screens.jobs.screen import JobsScreen

    return JobsScreen()


def _browse() -> Screen[None]:
    from anitui.screens.browse import BrowseScreen

    return BrowseScreen()


def _duplicates() -> Screen[None]:
    from anitui.screens.duplicates.screen import DuplicatesScreen

    return DuplicatesScreen()


def _clean() -> Screen[None]:
    from anitui.screens.clean.screen import CleanScreen

    return CleanScreen()


def _faces() -> Screen[None]:
    from anitui.screens.faces import FacesScreen

    return FacesScreen()


def _boxes() -> Screen[None]:
    from anitui.screens.boxes.screen import BoxesScreen

    return BoxesScreen()


def _splits() -> Screen[None]:
    from anitui.screens.splits.screen import SplitsScreen

    return SplitsScreen()


def _train() -> Screen[None]:
    from anitui.screens.train.screen import TrainScreen

    return TrainScreen()


def _evaluate() -> Screen[None]:
    from anitui.screens.evaluate.screen import EvaluateScreen

    return EvaluateScreen()


def _sql() -> Screen[None]:
    from anitui.screens.sql import SqlScreen

    return SqlScreen()


def _statistics() -> Screen[None]:
    from anitui.screens.statistics.screen import StatisticsScreen

    return StatisticsScreen()


def _history() -> Screen[None]:
    from anitui.screens.history import HistoryScreen

    return HistoryScreen()


class AnituiApp(Host):
    """The terminal app over one open workspace."""

    TITLE = "anitui"
    CSS_PATH = "screens/frame.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(actions.ANYWHERE)
    ENABLE_COMMAND_PALETTE = False  # no key of Textual's own for it: ours comes from the registry
    SCREENS: ClassVar[dict[str, Callable[[], Screen[None]]]] = {
        "home": HomeScreen,
        "jobs": _jobs,
        "browse": _browse,
        "duplicates": _duplicates,
        "clean": _clean,
        "faces": _faces,
        "boxes": _boxes,
        "splits": _splits,
        "train": _train,
        "evaluate": _evaluate,
        "sql": _sql,
        "statistics": _statistics,
        "history": _history,
    }

    def __init__(self, workspace: Workspace, catalogue: Catalogue, settings: Settings) -> None:
        super().__init__(workspace, catalogue, settings)
        self.use_command_palette = True
        self.background = Background(self)

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        return TerminalDriver if found is LinuxDriver else found

    def on_mount(self) -> None:
        # A line that drops, or a polite kill, is one more way of leaving: what runs gets to keep what it did.
        for each in (signal.SIGHUP, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, self.exit)
        for theme in OURS:
            self.register_theme(theme)
        known = self.settings.look.theme in self.available_themes
        self.theme = self.settings.look.theme if known else DARK.name
        self.set_keymap({each: keys or NO_KEY for each, keys in self.key_map.items()})
        self.push_screen("home")
        self.refresh_status()
        self.background.go_on_collecting()
        TrainingLine(self, self.background.tell_training).begin()
        if wrong := self.wrong:
            self.call_after_refresh(self.say, _in_one(wrong), "warning", stays=True)

    # Where one goes.

    def open_picture(self, image_id: int, among: Among | None = None) -> None:
        """Show one picture large; `among` are the pictures that `next` goes through."""
        from anitui.screens.one_picture import PictureScreen

        self.push_screen(PictureScreen(image_id, [image_id] if among is None else among))

    def fix_boxes(self, image_id: int, among: Among | None = None) -> None:
        """Show the boxes of one picture, to be changed; `among` are the pictures that one goes on through."""
        from anitui.screens.boxes.screen import BoxesScreen

        self.push_screen(BoxesScreen(image_id, [image_id] if among is None else among))

    def go(self, place: str) -> None:
        """Go to a screen: what lay over the one below is closed, so that `back` never leads through a maze."""
        if place == "export":
            self.export()  # a form that lies over where one is
            return
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if self.screen is not self.get_screen(place):
            self.switch_screen(place)

    def browse(self, query: str) -> None:
        """Open the browse screen with a filter."""
        self.go("browse")
        screen = cast("BrowseScreen", self.get_screen("browse"))
        self.call_after_refresh(screen.show_filter, query)

    def see_faces(self, query: str, label_set: str | None = None) -> None:
        """Open the faces screen with a filter."""
        self.go("faces")
        screen = cast("FacesScreen", self.get_screen("faces"))
        self.call_after_refresh(screen.show_filter, query, label_set)

    def ask_sql(self, statement: str) -> None:
        """Open the SQL screen with a statement and run it."""
        self.go("sql")
        screen = cast("SqlScreen", self.get_screen("sql"))
        self.call_after_refresh(screen.ask, statement)

    def see_job(self, job_id: int | None) -> None:
        """Go to the jobs, and to this one among them."""
        self.go("jobs")
        screen = cast("JobsScreen", self.get_screen("jobs"))
        if job_id is not None:
            self.call_after_refresh(screen.see, [job_id])

    # The actions that work anywhere.

    def action_go(self) -> None:
        def chosen(place: str | None) -> None:
            if place:
                self.go(place)

        self.push_screen(GoTo(self.key_map), chosen)

    def action_undo(self) -> None:
        self._step(undone=True)

    def action_redo(self) -> None:
        self._step(undone=False)

    def _step(self, *, undone: bool) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, HostedScreen):
                screen.settle()

        def step() -> str:
            entry = journal.undo(self.catalogue) if undone else journal.redo(self.catalogue)
            self.last_step = (entry, undone)
            for screen in self.screen_stack:
                if isinstance(screen, HostedScreen):
                    self.call_later(screen.stepped, entry, undone=undone)
            return f"{'taken back' if undone else 'made again'}: {entry.told}"

        self.decide(step)

    def find_pairs(self, order: PairOrder, done: Callable[[int, int], None]) -> None:
        self.background.start_search(order, done)

    def find_faces(self) -> None:
        self.background.start_detecting()

    def make_split(self, order: SplitOrder, done: Callable[[str], None]) -> None:
        works.make_split(self, self.background, order, done)

    def train(self, order: TrainOrder, done: Callable[[int], None]) -> None:
        works.train(self, self.background, order, done)

    def evaluate(self, run: TrainingRun, order: EvalOrder, done: Callable[[], None]) -> None:
        works.evaluate(self, self.background, run, order, done)

    def audit_folder(self, folder: Path, done: Callable[[AuditReport], None]) -> None:
        works.audit_folder(self, self.background, folder, done)

    def export(self, split: str | None = None) -> None:
        works.ask_export(self, self.background, split)

    def add_jobs(self, specs: Sequence[JobSpec]) -> list[int]:
        return self.background.collecting.add(specs)

    def remove_job(self, job_id: int) -> None:
        self.background.collecting.remove(job_id)

    def start_jobs(self, job_ids: Sequence[int]) -> None:
        self.background.start_jobs(job_ids)

    def pause_jobs(self, job_ids: Sequence[int]) -> None:
        self.background.pause_jobs(job_ids)

    def live_jobs(self) -> Live | None:
        return self.background.live_jobs()

    def action_import_pictures(self) -> None:
        def answered(path: str | None) -> None:
            if path:
                self.background.take_in(path)

        question = "Take in pictures from which folder, file or glob?"
        self.push_screen(
            AskPath(question, detail="Copied into the workspace; labels by `anitui import --label`."), answered
        )

    def action_palette(self) -> None:
        self.action_command_palette()

    def action_help(self) -> None:
        if self.place != "help":
            self.push_screen(HelpScreen(self.place))

    def action_settings(self) -> None:
        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen())

    def action_work(self) -> None:
        self.background.ask_to_stop()

    def action_step_back(self) -> None:
        screen = self.screen
        if isinstance(screen, HostedScreen) and screen.step_back():
            return
        if len(self.screen_stack) > 2:
            self.pop_screen()
        elif self.screen is not self.get_screen("home"):
            self.switch_screen("home")

    def action_leave(self) -> None:
        if isinstance(self.screen, Confirm):
            return
        stopping = self.background.stopped_by_leaving()
        if not stopping:
            self._leave()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._leave()

        kinds = Counter(run.kind for run in stopping)
        running = " and ".join(count(often, kind, f"{kind}s") for kind, often in kinds.items())
        detail = "What is done is kept. The same given again goes on from there."
        self.push_screen(Confirm(f"Leave, and stop {running}?", "leave", detail), answered)

    def _leave(self) -> None:
        """Leave; what runs on by itself is said where one is then."""
        live = self.live_jobs()
        running = len(live.jobs) if live is not None else 0
        on = [f"{count(running, 'job')} {'runs' if running == 1 else 'run'} on"] if running else []
        if self.background.training:
            on.append("what is being trained trains on")
        self.exit(message=Text(f"{'; '.join(on)}; `anitui` shows how far, and goes on") if on else None)

    async def action_quit(self) -> None:
        """ctrl+q, as `q`."""
        self.action_leave()

    def action_help_quit(self) -> None:
        """ctrl+c where nothing is to be copied: said where all messages stand, not over the key bar."""
        self.say(f"{shown_key('anywhere.step_back', self.key_map)} steps back or stops what runs; ctrl+q leaves")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: everything that can be done here, by its name."""
        place = screen.place if isinstance(screen, HostedScreen) else ""
        for each in actions.REGISTRY:
            if each.place == actions.GO:
                yield SystemCommand(f"go to {each.name}", each.help, lambda to=each.method: self.go(to))
            elif each.place == actions.ANYWHERE and each.id not in ("anywhere.palette", "anywhere.step_back"):
                yield SystemCommand(each.name, each.help, lambda run=each.method: self.call_later(self.run_action, run))
            elif each.place == place:
                call = lambda run=each.method: self.call_later(screen.run_action, run)  # noqa: E731
                yield SystemCommand(each.name, each.help, call)

    def shut_down(self) -> None:
        """After the app has left the terminal: stop what runs, keep what it did."""
        self.background.stop_all()
        super().shut_down()


def _in_one(wrong: list[str]) -> str:
    text = "; ".join(wrong)
    return text if len(wrong) == 1 else f"{len(wrong)} things in the settings are wrong: {text}"


def run(workspace: Workspace, catalogue: Catalogue, settings: Settings) -> None:
    """Show the app until the person leaves."""
    app = AnituiApp(workspace, catalogue, settings)
    try:
        app.run()
    finally:
        app.shut_down()
