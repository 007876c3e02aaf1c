from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anitui.store.bands import BITS, cut, usual
from anitui.store.pair_search import near_hashes, near_new
from tests.store.hashed import by_hand, some_hashes


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    yield connection
    connection.close()


def found_by_sql(database: duckdb.DuckDBPyConnection, bits: list[int], lo: int, hi: int) -> dict[tuple[int, int], int]:
    database.execute("CREATE OR REPLACE TABLE hash AS SELECT unnest(?::UBIGINT[]) AS h", [bits])
    rows = [row for statement in near_hashes(lo, hi) for row in database.execute(statement).fetchall()]
    assert len({row[:2] for row in rows}) == len(rows), "a pair is found once"
    return {(one, other): distance for one, other, distance in rows}


@pytest.mark.parametrize("within", [0, 1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 30, 64])
def test_the_bands_take_every_bit_once_and_reach_far_enough(within: int) -> None:
    for bands in (usual(within), cut(within, 1), cut(within, 4), cut(within, 7)):
        assert sorted(bit for band in bands for bit in band.bits) == list(range(BITS))
        assert sum(band.radius + 1 for band in bands) >= within + 1


def test_flips_are_all_ways_to_differ_within_a_band() -> None:
    band = cut(8, 3)[1]
    expected = {(1 << a) for a in band.bits} | {(1 << a) | (1 << b) for a, b in combinations(band.bits, 2)}
    assert band.radius == 2
    assert set(band.flips()) == expected
    assert len(band.flips()) == len(expected)


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize(("lo", "hi"), [(0, 0), (0, 1), (1, 2), (0, 3), (0, 4), (3, 8), (0, 8), (0, 10), (0, 16)])
def test_the_sql_finds_what_comparing_each_with_each_finds(
    database: duckdb.DuckDBPyConnection, skewed: bool, lo: int, hi: int
) -> None:
    bits = sorted({int(each) for each in some_hashes(hi, 400, skewed=skewed)})
    expected = {(bits[a - 1], bits[b - 1]): d for (a, b), d in by_hand(bits, max(lo, 1), hi).items()}
    assert found_by_sql(database, bits, lo, hi) == expected
    assert expected or hi < 2


@settings(max_examples=25, deadline=None)
@given(
    base=st.integers(0, 2**64 - 1),
    changes=st.lists(st.sets(st.integers(0, 63), max_size=9), min_size=2, max_size=12),
    hi=st.integers(0, 13),
)
def test_any_few_hashes_around_one(
    database: duckdb.DuckDBPyConnection, base: int, changes: list[set[int]], hi: int
) -> None:
    bits = sorted({base ^ sum(1 << bit for bit in change) for change in changes})
    expected = {(bits[a - 1], bits[b - 1]): d for (a, b), d in by_hand(bits, 1, hi).items()}
    assert found_by_sql(database, bits, 0, hi) == expected


@pytest.mark.parametrize("hi", [0, 1, 4, 8, 11])
def test_new_against_all_finds_all_that_are_near_to_a_new_one(database: duckdb.DuckDBPyConnection, hi: int) -> None:
    bits = some_hashes(1, 500, skewed=True)
    new = np.unique(bits[:30])
    database.execute("CREATE OR REPLACE TABLE new_hash AS SELECT unnest(?::UBIGINT[]) AS h", [new.tolist()])
    database.execute(
        "CREATE OR REPLACE TABLE everyone AS SELECT unnest(range(500)) AS id, unnest(?::UBIGINT[]) AS h",
        [bits.tolist()],
    )
    rows = database.execute(near_new(0, hi)).fetchall()
    expected = {
        (int(h), i, int(bits[i]), int(np.bitwise_count(h ^ bits[i])))
        for h in new for i in range(500) if np.bitwise_count(h ^ bits[i]) <= hi
    }  # fmt: skip
    assert len(rows) == len(expected)
    assert set(rows) == expected
