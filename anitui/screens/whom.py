"""The question who somebody is: what is typed narrows hundreds of labels to a few, and Enter takes the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from anitui.screens.questions import Question
from anitui.store.labels import Known

MOST = 200
_WITHIN, _NOT = 3, 9


class Whom(Question[str | None]):
    """Answers with the name of a label: one that is there, or a new one; an empty text where `off` takes it off."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("pageup", "step(-10)", show=False),
    ]

    def __init__(self, question: str, labels: Sequence[Known], *, new: bool = True, off: str = "") -> None:
        super().__init__()
        self._question, self._labels, self._new, self._off = question, labels, new, off
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Text(self._question, style="bold"))
            yield Input(placeholder="a name; it may be a new one" if self._new else "a name")
            yield OptionList()

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, typed: str) -> None:
        found = matching(self._labels, typed)
        lines = [(each.name, _line(each)) for each in found]
        name = " ".join(typed.split())
        if self._new and name and not any(name.lower() == each.name.lower() for each in found):
            # Before what only holds it somewhere: Enter is to give what was meant.
            begun = sum(fits(each, name) < _WITHIN for each in found)
            lines.insert(begun, (name, Text(f"a new label: {name}", "italic")))
        if self._off and not name:
            lines.append(("", Text(self._off, "italic")))
        self._names = [each for each, _ in lines]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(line) for _, line in lines])
        listed.highlighted = 0 if lines else None

    def action_step(self, by: int) -> None:
        listed = self.query_one(OptionList)
        if self._names:
            listed.highlighted = max(0, min((listed.highlighted or 0) + by, len(self._names) - 1))

    def on_input_submitted(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._names):
            self.dismiss(self._names[at])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._names[event.option_index])


def matching(labels: Sequence[Known], typed: str) -> list[Known]:
    """Those that go by what is typed: whole, then from the beginning, then from that of a word, then anywhere."""
    ranked = sorted((fits(each, typed), at) for at, each in enumerate(labels))
    return [labels[at] for way, at in ranked if way < _NOT][:MOST]


def fits(label: Known, typed: str) -> int:
    """How well a label's best name goes with what is typed, the best first."""
    wanted = " ".join(typed.lower().split())

    def rank(name: str) -> int:
        if name == wanted:
            return 0
        if name.startswith(wanted):
            return 1
        if any(word.startswith(wanted) for word in name.replace("_", " ").split()):
            return 2
        return _WITHIN if wanted in name else _NOT

    return min(rank(name.lower()) for name in (label.name, *label.aliases))


def _line(each: Known) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{each.key or ' '} ", "bold").append(each.name)
    if each.aliases:
        text.append(f"  also {', '.join(each.aliases)}", "dim")
    return text.append(f"  {each.faces:,}", "dim")
