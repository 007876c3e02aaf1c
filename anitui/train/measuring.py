"""A part is measured while training: what the network says of it now, in numbers and for the screen."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

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

AT_ONCE = 256
SHOWN = "latest_val.npz"


class Measures(Protocol):
    """What measures a part while training: the numbers by their names, of the first process only."""

    seconds: float  # that it took the last time

    def __call__(self, network: Any, size: int, folder: Path, told: Callable[[int, int], None]) -> dict[str, float]: ...


class Measuring:
    """One part, measured again and again."""

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
        self.part, self.rows = part, rows
        self._members, self._targets = members.take(rows), targets[rows]
        self._pixels, self._task, self._augmentation = pixels, task, augmentation
        self._machine, self._together = machine, together
        self.seconds = 0.0  # that it took the last time

    def __call__(self, network: Network, size: int, folder: Path, told: Callable[[int, int], None]) -> dict[str, float]:
        """The numbers by their names; in the first process only, the others get none."""
        began = time.monotonic()
        own = rows_of_rank(np.arange(len(self.rows)), self._together)
        kept: list[dict[str, NDArray[np.generic]]] = []
        ahead, done = Ahead(self._pixels, self._machine), 0
        try:
            batches = in_batches(own, AT_ONCE)
            for places, (_, pixels) in zip(batches, ahead.through(self.rows[each] for each in batches), strict=True):
                logits, embeddings = looked_at(network, pixels, size, self._augmentation, self._machine)
                said = self._machine.on(torch.from_numpy(self._targets[places]))
                kept.append({name: _plain(each) for name, each in self._task.watch(logits, embeddings, said).items()})
                done += len(places)
                told(done * self._together.world, len(self.rows))
        finally:
            ahead.close()
        everyone = self._together.gathered((own, _joined(kept)))
        self.seconds = time.monotonic() - began
        if not self._together.first:
            return {}
        order = np.argsort(np.concatenate([places for places, _ in everyone]), kind="stable")
        # With more processes than samples some have none, and no arrays either.
        found = {name: each[order] for name, each in _joined([arrays for _, arrays in everyone if arrays]).items()}
        self._show(folder, found)
        measured = self._task.measured(found, self._targets, self._members)
        self.seconds = time.monotonic() - began
        return {f"{self.part}/{name}": value for name, value in measured.items()}

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


def _joined(arrays: list[dict[str, NDArray[np.generic]]]) -> dict[str, NDArray[np.generic]]:
    if not arrays:
        return {}
    return {name: np.concatenate([each[name] for each in arrays]) for name in arrays[0]}
