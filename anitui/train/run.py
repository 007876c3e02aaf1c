"""A run, seen from outside: a folder with its orders and all that its trainer writes. Looking at it writes nothing.

What is in the folder: docs/training.md.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anitui.detached import Detached
from anitui.errors import AnituiError, WrongUse
from anitui.files import write_atomically
from anitui.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow

MODULE = "anitui.train"
METRICS = "metrics.jsonl"
LAST, BEST = "last.pt", "best.pt"  # checkpoints: to go on from, and to be used
SILENT_SECONDS = 120.0  # without a word for so long, something is wrong with a trainer that lives
UNDER_WAY = ("starting", "preparing", "training", "measuring", "stopping")
ENDED = ("done", "stopped", "failed", "killed")
_LOWER_IS_BETTER = ("loss", "eer", "fpr")
_LAST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands. `live` is what its trainer said last (docs/training.md)."""

    state: str  # waiting, one of UNDER_WAY, or one of ENDED
    live: Mapping[str, Any]
    reason: str = ""
    silent: float = 0.0  # seconds since its trainer said anything, where that is long ago

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def best(self) -> tuple[str, float, float] | None:
        """The best result so far: its name, the number, and after how many epochs."""
        best = self.live.get("best")
        return (str(best["name"]), float(best["value"]), float(best["epoch"])) if best else None


@dataclass(frozen=True)
class Run:
    """One run. Having one starts nothing."""

    folder: Path

    @property
    def number(self) -> int:
        return int(self.folder.name)

    @property
    def workspace(self) -> Path:
        """The folder of the workspace that its pictures lie in."""
        return self.folder.parent.parent

    @property
    def process(self) -> Detached:
        return Detached(self.folder, METRICS)

    @property
    def metrics(self) -> Path:
        return self.folder / METRICS

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.parquet"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """What was ordered. It is written once, before the run is there."""
        found: dict[str, Any] = json.loads((self.folder / "settings.json").read_bytes())
        return found

    @property
    def task(self) -> str:
        return str(self.settings["task"])

    @property
    def classes(self) -> list[str]:
        return list(self.settings["classes"])

    @property
    def best_by(self) -> str:
        """The metric that says which model is the best."""
        return str(self.settings["best_by"])

    def members(self) -> pyarrow.Table:
        """The manifest: who is trained and measured with, a row each."""
        import pyarrow.parquet

        return pyarrow.parquet.read_table(self.manifest)

    def standing(self) -> Standing:
        """How it stands: read in this order, so that an end is not taken for a kill."""
        alive = self.process.alive()
        live = self.process.live()
        if not live and not (self.folder / "process.json").exists():
            return Standing("starting" if alive else "waiting", {})
        state = str(live.get("state", "starting"))
        if alive:
            if state in ENDED:  # it said so a moment ago, and is about to end
                state = "stopping"
            silent = time.time() - float(live.get("beat", time.time()))
            return Standing(state, live, "", silent if silent > SILENT_SECONDS else 0.0)
        if state in ENDED:
            return Standing(state, live, str(live.get("reason", "")))
        words = self.process.last_words()
        return Standing("killed", live, words or "its process was killed, and left no word")

    def who(self) -> Mapping[str, Any]:
        """Which process trains, or did: pid, host, since."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "process.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def last_lines(self, number: int = _LAST_WORDS) -> list[str]:
        """The last lines of its log, and of what it wrote where nobody read."""
        lines = []
        for name in ("log.txt", "output.txt"):
            with suppress(OSError), (self.folder / name).open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 16_384))
                lines += file.read().decode("utf-8", "replace").splitlines()[-number:]
        return lines[-number:]

    # What a person does to it.

    def start(self, environ: Mapping[str, str] | None = None) -> None:
        """Train, from the last checkpoint where there is one; in a process of its own that nothing here ends."""
        if self.process.alive():
            raise WrongUse(f"run {self.number} is being trained: `anitui runs attach {self.number}` shows it")
        for name in ("process.json", "ending", "live.json", "output.txt"):
            (self.folder / name).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            for order in (self.folder / "inbox").iterdir():
                order.unlink()
        self.process.start(MODULE, environ=environ)

    def stop(self) -> None:
        """Ask its trainer to finish the step, keep a checkpoint, and end."""
        if not self.process.alive():
            raise WrongUse(f"run {self.number} is not being trained: `anitui runs` lists those that are")
        self.process.order({"do": "stop"})

    @property
    def note(self) -> str:
        """What a person noted of it."""
        try:
            return (self.folder / "note.txt").read_text("utf-8").strip()
        except OSError:
            return ""

    def write_note(self, text: str) -> None:
        """Note something of it, in place of what was noted."""
        write_atomically(self.folder / "note.txt", text.strip().encode("utf-8", "replace"))

    def delete(self) -> None:
        """Remove all of it. Nothing brings it back."""
        if self.process.alive():
            raise WrongUse(f"run {self.number} is being trained: stop it first, `anitui runs stop {self.number}`")
        gone = self.folder.with_name(f".{self.folder.name}.deleted")  # so that a cut leaves no half of a run
        shutil.rmtree(gone, ignore_errors=True)
        self.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def better(name: str, value: float, than: float) -> bool:
    """Whether a result is better than another one, by the metric of this name. No number is better than any."""
    if value != value:
        return False
    if than != than:
        return True
    return value < than if name.endswith(_LOWER_IS_BETTER) else value > than


def listed(workspace: Workspace) -> list[Run]:
    """All runs, the newest first."""
    try:
        found = [each for each in workspace.runs.iterdir() if each.name.isdecimal()]
    except FileNotFoundError:
        return []
    runs = [Run(each) for each in found if (each / "settings.json").is_file()]
    return sorted(runs, key=lambda each: -each.number)


def find(workspace: Workspace, text: str | None) -> Run:
    """The run that a person means: its number, its name, or without either the newest."""
    runs = listed(workspace)
    if not runs:
        raise WrongUse("there are no runs yet: `anitui train SPLIT` starts one")
    if text is None:
        return runs[0]
    wanted = text.removeprefix("run").strip()
    for each in runs:
        if each.folder.name == wanted or each.settings.get("name") == text:
            return each
    there = ", ".join(str(each.number) for each in runs[:10])
    raise WrongUse(f"there is no run {text}: there are {there}")


def new_folder(workspace: Workspace) -> Path:
    """A folder for the next run, which nobody else is given. It is a run once its settings are in it."""
    workspace.runs.mkdir(parents=True, exist_ok=True)
    taken = [int(each.name) for each in workspace.runs.iterdir() if each.name.isdecimal()]
    number = max(taken, default=0) + 1
    for candidate in range(number, number + 1000):
        folder = workspace.runs / str(candidate)
        with suppress(FileExistsError):
            folder.mkdir()
            return folder
    raise AnituiError(f"no folder for a run could be made in {workspace.runs}: look what is in it")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
