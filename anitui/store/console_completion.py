"""What could stand at the cursor: tables behind FROM, columns of the tables that the statement names, macros, words.

This reads the text the way a person does while it is still unfinished; what a statement does is never decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from anitui.store.console_schema import Relation

KEYWORDS = (
    "SELECT", "FROM", "WHERE", "GROUP BY", "GROUP BY ALL", "ORDER BY", "LIMIT", "OFFSET", "HAVING", "QUALIFY", "JOIN",
    "LEFT JOIN", "ANTI JOIN", "SEMI JOIN", "FULL JOIN", "CROSS JOIN", "ASOF JOIN", "USING", "ON", "AS", "AND", "OR",
    "NOT", "IN", "IS NULL", "IS NOT NULL", "BETWEEN", "LIKE", "ILIKE", "GLOB", "EXISTS", "DISTINCT", "ALL", "UNION",
    "UNION ALL", "EXCEPT", "INTERSECT", "CASE", "WHEN", "THEN", "ELSE", "END", "WITH", "VALUES", "DESC", "ASC",
    "NULLS LAST", "OVER", "PARTITION BY", "FILTER", "EXCLUDE", "REPLACE", "COLUMNS", "INTERVAL", "DESCRIBE",
    "SUMMARIZE", "SHOW TABLES", "EXPLAIN", "EXPLAIN ANALYZE", "PIVOT", "UNPIVOT", "TRUE", "FALSE", "NULL",
    "INSERT INTO", "UPDATE", "SET", "DELETE FROM", "RETURNING", "CREATE TABLE", "CREATE VIEW", "CREATE MACRO",
    "ALTER TABLE", "DROP",
)  # fmt: skip

FUNCTIONS = (
    "count", "sum", "avg", "min", "max", "median", "mode", "arg_min", "arg_max", "any_value", "list", "string_agg",
    "histogram", "approx_count_distinct", "row_number", "rank", "lag", "lead", "coalesce", "nullif", "round", "floor",
    "ceil", "abs", "length", "lower", "upper", "trim", "replace", "left", "right", "split_part", "regexp_extract",
    "regexp_matches", "starts_with", "contains", "concat", "printf", "format_bytes", "date_trunc", "date_part",
    "strftime", "now", "unnest", "struct_pack", "list_transform", "list_filter", "bit_count", "xor", "random",
    "greatest", "least", "read_csv", "read_json", "read_parquet", "range", "try_cast", "quantile_cont", "stddev",
)  # fmt: skip

SHOWN = 50

_PIECE = re.compile(
    r"""(?P<gap>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<text>'(?:[^']|'')*(?:'|\Z))|(?P<quoted>"(?:[^"]|"")*(?:"|\Z))"""
    r"""|(?P<number>\d[\w.]*)|(?P<word>[^\W\d]\w*)|(?P<sign>.)""",
    re.DOTALL,
)
_NAMES_A_TABLE = {"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "DESCRIBE", "SUMMARIZE", "VIEW", "PIVOT", "UNPIVOT"}
_ENDS_THE_TABLES = {
    "WHERE", "GROUP", "ORDER", "LIMIT", "HAVING", "QUALIFY", "UNION", "EXCEPT", "INTERSECT", "SELECT", "WINDOW", "SET",
    "VALUES", "RETURNING", "OFFSET",
}  # fmt: skip
_NO_ALIAS = _NAMES_A_TABLE | _ENDS_THE_TABLES | {
    "ON", "USING", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "ANTI", "SEMI", "ASOF", "NATURAL", "POSITIONAL",
    "AS",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that could stand here: what is written, and what it is."""

    text: str
    kind: str  # table, view, macro, column, keyword, function
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Completions:
    """What could replace the text between `start` and the cursor, the likeliest first."""

    start: int
    options: tuple[Completion, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SQL: a gap (blanks, comment), a text in quotes, a quoted name, a number, a word, or a sign."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class _Named:
    """The tables that a statement names: alias or name → relation, and what it makes up itself by WITH."""

    tables: dict[str, Relation] = field(default_factory=dict)
    made_up: list[str] = field(default_factory=list)


def tokens(text: str) -> list[Token]:
    """The pieces of a text of SQL, finished or not; together they are the text."""
    return [Token(str(m.lastgroup), m.group(), m.start(), m.end()) for m in _PIECE.finditer(text)]


def complete(text: str, cursor_offset: int, schema: Sequence[Relation]) -> Completions:
    """What could stand at the cursor. Nothing inside a text in quotes, a comment or a number."""
    found = tokens(text)
    start, typed = cursor_offset, ""
    before: list[Token] = []
    for token in found:
        if token.start >= cursor_offset:
            break
        if token.end > cursor_offset or (token.end == cursor_offset and token.kind != "sign"):
            if token.kind in ("text", "number") or (token.kind == "gap" and _in_comment(token, cursor_offset)):
                return Completions(cursor_offset)
            if token.kind in ("word", "quoted"):
                start, typed = token.start, text[token.start : cursor_offset].lstrip('"')
                break
        if token.kind != "gap":
            before.append(token)
    statement = _statement_around(found, cursor_offset)
    named = _named(statement, schema)
    return Completions(start, tuple(_ranked(typed, _options(before, named, schema)))[:SHOWN])


def _in_comment(token: Token, cursor: int) -> bool:
    if token.text.isspace():
        return False
    return cursor < token.end or token.text.startswith("--") or not token.text.endswith("*/")


def _statement_around(tokens: list[Token], cursor: int) -> list[Token]:
    ends = [token.start for token in tokens if token.kind == "sign" and token.text == ";"]
    first = max((end for end in ends if end < cursor), default=-1)
    last = min((end for end in ends if end >= cursor), default=float("inf"))
    return [token for token in tokens if token.kind != "gap" and first < token.start < last]


def _named(tokens: list[Token], schema: Sequence[Relation]) -> _Named:
    """Every table named behind FROM, JOIN and the like, wherever it stands in the statement."""
    known = {each.name.lower(): each for each in schema if each.kind != "macro"}
    named = _Named()
    wanted = False
    for at, token in enumerate(tokens):
        word = token.text.upper() if token.kind == "word" else ""
        following = [each.text.upper() for each in tokens[at + 1 : at + 3]]
        if token.kind in ("word", "quoted") and following[:2] in (["AS", "("], ["AS", "MATERIALIZED"]):
            named.made_up.append(_plain(token.text))
        if word in _NAMES_A_TABLE or (token.text == "," and wanted):
            wanted = True
            names_one = tokens[at + 1] if at + 1 < len(tokens) else None
            relation = known.get(_plain(names_one.text).lower()) if names_one else None
            if relation is not None:
                named.tables[relation.name] = relation
                alias = next((each for each in tokens[at + 2 : at + 4] if each.text.upper() != "AS"), None)
                if alias is not None and alias.kind in ("word", "quoted") and alias.text.upper() not in _NO_ALIAS:
                    named.tables[_plain(alias.text)] = relation
        elif word in _ENDS_THE_TABLES:
            wanted = False
    return named


def _options(before: list[Token], named: _Named, schema: Sequence[Relation]) -> Iterator[Completion]:
    last = before[-1] if before else None
    if last is not None and last.text == ".":
        owner = _plain(before[-2].text).lower() if len(before) > 1 else ""
        table = next((each for name, each in named.tables.items() if name.lower() == owner), None)
        table = table or next((each for each in schema if each.name.lower() == owner), None)
        if table is not None:
            yield from _columns([table])
        return
    relations = [Completion(_quoted(each.name), each.kind, _rows(each)) for each in schema if each.kind != "macro"]
    made_up = [Completion(_quoted(each), "view", "of this statement") for each in named.made_up]
    if last is not None and (last.text.upper() in _NAMES_A_TABLE or _in_table_list(before)):
        yield from made_up
        yield from relations
        return
    if last is None or last.text == ";":
        yield from (Completion(each, "keyword") for each in KEYWORDS)
    tables = list({each.name: each for each in named.tables.values()}.values())
    yield from _columns(tables or [each for each in schema if each.kind != "macro"])
    aliases = [name for name, each in named.tables.items() if name != each.name]
    yield from (Completion(_quoted(name), "table", named.tables[name].name) for name in aliases)
    for each in schema:
        if each.kind == "macro":
            yield Completion(f"{each.name}(", "macro", ", ".join(name for name, _ in each.columns))
    yield from (Completion(each, "keyword") for each in KEYWORDS)
    yield from (Completion(f"{each}(", "function") for each in FUNCTIONS)
    yield from made_up
    yield from relations


def _in_table_list(before: list[Token]) -> bool:
    """Behind a comma of `FROM a, b`."""
    if before[-1].text != ",":
        return False
    for token in reversed(before):
        if token.text.upper() in _NAMES_A_TABLE:
            return True
        if token.text.upper() in _ENDS_THE_TABLES or token.text in "()":
            return False
    return False


def _columns(tables: Iterable[Relation]) -> Iterator[Completion]:
    for table in tables:
        for name, kind in table.columns:
            yield Completion(_quoted(name), "column", f"{kind.lower()} · {table.name}")


def _rows(relation: Relation) -> str:
    return relation.kind if relation.rows is None else f"{relation.rows:,} rows"


def _ranked(typed: str, options: Iterable[Completion]) -> Iterator[Completion]:
    """Those that begin with what is typed, then those of which a part does: `id` finds image_id. Each name once."""
    wanted = typed.lower()
    seen: set[str] = set()
    parts = []
    for each in options:
        name = each.text.lower().strip('"')
        if name in seen or name == wanted:
            continue
        seen.add(name)
        if name.startswith(wanted):
            yield each
        elif f"_{wanted}" in name and each.kind != "keyword":
            parts.append(each)
    yield from parts


def _plain(name: str) -> str:
    return name.strip('"').replace('""', '"') if name.startswith('"') else name


def _quoted(name: str) -> str:
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name, re.IGNORECASE) and name.upper() not in _NO_ALIAS:
        return name
    return '"' + name.replace('"', '""') + '"'
