"""Questions that a screen may ask: yes or no, a line of text, one of several."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Event, Key
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from anitui.store.labels import JOINERS

Answer = TypeVar("Answer")


class Question(ModalScreen[Answer]):
    """Lies over a screen until it is answered, and is answered once.

    Keys may come faster than a screen closes (over a slow line, several in one piece). Those that reach a question
    which has been answered already belong to what lies below: to answer again would close that as well.
    """

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        if not self.is_current:
            return AwaitComplete()
        return super().dismiss(result)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and self not in self.app.screen_stack:
            self.app.post_message(Key(event.key, event.character))
            return
        await super().on_event(event)


class Confirm(Question[bool]):
    """Yes or no. Only where work would be lost, or bytes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "dismiss(True)", show=False),
        Binding("n,escape,q", "dismiss(False)", show=False),
    ]

    def __init__(self, question: str, yes: str = "yes", detail: str = "") -> None:
        super().__init__()
        self._question, self._yes, self._detail = question, yes, detail

    def compose(self) -> ComposeResult:
        text = Text(self._question, style="bold")
        if self._detail:
            text.append(f"\n{self._detail}", style="not bold")
        text.append("\n\ny ", style="bold").append(self._yes, style="not bold").append("   n ", style="bold")
        text.append("no", style="not bold")
        yield Static(text, classes="box")


class Line(Input):
    """A line of text that takes joiners as well: Persian and emoji are written with them, and no key prints them."""

    def on_key(self, event: Key) -> None:
        if event.character and event.character in JOINERS:
            event.stop()
            self.replace(event.character, *self.selection)


class Ask(Question[str | None]):
    """One line of text, with what is completed dimly behind the cursor (→ takes it)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(
        self,
        question: str,
        value: str = "",
        *,
        detail: str = "",
        placeholder: str = "",
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__()
        self._question, self._value, self._detail = question, value, detail
        self._placeholder, self._suggester = placeholder, suggester

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Text(self._question, style="bold"))
            if self._detail:
                yield Static(Text(self._detail), classes="detail")
            yield Line(self._value, placeholder=self._placeholder, suggester=self._suggester)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())


class AskPath(Ask):
    """A path, completed from what lies on the disk."""

    def __init__(self, question: str, value: str = "", *, detail: str = "") -> None:
        super().__init__(question, value, detail=detail, placeholder="a path; → completes it", suggester=_Paths())


class Choose(Question[str | None]):
    """One of several, by arrows or by its first letters."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
    ]

    def __init__(self, question: str, options: Sequence[tuple[str, str]], current: str | None = None) -> None:
        super().__init__()
        self._question, self._options, self._current = question, options, current

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Text(self._question, style="bold"))
            yield OptionList(*(Option(text, id=value) for value, text in self._options))

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        values = [value for value, _ in self._options]
        options.highlighted = values.index(self._current) if self._current in values else 0
        options.focus()

    def on_key(self, event: Key) -> None:
        """`j` and `k` move as everywhere; another letter goes to the next option that begins with it."""
        options = self.query_one(OptionList)
        if event.key in ("j", "k"):
            options.action_cursor_down() if event.key == "j" else options.action_cursor_up()
            event.stop()
            return
        at = options.highlighted or 0
        order = [*range(at + 1, len(self._options)), *range(at + 1)]
        if event.character and event.character.isalnum():
            found = [each for each in order if self._options[each][1].lower().startswith(event.character.lower())]
            if found:
                options.highlighted = found[0]
                event.stop()
                event.prevent_default()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


class _Paths(Suggester):
    """The first name on the disk that goes on like what is typed; folders end with a slash."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        if not value:
            return None
        head, slash, tail = value.rpartition("/")
        found = await asyncio.to_thread(_first_below, head + slash or ".", tail)
        return f"{head}{slash}{found}" if found else None


def _first_below(folder: str, begun: str) -> str | None:
    try:
        names = sorted(each for each in Path(folder).expanduser().iterdir() if each.name.startswith(begun))
        return (names[0].name + ("/" if names[0].is_dir() else "")) if names and begun else None
    except (OSError, RuntimeError):
        return None
