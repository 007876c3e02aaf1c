"""The editor: SQL in colours, what could be completed below the cursor, and the place of an error underlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, TextArea
from textual.widgets.option_list import Option

from anitui.store.console_completion import KEYWORDS, Completion, complete, tokens
from anitui.store.console_schema import Relation

_WORDS = frozenset(word for each in KEYWORDS for word in each.split())
_STYLES = {"text": "sql--text", "number": "sql--number", "gap": "sql--comment", "quoted": "sql--quoted"}
LEAST = 2  # letters, before anything is offered unasked


class Suggestions(OptionList, can_focus=False):
    """What could stand at the cursor. The editor keeps the focus and passes the keys that choose."""

    HEIGHT = 8

    def show(self, options: Sequence[Completion], chosen: int, word: Offset) -> None:
        """Show them under the word on the screen, or above it where there is no room below."""
        self.display = bool(options)
        if not options:
            return
        if chosen == 0 or self.option_count != len(options):
            self._fill(options)
        self.highlighted = chosen
        assert isinstance(self.parent, Widget)
        room = self.parent.region
        height = min(self.HEIGHT, len(options))
        x, y = word.x - room.x, word.y - room.y
        if y + 1 + height > room.height:
            y -= height + 1
        self.styles.offset = (max(0, min(x, room.width - self._wide)), max(0, y + 1))

    def _fill(self, options: Sequence[Completion]) -> None:
        self.clear_options()
        widest = max(len(each.text) for each in options)
        self._wide = 0
        for each in options:
            line = Text(each.text.ljust(widest), no_wrap=True)
            line.append(f"  {each.detail or each.kind}", style="dim")
            self._wide = max(self._wide, line.cell_len + 3)
            self.add_option(Option(line))


class Editor(TextArea):
    """Where statements are written."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sql--keyword",
        "sql--text",
        "sql--number",
        "sql--comment",
        "sql--quoted",
        "sql--error",
    }

    class Offering(Message):
        """Something is offered, or nothing any more."""

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes, soft_wrap=False, tab_behavior="focus", show_line_numbers=False)
        self.highlight_cursor_line = False  # its colour would cover the words'
        self.schema: list[Relation] = []
        self.options: tuple[Completion, ...] = ()
        self.chosen = 0
        self._start = 0
        self._error: int | None = None
        self._coloured_text: str | None = None
        self._spans: list[list[tuple[int, int, str]]] = []

    @property
    def offset_in_text(self) -> int:
        """Where the cursor is, in characters from the beginning."""
        return self._offset(*self.cursor_location)

    def put(self, text: str) -> None:
        """Replace all of the text; ctrl+z brings the old one back."""
        self.replace(text, (0, 0), self.document.end)
        self.move_cursor(self.document.end)
        self.close()

    def mark(self, position: int | None) -> None:
        """Underline the word at a position, and put the cursor there."""
        self._error = position
        if position is not None:
            self.move_cursor(self._location(position))
        self._coloured_text = None
        self._line_cache.clear()
        self.refresh()

    # Completion.

    def offer(self, *, asked: bool = False) -> None:
        """Work out what could stand at the cursor, and offer it."""
        at = self.offset_in_text
        found = complete(self.text, at, self.schema)
        if not asked and at - found.start < LEAST:
            self.close()
            return
        self.options, self._start, self.chosen = found.options, found.start, 0
        self._show_options()

    def close(self) -> None:
        """Offer nothing."""
        if self.options:
            self.options = ()
            self._show_options()

    def take(self) -> None:
        """Write the chosen completion in place of what was typed."""
        if self.options:
            chosen, self.options = self.options[self.chosen], ()
            self.replace(chosen.text, self._location(self._start), self.cursor_location)
            self._show_options()

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return key == "enter" or super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        if self.options and event.key in ("up", "down", "enter", "escape"):
            event.stop()
            event.prevent_default()
            if event.key == "enter":
                self.take()
            elif event.key == "escape":
                self.close()
            else:
                self.chosen = (self.chosen + (1 if event.key == "down" else -1)) % len(self.options)
                self._show_options()
            return
        before = self.text
        await super()._on_key(event)
        if self.text == before:
            return
        if event.is_printable and event.character is not None and (event.character.isidentifier() or self.options):
            self.offer()
        elif event.character == ".":
            self.offer(asked=True)
        else:
            self.close()

    def action_delete_left(self) -> None:
        super().action_delete_left()
        if self.options:
            self.offer()

    def on_text_area_selection_changed(self) -> None:
        if self.options and not self._start <= self.offset_in_text <= self._start + 200:
            self.close()

    def on_blur(self) -> None:
        self.close()

    def on_text_area_changed(self) -> None:
        self._error = None

    def _show_options(self) -> None:
        typed = self.offset_in_text - self._start
        x, y = self.cursor_screen_offset
        self.screen.query_one(Suggestions).show(self.options, self.chosen, Offset(x - typed, y))
        self.post_message(self.Offering())

    # Colours.

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        if self.text != self._coloured_text:
            self._colour(self.text)
        if line_index < len(self._spans):
            for start, end, name in self._spans[line_index]:
                line.stylize(self.get_component_rich_style(name, partial=True), start, end)
        return line

    def _colour(self, text: str) -> None:
        self._coloured_text = text
        self._spans = [[] for _ in range(self.document.line_count)]
        for token in tokens(text):
            name = _STYLES.get(token.kind)
            if token.kind == "word" and token.text.upper() in _WORDS:
                name = "sql--keyword"
            if name is not None and not token.text.isspace():
                self._span(token.start, token.end, name)
            if self._error is not None and token.start <= self._error < token.end:
                self._span(token.start, token.end, "sql--error")
        if self._error is not None and self._error >= len(text.rstrip()) and text:
            self._span(max(0, len(text.rstrip()) - 1), len(text), "sql--error")

    def _span(self, start: int, end: int, name: str) -> None:
        """A span of the text as spans of its lines."""
        (first, left), (last, right) = self._location(start), self._location(end)
        for line in range(first, last + 1):
            begin = left if line == first else 0
            stop = right if line == last else len(self.document.get_line(line))
            self._spans[line].append((begin, stop, name))

    def _location(self, offset: int) -> tuple[int, int]:
        before = self.text[:offset]
        line = before.count("\n")
        return line, offset - (before.rfind("\n") + 1)

    def _offset(self, line: int, column: int) -> int:
        return sum(len(each) + 1 for each in self.text.split("\n")[:line]) + column
