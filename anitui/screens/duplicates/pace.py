"""How fast one decides, and how long the rest will take at that."""

from __future__ import annotations

import time
from collections import deque
from statistics import median

from anitui.words import duration

_LATEST = 25
_ENOUGH = 5


class Pace:
    """The seconds between decisions of this sitting."""

    def __init__(self) -> None:
        self._before = time.monotonic()
        self._seconds: deque[float] = deque(maxlen=_LATEST)

    def decided(self) -> None:
        """A decision was made now."""
        now = time.monotonic()
        self._seconds.append(now - self._before)
        self._before = now

    def rest(self, pairs: int) -> str:
        """How long so many pairs take, in words; nothing before there is something to go by."""
        if len(self._seconds) < _ENOUGH or not pairs:
            return ""
        return duration(median(self._seconds) * pairs)
