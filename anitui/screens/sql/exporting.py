"""Rows into a file: asks where, asks before it replaces one, and writes off the thread that draws."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from anitui import progress
from anitui.errors import AnituiError, Stopped
from anitui.screens.questions import AskPath, Confirm
from anitui.store.console_export import Exported, export, format_of
from anitui.store.spool import Spool
from anitui.words import count

if TYPE_CHECKING:
    from anitui.screens.sql.screen import SqlScreen

ENDINGS = "the ending says how: .csv, .json, .jsonl or .parquet"


class Exporting:
    """At most one export of one screen. `line` is how far it is, or empty."""

    def __init__(self, screen: SqlScreen) -> None:
        self._screen = screen
        self._stop: threading.Event | None = None
        self.line = ""

    @property
    def runs(self) -> bool:
        return self._stop is not None

    def stop(self) -> None:
        """End it soon; what was written of the file goes."""
        if self._stop is not None:
            self._stop.set()

    def ask(self, spool: Spool, *, still_coming: bool) -> None:
        """Ask for the file, and write the rows that are there now."""
        detail = f"{count(len(spool), 'row')}{' that have come so far' if still_coming else ''}; {ENDINGS}."

        def answered(path: str | None) -> None:
            if path:
                self._begin(spool, Path(path).expanduser())

        suggestion = str(self._screen.host.workspace.exports / "rows.csv")
        self._screen.host.push_screen(AskPath("Write the rows to which file?", suggestion, detail=detail), answered)

    def _begin(self, spool: Spool, target: Path, *, replace: bool = False) -> None:
        try:
            format_of(target)
        except AnituiError as error:
            self._screen.say(str(error), "error")
            return
        if target.exists() and not replace:

            def answered(yes: bool | None) -> None:
                if yes:
                    self._begin(spool, target, replace=True)

            self._screen.host.push_screen(Confirm(f"{target} is there already. Replace it?", "replace"), answered)
            return
        stop = self._stop = threading.Event()
        work = export(spool.batches(), spool.schema, spool.columns, target, total=len(spool), replace=replace)

        def told(event: progress.Event) -> None:
            if stop.is_set():
                raise Stopped("the export was stopped, and its unfinished file is gone")
            self.line = f"export · {event.done:,} of {count(event.total or 0, 'row')} · esc stops"
            self._screen.app.call_later(self._screen.tell)

        def write() -> Exported | Stopped:
            try:
                return progress.run(work, told)
            except Stopped as stopped:
                return stopped

        self._screen.off_thread(write, self._ended, group="sql-export", failed=self._over)

    def _ended(self, found: Exported | Stopped) -> None:
        self._over()
        if isinstance(found, Stopped):
            self._screen.say(str(found), "warning")
        else:
            self._screen.say(f"{count(found.rows, 'row')} written to {found.file}")

    def _over(self) -> None:
        self._stop, self.line = None, ""
        self._screen.tell()
