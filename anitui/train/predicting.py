"""What a run's best model says of its own members, kept beside it: for measuring, and for looking at labels again.

`evaluation/<part>.npz`: `rows` of the manifest, `logits` (none of models that only compare), `embeddings`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.progress import Event, Work
from anitui.train import beside
from anitui.train.run import BEST, Run

AT_ONCE = 128


def file_of(run: Run, part: str) -> Path:
    """Where what the model says of a part is kept."""
    return run.folder / "evaluation" / f"{part}.npz"


def predict_part(run: Run, parts: Sequence[str], device: str = "auto") -> Work[None]:
    """Have it there for these parts, of the model as it is now; in a process of its own."""
    best = run.checkpoints / BEST
    if not best.exists():
        raise WrongUse(f"run {run.number} has no model yet: one is kept when it is measured, or stopped")
    made = best.stat().st_mtime_ns
    missing = [
        part for part in parts if not file_of(run, part).exists() or file_of(run, part).stat().st_mtime_ns < made
    ]
    if missing:
        yield from beside.done_by(__name__, {"run": str(run.folder), "parts": missing, "device": device})


def _work(arguments: Mapping[str, Any]) -> Work[None]:
    from anitui.pipeline.decode import Limits
    from anitui.pipeline.engine import Processes
    from anitui.train import crop_store, using
    from anitui.train.members import samples

    run = Run(Path(arguments["run"]))
    yield Event("loading the model")
    model = using.load(run, arguments["device"])
    members = run.members()
    store = yield from crop_store.prepare(
        run.workspace / "crops",
        samples(run.workspace, members),
        model.recipe.size,
        model.recipe.margin,
        Processes(),
        Limits(),
    )
    of_part = members["part"].to_numpy(zero_copy_only=False)
    for part in arguments["parts"]:
        rows = np.flatnonzero((of_part == part) & store.good)
        yield from _keep(file_of(run, part), model, rows, store.pixels, f"looking at the {part} part")


def _keep(file: Path, model: Any, rows: NDArray[np.int64], pixels: NDArray[np.uint8], doing: str) -> Work[None]:
    said = []
    for start in range(0, len(rows), AT_ONCE):
        yield Event(doing, start, len(rows))
        said.append(model.ask(pixels[rows[start : start + AT_ONCE]]))
    classes = len(model.classes)
    arrays = {
        "rows": rows.astype(np.int32),
        "logits": np.concatenate([each.logits for each in said]) if said else np.zeros((0, classes), np.float32),
        "embeddings": np.concatenate([each.embeddings for each in said]) if said else np.zeros((0, 1), np.float32),
    }
    if not arrays["logits"].shape[1]:
        del arrays["logits"]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    file.parent.mkdir(exist_ok=True)
    write_atomically(file, buffer.getvalue())


if __name__ == "__main__":
    raise SystemExit(beside.serve(_work))
