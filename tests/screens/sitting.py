"""A person who sits at the app: presses keys, and sees what the screen shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.worker import WorkerState

from anitui.app import AnituiApp
from anitui.screens.bars import PlaceLine
from anitui.screens.widgets.picture import PictureGrid
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

LONGEST_WAIT = 2000  # turns of the event loop, each a few milliseconds: some ten seconds
CALM = 3  # turns without work: what ends may set something else going, by a message or two
SIZES = ((200, 50), (120, 36), (80, 24), (40, 12))


class Sitting:
    """The app in a terminal of some size. What is seen is read off the screen's lines."""

    def __init__(self, app: AnituiApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait each time until everything that it set going is done."""
        for key in keys:
            self.app.simulate_key(key)
            await self.quiet()

    async def tap(self, *keys: str) -> None:
        """Press keys in the middle of what runs, and do not wait for its end."""
        for key in keys:
            self.app.simulate_key(key)
            await self.pilot.pause(0)

    async def type(self, text: str) -> None:
        """Press the keys of a text, as fast as a terminal may send them."""
        for letter in text:
            self.app.post_message(Key(_character_to_key(letter), letter))
        await self.quiet()

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.quiet()

    async def quiet(self) -> None:
        """Until no worker runs, no picture is being prepared, and what came of them is drawn."""
        calm = 0
        for _ in range(LONGEST_WAIT):
            await self.pilot.pause(0.001 if calm == 0 else 0)
            calm = 0 if self._busy() else calm + 1
            if calm == CALM:
                return
        raise AssertionError(f"the app is still busy; it shows\n{self.seen()}")

    def _busy(self) -> bool:
        working = any(worker.state in (WorkerState.PENDING, WorkerState.RUNNING) for worker in self.app.workers)
        loading = "pictures" in self.app.__dict__ and self.app.pictures.pending
        grids = self.app.screen.query(PictureGrid)
        # A grid that was told how many there are asks for them next, and nothing runs until it is heard.
        asking = any(grid.total and grid.current is None for grid in grids)
        return working or bool(loading) or asking or bool(self.app.background.runs)

    async def until(self, so: Callable[[], bool], *, pause: float = 0.001) -> None:
        """Until it is so; `pause` between two looks is longer where other processes have a part in it."""
        for _ in range(LONGEST_WAIT):
            if so():
                return
            await self.pilot.pause(pause)
        raise AssertionError(f"waited in vain; the app shows\n{self.seen()}")

    async def sees(self, *texts: str, pause: float = 0.001) -> None:
        """Wait until all of these are on the screen."""
        for text in texts:
            for _ in range(LONGEST_WAIT):
                if text in self.seen():
                    break
                await self.pilot.pause(pause)
            else:
                raise AssertionError(f"{text!r} is not on the screen; it shows\n{self.seen()}")

    def lines(self) -> list[str]:
        """The screen, or the box that lies over it, line by line."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def seen(self) -> str:
        return "\n".join(self.lines())

    @property
    def top(self) -> str:
        """What the workspace holds, and what runs."""
        return self.seen().partition("\n")[0]

    @property
    def keys(self) -> str:
        """The key bar."""
        return self.lines()[-1].strip()

    @property
    def place(self) -> str:
        """Where one is and how far, or what has just been said, which may take several lines."""
        lines = self.lines()
        found = self.app.screen.query(PlaceLine)
        shown = lines[found.first().region.y : -1] if found else lines[-2:-1]
        return " ".join(line.strip() for line in shown)

    @property
    def said(self) -> str:
        """The latest message."""
        return self.app.messages[-1].text if self.app.messages else ""

    @property
    def grid(self) -> PictureGrid:
        return self.app.screen.query_one(PictureGrid)

    @property
    def at(self) -> int:
        """The number of the picture under the cursor of Browse."""
        current = self.grid.current
        assert current is not None
        return current.key


@asynccontextmanager
async def sitting(
    workspace: Workspace, catalogue: Catalogue, size: tuple[int, int] = (100, 30), *, busy: bool = False
) -> AsyncIterator[Sitting]:
    """Start the app, and close it as `anitui` does. `busy`: something runs, whose end is not waited for."""
    app = AnituiApp(workspace, catalogue, workspace.settings())
    try:
        async with app.run_test(size=size) as pilot:
            at = Sitting(app, pilot)
            if not busy:
                await at.quiet()
            yield at
    finally:
        app.shut_down()
