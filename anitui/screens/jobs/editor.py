"""The form of a job: its kind, its fields with what they are for, and what is wrong with each as one types."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Select, Static

from anitui.errors import AnituiError
from anitui.pipeline.collect import specs
from anitui.pipeline.collect.specs import COMMON, JobSpec
from anitui.pipeline.sources import registry
from anitui.pipeline.sources.kinds import Field
from anitui.screens.questions import Confirm, Question

_FIRST = "comment_links"


class JobEditor(Question[JobSpec | None]):
    """Make a job, or one like another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", show=False),
        Binding("escape", "leave", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    JobEditor {
        align: center middle;
        & > #form { width: 100; max-width: 100%; height: 95%; padding: 0 1; }
        & > #form { background: $surface; border: round $primary; }
        & Select { height: 3; }
        & #fields { height: 1fr; }
        & .field { height: auto; }
        & .name { width: 14; text-style: bold; }
        & Input { width: 1fr; border: none; height: 1; padding: 0 1; background: $panel; }
        & Input:focus { border: none; background: $boost; text-style: underline; }
        & .help { height: auto; margin: 0 0 0 14; color: $text-muted; }
        & .help.-wrong { color: $error; }
        & #told { height: auto; max-height: 3; padding: 1 0 0 0; }
    }
    """

    def __init__(self, spec: JobSpec | None = None) -> None:
        super().__init__()
        self._type = spec.type if spec is not None else _FIRST
        self._texts = specs.to_texts(spec) if spec is not None else {}
        self._began = dict(self._texts)

    def compose(self) -> ComposeResult:
        kinds = sorted(registry.kinds().values(), key=lambda kind: kind.title)
        with Vertical(id="form"):
            yield Select([(kind.title, kind.type) for kind in kinds], value=self._type, allow_blank=False, id="kind")
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._fields()
            yield Static(id="told")
            yield Static(Text("ctrl+s keep it   esc leave   tab next field", style="dim"))

    def on_mount(self) -> None:
        self.query(Input).first().focus()
        self._check()

    async def on_select_changed(self, event: Select.Changed) -> None:
        if event.value == self._type or not isinstance(event.value, str):
            return
        self._type = event.value
        fields = self.query_one("#fields")
        await fields.remove_children()
        await fields.mount_all(list(self._fields()))
        self._check()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.name is not None:
            self._texts[event.input.name] = event.value
            self._check()

    def on_input_submitted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        """Keep the job, where nothing is wrong with it; else go to what is."""
        faults = self._check()
        if not faults:
            try:
                self.dismiss(specs.from_texts(self._type, self._texts))
            except AnituiError as error:
                self._tell(str(error), wrong=True)
            return
        for field in self.query(Input):
            if field.name in faults:
                field.focus()
                return

    def action_leave(self) -> None:
        """Leave; what was typed is lost, so that is asked about."""
        typed = {name: text for name, text in self._texts.items() if text.strip()}
        if typed == {name: text for name, text in self._began.items() if text.strip()}:
            self.dismiss(None)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        self.app.push_screen(Confirm("Leave the job as it was?", "leave", "What was typed here is lost."), answered)

    def _fields(self) -> list[Vertical]:
        return [self._field(each) for each in (*registry.kind(self._type).fields, *COMMON)]

    def _field(self, of: Field) -> Vertical:
        typed = Input(self._texts.get(of.name, ""), name=of.name, placeholder=_usual(of), select_on_focus=False)
        line = Horizontal(Static(of.name, classes="name"), typed, classes="field")
        return Vertical(line, Static(Text(of.help), classes="help", name=of.name), classes="field")

    def _check(self) -> dict[str, str]:
        """Say beside each field what is wrong with it, and below all what the job is."""
        faults = specs.faults(self._type, self._texts)
        fields = {each.name: each for each in (*registry.kind(self._type).fields, *COMMON)}
        for help_ in self.query(".help").results(Static):
            name = help_.name or ""
            # What is needed and not yet typed is no fault of the person's.
            wrong = name in faults and bool(self._texts.get(name, "").strip())
            help_.set_class(wrong, "-wrong")
            if name in fields:
                help_.update(Text(f"✗ {faults[name]}" if wrong else _helped(fields[name])))
        if faults:
            mend = [name for name in faults if name and self._texts.get(name, "").strip()]
            needed = [name for name in faults if name and name not in mend]
            told = [f"{what}: {', '.join(of)}" for what, of in (("wrong", mend), ("still needed", needed)) if of]
            self._tell(faults.get("") or " · ".join(told), wrong="" in faults)
        else:
            self._tell(specs.from_texts(self._type, self._texts).told())
        return faults

    def _tell(self, text: str, *, wrong: bool = False) -> None:
        self.query_one("#told", Static).update(Text(f"✗ {text}" if wrong else text, style="bold"))


def _helped(of: Field) -> str:
    choices = f" ({', '.join(of.choices)})" if of.choices else ""
    return f"{of.help}{' (needed)' if of.required else ''}{choices}"


def _usual(of: Field) -> str:
    if of.kind == "flag":
        return "yes" if of.default else "no"
    if of.kind == "date":
        return "2021-03-02"
    return "" if of.default is None else str(of.default)
