"""Back and forth through the statements that were run, as a shell does it; what was being written is not lost."""

from __future__ import annotations

from anitui.store.console_history import History


class Recall:
    """Where one is in the history: 0 is what one was writing."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._back = 0
        self._draft = ""

    def go(self, by: int, written: str) -> str | None:
        """The statement so many steps further back; None when there is none."""
        statements = self.history.statements
        to = max(0, min(len(statements), self._back + by))
        if self._back == 0 and by > 0 and to and statements[-to] == written.strip() and to < len(statements):
            to += 1  # what was just run is still in the editor
        if to == self._back:
            return None
        if self._back == 0:
            self._draft = written
        self._back = to
        return statements[-to] if to else self._draft

    def reset(self) -> None:
        """Begin at the newest again."""
        self._back = 0
