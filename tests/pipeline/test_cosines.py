"""Pairs by what a model sees: the very pairs that a plain search finds, whatever is new, within or between; and LAP's
last steps."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from anitui.errors import WrongUse
from anitui.pipeline import cosines
from anitui.pipeline.cleaning import recipes
from anitui.pipeline.cleanup import clean
from anitui.pipeline.pair_scan import PairOrder, PairReport, find_pairs, pair_counts
from anitui.progress import run
from anitui.store import embeddings, triage
from anitui.store.catalogue import Catalogue
from anitui.store.rule_words import parse
from anitui.workspace import Workspace

ORDER = PairOrder("face", "cosine", 0, 200)


@pytest.fixture(autouse=True)
def in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosines, "_ROWS", 32)
    monkeypatch.setattr(cosines, "_COLUMNS", 24)


def hang(catalogue: Catalogue, number: int) -> None:
    """So many pictures of three titles, with a face that is all of each."""
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes) SELECT n::VARCHAR, "
            f"'media/' || n, 'copy', 'png', 'RGB', 100 + n, 100, 1 FROM range({number}) t(n)"
        )
        connection.execute(
            "INSERT INTO sightings (image_id, site, url, title) SELECT image_id, 'folder', 'x', "
            "'title ' || image_id % 3 FROM images"
        )
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, detector) "
            "SELECT image_id, 0, 0, width, height, 'whole' FROM images ORDER BY image_id"
        )


def some(number: int, seed: int = 1) -> NDArray[np.float32]:
    """Points in bunches, so that some are near."""
    chance = np.random.default_rng(seed)
    points = chance.normal(size=(20, 6))[chance.integers(0, 20, number)] + 0.35 * chance.normal(size=(number, 6))
    unit: NDArray[np.float32] = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return unit


def by_hand(points: NDArray[np.float32], hi: int) -> dict[tuple[int, int], int]:
    wide = points.astype(np.float64)
    far = {
        (a + 1, b + 1): int(np.ceil(1000 * (1 - wide[a] @ wide[b]) - 1e-3))
        for a, b in combinations(range(len(wide)), 2)
    }
    return {pair: max(0, distance) for pair, distance in far.items() if distance <= hi}


def see(catalogue: Catalogue, points: NDArray[np.float32], model: str = "small of main") -> None:
    embeddings.take_in(catalogue, "face", model, np.arange(1, len(points) + 1), points, 1)


def find(catalogue: Catalogue, order: PairOrder = ORDER) -> PairReport:
    return run(find_pairs(catalogue, order), lambda _: None)


def written(catalogue: Catalogue, kind: str = "face") -> dict[tuple[int, int], int]:
    rows = catalogue.rows("SELECT a_id, b_id, distance FROM pairs WHERE kind = ? AND algorithm = 'cosine'", [kind])
    assert len({row[:2] for row in rows}) == len(rows)
    return {(a, b): distance for a, b, distance in rows}


def test_all_pairs_are_found_and_those_of_new_ones_later(catalogue: Catalogue) -> None:
    hang(catalogue, 150)
    points = some(150)
    with pytest.raises(WrongUse, match="anitui review RUN"):
        find(catalogue)
    see(catalogue, points[:120])
    assert find(catalogue).new == len(by_hand(points[:120], 200)) > 100
    see(catalogue, points)
    done = find(catalogue)
    expected = by_hand(points, 200)
    assert written(catalogue) == expected
    assert done.found == done.new == sum(b > 120 for _, b in expected)
    assert find(catalogue).notes == ["nothing is new: all were compared up to a distance of 0.2 before"]
    counted = run(pair_counts(catalogue, "face", "cosine", 320), lambda _: None)
    assert sum(counted.per_distance.values()) == len(by_hand(points, 320))
    assert counted.per_distance[200] == list(by_hand(points, 200).values()).count(200)


def test_what_the_next_model_sees_takes_the_place_of_what_the_last_one_saw(catalogue: Catalogue) -> None:
    hang(catalogue, 90)
    see(catalogue, some(90))
    find(catalogue)
    see(catalogue, some(90, seed=2))
    find(catalogue)
    assert written(catalogue) == by_hand(some(90, seed=2), 200)


def test_within_a_title_and_between_two_filters(catalogue: Catalogue) -> None:
    hang(catalogue, 100)
    points = some(100)
    see(catalogue, points)
    find(catalogue, PairOrder("image", "cosine", 0, 320, "title"))
    expected = by_hand(points, 320)
    assert written(catalogue, "image") == {
        pair: distance for pair, distance in expected.items() if pair[0] % 3 == pair[1] % 3
    }
    order = PairOrder("face", "cosine", 100, 320, between=("id<=40", "id>30"))
    find(catalogue, order)
    assert written(catalogue) == {
        (a, b): distance for (a, b), distance in expected.items() if distance >= 100 and a <= 40 and b > 30
    }


def test_a_rule_and_the_last_steps_of_lap(workspace: Workspace, catalogue: Catalogue) -> None:
    hang(catalogue, 60)
    points = some(60)
    see(catalogue, points)
    near = {pair for pair in by_hand(points, 200) if pair[0] % 3 == pair[1] % 3}
    done = run(clean(workspace, catalogue, parse("cosine<=0.2 within:title keep:larger")), lambda _: None)
    assert done.pairs == len(near) > 3
    assert "apart by cosine" in done.examples[0].why
    lap = run(recipes.follow(workspace, catalogue, recipes.read("lap"), apply=True), lambda _: None)
    steps = {step.number: step for step in lap}
    assert steps[5].cleaning is not None and steps[5].cleaning.set_aside == done.set_aside > 3
    assert steps[6].waiting is not None and steps[6].waiting > 0
    by_hand_left = triage.line_up(catalogue, triage.View("image", "cosine", 200, 320))
    assert len(by_hand_left) == steps[12].waiting and (by_hand_left.distances >= 200).all()


@pytest.mark.parametrize("rule", ["cosine<=3", "cosine<=x", "cosine:0.3..0.2", "cosine<=0.2.1"])
def test_what_no_rule_means_is_told(rule: str) -> None:
    with pytest.raises(WrongUse, match="cosine"):
        parse(rule)
