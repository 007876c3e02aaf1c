from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pytest

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline import entries, neighbours, pair_scan, pair_searches, pair_writing
from anitui.pipeline.pair_scan import PairOrder, PairReport, find_pairs, pair_counts
from anitui.progress import Event, run
from anitui.store import pair_members, pairs
from anitui.store.catalogue import Catalogue
from tests.store.hashed import Pairs, by_hand, hang, rehash, seen_as, some_hashes, written


def find(catalogue: Catalogue, **order: Any) -> PairReport:
    return run(find_pairs(catalogue, PairOrder(**order)), lambda _: None)


@pytest.fixture(params=["sql", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything is found by each of the two searches."""
    if request.param == "compiled":
        monkeypatch.setattr(pair_searches, "BY_SQL", -1)
        monkeypatch.setattr(neighbours, "SMALL_PART", 50)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize(("lo", "hi"), [(0, 0), (0, 4), (2, 6), (0, 8), (0, 16)])
def test_a_scan_finds_what_comparing_each_with_each_finds(catalogue: Catalogue, skewed: bool, lo: int, hi: int) -> None:
    bits = some_hashes(hi, 500, skewed=skewed)
    hang(catalogue, bits)
    report = find(catalogue, lo=lo, hi=hi)
    expected = by_hand(bits, lo, hi)
    assert written(catalogue) == expected
    distances, numbers = np.unique(list(expected.values()), return_counts=True)
    assert report.per_distance == dict(zip(distances.tolist(), numbers.tolist(), strict=True))
    assert report.found == report.new == report.open == len(expected)
    assert pairs.histogram_open(catalogue, "image", "dhash") == report.per_distance
    assert report.compared == 500


@pytest.mark.usefixtures("way")
def test_two_thousand_equal_hashes_come_out_complete(catalogue: Catalogue) -> None:
    hang(catalogue, [7] * 2_000 + [3, 2**40])
    report = find(catalogue, hi=1)
    assert report.per_distance == {0: 1_999_000, 1: 2_000}
    assert catalogue.value("SELECT count(DISTINCT (a_id, b_id)) FROM pairs") == 2_001_000


@pytest.mark.usefixtures("way")
def test_a_giant_bucket_is_told_and_stood_for_by_its_first(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (entries, pair_scan, pair_members):
        monkeypatch.setattr(module, "BUCKET", 3)
    hang(catalogue, [9, 1, 1, 1, 1, 0, 0])
    report = find(catalogue, hi=1)
    assert written(catalogue) == {(2, 3): 0, (2, 4): 0, (2, 5): 0, (6, 7): 0, (1, 2): 1, (2, 6): 1, (2, 7): 1}
    assert [note for note in report.notes if note.startswith("4 have a hash that more than 3 have")]


@pytest.mark.parametrize("new", [1, 20, 200])
@pytest.mark.parametrize("then", ["sql", "compiled", "few"])
def test_new_ones_against_all_come_to_the_same_as_all_at_once(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, new: int, then: str
) -> None:
    bits = some_hashes(1, 500, skewed=True)
    hang(catalogue, bits[:-new])
    first = find(catalogue, hi=6)
    if then != "few":
        monkeypatch.setattr(pair_scan, "FEW_NEW", 0)
    if then == "compiled":
        monkeypatch.setattr(pair_searches, "BY_SQL", -1)
    hang(catalogue, bits[-new:], first=501 - new)
    second = find(catalogue, hi=6)
    expected = by_hand(bits, 0, 6)
    assert written(catalogue) == expected
    assert first.new + second.new == len(expected)
    assert second.found == second.new == sum(b > 500 - new for _, b in expected)
    again = find(catalogue, hi=6)
    assert (again.found, again.new, again.open) == (0, 0, len(expected))
    assert again.notes == ["nothing is new: all were compared up to a distance of 6 before"]


@pytest.mark.usefixtures("way")
def test_growing_the_distance_adds_what_was_too_far_before(catalogue: Catalogue) -> None:
    bits = some_hashes(2, 400, skewed=True)
    hang(catalogue, bits)
    for hi in (2, 5, 3, 9):
        find(catalogue, hi=hi)
        assert written(catalogue) == by_hand(bits, 0, max(hi, 5) if hi == 3 else hi)
    hang(catalogue, bits[:3], first=401)
    find(catalogue, hi=4)
    find(catalogue, hi=9)
    assert written(catalogue) == by_hand([*bits, *bits[:3]], 0, 9)


@pytest.mark.parametrize("ends_at", [2, 3, 4, 6])
def test_a_search_that_was_cut_off_goes_on_and_comes_to_the_same(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, way: str, ends_at: int
) -> None:
    monkeypatch.setattr(pair_writing, "WRITTEN_AT_ONCE", 0)
    monkeypatch.setattr(neighbours, "_tasks", lambda _: 2)
    bits = some_hashes(6, 600, skewed=True)
    hang(catalogue, bits)
    work = find_pairs(catalogue, PairOrder(hi=8))
    seen: list[Event] = []
    for event in work:
        seen.append(event)
        if event.doing == "comparing" and event.done >= min(ends_at, (event.total or 0) - 1):
            break
    work.close()
    cut_off = written(catalogue)
    expected = by_hand(bits, 0, 8)
    assert 0 < len(cut_off) < len(expected)
    assert catalogue.rows("SELECT state, steps_done FROM pair_scans") == [("stopped", seen[-1].done)]
    later: list[Event] = []
    report = run(find_pairs(catalogue, PairOrder(hi=8)), later.append)
    assert next(event.done for event in later if event.doing == "comparing") == seen[-1].done + 1
    assert written(catalogue) == expected
    assert (report.found, report.new) == (len(expected), len(expected) - len(cut_off))
    assert any("where it was cut off" in note for note in report.notes)
    assert catalogue.rows("SELECT state FROM pair_scans") == [("done",)]


@pytest.mark.usefixtures("way")
def test_what_was_written_by_a_step_that_was_cut_off_is_not_written_twice(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_writing, "HELD_AT_MOST", 1)
    bits = some_hashes(6, 300, skewed=True)
    hang(catalogue, bits)
    work = find_pairs(catalogue, PairOrder(hi=8))
    for event in work:
        if event.doing == "comparing":
            break
    work.close()
    with catalogue.writing() as connection:
        connection.execute("UPDATE pair_scans SET steps_done = 0, found = 0, state = 'running'")
    report = find(catalogue, hi=8)
    assert written(catalogue) == by_hand(bits, 0, 8)
    assert report.found == len(by_hand(bits, 0, 8))


@pytest.mark.usefixtures("way")
def test_what_could_not_be_written_is_found_again(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_writing, "WRITTEN_AT_ONCE", 0)
    monkeypatch.setattr(neighbours, "_tasks", lambda _: 2)
    bits = some_hashes(6, 300, skewed=True)
    hang(catalogue, bits)
    work = find_pairs(catalogue, PairOrder(hi=8))
    with pytest.raises(duckdb.Error):
        for event in work:
            if event.doing == "comparing" and event.done == 1:
                with catalogue.writing() as connection:
                    connection.execute("ALTER TABLE pairs RENAME TO away")
    with catalogue.writing() as connection:
        connection.execute("ALTER TABLE away RENAME TO pairs")
    find(catalogue, hi=8)
    assert written(catalogue) == by_hand(bits, 0, 8)


@pytest.mark.usefixtures("way")
def test_other_hashes_mean_a_new_search(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_writing, "WRITTEN_AT_ONCE", 0)
    bits = some_hashes(6, 300, skewed=True)
    hang(catalogue, bits)
    work = find_pairs(catalogue, PairOrder(hi=8))
    while next(work).done < 2:
        pass
    work.close()
    bits[0] = bits[100]
    rehash(catalogue, 1, int(bits[0]))
    report = find(catalogue, hi=8)
    assert written(catalogue) == by_hand(bits, 0, 8)
    assert not any("cut off" in note for note in report.notes)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("within", [None, "title"])
def test_a_picture_with_other_bits_loses_its_pairs_and_finds_others(catalogue: Catalogue, within: str | None) -> None:
    bits = np.array([0, 1, 2**63, 2**63 + 1, 2**63 + 2], np.uint64)
    hang(catalogue, bits)
    seen_as(catalogue, {image_id: ["all"] for image_id in range(1, 6)})
    find(catalogue, hi=2, within=within)
    assert written(catalogue) == by_hand(bits, 0, 2)
    bits[0] = 2**63
    rehash(catalogue, 1, 2**63)
    find(catalogue, hi=2, within=within)
    assert written(catalogue) == by_hand(bits, 0, 2)


@pytest.mark.usefixtures("way")
def test_who_is_set_aside_takes_no_part_but_for_duplicates(catalogue: Catalogue) -> None:
    hang(catalogue, [0, 0, 0, 0])
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id IN (2, 3)")
        connection.execute("INSERT INTO duplicate_groups VALUES ('image', 3, 3, 3, false), ('image', 9, 3, 3, true)")
    assert find(catalogue).compared == 3
    assert set(written(catalogue)) == {(1, 3), (1, 4), (3, 4)}
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'active' WHERE image_id = 2")
    find(catalogue)
    assert len(written(catalogue)) == 6


def test_who_came_while_another_was_set_aside_meets_it_when_it_is_back(catalogue: Catalogue) -> None:
    hang(catalogue, [0] * 20)
    find(catalogue)
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id = 2")
    hang(catalogue, [0], first=21)
    find(catalogue)
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'active' WHERE image_id = 2")
    find(catalogue)
    assert written(catalogue) == by_hand([0] * 21, 0, 0)


@pytest.mark.parametrize("small", [10, 6_000])
def test_within_a_column_only_those_who_share_a_value(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(neighbours, "SMALL_PART", small)
    bits = some_hashes(3, 400, skewed=True)
    hang(catalogue, bits)
    numbers = np.random.default_rng(3)
    titles = {image_id: set(map(str, numbers.integers(0, 9, numbers.integers(0, 3)))) for image_id in range(1, 401)}
    seen_as(catalogue, titles)
    expected: Pairs = {(a, b): d for (a, b), d in by_hand(bits, 0, 8).items() if titles[a] & titles[b]}
    counts = run(pair_counts(catalogue, up_to=8, within="title"), lambda _: None)
    report = find(catalogue, hi=8, within="title")
    assert written(catalogue) == expected
    assert report.new == len(expected)
    assert report.left_out == sum(not each for each in titles.values())
    assert any(note == f"{report.left_out} pictures have no title and took no part" for note in report.notes)
    assert counts.per_distance == {d: sum(each == d for each in expected.values()) for d in range(9)}
    find(catalogue, hi=8)
    assert written(catalogue) == by_hand(bits, 0, 8), "a search within a column is no search of everything"


@pytest.mark.usefixtures("way")
def test_between_two_filters_only_pairs_with_one_side_in_each(catalogue: Catalogue) -> None:
    bits = some_hashes(3, 400, skewed=True)
    hang(catalogue, bits)
    one, other = range(50, 201), range(150, 351)
    order = {"hi": 7, "between": ("id:50..200", "id:150..350")}
    report = find(catalogue, **order)
    expected = {
        (a, b): d for (a, b), d in by_hand(bits, 0, 7).items()
        if (a in one and b in other) or (a in other and b in one)
    }  # fmt: skip
    assert written(catalogue) == expected
    assert report.found == len(expected)
    counts = run(pair_counts(catalogue, up_to=7, between=("id:50..200", "id:150..350")), lambda _: None)
    assert sum(counts.per_distance.values()) == len(expected)


@pytest.mark.usefixtures("way")
def test_between_two_sets_of_flat_pictures(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (entries, pair_scan, pair_members):
        monkeypatch.setattr(module, "BUCKET", 3)
    hang(catalogue, [1] * 9)
    find(catalogue, hi=1, between=("id:1..5", "id:6..9"))
    assert set(written(catalogue)) == {(1, b) for b in range(6, 10)} | {(a, 6) for a in range(1, 6)}


@pytest.mark.usefixtures("way")
def test_exact_and_fast_hashes_never_meet_and_who_has_both_is_exact(catalogue: Catalogue) -> None:
    hang(catalogue, [0, 0, 0])
    hang(catalogue, [0, 0, 0], "fast", first=4)
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO image_hashes VALUES (4, 'dhash', 'exact', 0)")
    report = find(catalogue)
    assert set(written(catalogue)) == {(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4), (5, 6)}
    assert "4 exact and 2 fast hashes" in report.notes[0]
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO image_hashes VALUES (5, 'dhash', 'exact', 0)")
    find(catalogue)
    assert (5, 6) not in written(catalogue)
    assert (4, 5) in written(catalogue)


def test_faces_are_compared_within_their_own_labels_or_their_pictures_titles(catalogue: Catalogue) -> None:
    hang(catalogue, [0, 0, 0])
    with catalogue.writing() as connection:
        for face_id, image_id in enumerate((1, 1, 2, 3), 1):
            connection.execute(
                "INSERT INTO faces (face_id, image_id, x, y, w, h, detector) VALUES (?, ?, 0, 0, 1, 1, 'none')",
                [face_id, image_id],
            )
        connection.execute("INSERT INTO face_hashes SELECT face_id, 'phash', 'exact', 5 FROM faces")
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES (1, 'Rei', 'person', 'me'), "
            "(3, 'Rei', 'person', 'me'), (4, 'Asuka', 'person', 'me')"
        )
        connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id = 3")
    seen_as(catalogue, {1: ["one"], 2: ["two"]})

    def faces(**order: Any) -> set[tuple[int, int]]:
        with catalogue.writing() as connection:
            connection.execute("DELETE FROM pairs")
        find(catalogue, kind="face", algorithm="phash", **order)
        return set(catalogue.rows("SELECT a_id, b_id FROM pairs WHERE kind = 'face' AND algorithm = 'phash'"))

    assert faces(within="label") == {(1, 3)}
    assert faces(within="title") == {(1, 2)}
    assert faces(between=("id:1", "id:2")) == {(1, 3), (2, 3)}
    assert faces() == {(1, 2), (1, 3), (2, 3)}


@pytest.mark.usefixtures("way")
def test_counting_says_what_a_search_would_find_and_writes_nothing(catalogue: Catalogue) -> None:
    bits = some_hashes(8, 400, skewed=True)
    hang(catalogue, bits)
    expected = by_hand(bits, 0, 10)
    counts = run(pair_counts(catalogue), lambda _: None)
    assert counts.per_distance == {d: sum(each == d for each in expected.values()) for d in range(11)}
    assert counts.compared == 400
    assert written(catalogue) == {}
    find(catalogue, hi=10)
    assert run(pair_counts(catalogue), lambda _: None).per_distance == counts.per_distance


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({}, "there is no picture with a dhash yet"),
        ({"kind": "face"}, "there is no face with a dhash in the catalogue yet"),
        ({"lo": 5, "hi": 4}, "no distance is at least 5 and at most 4"),
        ({"hi": 65}, "a hash has 64 bits"),
        ({"lo": -1}, "must not be negative"),
        ({"within": "colour"}, "there are title, label, folder"),
        ({"between": ("size<3", "nothing:4")}, "a filter has no field 'nothing'"),
        ({"algorithm": "whash"}, "there are dhash, phash, ahash"),
    ],
)
def test_what_cannot_be_meant_is_said(catalogue: Catalogue, order: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongUse, match=says):
        find(catalogue, **order)


def test_one_search_at_a_time(catalogue: Catalogue) -> None:
    hang(catalogue, [0, 1])
    work = find_pairs(catalogue, PairOrder())
    next(work)
    with pytest.raises(AnituiError, match="a search for pairs is at work already"):
        find(catalogue)
    work.close()
    assert find(catalogue).new == 1


def test_what_is_open_leaves_out_what_was_decided(catalogue: Catalogue) -> None:
    hang(catalogue, [0, 0, 1])
    find(catalogue)
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO verdicts (kind, a_id, b_id, verdict, said_by) VALUES ('image', 1, 3, 'different', 'me')"
        )
    assert pairs.histogram_open(catalogue, "image", "dhash") == {0: 1, 1: 1}
    assert pairs.counted(catalogue, "image", "dhash") == {0: 1, 1: 2}
