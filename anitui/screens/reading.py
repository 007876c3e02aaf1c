"""A long query behind a screen: at most one at a time, and it can be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anitui.store.catalogue import Catalogue

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Reading:
    """The query that is being worked out, if there is one."""

    def __init__(self) -> None:
        self._cursor: DuckDBPyConnection | None = None

    def __bool__(self) -> bool:
        return self._cursor is not None

    def start(self, catalogue: Catalogue) -> DuckDBPyConnection:
        """A cursor for a new one; the one before is stopped."""
        self.stop()
        cursor = self._cursor = catalogue.cursor()
        return cursor

    def stop(self) -> bool:
        """Stop what is being worked out; what is shown stays. False when there was nothing."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            cursor.interrupt()
        return cursor is not None

    def done(self) -> None:
        """It has come to its end, one way or another."""
        self._cursor = None
