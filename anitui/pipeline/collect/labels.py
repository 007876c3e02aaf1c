"""Whether words name a label: as a word, in any case, under any of its names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Between the words of one name people put anything; scripts without spaces know no borders of words.
_BETWEEN = r"[\W_]+"
_UNBORDERED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_NO_BORDERS = re.compile(f"[{_UNBORDERED}]")
_WORD = rf"(?![{_UNBORDERED}])[^\W_]"  # an underscore parts words, too ("cocoa_01.png"), and so does another script
_APOSTROPHES = str.maketrans("\u2019\u2018\u02bc", "'''")


def names(words: str, label: str, aliases: Sequence[str] = ()) -> bool:
    """Whether `words` name the label or one of its aliases."""
    folded = _folded(words)
    return any(pattern.search(folded) for pattern in _patterns((label, *aliases)))


@lru_cache(maxsize=1024)
def _patterns(labels: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_pattern(_folded(label))) for label in labels if label.strip())


def _pattern(label: str) -> str:
    parts = [part for part in re.split(r"[\s_\-]+", label) if part] or [label.strip()]
    before = "" if _NO_BORDERS.match(parts[0]) else f"(?<!{_WORD})"
    after = "" if _NO_BORDERS.match(parts[-1][-1]) else f"(?!{_WORD})"
    return before + _BETWEEN.join(map(re.escape, parts)) + after


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_APOSTROPHES)
