"""What a run learns from, and what learns from it: the part of a run that its task decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from anitui.train.augment import Normalisation
from anitui.train.crop_store import Store
from anitui.train.learner import Learner
from anitui.train.measuring import Measures
from anitui.train.pixels import Pixels
from anitui.train.speed import Machine
from anitui.train.together import Together

Show = Callable[..., None]  # how it stands, for whoever watches


class Subject(Protocol):
    """All of one run. Rows are places in its store of pixels."""

    grows: bool  # whether its network takes pictures of several sizes

    def pixels(self, show: Show) -> Store:
        """The pictures as pixels: found, or made."""
        ...

    def usable(self, part: str, good: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The rows of a part that something can be learnt from, or measured with."""
        ...

    def targets(self) -> NDArray[np.generic]:
        """What is to be said of every row."""
        ...

    def classes(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """Of which class rows are, for those who show rare classes more often."""
        ...

    def told(self, train: NDArray[np.int64], val: NDArray[np.int64]) -> str:
        """What is learnt from and measured with, in words."""
        ...

    def learner(
        self, by: Normalisation, on: Machine, together: Together, steps: int | None, *, fresh: bool
    ) -> Learner[Any]:
        """What learns; not `fresh`, its weights come from a checkpoint."""
        ...

    def measuring(
        self, rows: NDArray[np.int64], pixels: Pixels, by: Normalisation, on: Machine, together: Together
    ) -> Measures[Any]:
        """What measures the val part, again and again."""
        ...
