"""Labels that are wrong come first, whatever noise; who is alike does not vote; what is worth a label is spread out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from a_review import Drawn, drawn, leave

from anitui.errors import AnituiError
from anitui.progress import run
from anitui.train.review import files, suspicion, worth
from anitui.train.review.clusters import clusters
from anitui.train.review.files import Labelled
from anitui.train.review.nearest import nearest
from anitui.train.review.ranking import Ranked, rank
from anitui.train.review.words import percent, suspect_in_words


def ranked(labelled: Labelled, limit: int | None = None, **given: object) -> Ranked:
    return run(rank(labelled, limit, **given), lambda _: None)  # type: ignore[arg-type]


@pytest.mark.parametrize("neighbours", [False, True], ids=["any other name", "a name that is like it"])
@pytest.mark.parametrize("sharper", [0.5, 1, 2], ids=["too little sure", "as sure as right", "too sure"])
def test_most_of_what_is_wrong_lies_in_the_first_tenth(neighbours: bool, sharper: float) -> None:
    made = drawn(3, neighbours=neighbours)
    chances = made.chances.astype(np.float64) ** sharper
    made = replace(made, chances=(chances / chances.sum(1, keepdims=True)).astype(np.float16))
    found = ranked(made.labelled(), len(made.said) // 10)
    rows = np.array([each.row for each in found.suspects])
    assert made.wrong[rows].sum() > 0.8 * made.wrong.sum()
    assert len(set(rows.tolist())) == len(rows)
    suggested = np.array([each.suggested for each in found.suspects])
    right = (suggested == made.true[rows])[made.wrong[rows]]
    assert right.mean() > 0.8


def test_how_many_are_wrong_is_about_told_and_so_many_are_asked_about() -> None:
    made = drawn(5, spread=1.6)
    found = ranked(made.labelled())
    assert found.look_wrong == pytest.approx(made.wrong.sum(), rel=0.25)
    assert len(found.suspects) == found.look_wrong
    assert found.agreed == pytest.approx(len(made.said) - made.wrong.sum(), rel=0.05)


def test_the_same_is_found_every_time_and_in_smaller_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = drawn(8).labelled()
    first = ranked(made, 100)
    monkeypatch.setattr(suspicion, "_BLOCK", 500)
    monkeypatch.setattr("anitui.train.review.nearest._ASKED", 37)
    monkeypatch.setattr("anitui.train.review.nearest._LOOKED_AT", 53)
    again = ranked(made, 100)
    assert [(each.row, each.suggested, each.votes) for each in again.suspects] == [
        (each.row, each.suggested, each.votes) for each in first.suspects
    ]


def test_the_nearest_are_those_that_a_plain_search_finds() -> None:
    points = drawn(2, classes=4, each=30).points
    groups = np.arange(len(points)) // 3
    cosines = points @ points.T
    for rows, near in nearest(points, np.arange(0, len(points), 7), 5, groups):
        for row, found in zip(rows.tolist(), near.rows, strict=True):
            expected = [each for each in np.argsort(-cosines[row]) if groups[each] != groups[row]][:5]
            assert found.tolist() == expected


def test_near_copies_do_not_vote() -> None:
    """Nine copies of a face with a wrong name, all in one group, are asked about: their number says nothing."""
    made = drawn(4, wrong=0.0)
    labelled = made.labelled()
    copies = np.arange(9)
    labelled.embeddings[copies] = labelled.embeddings[0]
    labelled.said[copies] = 3
    groups = labelled.groups.copy()
    groups[copies] = 0
    together = ranked(replace(labelled, groups=groups), 20)
    alone = ranked(labelled, 20)
    votes = {each.row: each.votes for each in together.suspects}
    assert set(copies.tolist()) <= set(votes)
    assert all(votes[row] >= 8 for row in copies.tolist()), "those that are alike and of other groups are what it is"
    assert all(each.votes <= 2 for each in alone.suspects if each.row < 9)


def test_nearly_equal_ones_with_two_names_are_asked_about() -> None:
    made = drawn(6, wrong=0.0)
    labelled = made.labelled()
    labelled.embeddings[200] = labelled.embeddings[100]
    found = ranked(labelled, pairs=[(10, 500)])
    asked = {each.row: each for each in found.suspects if each.other is not None}
    # Of a known pair both, side by side; of what only the model takes for equal the one that is believed less.
    [doubted] = set(asked) - {10, 500}
    assert doubted in (100, 200) and asked[doubted].suggested == labelled.said[300 - doubted]
    assert (asked[10].other, asked[500].other) == (500, 10)
    places = [each.row for each in found.suspects]
    assert abs(places.index(10) - places.index(500)) == 1
    settled = np.zeros(len(labelled), bool)
    settled[[10, doubted]] = True
    left = {each.row for each in ranked(labelled, pairs=[(10, 500)], settled=settled).suspects}
    assert 500 in left and not left & {10, doubted}


def test_one_wrong_name_does_not_bring_all_that_look_like_it() -> None:
    """A model that tells classes apart lays all of one class close together."""
    made = drawn(7, wrong=0.0)
    labelled = made.labelled()
    wrong = int(np.flatnonzero(labelled.said == 3)[0])
    same = np.flatnonzero(labelled.said == 4)
    labelled.embeddings[same] = labelled.embeddings[same[0]]
    labelled.embeddings[wrong] = labelled.embeddings[same[0]]
    labelled.probabilities[wrong] = labelled.probabilities[same[0]]
    found = ranked(labelled)
    assert found.suspects[0].row == wrong and found.suspects[0].suggested == 4
    assert len({each.row for each in found.suspects} & set(same.tolist())) < len(same) / 10


def test_reasons_are_words() -> None:
    made = drawn(3)
    suspect = ranked(made.labelled(), 1).suspects[0]
    names = [f"name {each}" for each in range(12)]
    told = suspect_in_words(suspect, names, int(made.said[suspect.row]), (9, 4))
    suggested = names[suspect.suggested]
    assert f"{suggested}, " in told and "what it is called; " in told and f"most alike are {suggested}" in told
    assert told.endswith("nearly equal to face 9, which is called name 4")
    assert [percent(each) for each in (0, 0.004, 0.5, 0.992, 1)] == [
        "under 1 %", "under 1 %", "50 %", "over 99 %", "over 99 %",
    ]  # fmt: skip


def test_what_is_worth_a_label_is_unsure_has_many_like_it_and_is_spread_out() -> None:
    made = drawn(9, classes=6, each=40, spread=2.5)
    unsure, likely, sureness = suspicion.uncertainty(made.chances)
    assert (likely == made.chances.argmax(1)).all() and (unsure >= 0).all() and (unsure <= 1).all()
    assert np.corrcoef(unsure, sureness)[0, 1] < -0.8
    rows = worth.considered(unsure, 10)
    *_, (done, _) = worth.density(made.points, rows)
    assert done == len(rows) == len(made.said)
    alike = np.zeros(len(rows), np.float32) + 0.5
    chosen = worth.spread(made.points[rows], alike, 6)
    assert sorted(made.true[rows[chosen]].tolist()) == [0, 1, 2, 3, 4, 5], "one of each class, where all are worth it"
    value = alike.copy()
    value[17] = 0.9
    assert worth.spread(made.points[rows], value, 3)[0] == 17
    assert len(set(worth.spread(made.points[rows], alike, 10_000).tolist())) == len(rows)


def test_clusters_are_of_one_class_and_the_largest_is_the_first() -> None:
    made = drawn(1, classes=5, each=50, spread=3.0)
    kept = np.concatenate([np.flatnonzero(made.true == each)[: 50 - 8 * each] for each in range(5)])
    found = run(clusters(made.points[kept]), lambda _: None)
    sizes = np.bincount(found)[1:]
    assert (np.diff(sizes) <= 0).all() and sizes.sum() > 0.8 * len(kept)
    for number in range(1, len(sizes) + 1):
        of = made.true[kept][found == number]
        assert np.bincount(of).max() / len(of) > 0.9
    assert run(clusters(made.points[:2]), lambda _: None).tolist() == [0, 0]


def test_what_a_run_left_is_mapped_and_what_is_damaged_is_told(tmp_path: Path) -> None:
    made: Drawn = drawn(2, classes=3, each=20)
    left = leave(tmp_path / "7", ["a", "b", "c"], made.labelled())
    found = files.labelled(left.folder)
    assert isinstance(found.probabilities, np.memmap) and (found.probabilities == made.chances).all()
    assert (found.embeddings == made.points).all() and (found.said == made.said).all()
    assert len(files.unlabelled(left.folder)) == 0
    file = left.folder / "review" / "oof.npz"
    with np.load(file) as arrays:
        packed = dict(arrays)
    np.savez_compressed(file, **packed)
    assert (files.labelled(left.folder).probabilities == made.chances).all()
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(AnituiError, match="make the review again"):
        files.labelled(left.folder)
    np.savez(file, **{**packed, "said": packed["said"][:-1]})
    with pytest.raises(AnituiError, match="as many rows"):
        files.labelled(left.folder)
