from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from anitui.errors import Stopped
from anitui.store import console_check
from anitui.store.catalogue import Catalogue
from anitui.store.console import Outcome, Query, Refused, SqlError, Stop, answer, classify
from anitui.store.console_schema import picture_of, schema
from tests.store.furnished import furnished, rows


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = furnished(tmp_path / "place")
    yield catalogue
    catalogue.close()


def test_a_refusal_names_the_statement_and_how_to_allow_it(shelf: Catalogue) -> None:
    with pytest.raises(Refused, match=r"^DELETE is more than reading.*ctrl\+w.*--write"):
        Query(shelf, "DELETE FROM labels").run()
    with pytest.raises(Refused, match=r"^EXPLAIN of DELETE is more"):
        Query(shelf, "EXPLAIN ANALYZE DELETE FROM labels").run()
    with pytest.raises(Refused, match=r"this SELECT would write a file"):
        Query(shelf, "WITH out AS (COPY labels TO 'out.csv') SELECT 1").run()
    with pytest.raises(Refused, match=r"name its values \(PIVOT"):
        Query(shelf, "PIVOT labels ON label").run()


def test_an_extension_that_is_not_there_is_named_and_never_fetched(shelf: Catalogue, tmp_path: Path) -> None:
    with shelf.writing() as connection:
        connection.execute(f"SET extension_directory = '{tmp_path / 'extensions'}'")
    with pytest.raises(SqlError, match=r"^this needs DuckDB's extension httpfs, which is not installed here"):
        Query(shelf, "FROM 'https://example.com/rows.csv'").run()
    assert not list(tmp_path.glob("extensions/**/*.duckdb_extension"))


def test_the_read_only_transaction_holds_also_without_the_checks(
    shelf: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anitui.store.console.check_reading", lambda cursor, statements: None)
    for text in ("DELETE FROM labels", "WITH gone AS (DELETE FROM labels RETURNING *) SELECT * FROM gone"):
        with pytest.raises(SqlError, match="only reading is allowed"):
            Query(shelf, text).run()
    assert shelf.value("SELECT count(*) FROM labels") == 2


def test_every_table_function_of_this_duckdb_reads_or_is_refused(shelf: Catalogue) -> None:
    refused = console_check._not_only_reading(shelf.cursor())
    assert {"checkpoint", "enable_logging", "json_execute_serialized_sql", "arrow_scan"} <= refused
    assert not {name for name in refused if name.startswith(("read_", "duckdb_", "pragma_"))}


def test_all_statements_of_a_text_are_told_apart(shelf: Catalogue) -> None:
    text = "SELECT 'é;'; -- one\nINSERT INTO labels(label) VALUES ('x');\nEXPLAIN ANALYZE COMMIT"
    found = classify(shelf.cursor(), text)
    assert [each.kind for each in found] == ["SELECT", "INSERT", "EXPLAIN"]
    assert "".join(each.text for each in found) == text
    assert text[found[1].start :].lstrip().startswith("INSERT")
    assert "TRANSACTION" in found[2].kinds


def test_an_error_has_its_place_in_the_text(shelf: Catalogue) -> None:
    for text, word in (
        ("SELECT 'é', nope FROM images", "nope"),
        ("SELECT 1;\n\nSELECT * FROM nowhere", "nowhere"),
        ("SELECT label\nFROM labels\nWHERE WHERE", "WHERE WHERE"),
        ("SELECT 'x'::INTEGER", "::"),
    ):
        with pytest.raises(SqlError) as caught:
            Query(shelf, text).run()
        position = caught.value.position
        assert position is not None
        assert text[position:].startswith(word) or text[:position].endswith("WHERE ") or word == "::"
        assert "\n" not in str(caught.value)
    with pytest.raises(SqlError, match="no statement"):
        Query(shelf, " -- nothing\n;").run()


def test_an_error_in_the_middle_of_the_rows_is_told(shelf: Catalogue) -> None:
    with pytest.raises(SqlError, match="here it ends"):
        Query(shelf, "SELECT CASE WHEN range = 90000 THEN error('here it ends') END FROM range(100000)").run()
    assert rows(shelf, "SELECT 1") == [("1",)]


def test_python_variables_are_no_tables(shelf: Catalogue) -> None:
    with pytest.raises(SqlError, match="does not exist"):
        Query(shelf, "SELECT * FROM columns").run()


# Writing.


def test_writing_says_how_many_rows_it_changed(shelf: Catalogue) -> None:
    outcome = Query(shelf, "UPDATE labels SET key = 'x'; DELETE FROM labels WHERE label = 'Rei'", write=True).run()
    assert outcome.changed == 3
    assert shelf.rows("SELECT label, key FROM labels") == [("Asuka", "x")]
    query = Query(shelf, "INSERT INTO labels(label) VALUES ('a'), ('b') RETURNING label", write=True)
    assert query.run().changed == 2
    assert query.spool is not None
    assert query.spool.window(0, 9) == [("a",), ("b",)]


def test_one_failure_takes_all_statements_back(shelf: Catalogue) -> None:
    with pytest.raises(SqlError, match="Duplicate key"):
        Query(shelf, "DELETE FROM faces; INSERT INTO labels(label) VALUES ('Rei')", write=True).run()
    assert shelf.value("SELECT count(*) FROM faces") == 1
    with shelf.writing() as connection:  # the writer is whole
        connection.execute("INSERT INTO labels(label) VALUES ('Misato')")


@pytest.mark.parametrize(
    "text", ["BEGIN", "DELETE FROM labels; COMMIT; SELECT error('no')", "ROLLBACK", "EXPLAIN ANALYZE COMMIT"]
)
def test_a_written_text_cannot_end_its_transaction(shelf: Catalogue, text: str) -> None:
    with pytest.raises(Refused, match="one transaction"):
        Query(shelf, text, write=True).run()
    assert shelf.value("SELECT count(*) FROM labels") == 2
    with shelf.writing() as connection:
        connection.execute("DELETE FROM labels")
    assert shelf.value("SELECT count(*) FROM labels") == 0


def test_what_a_text_leaves_behind_does_not_reach_the_app(shelf: Catalogue) -> None:
    Query(
        shelf,
        "ATTACH ':memory:' AS m; SET VARIABLE x = 1; USE m; CREATE TEMP TABLE images AS SELECT 1 AS a",
        write=True,
    ).run()
    assert shelf.value("SELECT sha256 FROM images") == "a"
    with shelf.writing() as connection:
        assert connection.execute("SELECT sha256, getvariable('x') FROM images").fetchall() == [("a", None)]


def test_a_pivot_that_looks_up_its_columns_works_when_writing_is_allowed(shelf: Catalogue) -> None:
    assert rows(shelf, "PIVOT (SELECT label FROM labels) ON label USING count(*)", write=True) == [("1", "1")]


# Stopping, and what is shown.


def stopped_when(query: Query, ready: threading.Event) -> Outcome:
    waiting = threading.Thread(target=lambda: (ready.wait(), query.stop()))
    waiting.start()
    try:
        return query.run(ready.set)
    finally:
        ready.set()
        waiting.join()


def test_a_statement_without_end_is_stopped_and_keeps_its_rows(shelf: Catalogue) -> None:
    query = Query(shelf, "SELECT range FROM range(1000000000000)")
    outcome = stopped_when(query, threading.Event())
    assert outcome.stopped == "stopped"
    assert query.spool is not None
    assert len(query.spool) == outcome.rows
    query.spool.close()


def test_a_statement_that_has_no_rows_yet_is_stopped(shelf: Catalogue) -> None:
    ready = threading.Event()
    ready.set()
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range < 0"
    assert stopped_when(Query(shelf, endless), ready).stopped == "stopped"
    assert rows(shelf, "SELECT 1") == [("1",)]


def test_a_stopped_write_changes_nothing(shelf: Catalogue) -> None:
    ready = threading.Event()
    ready.set()
    text = "DELETE FROM labels; CREATE TABLE big AS SELECT * FROM range(10000000) a, range(10000000) b"
    assert stopped_when(Query(shelf, text, write=True), ready).stopped == "stopped, and nothing was changed"
    assert shelf.value("SELECT count(*) FROM labels") == 2


def test_a_stop_that_comes_first_is_not_lost(shelf: Catalogue) -> None:
    stop = Stop()
    stop.stop()
    with pytest.raises(Stopped), answer(shelf, "SELECT 1", stop=stop) as given:
        list(given.batches)


def test_odd_types_are_shown_as_duckdb_writes_them(shelf: Catalogue) -> None:
    shown = rows(
        shelf,
        "SELECT '101'::BIT, 340282366920938463463374607431768211455::UHUGEINT, 18446744073709551615::UBIGINT, "
        "DATE '99999-01-01', 'infinity'::TIMESTAMP, INTERVAL 1 MONTH, ['a', NULL], {'k': 1}, 'a'::ENUM('a', 'b'), "
        "'\\x00'::BLOB, NULL, 1.50::DECIMAL(9, 2), union_value(n := 1), 'nan'::DOUBLE, '12:00:00+01'::TIMETZ",
    )
    assert shown == [
        (
            "101", "340282366920938463463374607431768211455", "18446744073709551615", "99999-01-01", "infinity",
            "1 month", "[a, NULL]", "{'k': 1}", "a", "\\x00", None, "1.50", "1", "nan", "12:00:00+01",
        )
    ]  # fmt: skip


def test_a_plan_is_shown_line_by_line(shelf: Catalogue) -> None:
    shown = rows(shelf, "EXPLAIN SELECT * FROM labels")
    assert len(shown) > 2
    assert not any("\n" in (line or "") for (line,) in shown)


def test_the_schema_names_tables_views_and_macros_with_their_columns(shelf: Catalogue) -> None:
    found = {each.name: each for each in schema(shelf)}
    assert found["images"].kind == "table"
    assert found["images"].rows == 1
    assert ("image_id", "BIGINT") in found["images"].columns
    assert found["tagged_images"].kind == "view"
    assert [name for name, _ in found["hamming"].columns] == ["a", "b"]
    assert found["hamming"].kind == "macro"


def test_a_row_leads_to_its_picture(shelf: Catalogue) -> None:
    assert picture_of(shelf, {"image_id": "1"}) == 1
    assert picture_of(shelf, {"face_id": "1", "label": None}) == 1
    assert picture_of(shelf, {"image_id": "99"}) is None
    assert picture_of(shelf, {"image_id": None, "face_id": "x"}) is None
