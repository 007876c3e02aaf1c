from __future__ import annotations

import json
from pathlib import Path

import pytest

from anitui.store import journal
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Statement, Verdict
from anitui.store.intake import Batch, record
from anitui.store.under_way import UnderWay, take_up
from anitui.store.verdicts import judge
from tests.store.new_pictures import picture

KEEP = Verdict.KEEP_A


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    record(catalogue, Batch(1, [picture(x) for x in "abcdef"], [], []))
    return catalogue


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answers"


def arrive(catalogue: Catalogue, under_way: UnderWay, number: int, statement: Statement) -> None:
    with catalogue.writing():
        judge(catalogue, "image", [statement])
        under_way.arrives(number)


def said(catalogue: Catalogue) -> list[tuple[int, int, str]]:
    return catalogue.rows("SELECT a_id, b_id, verdict FROM verdicts ORDER BY verdict_id")


def test_what_was_noted_and_did_not_arrive_is_said_at_the_next_opening(shelf: Catalogue, file: Path) -> None:
    under_way = UnderWay(file, shelf)
    first, second, third = Statement.of(1, 2, KEEP), Statement.of(3, 1, KEEP), Statement.of(4, 5, Verdict.DIFFERENT)
    number = under_way.note("image", first)
    arrive(shelf, under_way, number, first)
    under_way.note("image", second)
    under_way.note("image", third)
    assert take_up(shelf, file) == 2
    assert said(shelf) == [(1, 2, "keep_a"), (1, 3, "keep_b"), (4, 5, "different")]
    assert len(journal.history(shelf)) == 3
    assert take_up(shelf, file) == 0


def test_what_arrived_and_was_taken_back_is_not_said_again(shelf: Catalogue, file: Path) -> None:
    under_way = UnderWay(file, shelf)
    statement = Statement.of(1, 2, KEEP)
    arrive(shelf, under_way, under_way.note("image", statement), statement)
    journal.undo(shelf)
    assert take_up(shelf, file) == 0
    assert said(shelf) == []


def test_the_file_is_empty_when_all_have_arrived_and_numbers_go_on(shelf: Catalogue, file: Path) -> None:
    under_way = UnderWay(file, shelf)
    first, second = Statement.of(1, 2, KEEP), Statement.of(3, 4, KEEP)
    one, two = under_way.note("image", first), under_way.note("image", second)
    arrive(shelf, under_way, one, first)
    under_way.done(one)
    assert file.stat().st_size > 0
    arrive(shelf, under_way, two, second)
    under_way.done(two)
    assert file.stat().st_size == 0
    assert UnderWay(file, shelf).note("image", Statement.of(5, 6, KEEP)) == two + 1
    assert take_up(shelf, file) == 1


def test_a_line_that_was_cut_off_is_none_and_what_cannot_be_said_any_more_stops_nothing(
    shelf: Catalogue, file: Path
) -> None:
    judge(shelf, "image", [Statement.of(1, 2, KEEP)])
    judge(shelf, "image", [Statement.of(1, 3, Verdict.DIFFERENT)])
    under_way = UnderWay(file, shelf)
    under_way.note("image", Statement.of(2, 3, Verdict.SAME))
    under_way.note("image", Statement.of(4, 99, KEEP))
    under_way.note("image", Statement.of(4, 5, KEEP))
    with file.open("ab") as more:
        more.write(json.dumps({"n": 4, "kind": "image", "a": 5, "b": 6}).encode()[:-3])
    assert take_up(shelf, file) == 1
    assert said(shelf) == [(1, 2, "keep_a"), (1, 3, "different"), (4, 5, "keep_a")]
    assert not file.exists()


def test_a_wrong_link_is_dropped_with_it(shelf: Catalogue, file: Path) -> None:
    judge(shelf, "image", [Statement.of(1, 2, Verdict.DIFFERENT)])
    (wrong,) = shelf.rows("SELECT verdict_id FROM verdicts")[0]
    UnderWay(file, shelf).note("image", Statement.of(1, 2, KEEP), [wrong])
    assert take_up(shelf, file) == 1
    assert said(shelf) == [(1, 2, "keep_a")]
