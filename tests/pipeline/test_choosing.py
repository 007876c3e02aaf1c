from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anitui.pipeline.cleaning.choosing import choose
from anitui.store.groups import Groups, Said, Verdict
from anitui.store.rules import Known, Meeting, Near

MEMBERS = 9

ids = st.integers(1, MEMBERS)
pairs = st.tuples(ids, ids).filter(lambda pair: pair[0] < pair[1])


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    """Some pairs of a few, with ranks as they come, some protected, some labelled, and some said to be different."""
    order = draw(st.permutations(range(1, MEMBERS + 1)))
    protected = draw(st.sets(ids, max_size=3))
    near = draw(st.dictionaries(pairs, st.integers(0, 4), min_size=1))
    apart = draw(st.sets(pairs, max_size=3))
    ranked = sorted(order, key=lambda id: (id not in protected, order.index(id)))
    known = {
        id: Known(id, ranked.index(id), id in protected, draw(st.sampled_from(("", "", "a", "b"))), id, False, 1, ())
        for id in range(1, MEMBERS + 1)
    }
    met = [Near(a, b, distance, (a, b) in apart, False) for (a, b), distance in near.items()]
    return Meeting(sorted(met, key=lambda each: (each.distance, each.a_id, each.b_id)), known, sorted(apart))


@given(meetings(), st.booleans())
def test_the_best_of_each_group_is_kept_and_nothing_contradicts(met: Meeting, labels_equal: bool) -> None:
    chosen = choose(met, None, labels_equal=labels_equal)
    groups = Groups(Said(a, b, Verdict.DIFFERENT, number) for number, (a, b) in enumerate(met.apart))
    for number, each in enumerate(chosen.choices, 100):
        groups.check(each.statement)
        groups.take(Said(each.statement.a_id, each.statement.b_id, each.statement.verdict, number))
    members = list(groups.members())
    for group_id in {each.group_id for each in members}:
        group = [met.known[each.id] for each in members if each.group_id == group_id]
        best = min(group, key=lambda each: each.rank)
        assert [each.id for each in members if each.group_id == group_id and each.kept] == [best.id]
        assert sum(each.protected for each in group) <= 1
        assert not labels_equal or len({each.labels for each in group if each.labels}) <= 1
    # What does not join now could not join at all, or is counted.
    left = [each for each in met.pairs if not groups.together(each.a_id, each.b_id)]
    assert len(left) == chosen.decided + chosen.contradicting + chosen.protected + chosen.labels_differ
    assert {each.loser for each in chosen.choices} == {each.id for each in members if not each.kept}


@given(meetings())
def test_calling_pairs_the_same_joins_as_many_as_it_says(met: Meeting) -> None:
    chosen = choose(met, Verdict.SAME, labels_equal=False)
    groups = Groups(Said(a, b, Verdict.DIFFERENT, number) for number, (a, b) in enumerate(met.apart))
    for each in chosen.choices:
        assert not groups.together(each.statement.a_id, each.statement.b_id)
        groups.check(each.statement)
        groups.take(Said(each.statement.a_id, each.statement.b_id, Verdict.SAME, 100))
    assert chosen.protected == 0
