"""Runs as processes of their own: they outlive who started them, end gently, and are known when they were killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from anitui import cli
from anitui.detached import Worker
from anitui.errors import WrongUse
from anitui.progress import run as drive
from anitui.train import run as runs
from anitui.train.following import follow
from anitui.train.run import Run, Standing
from tests.train.a_class import School, metrics

PATIENCE = 60


@pytest.fixture(autouse=True)
def bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # each process would compile all of torch's Python


@pytest.fixture
def started() -> Iterator[list[Run]]:
    """Runs that are ended after a test, whatever it does."""
    found: list[Run] = []
    yield found
    for each in found:
        if each.process.alive():
            os.kill(int(each.who()["pid"]), signal.SIGKILL)


def until(found: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def steps(run: Run) -> int:
    return int(run.standing().live.get("step") or 0)


def test_a_run_through_its_whole_life(school: School, started: list[Run]) -> None:
    run = school.run(epochs=100_000, lr=0.001)
    assert run.standing().state == "waiting"
    started.append(run)
    run.start()
    with pytest.raises(WrongUse, match="is being trained"):
        run.start()
    with pytest.raises(WrongUse, match="stop it first"):
        run.delete()
    until(lambda: steps(run) > 20 and bool(run.standing().live.get("images_per_second")), "it trains")
    standing = run.standing()
    assert standing.under_way and standing.state in ("training", "measuring")
    assert standing.live["images_per_second"] > 0 and standing.live["memory"] > 0
    assert os.getsid(int(run.who()["pid"])) == int(run.who()["pid"])  # no terminal takes it along
    run.stop()
    standing = drive(follow(run), lambda _: None)
    assert standing.state == "stopped"
    reached = steps(run)
    assert (run.checkpoints / "best.pt").exists()

    run.start()
    until(lambda: steps(run) > reached, "it goes on")
    assert "going on from the last checkpoint" in run.log.read_text()
    os.kill(int(run.who()["pid"]), signal.SIGKILL)
    until(lambda: run.standing().state == "killed", "it is known to be killed")
    assert "killed" in run.standing().reason
    run.delete()
    assert not run.folder.exists()


def test_it_is_told_why_it_failed(school: School, started: list[Run]) -> None:
    run = school.run(epochs=50, lr=1000.0, precision="fp32", momentum=0.99, weight_decay=1.0)
    started.append(run)
    run.start()
    standing = drive(follow(run), lambda _: None)
    assert standing.state == "failed"
    assert standing.reason.startswith("the loss is no number any more")
    assert any("the loss is no number" in line for line in run.last_lines())


def test_two_processes_train_one_model(school: School) -> None:
    """As `torchrun` starts them, on one machine or on several; what they come to is what one alone comes to."""
    losses = []
    for processes in (1, 2):
        run = school.run(recipe="classic", epochs=3, flip=False, processes=processes, batch=8, optimizer="sgd", lr=0.01)
        subprocess.run(
            [sys.executable, "-m", "anitui.train", str(run.folder)],
            check=True, timeout=PATIENCE * 2, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        assert run.standing().state == "done", run.last_lines()
        losses.append(metrics(run, "val/loss"))
        if processes == 2:
            assert "2 processes" in run.log.read_text()
    assert losses[0][-1][0] == losses[1][-1][0] == 9
    # Norms are over what one process sees, so the numbers are not the same to the last digit.
    assert losses[1][-1][1] == pytest.approx(losses[0][-1][1], abs=0.4)
    assert losses[1][-1][1] < losses[1][0][1]


def made_by_hand(school: School, number: int, live: dict[str, object] | None, **more: object) -> Run:
    folder = school.workspace.runs / str(number)
    folder.mkdir(parents=True)
    settings = {
        "run": number, "name": f"number {number}", "task": "single", "split": "main", "recipe": "strong",
        "model": "small", "classes": ["a", "b"], "best_by": "val/top1", "made_at": "2026-01-01T00:00:00+00:00",
        "device": "cpu", "settings": {}, **more,
    }  # fmt: skip
    (folder / "settings.json").write_text(json.dumps(settings))
    if live is not None:
        (folder / "live.json").write_text(json.dumps(live))
    return Run(folder)


def test_how_runs_stand(school: School) -> None:
    run = made_by_hand(school, 1, None)
    assert run.standing() == Standing("waiting", {})
    done = made_by_hand(school, 2, {"state": "done", "best": {"name": "val/top1", "value": 0.9, "epoch": 3.0}})
    assert done.standing().state == "done" and done.standing().best == ("val/top1", 0.9, 3.0)
    killed = made_by_hand(school, 3, {"state": "training", "step": 5})
    (killed.folder / "output.txt").write_text("Traceback\nRuntimeError: CUDA error: the GPU fell off the bus\n")
    assert killed.standing().state == "killed"
    assert killed.standing().reason == "RuntimeError: CUDA error: the GPU fell off the bus"
    (school.workspace.runs / "4").mkdir()  # is being made, or was cut off while it was
    assert [each.number for each in runs.listed(school.workspace)] == [3, 2, 1]
    assert runs.find(school.workspace, None).number == 3
    assert runs.find(school.workspace, "number 1").number == 1
    assert runs.find(school.workspace, "run 2").number == 2
    with pytest.raises(WrongUse, match="there is no run 9: there are 3, 2, 1"):
        runs.find(school.workspace, "9")
    assert runs.new_folder(school.workspace).name == "5"


def test_one_that_lives_and_says_nothing_is_told(school: School) -> None:
    import fcntl

    run = made_by_hand(school, 1, {"state": "training", "beat": time.time() - 500})
    with (run.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run.standing().state == "training"
        assert 499 < run.standing().silent < 600
        (run.folder / "live.json").write_text(json.dumps({"state": "training", "beat": time.time()}))
        assert run.standing().silent == 0


def test_notes(school: School) -> None:
    run = made_by_hand(school, 1, None)
    assert run.note == ""
    run.write_note(" the rate was too high \n")
    assert run.note == "the rate was too high"


def anitui(school: School, *arguments: str) -> int:
    return cli.main(["-w", str(school.workspace.root), *arguments])


def test_the_commands(school: School, started: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    assert anitui(school, "runs") == 0
    assert "no runs yet: `anitui train SPLIT`" in capsys.readouterr().out
    assert anitui(school, "runs", "show") == 2
    assert "there are no runs yet" in capsys.readouterr().err
    with_tiny = [f"--with={name}={value}" for name, value in {"model": "small", "start_size": 0, "ema": 0}.items()]
    train = ["train", "main", "--epochs", "2", "--size", "32", "--batch", "8", "--threads", "1", *with_tiny]
    assert anitui(school, *train, "--dry-run") == 0
    out = capsys.readouterr().out
    assert "single on main: faces of characters, 3 classes; train 24, val 6, test 6" in out
    assert "small at 32 px by the recipe strong, 2 epochs" in out
    assert not runs.listed(school.workspace)

    assert anitui(school, *train, "--json", "--name", "first") == 0
    out = capsys.readouterr().out
    report = json.loads(out.splitlines()[-1])
    assert (report["run"], report["state"], report["name"]) == (1, "done", "first")
    assert report["best"]["name"] == "val/top1"
    assert anitui(school, "runs", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["runs"][0]["state"] == "done"
    assert anitui(school, "runs", "show", "first") == 0
    assert "done after 2.0 epochs" in capsys.readouterr().out
    assert anitui(school, "runs", "resume", "1") == 2
    assert "run 1 is done" in capsys.readouterr().err
    assert anitui(school, "runs", "stop", "1") == 2
    assert anitui(school, "runs", "note", "1", "well done") == 0
    assert anitui(school, "runs") == 0
    assert "well done" in capsys.readouterr().out
    assert anitui(school, "runs", "delete", "1") == 2
    assert "say so with --yes" in capsys.readouterr().err
    assert anitui(school, "runs", "delete", "1", "--yes") == 0
    assert not runs.listed(school.workspace)


def test_a_log_that_was_cut_off_goes_on_with_a_line_of_its_own(school: School) -> None:
    """A trainer that was killed within a line leaves half of one; the next begins a new line."""
    run = made_by_hand(school, 1, None)
    run.metrics.write_text('{"step": 1, "epoch": 0.1, "time": 1.0, "train/loss": 2.0}\n{"step": 2, "ep')
    worker = Worker(run.folder, log_name=runs.METRICS)
    worker.say([{"step": 2, "train/loss": 1.0}])
    worker.close()
    lines, _ = run.process.read(0)
    assert [line.get("step") for line, _ in lines] == [1, None, 2]
