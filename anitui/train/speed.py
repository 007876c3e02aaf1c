"""On what a run is trained, and how the most is made of it: device, precision, threads, compiled or not."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.engine import cores
from anitui.train.recipe import Recipe

RESIDENT_SHARE = 0.6  # of a GPU's free memory that the pictures may take
_WORTH_COMPILING = 1000  # steps
_LOOK = 0.5  # seconds, at what others do


@dataclass(frozen=True, slots=True)
class Machine:
    """The device, and in what precision is computed on it."""

    device: torch.device
    bf16: bool

    @property
    def name(self) -> str:
        """For people."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        threads = torch.get_num_threads()
        kind = "CPU" if self.device.type == "cpu" else self.device.type
        return f"{kind}, {threads} thread{'s' if threads > 1 else ''}, {'bf16' if self.bf16 else 'fp32'}"

    def precise(self) -> AbstractContextManager[Any]:
        """Within it, networks compute in the precision that was chosen."""
        return torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else nullcontext()

    def on(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(self.device, non_blocking=True)

    def free(self) -> int:
        """Bytes of the device's own memory; 0 where it has none."""
        return torch.cuda.mem_get_info(self.device)[0] if self.device.type == "cuda" else 0


def machine(wanted: str, recipe: Recipe, local_rank: int = 0) -> Machine:
    """What `auto`, `cpu`, `cuda`, `cuda:1` or `mps` means here; AnituiError where it is not to be had."""
    name = wanted
    if wanted == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise WrongUse(f"there is no device {wanted}: it is auto, cpu, cuda, cuda:1 or mps") from error
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise AnituiError(
                "no GPU can be used here: torch sees none (look at `nvidia-smi`, and whether torch was installed for "
                "CUDA); --device cpu trains without one"
            )
        index = device.index if device.index is not None else local_rank
        if index >= torch.cuda.device_count():
            raise AnituiError(f"there is no GPU {index}: there are {torch.cuda.device_count()}, counted from 0")
        device = torch.device("cuda", index)
        torch.cuda.set_device(device)
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
    elif device.type == "cpu":
        torch.set_num_threads(recipe.threads or _free_cores())
    return Machine(device, _bf16(recipe.precision, device))


def _free_cores() -> int:
    """Cores that nobody works on now: threads that wait for each other on a busy machine are slower than one alone."""
    together = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if together > 1:
        return max(1, cores() // together)
    before = _idle()
    time.sleep(_LOOK)
    idle = (_idle() - before) / _LOOK
    return max(1, min(cores(), round(idle))) if before else cores()


def _idle() -> float:
    """Seconds that all cores together have had nothing to do; 0 where the system does not tell."""
    try:
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()
        return (int(words[4]) + int(words[5])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _bf16(precision: str, device: torch.device) -> bool:
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) and _computes_bf16()


def _computes_bf16() -> bool:
    """Whether the processor has instructions for it: without them it is many times slower, not faster."""
    return any(
        getattr(torch.cpu, name, bool)() for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )  # fmt: skip


def compiled(network: nn.Module, recipe: Recipe, machine: Machine, steps: int | None) -> nn.Module:
    """The network as it learns, compiled where that is worth its minute."""
    how = recipe.compile
    if how == "auto":
        worth = machine.device.type == "cuda" and (steps is None or steps >= _WORTH_COMPILING)
        how = "default" if worth else "off"
    if how == "off":
        return network
    made: nn.Module = torch.compile(network, mode=None if how == "default" else how)  # type: ignore[assignment]
    return made


def optimizer(network: nn.Module, recipe: Recipe, machine: Machine) -> torch.optim.Optimizer:
    """Norms and biases do not decay: that would pull them to nothing for no reason."""
    learnt = [each for each in network.parameters() if each.requires_grad]
    groups = [
        {"params": [each for each in learnt if each.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [each for each in learnt if each.ndim <= 1], "weight_decay": 0.0},
    ]
    fused = machine.device.type in ("cuda", "cpu")
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=recipe.lr, eps=recipe.eps, fused=fused)
    nesterov = recipe.momentum > 0
    return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=nesterov, fused=fused)


def out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the GPU or beside it."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and ("not enough memory" in str(error) or "can't allocate memory" in str(error))
    )


class Gauge:
    """How much of the machine is used."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._handle: Any = None
        if machine.device.type == "cuda":
            with suppress(Exception):  # without NVIDIA's library one knows less, and trains as well
                import pynvml

                pynvml.nvmlInit()
                self._handle = pynvml.nvmlDeviceGetHandleByUUID(
                    f"GPU-{torch.cuda.get_device_properties(machine.device).uuid}"
                )

    def read(self) -> dict[str, Any]:
        """`memory` of this process in bytes, `gpu_percent`, `gpu_memory` as used and total; None what is not known."""
        found: dict[str, Any] = {"memory": _resident(), "gpu_percent": None, "gpu_memory": None}
        if self._machine.device.type == "cuda":
            free, total = torch.cuda.mem_get_info(self._machine.device)
            found["gpu_memory"] = [total - free, total]
        if self._handle is not None:
            with suppress(Exception):
                import pynvml

                found["gpu_percent"] = int(pynvml.nvmlDeviceGetUtilizationRates(self._handle).gpu)
        return found


def _resident() -> int | None:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
