from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anitui.errors import WrongUse
from anitui.store import gallery, journal
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Contradiction, Groups, Statement, Verdict
from anitui.store.intake import Batch, record
from anitui.store.verdicts import Outcome, judge, judge_by_rule, judge_group, members, retract, standing
from tests.store.new_pictures import picture, seen

KEEP = Verdict.KEEP_A
TABLES = ("verdicts", "duplicate_groups", "images", "sightings", "image_tags")


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    """Six pictures, all near to the one before; each with a label of its own."""
    letters = "abcdef"
    record(catalogue, Batch(1, [picture(x) for x in letters], [seen(x, f"/p/{x}", f"label {x}") for x in letters], []))
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO pairs SELECT 'image', n, n + 1, 'dhash', 2 FROM range(1, 6) t(n)")
    return catalogue


def say(catalogue: Catalogue, *said: tuple[int, int, Verdict], dropping: tuple[int, ...] = ()) -> Outcome:
    return judge(catalogue, "image", [Statement.of(*each) for each in said], dropping=dropping)


def everything(catalogue: Catalogue) -> dict[str, list[Any]]:
    return {table: catalogue.rows(f"FROM {table} ORDER BY ALL") for table in TABLES}


def active(catalogue: Catalogue) -> list[int]:
    return [row[0] for row in catalogue.rows("SELECT image_id FROM images WHERE state = 'active' ORDER BY 1")]


def open_pairs(catalogue: Catalogue) -> list[tuple[int, int]]:
    return catalogue.rows("SELECT a_id, b_id FROM pairs_open WHERE NOT postponed ORDER BY ALL")


def labels(catalogue: Catalogue, image_id: int) -> set[str]:
    return {row[0] for row in catalogue.rows("SELECT label FROM tagged_images WHERE image_id = ?", [image_id])}


def test_a_chain_asks_about_the_keeper_and_never_loses_it(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    assert active(shelf) == [1, 3, 4, 5, 6]
    assert (1, 3) in open_pairs(shelf), "2 is gone, so 3 is held against whoever stands for 2"
    say(shelf, (3, 1, KEEP))
    assert active(shelf) == [3, 4, 5, 6]
    assert {each.keeper_id for each in members(shelf, "image", 2)} == {3}
    assert shelf.rows("SELECT image_id, reason FROM images WHERE state = 'set_aside' ORDER BY 1") == [
        (1, "duplicate of 3"), (2, "duplicate of 3"),
    ]  # fmt: skip


def test_different_is_asked_once_for_two_groups(shelf: Catalogue) -> None:
    with shelf.writing() as connection:
        connection.execute("INSERT INTO pairs VALUES ('image', 1, 3, 'dhash', 3), ('image', 1, 4, 'dhash', 4)")
    say(shelf, (1, 2, Verdict.SAME), (3, 4, Verdict.SAME))
    assert {(1, 3), (1, 4), (2, 3)} <= set(open_pairs(shelf))
    say(shelf, (2, 3, Verdict.DIFFERENT))
    assert open_pairs(shelf) == [(4, 5), (5, 6)]


def test_the_keeper_inherits_labels_tags_and_sightings_and_an_undo_gives_them_back(shelf: Catalogue) -> None:
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO image_tags (image_id, label, speaker, said_by) VALUES (2, 'drama', 'person', 'me')"
        )
    before = everything(shelf)
    say(shelf, (1, 2, KEEP))
    assert labels(shelf, 1) == {"label a", "label b", "drama"}
    assert shelf.rows("SELECT url FROM sightings WHERE image_id = 1 ORDER BY 1") == [("/p/a",), ("/p/b",)]
    journal.undo(shelf)
    assert everything(shelf) == before


def test_the_heirs_heir_has_all_and_the_one_between_has_its_own_again(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    say(shelf, (3, 1, KEEP))
    assert labels(shelf, 3) == {"label a", "label b", "label c"}
    assert labels(shelf, 1) == {"label a"}


def test_an_old_verdict_can_be_taken_back_alone(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    say(shelf, (3, 4, KEEP))
    say(shelf, (1, 3, KEEP))
    first = standing(shelf, "image", [2])[0]
    assert retract(shelf, [first.verdict_id]).brought_back == (2,)
    assert active(shelf) == [1, 2, 5, 6]
    assert labels(shelf, 1) == {"label a", "label c", "label d"}
    journal.undo(shelf)
    assert active(shelf) == [1, 5, 6]


def test_undo_as_often_as_one_likes(shelf: Catalogue) -> None:
    before = everything(shelf)
    verdicts = list(Verdict)
    for n in range(50):
        say(shelf, (1 + n % 5, 2 + n % 5, verdicts[0 if n % 3 else 1]))
    for _ in range(50):
        journal.undo(shelf)
    assert everything(shelf) == before
    for _ in range(50):
        journal.redo(shelf)
    assert shelf.value("SELECT count(*) FROM verdicts") == 5


def test_another_verdict_on_a_pair_replaces_the_first(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    say(shelf, (1, 2, Verdict.DIFFERENT))
    assert active(shelf) == [1, 2, 3, 4, 5, 6]
    assert shelf.rows("SELECT a_id, b_id, verdict FROM verdicts") == [(1, 2, "different")]


def test_who_corrects_an_early_answer_says_nothing_about_later_ones(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    say(shelf, (3, 1, KEEP))
    say(shelf, (2, 1, KEEP))
    assert {each.keeper_id for each in members(shelf, "image", 1)} == {3}, "3 was never held against 2"
    assert active(shelf) == [3, 4, 5, 6]
    say(shelf, (1, 3, KEEP))
    assert {each.keeper_id for each in members(shelf, "image", 1)} == {1}


def test_a_contradiction_changes_nothing_until_the_wrong_link_is_dropped(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    say(shelf, (1, 3, Verdict.DIFFERENT))
    before = everything(shelf)
    with pytest.raises(Contradiction) as caught:
        say(shelf, (2, 3, Verdict.SAME))
    assert everything(shelf) == before
    wrong = next(each for each in caught.value.chain if each.verdict is Verdict.DIFFERENT)
    say(shelf, (2, 3, Verdict.SAME), dropping=(wrong.verdict_id,))
    assert {each.id for each in members(shelf, "image", 3)} == {1, 2, 3}


def test_not_now_is_asked_again_at_the_end(shelf: Catalogue) -> None:
    say(shelf, (1, 2, Verdict.NOT_NOW))
    rows = shelf.rows("SELECT a_id, b_id, postponed FROM pairs_open ORDER BY postponed, a_id")
    assert rows[-1] == (1, 2, True)
    say(shelf, (1, 2, KEEP))
    assert active(shelf) == [1, 3, 4, 5, 6]


def test_set_aside_both_ends_the_asking_even_when_they_are_brought_back(shelf: Catalogue) -> None:
    say(shelf, (1, 2, Verdict.ASIDE))
    assert active(shelf) == [3, 4, 5, 6]
    gallery.bring_back(shelf, [1, 2])
    assert (1, 2) not in open_pairs(shelf)


def test_a_duplicate_that_is_set_aside_with_its_keeper_after_all_is_no_duplicate_any_more(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    say(shelf, (1, 2, Verdict.ASIDE))
    assert shelf.rows("SELECT image_id, reason FROM images WHERE state = 'set_aside' ORDER BY 1") == [
        (1, "set aside together with 2"), (2, "set aside together with 1"),
    ]  # fmt: skip
    say(shelf, (1, 2, Verdict.DIFFERENT))
    assert active(shelf) == [1, 2, 3, 4, 5, 6]


def test_who_was_set_aside_by_hand_is_not_brought_back_by_what_follows(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    gallery.set_aside(shelf, [1], "ugly")
    say(shelf, (3, 2, KEEP))
    assert active(shelf) == [3, 4, 5, 6]
    first = standing(shelf, "image", [2])[0]
    retract(shelf, [first.verdict_id])
    assert 1 not in active(shelf)


def test_the_kept_one_is_brought_back_when_it_is_named(shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1], "by hand")
    say(shelf, (1, 2, KEEP))
    assert active(shelf) == [1, 3, 4, 5, 6]


def test_verdicts_survive_that_pairs_are_looked_for_anew(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP), (3, 4, Verdict.DIFFERENT))
    with shelf.writing() as connection:
        connection.execute("DELETE FROM pairs")
        connection.execute(
            "INSERT INTO pairs SELECT 'image', a, b, 'phash', 9 FROM range(1, 7) t(a), range(1, 7) u(b) WHERE a < b"
        )
    still = set(open_pairs(shelf))
    assert (3, 4) not in still
    assert not {pair for pair in still if 2 in pair}


def test_a_group_is_decided_at_once_and_taken_back_at_once(shelf: Catalogue) -> None:
    before = everything(shelf)
    judge_group(shelf, "image", [1, 2, 3, 4], [3, 2])
    assert active(shelf) == [2, 3, 5, 6]
    assert labels(shelf, 3) == {"label a", "label c", "label d"}
    journal.undo(shelf)
    assert everything(shelf) == before
    judge_group(shelf, "image", [1, 2, 3], [])
    assert active(shelf) == [4, 5, 6]


def test_a_rule_never_overrules_a_person(shelf: Catalogue) -> None:
    say(shelf, (1, 2, Verdict.DIFFERENT))
    say(shelf, (4, 3, KEEP))
    say(shelf, (5, 6, Verdict.NOT_NOW))
    rule = [Statement.of(a, a + 1, KEEP) for a in range(1, 6)] + [Statement.of(1, 3, KEEP)]
    outcome = judge_by_rule(shelf, "image", rule, action="clean.rule", summary="rule x: {n} verdicts", said_by="rule x")
    assert shelf.rows("SELECT a_id, b_id FROM verdicts WHERE said_by = 'rule x' ORDER BY ALL") == [
        (2, 3), (4, 5), (5, 6),
    ]  # fmt: skip
    assert outcome.known == 2
    assert outcome.contradicting == (Statement.of(1, 3, KEEP),)
    assert journal.undo(shelf).summary == "rule x: 3 verdicts"
    assert active(shelf) == [1, 2, 4, 5, 6]


def test_a_word_of_somebodys_own_ends_the_asking_and_nothing_follows_from_it(shelf: Catalogue) -> None:
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO verdicts (kind, a_id, b_id, verdict, said_by) VALUES ('image', 1, 2, 'nonsense', 'me')"
        )
    assert (1, 2) not in open_pairs(shelf)
    say(shelf, (2, 3, KEEP))
    assert active(shelf) == [1, 2, 4, 5, 6]


def test_nothing_can_be_said_of_who_is_not_there(shelf: Catalogue) -> None:
    with pytest.raises(WrongUse, match="no picture 99"):
        say(shelf, (1, 99, KEEP))


def test_a_keeper_has_what_was_seen_meanwhile_only_while_it_keeps_the_place(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO sightings (image_id, site, url, inherited_from) VALUES (1, 'imgur', 'https://i/2', 2)"
        )
    journal.undo(shelf)
    assert shelf.rows("SELECT url FROM sightings WHERE image_id = 1") == [("/p/a",)]


def test_what_is_seen_of_a_duplicate_later_goes_to_its_keeper_too(shelf: Catalogue) -> None:
    say(shelf, (1, 2, KEEP))
    record(shelf, Batch(1, [], [seen("b", "/q/b", "new"), seen("b", "/p/b", "renamed")], []))
    assert labels(shelf, 1) == {"label a", "renamed", "new"}
    assert labels(shelf, 2) == {"renamed", "new"}
    say(shelf, (1, 2, Verdict.DIFFERENT))
    assert labels(shelf, 1) == {"label a"}
    record(shelf, Batch(1, [], [seen("a", "/q/b")], []))
    assert shelf.value("SELECT count(*) FROM sightings WHERE image_id = 1") == 2


def test_faces_have_verdicts_of_their_own(shelf: Catalogue) -> None:
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, detector) SELECT n, 0, 0, 5, 5, 'x' FROM range(1, 4) t(n)"
        )
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES (2, 'rize', 'person', 'me')"
        )
        connection.execute("INSERT INTO pairs VALUES ('face', 1, 2, 'dhash', 0), ('face', 2, 3, 'dhash', 1)")
    judge(shelf, "face", [Statement.of(1, 2, KEEP)])
    assert shelf.rows("SELECT face_id, state FROM faces ORDER BY 1") == [(1, "active"), (2, "set_aside"), (3, "active")]
    assert shelf.rows("SELECT label FROM labelled_faces WHERE face_id = 1") == [("rize",)]
    assert shelf.rows("SELECT a_id, b_id FROM pairs_open WHERE kind = 'face'") == [(1, 3)]
    assert active(shelf) == [1, 2, 3, 4, 5, 6]


def _worked_out(catalogue: Catalogue) -> tuple[list[tuple[int, int, int, bool]], list[Any], set[int]]:
    """The groups, heirlooms and who is set aside for them, from the log alone."""
    log = standing(catalogue, "image", range(1, 7))
    found = sorted((each.id, each.group_id, each.keeper_id, each.kept) for each in Groups(log).members())
    own = dict(catalogue.rows("SELECT image_id, list(url) FROM sightings WHERE inherited_from IS NULL GROUP BY 1"))
    passed = sorted((keeper, id, url) for id, _, keeper, kept in found if not kept for url in own[id])
    return found, passed, {id for id, _, _, kept in found if not kept}


steps = st.lists(
    st.one_of(
        st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from(list(Verdict))),
        st.just("undo"),
        st.just("redo"),
        st.tuples(st.just("retract"), st.integers(0, 20)),
    ),
    min_size=1,
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_is_said_and_taken_back_the_log_alone_tells_how_things_are(shelf: Catalogue, steps: list[Any]) -> None:
    beginning = everything(shelf)
    for step in steps:
        _do(shelf, step)
        groups, passed, losers = _worked_out(shelf)
        assert shelf.rows("SELECT id, group_id, keeper_id, kept FROM duplicate_groups ORDER BY 1") == groups
        heirs = "SELECT image_id, inherited_from, url FROM sightings WHERE inherited_from IS NOT NULL ORDER BY ALL"
        assert shelf.rows(heirs) == passed
        as_duplicates = "SELECT image_id FROM images WHERE reason LIKE 'duplicate of %'"
        assert {row[0] for row in shelf.rows(as_duplicates)} <= losers
        assert not losers & set(active(shelf))
    while shelf.value("SELECT count(*) FROM journal WHERE state = 'done'"):
        journal.undo(shelf)
    after = everything(shelf)
    assert after == beginning


def _do(catalogue: Catalogue, step: Any) -> None:
    way: Callable[[Catalogue], object]
    if step in ("undo", "redo"):
        way = journal.undo if step == "undo" else journal.redo
        try:
            way(catalogue)
        except journal.NothingToUndo:
            return
    elif step[0] == "retract":
        ids = [row[0] for row in catalogue.rows("SELECT verdict_id FROM verdicts ORDER BY 1")]
        if ids:
            retract(catalogue, [ids[step[1] % len(ids)]])
    elif step[0] != step[1]:
        try:
            say(catalogue, step)
        except Contradiction:
            return
