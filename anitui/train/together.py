"""Several processes that train one model: who one is, and what all do alike. For one alone, all of it is nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import torch
from torch import distributed, nn

from anitui.train.speed import Machine

PATIENCE = timedelta(hours=2)  # the first may cut pictures for long, while the others wait


class Together:
    """This process among those that `torchrun` started."""

    def __init__(self) -> None:
        self.rank = int(os.environ.get("RANK", "0"))
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        self.local_rank = int(os.environ.get("LOCAL_RANK", "0"))

    @property
    def first(self) -> bool:
        """Whether it is the one that speaks."""
        return self.rank == 0

    def meet(self, device: str) -> None:
        """Wait for the others. What is agreed on goes over the CPU, whatever the gradients go over."""
        if self.world > 1:
            cuda = torch.cuda.is_available() and not device.startswith("cpu")
            distributed.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=PATIENCE)

    def agree(self, values: Sequence[float]) -> list[float]:
        """What the first one says."""
        if self.world == 1:
            return list(values)
        said = torch.tensor(values, dtype=torch.float64)
        distributed.broadcast(said, 0)
        return [float(each) for each in said]

    def wait(self) -> None:
        """Until all have come as far."""
        if self.world > 1:
            self.agree([0.0])

    def gathered(self, own: Any) -> list[Any]:
        """What each of them has, in their order."""
        if self.world == 1:
            return [own]
        found: list[Any] = [None] * self.world
        distributed.all_gather_object(found, own)
        return found

    def shared(self, network: nn.Module, machine: Machine) -> nn.Module:
        """The network, whose gradients become the mean over all."""
        if self.world == 1:
            return network
        ids = [machine.device.index] if machine.device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(network, device_ids=ids, gradient_as_bucket_view=True)

    def part(self) -> None:
        if self.world > 1 and distributed.is_initialized():
            distributed.destroy_process_group()
