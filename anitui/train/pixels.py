"""Where batches come from: a GPU's own memory, where all pictures fit into it, or the file that is mapped into ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from anitui.train.speed import RESIDENT_SHARE, Machine

AHEAD = 3  # batches that are on their way to a GPU


class Pixels(Protocol):
    """The pictures of a run, by their rows: uint8, N × H × W × 3, on the device."""

    resident: bool

    def get(self, rows: NDArray[np.int64]) -> torch.Tensor: ...


class Resident:
    """All of them lie in the memory of the device."""

    resident = True

    def __init__(self, pixels: NDArray[np.uint8], machine: Machine) -> None:
        # In pieces: the file is larger than what one wants to have in our own memory twice.
        made = torch.empty(pixels.shape, dtype=torch.uint8, device=machine.device)
        for start in range(0, len(pixels), 8192):
            made[start : start + 8192] = torch.from_numpy(np.ascontiguousarray(pixels[start : start + 8192]))
        self._pixels = made

    def get(self, rows: NDArray[np.int64]) -> torch.Tensor:
        return self._pixels[torch.from_numpy(rows).to(self._pixels.device, non_blocking=True)]


class Mapped:
    """They stay in their file, of which the system keeps in memory what fits."""

    resident = False

    def __init__(self, pixels: NDArray[np.uint8], machine: Machine) -> None:
        self._pixels = pixels
        self._machine = machine
        self._pinned = machine.device.type == "cuda"

    def get(self, rows: NDArray[np.int64]) -> torch.Tensor:
        batch = torch.from_numpy(self._pixels[rows])
        return self._machine.on(batch.pin_memory() if self._pinned else batch)


def pixels_for(pixels: NDArray[np.uint8], machine: Machine) -> Pixels:
    """As fast as the device allows."""
    if machine.device.type == "cuda" and pixels.nbytes < RESIDENT_SHARE * machine.free():
        return Resident(pixels, machine)
    return Mapped(pixels, machine)


class Ahead:
    """Batches in their order, fetched while the one before is worked on, where fetching takes time of its own."""

    def __init__(self, pixels: Pixels, machine: Machine) -> None:
        self._pixels = pixels
        self._thread = ThreadPoolExecutor(1, "batches") if machine.device.type == "cuda" else None

    def through(self, batches: Iterator[NDArray[np.int64]]) -> Iterator[tuple[NDArray[np.int64], torch.Tensor]]:
        """The rows and their pictures."""
        if self._thread is None or self._pixels.resident:
            for rows in batches:
                yield rows, self._pixels.get(rows)
            return
        coming: list[tuple[NDArray[np.int64], Future[torch.Tensor]]] = []
        for rows in batches:
            coming.append((rows, self._thread.submit(self._pixels.get, rows)))
            if len(coming) > AHEAD:
                first, future = coming.pop(0)
                yield first, future.result()
        for first, future in coming:
            yield first, future.result()

    def close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)


def in_batches(rows: NDArray[np.int64], size: int) -> Sequence[NDArray[np.int64]]:
    """Rows in batches of at most so many."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
