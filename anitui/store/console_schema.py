"""What there is to ask about: the catalogue's tables, views and macros, for the tree and for completion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from anitui.store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, a view, or a macro with its parameters as columns. `rows` is DuckDB's estimate, of tables only."""

    name: str
    kind: str  # table, view, macro
    columns: tuple[tuple[str, str], ...]
    rows: int | None = None


def schema(catalogue: Catalogue) -> list[Relation]:
    """All relations and macros of the catalogue: tables first, then views, then macros, each by name."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in catalogue.rows(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal "
        "ORDER BY table_name, column_index"
    ):
        columns.setdefault(table, []).append((column, kind))
    found = catalogue.rows(
        """
        SELECT table_name AS name, 'table' AS kind, estimated_size FROM duckdb_tables()
        WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
        UNION ALL
        SELECT view_name, 'view', NULL FROM duckdb_views()
        WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
        ORDER BY kind, name
        """
    )
    macros = catalogue.rows(
        "SELECT function_name, any_value(parameters) FROM duckdb_functions() "
        "WHERE function_type IN ('macro', 'table_macro') AND database_name = current_database() AND NOT internal "
        "GROUP BY function_name ORDER BY function_name"
    )
    relations = [Relation(name, kind, tuple(columns.get(name, ())), rows) for name, kind, rows in found]
    return relations + [Relation(name, "macro", tuple((each, "") for each in given)) for name, given in macros]


def picture_of(catalogue: Catalogue, row: Mapping[str, str | None]) -> int | None:
    """The picture that a row of a result is about: by its image_id, else by its face_id."""
    number = row.get("image_id")
    if number is not None and number.isdecimal():
        found = catalogue.rows("SELECT image_id FROM images WHERE image_id = ?", [int(number)])
        return int(found[0][0]) if found else None
    number = row.get("face_id")
    if number is not None and number.isdecimal():
        found = catalogue.rows("SELECT image_id FROM faces WHERE face_id = ?", [int(number)])
        return int(found[0][0]) if found else None
    return None
