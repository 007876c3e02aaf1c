"""Every decision of a person, in the same transaction as its effect; undo and redo without limit.

A decision names the rows it wants to be otherwise, and the journal keeps how they were and how they became: only
the columns that decisions own, so that what the machine writes beside them is not rolled back. Undo writes the
`before`s, redo the `after`s. A decision after an undo drops what was undone from the line of redo, and the
history still shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from anitui.errors import AnituiError
from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.journalled import TABLES
from anitui.words import count as counted

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection


class NothingToUndo(AnituiError):
    """There is no decision left in that direction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision, as the history shows it."""

    entry_id: int
    action: str
    summary: str
    said_by: str
    decided_at: datetime
    state: str  # done · undone · dropped (undone, and then something else was decided) · final (cannot be undone)
    rows: int
    left: int = 0  # rows that an undo or redo left as they are: pictures whose bytes were purged since

    @property
    def told(self) -> str:
        """What was decided, and what of it could not be undone or redone."""
        if not self.left:
            return self.summary
        stay = f"{counted(self.left, 'picture')} {'stays' if self.left == 1 else 'stay'}"
        whose = "its" if self.left == 1 else "their"
        return f"{self.summary}; {stay} set aside, because {whose} bytes were purged"


@dataclass(slots=True)
class Decision:
    """An open decision; what it changes, it changes through here."""

    entry_id: int
    connection: DuckDBPyConnection  # of the transaction that the decision is made in, for reading
    summary: str = ""  # may be said when it is known what it came to
    changed: int = 0
    _steps: int = 0

    def fresh_ids(self, sequence: str, count: int) -> int:
        """The first of so many numbers in a row that no row has."""
        found = self.connection.execute(
            f"SELECT min(n) FROM (SELECT nextval('{sequence}') AS n FROM range(?))", [count]
        )
        return int(found.fetchall()[0][0])

    def add(self, table: str, rows: pyarrow.Table) -> int:
        """Add rows that cannot be there yet: quicker than `put`, which looks. Returns how many they are."""
        shape = TABLES[table]
        columns = ", ".join(rows.column_names)
        with incoming(self.connection, rows):
            self.connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming")
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE change AS SELECT {_object('t', shape.key)} AS row_key, "
                f"NULL::VARCHAR AS before, {_object('t', shape.owned)} AS after "
                f"FROM {table} t SEMI JOIN incoming n ON {_same('t', 'n', shape.key)}"
            )
        return self._note(table)

    def put(self, table: str, rows: pyarrow.Table) -> int:
        """Make rows be as given: their key columns, and the owned columns to set; new rows are added.

        Rows that are so already do not count; of rows given twice the last counts. Returns how many changed.
        """
        key = ", ".join(TABLES[table].key)
        last = (
            "(FROM (SELECT *, row_number() OVER () AS place FROM incoming) "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY place DESC) = 1)"
        )
        with incoming(self.connection, rows):
            return self._put(table, last, [name for name in rows.column_names if name in TABLES[table].owned])

    def put_where(self, table: str, values: Mapping[str, Any], where: str, parameters: list[Any]) -> int:
        """Set the same values on all rows that a condition picks: a million at once without reading them."""
        key = ", ".join(TABLES[table].key)
        names = list(values)
        columns = ", ".join(f"?::{TABLES[table].owned[name]} AS {name}" for name in names)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE decided AS SELECT {key}, {columns} FROM {table} WHERE {where}",
            [*values.values(), *parameters],
        )
        count = self._put(table, "decided", names)
        self.connection.execute("DROP TABLE decided")
        return count

    def remove(self, table: str, keys: pyarrow.Table) -> int:
        """Take rows away. Returns how many were there."""
        shape = TABLES[table]
        with incoming(self.connection, keys):
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE change AS SELECT {_object('t', shape.key)} AS row_key, "
                f"{_object('t', shape.owned)} AS before, NULL::VARCHAR AS after "
                f"FROM {table} t SEMI JOIN incoming n ON {_same('t', 'n', shape.key)}"
            )
            # Each once: a row of this very transaction that is to go twice is an error to the database.
            once = f"SELECT DISTINCT {', '.join(shape.key)} FROM incoming"
            self.connection.execute(f"DELETE FROM {table} t USING ({once}) n WHERE {_same('t', 'n', shape.key)}")
        return self._note(table)

    def _put(self, table: str, source: str, names: list[str]) -> int:
        shape = TABLES[table]
        owned = {name: shape.owned[name] for name in names}
        differs = " OR ".join(
            [f"t.{name} IS DISTINCT FROM n.{name}::{kind}" for name, kind in owned.items()] or ["false"]
        )
        cast = ", ".join(f"n.{name}::{kind} AS {name}" for name, kind in {**shape.key, **owned}.items())
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE change AS "
            f"SELECT {_object('n', shape.key)} AS row_key, "
            f"CASE WHEN t.rowid IS NULL THEN NULL ELSE {_object('t', owned)} END AS before, "
            f"{_object('n', owned)} AS after, {cast} "
            f"FROM {source} n LEFT JOIN {table} t ON {_same('t', 'n', shape.key)} "
            f"WHERE t.rowid IS NULL OR {differs}"
        )
        if names:
            sets = ", ".join(f"{name} = n.{name}" for name in names)
            self.connection.execute(
                f"UPDATE {table} t SET {sets} FROM change n WHERE n.before IS NOT NULL AND {_same('t', 'n', shape.key)}"
            )
        columns = ", ".join([*shape.key, *names])
        self.connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM change WHERE before IS NULL")
        # A new row has defaults besides what was given, and redo must bring the very same back.
        self.connection.execute(
            f"UPDATE change n SET after = {_object('t', shape.owned)} FROM {table} t "
            f"WHERE n.before IS NULL AND {_same('t', 'n', shape.key)}"
        )
        return self._note(table)

    def _note(self, table: str) -> int:
        """Keep what `change` holds, as the next step of this decision: undo goes through the steps backwards."""
        self._steps += 1
        self.connection.execute(
            "INSERT INTO journal_changes SELECT ?, ?, ?, row_key, before, after FROM change",
            [self.entry_id, self._steps, table],
        )
        count = int(self.connection.execute("SELECT count(*) FROM change").fetchall()[0][0])
        self.connection.execute("DROP TABLE change")
        self.changed += count
        return count


@contextmanager
def decision(
    catalogue: Catalogue, action: str, summary: str, said_by: str = "person", *, into: int | None = None
) -> Iterator[Decision]:
    """Open a decision; its effect and its entry are on disk together when the block ends.

    A decision that changed nothing leaves no entry. `{n}` in the summary becomes the number of rows that changed.
    Where the latest decision that stands is the entry `into`, it is gone on with: one undo takes back all of it.
    """
    with catalogue.writing() as connection:
        steps = _steps_of_latest(connection, into) if into is not None else None
        fresh = int(connection.execute("SELECT nextval('entry_ids')").fetchall()[0][0])
        entry_id = fresh if steps is None or into is None else into
        made = Decision(entry_id, connection, summary, _steps=steps or 0)
        yield made
        if made.changed:
            connection.execute(f"UPDATE journal SET state = 'dropped', changed_at = {NOW} WHERE state = 'undone'")
            if steps is not None:
                return
            connection.execute(
                "INSERT INTO journal (entry_id, action, summary, said_by) VALUES (?, ?, ?, ?)",
                [entry_id, action, made.summary.replace("{n}", f"{made.changed:,}"), said_by],
            )


def _steps_of_latest(connection: DuckDBPyConnection, entry_id: int) -> int | None:
    """How many steps an entry has, if it is the latest one that stands."""
    rows = connection.execute(
        "SELECT max(c.step) FROM journal j JOIN journal_changes c USING (entry_id) WHERE j.entry_id = $entry "
        "AND j.entry_id = (SELECT max(entry_id) FROM journal WHERE state = 'done') GROUP BY j.entry_id",
        {"entry": entry_id},
    ).fetchall()
    return int(rows[0][0]) if rows else None


def put_on(
    catalogue: Catalogue, table: str, ids: Sequence[int], values: Mapping[str, Any], where: str, *, action: str,
    summary: str, noun: str,
) -> int:  # fmt: skip
    """Set the same values on those of some rows, named by their ids, that a condition picks: one decision.

    `{}` in the summary becomes how many they are, as people say it. Returns how many changed.
    """
    import pyarrow

    (key,) = TABLES[table].key
    chosen = pyarrow.table({key: pyarrow.array(list(dict.fromkeys(ids)), pyarrow.int64())})
    where = f"{where} AND {key} IN (SELECT {key} FROM chosen)"
    with catalogue.writing() as connection, incoming(connection, chosen, "chosen"):
        wanted = int(connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchall()[0][0])
        with decision(catalogue, action, summary.format(counted(wanted, noun))) as decided:
            return decided.put_where(table, values, where, [])


def note_final(connection: DuckDBPyConnection, action: str, summary: str, said_by: str = "person") -> None:
    """Write down what cannot be taken back (a purge), inside the caller's transaction."""
    connection.execute(
        "INSERT INTO journal (action, summary, said_by, state) VALUES (?, ?, ?, 'final')", [action, summary, said_by]
    )


def undo(catalogue: Catalogue) -> Entry:
    """Take back the latest decision that stands, whoever made it and on whatever screen."""
    return _step(catalogue, "done", "undone", "before", "entry_id DESC", "there is nothing to undo")


def redo(catalogue: Catalogue) -> Entry:
    """Make the decision again that was undone last."""
    return _step(catalogue, "undone", "done", "after", "entry_id", "there is nothing to redo")


def history(catalogue: Catalogue, limit: int = 200, before: int | None = None) -> list[Entry]:
    """The latest decisions, newest first; `before` an entry for the next page."""
    rows = catalogue.rows(
        "WITH page AS (SELECT * FROM journal WHERE entry_id < ? ORDER BY entry_id DESC LIMIT ?) "
        "SELECT p.entry_id, action, summary, said_by, decided_at, state, count(c.entry_id) "
        "FROM page p LEFT JOIN journal_changes c USING (entry_id) GROUP BY ALL ORDER BY p.entry_id DESC",
        [before if before is not None else 2**62, limit],
    )
    return [Entry(*row) for row in rows]


def _step(catalogue: Catalogue, state: str, becomes: str, side: str, order: str, nothing: str) -> Entry:
    with catalogue.writing() as connection:
        found = connection.execute(
            "SELECT entry_id, action, summary, said_by, decided_at, state, "
            "(SELECT count(*) FROM journal_changes c WHERE c.entry_id = j.entry_id) "
            f"FROM journal j WHERE state = ? ORDER BY {order} LIMIT 1",
            [state],
        ).fetchall()
        if not found:
            raise NothingToUndo(nothing)
        entry = Entry(*found[0])
        steps = connection.execute(
            "SELECT DISTINCT step, table_name FROM journal_changes WHERE entry_id = ? ORDER BY step", [entry.entry_id]
        ).fetchall()
        left = 0
        for step, table in reversed(steps) if side == "before" else steps:
            left += _write_side(connection, entry.entry_id, step, table, side)
        for order in dict.fromkeys(order for _, table in steps for order in TABLES[table].afterwards):
            connection.execute(order.replace("{entry}", str(entry.entry_id)))
        connection.execute(
            f"UPDATE journal SET state = ?, changed_at = {NOW} WHERE entry_id = ?", [becomes, entry.entry_id]
        )
        return replace(entry, left=left)


def _write_side(connection: DuckDBPyConnection, entry_id: int, step: int, table: str, side: str) -> int:
    """Make the rows of one step of an entry be as `before` or `after` says. Returns how many were left as they are.

    An entry may hold only some of the owned columns of a row; the others keep what they have.
    """
    shape = TABLES[table]
    other = "after" if side == "before" else "before"
    key = ", ".join(f"json_extract_string(row_key, '$.{name}')::{kind} AS {name}" for name, kind in shape.key.items())
    owned = ", ".join(
        f"json_exists({side}, '$.{name}') AS has_{name}, {_from_json(side, name, kind)} AS {name}"
        for name, kind in shape.owned.items()
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted AS "
        f"SELECT {side} IS NULL AS gone, {other} IS NULL AS lacking, {key}, {owned} "
        "FROM journal_changes WHERE entry_id = ? AND step = ?",
        [entry_id, step],
    )
    here = _same("t", "w", shape.key)
    gone, lacking = connection.execute("SELECT bool_or(gone), bool_or(lacking) FROM wanted").fetchall()[0]
    if gone:
        connection.execute(
            f"DELETE FROM {table} t USING wanted w WHERE w.gone AND {here} AND NOT ({shape.except_where})"
        )
    differs = " OR ".join(f"(w.has_{name} AND t.{name} IS DISTINCT FROM w.{name})" for name in shape.owned)
    [(left,)] = connection.execute(
        f"SELECT count(*) FROM {table} t JOIN wanted w ON {here} WHERE ({shape.except_where}) AND (w.gone OR {differs})"
    ).fetchall()
    sets = ", ".join(f"{name} = CASE WHEN w.has_{name} THEN w.{name} ELSE t.{name} END" for name in shape.owned)
    connection.execute(
        f"UPDATE {table} t SET {sets} FROM wanted w WHERE NOT w.gone AND {here} AND NOT ({shape.except_where})"
    )
    if lacking:
        columns = ", ".join([*shape.key, *shape.owned])
        values = ", ".join(f"w.{name}" for name in [*shape.key, *shape.owned])
        connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM wanted w "
            f"WHERE w.lacking AND NOT w.gone AND NOT EXISTS (FROM {table} t WHERE {here})"
        )
    connection.execute("DROP TABLE wanted")
    return int(left)


def _object(alias: str, columns: Mapping[str, str]) -> str:
    """Columns as one JSON object, as text."""
    parts = ", ".join(f"'{name}', {alias}.{name}::{kind}" for name, kind in columns.items())
    return f"json_object({parts})::VARCHAR"


def _from_json(side: str, name: str, kind: str) -> str:
    if kind.endswith("[]"):
        return f"from_json(json_extract({side}, '$.{name}'), '[\"{kind.removesuffix('[]')}\"]')"
    return f"json_extract_string({side}, '$.{name}')::{kind}"


def _same(left: str, right: str, key: Mapping[str, str]) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in key)
