from __future__ import annotations

import duckdb
import pytest

from anitui.store.recipes import first_rows, is_first_rows


@pytest.mark.parametrize("name", ["images", "order", "Two words", 'a"b', "left", "1st", "naïve", "a-b", "x;y"])
def test_the_first_rows_of_any_table(name: str) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute('CREATE TABLE "' + name.replace('"', '""') + '" AS SELECT 7 AS a')
        assert connection.execute(first_rows(name)).fetchall() == [(7,)]
    assert is_first_rows(f"  {first_rows(name)}\n")
    assert not is_first_rows(f"{first_rows(name)}0")


def test_plain_names_stay_plain() -> None:
    assert first_rows("images") == "SELECT * FROM images LIMIT 100"
    assert not is_first_rows("SELECT * FROM a, b LIMIT 100")
    assert not is_first_rows('SELECT * FROM "a" JOIN "b" LIMIT 100')
