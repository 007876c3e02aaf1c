"""Runs as those see them who only look."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from anitui.train.run import Run
from anitui.train.watching import Watch
from anitui.workspace import Workspace
from tests.train.runs_by_hand import log_steps, standing, write_run


@contextmanager
def living(run: Run) -> Iterator[None]:
    """As if its trainer lived."""
    handle = os.open(run.folder / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def say(run: Run, state: str, **live: object) -> None:
    part = run.folder / ".live.json"
    part.write_text(json.dumps(standing(state, 100, 50, live)))
    part.replace(run.folder / "live.json")


def files(folder: Path) -> dict[str, int]:
    return {str(each): each.stat().st_mtime_ns for each in folder.rglob("*")}


def test_runs_are_listed_as_they_stand(workspace: Workspace) -> None:
    watch = Watch(workspace)
    assert watch.lines() == []
    write_run(workspace, 2, state="done")
    training = write_run(workspace, 10, state="training")
    write_run(workspace, 11, state="waiting")
    with living(training):
        assert [(line.number, line.standing.state) for line in watch.lines()] == [
            (11, "waiting"), (10, "training"), (2, "done"),
        ]  # fmt: skip
    assert watch.lines()[1].standing.state == "killed"


def test_what_changes_is_seen_also_of_runs_that_had_ended(workspace: Workspace) -> None:
    run = write_run(workspace, 1, state="stopped")
    watch = Watch(workspace)
    assert watch.lines()[0].note == ""
    run.write_note("the one to keep")
    assert watch.lines()[0].note == "the one to keep"
    with living(run):
        say(run, "training")
        assert watch.lines()[0].standing.state == "training"
    say(run, "done")
    assert watch.lines()[0].standing.state == "done"
    run.delete()
    assert watch.lines() == []


def test_a_trainer_that_lives_and_says_nothing_is_told(workspace: Workspace) -> None:
    run = write_run(workspace, 1, state="training", live={"beat": time.time() - 500})
    with living(run):
        [line] = Watch(workspace).lines()
        assert line.standing.under_way and 490 < line.standing.silent < 600


def test_a_folder_that_is_no_run_is_passed_over(workspace: Workspace) -> None:
    write_run(workspace, 1)
    (workspace.runs / "2").mkdir()
    (workspace.runs / "3").mkdir()
    (workspace.runs / "3" / "settings.json").write_text("{ torn")
    odd = write_run(workspace, 4, state="failed")
    (odd.folder / "live.json").write_text("[1, 2]")
    assert [line.number for line in Watch(workspace).lines()] == [1]


def test_only_what_is_new_is_read_and_nothing_is_written(workspace: Workspace) -> None:
    run = write_run(workspace, 4, steps=200, per_epoch=50)
    before = files(workspace.runs)
    one, other = Watch(workspace), Watch(workspace)
    for watch in (one, other):
        seen = watch.look(4)
        assert len(seen.logged[4].series["train/loss"]) == 200
        assert len(seen.logged[4].series["val/top1"]) == 4
        assert not seen.more
    assert files(workspace.runs) == before
    version = one.look(4).logged[4].version
    assert one.look(4).logged[4].version == version
    log_steps(run.metrics, 200, 10, 50, of=400)
    seen = one.look(4)
    assert seen.logged[4].version != version
    assert np.array_equal(seen.logged[4].series["train/loss"].step, np.arange(1, 211))


def test_without_a_choice_the_newest_is_looked_at_and_others_along_with_it(workspace: Workspace) -> None:
    for number in (1, 2, 3):
        write_run(workspace, number, steps=10)
    watch = Watch(workspace)
    assert list(watch.look(None).logged) == [3]
    assert list(watch.look(9).logged) == [3]
    assert list(watch.look(2, (1, 3, 77)).logged) == [2, 1, 3]


def test_a_number_that_is_given_again_is_another_run(workspace: Workspace) -> None:
    run = write_run(workspace, 1, steps=50)
    watch = Watch(workspace)
    assert len(watch.look(1).logged[1].series["train/loss"]) == 50
    run.delete()
    write_run(workspace, 1, steps=7)
    assert len(watch.look(1).logged[1].series["train/loss"]) == 7


def test_much_that_was_logged_is_read_in_several_looks(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anitui.train.series.CHUNK", 4096)
    write_run(workspace, 1, steps=2000)
    watch, lengths = Watch(workspace), []
    more = True
    while more:
        seen = watch.look(1)
        more = seen.more
        lengths.append(len(seen.logged[1].series["train/loss"]))
    assert len(lengths) > 5 and lengths == sorted(lengths) and lengths[-1] == 2000


def test_of_many_runs_none_is_read_again_and_again(workspace: Workspace) -> None:
    for number in range(1, 12):
        write_run(workspace, number, steps=20)
    watch = Watch(workspace)
    first = watch.look(1, tuple(range(2, 12)))
    while first.more:
        first = watch.look(1, tuple(range(2, 12)))
    again = watch.look(1, tuple(range(2, 12)))
    assert not again.more
    assert {number: found.version for number, found in again.logged.items()} == dict.fromkeys(range(1, 12), 1)
