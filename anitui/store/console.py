"""Run what a person wrote in SQL: only reading, unless writing is allowed; bit by bit, so that it may be of any size.

Each run has a cursor of its own that is closed afterwards. Temporary tables, variables, USE and a broken transaction
end with it, and the one writer's connection never hears of them.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from anitui.errors import AnituiError
from anitui.store.catalogue import Catalogue
from anitui.store.console_check import Refused, SqlError, Statement, check_reading, check_writing, classify, explained, plan
from anitui.store.spool import Column, Spool, SpoolFull

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

__all__ = ["Answer", "Column", "Outcome", "Query", "Refused", "SqlError", "Stop", "Stopped", "answer", "classify"]

BATCH_ROWS = 8192

_COUNTED = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE_INTO", "COPY", "CREATE"})
# Types that Arrow has no place for, or that lose something on the way: they travel as text.
_AS_TEXT = re.compile(r"\bUHUGEINT\b|\bBIT\b|WITH TIME ZONE\b|\bBIGNUM\b|\bVARIANT\b|\bGEOMETRY\b|\bINTERVAL\b|\bUNION\b")
_KEPT = frozenset({"TIMESTAMP WITH TIME ZONE", "INTERVAL"})


class Stopped(AnituiError):
    """The person stopped the statement; nothing is wrong."""

    exit_code = 130


class Stop:
    """A way to stop a statement from another thread. It stays stopped, whenever it was asked."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._over = threading.Event()
        self._cursor: DuckDBPyConnection | None = None
        self._nagging: threading.Thread | None = None

    def stop(self) -> None:
        """Ask once; what runs ends within a moment."""
        if self.asked.is_set():
            return
        self.asked.set()
        # An interrupt between two statements is lost on DuckDB, so it is repeated until the end is told.
        self._nagging = threading.Thread(target=self._nag, name="stop SQL", daemon=True)
        self._nagging.start()

    def _nag(self) -> None:
        while not self._over.is_set():
            cursor = self._cursor
            if cursor is not None:
                cursor.interrupt()
            self._over.wait(0.05)

    @contextmanager
    def over(self, cursor: DuckDBPyConnection) -> Iterator[None]:
        """Stop this cursor's statements while the block lasts."""
        self._cursor = cursor
        try:
            yield
        finally:
            self._cursor = None
            self._over.set()
            if self._nagging is not None:
                self._nagging.join()

    def check(self) -> None:
        if self.asked.is_set():
            raise Stopped("stopped")


@dataclass(slots=True)
class Answer:
    """The rows of the last statement, to be read once, and how many rows all statements changed."""

    columns: tuple[Column, ...] = ()
    schema: pyarrow.Schema | None = None
    batches: Iterator[pyarrow.RecordBatch] = field(default_factory=lambda: iter(()))
    changed: int | None = None


@contextmanager
def answer(catalogue: Catalogue, text: str, *, write: bool = False, stop: Stop | None = None) -> Iterator[Answer]:
    """Run all statements of a text as one transaction and give the last one's rows while the block lasts.

    Reading: every statement is checked before the first runs, and the transaction is read-only and taken back.
    Writing: kept when the block ends well, taken back when it does not.
    """
    import duckdb

    stop = stop or Stop()
    cursor = catalogue.cursor()
    with catalogue.writing() if write else nullcontext(), stop.over(cursor):
        try:
            cursor.execute("SET errors_as_json = true")
            # A name that no table has must not find a variable of our own Python code.
            cursor.execute("SET python_enable_replacements = false")
            statements = classify(cursor, text)
            if not statements:
                raise SqlError("there is no statement to run")
            cursor.execute("BEGIN" if write else "BEGIN TRANSACTION READ ONLY")
            try:
                (check_writing(statements) if write else check_reading(cursor, statements))
                given = Answer()
                for each in statements[:-1]:
                    _drain(_run(cursor, each, given, stop))
                given.batches = _run(cursor, statements[-1], given, stop)
                given.columns, given.schema = (), None
                _first(given)
                yield given
                if write:
                    _drain(given.batches)
                    stop.check()
            except BaseException:
                _close(given_batches(locals().get("given")))
                _end(cursor, "ROLLBACK")
                raise
            _close(given.batches)
            _end(cursor, "COMMIT" if write else "ROLLBACK")
        except duckdb.InterruptException as error:
            raise Stopped("stopped") from error
        except duckdb.Error as error:
            raise explained(error, text) from error
        finally:
            cursor.close()
