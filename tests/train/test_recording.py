from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.train.recording import take_in
from anitui.train.run import Run
from tests.train.a_class import School


@pytest.fixture
def catalogue(school: School) -> Iterator[Catalogue]:
    opened = open_catalogue(school.workspace.catalogue)
    yield opened
    opened.close()


def log(run: Run, *steps: tuple[int, float]) -> None:
    with run.metrics.open("a") as file:
        for step, loss in steps:
            line = {"step": step, "epoch": step / 10, "time": 1.0e9 + step, "train/loss": loss, "train/lr": 0.1}
            file.write(json.dumps(line) + "\n")


def losses(catalogue: Catalogue) -> list[tuple[int, float]]:
    return catalogue.rows("SELECT step, value FROM run_metrics WHERE name = 'train/loss' ORDER BY step")


def test_runs_can_be_asked_for(school: School, catalogue: Catalogue) -> None:
    take_in(school.workspace, catalogue)
    assert catalogue.rows("FROM runs") == []
    catalogue.close()
    run = school.run(epochs=3)
    opened = open_catalogue(school.workspace.catalogue)
    (run.folder / "live.json").write_text(
        json.dumps(
            {"state": "done", "best": {"name": "val/top1", "value": 0.9, "epoch": 2.0}, "epoch": 3.0, "beat": 1e9}
        )
    )
    run.write_note("good")
    take_in(school.workspace, opened)
    [row] = opened.rows(
        "SELECT run_id, task, split, model, state, best_value, epochs, classes, note, ended_at FROM runs"
    )
    assert row[:9] == (1, "single", "main", "small", "done", 0.9, 3.0, 3, "good")
    assert row[9].year == 2001
    assert opened.value("SELECT settings->>'batch' FROM runs") == "8"
    run.delete()
    take_in(school.workspace, opened)
    assert opened.rows("FROM runs") == []
    opened.close()


def test_only_what_is_new_is_read(school: School) -> None:
    run = school.run(epochs=3)
    opened = open_catalogue(school.workspace.catalogue)
    log(run, (1, 3.0), (2, 2.5))
    with run.metrics.open("a") as file:
        file.write('{"step": 3, "epo')  # is being written
    take_in(school.workspace, opened)
    assert losses(opened) == [(1, 3.0), (2, 2.5)]
    take_in(school.workspace, opened)
    assert losses(opened) == [(1, 3.0), (2, 2.5)]
    with run.metrics.open("a") as file:
        file.write('ch": 0.3, "time": 1, "train/loss": 2.0}\nno json\n{"step": "x"}\n')
    take_in(school.workspace, opened)
    assert losses(opened) == [(1, 3.0), (2, 2.5), (3, 2.0)]
    assert opened.value("SELECT count(*) FROM run_metrics WHERE name = 'train/lr'") == 2
    opened.close()


def test_what_a_killed_run_does_again_takes_the_place_of_what_it_did(school: School) -> None:
    run = school.run(epochs=3)
    opened = open_catalogue(school.workspace.catalogue)
    log(run, (1, 5.0), (2, 4.0), (3, 3.0), (4, 2.0))
    take_in(school.workspace, opened)
    log(run, (3, 2.9), (4, 1.9), (5, 1.0))
    take_in(school.workspace, opened)
    assert losses(opened) == [(1, 5.0), (2, 4.0), (3, 2.9), (4, 1.9), (5, 1.0)]
    log(run, (6, 0.9), (2, 3.9), (3, 2.8))  # both within what is read at once
    take_in(school.workspace, opened)
    assert losses(opened) == [(1, 5.0), (2, 3.9), (3, 2.8)]
    opened.close()


def test_another_run_of_the_same_number(school: School) -> None:
    run = school.run(epochs=3)
    opened = open_catalogue(school.workspace.catalogue)
    log(run, *((step, 1.0) for step in range(50)))
    take_in(school.workspace, opened)
    run.metrics.unlink()
    log(run, (1, 7.0))
    take_in(school.workspace, opened)
    assert losses(opened) == [(1, 7.0)]
    opened.close()
