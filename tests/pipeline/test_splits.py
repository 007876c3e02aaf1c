"""Splits: nothing of the test is in the training, every label is in every part, and the same again is the same."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.splitting import near
from anitui.pipeline.splitting.making import Leaks
from anitui.pipeline.splitting.order import SplitOrder, ready
from anitui.store import journal, splits
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Verdict
from anitui.store.verdicts import Statement, judge
from anitui.workspace import Workspace
from tests.pipeline.split_world import Face, fill, parts, split, world

ORDER = SplitOrder("main")


def leaking(faces: list[Face], part: dict[int, str], within: int = 7) -> int:
    """Pairs across parts that are of one picture, one post, or near each other: looked at one by one."""
    found = 0
    for (a, one), (b, other) in combinations(enumerate(faces, 1), 2):
        if a in part and b in part and part[a] != part[b]:
            same = one.picture == other.picture or (one.post is not None and one.post == other.post)
            found += same or (one.bits ^ other.bits).bit_count() <= within
    return found


@pytest.mark.parametrize("seed", range(4))
def test_nothing_lies_on_two_sides_and_every_label_is_everywhere(
    workspace: Workspace, catalogue: Catalogue, seed: int
) -> None:
    faces = world(seed)
    fill(catalogue, faces)
    report = split(workspace, catalogue, ORDER)
    part = parts(catalogue, "main")
    assert len(part) == len(faces) == report.members
    assert leaking(faces, part) == 0
    assert report.leaking == 0 and len(report.leaks) == 6
    shares = {name: number["members"] / len(faces) for name, number in report.parts.items()}
    assert shares == pytest.approx({"train": 0.7, "val": 0.1, "test": 0.2}, abs=0.03)
    for each in splits.classes(catalogue, "main"):
        assert each.train == pytest.approx(0.7 * each.members, abs=max(2, 0.12 * each.members)), each
        assert each.members < 10 or each.test > 0, each


def test_a_split_by_chance_would_leak(catalogue: Catalogue) -> None:
    """What the test above looks for is there to be found."""
    faces = world(0)
    chance = random.Random(0)
    by_chance = {n: chance.choice(("train", "test")) for n in range(1, len(faces) + 1)}
    assert leaking(faces, by_chance) > 50


def test_the_same_order_gives_the_same_split_and_another_seed_another(
    workspace: Workspace, catalogue: Catalogue
) -> None:
    fill(catalogue, world(5))
    split(workspace, catalogue, ORDER)
    split(workspace, catalogue, replace(ORDER, name="again"))
    split(workspace, catalogue, replace(ORDER, name="other", seed=8))
    first = parts(catalogue, "main")
    assert parts(catalogue, "again") == first
    assert parts(catalogue, "other") != first


def test_a_name_is_taken_once_and_undo_takes_the_split_away(workspace: Workspace, catalogue: Catalogue) -> None:
    fill(catalogue, world(1, 60))
    split(workspace, catalogue, ORDER)
    before = parts(catalogue, "main")
    with pytest.raises(WrongUse, match="there is a split main already"):
        split(workspace, catalogue, ORDER)
    journal.undo(catalogue)
    assert splits.listed(catalogue) == [] and parts(catalogue, "main") == {}
    journal.redo(catalogue)
    assert parts(catalogue, "main") == before
    splits.drop(catalogue, "main")
    assert splits.listed(catalogue) == []
    journal.undo(catalogue)
    assert parts(catalogue, "main") == before


def test_what_was_frozen_stays_when_labels_change(workspace: Workspace, catalogue: Catalogue) -> None:
    fill(catalogue, world(1, 60))
    split(workspace, catalogue, ORDER)
    before = catalogue.rows("SELECT part, face_id, label FROM splits ORDER BY face_id")
    with catalogue.writing() as connection:
        connection.execute("UPDATE face_labels SET label = 'another' WHERE face_id = 3")
        connection.execute("UPDATE faces SET state = 'set_aside' WHERE face_id = 4")
    assert catalogue.rows("SELECT part, face_id, label FROM splits ORDER BY face_id") == before
    assert splits.changed_since(catalogue, "main") == (1, 1)


def lonely(number: int, label: str = "x", seed: int = 0) -> list[Face]:
    """Faces that have nothing to do with each other."""
    chance = random.Random(seed)
    return [Face(1000 * (seed + 1) + n, label, chance.getrandbits(64)) for n in range(number)]


def test_verdicts_keep_together_and_tell_apart(workspace: Workspace, catalogue: Catalogue) -> None:
    """Six pairs that people spoke of, among many that mean nothing."""
    faces = lonely(60)
    for n in range(0, 12, 2):
        faces[n + 1].bits = faces[n].bits ^ 0b11  # near
    fill(catalogue, faces)
    pictures = [face.picture for face in faces]
    judge(catalogue, "face", [Statement(1, 2, Verdict.DIFFERENT), Statement(3, 4, Verdict.DIFFERENT)])
    judge(catalogue, "image", [Statement(pictures[20], pictures[21], Verdict.ALTERNATES)])
    judge(catalogue, "image", [Statement(pictures[30], pictures[31], Verdict.SAME)])
    report = split(workspace, catalogue, ORDER)
    group: dict[int, int] = dict(catalogue.rows("SELECT face_id, group_id FROM splits"))
    assert group[1] != group[2] and group[3] != group[4]  # a person has seen both
    assert group[5] == group[6] and group[11] == group[12]
    assert group[21] == group[22] and group[31] == group[32]
    assert report.leaking == 0 and report.groups == 60 - 4 - 2


def test_a_post_stays_together_unless_it_is_a_pile(workspace: Workspace, catalogue: Catalogue) -> None:
    faces = lonely(90)
    for n, face in enumerate(faces[:40]):
        face.post = f"small {n % 4}"
    for face in faces[40:80]:
        face.post = "everything of a year"
    fill(catalogue, faces)
    report = split(workspace, catalogue, replace(ORDER, largest=20))
    assert leaking([replace(face, post=None) if "every" in (face.post or "") else face for face in faces],
                   parts(catalogue, "main")) == 0  # fmt: skip
    assert report.joined == {"one post, album or page": 40}
    assert report.piles == [{"place": "post reddit everything of a year", "pictures": 40}]
    assert report.leaks["one post, album or page"] == 0
    split(workspace, catalogue, replace(ORDER, name="anyhow", sources=False))
    assert catalogue.value("SELECT count(DISTINCT group_id) FROM splits WHERE split = 'anyhow'") == 90


def test_a_giant_group_is_told_with_what_it_breaks(workspace: Workspace, catalogue: Catalogue) -> None:
    giant = [replace(face, post="one") for face in lonely(90, "a")]
    fill(catalogue, [*giant, *lonely(10, "a", 1), *lonely(100, "b", 2)])
    report = split(workspace, catalogue, ORDER)
    assert report.largest_groups == [{"members": 90, "part": "train", "label": "a", "labels": 1}]
    [told] = report.farthest
    assert (told["label"], told["of"], told["why"]) == ("a", 100, "90 of its 100 are one group")
    assert report.off == 1 and report.mean_off == pytest.approx(0.1, abs=0.02)
    assert {each.label: each.train for each in splits.classes(catalogue, "main")} == {
        "a": 90,
        "b": pytest.approx(70, abs=1),
    }


def test_rare_labels_are_left_out_and_frequent_ones_cut(workspace: Workspace, catalogue: Catalogue) -> None:
    fill(catalogue, [*lonely(50, "many", 0), *lonely(20, "some", 1), *lonely(3, "few", 2), Face(9, None, 0)])
    report = split(workspace, catalogue, replace(ORDER, least=10, most=30))
    assert {each.label: each.members for each in splits.classes(catalogue, "main")} == {"many": 30, "some": 20}
    assert report.classes_left_out == 1
    assert report.left_out == {"without a label": 1, "of labels with fewer than 10": 3, "beyond 30 of a label": 20}


def test_folds_have_each_face_once_for_validation(workspace: Workspace, catalogue: Catalogue) -> None:
    faces = world(3, 200, 4)
    fill(catalogue, faces)
    report = split(workspace, catalogue, replace(ORDER, folds=4, test=0.2))
    assert report.splits == ["main.1", "main.2", "main.3", "main.4"]
    folds = [parts(catalogue, name) for name in report.splits]
    test = {face for face, part in folds[0].items() if part == "test"}
    assert 0.15 * len(faces) < len(test) < 0.25 * len(faces)
    for fold in folds:
        assert {face for face, part in fold.items() if part == "test"} == test
        assert leaking(faces, fold) == 0
    for face in folds[0]:
        assert [fold[face] for fold in folds].count("val") == (0 if face in test else 1)


def test_the_rule_of_dafre(workspace: Workspace, catalogue: Catalogue) -> None:
    """Sure faces that are alone in their pictures, of labels with twenty."""
    sure = [*lonely(30, "a", 0), *lonely(19, "b", 1)]
    unsure = [replace(face, score=0.8) for face in lonely(10, "a", 2)]
    together = [Face(5, "a", 1 << 40), Face(5, "a", 1 << 50 | 0xFFFF)]
    fill(catalogue, [*sure, *unsure, *together])
    report = split(workspace, catalogue, replace(ORDER, rule="dafre"))
    assert [(each.label, each.members) for each in splits.classes(catalogue, "main")] == [("a", 30)]
    assert [report.parts[part]["members"] for part in ("train", "val", "test")] == [21, 3, 6]
    assert report.left_out["several faces in the picture"] == 2 and report.left_out["score below 0.85"] == 10


def test_the_rule_of_zaci(workspace: Workspace, catalogue: Catalogue) -> None:
    """Characters of the test are in no training, with two faces each that are not the same; pairs to judge."""
    faces = world(2, 300, 20)
    fill(catalogue, faces)
    report = split(workspace, catalogue, replace(ORDER, rule="zaci"))
    part = parts(catalogue, "main")
    by_part: dict[str, list[str | None]] = {"train": [], "test": []}
    for face, where in part.items():
        by_part[where].append(faces[face - 1].label)
    tested = set(by_part["test"])
    assert len(tested) == 4 and not tested & set(by_part["train"])
    assert all(by_part["test"].count(label) == 2 for label in tested)
    assert leaking(faces, part) == 0
    pairs: list[Any] = catalogue.rows("SELECT part, a_face, b_face, same, chosen FROM split_pairs")
    assert report.pairs == {"positive": 4, "random negative": 4}
    for where, a, b, same, chosen in pairs:
        assert where == "test" and part[a] == part[b] == "test"
        assert same == (faces[a - 1].label == faces[b - 1].label) == (chosen == "positive")
        assert faces[a - 1].picture != faces[b - 1].picture
        assert not same or (faces[a - 1].bits ^ faces[b - 1].bits).bit_count() > 7
    with pytest.raises(WrongUse, match="too few"):
        split(workspace, catalogue, replace(ORDER, name="all", rule="zaci", test=0.99))


def test_pictures_are_split_by_their_tags(workspace: Workspace, catalogue: Catalogue) -> None:
    fill(catalogue, lonely(100))
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO labels (label, label_set) VALUES ('action', 'genres'), ('drama', 'genres')")
        connection.execute(
            "INSERT INTO image_tags (image_id, label, speaker, said_by) SELECT image_id, t, 'person', 'me' "
            "FROM images, (VALUES ('action', 1), ('drama', 3)) v(t, every) WHERE image_id % every = 0"
        )
    report = split(workspace, catalogue, replace(ORDER, kind="image", label_set="genres"))
    assert report.members == 100 and report.classes == 2
    rows = {each.label: each for each in splits.classes(catalogue, "main")}
    assert rows["drama"].members == pytest.approx(33, abs=1)
    assert rows["drama"].test == pytest.approx(7, abs=1) and rows["action"].test == 20
    both = catalogue.value("SELECT count(*) FROM splits WHERE labels = ['action', 'drama']")
    assert both == rows["drama"].members


def test_one_face_found_twice_takes_part_once(workspace: Workspace, catalogue: Catalogue) -> None:
    fill(catalogue, lonely(20))
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO faces (face_id, image_id, x, y, w, h, detector) "
            "SELECT 100, image_id, x + 2, y, w, h, 'person' FROM faces WHERE face_id = 1"
        )
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES (100, 'x', 'person', 'me')"
        )
        connection.execute("INSERT INTO face_hashes VALUES (100, 'dhash', 'fast', 77)")
    report = split(workspace, catalogue, ORDER)
    assert report.left_out == {"found twice": 1}
    assert 100 in parts(catalogue, "main") and 1 not in parts(catalogue, "main")


def test_what_leaks_is_not_kept(workspace: Workspace, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the grouping wrong, the second look would find it, and nothing would be frozen."""
    fill(catalogue, world(0, 100))
    monkeypatch.setattr("anitui.pipeline.splitting.grouping.edges", lambda *_: iter(()))
    with pytest.raises(Leaks, match="near-duplicate faces"):
        split(workspace, catalogue, ORDER)
    assert splits.listed(catalogue) == []


def test_both_ways_of_finding_near_hashes_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    chance = random.Random(3)
    bits = [chance.getrandbits(64) for _ in range(300)]
    bits += [each ^ sum(1 << bit for bit in chance.sample(range(64), chance.randrange(10))) for each in bits]
    hashed = near.Hashed.of(np.arange(len(bits)), np.array(bits, np.uint64))
    few = sorted((min(a, b), max(a, b), d) for a, b, d in near.near_pairs(hashed, 7))
    monkeypatch.setattr(near, "ALL_WITH_ALL", 0)
    assert sorted((min(a, b), max(a, b), d) for a, b, d in near.near_pairs(hashed, 7)) == few
    assert len(few) > len(hashed) + 100


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ({}, (0.7, 0.1, 0.2)),
        ({"test": 0.3}, (0.7, 0, 0.3)),
        ({"train": 0.8}, (0.8, 0.1, 0.1)),
        ({"train": 0.8, "val": 0.2}, (0.8, 0.2, 0)),
        ({"train": 70, "val": 10, "test": 20}, (0.7, 0.1, 0.2)),
        ({"train": 1}, (1, 0, 0)),
        ({"train": 7, "val": 1, "test": 2}, (0.7, 0.1, 0.2)),
        ({"test": 25}, (0.75, 0, 0.25)),
        ({"folds": 5}, (1, 0, 0)),
        ({"folds": 5, "test": 0.2}, (0.8, 0, 0.2)),
        ({"rule": "zaci"}, (0.8, 0, 0.2)),
    ],
)
def test_shares(given: dict[str, Any], shares: tuple[float, float, float]) -> None:
    assert ready(replace(ORDER, **given)).shares == pytest.approx(shares)


@pytest.mark.parametrize(
    "wrong",
    [
        {"train": 0.5, "val": 0.1, "test": 0.2}, {"train": 0.9, "test": 0.2}, {"train": -0.1}, {"test": float("nan")},
        {"train": 2, "val": 0.5}, {"test": 1.5},
        {"folds": 3, "val": 0.1}, {"train": 0, "test": 1}, {"folds": 1}, {"folds": 3, "rule": "zaci"},
        {"name": ""}, {"name": "a/b"}, {"name": ".."}, {"name": "x" * 101}, {"name": "a\nb"}, {"rule": "mine"},
        {"near": 40}, {"most": 3, "least": 5}, {"most": 3, "kind": "image"}, {"rule": "dafre", "kind": "image"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(WrongUse):
        ready(replace(ORDER, **wrong))
