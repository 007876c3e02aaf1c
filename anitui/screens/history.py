"""History: every decision with what became of it, and what was said since anitui was started."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from anitui.screens.bindings import bindings
from anitui.screens.frame import FrameScreen
from anitui.screens.widgets.lines import Lines
from anitui.store.journal import Entry, history
from anitui.words import ago, count

PAGE = 200

STATES = {
    "done": (" ", ""),
    "undone": ("↶", "taken back; redo makes it again"),
    "dropped": ("·", "taken back for good: something else was decided after"),
    "final": ("!", "cannot be taken back"),
}


class HistoryScreen(FrameScreen):
    """The journal, newest first. `u` and `U` go through it from here as from everywhere."""

    place = "history"
    CSS_PATH = "history.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("history")

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []

    def body(self) -> ComposeResult:
        with Container(id="decisions", classes="panel") as upper:
            upper.border_title = "decisions"
            yield Lines(id="entries")
        with VerticalScroll(id="said", classes="panel") as lower:
            lower.border_title = "said since anitui was started"
            yield Static(id="messages")

    def on_screen_resume(self) -> None:
        self.query_one("#entries").focus()
        self.reload()

    def reload(self) -> None:
        wanted = max(PAGE, len(self._entries))
        self.off_thread(lambda: history(self.host.catalogue, wanted), self._show, group="history")

    def _show(self, entries: list[Entry]) -> None:
        self._entries = entries
        shown = self.query_one("#entries", Lines)
        at = shown.highlighted or 0
        shown.clear_options()
        shown.add_options([Option(_line(each)) for each in entries])
        if entries:
            shown.highlighted = min(at, len(entries) - 1)
        else:
            shown.add_option(
                Option(Text("Nothing has been decided yet. Every decision will stand here.", "dim"), disabled=True)
            )
        said = Text()
        for message in reversed(self.host.messages[-100:]):
            said.append(f"{message.moment.astimezone():%H:%M:%S}  ", style="dim")
            said.append(f"{message.text}\n", style="bold" if message.kind == "error" else "")
        self.query_one("#messages", Static).update(said or Text("Nothing yet.", "dim"))
        done = sum(each.state == "done" for each in entries)
        undone = sum(each.state == "undone" for each in entries)
        more = " and older" if len(entries) >= PAGE else ""
        self.where(
            "history", f"{count(done, 'decision')} stand{more}" + (f" · {undone:,} taken back" if undone else "")
        )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """At the end of what is shown, read the next page of the past."""
        if len(self._entries) >= PAGE and event.option_index == len(self._entries) - 1:
            last = self._entries[-1].entry_id
            self.off_thread(lambda: history(self.host.catalogue, PAGE, before=last), self._more, group="history")

    def _more(self, older: list[Entry]) -> None:
        self._entries += older
        self.query_one("#entries", Lines).add_options([Option(_line(each)) for each in older])

    def action_next_pane(self) -> None:
        other = "#entries" if self._said.has_focus else "#said"
        self.query_one(other).focus()

    @property
    def _said(self) -> VerticalScroll:
        return self.query_one("#said", VerticalScroll)

    def action_down(self) -> None:
        if self._said.has_focus:
            self._said.scroll_down(animate=False)
        else:
            self.query_one("#entries", Lines).action_cursor_down()

    def action_up(self) -> None:
        if self._said.has_focus:
            self._said.scroll_up(animate=False)
        else:
            self.query_one("#entries", Lines).action_cursor_up()


def _line(entry: Entry) -> Text:
    sign, meaning = STATES[entry.state]
    line = Text(f"{sign} {ago(entry.decided_at):<18} ", style="dim", no_wrap=True, overflow="ellipsis")
    line.append(entry.summary, style="not dim" if entry.state in ("done", "final") else "dim strike")
    if entry.said_by != "person":
        line.append(f"  by {entry.said_by}", style="dim")
    if meaning:
        line.append(f"  ({meaning})", style="dim")
    return line
