"""Training, from wherever a run stands to its end: steps, measuring, checkpoints, and what is said of them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from anitui.errors import AnituiError
from anitui.train import checkpoint
from anitui.train.augment import Normalisation
from anitui.train.checkpoint import NotKept
from anitui.train.learner import Learner, rows_of_rank
from anitui.train.measuring import Measures
from anitui.train.network import Network
from anitui.train.order_of_data import DataOrder
from anitui.train.pace import Clock, Pace
from anitui.train.pixels import Ahead, Pixels
from anitui.train.recipe import Recipe
from anitui.train.run import BEST, LAST, better
from anitui.train.speed import Gauge, Machine
from anitui.train.together import Together
from anitui.train.voice import Voice
from anitui.words import duration

LOG_EVERY = 0.1  # seconds; of each step where steps take longer
KEEP_EVERY = 60.0  # seconds between checkpoints, longer where keeping one takes long
MOST_MEASURING = 0.15  # of the time
_WINDOW = 5.0  # seconds over which the rate is told


@dataclass(slots=True)
class Best:
    """The best result so far, or the lack of one."""

    name: str
    value: float = math.nan
    epoch: float = 0.0
    loss: float = math.inf  # of equally good ones the one with the smaller loss is kept: small parts have many ties

    def beaten_by(self, value: float, loss: float) -> bool:
        return better(self.name, value, self.value) or (value == self.value and loss < self.loss)

    def told(self) -> dict[str, Any] | None:
        return None if math.isnan(self.value) else {"name": self.name, "value": self.value, "epoch": self.epoch}


class Loop:
    """One run under way."""

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        learner: Learner[Any],
        order: DataOrder,
        pace: Pace,
        pixels: Pixels,
        targets: NDArray[np.generic],
        measuring: Measures[Any] | None,
        machine: Machine,
        together: Together,
        voice: Voice | None,
        model: Mapping[str, Any],
        best_by: str,
    ) -> None:
        """`voice`: of the first process only. `model`: what whoever uses the model must know beside its weights."""
        self._folder, self._recipe, self._learner = folder, recipe, learner
        self._order, self._pace, self._pixels, self._targets = order, pace, pixels, targets
        self._measuring, self._machine, self._together = measuring, machine, together
        self._voice, self._model = voice, model
        self._clock = Clock()
        self._gauge = Gauge(machine)
        self._best = Best(best_by)
        self._step = 0
        self._measured_at = 0.0  # epochs
        self._measured_when = 0.0  # seconds of training
        self._kept_when, self._keeping_took = time.monotonic(), 0.0
        self._size = 0
        self._loss = torch.zeros((), device=machine.device)
        self._summed, self._samples = 0, 0
        self._rates: list[tuple[float, int]] = []

    @property
    def network(self) -> Network:
        """The network as it is used."""
        used: Network = self._learner.used
        return used

    @property
    def normalisation(self) -> Normalisation:
        return self._learner.normalisation

    @property
    def size(self) -> int:
        """Pixels of a side, of what it learns from at the moment."""
        return self._size or self._recipe.size

    def reached(self) -> float:
        """The share of the way that it has come."""
        return self._pace.share(self._step, self._clock)

    def resume(self) -> bool:
        """Go on from the last checkpoint, if there is one."""
        file = self._folder / "checkpoints" / LAST
        if not file.exists():
            return False
        found = checkpoint.read(file)
        self._learner.load(found)
        self._step = found["step"]
        self._clock = Clock(found["seconds"], found["cpu_seconds"])
        self._best = Best(**found["best"])
        self._measured_at, self._size = found["measured_at"], found["size"]
        return True

    def train(self, asked_to_stop: Any) -> str:
        """Until it is done, or asked to stop: `done` or `stopped`."""
        ahead = Ahead(self._pixels, self._machine)
        self._clock.go()
        logged = time.monotonic()
        try:
            for rows, pixels in ahead.through(self._batches()):
                share, stop = self._together.agree([self._pace.share(self._step, self._clock), float(asked_to_stop())])
                if stop or share >= 1:
                    break
                size = self._grown(self._pace.size(share))
                self._loss += self._learn(rows, pixels, size, self._pace.rate(share))
                self._step += 1
                self._summed += 1
                self._samples += self._recipe.batch
                now = time.monotonic()
                if now - logged >= LOG_EVERY:
                    logged = now
                    self._log(now, share)
                if self._due():
                    self._measure()
                    self._keep_if_due(force=self._keeping_took < 1)
                    if self._patience_is_over():
                        stop, share = 0.0, 1.0
                        break
                self._keep_if_due()
        finally:
            ahead.close()
        return self._end(stopped=bool(stop) and share < 1)

    def _batches(self) -> Iterator[NDArray[np.int64]]:
        step = self._step
        while True:
            yield rows_of_rank(self._order.batch(step, self._recipe.batch), self._together)
            step += 1

    def _learn(self, rows: NDArray[np.int64], pixels: torch.Tensor, size: int, rate: float) -> torch.Tensor:
        said = self._machine.on(torch.from_numpy(self._targets[rows]))
        return self._learner.step(self._step, pixels, said, size, rate, self._say)

    def _grown(self, size: int) -> int:
        """What was measured on smaller pictures is no measure any more: the best is looked for anew."""
        if self._size and size != self._size:
            self._say(f"pictures are {size} px from here on")
            self._best = Best(self._best.name)
        self._size = size
        return size

    # Measuring.

    def _due(self) -> bool:
        """After so many epochs, but not more often than there is time for."""
        if self._measuring is None:
            return False
        epoch = self._pace.epoch(self._step)
        if math.floor(epoch / self._recipe.measure_every) <= math.floor(self._measured_at / self._recipe.measure_every):
            return False
        passed = self._clock.read()[0] - self._measured_when
        return bool(self._together.agree([float(passed * MOST_MEASURING >= self._measuring.seconds)])[0])

    def _measure(self) -> None:
        """The network as it is; the best one is kept."""
        assert self._measuring is not None
        self._clock.stop()
        epoch = self._measured_at = self._pace.epoch(self._step)
        self._measured_when = self._clock.read()[0]
        self._show(state="measuring", doing="measuring", now=True)
        values = self._measuring(
            self._learner.used, self._size, self._folder, lambda done, total: self._show(done=done, total=total)
        )
        if self._voice is not None:
            self._voice.metrics(self._step, epoch, values)
            told = ", ".join(f"{name.partition('/')[2]} {value:.4f}" for name, value in values.items())
            self._say(f"epoch {epoch:.1f}: {told}")
            value = values.get(self._best.name, math.nan)
            loss = values.get(f"{self._measuring.part}/loss", math.inf)
            if self._best.beaten_by(value, loss):
                self._best = Best(self._best.name, value, epoch, loss)
                self._keep(BEST, self._usable(values))
        self._best.value, self._best.epoch = self._together.agree([self._best.value, self._best.epoch])
        self._show(state="training", doing="training", done=None, total=None, now=True)
        self._clock.go()

    def _patience_is_over(self) -> bool:
        waited = self._pace.epoch(self._step) - self._best.epoch
        over = bool(self._recipe.patience) and not math.isnan(self._best.value) and waited >= self._recipe.patience
        if over:
            self._say(f"nothing better for {self._recipe.patience} epochs: it ends here")
        return over

    # Checkpoints.

    def _keep_if_due(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if self._voice is not None and (force or now - self._kept_when > max(KEEP_EVERY, 20 * self._keeping_took)):
            self._clock.stop()
            self._keep(LAST, self._resumable())
            self._keeping_took = time.monotonic() - now
            self._kept_when = time.monotonic()
            self._clock.go()

    def _keep(self, name: str, content: Mapping[str, Any]) -> bool:
        try:
            checkpoint.keep(self._folder / "checkpoints" / name, content)
        except NotKept as error:
            self._say(str(error))
            self._show(reason=str(error), now=True)
            return False
        return True

    def _resumable(self) -> dict[str, Any]:
        seconds, cpu_seconds = self._clock.read()
        return {
            **self._learner.state(),
            "step": self._step,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "best": asdict(self._best),
            "measured_at": self._measured_at,
            "size": self._size,
        }

    def _usable(self, values: Mapping[str, float]) -> dict[str, Any]:
        return {
            **self._model,
            "network": self._learner.used.state_dict(),
            "size": self.size,
            "step": self._step,
            "epoch": self._pace.epoch(self._step),
            "measured": dict(values),
        }

    # Telling.

    def _log(self, now: float, share: float) -> None:
        if self._voice is None:
            self._loss.zero_()
            self._summed = 0
            return
        loss = float(self._loss) / max(1, self._summed)
        self._loss.zero_()
        self._summed = 0
        if not math.isfinite(loss):
            raise AnituiError(
                f"the loss is no number any more after step {self._step:,}: train with a lower rate, such as --with "
                f"lr={self._recipe.lr / 10:g}, or with --with clip=1"
            )
        self._rates.append((now, self._samples))
        while len(self._rates) > 2 and now - self._rates[0][0] > _WINDOW:
            self._rates.pop(0)
        (first, before), (last, after) = self._rates[0], self._rates[-1]
        rate = (after - before) / (last - first) if last > first else math.nan
        values = {"train/loss": loss, "train/lr": self._pace.rate(share)}
        if math.isfinite(rate):
            values["train/images_per_second"] = rate
        self._voice.metrics(self._step, self._pace.epoch(self._step), values)
        self._show(images_per_second=rate, eta=self._pace.left(share, self._clock))

    def _say(self, text: str) -> None:
        if self._voice is not None:
            self._voice.say(text)

    def _show(self, *, now: bool = False, **live: Any) -> None:
        if self._voice is not None:
            self._voice.show(
                now=now,
                step=self._step,
                steps=self._pace.steps,
                epoch=self._pace.epoch(self._step),
                epochs=self._recipe.epochs or None,
                seconds=self._clock.read()[0],
                best=self._best.told(),
                **self._gauge.read(),
                **live,
            )

    def _end(self, *, stopped: bool) -> str:
        """The last result, and what is kept of it."""
        self._clock.stop()
        if stopped:
            self._show(state="stopping", doing="keeping a checkpoint", now=True)
        elif self._measuring is not None and self._measured_at < self._pace.epoch(self._step):
            self._measure()
            self._clock.stop()
        kept = self._voice is None or self._keep(LAST, self._resumable())
        best = self._folder / "checkpoints" / BEST
        if self._voice is not None and (self._measuring is None or not best.exists()):
            kept = self._keep(BEST, self._usable({})) and kept
        if not kept:
            raise AnituiError("the last checkpoint could not be kept: free some space on the disk and resume the run")
        seconds = duration(self._clock.read()[0])
        self._say(f"{'stopped' if stopped else 'done'} after {self._pace.epoch(self._step):.1f} epochs, {seconds}")
        return "stopped" if stopped else "done"
