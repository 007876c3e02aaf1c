from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anitui.errors import AnituiError
from anitui.store import migrations
from anitui.store.catalogue import Catalogue, Unreadable, open_catalogue
from anitui.store.migrations import BrokenMigration, ForeignFile, NewerCatalogue

ALL = migrations.known()

# What users, recipes and benches rely on.
CONTRACT = {
    "images": "image_id sha256 path format width height bytes state reason added_at",
    "sightings": "image_id site url page_url post_id title author flair nsfw label_hint job_id seen_at",
    "image_facts": "image_id colourfulness sharpness",
    "image_hashes": "image_id algorithm mode bits",
    "face_hashes": "face_id algorithm mode bits",
    "faces": "face_id image_id x y w h score detector state kind",
    "labelled_faces": "face_id label said_by confidence said_at",
    "tagged_images": "image_id label said_by confidence said_at",
    "pairs": "kind a_id b_id algorithm distance",
    "pairs_open": "kind a_id b_id",
    "verdicts": "kind a_id b_id verdict said_by decided_at",
    "job_items": "job_id item_id url state attempts reason image_id",
    "runs": "run_id",
    "run_metrics": "run_id step epoch name value logged_at",
    "splits": "split part face_id image_id group_id",
}

BITS = st.integers(0, 2**64 - 1)


def folder_of(place: Path, *scripts: str, upto: int = len(ALL)) -> Path:
    """The real migrations up to a number, and then these."""
    folder = place / "schema"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in sorted(migrations.SCHEMA.glob("*.sql"))[:upto]:
        shutil.copy(file, folder)
    for number, script in enumerate(scripts, upto + 1):
        (folder / f"{number:04}_more.sql").write_text(script)
    return folder


def shape(catalogue: Catalogue) -> list[tuple[object, ...]]:
    """Every column, constraint, view, sequence and macro."""
    queries = (
        "SELECT table_name, column_name, data_type, column_default, is_nullable FROM duckdb_columns()",
        "SELECT table_name, constraint_text FROM duckdb_constraints()",
        "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal",
        "SELECT sequence_name, start_value FROM duckdb_sequences()",
        "SELECT function_name, macro_definition, parameters FROM duckdb_functions() WHERE NOT internal",
        "SELECT version, name FROM schema_migrations",
    )
    return [row for query in queries for row in sorted(catalogue.rows(query), key=str)]


def add_mark(catalogue: Catalogue, image_id: int = 1) -> None:
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO image_marks VALUES (?, 3)", [image_id])


@pytest.mark.parametrize(
    "names", [["0002_late"], ["0001_a", "0003_c"], ["0001_a", "0001_b"], ["0000_zero"], ["1_short"], ["0001-dash"]]
)
def test_numbers_start_at_one_and_have_no_gaps(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / f"{name}.sql").write_text("SELECT 1")
    with pytest.raises(BrokenMigration):
        migrations.known(tmp_path)


def test_names_and_columns_that_others_rely_on(catalogue: Catalogue) -> None:
    for name, columns in CONTRACT.items():
        there = {row[0] for row in catalogue.rows(f"DESCRIBE {name}")}
        assert set(columns.split()) <= there, name


@settings(max_examples=4, deadline=None)
@given(stops=st.sets(st.integers(1, len(ALL) - 1)))
def test_any_grouping_over_reopenings_gives_the_same_schema(stops: set[int]) -> None:
    with TemporaryDirectory() as name:
        at_once = open_catalogue(Path(name) / "at_once.duckdb")
        whole = shape(at_once)
        at_once.close()
        for upto in (*sorted(stops), len(ALL)):
            stepwise = open_catalogue(Path(name) / "stepwise.duckdb", schema=folder_of(Path(name), upto=upto))
            found = shape(stepwise)
            stepwise.close()
        assert found == whole


def test_opening_again_changes_nothing(catalogue: Catalogue) -> None:
    before = catalogue.rows("FROM schema_migrations")
    add_mark(catalogue)
    catalogue.close()
    again = open_catalogue(catalogue.path)
    assert again.rows("FROM schema_migrations") == before
    assert again.rows("FROM image_marks") == [(1, 3)]
    again.close()
    assert not (catalogue.path.parent / "backups").exists()


def test_a_migration_that_fails_leaves_all_as_it_was(catalogue: Catalogue, tmp_path: Path) -> None:
    add_mark(catalogue)
    before = shape(catalogue)
    catalogue.close()
    good = "CREATE TABLE good (a INTEGER);"
    bad = "CREATE TABLE bad (a INTEGER); UPDATE image_marks SET mark = 9; DROP VIEW pairs_open; SELECT nothing_such();"
    with pytest.raises(BrokenMigration, match="left as it was") as caught:
        open_catalogue(catalogue.path, schema=folder_of(tmp_path, good, bad))
    assert "\n" not in str(caught.value)
    again = open_catalogue(catalogue.path, schema=folder_of(tmp_path, good))
    assert again.rows("FROM image_marks") == [(1, 3)]
    after = shape(again)
    assert [row for row in before if row not in after] == []
    assert again.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'bad'") == 0
    again.close()


def test_a_backup_comes_before_a_change_of_data_and_only_then(catalogue: Catalogue, tmp_path: Path) -> None:
    add_mark(catalogue)
    catalogue.close()
    backups = catalogue.path.parent / "backups"
    told: list[str] = []
    adds = "CREATE TABLE more (a INTEGER);"
    changes = "-- changes data\nUPDATE image_marks SET mark = mark + 1;"
    opened = open_catalogue(catalogue.path, schema=folder_of(tmp_path, adds), told=told.append)
    add_mark(opened, 2)
    opened.close()
    assert not told
    assert not backups.exists()
    opened = open_catalogue(catalogue.path, schema=folder_of(tmp_path, adds, changes), told=told.append)
    assert opened.rows("FROM image_marks ORDER BY ALL") == [(1, 4), (2, 4)]
    opened.close()
    (backup,) = backups.iterdir()
    assert [str(backup) in line for line in told] == [True]
    old = open_catalogue(backup, schema=folder_of(tmp_path, adds))
    assert old.rows("FROM image_marks ORDER BY ALL") == [(1, 3), (2, 3)]
    old.close()


def test_a_migration_that_fails_again_and_again_makes_one_backup(catalogue: Catalogue, tmp_path: Path) -> None:
    add_mark(catalogue)
    catalogue.close()
    told: list[str] = []
    schema = folder_of(tmp_path, "-- changes data\nDELETE FROM image_marks; SELECT nothing_such();")
    for _ in range(3):
        with pytest.raises(BrokenMigration):
            open_catalogue(catalogue.path, schema=schema, told=told.append)
    (backup,) = (catalogue.path.parent / "backups").iterdir()
    assert len(told) == 1
    opened = open_catalogue(catalogue.path)
    add_mark(opened, 2)
    opened.close()
    with pytest.raises(BrokenMigration):
        open_catalogue(catalogue.path, schema=schema)
    newest = migrations.newest_backup(catalogue.path, backup.parent)
    assert newest is not None and newest != backup
    with duckdb.connect(str(newest), read_only=True) as old:
        assert old.execute("SELECT count(*) FROM image_marks").fetchall() == [(2,)]


def test_a_backup_holds_what_a_killed_process_had_left_in_the_log(catalogue: Catalogue, tmp_path: Path) -> None:
    add_mark(catalogue)
    for file in catalogue.path.parent.glob("catalogue.duckdb*"):  # as kill -9 leaves them
        shutil.copy(file, tmp_path)
    assert (tmp_path / "catalogue.duckdb.wal").stat().st_size
    opened = open_catalogue(tmp_path / "catalogue.duckdb", schema=folder_of(tmp_path, "-- changes data\n"))
    opened.close()
    (backup,) = (tmp_path / "backups").iterdir()
    with duckdb.connect(str(backup), read_only=True) as old:
        assert old.execute("FROM image_marks").fetchall() == [(1, 3)]


def test_a_new_catalogue_needs_no_backup(tmp_path: Path) -> None:
    opened = open_catalogue(tmp_path / "new.duckdb", schema=folder_of(tmp_path, "-- changes data\n"))
    opened.close()
    assert not (tmp_path / "backups").exists()


def test_without_a_backup_the_data_is_not_changed(catalogue: Catalogue, tmp_path: Path) -> None:
    add_mark(catalogue)
    catalogue.close()
    (catalogue.path.parent / "backups").touch()  # in the way
    schema = folder_of(tmp_path, "-- changes data\nDELETE FROM image_marks;")
    with pytest.raises(AnituiError):
        open_catalogue(catalogue.path, schema=schema)
    again = open_catalogue(catalogue.path)
    assert again.rows("FROM image_marks") == [(1, 3)]
    again.close()


def test_a_newer_catalogue_is_refused_and_left_alone(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.close()
    newer = folder_of(tmp_path, "CREATE TABLE later (a INTEGER);")
    open_catalogue(catalogue.path, schema=newer).close()
    before = catalogue.path.read_bytes()
    with pytest.raises(NewerCatalogue, match="upgrade anitui") as caught:
        open_catalogue(catalogue.path)
    assert "\n" not in str(caught.value)
    assert catalogue.path.read_bytes() == before
    open_catalogue(catalogue.path, schema=newer).close()  # and it is not held any more


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + bytes(4096), bytes(100_000)])
def test_garbage_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "catalogue.duckdb"
    file.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        open_catalogue(file)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE customers (a INTEGER)",
        "CREATE TABLE schema_migrations (version VARCHAR); INSERT INTO schema_migrations VALUES ('20240101')",
        "CREATE TABLE schema_migrations (number INTEGER); CREATE TABLE images (a INTEGER)",
    ],
)
def test_the_catalogue_of_another_program_is_refused_and_left_alone(tmp_path: Path, script: str) -> None:
    file = tmp_path / "catalogue.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute(script)
    before = file.read_bytes()
    with pytest.raises(ForeignFile) as caught:
        open_catalogue(file)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == before


def test_hash_macros_over_all_64_bits() -> None:
    with TemporaryDirectory() as name:
        catalogue = open_catalogue(Path(name) / "c.duckdb")

        @settings(max_examples=60, deadline=None)
        @given(BITS, BITS)
        def agree(a: int, b: int) -> None:
            row = catalogue.rows(
                "SELECT hamming($a::UBIGINT, $b::UBIGINT), hash_text($a::UBIGINT), hash_bits($t), "
                "likeness($a::UBIGINT, $b::UBIGINT), hamming($a::UBIGINT, $a::UBIGINT)",
                {"a": a, "b": b, "t": f"{a:016x}"},
            )[0]
            distance = (a ^ b).bit_count()
            assert (row[0], row[1], row[2], row[4]) == (distance, f"{a:016x}", a, 0)
            assert float(row[3]) == pytest.approx(1 - distance / 64)

        agree()
        for a, b in pairwise((0, 2**64 - 1, 2**63, 2**63 - 1, 1, 0)):
            assert catalogue.value("SELECT hamming(?::UBIGINT, ?::UBIGINT)", [a, b]) == (a ^ b).bit_count()
        catalogue.close()
