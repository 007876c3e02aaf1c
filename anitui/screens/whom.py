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

from anitui.screens.questions import Line, Question
from anitui.store.labels import JOINERS, Known

MOST = 200
_SAME, _BEGINS, _WORD, _WORDS, _WITHIN, _SCATTERED, _NOT = range(7)
_IN_SIGHT = 7  # behind how many labels a new one is offered at the latest: it is never scrolled for
_UNBROKEN = 0x2E80  # from here on scripts (Chinese, Japanese, Korean) in which one letter is a name already


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
            yield Line(placeholder="a name; it may be a new one" if self._new else "a name")
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
        if self._new and name and not any(goes_by(each, name) for each in self._labels):
            # Enter is to give what was meant: a label that is there, rather than a stray one beside it.
            sure = sum(trusted(fits(each, name), name) for each in found)
            lines.insert(min(sure, _IN_SIGHT), (name, Text(f"a new label: {name}", "italic")))
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
    """Those that go by what is typed: whole, then from the beginning, then from that of words, then anywhere."""
    ranked = sorted((fits(each, typed), at) for at, each in enumerate(labels))
    return [labels[at] for way, at in ranked if way < _NOT][:MOST]


def fits(label: Known, typed: str) -> int:
    """How well a label's best name goes with what is typed, the best first. `_`, `-` and a space are the same."""
    wanted = _plain(typed)
    words = wanted.split()

    def rank(name: str) -> int:
        if name == wanted:
            return _SAME
        if name.startswith(wanted):
            return _BEGINS
        if f" {wanted}" in name:
            return _WORD
        if all(f" {word}" in f" {name}" for word in words):
            return _WORDS
        if wanted in name:
            return _WITHIN
        return _SCATTERED if all(word in name for word in words) else _NOT

    return min(rank(_plain(name)) for name in (label.name, *label.aliases))


def trusted(way: int, typed: str) -> bool:
    """Whether a label that fits in this way is more likely meant than a new one: not for one letter in its middle."""
    letters = _plain(typed)
    return way < _NOT if len(letters) > 1 or any(ord(each) >= _UNBROKEN for each in letters) else way <= _WORDS


def goes_by(label: Known, name: str) -> bool:
    """Whether this is one of its names, letter for letter: to say it is to say the label."""
    return name.lower() in (each.lower() for each in (label.name, *label.aliases))


def _plain(text: str) -> str:
    """A name as it is looked for: what people take for the same when they type is the same."""
    for joiner in JOINERS:
        text = text.replace(joiner, "")
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())


def _line(each: Known) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{each.key or ' '} ", "bold").append(each.name)
    if each.aliases:
        text.append(f"  also {', '.join(each.aliases)}", "dim")
    return text.append(f"  {each.faces:,}", "dim")
