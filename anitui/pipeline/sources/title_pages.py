"""Going through a site title by title: what is gone is told and passed, what failed is left for the next run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from anitui.errors import AnituiError
from anitui.pipeline.fetched import NotFetched, Page
from anitui.pipeline.sources.kinds import Gone, Mark, Outside, Step

_MOST_IN_A_ROW = 5
_NOT_THERE = re.compile(r"\b(?:404|410|451)\b")


class NotThere(Exception):
    """The site has nothing by that number. Unless it is `certain`, the next run asks again."""

    def __init__(self, reason: str, *, certain: bool = True) -> None:
        super().__init__(reason)
        self.certain = certain


def ask(outside: Outside, url: str, pace: float) -> str:
    """The text of a page. Raises NotThere, or NotFetched."""
    try:
        return _text(outside.client.page(url, pace=pace))
    except NotFetched as error:
        if error.final and _NOT_THERE.search(error.reason):
            raise NotThere(error.reason) from None
        raise


def _text(page: Page) -> str:
    """As its header says it is written, and else as it says itself, which pages in Cyrillic may have to."""
    inside = re.search(rb"charset=[\"']?([\w-]+)", page.body[:2048])
    if inside and "charset" not in page.headers.get("content-type", ""):
        try:
            return page.body.decode(inside[1].decode("ascii"), "replace")
        except LookupError:
            return page.text
    return page.text


@dataclass
class Patience:
    """How many titles in a row a site did not answer for."""

    site: str
    outside: Outside
    failed: int = 0

    def of(self, gone: Gone, mark: Mark, all_of_it: Callable[[], Sequence[Step]]) -> Sequence[Step]:
        """All of one title and its mark; nothing where it must be tried again. `gone` is what it is if it is not there.

        Raises AnituiError when the site seems to answer no more.
        """
        try:
            found = [*all_of_it(), mark]
        except NotThere as error:
            found = [replace(gone, reason=str(error)), *([mark] if error.certain else [])]
        except NotFetched as error:
            self.failed += 1
            if self.failed >= _MOST_IN_A_ROW:
                raise AnituiError(
                    f"{self.site} does not answer ({error.reason}): what was done is kept, so run the job again later"
                ) from None
            self.outside.say(f"{gone.url} is left for the next run: {error.reason}")
            return []
        self.failed = 0
        return found
