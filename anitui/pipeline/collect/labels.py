"""Whether words name a label: as a word, in any case, under any of its names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Between the words of one name people put anything; scripts without spaces know no borders of words.
_BETWEEN = r"[\W_]+"
_NO_BORDERS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def names(words: str, label: str, aliases: Sequence[str] = ()) -> bool:
    """Whether `words` name the label or one of its aliases."""
    folded = _folded(words)
    return any(pattern.search(folded) for pattern in _patterns((label, *aliases)))


@lru_cache(maxsize=1024)
def _patterns(labels: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_pattern(_folded(label))) for label in labels if label.strip())


def _pattern(label: str) -> str:
    parts = re.split(r"[\s_\-]+", label.strip())
    middle = _BETWEEN.join(re.escape(part) for part in parts if part)
    # An underscore parts words, too: "cocoa_01.png".
    before = "" if _NO_BORDERS.match(label) else r"(?<![^\W_])"
    after = "" if _NO_BORDERS.match(label[-1]) else r"(?![^\W_])"
    return f"{before}{middle}{after}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
