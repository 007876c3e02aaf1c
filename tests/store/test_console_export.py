from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from anitui import progress
from anitui.commands.sql import ask
from anitui.errors import Stopped, WrongUse
from anitui.progress import Event
from anitui.store.catalogue import Catalogue
from anitui.store.console import answer
from anitui.store.console_export import Exported, export

ODD = """\
SELECT 18446744073709551615::UBIGINT AS hash, ['a,b', NULL, 'q"'] AS list, {'k': [1, 2]} AS struct, NULL AS nothing,
       'line\ntwo, "é" 漢字' AS text, '' AS empty, 'nan'::DOUBLE AS no_number, INTERVAL 1 MONTH AS span,
       '{"a": 1}'::JSON AS json, DATE '2026-03-02' AS day, 1 AS twice, 2 AS twice, 1.25::DECIMAL(9, 2) AS price,
       union_value(n := 1) AS one_of, true AS yes
FROM range(3)"""


def written(shelf: Catalogue, text: str, target: Path, format: str | None = None) -> Exported:
    with answer(shelf, text) as given:
        assert given.schema is not None
        return progress.run(export(given.batches, given.schema, given.columns, target, format), lambda _: None)


def test_csv_holds_line_ends_quotes_and_the_whole_range(catalogue: Catalogue, tmp_path: Path) -> None:
    assert written(catalogue, ODD, tmp_path / "odd.csv").rows == 3
    with (tmp_path / "odd.csv").open(encoding="utf-8", newline="") as file:
        names, *lines = csv.reader(file)
    assert names[:3] == ["hash", "list", "struct"]
    assert names.count("twice") == 2
    assert len(lines) == 3
    row = dict(zip(names, lines[0], strict=True))
    assert row["hash"] == "18446744073709551615"
    assert row["text"] == 'line\ntwo, "é" 漢字'
    assert row["price"] == "1.25"
    raw = (tmp_path / "odd.csv").read_text("utf-8")
    assert ',,"line' in raw  # NULL
    assert '漢字","",' in raw  # a text that is empty
    assert written(catalogue, "SELECT 1 AS a WHERE false", tmp_path / "none.csv").rows == 0
    assert (tmp_path / "none.csv").read_text() == '"a"\n'


@pytest.mark.parametrize("name", ["odd.json", "odd.jsonl"])
def test_json_holds_lists_and_structs_as_its_own(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    written(catalogue, ODD, tmp_path / name)
    text = (tmp_path / name).read_text("utf-8")
    rows = json.loads(text) if name == "odd.json" else [json.loads(line) for line in text.splitlines()]
    assert len(rows) == 3
    assert rows[0]["hash"] == 2**64 - 1
    assert rows[0]["list"] == ["a,b", None, 'q"']
    assert rows[0]["struct"] == {"k": [1, 2]}
    assert rows[0]["json"] == {"a": 1}
    assert rows[0]["no_number"] is None
    assert rows[0]["text"] == 'line\ntwo, "é" 漢字'
    assert (rows[0]["twice"], rows[0]["twice_1"]) == (1, 2)


def test_json_has_null_for_what_is_no_number_at_any_depth(catalogue: Catalogue, tmp_path: Path) -> None:
    text = (
        "SELECT ['nan'::DOUBLE, 'inf'::FLOAT, '-inf'::DOUBLE, 1.5] AS list, {'a': {'b': ['nan'::DOUBLE]}} AS struct, "
        "'NaN, -Infinity \\\" inf' AS text, ['nan', 'a\"nan'] AS texts, '[NaN, -inf, 2]'::JSON AS json, "
        "MAP {'nan'::DOUBLE: 1} AS map, 1 AS nan"
    )
    written(catalogue, text, tmp_path / "odd.json")

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    (row,) = json.loads((tmp_path / "odd.json").read_text("utf-8"), parse_constant=refuse)
    assert row["list"] == [None, None, None, 1.5]
    assert row["struct"] == {"a": {"b": [None]}}
    assert row["text"] == 'NaN, -Infinity \\" inf'
    assert row["texts"] == ["nan", 'a"nan']
    assert row["json"] == [None, None, 2]
    assert (row["map"], row["nan"]) == ({"nan": 1}, 1)


def test_no_rows_are_still_json(catalogue: Catalogue, tmp_path: Path) -> None:
    written(catalogue, "SELECT 1 AS a WHERE false", tmp_path / "none.json")
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_parquet_keeps_the_types(catalogue: Catalogue, tmp_path: Path) -> None:
    written(catalogue, ODD, tmp_path / "odd.parquet")
    table = parquet.read_table(tmp_path / "odd.parquet")
    assert table.schema.field("hash").type == pyarrow.uint64()
    assert table.column("hash").to_pylist() == [2**64 - 1] * 3
    assert table.column("struct").to_pylist()[0] == {"k": [1, 2]}
    assert table.column("span").to_pylist()[0] == "1 month"
    assert table.column("twice_1").to_pylist() == [2, 2, 2]


def test_a_file_that_is_there_is_kept_unless_told(catalogue: Catalogue, tmp_path: Path) -> None:
    target = tmp_path / "mine.csv"
    target.write_text("mine")
    with pytest.raises(WrongUse, match="is there already"):
        written(catalogue, "SELECT 1", target)
    assert target.read_text() == "mine"
    ask(catalogue, "SELECT 1 AS a", output=target, replace=True)
    assert target.read_text() == '"a"\n1\n'
    with pytest.raises(WrongUse, match="which format"):
        written(catalogue, "SELECT 1", tmp_path / "rows.xls")


def test_a_stopped_export_leaves_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    def told(event: Event) -> None:
        if event.done > 20000:
            raise Stopped("enough")

    with answer(catalogue, "SELECT range FROM range(1000000000)") as given:
        assert given.schema is not None
        with pytest.raises(Stopped, match="enough"):
            progress.run(export(given.batches, given.schema, given.columns, tmp_path / "big.csv"), told)
    assert not list(tmp_path.glob("*big*"))


def test_an_export_that_fails_leaves_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    def broken() -> Iterator[pyarrow.RecordBatch]:
        yield pyarrow.record_batch({"a": [1]})
        raise WrongUse("the middle of it")

    with answer(catalogue, "SELECT 1::BIGINT AS a") as given:
        assert given.schema is not None
        with pytest.raises(WrongUse, match="the middle"):
            progress.run(export(broken(), given.schema, given.columns, tmp_path / "a.json"), lambda _: None)
    assert not list(tmp_path.glob("*a.json*"))


def test_the_command_prints_rows_that_a_terminal_can_bear(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ask(catalogue, "SELECT 7 AS n, e'a\\n\\x1b[31mb' AS text, NULL AS z")
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["n", "text", "z"]
    assert shown[2].split() == ["7", "a↵␛[31mb", "NULL"]
    assert shown[3] == "1 row"
    assert told["rows"] == 1
    ask(catalogue, "SELECT 1 AS n", format="json")
    assert json.loads(capsys.readouterr().out) == [{"n": 1}]
    ask(catalogue, "SELECT 1 AS n WHERE false")
    assert capsys.readouterr().out.splitlines()[0] == "n"


def test_the_command_writes_only_when_told(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongUse, match="INSERT"):
        ask(catalogue, "INSERT INTO labels(label) VALUES ('Rei')")
    assert ask(catalogue, "INSERT INTO labels(label) VALUES ('Rei')", write=True)["changed"] == 1
    assert "1 row changed; the journal does not know of it, so undo cannot" in capsys.readouterr().err
    with pytest.raises(WrongUse, match="-o FILE"):
        ask(catalogue, "SELECT 1", format="parquet")
