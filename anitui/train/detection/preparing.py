"""All that a detector needs before its first step: whole pictures as pixels, their boxes, the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from anitui.errors import AnituiError
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Processes
from anitui.train.augment import IMAGENET, Normalisation, of_data
from anitui.train.crop_store import Sample, Store, prepare
from anitui.train.detection import models
from anitui.train.detection.boxes import letterbox
from anitui.train.detection.learning import FinderLearner
from anitui.train.detection.measuring import FinderMeasuring
from anitui.train.detection.scoring import Boxes
from anitui.train.detection.varying import Varying
from anitui.train.loop import Loop
from anitui.train.order_of_data import DataOrder
from anitui.train.pace import Pace
from anitui.train.pixels import pixels_for
from anitui.train.preparing import made_by
from anitui.train.recipe import Recipe
from anitui.train.run import LAST, Run
from anitui.train.speed import Machine, machine
from anitui.train.together import Together
from anitui.train.voice import Voice
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow

Show = Callable[..., None]
MOST_FACES = 200  # of a picture that are learnt from at once, the largest


@dataclass(frozen=True, slots=True)
class Scenes:
    """The pictures of a run: each once, with all the faces in it."""

    samples: list[Sample]
    image_ids: NDArray[np.int64]
    parts: NDArray[np.object_]
    faces: list[Boxes]  # corners, as shares of the square's side


def scenes_of(run: Run, members: pyarrow.Table, size: int) -> Scenes:
    """A manifest has a row for each face: here they are by their pictures, in its order."""
    columns = ("image_id", "part", "file", "sha256", "width", "height", "x", "y", "w", "h")
    samples: list[Sample] = []
    ids: list[int] = []
    parts: list[str] = []
    faces: list[list[list[float]]] = []
    for image, part, file, sha256, width, height, x, y, w, h in zip(
        *(members[name].to_pylist() for name in columns), strict=True
    ):
        if not ids or ids[-1] != image:
            samples.append(Sample(str(run.workspace / file), sha256, None, width, height))
            ids.append(image)
            parts.append(part)
            faces.append([])
        if x is not None:
            lies = letterbox(width, height, size)
            corners = (x, y, x + w, y + h)
            across = [each * lies.scale + by for each, by in zip(corners, (lies.left, lies.top) * 2, strict=True)]
            faces[-1].append([each / size for each in across])
    return Scenes(
        samples,
        np.array(ids, np.int64),
        np.array(parts, object),
        [np.array(each, np.float32).reshape(-1, 4) for each in faces],
    )


def prepared(run: Run, recipe: Recipe, voice: Voice | None, together: Together, show: Show) -> Loop:
    """The loop of a run, at its beginning or where its last checkpoint is."""
    say = voice.say if voice is not None else _nothing
    on = machine(run.settings["device"], recipe, together.local_rank)
    say(f"on {on.name}" + (f", {together.world} processes" if together.world > 1 else ""))
    show(now=True, state="preparing", doing="reading who is in it", device=on.name)
    scenes = scenes_of(run, run.members(), recipe.size)
    # One makes the pixels, the others find them made.
    if together.first:
        store = pixels_of(run, scenes, recipe.size, show)
    together.wait()
    if not together.first:
        store = pixels_of(run, scenes, recipe.size, _nothing)
    if store.failures:
        one = store.failures[0]
        number = count(len(store.failures), "picture")
        say(f"{number} cannot be read and are left out, such as {one['file']}: {one['reason']}")
        show(unreadable=len(store.failures))
    train, val = (np.flatnonzero(store.good & (scenes.parts == part)) for part in ("train", "val"))
    if not len(train):
        why = f": {store.failures[0]['reason']}, {store.failures[0]['file']}" if store.failures else ""
        raise AnituiError(f"there is nothing to learn from, none of the pictures can be read{why}")
    loop = _loop(run, recipe, scenes, store, train, val, on, together, voice, show)
    if loop.resume():
        say("going on from the last checkpoint")
    show(now=True, state="training", doing="training")
    return loop


def pixels_of(run: Run, scenes: Scenes, size: int, show: Show) -> Store:
    """The whole pictures, each laid into a square."""
    work = prepare(run.workspace / "crops", scenes.samples, size, 0.0, Processes(), Limits(), lay=True)
    return made_by(work, show)


def padded(faces: Sequence[Boxes]) -> NDArray[np.float32]:
    """The faces of all pictures as one array, N × M × 4; where there is none, NaN."""
    most = min(MOST_FACES, max((len(each) for each in faces), default=0))
    found = np.full((len(faces), max(1, most), 4), np.nan, np.float32)
    for place, own in enumerate(faces):
        largest = np.argsort(-(own[:, 2:] - own[:, :2]).prod(1), kind="stable")[:most]
        found[place, : len(largest)] = own[largest]
    return found


def _loop(
    run: Run,
    recipe: Recipe,
    scenes: Scenes,
    store: Store,
    train: NDArray[np.int64],
    val: NDArray[np.int64],
    on: Machine,
    together: Together,
    voice: Voice | None,
    show: Show,
) -> Loop:
    say = voice.say if voice is not None else _nothing
    torch.manual_seed(recipe.seed)  # the weights that it begins with are the same in every process
    show(now=True, doing="building the network", done=None, total=None)
    fresh = not (run.checkpoints / LAST).exists()
    network = models.find(recipe.model).build(recipe.size, recipe.weights if fresh else "none")
    some = np.asarray(store.pixels[train[:: max(1, len(train) // 512)]])
    by = IMAGENET if recipe.weights == "imagenet" else of_data(torch.from_numpy(some))
    varying = Varying(recipe, by)
    order = DataOrder(train, np.zeros(len(train), np.int32), recipe.seed)
    pace = Pace(recipe, order.epoch_length, recipe.batch, grows=models.find(recipe.model).grows)
    show(now=True, doing="bringing pictures to the device")
    pixels = pixels_for(store.pixels, on)
    where = "in the memory of the device" if pixels.resident else "mapped"
    own = sum(len(scenes.faces[row]) for row in train)
    say(f"{count(len(train), 'picture')} with {count(own, 'face')} to learn from, {len(val):,} to measure with")
    say(f"{recipe.model} at {recipe.size} px, pictures are {where}")
    learner = FinderLearner(network, recipe, varying, on, together, pace.steps)
    measuring = None
    if len(val):
        measuring = FinderMeasuring("val", val, scenes.faces, pixels, varying, on, together)
    else:
        say("there is no val part that could be measured with: the last model is the one that is kept")
    return Loop(
        run.folder, recipe, learner, order, pace, pixels, padded(scenes.faces), measuring, on, together, voice,
        _model(run, recipe, by), run.best_by,
    )  # fmt: skip


def _model(run: Run, recipe: Recipe, by: Normalisation) -> dict[str, Any]:
    return {
        "task": run.task, "classes": run.classes, "settings": recipe.plain(), "mean": list(by.mean),
        "std": list(by.std), "run": run.number,
    }  # fmt: skip


def _nothing(*_: object, **__: object) -> None:
    """Only the first process speaks."""
