"""Write a result to a file, a few thousand rows at a time: CSV, JSON (an array, or a line each) or Parquet."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from anitui.errors import AnituiError, WrongUse
from anitui.files import sync_folder, unfinished_name
from anitui.progress import Event, Work
from anitui.store.spool import Column, Text, is_number

if TYPE_CHECKING:
    import pyarrow

ENDINGS = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
FORMATS = ("csv", "json", "jsonl", "parquet")

_ODD_NUMBER = re.compile(r"-?\b(?:nan|inf(?:inity)?)\b", re.IGNORECASE)
_TEXT_OR_ODD_NUMBER = re.compile(rf'"(?:[^"\\]|\\.)*"|{_ODD_NUMBER.pattern}', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    file: Path
    rows: int
    format: str


class Encoder(Protocol):
    """Rows as bytes, bit by bit."""

    def head(self) -> bytes: ...

    def rows(self, batch: pyarrow.RecordBatch) -> bytes: ...

    def tail(self) -> bytes: ...


def format_of(target: Path, given: str | None = None) -> str:
    """The format that was asked for, or the one that the file's ending names."""
    if given is not None:
        return given
    found = ENDINGS.get(target.suffix.lower())
    if found is None:
        known = ", ".join(ENDINGS)
        raise WrongUse(f"{target.name} does not say in which format: end it in one of {known}, or name the format")
    return found


def export(
    batches: Iterable[pyarrow.RecordBatch],
    schema: pyarrow.Schema,
    columns: tuple[Column, ...],
    target: Path,
    format: str | None = None,
    *,
    total: int | None = None,
    replace: bool = False,
) -> Work[Exported]:
    """Write all rows under an unfinished name, then give the file its own. A file that is there is kept, unless told.

    Closing the generator takes what was written away.
    """
    chosen = format_of(target, format)
    if target.exists() and not replace:
        raise WrongUse(f"{target} is there already: choose another name, or allow it to be replaced (--force)")
    part = unfinished_name(target)
    done = 0
    try:
        with part.open("wb") as file:
            writer = _Parquet(file, schema, columns) if chosen == "parquet" else _Stream(file, encoder(chosen, columns))
            for batch in batches:
                writer.write(batch)
                done += batch.num_rows
                yield Event("export", done, total)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        if replace:
            part.replace(target)
        else:
            _name_only_if_free(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise AnituiError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Exported(target, done, chosen)


def encoder(format: str, columns: tuple[Column, ...]) -> Encoder:
    """What turns rows into bytes of a text format."""
    if format == "csv":
        return Csv(columns)
    if format in ("json", "jsonl"):
        return Json(columns, lines=format == "jsonl")
    raise WrongUse(f"there is no format {format!r}; there are {', '.join(FORMATS)}")


class Csv:
    """Numbers bare, all else in quotes; NULL is an empty field without quotes, an empty text one with."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self._columns = columns
        self._text = Text(columns)

    def head(self) -> bytes:
        return (",".join('"' + column.name.replace('"', '""') + '"' for column in self._columns) + "\n").encode()

    def rows(self, batch: pyarrow.RecordBatch) -> bytes:
        import pyarrow
        from pyarrow import csv

        values = [
            f"c{at}" if is_number(column.type) or column.type == "BOOLEAN" else f"c{at}::VARCHAR"
            for at, column in enumerate(self._columns)
        ]
        table = self._text.arrow(pyarrow.Table.from_batches([batch]), values)
        out = io.BytesIO()
        csv.write_csv(table, out, csv.WriteOptions(include_header=False))
        return out.getvalue()

    def tail(self) -> bytes:
        self._text.close()
        return b""


class Json:
    """Lists and structs as JSON's own; what JSON has no number for (infinity, not-a-number) is null."""

    def __init__(self, columns: tuple[Column, ...], *, lines: bool) -> None:
        self._lines = lines
        self._any = False
        self._text = Text(columns)
        names = unlike(column.name for column in columns)
        values = [
            f"{_literal(name)}: {_json_value(at, each)}"
            for at, (name, each) in enumerate(zip(names, columns, strict=True))
        ]
        self._expression = "to_json({" + ", ".join(values) + "})::VARCHAR"

    def head(self) -> bytes:
        return b"" if self._lines else b"["

    def rows(self, batch: pyarrow.RecordBatch) -> bytes:
        import pyarrow

        found = self._text.select(pyarrow.Table.from_batches([batch]), [self._expression])
        if not found:
            return b""
        rows = [_without_odd_numbers(row) for (row,) in found]
        if self._lines:
            return "".join(f"{row}\n" for row in rows).encode()
        between = ",\n" if self._any else "\n"
        self._any = True
        return (between + ",\n".join(rows)).encode()

    def tail(self) -> bytes:
        self._text.close()
        return b"" if self._lines else b"\n]\n"


class _Stream:
    def __init__(self, file: IO[bytes], encoder: Encoder) -> None:
        self._file, self._encoder = file, encoder
        file.write(encoder.head())

    def write(self, batch: pyarrow.RecordBatch) -> None:
        self._file.write(self._encoder.rows(batch))

    def finish(self) -> None:
        self._file.write(self._encoder.tail())


class _Parquet:
    """Types that Parquet has none for (intervals, unions) become text."""

    def __init__(self, file: IO[bytes], schema: pyarrow.Schema, columns: tuple[Column, ...]) -> None:
        import pyarrow
        from pyarrow import parquet

        names = unlike(column.name for column in columns)
        self._odd = [_unknown_to_parquet(each.type) for each in schema]
        kinds = [pyarrow.string() if odd else each.type for each, odd in zip(schema, self._odd, strict=True)]
        self._schema = pyarrow.schema(list(zip(names, kinds, strict=True)))
        self._text = Text(columns)
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, batch: pyarrow.RecordBatch) -> None:
        import pyarrow

        table = pyarrow.Table.from_batches([batch])
        if any(self._odd):
            values = [f"c{at}::VARCHAR" if odd else "NULL" for at, odd in enumerate(self._odd)]
            texts = self._text.arrow(table, values)
            for at, odd in enumerate(self._odd):
                if odd:
                    table = table.set_column(at, self._schema.names[at], texts.column(at))
        self._writer.write_table(table.rename_columns(self._schema.names).cast(self._schema))

    def finish(self) -> None:
        self._writer.close()
        self._text.close()


def unlike(names: Iterable[str]) -> list[str]:
    """Names of columns, each once: `a, a` becomes `a, a_1`. Files cannot hold two of a name."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        free, number = name, 0
        while free.lower() in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free.lower())
        found.append(free)
    return found


def _name_only_if_free(part: Path, target: Path) -> None:
    """Another program may have made the file meanwhile: a link, unlike a rename, never replaces one."""
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise WrongUse(
            f"{target} is there already: choose another name, or allow it to be replaced (--force)"
        ) from error
    except OSError:  # a file system without links
        part.replace(target)


def _json_value(at: int, column: Column) -> str:
    return f"c{at}::JSON" if column.type == "JSON" else f"c{at}"


def _without_odd_numbers(text: str) -> str:
    """DuckDB writes `NaN` and `-Infinity` bare, however deep they lie, and no reader of JSON takes them."""
    if _ODD_NUMBER.search(text) is None:
        return text
    return _TEXT_OR_ODD_NUMBER.sub(lambda found: found[0] if found[0].startswith('"') else "null", text)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unknown_to_parquet(kind: Any) -> bool:
    import pyarrow

    if pyarrow.types.is_nested(kind) and not pyarrow.types.is_union(kind):
        return any(_unknown_to_parquet(kind.field(at).type) for at in range(kind.num_fields))
    return bool(pyarrow.types.is_union(kind) or pyarrow.types.is_interval(kind))
