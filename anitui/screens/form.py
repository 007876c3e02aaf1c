"""A form over a screen: fields with what they are for, and what is wrong with each as one types."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from anitui.errors import AnituiError
from anitui.screens.questions import Confirm, Question

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field. With `choices` it is one of these, else a line of text, with what is usual shown dimly."""

    name: str
    help: str
    usual: str = ""
    choices: tuple[str, ...] = ()


class Pick(Widget, can_focus=True):
    """One of a few words: the arrows and space go on to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,space", "go(1)", show=False),
        Binding("left,h", "go(-1)", show=False),
    ]
    DEFAULT_CSS = """
    Pick { height: 1; width: 1fr; padding: 0 1; background: $panel; }
    Pick:focus { background: $boost; }
    """

    class Changed(Message):
        """Another one is chosen."""

        def __init__(self, field: str, value: str) -> None:
            super().__init__()
            self.field, self.value = field, value

    def __init__(self, field: str, choices: Sequence[str], value: str) -> None:
        super().__init__()
        self._field, self._choices = field, tuple(choices)
        self._at = self._choices.index(value) if value in self._choices else 0

    def render(self) -> Text:
        """All of them where there is room, with the chosen one marked; else that one alone, between arrows."""
        chosen = "bold reverse" if self.has_focus else "bold underline"
        text = Text(no_wrap=True, overflow="ellipsis")
        for at, each in enumerate(self._choices):
            text.append(each, chosen if at == self._at else "dim").append("  ")
        if text.cell_len <= self.size.width:
            return text
        return Text.assemble("‹ ", (self._choices[self._at], chosen), " ›")

    def action_go(self, by: int) -> None:
        self._at = (self._at + by) % len(self._choices)
        self.refresh()
        self.post_message(self.Changed(self._field, self._choices[self._at]))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_go(1)


class Form(Question[Made | None], Generic[Made]):
    """Asks for several things at once. What is typed stays text until `made` makes something of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", show=False),
        Binding("enter", "accept", show=False),
        Binding("escape", "leave", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    Form {
        align: center middle;
        & > #form { width: 100; max-width: 100%; height: 95%; padding: 0 1; }
        & > #form { background: $surface; border: round $primary; }
        & #fields { height: 1fr; }
        & .field { height: auto; }
        & .name { width: 14; text-style: bold; }
        & Input { width: 1fr; border: none; height: 1; padding: 0 1; background: $panel; }
        & Input:focus { border: none; background: $boost; text-style: underline; }
        & .help { height: auto; margin: 0 0 0 14; color: $text-muted; }
        & .help.-wrong { color: $error; }
        & #told { height: auto; max-height: 4; padding: 1 0 0 0; }
    }
    """
    leaving: ClassVar[str] = "Leave, and do nothing?"
    accepting: ClassVar[str] = "do it"

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.texts: dict[str, str] = dict(texts or {})
        self._began = dict(self.texts)

    # What each form says.

    def head(self) -> ComposeResult:
        """What stands above the fields."""
        yield from ()

    @abstractmethod
    def fields(self) -> Sequence[Entry]:
        """The fields that there are now."""

    @abstractmethod
    def faults(self) -> dict[str, str]:
        """What is wrong with which field; with "" what is wrong with all of it."""

    @abstractmethod
    def told(self) -> str:
        """What it comes to, where nothing is wrong."""

    @abstractmethod
    def made(self) -> Made:
        """What is asked for. Raises AnituiError where it cannot be."""

    # How it is shown.

    def compose(self) -> ComposeResult:
        with Vertical(id="form"):
            yield from self.head()
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._rows()
            yield Static(id="told")
            yield Static(Text(f"enter {self.accepting}   esc leave   tab next field", style="dim"))

    def on_mount(self) -> None:
        self._first().focus()
        self.check()

    async def draw_again(self) -> None:
        """Other fields are asked for than before."""
        fields = self.query_one("#fields")
        await fields.remove_children()
        await fields.mount_all(list(self._rows()))
        self.check()

    def _first(self) -> Widget:
        return self.query("#fields Input, #fields Pick").first(Widget)

    def _rows(self) -> list[Vertical]:
        return [self._row(each) for each in self.fields()]

    def _row(self, of: Entry) -> Vertical:
        value = self.texts.get(of.name, "")
        typed: Widget = (
            Pick(of.name, of.choices, value or of.usual)
            if of.choices
            else Input(value, name=of.name, placeholder=of.usual, select_on_focus=False)
        )
        line = Horizontal(Static(of.name, classes="name"), typed, classes="field")
        return Vertical(line, Static(Text(of.help), classes="help", name=of.name), classes="field")

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.name is not None:
            self.texts[event.input.name] = event.value
            self.check()

    async def on_pick_changed(self, event: Pick.Changed) -> None:
        event.stop()
        self.texts[event.field] = event.value
        self.check()

    def on_input_submitted(self) -> None:
        self.action_accept()

    def check(self) -> dict[str, str]:
        """Say beside each field what is wrong with it, and below all what it comes to."""
        faults = self.faults()
        fields = {each.name: each for each in self.fields()}
        for help_ in self.query(".help").results(Static):
            name = help_.name or ""
            # What is needed and not yet typed is no fault of the person's.
            wrong = name in faults and bool(self.texts.get(name, "").strip())
            help_.set_class(wrong, "-wrong")
            if name in fields:
                help_.update(Text(f"✗ {faults[name]}" if wrong else fields[name].help))
        if faults:
            mend = [name for name in faults if name and self.texts.get(name, "").strip()]
            needed = [name for name in faults if name and name not in mend]
            told = [f"{what}: {', '.join(of)}" for what, of in (("wrong", mend), ("still needed", needed)) if of]
            self.tell(faults.get("") or " · ".join(told), wrong="" in faults)
        else:
            self.tell(self.told())
        return faults

    def tell(self, text: str, *, wrong: bool = False) -> None:
        """Say something below all."""
        self.query_one("#told", Static).update(Text(f"✗ {text}" if wrong else text, style="bold"))

    def action_accept(self) -> None:
        """Do it, where nothing is wrong; else go to what is."""
        faults = self.check()
        if not faults:
            try:
                self.dismiss(self.made())
            except AnituiError as error:
                self.tell(str(error), wrong=True)
            return
        for field in self.query(Input):
            if field.name in faults:
                field.focus()
                return

    def action_leave(self) -> None:
        """Leave; what was typed is lost, so that is asked about."""
        typed = {name: text for name, text in self.texts.items() if text.strip()}
        if typed == {name: text for name, text in self._began.items() if text.strip()}:
            self.dismiss(None)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        self.app.push_screen(Confirm(self.leaving, "leave", "What was typed here is lost."), answered)
