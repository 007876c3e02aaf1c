"""What the sample learns from itself: a small model of its faces, how good it is, and whose names look wrong to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np

from anitui.progress import Event, Work
from anitui.store import review
from anitui.store.catalogue import Catalogue
from anitui.train import making
from anitui.train.folds import out_of_fold
from anitui.train.following import follow
from anitui.train.making import TrainOrder
from anitui.train.predicting import file_of, predict_part
from anitui.train.recording import take_in
from anitui.train.review.making import make_review
from anitui.train.run import Run, listed
from anitui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Lesson:
    """How much time is spent on it."""

    minutes: float = 0.4
    size: int = 64
    folds: int = 3
    model: str = "resnet18"


@dataclass(slots=True)
class Learnt:
    """What came of it."""

    run: int = 0  # 0: nothing was trained
    why_not: str = ""
    classes: int = 0
    seconds: float = 0.0
    tested: int = 0
    right: int = 0
    look_wrong: int = 0
    suspects: list[str] = field(default_factory=list)  # the first few of the queue, in words


def learn(workspace: Workspace, catalogue: Catalogue, split: str, lesson: Lesson) -> Work[Learnt]:
    """Train once on a split, measure on its test, and make the queue of a review; what is there stays."""
    if find_spec("torch") is None or find_spec("torchvision") is None:
        return Learnt(why_not="torch is not installed: pip install 'anitui[train]'")
    runs = listed(workspace)
    fresh = not runs or runs[-1].standing().state != "done"
    if not runs:
        yield Event("making a run")
    run = runs[-1] if runs else (yield from _made(workspace, catalogue, split, lesson))
    if fresh:
        yield from _trained(run)
    standing = run.standing()
    learnt = Learnt(run.number, classes=len(run.classes), seconds=float(standing.live.get("seconds") or 0))
    if standing.state != "done":
        learnt.why_not = standing.reason or standing.state
        return learnt
    yield from predict_part(run, ["test"])
    learnt.tested, learnt.right = _tested(run)
    if fresh:
        yield from out_of_fold(run, catalogue, folds=lesson.folds)
        done = yield from make_review(catalogue, run)
        learnt.look_wrong = done.labels + done.alike
        rows = list(review.listed(catalogue, done.label_set))[1:]
        learnt.suspects = [f"{row[5]} looks like {row[6]}: {row[9]}" for row in rows if row[1] == "label"][:3]
    take_in(workspace, catalogue)
    return learnt


def _made(workspace: Workspace, catalogue: Catalogue, split: str, lesson: Lesson) -> Work[Run]:
    given = {
        "epochs": 0.0, "minutes": lesson.minutes, "size": lesson.size, "start_size": 0, "batch": 16,
        "model": lesson.model,
    }  # fmt: skip
    return (yield from making.make_run(workspace, catalogue, TrainOrder(split, name="the sample's own", given=given)))


def _trained(run: Run) -> Work[None]:
    """Train it to its end, from wherever it is. Cut off, it is not left behind."""
    if not run.standing().under_way:
        run.start()
    try:
        yield from follow(run)
    except GeneratorExit:
        if run.process.alive():
            run.stop()
        raise


def _tested(run: Run) -> tuple[int, int]:
    with np.load(file_of(run, "test")) as said:
        targets = run.members()["target"].to_numpy()[said["rows"]]
        return len(targets), int((said["logits"].argmax(axis=1) == targets).sum())
