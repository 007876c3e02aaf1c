"""What a text of SQL would do, told by DuckDB itself: its statement types, its plans, its transactions.

The type alone is no proof that a statement only reads. In DuckDB 2.0 a SELECT may delete or insert in its WITH, or
write a file there by COPY; `EXPLAIN ANALYZE COMMIT` commits; table functions switch logging to a file. So reading is
allowed by three things together, none of which looks at the words: the type, the plan that DuckDB makes of the
statement, and a read-only transaction around both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.errors import WrongUse, first_line

if TYPE_CHECKING:
    import duckdb
    from duckdb import DuckDBPyConnection

ONLY_READING = "only reading is allowed now"
HOW_TO_WRITE = "switch writing on to run it (ctrl+w; on the command line --write)"
PLAN = "EXPLAIN (FORMAT json) "

# The table functions that read and do nothing else. What DuckDB learns later is refused until somebody has looked.
_READS = re.compile(
    r"(duckdb|pragma|parquet|read)_\w+|query(_table)?|glob|json_(each|tree)|sniff_csv|summary|unnest|range"
    r"|generate_series|repeat(_row)?|seq_scan|test_(all|vector)_types|which_secret|pg_timezone_names|icu_calendar_names"
)

# The operators of a plan that change something, whatever statement they stand in.
_CHANGES = re.compile(r"COPY_TO_FILE|INSERT|DELETE|UPDATE|MERGE_INTO|TRUNCATE|CREATE|DROP|ALTER|ATTACH|EXPORT|\bLOAD\b")

_EXTENSION = re.compile(r"install the required extension '(\w+)")  # DuckDB says it as if it had tried


class SqlError(WrongUse):
    """DuckDB does not take the statement. `position` is the place in the text, where DuckDB names one."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class Refused(WrongUse):
    """The statement may change something, and only reading is allowed; or it would end the transaction."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text. `kind` is DuckDB's own name of its type; `start` is where it begins in the text."""

    kind: str
    text: str
    start: int
    parsed: duckdb.Statement
    explains: tuple[Statement, ...] = ()  # what an EXPLAIN is about, in every way that its text can be read

    @property
    def said(self) -> str:
        """The kind as a sentence names it."""
        return f"EXPLAIN of {self.explains[-1].said}" if self.explains else self.kind.replace("_", " ")

    @property
    def kinds(self) -> set[str]:
        """The kind, and the kinds of what is explained."""
        return {self.kind}.union(*(each.kinds for each in self.explains))


def classify(connection: DuckDBPyConnection, text: str) -> list[Statement]:
    """The statements of a text, with DuckDB's type of each."""
    import duckdb

    try:
        parsed = connection.extract_statements(text)
    except duckdb.Error as error:
        raise explained(error, text) from error
    found, start = [], 0
    for each in parsed:
        # Each statement brings the blanks and comments behind it, so that together they are the whole text.
        explains = tuple(_explained_by(connection, each.query)) if _kind(each) == "EXPLAIN" else ()
        found.append(Statement(_kind(each), each.query, start, each, explains))
        start += len(each.query)
    return found


def _kind(statement: duckdb.Statement) -> str:
    try:
        return str(statement.type.name)
    except ValueError:  # DuckDB has kinds that its Python module has no name for
        return "UNKNOWN"


def _explained_by(connection: DuckDBPyConnection, text: str) -> Iterator[Statement]:
    """What an EXPLAIN is about: all that parses behind EXPLAIN, ANALYZE and a list of options in brackets.

    DuckDB gives an EXPLAIN one type whatever it is about, and EXPLAIN ANALYZE runs what it explains. Its tokenizer
    says where the words are; what they are is again its parser's answer.
    """
    import duckdb

    raw = text.encode()
    tokens = [at for at, kind in duckdb.tokenize(text) if kind != duckdb.token_type.comment]
    ends = [*tokens[1:], len(raw)]
    words = [raw[at:end].upper() for at, end in zip(tokens, ends, strict=True)]
    begins = [1]
    if len(words) > 1 and words[1].startswith(b"ANALYZE"):
        begins.append(2)
    depth = 0
    if len(words) > begins[-1] and words[begins[-1]].startswith(b"("):
        for index in range(begins[-1], len(words)):
            depth += words[index].startswith(b"(") - words[index].startswith(b")")
            if depth == 0:
                begins.append(index + 1)
                break
    for index in begins:
        if index >= len(tokens):
            continue
        rest = raw[tokens[index] :].decode()
        try:
            inner = connection.extract_statements(rest)
        except duckdb.Error:
            continue
        if len(inner) == 1:
            yield Statement(_kind(inner[0]), rest, 0, inner[0])


def check_reading(cursor: DuckDBPyConnection, statements: list[Statement]) -> None:
    """Refuse all that may change something. To be called inside the read-only transaction that then runs them."""
    for each in statements:
        if each.kind == "MULTI":
            raise Refused(
                "a PIVOT that looks up its columns runs as several statements and cannot be checked beforehand: "
                f"name its values (PIVOT … ON … IN ('a', 'b')), or {HOW_TO_WRITE}"
            )
        if "PRAGMA" in each.kinds or "CALL" in each.kinds:
            raise Refused(
                f"{each.said} may change settings or files, and {ONLY_READING}: "
                f"SELECT … FROM pragma_table_info('images') and its like read the same, or {HOW_TO_WRITE}"
            )
        looked_at = each.explains if each.kind == "EXPLAIN" else (each,)
        if not looked_at or any(inner.kind != "SELECT" for inner in looked_at):
            raise Refused(f"{each.said} is more than reading, and {ONLY_READING}: {HOW_TO_WRITE}")
    functions = _not_only_reading(cursor)
    # The optimizer drops what can give no rows, and might decide otherwise when the statement runs: look at all of it.
    cursor.execute("PRAGMA disable_optimizer")
    for each in statements:
        for inner in each.explains or (each,):
            for name in sorted(set(operators(plan(cursor, inner, each.start if inner is each else 0)))):
                if name.lower() in functions:
                    raise Refused(f"{name.lower()}() does more than read, and {ONLY_READING}: {HOW_TO_WRITE}")
                if _CHANGES.search(name):
                    doing = "write a file" if "COPY" in name else "change something"
                    raise Refused(f"this {each.said} would {doing}, and {ONLY_READING}: {HOW_TO_WRITE}")
    cursor.execute("PRAGMA enable_optimizer")


def check_writing(statements: list[Statement]) -> None:
    """Refuse what would end the one transaction that a written text runs in."""
    for each in statements:
        if each.kind == "UNKNOWN":
            raise Refused("DuckDB has no type for this statement, so anitui cannot tell what it does")
        if "TRANSACTION" in each.kinds:
            raise Refused(
                f"{each.said} is not needed here: all statements of one run are one transaction, "
                "kept when all succeed and taken back when one fails"
            )


def plan(cursor: DuckDBPyConnection, statement: Statement, start: int = 0) -> list[Any]:
    """DuckDB's plan of a SELECT, which is made and not run. Wrong names and types are found here, with their place."""
    import duckdb

    try:
        return [json.loads(row[1]) for row in cursor.execute(PLAN + statement.text).fetchall()]
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise explained(error, PLAN + statement.text, start - len(PLAN)) from error


def operators(plan: Any) -> Iterator[str]:
    """The names of all operators in a plan."""
    if isinstance(plan, list):
        for each in plan:
            yield from operators(each)
    elif isinstance(plan, dict):
        if "name" in plan:
            yield str(plan["name"]).strip()
        yield from operators(plan.get("children", []))


def _not_only_reading(cursor: DuckDBPyConnection) -> set[str]:
    found = cursor.execute("SELECT function_name FROM duckdb_functions() WHERE function_type = 'table'").fetchall()
    return {name for (name,) in found if not _READS.fullmatch(name)}


def explained(error: BaseException, text: str, shift: int = 0) -> SqlError:
    """DuckDB's error as one sentence and a place in the text; `shift` is where `text` begins in what the person wrote.

    Cursors of the console are told to give errors as JSON (`errors_as_json`), in which the place stands as a number.
    """
    kind, brace, rest = str(error).partition("{")
    try:
        told = json.loads(brace + rest)
    except ValueError:
        return SqlError(_in_words(str(error)))
    message = _in_words(f"{kind}{told.get('exception_message', '')}")
    if "read-only mode" in message:
        return SqlError(f"this would change the catalogue, and {ONLY_READING}: {HOW_TO_WRITE}")
    at = told.get("position")
    if at is None:
        return SqlError(message)
    before = text.encode()[: int(at)].decode(errors="ignore")  # DuckDB counts bytes
    return SqlError(message, max(0, len(before) + shift))


def _in_words(message: str) -> str:
    """The first line, and DuckDB's suggestion where it has one."""
    missing = _EXTENSION.search(message)
    if missing is not None:
        return f"this needs DuckDB's extension {missing[1]}, which is not installed here; anitui never fetches one"
    lines = [line.strip() for line in message.strip().splitlines() if line.strip()]
    hints = [line for line in lines[1:2] if line.startswith(("Did you mean", "Candidate bindings"))]
    return " · ".join([lines[0], *hints]) if lines else first_line(Exception(message))
