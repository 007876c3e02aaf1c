"""Numbered migrations, plain SQL, each applied in a transaction; a backup first when one changes data that is there.

To add one: put the next number's file into `schema/`. When it rewrites or drops what users already have, start it
with the line `-- changes data`, and the catalogue is copied to `backups/` before it runs.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from anitui import __version__
from anitui.errors import AnituiError, first_line
from anitui.files import sync_folder, unfinished_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA = Path(__file__).parent / "schema"
CHANGES_DATA = "-- changes data"


class NewerCatalogue(AnituiError):
    """The file was made by a later anitui than this one."""


class ForeignFile(AnituiError):
    """A DuckDB file that anitui did not make."""


class BrokenMigration(AnituiError):
    """A migration could not be applied; the catalogue is as it was."""


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str

    @property
    def changes_data(self) -> bool:
        return self.sql.lstrip().startswith(CHANGES_DATA)


def known(folder: Path = SCHEMA) -> list[Migration]:
    """All migrations in the order of their numbers, which start at 1 and have no gaps."""
    found = []
    for file in sorted(folder.glob("*.sql")):
        named = re.fullmatch(r"(\d{4})_(\w+)", file.stem)
        if named is None:
            raise BrokenMigration(f"the migration {file} is not named like 0001_what_it_does.sql")
        found.append(Migration(int(named[1]), named[2], file.read_text("utf-8")))
    if [each.version for each in found] != list(range(1, len(found) + 1)):
        raise BrokenMigration(f"the migrations in {folder} are not numbered 0001, 0002, … without gaps")
    return found


def version(connection: DuckDBPyConnection) -> int:
    """How far the open catalogue has come; 0 for a new file. Refuses a file that holds something else."""
    there = connection.execute(
        "SELECT count(*), bool_or(table_name = 'schema_migrations') FROM duckdb_tables() WHERE NOT temporary"
    ).fetchall()[0]
    if not there[0]:
        return 0
    # Other programs, too, call the table of their migrations so; ours notes which anitui applied each.
    columns = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'schema_migrations'"
    ).fetchall()
    if not there[1] or ("applied_by",) not in columns:
        raise ForeignFile(
            "this catalogue.duckdb was not made by anitui and was left alone: move it out of the workspace, "
            "and a new catalogue is made"
        )
    return int(connection.execute("SELECT coalesce(max(version), 0) FROM schema_migrations").fetchall()[0][0])


def pending(connection: DuckDBPyConnection, migrations: list[Migration]) -> list[Migration]:
    """What is still to be applied; refuses a catalogue that is ahead of this program."""
    at = version(connection)
    if at > len(migrations):
        raise NewerCatalogue(
            f"this catalogue was made by a newer anitui (its schema is {at}, this one knows up to "
            f"{len(migrations)}): upgrade anitui to open it"
        )
    return migrations[at:]


def apply(connection: DuckDBPyConnection, migration: Migration) -> None:
    """Apply one migration and note it, both or neither."""
    connection.execute("BEGIN")
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR, "
            "applied_at TIMESTAMP DEFAULT (now() AT TIME ZONE 'UTC'), applied_by VARCHAR)"
        )
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO schema_migrations (version, name, applied_by) VALUES (?, ?, ?)",
            [migration.version, migration.name, __version__],
        )
        connection.execute("COMMIT")
    except Exception as error:
        connection.execute("ROLLBACK")
        raise BrokenMigration(
            f"the catalogue could not be brought to schema {migration.version} ({migration.name}) and was left "
            f"as it was: {first_line(error)}"
        ) from error


def newest_backup(catalogue: Path, folder: Path) -> Path | None:
    """The backup of this catalogue that was made last."""
    found = folder.glob(f"{catalogue.stem}-schema*{catalogue.suffix}")
    return max(found, key=lambda each: (each.stat().st_mtime_ns, each.name), default=None)


def back_up(catalogue: Path, folder: Path, at: int, told: Callable[[str], None]) -> Path:
    """Copy the closed catalogue file aside, durably, before data in it is changed.

    A copy of just this file that an earlier attempt has made will do.
    """
    there = newest_backup(catalogue, folder)
    if there is not None and filecmp.cmp(there, catalogue, shallow=False):
        return there
    target = folder / f"{catalogue.stem}-schema{at}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{catalogue.suffix}"
    part = unfinished_name(target)
    try:
        folder.mkdir(exist_ok=True)
        shutil.copyfile(catalogue, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise AnituiError(
            f"no backup could be made in {folder} ({error.strerror}), so the catalogue was left alone"
        ) from error
    told(f"the catalogue was copied to {target} before its schema is changed")
    return target
