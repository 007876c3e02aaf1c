"""The lines above and below every screen: what the workspace holds, where one is, which keys matter now."""

from __future__ import annotations

from typing import cast

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from anitui import actions
from anitui.screens.host import host_of
from anitui.words import count

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
        host = host_of(self)
        status, room = host.status, self.size.width - 2
        right = "   ".join(host.working)
        left = [f"anitui  {host.workspace.name}"]
        if status is not None:
            pictures = count(status.active, "picture")
            faces = count(status.faces, "face")
            aside = f"{status.set_aside:,} set aside"
            left = [
                f"anitui  {host.workspace.name} · {pictures} · {faces} · {aside}",
                f"anitui  {host.workspace.name} · {pictures} · {faces}",
                f"{host.workspace.name} · {pictures}",
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
        host = host_of(self)
        shown = sorted((each for each in actions.for_place(self._place) if each.rank), key=lambda each: each.rank)
        room = self.size.width - 2
        # Undo and help are worth a place on the narrowest screen.
        vital = [each for each in shown if each.id in ("anywhere.undo", "anywhere.help")]
        line = Text(no_wrap=True)
        parts = {each.id: self._part(each, host.settings.keys) for each in shown}
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
