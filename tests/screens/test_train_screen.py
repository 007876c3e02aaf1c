"""The Train screen: runs that were written by hand, looked at, compared, stopped, deleted, and a form for a new one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fcntl import LOCK_EX, flock
from importlib.util import find_spec
from typing import Any

import pytest

from anitui.pipeline.splitting import making
from anitui.pipeline.splitting.order import SplitOrder, ready
from anitui.progress import run as drive
from anitui.screens.train.ordering import TrainForm
from anitui.screens.train.screen import TrainScreen
from anitui.settings import ImportSettings
from anitui.store.catalogue import Catalogue
from anitui.train.making import TrainOrder
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.pipeline.split_world import fill, world
from tests.screens.sitting import SIZES, Sitting, sitting
from tests.train.runs_by_hand import log_steps, measure, standing, write_run


@contextmanager
def living(run: Run) -> Iterator[None]:
    """As if its trainer lived."""
    handle = os.open(run.folder / "lock", os.O_RDWR | os.O_CREAT)
    flock(handle, LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def screen(at: Sitting) -> TrainScreen:
    found = at.app.screen
    assert isinstance(found, TrainScreen)
    return found


def with_split(workspace: Workspace, catalogue: Catalogue) -> None:
    fill(catalogue, world(1, 200, 5))
    drive(making.make_split(workspace, catalogue, ready(SplitOrder("main")), ImportSettings()), lambda _: None)


def members(catalogue: Catalogue, classes: list[str]) -> list[dict[str, Any]]:
    rows = catalogue.rows("SELECT part, face_id, image_id, label FROM splits WHERE split = 'main' ORDER BY face_id")
    return [
        {
            "part": part, "face_id": face, "image_id": image, "label": label, "target": classes.index(label),
            "file": f"media/{image}.png", "x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0, "width": 100, "height": 100,
        }
        for part, face, image, label in rows
    ]  # fmt: skip


async def test_without_runs_it_says_what_to_do(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue, (80, 24)) as at:
        await at.press("g", "t")
        await at.sees("no runs yet: n starts one; a split is needed first (g p)")
        await at.press("n")
        assert "a split is needed first: g p" in at.said
        for key in ("space", "r", "c", "m", "w", "x", "l", "plus", "z", "enter", "tab", "3", "down", "right", "f"):
            await at.press(key)
        assert at.app.place == "train"


async def test_a_run_is_seen_live(workspace: Workspace, catalogue: Catalogue) -> None:
    run = write_run(workspace, 7, state="training", said={"name": "strong on main"})
    with living(run):
        async with sitting(workspace, catalogue, (120, 40)) as at:
            await at.press("g", "t")
            await at.sees(
                "strong on", "epoch 4.0/8", "178 img/s", "72 s left", "loss 0.310 · val 0.440", "cpu, 2 threads"
            )
            await at.sees("best top1 93.4 %", "── train", "━━ val", "━━ top1", "── macro_f1")
            log_steps(run.metrics, 400, 50, 100, of=800)
            (run.folder / "live.json").write_text(json.dumps(standing("measuring", 450, 100, {"doing": "measuring"})))
            await at.sees("epoch 4.5/9", "● measuring")
            assert len(screen(at).logged[7].series["train/loss"]) == 450
            assert "● run 7 epoch" in at.top
        assert not (run.folder / "inbox").exists()  # to leave orders nothing
        assert run.standing().under_way


async def test_how_it_ended_and_its_last_words_are_told(workspace: Workspace, catalogue: Catalogue) -> None:
    words = ["05:14:00 epoch 3", "05:14:10 no room for a batch of one"]
    write_run(workspace, 1, state="failed", live={"reason": "out of memory: take a smaller size"}, words=words)
    killed = write_run(workspace, 2, state="training")
    (killed.folder / "output.txt").write_text("Segmentation fault\n")
    silent = write_run(workspace, 3, state="training", live={"beat": 1.7e9})
    with living(silent):
        async with sitting(workspace, catalogue, (120, 40)) as at:
            await at.press("g", "t")
            await at.sees("silent for", "lives, but says nothing")
            await at.press("down")
            await at.sees("✗ killed", "Segmentation fault")
            await at.press("down")
            await at.sees("✗ failed", "out of memory: take a smaller", "05:14:10 no room for a batch")


async def test_curves_are_smoothed_scaled_and_zoomed(workspace: Workspace, catalogue: Catalogue) -> None:
    write_run(workspace, 1, steps=4000, per_epoch=100)
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "t")
        await at.sees("━━ val")
        loss, measured = (screen(at).curves(name) for name in ("loss", "measured"))
        await at.press("plus", "plus", "l")
        await at.sees("smoothed 0.8 · log")
        assert loss.logarithmic and not measured.logarithmic and measured.smoothing == 0.8
        await at.press("minus", "minus", "l", "z")
        await at.sees("0.5 of the whole")
        assert loss.window == measured.window == (0.5, 1.0)
        await at.press("left", "Z")
        assert not loss.zoomed


async def test_panes_are_shown_hidden_and_alone(workspace: Workspace, catalogue: Catalogue) -> None:
    write_run(workspace, 1, words=["05:12:33 epoch 1"])
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "t")
        await at.sees("1 loss", "2 measured", "3 confusion", "4 most wrong")
        await at.press("3", "4", "5")
        await at.sees("5 log", "05:12:33 epoch 1")
        assert "3 confusion" not in at.seen() and "4 most wrong" not in at.seen()
        await at.press("1", "2")
        assert "1 loss" not in at.seen()
        await at.press("5")
        await at.sees("5 log")  # the last one stays
        await at.press("6", "7")
        await at.sees("6 images per second", "7 learning rate")
        await at.press("enter")
        await at.sees("7 learning rate")
        assert "5 log" not in at.seen() and "epochs of" not in at.seen()
        await at.press("escape")
        await at.sees("5 log")
        await at.press("escape", "escape")
        assert at.app.place == "home"


async def test_runs_are_laid_over_each_other_and_compared(workspace: Workspace, catalogue: Catalogue) -> None:
    write_run(workspace, 1, said={"recipe": "classic"}, settings={"lr": 0.001})
    write_run(workspace, 2, per_epoch=50)
    write_run(workspace, 3)
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "t", "down", "m", "down", "m")
        await at.sees("◆✓   2", "◆✓   1", "2 train", "2 val", "1 val", "1 top1")
        await at.press("c")
        await at.sees("runs beside each other", "classic", "0.001", "best val/top1")
        assert "3 confusion" not in at.seen()
        await at.press("m")  # no longer
        await at.sees("2 strong on main 2")
        await at.press("escape", "up", "m", "home")
        await at.sees("3 confusion")
        await at.press("c")
        assert "run 3 beside run 2" in at.said


async def test_who_is_taken_for_whom_leads_to_the_face(workspace: Workspace, catalogue: Catalogue) -> None:
    with_split(workspace, catalogue)
    classes = [label for (label,) in catalogue.rows("SELECT DISTINCT label FROM splits ORDER BY label")]
    who = members(catalogue, classes)
    run = write_run(workspace, 1, members=who, classes=classes)
    said = [each["target"] for each in who]
    said[5] = (said[5] + 1) % len(classes)
    said[9] = (said[9] + 1) % len(classes)
    measure(run, range(len(who)), said)
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "t")
        await at.sees(f"2 of {len(who)} wrong", f"{classes[said[5]]} → {who[5]['label']}")
        await at.press("tab", "tab", "tab", "right", "enter")
        assert at.app.place == "faces"
        await at.sees(f"id:{who[9]['face_id']}", "1 of 1")
        await at.press("g", "t")
        said[5] = who[5]["target"]
        measure(run, range(len(who)), said)
        await at.sees(f"1 of {len(who)} wrong")


async def test_a_run_is_stopped_noted_and_deleted(workspace: Workspace, catalogue: Catalogue) -> None:
    run = write_run(workspace, 1, state="training")
    (run.folder / "inbox").mkdir()
    write_run(workspace, 2)
    with ExitStack() as life:
        life.enter_context(living(run))
        async with sitting(workspace, catalogue, (120, 40)) as at:
            await at.press("g", "t", "down", "x")
            assert "is being trained: space stops it first" in at.said
            await at.press("r")
            assert "run 1 is being trained" in at.said
            await at.press("space")
            assert "finishes its step" in at.said
            [order] = (run.folder / "inbox").glob("*.json")
            assert json.loads(order.read_bytes()) == {"do": "stop"}
            (run.folder / "live.json").write_text(json.dumps(standing("stopped", 400, 100)))
            life.close()
            await at.sees("■ stopped")
            await at.press("space")
            assert "is not being trained; r lets it go on" in at.said
            await at.press("w", *"good", "enter")
            await at.sees("“good”")
            assert run.note == "good"
            await at.press("x")
            await at.sees("Delete run 1", "4.0 epochs of training, its models and its note")
            await at.press("n")
            assert run.folder.exists()
            await at.press("x", "y")
            await at.until(lambda: not run.folder.exists())
            await at.until(lambda: len(screen(at).lines) == 1)
            await at.press("r")
            assert "run 2 is done; n starts another one" in at.said


@pytest.mark.skipif(find_spec("torchvision") is None, reason="training is an extra")
async def test_a_new_run_says_what_will_be_trained_and_how_long(
    workspace: Workspace, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_split(workspace, catalogue)
    write_run(workspace, 1, settings={"batch": 32}, live={"step": 1000, "seconds": 100.0})
    orders: list[TrainOrder] = []
    async with sitting(workspace, catalogue, (100, 36)) as at:
        monkeypatch.setattr(at.app, "train", lambda order, done: orders.append(order))
        await at.press("g", "t", "n")
        assert isinstance(at.app.screen, TrainForm)
        await at.sees("classes, val", "resnet18 at 96 px, 40 epochs", "going by run 1 (320 images/s)")
        await at.press("tab", "right", "right", "tab", "tab", *"three")  # multi, in three epochs
        await at.sees("must be a number")
        await at.press(*["backspace"] * 5, "3", "tab", "tab", "tab", "tab", *"lr=a")
        await at.sees("--with lr=a")
        await at.press(*["backspace"], *"0.1")
        await at.sees("multi: ", "3 epochs: about")
        await at.press("enter")
        assert orders == [TrainOrder("main", "multi", "strong", "", "auto", {"lr": 0.1, "epochs": 3.0})]
        await at.press("n", "tab", *["right"] * 4)
        await at.sees("detect: ")
        await at.press("tab", "tab", "tab", "2", "escape")
        await at.sees("Leave, and train nothing?")
        await at.press("y")
        assert len(orders) == 1


async def test_two_hundred_thousand_points_are_shown(workspace: Workspace, catalogue: Catalogue) -> None:
    write_run(workspace, 1, steps=200_000, per_epoch=5000)
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "t")
        await at.until(lambda: 1 in screen(at).logged and len(screen(at).logged[1].series["train/loss"]) == 200_000)
        await at.quiet()
        assert re.search(r"epoch.* 20 .* 40", at.seen())
        await at.press("plus", "l", "z")
        await at.sees("smoothed 0.5 · log · 0.5 of the")


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_every_terminal(workspace: Workspace, catalogue: Catalogue, size: tuple[int, int]) -> None:
    for number in (1, 2):
        write_run(workspace, number)
    async with sitting(workspace, catalogue, size) as at:
        await at.press("g", "t")
        await at.sees("train")
        assert len(at.lines()) == size[1]
        for key in ("tab", "tab", "tab", "f", "tab", "f", "m", "c", "escape", "5", "6", "7"):
            await at.press(key)
            assert max(len(line) for line in at.lines()) <= size[0]
        assert any(each.display for each in at.app.screen.query(".pane"))


async def test_what_is_no_single_name_has_other_panes(workspace: Workspace, catalogue: Catalogue) -> None:
    write_run(workspace, 1, said={"task": "embed", "best_by": "val/eer"}, words=["05:12:33 epoch 1"])
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "t")
        await at.sees("5 log", "6 images per second")
        await at.press("3", "tab")
        await at.sees("only where each face has one name")


async def test_the_end_of_a_run_is_said_wherever_one_is(workspace: Workspace, catalogue: Catalogue) -> None:
    run = write_run(workspace, 7, state="training")
    with ExitStack() as life:
        life.enter_context(living(run))
        async with sitting(workspace, catalogue, (120, 40)) as at:
            await at.until(lambda: "● run 7 epoch 4 loss 0.31" in at.top, pause=0.01)
            await at.press("ctrl+b")
            assert at.app.place == "train"
            await at.press("g", "h")
            (run.folder / "live.json").write_text(json.dumps(standing("done", 800, 100)))
            life.close()
            await at.until(lambda: at.said == "run 7 is done: top1 93.4 %", pause=0.01)
            await at.until(lambda: "run 7" not in at.top.replace("run 7 is done", ""), pause=0.01)
