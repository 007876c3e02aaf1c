"""The form of a job: its kind, its fields with what they are for, and what is wrong with each as one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Select

from anitui.pipeline.collect import specs
from anitui.pipeline.collect.specs import COMMON, JobSpec
from anitui.pipeline.sources import registry
from anitui.pipeline.sources.kinds import Field
from anitui.screens.form import Entry, Form

_FIRST = "comment_links"


class JobEditor(Form[JobSpec]):
    """Make a job, or one like another."""

    DEFAULT_CSS = "JobEditor Select { height: 3; }"
    leaving: ClassVar[str] = "Leave the job as it was?"
    accepting: ClassVar[str] = "keep it"

    def __init__(self, spec: JobSpec | None = None) -> None:
        self._type = spec.type if spec is not None else _FIRST
        super().__init__(specs.to_texts(spec) if spec is not None else {})

    def head(self) -> ComposeResult:
        kinds = sorted(registry.kinds().values(), key=lambda kind: kind.title)
        yield Select([(kind.title, kind.type) for kind in kinds], value=self._type, allow_blank=False, id="kind")

    async def on_select_changed(self, event: Select.Changed) -> None:
        if event.value == self._type or not isinstance(event.value, str):
            return
        self._type = event.value
        await self.draw_again()

    def fields(self) -> Sequence[Entry]:
        return [Entry(each.name, _helped(each), _usual(each)) for each in (*registry.kind(self._type).fields, *COMMON)]

    def faults(self) -> dict[str, str]:
        return specs.faults(self._type, self.texts)

    def told(self) -> str:
        return specs.from_texts(self._type, self.texts).told()

    def made(self) -> JobSpec:
        return specs.from_texts(self._type, self.texts)


def _helped(of: Field) -> str:
    choices = f" ({', '.join(of.choices)})" if of.choices else ""
    return f"{of.help}{' (needed)' if of.required else ''}{choices}"


def _usual(of: Field) -> str:
    if of.kind == "flag":
        return "yes" if of.default else "no"
    if of.kind == "date":
        return "2021-03-02"
    return "" if of.default is None else str(of.default)
