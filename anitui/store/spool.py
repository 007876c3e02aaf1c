"""The rows of one result, however many: the first in memory, the rest in Arrow files that are mapped back.

One thread adds; another may look at any rows that are there, at any time.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import unicodedata
import weakref
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anitui.errors import AnituiError

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

IN_MEMORY = 64 * 1024 * 1024
LEFT_FREE = 1024 * 1024 * 1024  # of the disk: a result must not take the room that the catalogue needs
SPILL = ".spill"  # the folder beside the catalogue where DuckDB puts what does not fit into memory, too
PREFIX = "rows-"
CELL = 300  # characters of a value that a grid may ask for; `row` gives all of it


class SpoolFull(AnituiError):
    """There is no room for more rows."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result: its name, and its type in DuckDB's words."""

    name: str
    type: str


class Spool:
    """Rows in the order in which they came. `close` takes the files away; so does the end of the process."""

    def __init__(
        self, schema: pyarrow.Schema, columns: tuple[Column, ...], folder: Path, *, in_memory: int = IN_MEMORY
    ) -> None:
        self.schema = _plain_schema(schema)
        self.columns = columns
        self._place = folder
        self._in_memory = in_memory
        self._folder: Path | None = None
        self._batches: list[pyarrow.RecordBatch] = []
        self._starts: list[int] = []
        self._rows = 0
        self._heavy: list[int] = []  # which batches are in memory
        self._bytes = 0
        self._text = Text(columns)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._rows

    @property
    def spilled(self) -> bool:
        """Whether part of it lies on the disk."""
        return self._folder is not None

    def add(self, batch: pyarrow.RecordBatch) -> None:
        """Put rows behind the others."""
        if not batch.num_rows:
            return
        batch = _plain(batch, self.schema)
        with self._lock:
            self._heavy.append(len(self._batches))
            self._batches.append(batch)
            self._starts.append(self._rows)
            self._rows += batch.num_rows
            self._bytes += batch.nbytes
        if self._bytes > self._in_memory:
            self._spill()

    def window(self, first: int, count: int) -> list[tuple[str | None, ...]]:
        """Some rows as text for a grid: a value's first characters, None for NULL."""
        return self._text.rows(self._slice(first, count), CELL)

    def row(self, index: int) -> dict[str, str | None]:
        """One row, each value as text in full."""
        values = self._text.rows(self._slice(index, 1), None)[0]
        return {column.name: value for column, value in zip(self.columns, values, strict=True)}

    def values(self, name: str, first: int, count: int) -> list[str | None]:
        """One column of some rows."""
        at = [column.name for column in self.columns].index(name)
        return [row[0] for row in self._text.select(self._slice(first, count), [f"c{at}::VARCHAR"])]

    def batches(self) -> Iterator[pyarrow.RecordBatch]:
        """All rows that are there now, in order; they stay readable when the spool is closed meanwhile."""
        return iter(list(self._batches))

    def close(self) -> None:
        """Forget the rows and take the files away."""
        with self._lock:
            self._batches, self._starts, self._heavy, self._rows, self._bytes = [], [], [], 0, 0
        self._text.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _slice(self, first: int, count: int) -> pyarrow.Table:
        import pyarrow

        pieces = []
        with self._lock:
            first, last = max(0, first), min(self._rows, first + count)
            at = bisect_right(self._starts, first) - 1
            while first < last:
                batch, start = self._batches[at], self._starts[at]
                piece = batch.slice(first - start, last - first)
                pieces.append(piece)
                first += piece.num_rows
                at += 1
        return pyarrow.Table.from_batches(pieces, self.schema)

    def _spill(self) -> None:
        """Write what is in memory into one file and map that file in its place."""
        import pyarrow

        if self._folder is None:
            self._place.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._place))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        if shutil.disk_usage(self._folder).free < LEFT_FREE + self._bytes:
            raise SpoolFull("the disk has no room for more rows; `anitui sql … -o FILE` keeps none of them")
        file = self._folder / f"{self._heavy[0]}.arrow"
        with pyarrow.OSFile(str(file), "wb") as sink, pyarrow.ipc.new_file(sink, self.schema) as writer:
            for index in self._heavy:
                writer.write_batch(self._batches[index])
        mapped = pyarrow.ipc.open_file(pyarrow.memory_map(str(file)))
        with self._lock:
            for at, index in enumerate(self._heavy):
                self._batches[index] = mapped.get_batch(at)
            self._heavy, self._bytes = [], 0


class Text:
    """Values as DuckDB writes them, by a small DuckDB of its own: lists, structs, dates beyond Python's, all alike."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self._columns = columns
        self._lock = threading.Lock()
        self._connection: DuckDBPyConnection | None = None

    def rows(self, table: pyarrow.Table, longest: int | None) -> list[tuple[str | None, ...]]:
        """The rows of a table as text, each value cut after `longest` characters."""
        values = [f"c{at}::VARCHAR" for at in range(len(self._columns))]
        if longest is not None:
            values = [f"left({value}, {longest})" for value in values]
        return self.select(table, values)

    def select(self, table: pyarrow.Table, expressions: list[str]) -> list[tuple[Any, ...]]:
        """Expressions over the rows of a table, whose columns are called c0, c1 and so on."""
        with self._lock:
            found: list[tuple[Any, ...]] = self._over(table, expressions).fetchall()
            return found

    def arrow(self, table: pyarrow.Table, expressions: list[str]) -> pyarrow.Table:
        """The same as an Arrow table."""
        with self._lock:
            return self._over(table, expressions).to_arrow_table()

    def _over(self, table: pyarrow.Table, expressions: list[str]) -> DuckDBPyRelation:
        import duckdb

        if self._connection is None:
            self._connection = duckdb.connect(":memory:", config={"threads": 1})
        table = table.rename_columns([f"c{at}" for at in range(table.num_columns)])
        return self._connection.from_arrow(table).project(", ".join(expressions))

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def remove_left_over(folder: Path) -> None:
    """Take away the rows of a process that was killed. Only one process holds a workspace, so all are left over."""
    for each in folder.glob(f"{PREFIX}*"):
        shutil.rmtree(each, ignore_errors=True)


def _plain_schema(schema: pyarrow.Schema) -> pyarrow.Schema:
    import pyarrow

    return pyarrow.schema(
        [
            pyarrow.field(each.name, each.type.value_type if pyarrow.types.is_dictionary(each.type) else each.type)
            for each in schema
        ]
    )


def _plain(batch: pyarrow.RecordBatch, schema: pyarrow.Schema) -> pyarrow.RecordBatch:
    """ENUMs as their texts: an Arrow file cannot hold batches with different dictionaries."""
    import pyarrow

    arrays = [each.dictionary_decode() if pyarrow.types.is_dictionary(each.type) else each for each in batch.columns]
    return pyarrow.record_batch(arrays, schema=schema)


_NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)")
_SIGNS = {code: chr(0x2400 + code) for code in range(32)} | {9: "⇥", 10: "↵", 13: "␍", 127: "␡"}
# Controls, and marks that turn the direction of writing, break the line or hide: a terminal would obey them.
_OBEYED = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def is_number(kind: str) -> bool:
    """Whether values of this type stand to the right."""
    return _NUMBERS.fullmatch(kind) is not None


def printable(text: str) -> str:
    """One line that does nothing to a terminal: a file's name may hold line ends and escape sequences."""
    text = text.translate(_SIGNS)
    if text.isprintable():
        return text
    return "".join(_escaped(each) if unicodedata.category(each) in _OBEYED else each for each in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()
