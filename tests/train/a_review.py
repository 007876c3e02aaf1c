"""What runs leave for a review, made by hand: drawn classes, some of whose names are wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anitui.train.review.files import Labelled
from anitui.train.run import Run


@dataclass(frozen=True)
class Drawn:
    """Faces as points around the middle of their class."""

    points: NDArray[np.float32]
    true: NDArray[np.int32]
    said: NDArray[np.int32]
    chances: NDArray[np.float16]
    """Of each, by a model that was fitted without it to what the others are called."""

    @property
    def wrong(self) -> NDArray[np.bool_]:
        return self.said != self.true

    def labelled(self) -> Labelled:
        size = len(self.said)
        return Labelled(np.arange(1, size + 1), self.said, np.arange(size), self.chances, self.points)


def drawn(
    seed: int, *, classes: int = 12, each: int = 60, spread: float = 1.1, wrong: float = 0.1, neighbours: bool = False
) -> Drawn:
    """Classes of as many faces; a share of the names is wrong: any other, or that of a class beside it."""
    chance = np.random.default_rng(seed)
    middles = chance.normal(size=(classes, 24)) * spread
    true = np.repeat(np.arange(classes), each)
    points = middles[true] + chance.normal(size=(len(true), 24))
    said = true.copy()
    chosen = chance.choice(len(true), round(len(true) * wrong), replace=False)
    if neighbours:
        apart = ((middles[:, None] - middles[None]) ** 2).sum(-1)
        beside = np.argsort(apart, axis=1)[:, 1:3]
        said[chosen] = beside[true[chosen], chance.integers(0, 2, len(chosen))]
    else:
        said[chosen] = (true[chosen] + chance.integers(1, classes, len(chosen))) % classes
    chances = _fitted(points, said, chance.integers(0, 4, len(true)), classes)
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    return Drawn(
        unit.astype(np.float32), true.astype(np.int32), said.astype(np.int32), chances.astype(np.float16)
    )  # fmt: skip


def _fitted(
    points: NDArray[np.float64], said: NDArray[np.int64], fold: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    """Softmax regression, for each fold without it."""
    inputs = np.column_stack([points, np.ones(len(points))])
    found = np.zeros((len(points), classes))
    for left_out in np.unique(fold):
        with_it = fold != left_out
        weights = np.zeros((inputs.shape[1], classes))
        wanted = np.eye(classes)[said[with_it]]
        for _ in range(60):
            gradient = inputs[with_it].T @ (_softmax(inputs[with_it] @ weights) - wanted) / with_it.sum()
            weights -= 0.5 * gradient
        found[~with_it] = _softmax(inputs[~with_it] @ weights)
    return found


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max(1, keepdims=True))
    made: NDArray[np.float64] = powers / powers.sum(1, keepdims=True)
    return made


def leave(folder: Path, names: list[str], labelled: Labelled, nameless: tuple[list[int], Drawn] | None = None) -> Run:
    """The folder of a run that was asked about these faces."""
    (folder / "review").mkdir(parents=True, exist_ok=True)
    settings = {
        "run": 7, "name": "", "task": "single", "kind": "face", "split": "main", "label_set": "characters",
        "model": "small", "classes": names, "settings": {},
    }  # fmt: skip
    (folder / "settings.json").write_text(json.dumps(settings))
    np.savez(
        folder / "review" / "oof.npz", face_id=labelled.face_ids, said=labelled.said, group_id=labelled.groups,
        probabilities=labelled.probabilities, embeddings=labelled.embeddings,
    )  # fmt: skip
    if nameless is not None:
        ids, seen = nameless
        np.savez(
            folder / "review" / "unlabelled.npz", face_id=np.array(ids), probabilities=seen.chances[: len(ids)],
            embeddings=seen.points[: len(ids)],
        )  # fmt: skip
    return Run(folder)
