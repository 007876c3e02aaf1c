"""What pictures are called in label files that have not named them yet: so that an import finds each of them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from anitui.pipeline.label_files.model import LabelFormat
from anitui.pipeline.label_files.pictures import ENDINGS, parts_of
from anitui.store import picture_names
from anitui.store.catalogue import Catalogue

NOT_TOLD_APART = (
    "the names of pictures that no folder tells apart: they are called by their numbers, and no import finds them"
)


class Names:
    """Names for pictures, each once in each file.

    A picture is called as another label file has it, else by the end of the path that it was seen under: the shortest
    that no other picture of the catalogue has, for that is how an import looks for it.
    """

    def __init__(
        self, catalogue: Catalogue, form: LabelFormat, rows: Sequence[dict[str, Any]], lost: Callable[[str], None]
    ) -> None:
        self._form = form
        self._lost = lost
        self._file_of = form.file_of or (lambda name: name)
        self._used = {row["name"].replace("\\", "/") for row in rows if row["name"]}
        spots = {spot for row in rows for spot in _spots(row)}
        ordered = sorted(spots)
        depths = picture_names.told_apart(catalogue, ordered, by_stem=form.by_stem)
        self._depths = dict(zip(ordered, depths, strict=True))

    def of(self, row: dict[str, Any]) -> str:
        """What a picture is called that the file has not named, or under a name that another one has there."""
        name = next((each for each in self._candidates(row) if self._file_of(each) not in self._used), None)
        if name is None:
            self._lost(NOT_TOLD_APART)
            name = self._numbered(row)
        self._used.add(self._file_of(name))
        return name.replace("/", "\\") if self._form.backslashes else name

    def _candidates(self, row: dict[str, Any]) -> Iterator[str]:
        for spot in _spots(row):
            least = self._depths[spot]
            if least is None:
                continue
            parts = spot.split("/")
            # What another file calls it is taken as it stands there.
            for deep in (len(parts),) if spot == _called(row) else range(least, len(parts) + 1):
                name = "/".join(parts[-deep:])
                if parts_of(name) == tuple(parts[-deep:]):
                    yield name

    def _numbered(self, row: dict[str, Any]) -> str:
        """By its number; and on, where some other picture is called so."""
        stem, dot, ending = next(_spots(row)).rpartition("/")[2].rpartition(".")
        mark = f"_{row['image_id']}"
        name = f"{stem}{mark}{dot}{ending}"
        while self._file_of(name) in self._used:
            name = f"{name.removesuffix(dot + ending)}{mark}{dot}{ending}"
        return name


def _called(row: dict[str, Any]) -> str | None:
    return None if row["called"] is None else row["called"].replace("\\", "/")


def _spots(row: dict[str, Any]) -> Iterator[str]:
    """The paths that a picture may be called by, the likeliest first: another file's, where it was seen, its own."""
    if (called := _called(row)) is not None:
        yield called
    seen = row["seen"] or ""
    if re.match("https?://", seen):
        seen = re.sub("[?#].*", "", seen)
    seen = seen.replace("\\", "/")
    if seen.lower().endswith(ENDINGS) and seen.rpartition("/")[2].isprintable():
        yield seen
    yield Path(row["path"]).as_posix()
