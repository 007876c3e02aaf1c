"""Rules: what one would do is shown first, and done by a key as one decision."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from anitui import progress
from anitui import settings as settings_module
from anitui.errors import Stopped, WrongUse, in_one_sentence
from anitui.screens.bindings import bindings, shown_key
from anitui.screens.duplicates import cleaning
from anitui.screens.duplicates.cleaning import Keys, Meant
from anitui.screens.frame import FrameScreen
from anitui.screens.questions import Ask
from anitui.screens.widgets.lines import Lines
from anitui.store.rule_words import check_name

if TYPE_CHECKING:
    from anitui.pipeline.cleaning.recipes import Recipe, StepDone
    from anitui.store.journal import Entry

_OFTEN = 0.1  # seconds between two looks at how far it is
_NARROW = 100
_BEGIN = """\
type a rule above, or choose one that is saved; enter shows what it would do, and decides nothing

dhash<=2 keep:larger            near copies: the larger one is kept
pixels:identical                the same picture, pixel for pixel
phash<=4 within:title           only pairs of one title
dhash<=4 prefer:folder=/art     the one in that folder is kept
protect:folder=/art/best*       with any rule: never set aside
set-aside size<300 -label:any   small pictures without a label

all words of rules: docs/duplicates.md"""


class RulesScreen(FrameScreen):
    """Decides on many pairs, or pictures, by a rule or a recipe."""

    place = "rules"
    CSS_PATH = "rules.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("rules")
    AUTO_FOCUS = "#saved"

    def __init__(self, decided: Callable[[], None]) -> None:
        super().__init__()
        self._decided = decided
        self._saved: Mapping[str, str] = {}
        self._recipes: Sequence[Recipe] = ()
        self._meant: Meant | None = None  # what is shown, and would be done
        self._again = ""  # how what was shown is worked out anew
        self._stop: threading.Event | None = None  # of what runs
        self._doing = False  # and it decides

    def body(self) -> ComposeResult:
        with Container(id="rules"):
            with Container(id="which", classes="panel") as which:
                which.border_title = "rules and recipes"
                yield Input(id="rule", placeholder="a rule, as dhash<=2 keep:larger", compact=True)
                yield Static(id="wrong", markup=False)
                yield Lines(id="saved")
            with VerticalScroll(id="does", classes="panel", can_focus=False) as does:
                does.border_title = "what it does"
                yield Static(_BEGIN, id="told", markup=False)

    def on_mount(self) -> None:
        self._where()
        self.reload()

    def on_unmount(self) -> None:
        """What is only worked out ends; what is being done goes on."""
        if self._stop is not None and not self._doing:
            self._stop.set()

    def on_resize(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")

    # What is saved.

    def reload(self) -> None:
        def read() -> tuple[Mapping[str, str], Sequence[Recipe]]:
            from anitui.pipeline.cleaning import recipes

            return self.host.workspace.settings().rules, [recipes.read(each) for each in recipes.names()]

        self.off_thread(read, self._list, group="saved")

    def _list(self, found: tuple[Mapping[str, str], Sequence[Recipe]]) -> None:
        self._saved, self._recipes = found
        saved = self.query_one("#saved", Lines)
        at = saved.highlighted or 0
        saved.clear_options()
        for name, text in self._saved.items():
            saved.add_option(Option(Content.assemble((name, "bold"), ("  " + text, "dim")), id=f"rule {name}"))
        for recipe in self._recipes:
            line = Content.assemble((f"recipe {recipe.name}", "bold"), ("  " + recipe.about, "dim"))
            saved.add_option(Option(line, id=f"recipe {recipe.name}"))
        saved.highlighted = min(at, saved.option_count - 1) if saved.option_count else None

    def _chosen(self) -> Meant | None:
        """What the cursor is on; raises WrongUse where a saved rule is wrong."""
        saved = self.query_one("#saved", Lines)
        if saved.highlighted is None:
            return None
        sort, _, name = (saved.get_option_at_index(saved.highlighted).id or "").partition(" ")
        if sort == "rule":
            return cleaning.typed(name, self._saved)
        recipe = next(each for each in self._recipes if each.name == name)
        return Meant(f"recipe {name}", recipe=recipe)

    # What one would do.

    def action_open(self) -> None:
        self._again = "enter"
        self._understand(self._chosen)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_open()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._again = f"{shown_key('rules.type', self.host.key_map)}, then enter,"
        self._understand(lambda: cleaning.typed(event.value, self._saved))

    def on_input_changed(self) -> None:
        self._complain("")

    def _understand(self, find: Callable[[], Meant | None]) -> None:
        """Show what a line would do, or beside it what is wrong with it."""
        if self._stop is not None:
            self.say("one moment: esc stops what runs")
            return
        self._complain("")
        try:
            meant = find()
        except WrongUse as error:
            self._complain(str(error))
            return
        if meant is not None:
            self._focus("saved")  # so that letters are keys again
            self._preview(meant)

    def _complain(self, text: str) -> None:
        wrong = self.query_one("#wrong", Static)
        wrong.update(text)
        wrong.set_class(bool(text), "-said")

    def _preview(self, meant: Meant) -> None:
        workspace, catalogue = self.host.workspace, self.host.catalogue
        meant.ready_processes()
        stop = self._stop = threading.Event()
        self._meant = None
        self._tell(Content.styled("working out what it does; nothing is decided …", "dim"), meant.title)

        def read() -> Sequence[StepDone] | str:
            try:
                return progress.run(meant.work(workspace, catalogue, apply=False), self._listener(stop))
            except Stopped:
                return "stopped; nothing was decided"
            except Exception as error:
                if (sentence := in_one_sentence(error)) is None:
                    raise
                return sentence

        def arrive(done: Sequence[StepDone] | str) -> None:
            self._ended(stop)
            if isinstance(done, str):
                self._tell(Content.styled(done, "$warning"), meant.title)
                return
            self._meant = meant
            self._tell(cleaning.told(meant, done, self._keys(), applied=False), meant.title)

        self.off_thread(read, arrive, group="preview", failed=lambda: self._ended(stop))

    def _listener(self, stop: threading.Event) -> Callable[[progress.Event], None]:
        """Shows how far what runs in another thread is, and ends it when it is to stop."""
        shown = 0.0

        def told(event: progress.Event) -> None:
            nonlocal shown
            if stop.is_set():
                raise Stopped("stopped")
            if time.monotonic() - shown > _OFTEN:
                shown = time.monotonic()
                of = f" {event.done:,} of {event.total:,}" if event.total else ""
                self.call_later(self._far, stop, f"{event.doing}{of} · esc stops it")

        return told

    def _far(self, stop: threading.Event, line: str) -> None:
        if self._stands and self._stop is stop:
            self.where("duplicates › rules", line)

    def _ended(self, stop: threading.Event) -> None:
        if self._stop is stop:
            self._stop, self._doing = None, False
            self._where()

    def _where(self) -> None:
        self.where("duplicates › rules", "")
        self.refresh_keys()

    def _tell(self, content: Content, title: str) -> None:
        self.query_one("#told", Static).update(content)
        does = self.query_one("#does", VerticalScroll)
        does.border_title = Content(title).truncate(max(10, does.size.width - 4), ellipsis=True)
        does.scroll_home(animate=False)

    def _keys(self) -> Keys:
        return Keys(*(shown_key(each, self.host.key_map) for each in ("rules.apply", "rules.save", "anywhere.undo")))

    # Doing it.

    def action_apply(self) -> None:
        """Do what is shown, in its turn behind what was decided before; it goes on when one leaves."""
        meant, host = self._meant, self.host
        if self._stop is not None or meant is None:
            self.say("one moment: esc stops what runs" if self._stop is not None else "enter shows first what it does")
            return
        meant.ready_processes()
        stop, self._doing = threading.Event(), True
        self._stop, self._meant = stop, None
        workspace, catalogue, listener, keys = host.workspace, host.catalogue, self._listener(stop), self._keys()
        outcome: list[Sequence[StepDone]] = []

        def write() -> str:
            try:
                outcome.append(progress.run(meant.work(workspace, catalogue, apply=True), listener))
            except Stopped:
                kept = "steps that were done stay done" if meant.recipe is not None else "nothing was decided"
                return f"stopped: {kept}"
            return cleaning.done_in_words(meant, outcome[0], keys.undo)

        def then() -> None:
            self._decided()
            if not self._stands:
                return
            self._ended(stop)
            shown = Content.styled("it was not done", "$warning")
            if outcome:
                shown = cleaning.told(meant, outcome[0], self._keys(), applied=True)
            self._tell(shown, meant.title)

        self._tell(Content.styled("doing it …", "dim"), meant.title)
        host.decide(write, then)

    def stepped(self, entry: Entry, *, undone: bool) -> None:
        """What is shown was worked out before this."""
        if self._stop is None and self._again and self._stands:
            self._meant = None
            what = f"something was {'taken back' if undone else 'made again'}"
            self._tell(Content.styled(f"{what}: {self._again} works it out anew", "dim"), "what it does")

    def action_save(self) -> None:
        """Keep the rule that is shown, or that is typed, under a name."""
        text = self.query_one("#rule", Input).value
        try:
            meant = self._meant if self._meant is not None else cleaning.typed(text, self._saved) if text else None
        except WrongUse as error:
            self._complain(str(error))
            return
        if meant is None or meant.rule is None:
            self.say("type a rule first; recipes have their names")
            return
        rule = meant.rule

        def answered(name: str | None) -> None:
            if name:
                self._save(name, rule.text)

        self.app.push_screen(Ask("Save the rule as", meant.name or "", detail=rule.text), answered)

    def _save(self, name: str, text: str) -> None:
        file = self.host.workspace.settings_file
        try:
            check_name(name)
        except WrongUse as error:
            self._complain(str(error))
            return

        def write() -> str:
            settings_module.save(file, "rules", name, text)
            return f"saved as {name} in {file}"

        self.host.decide(write)

    # How one goes about.

    def step_back(self) -> bool:
        if self._stop is not None:
            self._stop.set()
        elif self._types():
            self._focus("saved")
        else:
            return False
        return True

    def way_out(self) -> str:
        return "stop it" if self._stop is not None else "to the list" if self._types() else ""

    def _types(self) -> bool:
        """Whether letters are text, and not keys."""
        return self.focused is not None and self.focused.id == "rule"

    def _focus(self, name: str) -> None:
        """At once: what is typed next, however fast, belongs there."""
        self.set_focus(self.query_one(f"#{name}"))

    def action_type(self) -> None:
        self._focus("rule")

    def action_change(self) -> None:
        """Take the text of the saved rule into the line that one types in."""
        saved, field = self.query_one("#saved", Lines), self.query_one("#rule", Input)
        at = saved.highlighted
        sort, _, name = ((saved.get_option_at_index(at).id if at is not None else "") or "").partition(" ")
        if sort == "rule":
            field.value = self._saved[name]
            self._focus("rule")
        else:
            self.say("recipes are as they are; the steps of one may be typed as rules")

    def action_other_pane(self) -> None:
        self._focus("saved" if self._types() else "rule")

    def action_down(self) -> None:
        if self._types():
            self._focus("saved")
        else:
            self.query_one("#saved", Lines).action_cursor_down()

    def action_up(self) -> None:
        saved = self.query_one("#saved", Lines)
        if saved.highlighted:
            saved.action_cursor_up()
        else:
            self.action_type()

    def action_further(self) -> None:
        self.query_one("#does", VerticalScroll).scroll_page_down(animate=False)

    def action_nearer(self) -> None:
        self.query_one("#does", VerticalScroll).scroll_page_up(animate=False)
