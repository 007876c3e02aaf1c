"""The terminal as it is written to, which may go away at any moment."""

from __future__ import annotations

from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class UntilGone:
    """A terminal's file; what is written to it after the terminal has gone is dropped.

    Textual's writing thread would end with an error there, and the app would then wait without end for its full
    queue: a process that nobody sees and that holds the workspace.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        try:
            return self._file.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


class TerminalDriver(LinuxDriver):
    """Textual's own driver over a terminal that may go away."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is not None:
            self._file = cast("TextIOWrapper", UntilGone(self._file))
