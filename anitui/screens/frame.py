"""The frame that every screen has: what the workspace holds above, where one is and which keys matter below."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from anitui import actions
from anitui.errors import Stopped
from anitui.words import count

if TYPE_CHECKING:
    from textual.worker import Worker

    from anitui.app import AnituiApp

Result = TypeVar("Result")

MESSAGE_SECONDS = 5.0


class TopLine(Static):
    """The workspace, what it holds, and what runs in the background. Gets shorter before anything else does."""

    def on_mount(self) -> None:
        self.watch(self.app, "status", lambda: self.refresh_line())
        self.watch(self.app, "working", lambda: self.refresh_line())

    def on_resize(self) -> None:
        self.refresh_line()

    def on_click(self) -> None:
        self.app.run_worker(self.app.run_action("app.work"), exit_on_error=False)

    def refresh_line(self) -> None:
        app = anitui_app(self)
        status, room = app.status, self.size.width - 2
        right = "   ".join(app.working)
        left = [f"anitui  {app.workspace.name}"]
        if status is not None:
            pictures = count(status.active, "picture")
            faces = count(status.faces, "face")
            aside = f"{status.set_aside:,} set aside"
            left = [
                f"anitui  {app.workspace.name} · {pictures} · {faces} · {aside}",
                f"anitui  {app.workspace.name} · {pictures} · {faces}",
                f"{app.workspace.name} · {pictures}",
                f"{status.active:,}",
            ]
        text = next((each for each in left if cell_len(each) + cell_len(right) + 3 <= room), left[-1])
        if not right:
            text = next((each for each in left if cell_len(each) <= room), left[-1])
        line = Text(text, style="bold", no_wrap=True, overflow="ellipsis")
        if right:
            line.append(" " * max(2, room - cell_len(text) - cell_len(right)))
            line.append(right, style="not bold")
        self.update(line, layout=False)  # one line high, whatever it says


class PlaceLine(Static):
    """Where one is and how far; for some seconds, what has just happened."""

    def __init__(self) -> None:
        super().__init__(id="place")
        self._where = ""
        self._far = ""
        self._message: tuple[str, str] | None = None
        self._clock = 0

    def on_resize(self) -> None:
        self._draw()

    def show(self, where: str, far: str = "") -> None:
        self._where, self._far = where, far
        self._draw()

    def say(self, text: str, kind: str) -> None:
        """Show a message in this line for a while; it stays in History."""
        self._message = (text, kind)
        self._clock += 1
        mine = self._clock
        self.set_timer(MESSAGE_SECONDS, lambda: self._fade(mine))
        self._draw()

    def _fade(self, which: int) -> None:
        if which == self._clock:
            self._message = None
            self._draw()

    def _draw(self) -> None:
        room = max(0, self.size.width - 2)
        line = Text(no_wrap=True, overflow="ellipsis")
        if self._message is not None:
            text, kind = self._message
            sign, style = {"error": ("✗ ", "bold"), "warning": ("! ", "bold")}.get(kind, ("· ", ""))
            line.append(sign + text, style=style)
            line.truncate(room, overflow="ellipsis")
        else:
            far = self._far if cell_len(self._far) < room else ""
            where = Text(self._where, no_wrap=True)
            where.truncate(max(0, room - cell_len(far) - (1 if far else 0)), overflow="ellipsis")
            line.append_text(where)
            line.append(" " * max(0, room - cell_len(where.plain) - cell_len(far)) + far)
        self.set_class(self._message is not None and self._message[1] == "error", "-error")
        self.set_class(self._message is not None and self._message[1] == "warning", "-warning")
        self.update(line, layout=False)  # one line high, whatever it says


class KeyBar(Static):
    """The keys that matter now: as many as there is room for, in the order of their ranks."""

    def __init__(self, place: str) -> None:
        super().__init__(id="keys")
        self._place = place

    def on_resize(self) -> None:
        self.refresh_line()

    def refresh_line(self) -> None:
        app = anitui_app(self)
        shown = sorted((each for each in actions.for_place(self._place) if each.rank), key=lambda each: each.rank)
        room = self.size.width - 2
        # Undo and help are worth a place on the narrowest screen.
        vital = [each for each in shown if each.id in ("anywhere.undo", "anywhere.help")]
        line = Text(no_wrap=True)
        parts = {each.id: self._part(each, app.settings.keys) for each in shown}
        left = room - sum(parts[each.id].cell_len + 3 for each in vital)
        chosen: list[actions.Action] = []
        for each in shown:
            width = parts[each.id].cell_len + 3
            if each in vital:
                chosen.append(each)
            elif width <= left:
                chosen.append(each)
                left -= width
        for index, each in enumerate(chosen):
            if index:
                line.append(" · ", style="dim")
            line.append_text(parts[each.id])
        line.truncate(max(0, room), overflow="ellipsis")
        self.update(line, layout=False)  # one line high, whatever it says

    @staticmethod
    def _part(action: actions.Action, key_map: object) -> Text:
        keys = actions.keys_of(action, cast("dict[str, str]", key_map))
        part = Text(actions.readable(keys[0]) if keys else "–", style="bold")
        return part.append(f" {action.name}", style="not bold")


class FrameScreen(Screen[None]):
    """A screen in the frame. Subclasses say which place they are and give their `body`."""

    place: ClassVar[str]

    def compose(self) -> ComposeResult:
        yield TopLine(id="top")
        with Container(id="body"):
            yield from self.body()
        yield PlaceLine()
        yield KeyBar(self.place)

    def body(self) -> ComposeResult:
        """What stands between the top line and the place line."""
        raise AssertionError(f"{type(self).__name__} has no body")

    def reload(self) -> None:
        """Read again what is shown: something in the catalogue has changed."""

    def step_back(self) -> bool:
        """What `esc` does here; False when there is nothing to step back from."""
        return False

    @property
    def home(self) -> AnituiApp:
        """The app, by its own type."""
        return anitui_app(self)

    @property
    def _stands(self) -> bool:
        """Whether there is something to show it in: a screen that is being closed has lost its lines already."""
        return self.is_attached and self.display

    def where(self, where: str, far: str = "") -> None:
        """Tell where one is and how far."""
        self.query_one(PlaceLine).show(where, far)

    def say(self, text: str, kind: str = "information") -> None:
        """Show a message and keep it in History."""
        self.home.say(text, kind)

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
                    self.home.complain(error)
                return
            if self._stands:
                then(result)

        return self.run_worker(run, group=group, exclusive=True, exit_on_error=True)


def anitui_app(widget: Widget) -> AnituiApp:
    """The app of a widget, by its own type."""
    return cast("AnituiApp", widget.app)
