"""A model that was really trained is measured: its process answers for the split, and for pictures from elsewhere."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from anitui import progress
from anitui.progress import Event
from anitui.train.evaluation.evaluate import EvalOrder, evaluate
from tests.train.a_class import COLOURS, School, draw, train_here


@pytest.mark.slow
def test_by_its_split_and_by_pairs_of_pictures_that_lie_elsewhere(school: School, tmp_path: Path) -> None:
    run = school.run(epochs=6)
    assert train_here(run) == "done"
    lines = ["pathA,pathB,label,human_prediction,invalid"]
    for place, (label, colour) in enumerate(COLOURS.items()):
        for number in range(3):
            draw(tmp_path / "crops" / f"{label}__x" / f"{number}.png", colour, 1000 * place + number)
    names = [f"{label}/x/{number}.jpg" for label in COLOURS for number in range(3)]
    for one, other in itertools.combinations(names, 2):
        lines.append(f"{one},{other},{int(one[:2] == other[:2])},{int(one[:2] == other[:2])},0")
    (tmp_path / "crops" / "ai__x" / "2.png").write_bytes(b"no picture")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("\n".join(lines), "utf-8")
    order = EvalOrder(pairs=pairs, pictures=tmp_path / "crops", device="cpu", resamples=20)
    found = progress.run(evaluate(run, order), lambda _: None)
    assert found.one_name is not None and found.one_name.number == 6
    assert found.one_name.scores.top1 is not None and found.one_name.scores.top1.value == 1.0
    assert found.same_pairs is not None and found.same_pairs.pairs == 28 and found.same_pairs.left_out == 8
    assert found.same_pairs.auc.value > 0.9
    assert found.same_pairs.human is not None and found.same_pairs.human.false_positive == 0.0
    # Once more nobody is asked: what the model says is kept.
    events: list[Event] = []
    again = progress.run(evaluate(run, order), events.append)
    assert again.same_pairs == found.same_pairs and {each.doing for each in events} == {"measuring"}
