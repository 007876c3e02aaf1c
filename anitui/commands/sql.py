"""`anitui sql`: ask the catalogue from the command line, with rows as a table, CSV, JSON or Parquet."""

from __future__ import annotations

import argparse
import sys
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from anitui.errors import WrongUse
from anitui.store.catalogue import Catalogue

if TYPE_CHECKING:
    import pyarrow

    from anitui.store.console import Answer


def run(options: argparse.Namespace) -> int:
    from anitui.commands.opened import opened
    from anitui.commands.telling import report

    statement: str | None = options.statement
    if statement is None or statement == "-":
        statement = sys.stdin.read()  # before the workspace is held: somebody may still be typing
    with opened(options) as at:
        if options.output is not None and any(
            options.output.resolve().is_relative_to(own) for own in at.workspace.own() if own != at.workspace.exports
        ):
            raise WrongUse(f"{options.output} belongs to the workspace itself: write to another file")
        told = ask(
            at.catalogue,
            statement,
            format=options.format,
            output=options.output,
            write=options.write,
            replace=options.force,
        )
    report(options, told)
    return 0


def ask(
    catalogue: Catalogue,
    statement: str,
    *,
    format: str | None = None,
    output: Path | None = None,
    write: bool = False,
    replace: bool = False,
    stdout: TextIO | None = None,
) -> dict[str, Any]:
    """Run the statement and write its rows out as they come.

    Without a format it is what the file's ending says, and a table on standard output.
    """
    from anitui.store.console import answer

    out = stdout or sys.stdout
    if format == "parquet" and output is None:
        raise WrongUse("Parquet is not for reading on a terminal: name a file with -o FILE")
    began = time.monotonic()
    with answer(catalogue, statement, write=write) as given:
        told = _write(given, output, format, replace, out) if given.schema is not None else {"rows": 0}
    told |= {"changed": given.changed, "seconds": round(time.monotonic() - began, 3)}
    if given.changed is not None:
        sys.stderr.write(
            f"{given.changed:,} rows changed; the journal does not know of it, so undo cannot take it back\n"
        )
    return told


def _write(given: Answer, output: Path | None, format: str | None, replace: bool, out: TextIO) -> dict[str, Any]:
    if output is None:
        return _to_stream(given, format or "table", out)
    if format == "table":
        with output.open("w" if replace else "x", encoding="utf-8") as file:
            return _to_stream(given, "table", file) | {"file": str(output)}
    return _to_file(given, output, format, replace)


def _to_file(given: Answer, output: Path, format: str | None, replace: bool) -> dict[str, Any]:
    from anitui.commands.telling import drive
    from anitui.store.console_export import export

    assert given.schema is not None
    made = drive(export(given.batches, given.schema, given.columns, output, format, replace=replace))
    return {"rows": made.rows, "file": str(made.file), "format": made.format}


def _to_stream(given: Answer, format: str, out: TextIO) -> dict[str, Any]:
    from anitui.store.console_export import encoder

    encode = Table(given) if format == "table" else encoder(format, given.columns)
    rows = 0
    out.write(encode.head().decode())
    for batch in given.batches:
        out.write(encode.rows(batch).decode())
        rows += batch.num_rows
    out.write(encode.tail().decode())
    out.flush()
    return {"rows": rows, "format": format}


class Table:
    """Rows under their columns' names. The widths come from the first rows; a longer value further down is cut."""

    WIDEST = 60
    GAP = "  "

    def __init__(self, given: Answer) -> None:
        from anitui.store.spool import Text, is_number

        self._columns = given.columns
        self._text = Text(given.columns)
        self._right = [is_number(column.type) for column in given.columns]
        self._widths: list[int] = []
        self._rows = 0

    def head(self) -> bytes:
        return b""

    def rows(self, batch: pyarrow.RecordBatch) -> bytes:
        import pyarrow

        texts = self._text.rows(pyarrow.Table.from_batches([batch]), self.WIDEST * 4)
        lines = [[_printable("NULL" if value is None else value) for value in row] for row in texts]
        above = self._above(lines) if not self._widths else []
        self._rows += len(lines)
        return "".join(f"{line}\n" for line in chain(above, map(self._line, lines))).encode()

    def tail(self) -> bytes:
        self._text.close()
        above = "".join(f"{line}\n" for line in self._above([])) if not self._widths else ""
        return f"{above}{self._rows:,} {'row' if self._rows == 1 else 'rows'}\n".encode()

    def _above(self, lines: list[list[str]]) -> list[str]:
        from rich.cells import cell_len

        names = [_printable(column.name) for column in self._columns]
        self._widths = [
            min(self.WIDEST, max(map(cell_len, (name, *(line[at] for line in lines))))) for at, name in enumerate(names)
        ]
        return [self._line(names), self.GAP.join("─" * width for width in self._widths)]

    def _line(self, values: list[str]) -> str:
        from rich.cells import cell_len, set_cell_size

        parts = []
        for value, width, right in zip(values, self._widths, self._right, strict=True):
            size = cell_len(value)
            if size > width:
                parts.append(set_cell_size(value, width - 1) + "…")
            else:
                parts.append(" " * (width - size) + value if right else value + " " * (width - size))
        return self.GAP.join(parts).rstrip()


def _printable(text: str) -> str:
    from anitui.store.spool import printable

    return printable(text)
