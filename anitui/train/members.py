"""Members of a split as they are learnt from: a crop (or a whole picture) each, with what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Processes
from anitui.train import models, network, tasks
from anitui.train.augment import Augmentation, Normalisation
from anitui.train.crop_store import Sample, Store, made_by, prepare
from anitui.train.learner import TaskLearner
from anitui.train.measuring import Measuring
from anitui.train.pixels import Pixels
from anitui.train.recipe import Recipe
from anitui.train.run import Run
from anitui.train.speed import Machine
from anitui.train.subject import Show
from anitui.train.together import Together
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow


class Members:
    """What runs learn from whose task is one of `anitui.train.tasks`."""

    def __init__(self, run: Run, recipe: Recipe) -> None:
        self._run, self._recipe = run, recipe
        self._table = run.members()
        self._task = tasks.task_of(run.task, recipe, len(run.classes))
        self._targets = self._task.targets(self._table)
        self.grows = models.find(recipe.model).grows

    def pixels(self, show: Show) -> Store:
        return store_of(self._run, self._table, self._recipe.size, self._recipe.margin, show)

    def usable(self, part: str, good: NDArray[np.bool_]) -> NDArray[np.int64]:
        of_part = self._table["part"].to_numpy(zero_copy_only=False) == part
        return np.flatnonzero(good & of_part & self._task.usable(self._targets))

    def targets(self) -> NDArray[np.generic]:
        return self._targets

    def classes(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        found: NDArray[np.int32] = self._table["target"].to_numpy()[rows]
        return found

    def told(self, train: NDArray[np.int64], val: NDArray[np.int64]) -> str:
        classes = count(len(self._run.classes), "class", "classes")
        return f"{count(len(train), 'sample')} to learn from, {len(val):,} to measure with, {classes}"

    def learner(
        self, by: Normalisation, on: Machine, together: Together, steps: int | None, *, fresh: bool
    ) -> TaskLearner:
        built = network.build(self._recipe, self._run.task, len(self._run.classes), fresh=fresh)
        return TaskLearner(built, self._task, self._recipe, Augmentation(self._recipe, by), on, together, steps)

    def measuring(
        self, rows: NDArray[np.int64], pixels: Pixels, by: Normalisation, on: Machine, together: Together
    ) -> Measuring:
        return Measuring(
            "val", rows, self._table, self._targets, pixels, self._task, Augmentation(self._recipe, by), on, together
        )


def store_of(run: Run, members: pyarrow.Table, size: int, margin: float, show: Show) -> Store:
    """The pictures of a manifest as pixels, found or cut."""
    work = prepare(run.workspace / "crops", samples(run.workspace, members), size, margin, Processes(), Limits())
    return made_by(work, show)


def samples(workspace: Path, members: pyarrow.Table) -> list[Sample]:
    """What is to be cut for each row of a manifest."""
    columns: list[Sequence[object]] = [
        members[name].to_pylist() for name in ("file", "sha256", "x", "y", "w", "h", "width", "height")
    ]
    return [
        Sample(str(workspace / file), sha256, None if x is None else (x, y, w, h), width, height)
        for file, sha256, x, y, w, h, width, height in zip(*columns, strict=True)
    ]
