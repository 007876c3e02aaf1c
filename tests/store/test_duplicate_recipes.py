"""The example queries about duplicates, as they stand in the documentation, on a catalogue with some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anitui.store import verdicts
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Statement, Verdict
from anitui.store.recipes import recipes
from tests.store.test_rules import add


@pytest.fixture
def duplicates(catalogue: Catalogue) -> Iterator[Catalogue]:
    """1 is kept over 2 and 3, which bear another label; 4 and 5 are both kept; 6 is near 7, and nobody was asked."""
    for number in range(1, 8):
        add(catalogue, f"p{number}", bytes=100 * number, label="chino" if number in (1, 2, 4, 5) else "cocoa")
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO pairs VALUES ('image', 6, 7, 'dhash', 3), ('image', 5, 6, 'dhash', 1)")
    statements = [Statement.of(1, 2, Verdict.KEEP_A), Statement.of(1, 3, Verdict.KEEP_A)]
    verdicts.judge_by_rule(
        catalogue, "image", statements, action="clean.rule", summary="rule tidy", said_by="rule tidy"
    )
    verdicts.judge(catalogue, "image", [Statement.of(4, 5, Verdict.SAME)])
    yield catalogue


def asked(catalogue: Catalogue, name: str) -> list[dict[str, object]]:
    (text,) = [each.text for each in recipes() if each.name == name]
    return list(catalogue.table(text).to_pylist())


def test_the_most_duplicated(duplicates: Catalogue) -> None:
    rows = asked(duplicates, "The most duplicated pictures")
    assert [(row["image_id"], row["duplicates"]) for row in rows] == [(1, 2), (4, 1)]


def test_groups_with_their_keepers(duplicates: Catalogue) -> None:
    rows = asked(duplicates, "Duplicate groups with their keepers")
    assert [(row["image_id"], row["kept_beside"], row["set_aside"]) for row in rows] == [
        (1, None, [2, 3]),
        (4, [5], None),
    ]


def test_duplicates_across_labels(duplicates: Catalogue) -> None:
    (row,) = asked(duplicates, "Duplicates across labels")
    assert (row["image_id"], row["which"], row["pictures"]) == (1, ["chino", "cocoa"], [1, 2, 3])


def test_verdicts_of_the_last_week_and_who_said_them(duplicates: Catalogue) -> None:
    with duplicates.writing() as connection:
        connection.execute("UPDATE verdicts SET decided_at = decided_at - INTERVAL 8 DAYS WHERE b_id = 3")
    rows = asked(duplicates, "Verdicts of the last week, and who said them")
    assert {(row["said_by"], row["verdict"], row["verdicts"]) for row in rows} == {
        ("rule tidy", "keep_a", 1),
        ("person", "same", 1),
    }


def test_what_duplicates_weigh(duplicates: Catalogue) -> None:
    (row,) = asked(duplicates, "What duplicates weigh")
    assert (row["why"], row["pictures"], row["bytes"]) == ("a duplicate", 2, 500)
    verdicts.judge(duplicates, "image", [Statement.of(6, 7, Verdict.ASIDE)])
    assert [(row["why"], row["pictures"]) for row in asked(duplicates, "What duplicates weigh")] == [
        ("neither of two", 2), ("a duplicate", 2),
    ]  # fmt: skip


def test_pairs_that_wait_nearest_first(duplicates: Catalogue) -> None:
    rows = asked(duplicates, "Pairs that wait, the nearest first")
    assert [(row["a_id"], row["b_id"], row["distance"]) for row in rows] == [(5, 6, 1), (6, 7, 3)]
