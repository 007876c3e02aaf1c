"""What the sample learns from itself: a small model of its faces, how good it is, and whose names look wrong to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from anitui.pipeline.examine import limits_of
from anitui.progress import Event, Work
from anitui.settings import Settings
from anitui.store import review
from anitui.store.catalogue import Catalogue
from anitui.train import making
from anitui.train.evaluation.evaluate import EvalOrder, evaluate, latest
from anitui.train.evaluation.sharing import write_page
from anitui.train.evaluation.words import facts
from anitui.train.folds import out_of_fold
from anitui.train.following import follow
from anitui.train.installed import MISSING, installed
from anitui.train.making import TrainOrder
from anitui.train.recording import take_in
from anitui.train.review.making import make_review
from anitui.train.run import Run, listed
from anitui.workspace import Workspace

PAGE = "evaluation.html"


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
    measured: dict[str, str] = field(default_factory=dict)  # on the test, in words
    look_wrong: int = 0
    suspects: list[str] = field(default_factory=list)  # the first few of the queue, in words


def learn(workspace: Workspace, catalogue: Catalogue, settings: Settings, split: str, lesson: Lesson) -> Work[Learnt]:
    """Train once on a split, measure on its test, and make the queue of a review; what is there stays."""
    if not installed():
        return Learnt(why_not=MISSING)
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
    made = latest(run) if not fresh else None
    made = made or (yield from evaluate(run, EvalOrder()))
    learnt.measured = facts(made)
    page = workspace.exports / PAGE
    if not page.exists():
        yield from write_page(run, made, page, limits_of(settings.importing))
    if fresh:
        yield from out_of_fold(run, catalogue, folds=lesson.folds)
        done = yield from make_review(catalogue, run)
        learnt.look_wrong = done.labels + done.alike
        rows = list(review.listed(catalogue, done.label_set))[1:]
        learnt.suspects = [f"{row[5]} looks like {row[6]}: {row[9]}" for row in rows if row[1] != "unlabelled"][:3]
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
