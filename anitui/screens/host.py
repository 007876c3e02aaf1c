"""What screens know of the app that they run in: the open workspace, and what they may ask for.

The app derives from `Host` and screens from `HostedScreen`, so neither imports the other.
"""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias, cast

from textual.actions import ActionParseResult
from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from anitui import actions
from anitui import settings as settings_module
from anitui.errors import in_one_sentence
from anitui.settings import Settings
from anitui.store import overview, remembered
from anitui.store.catalogue import Catalogue
from anitui.store.under_way import UnderWay
from anitui.workspace import Workspace

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from anitui.pipeline.collect.live import Live
    from anitui.pipeline.collect.specs import JobSpec
    from anitui.pipeline.splitting.audit import AuditReport
    from anitui.pipeline.splitting.order import SplitOrder
    from anitui.screens.widgets.picture.loader import PictureLoader
    from anitui.screens.widgets.picture.policy import Policy
    from anitui.store.journal import Entry
    from anitui.store.pairs import PairOrder
    from anitui.train.evaluation.evaluate import EvalOrder
    from anitui.train.making import TrainOrder
    from anitui.train.predict.asking import Asking
    from anitui.train.run import Run

    # Pictures in an order, or how to read which they are: in a thread, by the screen that goes through them.
    Among: TypeAlias = Sequence[int] | NDArray[numpy.int64] | Callable[[], NDArray[numpy.int64]]

BETWEEN_READINGS = 0.1  # seconds, while decisions wait for their turn


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it stays in History."""

    moment: datetime
    text: str
    kind: str


class HostedScreen(Screen[None]):
    """A screen as the app knows it."""

    place: ClassVar[str]

    def reload(self) -> None:
        """Read again what is shown: something in the catalogue has changed."""

    def step_back(self) -> bool:
        """What `esc` does here; False when there is nothing to step back from."""
        return False

    def way_out(self) -> str:
        """What `esc` does now, where the key bar has to say so; else nothing."""
        return ""

    def matters(self, action_id: str) -> bool:
        """Whether the key bar is to name this now: what would only say that there is nothing to do, need not be."""
        return True

    def bare(self) -> bool:
        """Whether nothing can be done here before there are pictures."""
        return False

    def settle(self) -> None:
        """Decide what was done and not decided yet: a decision is about to be taken back, or made again."""

    def stepped(self, entry: Entry, *, undone: bool) -> None:
        """A decision was taken back, or made again."""

    def hear(self, text: str, kind: str, *, stays: bool = False) -> bool:
        """Show a message, for a while or until a key is pressed; False when there is nowhere to show it."""
        return False

    def key_pressed(self) -> None:
        """The person is there, and has seen what waited for that."""

    def gone_on(self) -> None:
        """Something else is being done, or was done well: what went wrong before it has been seen."""


class Host(App[None]):
    """The app as screens know it. How one goes from screen to screen is the app's own."""

    # `var`, not `reactive`: the top line watches them, and nothing else needs to be drawn again.
    status: var[overview.Status | None] = var(None)
    working: var[tuple[str, ...]] = var(())

    def __init__(self, workspace: Workspace, catalogue: Catalogue, settings: Settings) -> None:
        super().__init__()
        self.workspace = workspace
        self.catalogue = catalogue
        self.settings = settings
        self.messages: list[Said] = []
        self.asking: Asking | None = None  # the process with a model, once one was asked
        # What was taken back or made again last, and which of the two: for screens that were not there then.
        self.last_step: tuple[Entry, bool] | None = None
        settled = actions.settle(settings.keys)
        self.key_map, self._key_faults = settled.keys, settled.faults
        # Decisions are written one after the other, in the order in which the keys were pressed.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="decisions")
        self._deciding = 0
        self._read_again = 0.0

    @cached_property
    def pictures(self) -> PictureLoader:
        """Decodes and prepares pictures for every screen."""
        from anitui.pipeline.examine import limits_of
        from anitui.screens.widgets.picture.loader import PictureLoader

        return PictureLoader(limits=limits_of(self.settings.importing))

    @property
    def wrong(self) -> list[str]:
        """What of the settings cannot be in force, a sentence each."""
        wrong = list(self._key_faults)
        theme = self.settings.look.theme
        if theme not in self.available_themes:
            known = ", ".join(sorted(self.available_themes, key=lambda name: (not name.startswith("anitui"), name)))
            wrong.append(
                f"[look] names the theme {theme!r}, which is not there, so it is {self.theme}; there are {known}"
            )
        return wrong

    @property
    def place(self) -> str:
        """The screen that one is on, whatever question lies over it."""
        return next((each.place for each in reversed(self.screen_stack) if isinstance(each, HostedScreen)), "home")

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded:
            for screen in self.screen_stack:
                if isinstance(screen, HostedScreen):
                    screen.key_pressed()
        await super().on_event(event)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        self._gone_on()
        return await super().run_action(action, default_namespace, namespaces)

    def _gone_on(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, HostedScreen):
                screen.gone_on()

    @cached_property
    def under_way(self) -> UnderWay:
        """The verdicts that are on their way into the catalogue."""
        return UnderWay(self.workspace.answers, self.catalogue)

    def say(self, text: str, kind: str = "information", *, stays: bool = False) -> None:
        """Show a message above the key bar and keep it in History; one that `stays` waits there for a key."""
        self.messages.append(Said(datetime.now(UTC), text, kind))
        for screen in reversed(self.screen_stack):
            if isinstance(screen, HostedScreen) and screen.hear(text, kind, stays=stays):
                return

    def complain(self, error: Exception) -> None:
        """Show what went wrong below; a fault of ours is not hidden."""
        sentence = in_one_sentence(error)
        if sentence is None:
            raise error
        self.say(sentence, "error")

    def decide(self, decision: Callable[[], str | None], then: Callable[[], None] = lambda: None) -> Worker[None]:
        """Write a decision in its turn, off the thread that draws; it returns what to say about it.

        `then` is called here when it is written, or was not: to wait for the worker would be to cancel it with the
        screen that waits.
        """

        # With the context: the screen that asked may be closed before its decision has its turn. In its turn now, and
        # shielded: who leaves at this moment has decided all the same.
        writing = self._writer.submit(copy_context().run, decision)

        async def run() -> None:
            try:
                text = await asyncio.shield(asyncio.wrap_future(writing))
            except Exception as error:
                self._deciding -= 1
                self.complain(error)
                then()
                return
            if text:
                self.say(text)
            else:
                self._gone_on()
            # Keys may come faster than all can be read again: while others wait for their turn, now and then will do.
            self._deciding -= 1
            if not self._deciding or time.monotonic() > self._read_again + BETWEEN_READINGS:
                self._read_again = time.monotonic()
                self.changed()
            then()

        self._deciding += 1
        return self.run_worker(run, group="decisions")

    def note(self, note: Callable[[], int], then: Callable[[int | None], None]) -> Worker[None]:
        """Put something on the disk beside the catalogue, then go on with its number; None when that failed.

        It belongs to the app: who leaves the screen at this moment has decided all the same.
        """

        async def run() -> None:
            try:
                number: int | None = await asyncio.to_thread(note)
            except Exception as error:
                self.complain(error)
                number = None
            then(number)

        return self.run_worker(run, group="notes")

    def changed(self) -> None:
        """Something in the catalogue is otherwise: read again what is on the screen."""
        self.refresh_status()
        for screen in self.screen_stack:
            if isinstance(screen, HostedScreen):
                screen.reload()

    def refresh_status(self) -> Worker[None]:
        """Count again what the top line shows."""

        async def run() -> None:
            try:
                self.status = await asyncio.to_thread(overview.status, self.catalogue)
            except Exception as error:
                self.complain(error)

        return self.run_worker(run, group="status", exclusive=True)

    def keep_setting(self, section: str, key: str, value: str | int) -> Worker[None]:
        """Write a setting that was changed by a key into the workspace's file, and let it be in force now."""
        attribute = settings_module.SECTIONS[section]
        changed = replace(getattr(self.settings, attribute), **{key: value})
        self.settings = replace(self.settings, **{attribute: changed})
        file = self.workspace.settings_file

        def save() -> None:
            # In force all the same, until the app ends, when it cannot be kept.
            settings_module.save(file, section, key, value)

        async def run() -> None:
            try:
                await asyncio.wrap_future(self._writer.submit(save))
            except Exception as error:
                self.complain(error)

        return self.run_worker(run, group="settings")

    def keep_place(self, name: str, value: object) -> Worker[None]:
        """Keep where one is on a screen, in its turn behind the decisions."""
        writing = self._writer.submit(remembered.remember, self.catalogue, name, value)

        async def run() -> None:
            try:
                await asyncio.shield(asyncio.wrap_future(writing))
            except Exception as error:
                self.complain(error)

        return self.run_worker(run, group="places")

    def next_drawing(self) -> Policy:
        """The next way of drawing pictures, kept in the settings; the screen that asked draws with it."""
        from anitui.screens.widgets.picture.policy import Policy

        policies = list(Policy)
        following = policies[(policies.index(Policy(self.settings.look.pictures)) + 1) % len(policies)]
        self.keep_setting("look", "pictures", str(following))
        return following

    def shut_down(self) -> None:
        """After the app has left the terminal: finish what was decided."""
        self._writer.shutdown(wait=True)
        for each in filter(None, (self.__dict__.get("pictures"), self.asking)):
            each.close()

    @abstractmethod
    def go(self, place: str) -> None:
        """Go to a screen."""

    @abstractmethod
    def open_picture(self, image_id: int, among: Among | None = None) -> None:
        """Show one picture large; `among` are the pictures that `next` goes through."""

    @abstractmethod
    def fix_boxes(self, image_id: int, among: Among | None = None) -> None:
        """Show the boxes of one picture, to be changed; `among` are the pictures that one goes on through."""

    @abstractmethod
    def browse(self, query: str) -> None:
        """Open the browse screen with a filter."""

    @abstractmethod
    def see_faces(self, query: str, label_set: str | None = None) -> None:
        """Open the faces screen with a filter, by the names of this set where one is given."""

    @abstractmethod
    def ask_sql(self, statement: str) -> None:
        """Open the SQL screen with a statement and run it."""

    @abstractmethod
    def see_job(self, job_id: int | None) -> None:
        """Go to the jobs, and to this one among them."""

    @abstractmethod
    def find_pairs(self, order: PairOrder, done: Callable[[int, int], None]) -> None:
        """Look for pairs beside what one does; `done` hears how many are new, and how many wait."""

    @abstractmethod
    def find_faces(self) -> None:
        """Find faces beside what one does, in all pictures that were not looked at."""

    @abstractmethod
    def make_split(self, order: SplitOrder, done: Callable[[str], None]) -> None:
        """Make a split beside what one does; `done` hears its name."""

    @abstractmethod
    def train(self, order: TrainOrder, done: Callable[[int], None]) -> None:
        """Make a run beside what one does, and let it train by itself; `done` hears its number."""

    @abstractmethod
    def evaluate(self, run: Run, order: EvalOrder, done: Callable[[], None]) -> None:
        """Measure a run beside what one does; `done` is called when it is measured."""

    @abstractmethod
    def audit_folder(self, folder: Path, done: Callable[[AuditReport], None]) -> None:
        """Look for leaks in a folder beside what one does."""

    @abstractmethod
    def export(self, split: str | None = None) -> None:
        """Ask for an export, of this split, and write it beside what one does."""

    @abstractmethod
    def add_jobs(self, specs: Sequence[JobSpec]) -> list[int]:
        """Put jobs that collect on the list; their numbers."""

    @abstractmethod
    def remove_job(self, job_id: int) -> None:
        """Take one off the list; what it collected stays."""

    @abstractmethod
    def start_jobs(self, job_ids: Sequence[int]) -> None:
        """Let jobs be worked on, by a process of their own; what failed of them is tried again."""

    @abstractmethod
    def pause_jobs(self, job_ids: Sequence[int]) -> None:
        """Let jobs be, when what they have under way is done."""

    @abstractmethod
    def live_jobs(self) -> Live | None:
        """How collecting stands at this moment; None when nothing runs."""

    @abstractmethod
    def action_import_pictures(self) -> None:
        """Ask for a folder and take its pictures in."""

    @abstractmethod
    def action_help(self) -> None:
        """Show the keys of the screen."""


def host_of(widget: Widget) -> Host:
    """The app of a widget, by its own type."""
    return cast("Host", widget.app)
