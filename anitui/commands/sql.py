"""`anitui sql`: ask the catalogue from the command line, with rows as a table, CSV, JSON or Parquet."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from anitui.errors import Stopped, WrongUse
from anitui.store.catalogue import Catalogue
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow

    from anitui.store.console import Answer, Stop

Given = TypeVar("Given")
Item = TypeVar("Item")


def run(options: argparse.Namespace) -> int:
    try:
        return _run(options)
    except (KeyboardInterrupt, Stopped) as error:
        how = ", and nothing of it was kept" if options.write else " before its end"
        raise Stopped(f"interrupted: the statement was stopped{how}") from error


def _run(options: argparse.Namespace) -> int:
    from anitui.commands.opened import opened
    from anitui.commands.telling import report
    from anitui.train import recording

    statement: str | None = options.statement
    if statement is None or statement == "-":
        statement = sys.stdin.read()  # before the workspace is held: somebody may still be typing
    with opened(options) as at:
        if options.output is not None and any(
            options.output.resolve().is_relative_to(own) for own in at.workspace.own() if own != at.workspace.exports
        ):
            raise WrongUse(f"{options.output} belongs to the workspace itself: write to another file")
        recording.take_in(at.workspace, at.catalogue)  # runs write into their folders, whoever has the catalogue
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
    out = stdout or sys.stdout
    if format == "parquet" and output is None:
        raise WrongUse("Parquet is not for reading on a terminal: name a file with -o FILE")
    began = time.monotonic()
    with _answered(catalogue, statement, write) as (given, worker):
        told = _write(given, worker, output, format, replace, out) if given.schema is not None else {"rows": 0}
    told |= {"changed": given.changed, "seconds": round(time.monotonic() - began, 3)}
    if given.changed is not None:
        rows = count(given.changed, "row")
        sys.stderr.write(f"{rows} changed; the journal does not know of it, so undo cannot take it back\n")
    return told


class _Worker:
    """A thread for the database: while that works, no ctrl-C reaches the thread it works in."""

    def __init__(self, threads: ThreadPoolExecutor, stop: Stop) -> None:
        self._threads = threads
        self._stop = stop

    def do(self, step: Callable[..., Given], *arguments: Any) -> Given:
        """Have it done there, and wait for it; ctrl-C meanwhile stops the statement."""
        going = self._threads.submit(step, *arguments)
        try:
            return going.result()
        except KeyboardInterrupt:
            self._stop.stop()
            return going.result()  # which is that it was stopped, unless it had just come to its end

    def each(self, work: Generator[Item, None, Given]) -> Generator[Item, None, Given]:
        """A generator that runs there."""
        try:
            while True:
                self._stop.check()
                try:
                    item = self.do(next, work)
                except StopIteration as ended:
                    result: Given = ended.value
                    return result
                yield item
        finally:
            self.do(work.close)


@contextmanager
def _answered(catalogue: Catalogue, statement: str, write: bool) -> Iterator[tuple[Answer, _Worker]]:
    """The answer, and the thread in which alone it may be read."""
    from anitui.store.console import Stop, answer

    stop = Stop()
    asked = answer(catalogue, statement, write=write, stop=stop)
    with ThreadPoolExecutor(1, "SQL") as threads:
        worker = _Worker(threads, stop)
        given = worker.do(asked.__enter__)
        try:
            yield given, worker
        except BaseException as error:
            worker.do(asked.__exit__, type(error), error, error.__traceback__)
            raise
        worker.do(asked.__exit__, None, None, None)


def _write(
    given: Answer, worker: _Worker, output: Path | None, format: str | None, replace: bool, out: TextIO
) -> dict[str, Any]:
    if output is None:
        return _to_stream(given, worker, format or "table", out)
    if format == "table":
        with output.open("w" if replace else "x", encoding="utf-8") as file:
            return _to_stream(given, worker, "table", file) | {"file": str(output)}
    return _to_file(given, worker, output, format, replace)


def _to_file(given: Answer, worker: _Worker, output: Path, format: str | None, replace: bool) -> dict[str, Any]:
    from anitui.commands.telling import drive
    from anitui.store.console_export import export

    assert given.schema is not None
    made = drive(worker.each(export(given.batches, given.schema, given.columns, output, format, replace=replace)))
    return {"rows": made.rows, "file": str(made.file), "format": made.format}


def _to_stream(given: Answer, worker: _Worker, format: str, out: TextIO) -> dict[str, Any]:
    rows = 0
    for text, more in worker.each(_encoded(given, format)):
        out.write(text.decode())
        rows += more
    out.flush()
    return {"rows": rows, "format": format}


def _encoded(given: Answer, format: str) -> Generator[tuple[bytes, int], None, None]:
    """Bit by bit what is to be written, with how many rows are in it."""
    from anitui.store.console_export import encoder

    encode = Table(given) if format == "table" else encoder(format, given.columns)
    yield encode.head(), 0
    for batch in given.batches:
        yield encode.rows(batch), batch.num_rows
    yield encode.tail(), 0


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
        return f"{above}{count(self._rows, 'row')}\n".encode()

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
