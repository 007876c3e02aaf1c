"""What a task is to the loop that trains: targets, a loss, and what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from anitui.train.augment import Mix

if TYPE_CHECKING:
    import pyarrow

Arrays = Mapping[str, NDArray[np.generic]]


class Task(Protocol):
    """One kind of thing to be learnt."""

    @property
    def views(self) -> int:
        """How many times each sample is in a batch, differently varied."""
        ...

    def targets(self, members: pyarrow.Table) -> NDArray[np.generic]:
        """Of every row of the manifest, what is to be said of it."""
        ...

    def usable(self, targets: NDArray[np.generic]) -> NDArray[np.bool_]:
        """Which rows can be learnt from."""
        ...

    def loss(self, logits: Tensor, embeddings: Tensor, targets: Tensor, mix: Mix | None) -> Tensor:
        """What is made smaller: the mean over a batch."""
        ...

    def watch(self, logits: Tensor, embeddings: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """What is kept of a batch that is measured: a row for each sample."""
        ...

    def measured(self, kept: Arrays, targets: NDArray[np.generic], members: pyarrow.Table) -> dict[str, float]:
        """The numbers, by their names without the part that they are of. `members` are the rows that were measured."""
        ...

    def shown(self, kept: Arrays) -> Arrays:
        """What of it the screen shows (latest_val.npz)."""
        ...
