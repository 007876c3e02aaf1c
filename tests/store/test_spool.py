from __future__ import annotations

from pathlib import Path

import pyarrow

from anitui.store.spool import Column, Spool, printable, remove_left_over

COLUMNS = (Column("n", "BIGINT"), Column("text", "VARCHAR"))
SCHEMA = pyarrow.schema([("n", pyarrow.int64()), ("text", pyarrow.string())])


def filled(folder: Path, batches: int, *, in_memory: int) -> Spool:
    spool = Spool(SCHEMA, COLUMNS, folder, in_memory=in_memory)
    for batch in range(batches):
        numbers = range(batch * 1000, batch * 1000 + 1000)
        spool.add(pyarrow.record_batch([list(numbers), [f"row {n}" for n in numbers]], schema=SCHEMA))
    return spool


def test_rows_come_back_as_they_went_in_from_memory_and_from_the_disk(tmp_path: Path) -> None:
    for in_memory in (10**9, 100_000, 1):
        spool = filled(tmp_path, 50, in_memory=in_memory)
        assert spool.spilled == (in_memory < 10**9)
        assert len(spool) == 50_000
        assert spool.window(0, 2) == [("0", "row 0"), ("1", "row 1")]
        assert spool.window(1998, 4) == [(str(n), f"row {n}") for n in range(1998, 2002)]
        assert [row[0] for row in spool.window(49_998, 10)] == ["49998", "49999"]
        assert spool.window(50_000, 10) == []
        assert spool.row(31_415) == {"n": "31415", "text": "row 31415"}
        assert spool.values("n", 48_999, 2) == ["48999", "49000"]
        assert sum(batch.num_rows for batch in spool.batches()) == 50_000
        spool.close()
        assert len(spool) == 0
        assert list(tmp_path.iterdir()) == []


def test_what_is_on_the_disk_is_not_in_memory(tmp_path: Path) -> None:
    before = pyarrow.total_allocated_bytes()
    spool = filled(tmp_path, 400, in_memory=500_000)
    assert pyarrow.total_allocated_bytes() - before < 2_000_000
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.arrow")) > 5_000_000
    spool.close()


def test_batches_stay_readable_when_the_spool_is_closed_meanwhile(tmp_path: Path) -> None:
    spool = filled(tmp_path, 20, in_memory=1)
    batches = spool.batches()
    next(batches)
    spool.close()
    assert sum(batch.num_rows for batch in batches) == 19_000


def test_enums_with_different_dictionaries_share_a_file(tmp_path: Path) -> None:
    def batch(*values: str) -> pyarrow.RecordBatch:
        return pyarrow.record_batch({"e": pyarrow.array(values).dictionary_encode()})

    spool = Spool(batch("a").schema, (Column("e", "ENUM('a', 'b')"),), tmp_path, in_memory=1)
    for values in (("a", "b"), ("b",), ("c", "a")):
        spool.add(batch(*values))
    assert [row[0] for row in spool.window(0, 9)] == ["a", "b", "b", "c", "a"]
    spool.close()


def test_long_values_are_cut_for_the_grid_and_whole_in_the_row(tmp_path: Path) -> None:
    spool = Spool(SCHEMA, COLUMNS, tmp_path)
    spool.add(pyarrow.record_batch([[1], ["x" * 10_000]], schema=SCHEMA))
    assert len(spool.window(0, 1)[0][1] or "") < 1000
    assert spool.row(0)["text"] == "x" * 10_000
    spool.close()


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "rows-abc").mkdir()
    (tmp_path / "rows-abc" / "0.arrow").write_bytes(b"half")
    (tmp_path / "duckdb_temp_storage-0.tmp").write_bytes(b"DuckDB's own")
    remove_left_over(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["duckdb_temp_storage-0.tmp"]


def test_nothing_in_a_value_reaches_the_terminal_as_a_command() -> None:
    assert printable("a\x1b[2J\n\tb\x7f\x9b1m\u202e") == "a␛[2J↵⇥b␡\\x9b1m\\u202e"
    assert printable("\u061ca\ufeff\u2067\u2028") == "\\u061ca\\ufeff\\u2067\\u2028"
    assert printable("漢字　é\xa0") == "漢字　é\xa0"
