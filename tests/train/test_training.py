"""Training in this process, on drawings that a tiny network tells apart within seconds."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from anitui.errors import AnituiError, WrongUse
from anitui.train import checkpoint, loop, models, using
from anitui.train.learner import Learner
from anitui.train.models.model import Built, Model
from anitui.train.run import better
from tests.train.a_class import School, metrics, train_here


@pytest.fixture(autouse=True)
def every_step_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOG_EVERY", 0.0)
    monkeypatch.setattr(loop, "MOST_MEASURING", 1e9)


def stop_after(steps: int) -> Callable[[], bool]:
    counter = itertools.count()
    return lambda: next(counter) >= steps


def test_it_learns_and_says_so(school: School) -> None:
    run = school.run(epochs=6)
    assert train_here(run) == "done"
    assert metrics(run, "val/top1")[-1][1] == 1.0
    losses = [value for _, value in metrics(run, "train/loss")]
    assert len(losses) == 18 and losses[-1] < losses[0]
    assert "done after 6.0 epochs" in run.log.read_text()
    with np.load(run.folder / "latest_val.npz") as shown:
        assert list(shown["top"][:, 0]) == list(run.members()["target"].to_numpy()[shown["rows"]])
        assert (shown["true_p"] > 0.5).all()
    [events] = (run.folder / "tensorboard").iterdir()
    assert b"val/top1" in events.read_bytes()
    model = using.load(run, "cpu")
    assert model.classes == ("ai", "bo", "ci")
    said = model.ask(np.full((2, 50, 50, 3), (60, 60, 200), np.uint8))
    assert [model.classes[each] for each in said.logits.argmax(1)] == ["ci", "ci"]
    assert np.allclose(np.linalg.norm(said.embeddings, axis=1), 1)


STRONG = {"flip": True, "rotate": 15.0, "cutout": 0.4, "mixup": 0.2, "ema": 0.9, "schedule": "onecycle"}


def test_cut_off_it_goes_on_as_if_nothing_had_been(school: School) -> None:
    whole = school.run(epochs=4, precision="fp32", **STRONG)
    assert train_here(whole) == "done"
    cut = school.run(epochs=4, precision="fp32", **STRONG)
    for steps in (3, 4):  # within an epoch, and beyond its end
        assert train_here(cut, stop_after(steps)) == "stopped"
    assert train_here(cut) == "done"
    assert metrics(cut, "train/loss") == metrics(whole, "train/loss")
    last = [checkpoint.read(run.checkpoints / "last.pt") for run in (whole, cut)]
    for name, weights in last[0]["network"].items():
        assert torch.equal(weights, last[1]["network"][name]), name
    assert last[0]["best"] == last[1]["best"]


def greedy(most: int) -> Model:
    """A network that runs out of memory with more than so many pictures."""

    def build(size: int, weights: str) -> Built:
        made = models.registry()["small"].build(size, weights)

        class Greedy(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = made.backbone

            def forward(self, images: torch.Tensor) -> Any:
                if self.training and len(images) > most:
                    raise torch.OutOfMemoryError("CUDA out of memory")
                return self.inner(images)

        return Built(Greedy(), made.features)

    return Model(build, 0.1)


def test_out_of_memory_it_goes_on_in_pieces(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "find", lambda _: greedy(3))
    run = school.run(epochs=4, lr=0.05)
    assert train_here(run) == "done"
    assert "batches of 8 are learnt from in pieces of 4" in run.log.read_text()
    assert "batches of 8 are learnt from in pieces of 2" in run.log.read_text()
    assert len(metrics(run, "train/loss")) == 12
    assert metrics(run, "val/top1")[-1][1] > 0.9


def test_pieces_give_the_same_gradients(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what networks do over a whole batch: norms over the batch are left out here."""

    def build(size: int, weights: str) -> Built:
        return Built(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * size * size, 8)), 8)

    monkeypatch.setattr(models, "find", lambda _: Model(build, 0.1))
    weights = []
    for pieces in (False, True):
        run = school.run(recipe="classic", epochs=2, flip=False, optimizer="sgd", lr=0.01)
        if pieces:
            monkeypatch.setattr(Learner, "micro", property(lambda _: 3, lambda *_: None), raising=False)
        train_here(run)
        weights.append(checkpoint.read(run.checkpoints / "last.pt")["network"]["head.last.weight"])
    assert torch.allclose(weights[0], weights[1], atol=1e-5)


def test_memory_for_not_even_one_is_told(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "find", lambda _: greedy(0))
    with pytest.raises(AnituiError, match="the memory is too small for a batch of 1: train at a smaller size"):
        train_here(school.run(epochs=1))


def test_a_loss_that_is_no_number_is_told(school: School) -> None:
    with pytest.raises(AnituiError, match="train with a lower rate, such as --with lr="):
        train_here(school.run(epochs=50, lr=1000.0, precision="fp32", momentum=0.99, weight_decay=1.0))


def test_a_full_disk_keeps_the_old_checkpoint(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    run = school.run(epochs=4)
    assert train_here(run, stop_after(4)) == "stopped"
    before = (run.checkpoints / "last.pt").read_bytes()

    def save(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint.torch, "save", save)
    with pytest.raises(AnituiError, match="free some space on the disk and resume"):
        train_here(run)
    assert "could not be kept: the disk is full" in run.log.read_text()
    assert (run.checkpoints / "last.pt").read_bytes() == before
    assert not [each for each in run.checkpoints.iterdir() if each.name.startswith(".")]
    monkeypatch.undo()
    assert train_here(run) == "done"


def test_patience_ends_it(school: School) -> None:
    run = school.run(epochs=400, patience=3, lr=1e-8)
    assert train_here(run) == "done"
    assert metrics(run, "train/loss")[-1][0] < 30
    assert "nothing better for 3 epochs" in run.log.read_text()


def test_pictures_that_grow_are_measured_anew(school: School) -> None:
    run = school.run(epochs=4, start_size=16, grow_at=0.5)
    train_here(run)
    kept = checkpoint.read(run.checkpoints / "best.pt")
    assert kept["size"] == 32 and kept["epoch"] > 2
    assert "pictures are 32 px from here on" in run.log.read_text()


def test_a_part_of_the_network_can_stay_as_it_was(school: School) -> None:
    run = school.run(epochs=2, frozen=True)
    train_here(run, stop_after(1))
    before = checkpoint.read(run.checkpoints / "last.pt")["network"]
    train_here(run)
    after = checkpoint.read(run.checkpoints / "last.pt")["network"]
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"head.last.weight", "head.last.bias"}


def test_at_most_so_many_of_each_class(school: School) -> None:
    run = school.run(epochs=1, max_per_class=3, batch=4)
    train_here(run)
    assert "9 samples to learn from, 6 to measure with, 3 classes" in run.log.read_text()


@pytest.mark.parametrize("loss", ["arcface", "contrastive"])
def test_faces_are_compared(school: School, loss: str) -> None:
    run = school.run(task="embed", epochs=6, loss=loss, embedding=16, flip=True, colour=0.2)
    assert train_here(run) == "done"
    assert metrics(run, "val/eer")[-1][1] < 0.1
    assert metrics(run, "val/nearest")[-1][1] > 0.8
    said = using.load(run, "cpu").ask(np.zeros((1, 32, 32, 3), np.uint8))
    assert said.embeddings.shape == (1, 16)
    assert said.logits.shape == (1, 3 if loss == "arcface" else 0)


@pytest.mark.parametrize("loss", ["soft_margin", "asymmetric"])
def test_several_names(school: School, loss: str) -> None:
    run = school.run(task="multi", epochs=8, loss=loss)
    train_here(run)
    assert metrics(run, "val/map")[-1][1] == 1.0
    assert metrics(run, "val/micro_f1")[-1][1] > metrics(run, "val/micro_f1")[0][1] - 1e-9


def test_what_cannot_be_read_is_left_out(school: School) -> None:
    run = school.run(epochs=1)
    gone = run.members()["file"].to_pylist()
    (school.workspace.root / gone[0]).unlink()
    train_here(run)
    assert "1 picture cannot be read and are left out" in run.log.read_text().replace("is left", "are left")
    assert "23 samples to learn from" in run.log.read_text()
    for each in gone[1:]:
        (school.workspace.root / each).unlink()
    with pytest.raises(
        AnituiError, match="nothing to learn from, none of the pictures can be read: the file is missing"
    ):
        train_here(school.run(epochs=1, size=48))


def test_what_cannot_be_trained_is_told_before(school: School) -> None:
    for given, told in (
        ({"split": "none"}, "there is no split none"),
        ({"loss": "arcface"}, "the loss arcface is not for the task single"),
        ({"recipe": "best"}, "there is no recipe best"),
        ({"task": "embed", "batch": 1}, "a batch of at least 2"),
        ({"model": "resnet"}, "there is no model resnet"),
    ):
        with pytest.raises(WrongUse, match=told):
            school.run(**given)
    assert not list(school.workspace.runs.iterdir())


@pytest.mark.parametrize(
    ("name", "value", "than", "is_better"),
    [
        ("val/top1", 0.9, 0.8, True),
        ("val/loss", 0.9, 0.8, False),
        ("val/eer", 0.1, 0.2, True),
        ("val/top1", 0.1, float("nan"), True),
        ("val/top1", float("nan"), 0.1, False),
        ("val/top1", float("nan"), float("nan"), False),
        ("val/top1", 0.5, 0.5, False),
    ],
)
def test_which_is_better(name: str, value: float, than: float, is_better: bool) -> None:
    assert better(name, value, than) is is_better


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    file = tmp_path / "last.pt"
    with pytest.raises(AnituiError, match="has not come that far"):
        checkpoint.read(file)
    file.write_bytes(b"no checkpoint")
    with pytest.raises(AnituiError, match="is damaged: remove it"):
        checkpoint.read(file)


def test_of_equally_good_models_the_surer_one_is_kept() -> None:
    best = loop.Best("val/top1")
    assert best.beaten_by(0.5, 2.0)
    best = loop.Best("val/top1", 1.0, 3.0, 0.4)
    assert best.beaten_by(1.0, 0.3)
    assert not best.beaten_by(1.0, 0.5) and not best.beaten_by(0.9, 0.1) and not best.beaten_by(float("nan"), 0.1)
    assert loop.Best("val/eer", 0.2, 1.0).beaten_by(0.1, float("inf"))
