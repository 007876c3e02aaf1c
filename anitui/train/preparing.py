"""All that a run needs before its first step: pictures as pixels, targets, the network, and what goes on with it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from anitui.errors import AnituiError
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Processes
from anitui.progress import Event
from anitui.train import models, network, tasks
from anitui.train.augment import IMAGENET, Augmentation, Normalisation, of_data
from anitui.train.crop_store import Sample, Store, prepare
from anitui.train.learner import TaskLearner
from anitui.train.loop import Loop
from anitui.train.measuring import Measuring
from anitui.train.order_of_data import DataOrder
from anitui.train.pace import Pace
from anitui.train.pixels import pixels_for
from anitui.train.recipe import Recipe
from anitui.train.run import LAST, Run
from anitui.train.speed import Machine, machine
from anitui.train.tasks.task import Task
from anitui.train.together import Together
from anitui.train.voice import Voice
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow

Show = Callable[..., None]


def prepared(run: Run, recipe: Recipe, voice: Voice | None, together: Together, show: Show) -> Loop:
    """The loop of a run, at its beginning or where its last checkpoint is."""
    say = voice.say if voice is not None else _nothing
    on = machine(run.settings["device"], recipe, together.local_rank)
    say(f"on {on.name}" + (f", {together.world} processes" if together.world > 1 else ""))
    show(now=True, state="preparing", doing="reading who is in it", device=on.name)
    members = run.members()
    # One cuts the pictures, the others find them cut.
    if together.first:
        store = store_of(run, members, recipe.size, recipe.margin, show)
    together.wait()
    if not together.first:
        store = store_of(run, members, recipe.size, recipe.margin, _nothing)
    if store.failures:
        one = store.failures[0]
        number = count(len(store.failures), "picture")
        say(f"{number} cannot be read and are left out, such as {one['file']}: {one['reason']}")
        show(unreadable=len(store.failures))
    task = tasks.task_of(run.task, recipe, len(run.classes))
    targets = task.targets(members)
    usable = store.good & task.usable(targets)
    parts = members["part"].to_numpy(zero_copy_only=False)
    train, val = (np.flatnonzero(usable & (parts == part)) for part in ("train", "val"))
    if not len(train):
        why = f": {store.failures[0]['reason']}, {store.failures[0]['file']}" if store.failures else ""
        raise AnituiError(f"there is nothing to learn from, none of the pictures can be read{why}")
    rows = _Rows(_capped(train, members, recipe), val, fresh=not (run.checkpoints / LAST).exists())
    loop = _loop(run, recipe, task, members, targets, store, rows, on, together, voice, show)
    if loop.resume():
        say("going on from the last checkpoint")
    show(now=True, state="training", doing="training")
    return loop


def small_loop(
    run: Run, recipe: Recipe, members: pyarrow.Table, store: Store, rows: NDArray[np.int64], device: str
) -> Loop:
    """A loop that learns from these rows alone, and neither measures nor keeps nor says anything."""
    task = tasks.task_of(run.task, recipe, len(run.classes))
    given = _Rows(_capped(rows, members, recipe), rows[:0], fresh=True)
    on = machine(device, recipe)
    return _loop(run, recipe, task, members, task.targets(members), store, given, on, Together(), None, _nothing)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which rows of the manifest are learnt from, and which are measured with; and whether it is from the beginning."""

    train: NDArray[np.int64]
    val: NDArray[np.int64]
    fresh: bool


def _loop(
    run: Run,
    recipe: Recipe,
    task: Task,
    members: pyarrow.Table,
    targets: NDArray[np.generic],
    store: Store,
    rows: _Rows,
    on: Machine,
    together: Together,
    voice: Voice | None,
    show: Show,
) -> Loop:
    say = voice.say if voice is not None else _nothing
    torch.manual_seed(recipe.seed)  # the weights that it begins with are the same in every process
    show(now=True, doing="building the network", done=None, total=None)
    built = network.build(recipe, run.task, len(run.classes), fresh=rows.fresh)
    some = np.asarray(store.pixels[_some(rows.train)])
    by = IMAGENET if recipe.weights == "imagenet" else of_data(torch.from_numpy(some))
    augmentation = Augmentation(recipe, by)
    order = DataOrder(rows.train, members["target"].to_numpy()[rows.train], recipe.seed, recipe.balance)
    pace = Pace(recipe, order.epoch_length, recipe.batch, grows=models.find(recipe.model).grows)
    show(now=True, doing="bringing pictures to the device")
    pixels = pixels_for(store.pixels, on)
    classes = count(len(run.classes), "class", "classes")
    where = "in the memory of the device" if pixels.resident else "mapped"
    say(f"{count(len(rows.train), 'sample')} to learn from, {len(rows.val):,} to measure with, {classes}")
    say(f"{recipe.model} at {recipe.size} px, pictures are {where}")
    learner = TaskLearner(built, task, recipe, augmentation, on, together, pace.steps)
    measuring = None
    if len(rows.val):
        measuring = Measuring("val", rows.val, members, targets, pixels, task, augmentation, on, together)
    else:
        say("there is no val part that could be measured with: the last model is the one that is kept")
    return Loop(
        run.folder, recipe, learner, order, pace, pixels, targets, measuring, on, together, voice,
        _model(run, recipe, by), run.best_by,
    )  # fmt: skip


def store_of(run: Run, members: pyarrow.Table, size: int, margin: float, show: Show) -> Store:
    """The pictures of a manifest as pixels, found or cut."""
    return made_by(
        prepare(run.workspace / "crops", samples(run.workspace, members), size, margin, Processes(), Limits()), show
    )


def made_by(work: Generator[Event, None, Store], show: Show) -> Store:
    """What a work of the store comes to, told on its way."""
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            found: Store = stop.value
            return found
        try:
            show(state="preparing", doing=event.doing, done=event.done, total=event.total)
        except BaseException:
            work.close()
            raise


def samples(workspace: Path, members: pyarrow.Table) -> list[Sample]:
    """What is to be cut for each row of a manifest."""
    columns = (members[name].to_pylist() for name in ("file", "sha256", "x", "y", "w", "h", "width", "height"))
    return [
        Sample(str(workspace / file), sha256, None if x is None else (x, y, w, h), width, height)
        for file, sha256, x, y, w, h, width, height in zip(*columns, strict=True)
    ]


def _capped(rows: NDArray[np.int64], members: pyarrow.Table, recipe: Recipe) -> NDArray[np.int64]:
    """Of each class at most so many, drawn by the seed."""
    if not recipe.max_per_class or not len(rows):
        return rows
    targets = members["target"].to_numpy()[rows]
    drawn = np.random.Generator(np.random.Philox(recipe.seed)).permutation(len(rows))
    order = drawn[np.argsort(targets[drawn], kind="stable")]
    sizes = np.bincount(targets[order] + 1)
    place = np.concatenate([np.arange(each) for each in sizes])
    return np.sort(rows[order[place < recipe.max_per_class]])


def _some(rows: NDArray[np.int64], most: int = 4096) -> NDArray[np.int64]:
    return rows[:: max(1, len(rows) // most)]


def _model(run: Run, recipe: Recipe, by: Normalisation) -> dict[str, Any]:
    return {
        "task": run.task,
        "classes": run.classes,
        "settings": recipe.plain(),
        "mean": list(by.mean),
        "std": list(by.std),
        "run": run.number,
    }


def _nothing(*_: object, **__: object) -> None:
    """Only the first process speaks."""
