from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from anitui.store import pairs
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Contradiction, Statement, Verdict
from anitui.store.verdicts import judge
from tests.store.hashed import hang


@pytest.mark.parametrize("seed", range(6))
def test_counting_what_is_open_comes_to_what_the_view_holds(catalogue: Catalogue, seed: int) -> None:
    chance = Random(seed)
    hang(catalogue, list(range(14)))
    rows = [(a, b, chance.randint(0, 4)) for a, b in combinations(range(1, 15), 2) if chance.random() < 0.6]
    with catalogue.writing() as connection:
        connection.executemany("INSERT INTO pairs VALUES ('image', ?, ?, 'dhash', ?)", rows)
        connection.execute("INSERT INTO pairs VALUES ('image', 1, 2, 'phash', 9), ('face', 1, 2, 'dhash', 9)")
    counts = set()
    for turn in range(14):
        a, b, _ = chance.choice(rows)
        try:
            judge(catalogue, "image", [Statement.of(a, b, chance.choice(list(Verdict)))])
        except Contradiction:
            continue
        if turn == 9:
            with catalogue.writing() as connection:
                connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id = ?", [chance.randint(1, 14)])
        held = catalogue.rows(
            "SELECT distance, count(*) FROM pairs_open WHERE kind = 'image' AND algorithm = 'dhash' GROUP BY 1"
        )
        assert pairs.histogram_open(catalogue, "image", "dhash") == dict(held)
        counts.add(sum(number for _, number in held))
    assert len(counts) > 3
