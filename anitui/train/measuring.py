"""A part is measured while training: what the network says of it now, in numbers and for the screen."""

from __future__ import annotations

import io
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from anitui.files import write_atomically
from anitui.train.augment import Augmentation
from anitui.train.learner import looked_at, rows_of_rank
from anitui.train.network import Network
from anitui.train.pixels import Ahead, Pixels, in_batches
from anitui.train.speed import Machine
from anitui.train.tasks.task import Task
from anitui.train.together import Together

if TYPE_CHECKING:
    import pyarrow

SHOWN = "latest_val.npz"
Kept = TypeVar("Kept")


class Measures(ABC, Generic[Kept]):
    """One part, measured again and again while training: by all processes, each its share of it."""

    at_once = 256

    def __init__(
        self, part: str, rows: NDArray[np.int64], pixels: Pixels, machine: Machine, together: Together
    ) -> None:
        self.part, self.rows = part, rows
        self._pixels, self._machine, self._together = pixels, machine, together
        self.seconds = 0.0  # that it took the last time

    def __call__(self, network: Any, size: int, folder: Path, told: Callable[[int, int], None]) -> dict[str, float]:
        """The numbers by their names; in the first process only, the others get none."""
        began = time.monotonic()
        batches = in_batches(rows_of_rank(np.arange(len(self.rows)), self._together), self.at_once)
        kept: list[tuple[NDArray[np.int64], Kept]] = []
        ahead, done = Ahead(self._pixels, self._machine), 0
        try:
            for places, (_, pixels) in zip(batches, ahead.through(self.rows[each] for each in batches), strict=True):
                kept.append((places, self._look(network, pixels, size, places)))
                done += len(places)
                told(min(len(self.rows), done * self._together.world), len(self.rows))
        finally:
            ahead.close()
        everyone = self._together.gathered(kept)
        self.seconds = time.monotonic() - began
        if not self._together.first:
            return {}
        measured = self._numbers([each for own in everyone for each in own], size, folder)
        self.seconds = time.monotonic() - began
        return {f"{self.part}/{name}": value for name, value in measured.items()}

    @abstractmethod
    def _look(self, network: Any, pixels: torch.Tensor, size: int, places: NDArray[np.int64]) -> Kept:
        """What is kept of a batch; `places` are its places among the rows that are measured."""

    @abstractmethod
    def _numbers(self, kept: list[tuple[NDArray[np.int64], Kept]], size: int, folder: Path) -> dict[str, float]:
        """What all of it comes to; what the screen shows of it goes into the folder."""


class Measuring(Measures[dict[str, NDArray[np.generic]]]):
    """What one of `anitui.train.tasks` says of members."""

    def __init__(
        self,
        part: str,
        rows: NDArray[np.int64],
        members: pyarrow.Table,
        targets: NDArray[np.generic],
        pixels: Pixels,
        task: Task,
        augmentation: Augmentation,
        machine: Machine,
        together: Together,
    ) -> None:
        super().__init__(part, rows, pixels, machine, together)
        self._members, self._targets = members.take(rows), targets[rows]
        self._task, self._augmentation = task, augmentation

    def _look(
        self, network: Network, pixels: torch.Tensor, size: int, places: NDArray[np.int64]
    ) -> dict[str, NDArray[np.generic]]:
        logits, embeddings = looked_at(network, pixels, size, self._augmentation, self._machine)
        said = self._machine.on(torch.from_numpy(self._targets[places]))
        return {name: _plain(each) for name, each in self._task.watch(logits, embeddings, said).items()}

    def _numbers(
        self, kept: list[tuple[NDArray[np.int64], dict[str, NDArray[np.generic]]]], size: int, folder: Path
    ) -> dict[str, float]:
        order = np.argsort(np.concatenate([places for places, _ in kept]), kind="stable")
        found = {name: np.concatenate([own[name] for _, own in kept])[order] for name in kept[0][1]}
        self._show(folder, found)
        return self._task.measured(found, self._targets, self._members)

    def _show(self, folder: Path, found: Mapping[str, NDArray[np.generic]]) -> None:
        shown = self._task.shown(found)
        if shown:
            file = io.BytesIO()
            np.savez(file, rows=self.rows.astype(np.int32), **shown)  # type: ignore[arg-type]
            with suppress(OSError):  # on a full disk the screen shows what was before
                write_atomically(folder / SHOWN, file.getvalue())


def _plain(tensor: torch.Tensor) -> NDArray[np.generic]:
    found: NDArray[np.generic] = (tensor.float() if tensor.is_floating_point() else tensor).cpu().numpy()
    return found
