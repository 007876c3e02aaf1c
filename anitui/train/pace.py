"""How far training is, and what follows from it: the learning rate, the size of pictures, how long it will take."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from anitui.train.recipe import Recipe


@dataclass(slots=True)
class Clock:
    """Time that was spent on training, over all the processes that a run may have had."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    _since: tuple[float, float] | None = None

    def go(self) -> None:
        self._since = time.monotonic(), time.process_time()

    def stop(self) -> None:
        """Time goes by without counting, until `go`."""
        if self._since is not None:
            self.seconds += time.monotonic() - self._since[0]
            self.cpu_seconds += time.process_time() - self._since[1]
            self._since = None

    def read(self) -> tuple[float, float]:
        """Both as they are now."""
        if self._since is None:
            return self.seconds, self.cpu_seconds
        return (
            self.seconds + time.monotonic() - self._since[0],
            self.cpu_seconds + time.process_time() - self._since[1],
        )


class Pace:
    """A share of the way, by epochs or by time, whichever comes first; and what a recipe has for that share."""

    def __init__(self, recipe: Recipe, epoch_length: int, batch: int, *, grows: bool) -> None:
        self._recipe = recipe
        self.steps = math.ceil(recipe.epochs * epoch_length / batch) if recipe.epochs else None
        self._samples = epoch_length / batch
        self._start_size = recipe.start_size if grows and recipe.start_size else recipe.size

    def epoch(self, step: int) -> float:
        """After so many steps."""
        return step / self._samples

    def share(self, step: int, clock: Clock) -> float:
        """0 at the beginning, 1 when it is over."""
        recipe, (seconds, cpu_seconds) = self._recipe, clock.read()
        shares = [step / self.steps if self.steps else 0.0]
        if recipe.minutes:
            shares.append(seconds / (recipe.minutes * 60))
        if recipe.cpu_minutes:
            shares.append(cpu_seconds / (recipe.cpu_minutes * 60))
        return min(1.0, max(shares))

    def rate(self, share: float) -> float:
        """The learning rate."""
        recipe = self._recipe
        if recipe.schedule == "constant":
            return recipe.lr
        warmup = recipe.warmup if recipe.schedule == "onecycle" else 0.0
        if share < warmup:
            return recipe.lr * (0.04 + 0.96 * share / warmup)
        rest = (share - warmup) / max(1e-9, 1 - warmup)
        return recipe.lr * max(1e-4, 0.5 * (1 + math.cos(math.pi * min(1.0, rest))))

    def size(self, share: float) -> int:
        """Pixels of a picture's side."""
        return self._recipe.size if share >= self._recipe.grow_at else self._start_size

    def left(self, share: float, clock: Clock) -> float | None:
        """Seconds that it will take still, so far as can be told; larger pictures take longer."""
        if share <= 0:
            return None
        seconds = clock.read()[0]
        if self._recipe.minutes and share >= seconds / (self._recipe.minutes * 60) - 1e-6 and not self.steps:
            return max(0.0, self._recipe.minutes * 60 - seconds)
        grow = (self._recipe.size / self._start_size) ** 2
        before = min(share, self._recipe.grow_at) + grow * max(0.0, share - self._recipe.grow_at)
        whole = self._recipe.grow_at + grow * (1 - self._recipe.grow_at)
        return seconds * max(0.0, whole - before) / before
