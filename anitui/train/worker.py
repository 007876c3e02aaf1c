"""The process that trains: `python -m anitui.train FOLDER`. It never opens the catalogue; the folder has all it needs.

Where a run wants several processes it becomes `torchrun`, which starts them; the first of them speaks for all.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anitui.detached import Worker
from anitui.errors import AnituiError, in_one_sentence
from anitui.train.recipe import Recipe
from anitui.train.run import METRICS, MODULE, Run

if TYPE_CHECKING:
    from anitui.train.together import Together
    from anitui.train.voice import Voice

LOOK_EVERY = 0.1


class StopAsked(Exception):
    """Somebody asked it to stop before there was anything to keep."""


class Ear:
    """Hears whether somebody wants it to stop. Other processes of the run hear it from the first."""

    def __init__(self, worker: Worker | None) -> None:
        self._worker = worker
        self._asked, self._looked = False, 0.0

    def asked_to_stop(self) -> bool:
        if self._worker is None or self._asked:
            return self._asked
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._asked = any(order.get("do") == "stop" for order in self._worker.orders())
        self._asked = self._asked or self._worker.told_to_end.is_set()
        return self._asked


def main() -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder.absolute()
    # Threads that wait for each other sleep: spinning, they take the very cores that the others need.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    run = Run(folder)
    recipe = Recipe(**run.settings["settings"])
    under_torchrun = "WORLD_SIZE" in os.environ
    first = int(os.environ.get("RANK", "0")) == 0
    processes = 1 if under_torchrun else _processes(recipe, run.settings["device"])
    if processes > 1:
        _become_torchrun(folder, processes)
    if not first:
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)  # the first one decides, and all of them end together
        return _train(run, recipe, Ear(None), None)
    worker = Worker(folder, log_name=METRICS)
    from anitui.train.voice import Voice

    voice = Voice(worker)
    try:
        return _train(run, recipe, Ear(worker), voice)
    finally:
        worker.end()
        voice.close()
        worker.close()


def _processes(recipe: Recipe, device: str) -> int:
    if recipe.processes or device not in ("auto", "cuda"):
        return recipe.processes or 1
    import torch

    return max(1, torch.cuda.device_count())


def _become_torchrun(folder: Path, processes: int) -> None:
    """The same process, so whoever watches it need not know."""
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    os.execv(sys.executable, [sys.executable, *command, "-m", MODULE, str(folder)])


def _train(run: Run, recipe: Recipe, ear: Ear, voice: Voice | None) -> int:
    """All of it; what goes wrong is told in a sentence, and a fault of ours with all that is known of it."""
    from anitui.train.together import Together

    together = Together()
    try:
        together.meet(run.settings["device"])
        state, reason = _trained(run, recipe, ear, voice, together), ""
    except StopAsked:
        state, reason = "stopped", "before the first step"
    except BaseException as error:
        state, reason = "failed", in_one_sentence(error) or f"{type(error).__name__}: {error}"
        if not isinstance(error, AnituiError):
            sys.stderr.write(traceback.format_exc())
    if voice is not None:
        if state == "failed":
            voice.say(reason)
        voice.show(now=True, state=state, doing="", reason=reason, eta=None, done=None, total=None)
    if state != "failed":
        together.part()
    return 1 if state == "failed" else 0


def _trained(run: Run, recipe: Recipe, ear: Ear, voice: Voice | None, together: Together) -> str:
    from anitui.train.preparing import prepared

    def show(**live: Any) -> None:
        if voice is not None:
            voice.show(**live)
        if ear.asked_to_stop():
            raise StopAsked

    if voice is not None:
        voice.say(f"run {run.number}: {run.task} by the recipe {run.settings['recipe']}, process {os.getpid()}")
        voice.say(json.dumps(run.settings["settings"]))
    loop = prepared(run, recipe, voice, together, show)
    return loop.train(ear.asked_to_stop)
