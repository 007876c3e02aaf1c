"""The detector that a run has learnt to be, as a file that `anitui detect` takes: exported where it is not yet."""

from __future__ import annotations

from pathlib import Path

from anitui.errors import WrongUse
from anitui.progress import Event, Work
from anitui.train import beside
from anitui.train.run import BEST, Run

FILE = "detector.onnx"  # in the run's folder


def detector_of(run: Run) -> Work[Path]:
    """Its file; made by a process of its own, which has torch, where it is not there or older than the model."""
    if run.task != "detect":
        raise WrongUse(
            f"run {run.number} has learnt the task {run.task}, not to find faces: name one of the task detect"
        )
    best, file = run.checkpoints / BEST, run.folder / FILE
    if not best.exists():
        raise WrongUse(
            f"run {run.number} has no model yet: one is kept when it is measured, or stopped (`anitui runs`)"
        )
    if not file.exists() or file.stat().st_mtime_ns < best.stat().st_mtime_ns:
        yield Event(f"exporting the detector of run {run.number}")
        yield from beside.done_by("anitui.train.detection.exporting", {"run": str(run.folder)})
    return file
