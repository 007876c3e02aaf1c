"""Titles named by their numbers: `1`, `5-20`, or several in one text, with commas between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from anitui.errors import WrongUse

_RANGE = re.compile(r"(\d{1,8})(?:\s*[-–]\s*(\d{1,8}))?", re.ASCII)
_MOST = 200_000  # more than either site has, so that a slip of the finger is told


def ids_of(texts: Iterable[str]) -> tuple[int, ...]:
    """The numbers, each once, in the order in which they are named."""
    found: dict[int, None] = {}
    for part in _parts(texts):
        wrong = _wrong(part)
        if wrong:
            raise WrongUse(wrong)
        first, last = _ends(part)
        found.update(dict.fromkeys(range(first, last + 1)))
    return tuple(found)


def what_is_wrong(texts: Iterable[str]) -> str | None:
    """Why these are no numbers of titles, or None."""
    return next((wrong for part in _parts(texts) if (wrong := _wrong(part))), None)


def _parts(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (part for each in text.split(",") if (part := each.strip()))


def _ends(part: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(part)
    assert found is not None
    return int(found[1]), int(found[2] or found[1])


def _wrong(part: str) -> str | None:
    if not _RANGE.fullmatch(part):
        return f"ids: “{part[:40]}” is not a number such as 5, nor a range such as 5-20"
    first, last = _ends(part)
    if first < 1:
        return "ids: the numbers of titles begin at 1"
    if last < first:
        return f"ids: {part} is upside down: write {last}-{first}"
    return f"ids: {part} are too many titles" if last - first >= _MOST else None
