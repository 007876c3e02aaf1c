"""Names from a model that only compares: each character is where the faces lie that it was learnt from, on average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anitui.progress import Work
from anitui.train import predicting
from anitui.train.run import Run

SHARPNESS = 30.0  # of cosines, as in the models that know names


def ready(run: Run, device: str = "auto") -> Work[None]:
    """Have it there what the model says of those that it learnt from, where names need that."""
    if run.task == "embed" and run.settings["settings"].get("loss") == "contrastive":
        yield from predicting.predict_part(run, ["train"], device)


def of(run: Run) -> NDArray[np.float32]:
    """The centre of each class, on the sphere."""
    from anitui import progress

    progress.run(ready(run), lambda _: None)
    targets = run.members()["target"].to_numpy()
    with np.load(predicting.file_of(run, "train")) as kept:
        points, said = kept["embeddings"].astype(np.float64), targets[kept["rows"]]
    found = np.zeros((len(run.classes), points.shape[1]))
    np.add.at(found, said[said >= 0], points[said >= 0])
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(lengths, 1e-12), np.float32)


def logits(points: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """A number for each class, as models have them that know names."""
    return np.asarray(SHARPNESS * points @ centres.T, np.float32)
