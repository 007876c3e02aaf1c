"""Whole pictures with the faces in them, as a detector learns from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Processes
from anitui.train.augment import Normalisation
from anitui.train.crop_store import Sample, Store, made_by, prepare
from anitui.train.detection import models
from anitui.train.detection.boxes import letterbox
from anitui.train.detection.learning import FinderLearner
from anitui.train.detection.measuring import FinderMeasuring
from anitui.train.detection.scoring import Boxes
from anitui.train.detection.varying import Varying
from anitui.train.pixels import Pixels
from anitui.train.recipe import Recipe
from anitui.train.run import Run
from anitui.train.speed import Machine
from anitui.train.subject import Show
from anitui.train.together import Together
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow

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


class SceneSubject:
    """What a detector learns from."""

    def __init__(self, run: Run, recipe: Recipe) -> None:
        self._run, self._recipe = run, recipe
        self._scenes = scenes_of(run, run.members(), recipe.size)
        self.grows = models.find(recipe.model).grows

    def pixels(self, show: Show) -> Store:
        return pixels_of(self._run, self._scenes, self._recipe.size, show)

    def usable(self, part: str, good: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.flatnonzero(good & (self._scenes.parts == part))

    def targets(self) -> NDArray[np.generic]:
        return padded(self._scenes.faces)

    def classes(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        return np.zeros(len(rows), np.int32)

    def told(self, train: NDArray[np.int64], val: NDArray[np.int64]) -> str:
        faces = sum(len(self._scenes.faces[row]) for row in train)
        learnt = f"{count(len(train), 'picture')} with {count(faces, 'face')} to learn from"
        return f"{learnt}, {len(val):,} to measure with"

    def learner(
        self, by: Normalisation, on: Machine, together: Together, steps: int | None, *, fresh: bool
    ) -> FinderLearner:
        recipe = self._recipe
        built = models.find(recipe.model).build(recipe.size, recipe.weights if fresh else "none")
        return FinderLearner(built, recipe, Varying(recipe, by), on, together, steps)

    def measuring(
        self, rows: NDArray[np.int64], pixels: Pixels, by: Normalisation, on: Machine, together: Together
    ) -> FinderMeasuring:
        varying = Varying(self._recipe, by)
        return FinderMeasuring("val", rows, self._scenes.faces, pixels, varying, on, together)


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
