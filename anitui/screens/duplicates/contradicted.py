"""When a verdict cannot be true together with earlier ones: the chain link by link, and which one was wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from anitui.screens.frame import FrameScreen
from anitui.screens.questions import Question
from anitui.screens.widgets.picture.words import cut
from anitui.store import comparing
from anitui.store.comparing import Side
from anitui.store.groups import Contradiction, Said, Statement, Verdict

_LONGEST_NAME = 28


def ask_which_link(
    screen: FrameScreen, kind: str, contradiction: Contradiction, answered: Callable[[int | None], None]
) -> None:
    """Ask which earlier verdict was wrong; None means that the new one is."""
    statements: list[Statement] = [contradiction.statement, *contradiction.chain]
    ids = {id for each in statements for id in (each.a_id, each.b_id)}

    def arrive(found: Mapping[int, Side]) -> None:
        screen.app.push_screen(WhichLink(contradiction.statement, contradiction.chain, named(ids, found)), answered)

    screen.off_thread(lambda: comparing.sides(screen.host.catalogue, kind, ids), arrive, group="contradiction")


def named(ids: set[int], found: Mapping[int, Side]) -> dict[int, str]:
    """What each is called; where two are called the same, their number too."""
    names = {id: _name(found[id]) if id in found else f"number {id}" for id in ids}
    often = list(names.values())
    return {id: f"{name} ({id})" if often.count(name) > 1 else name for id, name in names.items()}


def _name(side: Side) -> str:
    name = side.title or (PurePath(side.url).name if side.url else "") or f"number {side.id}"
    return f"“{cut(name, _LONGEST_NAME)}”"


def in_words(statement: Statement, names: Mapping[int, str]) -> str:
    """A verdict as one says it, by names."""
    a, b = names[statement.a_id], names[statement.b_id]
    return {
        Verdict.KEEP_A: f"{a} kept over {b}",
        Verdict.KEEP_B: f"{b} kept over {a}",
        Verdict.SAME: f"{a} and {b} are the same, both kept",
        Verdict.ALTERNATES: f"{a} and {b} are alternates",
        Verdict.DIFFERENT: f"{a} and {b} are different",
        Verdict.ASIDE: f"{a} and {b} both set aside",
        Verdict.NOT_NOW: f"{a} and {b} put off",
    }[statement.verdict]


class WhichLink(Question[int | None]):
    """The chain, one line for each verdict; the one that is chosen is taken back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(self, statement: Statement, chain: Sequence[Said], names: Mapping[int, str]) -> None:
        super().__init__()
        self._statement, self._chain, self._names = statement, chain, names

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            text = Text("That cannot be true together with what was said before.\n\n", style="bold")
            text.append(f"now: {in_words(self._statement, self._names)}\n", style="not bold")
            text.append("before, link by link:", style="not bold dim")
            yield Static(text)
            lines = [f"{at}  {in_words(each, self._names)}" for at, each in enumerate(self._chain, 1)]
            yield OptionList(*(Option(Text(line)) for line in lines))
            yield Static(Text("enter takes the marked one back and says the new one · esc leaves all as it was", "dim"))

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = len(self._chain) - 1
        options.focus()

    def on_key(self, event: Key) -> None:
        options = self.query_one(OptionList)
        if event.key in ("j", "k"):
            options.action_cursor_down() if event.key == "j" else options.action_cursor_up()
            event.stop()
        elif event.character and event.character.isdigit() and 1 <= int(event.character) <= len(self._chain):
            options.highlighted = int(event.character) - 1
            event.stop()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._chain[event.option_index].verdict_id)
