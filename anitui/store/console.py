"""Run what a person wrote in SQL: only reading, unless writing is allowed; bit by bit, so that it may be of any size.

Each run has a cursor of its own that is closed afterwards. Temporary tables, variables, USE and a broken transaction
end with it, and the one writer's connection never hears of them.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from anitui.errors import Stopped
from anitui.store.catalogue import Catalogue
from anitui.store.console_check import (
    Refused,
    SqlError,
    Statement,
    check_reading,
    check_writing,
    classify,
    explained,
    plan,
)
from anitui.store.spool import SPILL, Column, Spool, SpoolFull

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

    Batches: TypeAlias = Generator[pyarrow.RecordBatch, None, None]

__all__ = ["Answer", "Column", "Outcome", "Query", "Refused", "SqlError", "Stop", "Stopped", "answer", "classify"]

BATCH_ROWS = 8192

_PLANNED = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE_INTO"})
_COUNTED = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE_INTO", "COPY", "CREATE"})
# Types that Arrow has no place for, or that lose something on the way: they travel as text.
_AS_TEXT = re.compile(r"\b(UHUGEINT|BIT|BIGNUM|VARIANT|GEOMETRY|INTERVAL|UNION)\b|WITH TIME ZONE\b")
_KEPT = frozenset({"TIMESTAMP WITH TIME ZONE"})


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
        nagging = threading.Thread(target=self._nag, name="stop SQL", daemon=True)
        nagging.start()
        self._nagging = nagging

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
    batches: Batches = field(default_factory=lambda: _none())
    changed: int | None = None


def _none() -> Batches:
    yield from ()


@contextmanager
def answer(catalogue: Catalogue, text: str, *, write: bool = False, stop: Stop | None = None) -> Iterator[Answer]:
    """Run all statements of a text as one transaction and give the last one's rows while the block lasts.

    Reading: every statement is checked before the first runs, and the transaction is read-only and taken back.
    Writing: kept when the block ends well, taken back when it does not.
    """
    import duckdb

    stop = stop or Stop()
    cursor = catalogue.cursor()
    given = Answer()
    try:
        cursor.execute("SET errors_as_json = true")
        # A name that no table has must not find a variable of our own Python code.
        cursor.execute("SET python_enable_replacements = false")
        statements = classify(cursor, text)
        if not statements:
            raise SqlError("there is no statement to run")
        with catalogue.writing() if write else nullcontext():
            cursor.execute("BEGIN" if write else "BEGIN TRANSACTION READ ONLY")
            try:
                with stop.over(cursor):
                    if write:
                        check_writing(statements)
                    else:
                        check_reading(cursor, statements)
                    for each in statements:
                        _drain(given, stop)
                        stop.check()
                        _start(cursor, each, given, planned=not write)
                    yield given
                    if write:
                        _drain(given, stop)
                        stop.check()
            except BaseException:
                given.batches.close()
                with suppress(duckdb.Error):  # closing the cursor takes back as well
                    cursor.execute("ROLLBACK")
                raise
            given.batches.close()
            cursor.execute("COMMIT" if write else "ROLLBACK")
    except duckdb.InterruptException as error:
        raise Stopped("stopped") from error
    except duckdb.Error as error:
        raise explained(error, text) from error
    finally:
        cursor.close()


def _start(cursor: DuckDBPyConnection, statement: Statement, given: Answer, *, planned: bool) -> None:
    """Begin one statement: afterwards `given` has its columns and its rows, which are read bit by bit."""
    import duckdb

    given.columns, given.schema = (), None
    try:
        if statement.kind in _PLANNED and not planned:
            plan(cursor, statement, statement.start)  # for its errors, which have a place
        relation = cursor.sql(statement.parsed)  # only a relation gives its rows bit by bit
        columns = tuple(Column(*each) for each in zip(relation.columns, map(str, relation.types), strict=True))
        if [column.name for column in columns] in (["Count"], ["Success"]) and statement.kind != "SELECT":
            rows = relation.fetchall()
            if statement.kind in _COUNTED and rows:
                given.changed = (given.changed or 0) + int(rows[0][0])
            return
        if statement.kind == "EXPLAIN":
            columns = (Column("plan", "VARCHAR"),)
            relation = relation.project("unnest(string_split(trim(explain_value, chr(10)), chr(10))) AS plan")
        if any(_needs_text(column.type) for column in columns):
            relation = relation.project(", ".join(_as_text(at, column) for at, column in enumerate(columns, 1)))
        reader = relation.to_arrow_reader(BATCH_ROWS)
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise explained(error, statement.text, statement.start) from error
    given.columns, given.schema = columns, reader.schema
    given.batches = _read(reader, given, statement.kind in _COUNTED)


def _read(reader: pyarrow.RecordBatchReader, given: Answer, counted: bool) -> Batches:
    import pyarrow

    try:
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                return
            except (OSError, pyarrow.ArrowException) as error:  # Arrow's wrapping of what DuckDB says on the way
                if "INTERRUPT" in str(error):
                    raise Stopped("stopped") from error
                raise explained(error, "") from error
            if counted:  # RETURNING: a row for each that was changed
                given.changed = (given.changed or 0) + batch.num_rows
            yield batch
    finally:
        reader.close()
        del reader  # an open reader keeps the cursor from ending its transaction


def _drain(given: Answer, stop: Stop) -> None:
    for _ in given.batches:
        stop.check()


def _needs_text(kind: str) -> bool:
    return kind not in _KEPT and _AS_TEXT.search(kind) is not None


def _as_text(at: int, column: Column) -> str:
    name = '"' + column.name.replace('"', '""') + '"'
    return f"#{at}::VARCHAR AS {name}" if _needs_text(column.type) else f"#{at} AS {name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `stopped` says why there may be more rows than are kept, or is empty."""

    rows: int
    changed: int | None
    seconds: float
    stopped: str = ""


class Query:
    """One run for the screen: its rows gather in a spool that can be looked at meanwhile."""

    def __init__(self, catalogue: Catalogue, text: str, *, write: bool = False) -> None:
        self.text = text
        self.write = write
        self.spool: Spool | None = None
        self._catalogue = catalogue
        self._stop = Stop()

    def stop(self) -> None:
        """End it soon; what has come stays. From any thread."""
        self._stop.stop()

    def run(self, told: Callable[[], None] = lambda: None) -> Outcome:
        """Run to the end. `told` is called in this thread when the columns are known and after every few rows."""
        began = time.monotonic()
        changed: int | None = None
        stopped = ""
        try:
            with answer(self._catalogue, self.text, write=self.write, stop=self._stop) as given:
                if given.schema is not None:
                    self.spool = Spool(given.schema, given.columns, self._catalogue.path.parent / SPILL)
                    told()
                    for batch in given.batches:
                        self.spool.add(batch)
                        told()
                        self._stop.check()
            changed = given.changed
        except Stopped:
            stopped = "stopped"
            if self.write:
                stopped = "stopped, and nothing was changed"
        except SpoolFull as error:
            stopped = str(error)
        rows = len(self.spool) if self.spool is not None else 0
        return Outcome(rows, changed, time.monotonic() - began, stopped)
