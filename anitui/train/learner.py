"""A network that learns: one step after the other, in as many pieces as memory allows, with averaged weights beside."""

from __future__ import annotations

import copy
import gc
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from anitui.errors import AnituiError
from anitui.train import speed
from anitui.train.augment import Augmentation, Normalisation, chance_of
from anitui.train.network import Network
from anitui.train.recipe import Recipe
from anitui.train.speed import Machine
from anitui.train.tasks.task import Task
from anitui.train.together import Together

Net = TypeVar("Net", bound=nn.Module)


class Learner(ABC, Generic[Net]):
    """The network, what makes it better, and the average of what it was. How wrong it is, its kinds say."""

    def __init__(
        self,
        network: Net,
        recipe: Recipe,
        augmentation: Augmentation,
        machine: Machine,
        together: Together,
        steps: int | None,
    ) -> None:
        self._recipe, self._machine, self._together = recipe, machine, together
        self._augmentation = augmentation
        self.network = network.to(machine.device)
        if recipe.channels_last:
            self.network = self.network.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).requires_grad_(False).eval() if recipe.ema else None
        self._optimizer = speed.optimizer(self.network, recipe, machine)
        self._learning = speed.compiled(together.shared(self.network, machine), recipe, machine, steps)
        self.micro = math.ceil(recipe.batch / together.world)  # samples that are in memory at once

    @property
    def used(self) -> Net:
        """The network as it is measured and kept: the averaged one where there is one."""
        return self.network if self.average is None else self.average

    @property
    def normalisation(self) -> Normalisation:
        return self._augmentation.by

    def step(
        self, step: int, pixels: Tensor, targets: Tensor, size: int, rate: float, told: Callable[[str], None]
    ) -> Tensor:
        """One step on a batch; its loss, on the device. Out of memory, it is done again in pieces half as large."""
        self.network.train()
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        while True:
            try:
                loss = self._gradients(step, pixels, targets, size)
                break
            except (RuntimeError, MemoryError) as error:
                if not speed.out_of_memory(error):
                    raise
                self._smaller(error, told)
        if self._recipe.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self._recipe.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        if self.average is not None:
            self._follow(step)
        return loss

    def _gradients(self, step: int, pixels: Tensor, targets: Tensor, size: int) -> Tensor:
        chance = chance_of(self._recipe.seed + 7919 * self._together.rank, step)
        pieces = math.ceil(len(pixels) / self.micro)
        total = torch.zeros((), device=self._machine.device)
        for piece, rows in enumerate(np.array_split(np.arange(len(pixels)), pieces)):
            last = piece == pieces - 1
            some, said = pixels[rows[0] : rows[-1] + 1], targets[rows[0] : rows[-1] + 1]
            with self._alone(last):
                loss = self._loss(some, said, size, chance) * (len(rows) / len(pixels))
                loss.backward()  # type: ignore[no-untyped-call]
            total += loss.detach()
        return total

    @abstractmethod
    def _loss(self, pixels: Tensor, said: Tensor, size: int, chance: torch.Generator) -> Tensor:
        """How wrong the network is about some pictures, varied anew: the mean over them."""

    def _alone(self, last: bool) -> AbstractContextManager[Any]:
        """Gradients of several processes are brought together once for a batch, with its last piece."""
        if last or self._together.world == 1:
            return nullcontext()
        shared = self._learning
        assert isinstance(shared, nn.parallel.DistributedDataParallel)
        made: AbstractContextManager[Any] = shared.no_sync()
        return made

    def _smaller(self, error: BaseException, told: Callable[[str], None]) -> None:
        if self.micro < 2 or self._together.world > 1:
            raise AnituiError(
                f"the memory is too small for a batch of {self.micro}: train at a smaller size or a smaller model; "
                "where several processes train, a smaller batch helps too"
            ) from error
        self._optimizer.zero_grad(set_to_none=True)
        self.micro = math.ceil(self.micro / 2)
        error.__traceback__ = None  # which holds what filled the memory
        gc.collect()
        if self._machine.device.type == "cuda":
            torch.cuda.empty_cache()
        told(f"out of memory: batches of {self._recipe.batch} are learnt from in pieces of {self.micro} from here on")

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """The averaged weights follow; faster at the beginning, where there is little to average."""
        assert self.average is not None
        keeps = min(self._recipe.ema, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - keeps)
        for mine, theirs in zip(self.average.buffers(), self.network.buffers(), strict=True):
            mine.copy_(theirs)

    # What a checkpoint keeps of it.

    def state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict() if self.average is not None else None,
            "optimizer": self._optimizer.state_dict(),
            "micro": self.micro,
        }

    def load(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        if self.average is not None:
            self.average.load_state_dict(state["average"] or state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.micro = min(self.micro, int(state["micro"]))


class TaskLearner(Learner[Network]):
    """Learns one of anitui.train.tasks."""

    def __init__(
        self,
        network: Network,
        task: Task,
        recipe: Recipe,
        augmentation: Augmentation,
        machine: Machine,
        together: Together,
        steps: int | None,
    ) -> None:
        super().__init__(network, recipe, augmentation, machine, together, steps)
        self._task = task

    def _loss(self, pixels: Tensor, said: Tensor, size: int, chance: torch.Generator) -> Tensor:
        if self._task.views > 1:
            pixels, said = pixels.repeat(self._task.views, 1, 1, 1), said.repeat(self._task.views)
        images, mix = self._augmentation(pixels, size, chance)
        with self._machine.precise():
            logits, embeddings = self._learning(images)
        return self._task.loss(logits, embeddings, said, mix)


@torch.inference_mode()
def looked_at(
    network: Network, pixels: Tensor, size: int, augmentation: Augmentation, machine: Machine
) -> tuple[Tensor, Tensor]:
    """What a network says of pictures as they are."""
    network.eval()
    with machine.precise():
        found: tuple[Tensor, Tensor] = network(augmentation.plain(pixels, size))
    return found


def rows_of_rank(rows: NDArray[np.int64], together: Together) -> NDArray[np.int64]:
    """The share of a batch, or of all that is measured, that this process works on."""
    return rows[together.rank :: together.world]
