"""The form of a new split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from anitui.errors import WrongUse
from anitui.pipeline.splitting.order import RULES, SplitOrder, ready
from anitui.screens.form import Entry, Form
from anitui.store import face_filters, filters
from anitui.store.labels import CHARACTERS

_FIELDS: Sequence[Entry] = (
    Entry("name", "what it is called; it is frozen under this name", "main"),
    Entry("of", "what is dealt: faces by their names, or whole pictures by their tags", "faces", ("faces", "images")),
    Entry("rule", "dafre: sure faces that are alone; zaci: characters of the test are in no training", "plain", RULES),
    Entry("train", "its share; what is not said of the three is what is left"),
    Entry("val", "its share"),
    Entry("test", "its share, such as .2 or 20"),
    Entry("folds", "so many splits instead, each fold once for validation"),
    Entry("filter", "only these, such as by:person score>0.8"),
    Entry("set", "by the labels of which set", CHARACTERS),
    Entry("at least", "labels with fewer are left out"),
    Entry("at most", "of labels with more so many are drawn"),
    Entry("near", "so many bits of the dhash may differ, and two stay together; -1: verdicts only", "7"),
    Entry("together", "what else stays together: title, author, folder, …; with commas between"),
    Entry("sources", "whether posts, albums and pages stay together", "yes", ("yes", "no")),
    Entry("names", "how files' names tell the picture they were cut from: auto, none, or a pattern with ( )", "auto"),
    Entry("pile", "so many pictures of one post or album, and it is no source any more", "100"),
    Entry("seed", "another one deals otherwise", "7"),
)
_SHARES = ("train", "val", "test")


class SplitForm(Form[SplitOrder]):
    """Asks for a split."""

    leaving: ClassVar[str] = "Leave, and make no split?"
    accepting: ClassVar[str] = "make it"

    def __init__(self, name: str, label_set: str = CHARACTERS) -> None:
        super().__init__({"name": name, **({"set": label_set} if label_set != CHARACTERS else {})})

    def fields(self) -> Sequence[Entry]:
        return _FIELDS

    def faults(self) -> dict[str, str]:
        try:
            self._order()
        except _Fault as fault:
            return {fault.field: str(fault)}
        return {}

    def told(self) -> str:
        order = self._order()
        shares = " · ".join(f"{part} {share:.0%}" for part, share in zip(_SHARES, order.shares, strict=True) if share)
        what = "faces" if order.kind == "face" else "pictures"
        folds = f", {order.folds} folds of train" if order.folds else ""
        near = f"near-duplicates up to {order.near} bits stay together" if order.near >= 0 else "only verdicts count"
        return f"{what} of {order.label_set}: {shares}{folds}; {near}"

    def made(self) -> SplitOrder:
        return self._order()

    def _text(self, name: str) -> str:
        usual = next(each.usual for each in _FIELDS if each.name == name)
        return self.texts.get(name, "").strip() or usual

    def _number(self, name: str, read: Callable[[str], Any]) -> Any:
        text = self._text(name)
        if not text:
            return None
        try:
            return read(text.replace(",", ".").rstrip("%"))
        except ValueError:
            raise _Fault(name, "must be a number") from None

    def _order(self) -> SplitOrder:
        kind = "face" if self._text("of") == "faces" else "image"
        label_set, query = self._text("set"), self._text("filter")
        try:
            filters.parse(query, face_filters.grammar(label_set) if kind == "face" else None)
        except WrongUse as error:
            raise _Fault("filter", str(error)) from None
        order = SplitOrder(
            self._text("name"), kind, label_set, query, self._text("rule"),
            self._number("train", float), self._number("val", float), self._number("test", float),
            names=self._text("names"),
            sources=self._text("sources") == "yes",
            together=tuple(each.strip() for each in self._text("together").split(",") if each.strip()),
        )  # fmt: skip
        numbers = {"folds": "folds", "most": "at most", "near": "near", "largest": "pile", "seed": "seed"}
        given = {field: self._number(name, int) for field, name in numbers.items()}
        order = replace(order, **{field: value for field, value in given.items() if value is not None})
        order = replace(order, least=self._number("at least", int))
        try:
            return ready(order)
        except WrongUse as error:
            raise _Fault("", str(error)) from None


class _Fault(Exception):
    """What is wrong with one field, or (with "") with all of it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field
