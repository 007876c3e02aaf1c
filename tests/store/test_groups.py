from __future__ import annotations

import pytest

from anitui.store.groups import Contradiction, Groups, Member, Said, Statement, Verdict


def log(*said: tuple[int, int, Verdict]) -> list[Said]:
    return [Said(each.a_id, each.b_id, each.verdict, n) for n, each in enumerate(Statement.of(*one) for one in said)]


def members(*said: tuple[int, int, Verdict]) -> dict[int, tuple[int, bool]]:
    """Of each who is not alone: the keeper, and whether it is kept."""
    return {each.id: (each.keeper_id, each.kept) for each in Groups(log(*said)).members()}


KEEP, SAME = Verdict.KEEP_A, Verdict.SAME


def test_a_statement_is_turned_so_that_the_smaller_id_comes_first() -> None:
    assert Statement.of(9, 4, Verdict.KEEP_A) == Statement(4, 9, Verdict.KEEP_B)
    assert Statement.of(9, 4, Verdict.KEEP_B).winner == 4
    assert Statement.of(9, 4, Verdict.DIFFERENT) == Statement(4, 9, Verdict.DIFFERENT)


def test_nothing_can_be_said_of_one_and_itself() -> None:
    with pytest.raises(ValueError):
        Statement.of(4, 4, Verdict.SAME)


def test_a_chain_has_one_keeper_whichever_way_it_was_said() -> None:
    a_over_b_over_c = {1: (1, True), 2: (1, False), 3: (1, False)}
    assert members((2, 3, KEEP), (1, 2, KEEP)) == a_over_b_over_c
    assert members((1, 2, KEEP), (1, 3, KEEP)) == a_over_b_over_c
    # Of two chains it is the keeper named last.
    assert members((1, 2, KEEP), (3, 4, KEEP), (3, 1, KEEP)) == {
        1: (3, False), 2: (3, False), 3: (3, True), 4: (3, False),
    }  # fmt: skip


def test_the_keeper_named_last_wins() -> None:
    assert members((1, 2, KEEP), (2, 3, KEEP)) == {1: (2, False), 2: (2, True), 3: (2, False)}


def test_same_keeps_both_and_stays_so_beside_a_better_one() -> None:
    assert members((1, 2, SAME)) == {1: (1, True), 2: (1, True)}
    assert members((1, 2, SAME), (3, 1, KEEP)) == {1: (3, False), 2: (3, True), 3: (3, True)}


def test_who_is_kept_beside_another_stays_so_until_it_loses_itself() -> None:
    won = members((1, 2, SAME), (1, 3, KEEP), (4, 2, KEEP))
    assert won == {1: (4, True), 2: (4, False), 3: (4, False), 4: (4, True)}
    lost = members((1, 2, SAME), (4, 1, KEEP), (4, 2, KEEP), (1, 5, SAME))
    assert lost == {1: (4, True), 2: (4, False), 4: (4, True), 5: (4, True)}


def test_different_holds_between_whole_groups() -> None:
    groups = Groups(log((1, 2, KEEP), (3, 4, KEEP), (2, 4, Verdict.DIFFERENT)))
    assert groups.between(1, 3) is not None
    assert groups.between(1, 5) is None


def test_joining_groups_keeps_what_was_said_of_either() -> None:
    groups = Groups(log((1, 9, Verdict.DIFFERENT), (5, 8, Verdict.ALTERNATES), (1, 5, KEEP), (5, 6, KEEP)))
    assert groups.between(6, 9) is not None
    assert groups.between(1, 8) is not None
    assert groups.between(8, 9) is None


def chain(statement: Statement, *said: tuple[int, int, Verdict]) -> list[tuple[int, int]]:
    with pytest.raises(Contradiction) as caught:
        Groups(log(*said)).check(statement)
    return [(each.a_id, each.b_id) for each in caught.value.chain]


def test_joining_what_is_known_to_differ_names_the_whole_chain() -> None:
    said = ((1, 2, KEEP), (2, 3, SAME), (3, 7, Verdict.DIFFERENT), (7, 8, KEEP), (4, 5, KEEP))
    assert chain(Statement.of(8, 1, KEEP), *said) == [(7, 8), (3, 7), (2, 3), (1, 2)] or chain(
        Statement.of(8, 1, KEEP), *said
    ) == [(1, 2), (2, 3), (3, 7), (7, 8)]


def test_parting_what_is_known_to_be_one_names_the_shortest_chain() -> None:
    said = ((1, 2, KEEP), (2, 3, KEEP), (1, 3, SAME), (3, 4, KEEP))
    assert chain(Statement.of(1, 4, Verdict.DIFFERENT), *said) == [(1, 3), (3, 4)]


def test_alternates_contradict_different_between_the_same_groups() -> None:
    said = ((1, 2, KEEP), (1, 3, Verdict.DIFFERENT))
    assert chain(Statement.of(2, 3, Verdict.ALTERNATES), *said) == [(1, 2), (1, 3)]
    Groups(log(*said)).check(Statement.of(2, 3, Verdict.DIFFERENT))


def test_what_is_one_already_may_get_another_keeper() -> None:
    groups = Groups(log((1, 2, KEEP)))
    statement = Statement.of(2, 1, KEEP)
    groups.check(statement)
    groups.take(Said(statement.a_id, statement.b_id, statement.verdict, 99))
    assert set(groups.members()) == {Member(1, 1, 2, False), Member(2, 1, 2, True)}
