"""The form of a new run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from anitui.errors import AnituiError
from anitui.screens.form import Entry, Form
from anitui.store.catalogue import Catalogue
from anitui.train import making, recipe
from anitui.train.guess import guess
from anitui.train.installed import MISSING, installed
from anitui.train.making import Plan, TrainOrder
from anitui.train.watching import Line
from anitui.words import count, duration

_FEW = 6  # splits that one goes through by arrows; of more the name is typed
_FIELDS: Sequence[Entry] = (
    Entry("task", "single: one name each; multi: several; embed: to compare with; detect: finding faces", "auto"),
    Entry("recipe", "how it is trained", recipe.USUAL),
    Entry("epochs", "how often it sees every picture; the recipe's where nothing is said"),
    Entry("minutes", "so long at most; alone, it trains for so long however many epochs that are"),
    Entry("device", "auto takes a GPU where there is one; else cpu, cuda, cuda:1", "auto"),
    Entry("name", "what it is called in the list"),
    Entry("with", "other settings of the recipe, such as: lr=0.02 batch=64 model=resnet50"),
)


class TrainForm(Form[TrainOrder]):
    """Asks for a run, and says what will be trained and about how long that takes."""

    leaving: ClassVar[str] = "Leave, and train nothing?"
    accepting: ClassVar[str] = "train"

    def __init__(self, catalogue: Catalogue, splits: Sequence[str], lines: Sequence[Line], first: str = "") -> None:
        super().__init__({"split": first or splits[0]} if first or len(splits) > _FEW else {})
        self._catalogue, self._splits, self._lines = catalogue, tuple(splits), lines
        self._plans: dict[str, Plan | str] = {}  # what an order comes to, or why it cannot be meant
        self._asked = ""

    def fields(self) -> Sequence[Entry]:
        choices = self._splits if len(self._splits) <= _FEW else ()
        split = Entry("split", "who is trained and measured with", self._splits[0], choices)
        made = {"task": ("auto", *making.TASKS), "recipe": tuple(recipe.names())}
        return [split, *(Entry(each.name, each.help, each.usual, made.get(each.name, ())) for each in _FIELDS)]

    def faults(self) -> dict[str, str]:
        if not installed():
            return {"": MISSING}
        try:
            order = self._order()
            recipe.load(order.recipe).changed(order.given, "with")
        except _Fault as fault:
            return {fault.field: str(fault)}
        except AnituiError as error:
            return {"with" if self._text("with") else "": str(error)}
        known = self._plans.get(repr(order))
        return {"": known} if isinstance(known, str) else {}

    def told(self) -> str:
        order = self._order()
        known = self._plans.get(repr(order))
        if isinstance(known, Plan):
            return self._in_words(known)
        self._ask(order)
        return "looking who is in it …"

    def made(self) -> TrainOrder:
        return self._order()

    def _ask(self, order: TrainOrder) -> None:
        """What it comes to is read in the catalogue, off the thread that draws."""
        key = repr(order)
        if key == self._asked:
            return
        self._asked = key

        def look() -> Plan | str:
            try:
                return making.plan(self._catalogue, order)
            except AnituiError as error:
                return str(error)

        async def run() -> None:
            self._plans[key] = await asyncio.to_thread(look)
            if self.is_attached:
                self.check()

        self.run_worker(run(), group="plan")

    def _in_words(self, plan: Plan) -> str:
        what = "faces" if plan.kind == "face" else "pictures"
        sizes = dict(plan.sizes)
        train = sizes.pop("train", 0)
        others = "".join(f", {part} {number:,}" for part, number in sizes.items() if number)
        trained = plan.recipe
        lines = [
            f"{plan.task}: {count(train, what[:-1], what)} of {count(len(plan.classes), 'class', 'classes')}{others}",
            f"{trained.model} at {trained.size} px, {self._long(plan, train)}",
            *plan.notes,
        ]
        return "\n".join(lines)

    def _long(self, plan: Plan, train: int) -> str:
        limit, epochs = duration(plan.recipe.minutes * 60), f"{plan.recipe.epochs:g} epochs"
        if not plan.recipe.epochs:
            return f"{limit} of training"
        found = guess(plan.recipe, train, plan.order.device, self._lines)
        if found is None:
            return f"{epochs}: how long that takes, it says after its first steps"
        if found.by_run is None:
            return f"{epochs}, or {limit} if that is sooner"
        going = f"going by run {found.by_run} ({found.rate:,.0f} images/s)"
        return f"{epochs}: about {duration(found.seconds).removeprefix('about ')}, {going}"

    # What was typed.

    def _text(self, name: str) -> str:
        usual = next(each.usual for each in self.fields() if each.name == name)
        return self.texts.get(name, "").strip() or usual

    def _number(self, name: str) -> float | None:
        text = self._text(name)
        if not text:
            return None
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise _Fault(name, "must be a number") from None
        if not number > 0:
            raise _Fault(name, "must be more than 0")
        return number

    def _order(self) -> TrainOrder:
        split = self._text("split")
        if split not in self._splits:
            near = ", ".join(each for each in self._splits if each.startswith(split))[:60]
            raise _Fault("split", f"there is no split {split}" + (f"; there are {near}" if near else ""))
        try:
            given: dict[str, Any] = recipe.said_otherwise(self._text("with").split())
        except AnituiError as error:
            raise _Fault("with", str(error)) from None
        epochs, minutes = self._number("epochs"), self._number("minutes")
        if epochs is not None:
            given["epochs"] = epochs
        if minutes is not None:
            given["minutes"] = minutes
            given.setdefault("epochs", 0.0)
        return TrainOrder(
            split, self._text("task"), self._text("recipe"), self._text("name"), self._text("device"), given
        )


class _Fault(Exception):
    """What is wrong with one field."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field
