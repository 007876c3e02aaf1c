"""The frame that every screen has, and the way in which it reads without holding up the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.app import ComposeResult
from textual.containers import Container

from anitui.errors import Stopped
from anitui.screens.bars import KeyBar, PlaceLine, TopLine
from anitui.screens.host import Host, HostedScreen, host_of

if TYPE_CHECKING:
    from textual.worker import Worker

Result = TypeVar("Result")


class FrameScreen(HostedScreen):
    """A screen in the frame. Subclasses say which place they are and give their `body`."""

    def compose(self) -> ComposeResult:
        yield TopLine(id="top")
        with Container(id="body"):
            yield from self.body()
        yield PlaceLine()
        yield KeyBar(self.place)

    def body(self) -> ComposeResult:
        """What stands between the top line and the place line."""
        raise AssertionError(f"{type(self).__name__} has no body")

    @property
    def host(self) -> Host:
        """The app, as far as screens know it."""
        return host_of(self)

    def hear(self, text: str, kind: str, *, stays: bool = False) -> bool:
        # A screen that has just been opened may have no lines yet: the one below says it then.
        for line in self.query(PlaceLine):
            line.say(text, kind, stays=stays)
            return True
        return False

    def key_pressed(self) -> None:
        for line in self.query(PlaceLine):
            line.let_go()

    def gone_on(self) -> None:
        for line in self.query(PlaceLine):
            line.forget_error()

    def refresh_keys(self) -> None:
        """Other keys matter now than before."""
        for bar in self.query(KeyBar):
            bar.refresh_line()

    @property
    def _stands(self) -> bool:
        """Whether there is something to show it in: a screen that is being closed has lost its lines already."""
        return self.is_attached and self.display

    def where(self, where: str, far: str = "") -> None:
        """Tell where one is and how far."""
        self.query_one(PlaceLine).show(where, far)

    def say(self, text: str, kind: str = "information") -> None:
        """Show a message and keep it in History."""
        self.host.say(text, kind)

    def off_thread(
        self,
        read: Callable[[], Result],
        then: Callable[[Result], None],
        *,
        group: str,
        quiet: bool = False,
        failed: Callable[[], None] = lambda: None,
    ) -> Worker[None]:
        """Run `read` in a thread, then hand its result to `then` here. A newer call of the group replaces an older.

        Nothing that may take longer than a blink runs in the thread that draws. What goes wrong is said, unless
        `quiet`; `failed` puts back what announced the work.
        """

        async def run() -> None:
            try:
                result = await asyncio.to_thread(read)
            except Stopped:
                return
            except Exception as error:
                if self._stands:
                    failed()
                if not quiet:
                    self.host.complain(error)
                return
            if self._stands:
                then(result)

        return self.run_worker(run, group=group, exclusive=True, exit_on_error=True)
