"""Runs with what their models said, written by hand: an evaluation without a trainer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.train.runs_by_hand import CLASSES, write_run


def members_of(
    number: int, parts: Sequence[str] = ("val", "test"), classes: Sequence[str] = CLASSES, *, seed: int = 0
) -> list[dict[str, Any]]:
    """So many members of each part, three of a group, and one in twenty of a class that nobody learnt."""
    chance = np.random.default_rng(seed)
    found: list[dict[str, Any]] = []
    for part in parts:
        for at in range(number):
            target = -1 if at % 20 == 19 else int(chance.integers(0, len(classes)))
            face = len(found) + 1
            label = "stranger" if target < 0 else classes[target]
            found.append(
                {"part": part, "face_id": face, "image_id": face, "group_id": face // 3, "label": label,
                 "labels": [label], "target": target, "targets": [target] * (target >= 0),
                 "file": f"media/{label}/{face}.jpg", "sha256": f"{face:064x}",
                 "x": 2.0, "y": 3.0, "w": 40.0, "h": 40.0, "width": 64, "height": 64}
            )  # fmt: skip
    return found


def evaluated_run(
    workspace: Workspace,
    number: int = 1,
    members: Sequence[Mapping[str, Any]] | None = None,
    *,
    task: str = "single",
    classes: Sequence[str] = CLASSES,
    apart: float = 2.0,
    too_sure: float = 3.0,
    seed: int = 1,
) -> Run:
    """A run whose classes lie so far apart, and whose model is too sure of itself by that factor."""
    members = members_of(90) if members is None else members
    run = write_run(workspace, number, members=members, classes=classes, said={"task": task})
    (run.checkpoints / "best.pt").write_bytes(b"a model")
    for part in sorted({each["part"] for each in members}):
        say(run, part, task=task, apart=apart, too_sure=too_sure, seed=seed)
    return run


def say(run: Run, part: str, *, task: str = "single", apart: float = 2.0, too_sure: float = 3.0, seed: int = 1) -> None:
    """Keep what its model says of a part."""
    members, classes = run.members().to_pylist(), len(run.classes)
    rows = [row for row, each in enumerate(members) if each["part"] == part]
    chance = np.random.default_rng([seed, len(part)])
    logits = chance.normal(size=(len(rows), classes))
    points = chance.normal(size=(len(rows), 16))
    centres = np.random.default_rng(9).normal(size=(classes + 1, 16)) * 1.2
    for at, row in enumerate(rows):
        own = members[row]["targets"]
        points[at] += centres[members[row]["target"]]
        logits[at, own] += apart
    # As sure as it is right, if it were not for the factor.
    logits = apart * (logits - apart / 2)
    arrays: dict[str, Any] = {
        "rows": np.asarray(rows, np.int32),
        "logits": (logits * too_sure).astype(np.float16),
        "embeddings": (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32),
    }
    if task == "embed":
        del arrays["logits"]
    keep(run, part, arrays)


def keep(run: Run, part: str, arrays: Mapping[str, Any]) -> Path:
    """As the trainer's process keeps it: after the model."""
    file = run.folder / "evaluation" / f"{part}.npz"
    file.parent.mkdir(exist_ok=True)
    np.savez(file, **arrays)
    made = (run.checkpoints / "best.pt").stat()
    os.utime(run.checkpoints / "best.pt", ns=(made.st_atime_ns, made.st_mtime_ns - 10**9))
    return file


def write_pairs(run: Run, pairs: Sequence[tuple[str, int, int, bool]]) -> None:
    """The pairs of its split: part, face, face, whether they are one character."""
    columns = zip(*pairs, strict=True)
    names = ("part", "a_face", "b_face", "same")
    table = pa.table(dict(zip(names, map(list, columns), strict=True)))
    pyarrow.parquet.write_table(table, run.folder / "pairs.parquet")
