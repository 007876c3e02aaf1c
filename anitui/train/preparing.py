"""All that a run needs before its first step: pictures as pixels, the network, and what goes on with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from anitui.errors import AnituiError
from anitui.train.augment import IMAGENET, Normalisation, of_data
from anitui.train.crop_store import Store
from anitui.train.loop import Loop
from anitui.train.order_of_data import DataOrder
from anitui.train.pace import Pace
from anitui.train.pixels import pixels_for
from anitui.train.recipe import Recipe
from anitui.train.run import LAST, Run
from anitui.train.speed import Machine, machine
from anitui.train.subject import Show, Subject
from anitui.train.together import Together
from anitui.train.voice import Voice
from anitui.words import count

_LOOKED_AT = 4096  # pictures whose colours are taken for those of all


@dataclass(frozen=True, slots=True)
class Rows:
    """What is learnt from and what is measured with; and whether it is from the beginning."""

    train: NDArray[np.int64]
    val: NDArray[np.int64]
    fresh: bool


def prepared(run: Run, recipe: Recipe, voice: Voice | None, together: Together, show: Show) -> Loop:
    """The loop of a run, at its beginning or where its last checkpoint is."""
    say = voice.say if voice is not None else nothing
    on = machine(run.settings["device"], recipe, together.local_rank)
    say(f"on {on.name}" + (f", {together.world} processes" if together.world > 1 else ""))
    show(now=True, state="preparing", doing="reading who is in it", device=on.name)
    subject = subject_of(run, recipe)
    # One makes the pixels, the others find them made.
    if together.first:
        store = subject.pixels(show)
    together.wait()
    if not together.first:
        store = subject.pixels(nothing)
    if store.failures:
        one = store.failures[0]
        number = count(len(store.failures), "picture")
        say(f"{number} cannot be read and are left out, such as {one['file']}: {one['reason']}")
        show(unreadable=len(store.failures))
    train, val = (subject.usable(part, store.good) for part in ("train", "val"))
    if not len(train):
        why = f": {store.failures[0]['reason']}, {store.failures[0]['file']}" if store.failures else ""
        raise AnituiError(f"there is nothing to learn from, none of the pictures can be read{why}")
    rows = Rows(train, val, fresh=not (run.checkpoints / LAST).exists())
    loop = loop_of(run, recipe, subject, store, rows, on, together, voice, show)
    if loop.resume():
        say("going on from the last checkpoint")
    show(now=True, state="training", doing="training")
    return loop


def subject_of(run: Run, recipe: Recipe) -> Subject:
    """What a run learns from, by its task."""
    if run.task == "detect":
        from anitui.train.detection.scenes import SceneSubject

        return SceneSubject(run, recipe)
    from anitui.train.members import Members

    return Members(run, recipe)


def loop_of(
    run: Run,
    recipe: Recipe,
    subject: Subject,
    store: Store,
    rows: Rows,
    on: Machine,
    together: Together,
    voice: Voice | None,
    show: Show,
) -> Loop:
    """A loop at its beginning. Without rows to measure with and without a voice it only learns, and keeps nothing."""
    say = voice.say if voice is not None else nothing
    train = _capped(rows.train, subject.classes(rows.train), recipe)
    torch.manual_seed(recipe.seed)  # the weights that it begins with are the same in every process
    show(now=True, doing="building the network", done=None, total=None)
    some = np.asarray(store.pixels[train[:: max(1, len(train) // _LOOKED_AT)]])
    by = IMAGENET if recipe.weights == "imagenet" else of_data(torch.from_numpy(some))
    order = DataOrder(train, subject.classes(train), recipe.seed, recipe.balance)
    pace = Pace(recipe, order.epoch_length, recipe.batch, grows=subject.grows)
    learner = subject.learner(by, on, together, pace.steps, fresh=rows.fresh)
    show(now=True, doing="bringing pictures to the device")
    pixels = pixels_for(store.pixels, on)
    say(subject.told(train, rows.val))
    say(f"{recipe.model} at {recipe.size} px, pictures are {'in the device' if pixels.resident else 'mapped'}")
    measuring = None
    if len(rows.val):
        measuring = subject.measuring(rows.val, pixels, by, on, together)
    else:
        say("there is no val part that could be measured with: the last model is the one that is kept")
    return Loop(
        run.folder, recipe, learner, order, pace, pixels, subject.targets(), measuring, on, together, voice,
        _model(run, recipe, by), run.best_by,
    )  # fmt: skip


def _capped(rows: NDArray[np.int64], classes: NDArray[np.int32], recipe: Recipe) -> NDArray[np.int64]:
    """Of each class at most so many, drawn by the seed."""
    if not recipe.max_per_class or not len(rows):
        return rows
    drawn = np.random.Generator(np.random.Philox(recipe.seed)).permutation(len(rows))
    order = drawn[np.argsort(classes[drawn], kind="stable")]
    sizes = np.bincount(classes[order] + 1)
    place = np.concatenate([np.arange(each) for each in sizes])
    return np.sort(rows[order[place < recipe.max_per_class]])


def _model(run: Run, recipe: Recipe, by: Normalisation) -> dict[str, Any]:
    return {
        "task": run.task,
        "classes": run.classes,
        "settings": recipe.plain(),
        "mean": list(by.mean),
        "std": list(by.std),
        "run": run.number,
    }


def nothing(*_: object, **__: object) -> None:
    """Nobody watches, or another process speaks."""
