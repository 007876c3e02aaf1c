"""The open catalogue: one DuckDB file, one writer, a reader for every thread.

DuckDB lets one process in. Inside it, each thread reads through a cursor of its own, and everything that changes
the file goes through `writing()`, one transaction at a time: two writers that meet on a row would both fail.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from anitui.errors import DISK_FULL, AnituiError, first_line
from anitui.settings import CatalogueSettings
from anitui.store import migrations

if TYPE_CHECKING:
    import duckdb
    import pyarrow
    from duckdb import DuckDBPyConnection

Row: TypeAlias = tuple[Any, ...]

NOW = "(now() AT TIME ZONE 'UTC')"  # the catalogue keeps its moments in UTC


_DAMAGED = re.compile("not a valid DuckDB database|not read enough bytes|Corrupt database file|replaying WAL|eserializ")


class Unreadable(AnituiError):
    """The catalogue file cannot be opened, or not be read to its end."""


class Catalogue:
    """An open catalogue. Make one with `open_catalogue`."""

    def __init__(self, connection: DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._writing = threading.RLock()
        self._depth = 0
        self._spoilt = False
        self._closed = False
        self._local = threading.local()

    def reader(self) -> DuckDBPyConnection:
        """This thread's own cursor, for reading what is committed."""
        cursor: DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

    def cursor(self) -> DuckDBPyConnection:
        """A cursor that the caller closes: for a query that may be interrupted, or that is read bit by bit."""
        return self._connection.cursor()

    def rows(self, sql: str, parameters: list[Any] | dict[str, Any] | None = None) -> list[Row]:
        """Read all rows. Results are always read to the end: an open one blocks what comes next."""
        return self.reader().execute(sql, parameters or []).fetchall()

    def value(self, sql: str, parameters: list[Any] | dict[str, Any] | None = None) -> Any:
        """Read the one value of the one row."""
        return self.rows(sql, parameters)[0][0]

    def table(self, sql: str, parameters: list[Any] | dict[str, Any] | None = None) -> pyarrow.Table:
        """Read into an Arrow table."""
        return self.reader().sql(sql, params=parameters or None).to_arrow_table()

    @contextmanager
    def writing(self) -> Iterator[DuckDBPyConnection]:
        """One transaction on the one writer: all of it is on disk when the block ends, or none of it.

        A block inside a block joins it, so that a decision and its effect are one: when it fails, the outer one
        cannot be kept either, even if its error is caught on the way.
        """
        with self._writing:
            if self._depth == 0:
                self._connection.execute("BEGIN")
                self._spoilt = False
            self._depth += 1
            try:
                yield self._connection
                if self._spoilt and self._depth == 1:
                    raise AnituiError(f"a part of the last change to {self.path} failed, so none of it was made")
            except BaseException:
                self._spoilt = True
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._commit()

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except Exception as error:
            if "No space left" in str(error):
                raise AnituiError(f"{DISK_FULL} ({self.path.parent}; the last change was not made)") from error
            raise AnituiError(
                f"the last change could not be written to {self.path} and was not made: {first_line(error)}"
            ) from error

    def close(self) -> None:
        """Write the log into the file, so that the next opening is quick, and let it go; again is no error."""
        with self._writing:
            if self._closed:
                return
            self._closed = True
            import duckdb

            # On a full disk it fails, and nothing is lost: the log beside the file holds what the file does not.
            with suppress(duckdb.Error):
                self._connection.execute("CHECKPOINT")
            self._connection.close()


@contextmanager
def incoming(connection: DuckDBPyConnection, table: pyarrow.Table, name: str = "incoming") -> Iterator[str]:
    """Let SQL see an Arrow table under a name for the length of the block."""
    import duckdb

    connection.register(name, table)
    try:
        yield name
    except BaseException:
        # A transaction that has failed takes no further order; that must not hide why it failed.
        with suppress(duckdb.Error):
            connection.unregister(name)
        raise
    connection.unregister(name)


def open_catalogue(
    path: Path,
    settings: CatalogueSettings | None = None,
    *,
    told: Callable[[str], None] = lambda _: None,
    schema: Path = migrations.SCHEMA,
) -> Catalogue:
    """Open the catalogue, bring its schema up to date, and return it. `told` hears of a backup that was made."""
    settings = settings or CatalogueSettings()
    with damage_told(path):
        return _opened(path, settings, told, schema)


def _opened(path: Path, settings: CatalogueSettings, told: Callable[[str], None], schema: Path) -> Catalogue:
    log = _log(path)
    left = log.stat().st_size if log.exists() else 0
    connection = _connect(path, settings)
    try:
        if left:
            # A log whose beginning is damaged is not refused by DuckDB but passed over; it stays where it is.
            connection.execute("CHECKPOINT")
            if log.exists() and log.stat().st_size >= left:
                raise Unreadable(f"the log {log} is damaged at its beginning: {_log_remedy(path)}")
        waiting = migrations.pending(connection, migrations.known(schema))
        at = migrations.version(connection)
        if at and any(each.changes_data for each in waiting):
            # Only a closed file is whole: DuckDB keeps the newest changes in a log beside it.
            connection.execute("CHECKPOINT")
            connection.close()
            migrations.back_up(path, _backups(path), at, told)
            connection = _connect(path, settings)
        for migration in waiting:
            migrations.apply(connection, migration)
        if waiting:
            connection.execute("CHECKPOINT")
    except BaseException:
        connection.close()
        raise
    return Catalogue(connection, path)


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Where the block finds the catalogue's file damaged, say what to do about it."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if not _is_damage(error):
            raise
        if "replaying WAL" in str(error):
            raise Unreadable(f"the log {_log(path)} is damaged ({first_line(error)}): {_log_remedy(path)}") from error
        raise Unreadable(f"the catalogue {path} is damaged ({first_line(error)}): {_remedy(path)}") from error


def _is_damage(error: duckdb.Error) -> bool:
    return _DAMAGED.search(str(error)) is not None


def _remedy(path: Path) -> str:
    away = f"move it, and {_log(path).name} if there is one, out of the workspace"
    backup = migrations.newest_backup(path, _backups(path))
    if backup is None:
        return f"{away}, and `anitui doctor --mend` takes the pictures of media in again, without labels and decisions"
    return (
        f"{away}, copy the newest backup, {backup}, to its place, and `anitui doctor --mend` takes in what that does "
        "not know of"
    )


def _log(path: Path) -> Path:
    """Where DuckDB keeps what was committed since the file was last closed in order."""
    return path.with_name(f"{path.name}.wal")


def _log_remedy(path: Path) -> str:
    """The log alone goes: without it the catalogue opens as it was before its newest changes, decisions and all."""
    return (
        f"move it alone out of the workspace and leave {path.name} where it is; only the changes since anitui was last "
        "closed in order are lost, and `anitui doctor --mend` takes in the pictures among them"
    )


def _backups(path: Path) -> Path:
    return path.parent / "backups"


def _connect(path: Path, settings: CatalogueSettings) -> DuckDBPyConnection:
    import duckdb

    config: dict[str, Any] = {
        "memory_limit": settings.memory,
        "autoinstall_known_extensions": "false",  # never the network, whatever a query names
        "temp_directory": str(path.parent / ".spill"),
        "preserve_insertion_order": "true",
    }
    if settings.threads:
        config["threads"] = settings.threads
    try:
        return duckdb.connect(str(path), config=config)
    except duckdb.Error as error:
        if _is_damage(error):
            raise
        raise Unreadable(f"the catalogue {path} cannot be opened: {first_line(error)}") from error
