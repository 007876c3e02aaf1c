from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from anitui.store.catalogue import Catalogue
from anitui.store.console import Query, Refused, SqlError
from tests.store.furnished import furnished, rows

READING = (
    "SELECT 1",
    "FROM images",
    "TABLE labels",
    "VALUES (1), (2)",
    "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
    "DESCRIBE images",
    "SHOW TABLES",
    "SUMMARIZE labels",
    "EXPLAIN SELECT * FROM images",
    "EXPLAIN ANALYZE SELECT count(*) FROM labels",
    "EXPLAIN (FORMAT json) SELECT 1",
    "EXPLAIN /* why */ ANALYZE (SELECT 1) UNION (SELECT 2)",
    "PIVOT labels ON label IN ('Rei', 'Asuka') USING count(*)",
    "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b",
    "SELECT * FROM read_csv('table.csv')",
    "SELECT * FROM 'table.csv'",
    "SELECT * FROM query('SELECT 1 AS one')",
    "SELECT hamming(1, 2), hash_text(255)",
    "SELECT * FROM pragma_table_info('images')",
    "SELECT * FROM duckdb_settings()",
    "SELECT 1; SELECT 2;",
)

HOSTILE = (
    "INSERT INTO labels(label) VALUES ('new')",
    "UPDATE labels SET key = 'x'",
    "DELETE FROM labels",
    "DELETE FROM labels RETURNING *",
    "TRUNCATE labels",
    "MERGE INTO labels USING labels AS other USING (label) WHEN MATCHED THEN DELETE",
    "DROP TABLE labels",
    "ALTER TABLE labels ADD COLUMN more INTEGER",
    "CREATE TABLE mine AS SELECT 1 AS a",
    "CREATE TEMP TABLE images AS SELECT 1 AS a",
    "CREATE OR REPLACE VIEW tagged_images AS SELECT 1 AS a",
    "CREATE OR REPLACE MACRO hamming(a, b) AS 0",
    "CREATE TYPE mood AS ENUM ('glad')",
    "COMMENT ON TABLE labels IS 'mine'",
    "WITH gone AS (DELETE FROM labels RETURNING *) SELECT * FROM gone",
    "WITH new AS (INSERT INTO labels(label) VALUES ('new') RETURNING *) SELECT * FROM new",
    "WITH out AS (COPY labels TO 'out.csv') SELECT 1",
    "WITH out AS (COPY labels TO 'out.csv') SELECT * FROM labels",
    "WITH out AS (COPY labels TO 'out.csv') PIVOT labels ON label",
    "WITH out AS (COPY labels TO 'out.csv') PIVOT labels ON label IN ('Rei')",
    "WITH gone AS (DELETE FROM labels RETURNING *) PIVOT gone ON label",
    "PIVOT (FROM enable_logging(storage = 'file', storage_config = {'path': 'logs'})) ON 1 IN (1)",
    "COPY labels TO 'out.csv'",
    "COPY (SELECT 1) TO 'out.parquet' (FORMAT parquet)",
    "COPY (PIVOT labels ON label) TO 'out.csv'",
    "COPY labels FROM 'table.csv'",
    "EXPLAIN ANALYZE DELETE FROM labels",
    "EXPLAIN (ANALYZE) DELETE FROM labels",
    "EXPLAIN -- SELECT\n ANALYZE COPY labels TO 'out.csv'",
    "EXPLAIN ANALYZE CREATE TABLE mine AS SELECT 1",
    "EXPLAIN ANALYZE COMMIT",
    "EXPLAIN ANALYZE WITH out AS (COPY labels TO 'out.csv') SELECT 1",
    "EXPORT DATABASE 'everything'",
    "IMPORT DATABASE 'everything'",
    "ATTACH 'other.duckdb' AS other",
    "DETACH memory",
    "USE memory",
    "SET threads = 1",
    "SET VARIABLE x = 1",
    "RESET threads",
    "PRAGMA threads = 1",
    "PRAGMA enable_profiling",
    "PRAGMA database_list",
    "CALL enable_logging()",
    "CALL pragma_version()",
    "LOAD json",
    "INSTALL httpfs",
    "UPDATE EXTENSIONS",
    "PREPARE it AS DELETE FROM labels",
    "EXECUTE it",
    "BEGIN",
    "COMMIT",
    "ROLLBACK; DELETE FROM labels",
    "COMMIT; BEGIN; DELETE FROM labels; COMMIT",
    "SELECT 1; DELETE FROM labels; SELECT 2",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "SELECT nextval('image_ids')",
    "SELECT setval('image_ids', 99)",
    "SELECT * FROM query('DELETE FROM labels')",
    "SELECT * FROM query('WITH o AS (COPY labels TO ''out.csv'') SELECT 1')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('WITH o AS (COPY labels TO ''out.csv'') SELECT 1'))",
    "SELECT * FROM checkpoint()",
    "SELECT * FROM force_checkpoint()",
    "SELECT (SELECT count(*) FROM checkpoint())",
    "SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': 'logs'})",
    "SELECT * FROM labels WHERE label IN (SELECT 'a' FROM enable_profiling(save_location = 'profile.json'))",
    "SELECT * FROM truncate_duckdb_logs()",
    "SELECT * FROM create_external_resource('a')",
)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """One catalogue for all that must not change it."""
    catalogue = furnished(tmp_path_factory.mktemp("lasting") / "place")
    yield catalogue
    catalogue.close()


@pytest.fixture
def place(lasting: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the statements run, and with it all that they could write to by a name."""
    monkeypatch.chdir(lasting.path.parent)
    return lasting.path.parent


def everything(shelf: Catalogue, place: Path) -> object:
    """The bytes of all files, and all that a statement might have changed inside."""
    files = {
        str(file.relative_to(place)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(place.rglob("*"))
        if file.is_file()
    }
    inside = [
        shelf.rows(f"SELECT * FROM {what} ORDER BY ALL")
        for what in (
            "labels", "images", "faces", "duckdb_databases()", "duckdb_extensions()", "duckdb_settings()",
            "duckdb_sequences()", "duckdb_types()", "duckdb_variables()", "duckdb_prepared_statements()",
        )
    ]  # fmt: skip
    named = shelf.rows("SELECT table_name, comment, column_count FROM duckdb_tables() ORDER BY ALL")
    views = shelf.rows("SELECT view_name, sql FROM duckdb_views() ORDER BY ALL")
    macros = shelf.rows(
        "SELECT function_name, macro_definition FROM duckdb_functions() WHERE NOT internal ORDER BY ALL"
    )
    return files, inside, named, views, macros


@pytest.mark.parametrize("text", READING)
def test_what_only_reads_is_run(lasting: Catalogue, place: Path, text: str) -> None:
    before = everything(lasting, place)
    assert rows(lasting, text)
    assert everything(lasting, place) == before


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_changed_while_only_reading_is_allowed(lasting: Catalogue, place: Path, text: str) -> None:
    before = everything(lasting, place)
    with pytest.raises((Refused, SqlError)):
        Query(lasting, text).run()
    assert everything(lasting, place) == before
    assert lasting.value("SELECT count(*) FROM labels") == 2
