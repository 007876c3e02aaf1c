from __future__ import annotations

from anitui.train.comparing import differing, results
from anitui.train.guess import guess
from anitui.train.recipe import load
from anitui.train.watching import Watch
from anitui.workspace import Workspace
from tests.train.runs_by_hand import write_run


def test_settings_that_differ_stand_beside_each_other(workspace: Workspace) -> None:
    one = write_run(workspace, 1, settings={"lr": 0.02, "flip": False})
    other = write_run(workspace, 2, settings={"lr": 0.05, "flip": True}, said={"recipe": "classic"})
    rows = {row.name: row.values for row in differing([one, other])}
    assert rows == {"recipe": ("strong", "classic"), "lr": ("0.02", "0.05"), "flip": ("no", "yes")}
    assert differing([one, one]) == []


def test_the_better_one_is_marked_by_what_is_better_of_each_metric(workspace: Workspace) -> None:
    write_run(workspace, 1, steps=400, per_epoch=100)
    write_run(workspace, 2, steps=400, per_epoch=40)  # has gone as far, and was measured more often
    watch = Watch(workspace)
    seen = watch.look(1, (2,))
    lines = sorted(seen.lines, key=lambda line: line.number)
    rows = {row.name: row for row in results(lines, seen.logged)}
    assert rows["state"].values == ("done", "done")
    assert rows["trained"].values == ("4.0 epochs", "10.0 epochs")
    for name in ("best val/top1", "best val/loss"):
        told = rows[name].values
        numbers = [float(each.removesuffix(" %")) for each in told]
        wanted = min(numbers) if name.endswith("loss") else max(numbers)
        assert rows[name].best == (None if told[0] == told[1] else numbers.index(wanted))
    only = results(lines, {1: seen.logged[1]})
    assert {row.name: row.best for row in only}["best val/top1"] is None


def test_how_long_it_takes_goes_by_runs_that_there_were(workspace: Workspace) -> None:
    live = {"step": 1000, "seconds": 100.0}
    write_run(workspace, 1, settings={"batch": 50, "size": 128, "start_size": 0}, live=live)  # 500 images/s
    lines = Watch(workspace).lines()
    recipe = load("strong").changed({"size": 128, "start_size": 0, "epochs": 10.0}, "here")
    found = guess(recipe, 2000, "auto", lines)
    assert found is not None and found.by_run == 1
    assert found.seconds == 10 * 2000 / 500
    smaller = guess(recipe.changed({"size": 64}, "here"), 2000, "auto", lines)
    assert smaller is not None and smaller.seconds == found.seconds / 4
    assert guess(recipe.changed({"model": "resnet50"}, "here"), 2000, "auto", lines) is None
    assert guess(recipe, 2000, "cuda:1", lines) is None
    limited = guess(recipe.changed({"minutes": 0.5}, "here"), 2000, "auto", lines)
    assert limited is not None and limited.seconds == 30
    timed = guess(recipe.changed({"epochs": 0.0, "minutes": 3.0}, "here"), 2000, "auto", [])
    assert timed is not None and timed.seconds == 180 and timed.by_run is None
