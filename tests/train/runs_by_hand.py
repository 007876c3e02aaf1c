"""Folders of runs as a trainer leaves them, written by hand: a second for what would take hours."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from anitui.train.manifest import schema
from anitui.train.recipe import load
from anitui.train.run import Run
from anitui.workspace import Workspace

CLASSES = ("chino", "cocoa", "rize")


def write_run(
    workspace: Workspace,
    number: int,
    *,
    members: Sequence[Mapping[str, Any]] = (),
    classes: Sequence[str] = CLASSES,
    state: str = "done",
    steps: int = 400,
    per_epoch: int = 100,
    live: Mapping[str, Any] | None = None,
    said: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    words: Sequence[str] = (),
) -> Run:
    """A run that has logged so many steps. Nothing of it lives: whoever wants that locks its `lock`."""
    folder = workspace.runs / str(number)
    (folder / "checkpoints").mkdir(parents=True)
    kept = {
        "run": number, "name": f"strong on main {number}", "task": "single", "split": "main", "kind": "face",
        "label_set": "characters", "recipe": "strong", "model": "resnet18", "device": "auto",
        "classes": list(classes), "seed": 7, "best_by": "val/top1", "made_at": "2026-03-02T09:15:00+00:00",
        "notes": [], "settings": {**load("strong").plain(), "epochs": steps / per_epoch, **(settings or {})},
        **(said or {}),
    }  # fmt: skip
    (folder / "settings.json").write_text(json.dumps(kept), "utf-8")
    table = pa.Table.from_pylist([{**dict.fromkeys(schema().names), **each} for each in members], schema=schema())
    pyarrow.parquet.write_table(table, folder / "manifest.parquet")
    log_steps(folder / "metrics.jsonl", 0, steps, per_epoch, of=steps)
    if state != "waiting":
        (folder / "process.json").write_text(json.dumps({"pid": 1, "host": "here", "since": "2026-03-02T09:15:01"}))
        (folder / "live.json").write_text(json.dumps(standing(state, steps, per_epoch, live)))
    if words:
        (folder / "log.txt").write_text("".join(f"{each}\n" for each in words), "utf-8")
    return Run(folder)


def standing(state: str, steps: int, per_epoch: int, live: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a trainer says of itself after so many steps."""
    epoch = steps / per_epoch
    return {
        "state": state, "doing": state, "done": None, "total": None, "step": steps, "steps": steps * 2,
        "epoch": epoch, "epochs": epoch * 2, "images_per_second": 178.0, "seconds": steps * 0.18, "eta": steps * 0.18,
        "device": "cpu, 2 threads", "memory": 810_000_000, "gpu_percent": None, "gpu_memory": None,
        "best": {"name": "val/top1", "value": 0.934, "epoch": epoch - 1},
        "last": {"train/loss": 0.31, "val/loss": 0.44},
        "reason": "", "beat": time.time(), **(live or {}),
    }  # fmt: skip


def log_steps(file: Path, first: int, steps: int, per_epoch: int, *, of: int) -> None:
    """Append what is logged in so many steps: a line each, and one more after each epoch."""
    numbers = np.random.default_rng(first + of)
    noise = (1 + 0.25 * numbers.normal(size=steps)).tolist()
    lines = []
    for at in range(steps):
        step = first + at + 1
        loss = 2.5 * math.exp(-4 * step / of) + 0.25
        where = f'{{"step": {step}, "epoch": {step / per_epoch}, "time": {1.7e9 + step * 0.18}'
        rate, pace = 0.05 * (1 - step / (of + 1)), 178 + 5 * noise[at]
        lines.append(
            f'{where}, "train/loss": {loss * noise[at]}, "train/lr": {rate}, "train/images_per_second": {pace}}}\n'
        )
        if step % per_epoch == 0:
            top = 0.95 * (1 - math.exp(-5 * step / of)) + 0.005 * noise[at]
            values = f'"val/loss": {loss * 1.2}, "val/top1": {top}, "val/macro_f1": {top - 0.04}'
            lines.append(f"{where}, {values}}}\n")
    with file.open("a", encoding="utf-8") as opened:
        opened.write("".join(lines))


def measure(run: Run, rows: Sequence[int], said: Sequence[int], sure: float = 0.9) -> None:
    """Leave what was said of some members, as after each measuring."""
    count, classes = len(rows), len(run.classes)
    top = np.zeros((count, min(5, classes)), np.int32)
    top[:, 0] = said
    shares = np.full(top.shape, (1 - sure) / max(1, classes - 1), np.float16)
    shares[:, 0] = sure - 0.3 * np.arange(count) / max(1, count)  # the first ones are the surest
    true = run.members()["target"].to_numpy()[list(rows)]
    of_true = np.where(true == np.asarray(said), shares[:, 0], 0.01).astype(np.float16)
    np.savez(run.folder / "latest_val.npz", rows=np.asarray(rows, np.int32), top=top, top_p=shares, true_p=of_true)
