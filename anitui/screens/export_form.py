"""The form of an export: where to, in which format, of whom, and how the pictures are to be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.export.order import IMAGE_FORMATS, LINKS, PICTURES, DatasetOrder
from anitui.pipeline.export.registry import FORMATS
from anitui.screens.form import Entry, Form
from anitui.store import face_filters, filters
from anitui.store.labels import CHARACTERS

EVERYBODY = "all named faces"
_USUAL = "as usual"


class ExportForm(Form[DatasetOrder]):
    """Asks for an export of a data set."""

    leaving: ClassVar[str] = "Leave, and export nothing?"
    accepting: ClassVar[str] = "export"

    def __init__(self, splits: Sequence[str], split: str | None, folder: Path) -> None:
        self._splits = splits
        self._folder = folder
        chosen = split if split is not None and split in splits else EVERYBODY
        super().__init__({"of": chosen, "to": str(folder / (split or "faces"))})

    def fields(self) -> Sequence[Entry]:
        return (
            Entry("to", "a folder; it appears whole or not at all, and once more only what changed is written"),
            Entry("format", "what reads it", "imagefolder", tuple(FORMATS)),
            Entry("of", "of which split", EVERYBODY, (EVERYBODY, *self._splits)),
            Entry("pictures", "crops of faces, whole pictures, or only where they lie", _USUAL, (_USUAL, *PICTURES)),
            Entry("size", "pixels of a crop's longer side, 224; of whole pictures the most that they may be"),
            Entry("save as", "same: as they are, where that is possible", _USUAL, (_USUAL, *IMAGE_FORMATS)),
            Entry("quality", "of JPEG and WebP", "90"),
            Entry("link", "where no byte changes: another name of the same file takes no room", "copy", LINKS),
            Entry("fix sizes", "as LAP: none too large, too heavy or too small", "no", ("no", "yes")),
            Entry("labels", "as they are now, or as they were when the split was made", "now", ("now", "frozen")),
            Entry("filter", "of all named faces only these, such as by:person"),
            Entry("set", "of all named faces the labels of which set", CHARACTERS),
        )

    def faults(self) -> dict[str, str]:
        faults: dict[str, str] = {}
        to = self._text("to")
        if not to:
            faults["to"] = "name a folder"
        elif Path(to).expanduser().is_file():
            faults["to"] = "this is a file: name a folder"
        for name, most in (("size", 20_000), ("quality", 100)):
            text = self._text(name)
            if text and not (text.isdecimal() and 1 <= int(text) <= most):
                faults[name] = f"must be a whole number from 1 to {most:,}"
        if self._split is not None and self._text("filter"):
            faults["filter"] = "a split has its members already"
        try:
            filters.parse(self._text("filter"), face_filters.grammar(self._text("set") or CHARACTERS))
        except WrongUse as error:
            faults["filter"] = str(error)
        return faults

    def told(self) -> str:
        order = self.made()
        whom = f"the split {order.split}" if order.split else EVERYBODY
        there = " (there is something: only what changed is written)" if order.destination.exists() else ""
        return f"{whom} as {FORMATS[order.format].called} to {order.destination}{there}"

    def made(self) -> DatasetOrder:
        def chosen(name: str, usual: str) -> str | None:
            text = self._text(name) or usual
            return None if text in (_USUAL, "") else text

        size = self._text("size")
        split = self._split
        order = DatasetOrder(
            Path(self._text("to")).expanduser().absolute(),
            self._text("format") or "imagefolder",
            split,
            self._text("filter"),
            None if split is not None else self._text("set") or CHARACTERS,
            as_frozen=self._text("labels") == "frozen",
            pictures=chosen("pictures", _USUAL),
            size=int(size) if size else None,
            image_format=chosen("save as", _USUAL),
            quality=int(self._text("quality") or 90),
            link=self._text("link") or "copy",
            fix_sizes=self._text("fix sizes") == "yes",
        )
        if order.as_frozen and split is None:
            raise AnituiError("labels as they were are those of a split: choose one")
        return order

    @property
    def _split(self) -> str | None:
        of = self._text("of")
        return of if of in self._splits else None

    def _text(self, name: str) -> str:
        return self.texts.get(name, "").strip()
