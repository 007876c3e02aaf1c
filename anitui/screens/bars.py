"""The lines above and below every screen: what the workspace holds, where one is, which keys matter now."""

from __future__ import annotations

import time
from operator import itemgetter

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from anitui import actions
from anitui.pipeline.sites import Sites
from anitui.screens.bindings import shown_key
from anitui.screens.host import HostedScreen, host_of
from anitui.words import count

LOOPBACK = "! loopback allowed"  # nobody must collect with this on and not know it
MESSAGE_SECONDS = 5.0  # for each hundred letters
SEEN_SECONDS = 0.6  # before them nobody has read that something went wrong, whatever was pressed meanwhile
MOST_LINES = 3
LONG_WORD = 30
VITAL = ("anywhere.undo", "anywhere.help")
WAY_IN = 1  # the rank of taking pictures in, where there are none
WAY_OUT = 79  # the rank of `esc`, where the screen says what it does


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
        right = "   ".join((*host.working, *((LOOPBACK,) if Sites.from_environment().loopback else ())))
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
    """Where one is and how far; for some seconds, what has just happened. A long message lies over the screen."""

    def __init__(self) -> None:
        super().__init__(id="place")
        self._where = ""
        self._far = ""
        self._message: tuple[str, str] | None = None
        self._staying: tuple[str, str] | None = None
        self._clock = 0
        self._said_at = 0.0

    def on_resize(self) -> None:
        self._draw()

    def show(self, where: str, far: str = "") -> None:
        self._where, self._far = where, far
        self._draw()

    def say(self, text: str, kind: str, *, stays: bool = False) -> None:
        """Show a message in this line for a while, or before all others until a key is pressed; it stays in History."""
        if stays:
            self._staying = (text, kind)
        else:
            self._message = (text, kind)
            self._said_at = time.monotonic()
            self._clock += 1
            mine = self._clock
            self.set_timer(MESSAGE_SECONDS * (1 + len(text) // 100), lambda: self._fade(mine))
        self._draw()

    def let_go(self) -> None:
        """A key was pressed: what waited for that has been seen."""
        if self._staying is not None:
            self._staying = None
            self._draw()

    def forget_error(self) -> None:
        """One has gone on: what went wrong before, and was seen, hides where one is no longer."""
        wrong = self._message is not None and self._message[1] == "error"
        if wrong and time.monotonic() - self._said_at >= SEEN_SECONDS:
            self._message = None
            self._draw()

    def _fade(self, which: int) -> None:
        if which == self._clock:
            self._message = None
            self._draw()

    def _draw(self) -> None:
        room = max(1, self.size.width - 2)
        said = self._staying or self._message
        kind = said[1] if said is not None else ""
        lines = [self._place(room)] if said is None else self._said(*said, room)
        self.set_class(kind == "error", "-error")
        self.set_class(kind == "warning", "-warning")
        self.styles.height = len(lines)
        self.update(Text("\n", no_wrap=True, overflow="ellipsis").join(lines), layout=False)  # as high as was just said

    def _place(self, room: int) -> Text:
        far = self._far if cell_len(self._far) < room else ""
        where = Text(self._where, no_wrap=True)
        where.truncate(max(0, room - cell_len(far) - (1 if far else 0)), overflow="ellipsis")
        where.append(" " * max(0, room - cell_len(where.plain) - cell_len(far)) + far)
        return where

    def _said(self, text: str, kind: str, room: int) -> list[Text]:
        """A message in a few lines; of a longer one its beginning, and where all of it stands."""
        sign, style = {"error": ("✗ ", "bold"), "warning": ("! ", "bold")}.get(kind, ("· ", ""))
        # Names from outside are in it, and a name must not be able to drive the terminal.
        text = "".join(each if each.isprintable() else " " for each in text)

        def wrapped(words: str) -> list[Text]:
            return list(Text(words, style=style).wrap(self.app.console, max(1, room - 2)))

        lines = wrapped(text)
        if len(lines) > MOST_LINES:
            key_map = host_of(self).key_map
            rest = f" … ({shown_key('anywhere.go', key_map)} {shown_key('go.history', key_map)} shows all of it)"
            text = text[: MOST_LINES * room]
            while text and len(lines := wrapped(text + rest)) > MOST_LINES:
                text = text.rpartition(" ")[0] if " " in text[-LONG_WORD:] else text[:-1]
        indented = [Text(sign if at == 0 else "  ", style=style).append_text(line) for at, line in enumerate(lines)]
        return indented[:MOST_LINES]


class KeyBar(Static):
    """The keys that matter now: as many as there is room for, in the order of their ranks."""

    def __init__(self, place: str) -> None:
        super().__init__(id="keys")
        self._place = place

    def on_mount(self) -> None:
        # What has the focus may take keys for itself, as an editor takes letters.
        self.watch(self.screen, "focused", lambda: self.refresh_line(), init=False)

    def on_resize(self) -> None:
        self.refresh_line()

    def refresh_line(self) -> None:
        screen = self.screen if isinstance(self.screen, HostedScreen) else None
        way_out = screen.way_out() if screen is not None else ""
        bare = screen is not None and screen.bare()
        key_map = host_of(self).key_map
        active = self.screen.active_bindings
        vital: list[tuple[int, Text]] = []
        others: list[tuple[int, Text]] = []
        for each in actions.for_place(self._place):
            rank = WAY_OUT if each.id == "anywhere.step_back" and way_out else each.rank
            rank = WAY_IN if each.id == "anywhere.import_pictures" and bare else rank
            keys = [
                key for key in actions.keys_of(each, key_map) if key in active and active[key].binding.id == each.id
            ]
            if rank and keys and (screen is None or screen.matters(each.id)):
                part = Text(actions.readable(keys[0]), style="bold")
                part.append(f" {way_out if rank == WAY_OUT else each.name}", style="not bold")
                # The way out, undo and help are worth a place on the narrowest screen.
                (vital if rank == WAY_OUT or each.id in VITAL else others).append((rank, part))
        room = self.size.width
        left = room + 3 - sum(part.cell_len + 3 for _, part in vital)  # nothing parts the last one from the edge
        chosen = list(vital)
        for rank, part in sorted(others, key=itemgetter(0)):
            if part.cell_len + 3 <= left:
                chosen.append((rank, part))
                left -= part.cell_len + 3
        line = Text(" · ", style="dim", no_wrap=True).join(part for _, part in sorted(chosen, key=itemgetter(0)))
        line.truncate(max(0, room), overflow="ellipsis")
        self.update(line, layout=False)  # one line high, whatever it says
