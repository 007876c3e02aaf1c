"""What files call somebody, as labels are kept; and which of their names are one label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import Problems, Sheet
from anitui.store import labels

ONE_LABEL = "names that differ only in capitals, or in how their accents are composed"
SEVERAL_LINES = "a name of several lines: taken as one"


@lru_cache(maxsize=8192)  # of millions of boxes, and of few characters
def tidy(name: str) -> str | None:
    """A name as it is kept, or None for what can be no label."""
    try:
        return labels.tidy(name)
    except WrongUse:
        return None


def same(name: str) -> str:
    """What names that are one label have in common."""
    return (tidy(name) or " ".join(name.split())).lower()


def tell_alike(sheets: Iterable[Sheet], problems: Problems) -> None:
    """Names that become one label, over all files of an import: nobody would see it in a list of what was taken."""
    written: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(each for sheet in sheets for each in _names(sheet)):
        kept = tidy(name)
        if kept is None:
            continue
        if len(name.strip().splitlines()) > 1:
            problems.notice(SEVERAL_LINES, kept[:60])
        # As it is written, but for spaces, which people do not see.
        written.setdefault(kept.lower(), {}).setdefault(" ".join(name.split()), kept)
    for spellings in written.values():
        if len(spellings) > 1:
            *others, last = dict.fromkeys(each[:60] for each in spellings.values())
            alike = f"{', '.join(others)} and {last} are" if others else f"{last}, written in {len(spellings)} ways, is"
            problems.notice(ONE_LABEL, f"{alike} one label here")


def _names(sheet: Sheet) -> Iterator[str]:
    yield from sheet.classes.values()
    yield from dict.fromkeys(each for each in sheet.label if each is not None)
    for _, values in (*sheet.said, *sheet.tags):
        yield str(values["label"])
