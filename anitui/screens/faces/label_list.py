"""The labels of a set, one a line: renamed, merged, given keys and colours, and deleted; all of it undoable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static
from textual.widgets.option_list import Option

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.frame import FrameScreen
from anitui.screens.questions import Ask, Choose
from anitui.screens.whom import Whom
from anitui.screens.widgets.lines import Lines
from anitui.screens.widgets.picture.words import cut
from anitui.store import labels
from anitui.store.labels import COLOURS, KEYS, Known, Label
from anitui.words import count

_NOTHING = "no labels in this set yet"


class LabelsScreen(FrameScreen):
    """Keeps the list of one set."""

    place = "labels"
    BINDINGS: ClassVar[list[BindingType]] = bindings("labels")
    AUTO_FOCUS = "#listed"
    DEFAULT_CSS = """
    LabelsScreen #listed { height: 1fr; border: none; padding: 0 1; background: $background; }
    LabelsScreen #listed:focus { background-tint: transparent; }
    LabelsScreen #heading { height: 1; padding: 0 1; color: $foreground-muted; }
    """

    def __init__(self, label_set: str) -> None:
        super().__init__()
        self._set = label_set
        self._labels: list[Known] = []
        self._to: str | None = None  # the label to go to when the list is read next

    def body(self) -> ComposeResult:
        yield Static(id="heading", markup=False)
        yield Lines(id="listed")

    def on_mount(self) -> None:
        self.where(f"labels › {self._set}", "reading …")
        self.reload()

    def on_resize(self) -> None:
        self._draw()

    def reload(self) -> None:
        self.off_thread(lambda: labels.known(self.host.catalogue, self._set), self._arrive, group="labels")

    def _arrive(self, found: list[Known]) -> None:
        here = self._to or (self._here.name if self._here is not None else None)
        at = self.query_one("#listed", Lines).highlighted or 0
        self._labels, self._to = found, None
        self._draw()
        index = next((index for index, each in enumerate(found) if each.name == here), min(at, len(found) - 1))
        self.query_one("#listed", Lines).highlighted = index if found else None
        self._tell()

    def _draw(self) -> None:
        listed = self.query_one("#listed", Lines)
        at = listed.highlighted
        columns = _columns(self._labels, self.size.width - 3)
        self.query_one("#heading", Static).update(_heading(columns))
        listed.clear_options()
        listed.add_options([Option(_line(each, columns)) for each in self._labels])
        listed.highlighted = at if self._labels and at is not None and at < len(self._labels) else None

    def _tell(self) -> None:
        at = self.query_one("#listed", Lines).highlighted
        far = f"{(at or 0) + 1:,} of {len(self._labels):,}" if self._labels else _NOTHING
        self.where(f"labels › {self._set}", far)

    def on_option_list_option_highlighted(self) -> None:
        self._tell()

    @property
    def _here(self) -> Known | None:
        at = self.query_one("#listed", Lines).highlighted
        return self._labels[at] if at is not None and at < len(self._labels) else None

    def _with(self, then: Callable[[Known], None]) -> None:
        if self._here is None:
            self.say(f"{_NOTHING}; {shown_key('labels.new', self.host.key_map)} makes one")
        else:
            then(self._here)

    # What one decides.

    def _decide(self, decision: Callable[[], str], to: str | None = None) -> None:
        self._to = to
        self.host.decide(decision)

    def action_new(self) -> None:
        def answered(name: str | None) -> None:
            if name:
                self._decide(lambda: add(name), name)

        def add(name: str) -> str:
            new = labels.add(self.host.catalogue, [Label(name, self._set)], behind_heard=True)
            return f"{name} is on the list" if new else f"there is a label of the name {name} already"

        self.app.push_screen(Ask(f"The new label of {self._set}"), answered)

    def action_rename(self) -> None:
        def ask(label: Known) -> None:
            def answered(name: str | None) -> None:
                if name and name != label.name:
                    self._decide(lambda: rename(name), name)

            def rename(name: str) -> str:
                labels.rename(self.host.catalogue, label.name, name)
                return f"{label.name} is {name} now"

            self.app.push_screen(Ask(f"What is {label.name} to be called?", label.name), answered)

        self._with(ask)

    def action_merge(self) -> None:
        def ask(label: Known) -> None:
            def answered(into: str | None) -> None:
                if into:
                    self._decide(lambda: merge(into), into)

            def merge(into: str) -> str:
                labels.merge(self.host.catalogue, [label.name], into)
                return f"{label.name} is one with {into} now; {self._undo()} parts them"

            others = [each for each in self._labels if each.name != label.name]
            if others:
                self.app.push_screen(Whom(f"{label.name} is the same as", others, new=False), answered)
            else:
                self.say("there is no other label")

        self._with(ask)

    def action_delete(self) -> None:
        def delete(label: Known) -> None:
            def write() -> str:
                said = labels.delete(self.host.catalogue, label.name)
                faces = f", with {count(said, 'name')} that was said by it" if said else ""
                return f"deleted {label.name}{faces}; {self._undo()} brings it back"

            self._decide(write)

        self._with(delete)

    def action_aliases(self) -> None:
        def ask(label: Known) -> None:
            def answered(typed: str | None) -> None:
                if typed is not None:
                    self._change(label, aliases=[each.strip() for each in typed.split(",") if each.strip()])

            detail = "With commas between. Folders and jobs that say one of these mean this label."
            self.app.push_screen(
                Ask(f"What else is {label.name} called?", ", ".join(label.aliases), detail=detail), answered
            )

        self._with(ask)

    def action_key(self) -> None:
        def ask(label: Known) -> None:
            def answered(key: str | None) -> None:
                if key is not None:
                    self._change(label, key="" if key == "none" else key)

            has = {each.key: each.name for each in self._labels if each.key}
            options = [("none", "no key of its own"), *((key, f"{key}  {has.get(key, '')}") for key in KEYS)]
            self.app.push_screen(Choose(f"Which key names with {label.name}?", options, label.key), answered)

        self._with(ask)

    def action_colour(self) -> None:
        def ask(label: Known) -> None:
            def answered(colour: str | None) -> None:
                if colour is not None:
                    self._change(label, colour=colour)

            detail = f"As #e6194b; nothing for that of its place. Well told apart: {' '.join(COLOURS[:6])}"
            self.app.push_screen(Ask(f"The colour of {label.name}", label.colour, detail=detail), answered)

        self._with(ask)

    def _change(self, label: Known, **values: object) -> None:
        def write() -> str:
            labels.change(self.host.catalogue, label.name, **values)  # type: ignore[arg-type]
            return f"changed {label.name}"

        self._decide(write)

    def _undo(self) -> str:
        return shown_key("anywhere.undo", self.host.key_map)

    # Where one goes.

    def action_faces(self) -> None:
        def see(label: Known) -> None:
            name = label.name.replace('"', "*")
            self.host.see_faces(f'label:"{name}"')

        self._with(see)

    def action_find(self) -> None:
        def answered(name: str | None) -> None:
            index = next((index for index, each in enumerate(self._labels) if each.name == name), None)
            if index is not None:
                self.query_one("#listed", Lines).highlighted = index

        self.app.push_screen(Whom("Go to which label?", self._labels, new=False), answered)

    def action_up(self) -> None:
        self.query_one("#listed", Lines).action_cursor_up()

    def action_down(self) -> None:
        self.query_one("#listed", Lines).action_cursor_down()

    def on_option_list_option_selected(self) -> None:
        self.action_rename()


_OTHERS = 22  # columns of keys, colours and numbers


def _columns(labels: Sequence[Known], room: int) -> tuple[int, int]:
    """The width of the names, and of what else a label is called: each what it needs, and half where both need more."""
    room = max(12, room - _OTHERS)
    name = max((cell_len(each.name) for each in labels), default=0)
    also = max((cell_len(_also(each)) for each in labels), default=0)
    name = min(max(12, name), max(room // 2, room - also))
    return name, room - name


def _also(each: Known) -> str:
    return ", ".join(each.aliases) if each.listed else "only heard of"


def _heading(columns: tuple[int, int]) -> Text:
    name, also = columns
    return Text(f"key    {'name':<{name}} {'faces':>8}  {'also' if also > 4 else ''}", no_wrap=True)


def _line(each: Known, columns: tuple[int, int]) -> Text:
    name, also = columns
    text = Text(no_wrap=True)
    text.append(f"{each.key or ' '}  ", Style(bold=True)).append("██  ", Style(color=each.colour))
    shown = cut(each.name, name)
    text.append(shown + " " * (name - cell_len(shown)), Style(dim=not each.listed))
    text.append(f" {each.faces:>8,}  ")
    return text.append(cut(_also(each), also), Style(dim=True)) if also > 4 else text
