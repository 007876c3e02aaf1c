"""What a model says of each face that it was not trained with: several are trained, each without a part of them.

In the run's folder `review/`: `oof.npz` (all that have a label) and `unlabelled.npz` (faces without one); what is in
them: docs/review.md. Each fold is kept when it is done, so that what was cut off goes on behind it.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.progress import Event, Work
from anitui.store.catalogue import Catalogue
from anitui.store.nameless import nameless
from anitui.train import beside
from anitui.train.run import BEST, Run

if TYPE_CHECKING:
    import pyarrow

    from anitui.train.crop_store import Store
    from anitui.train.loop import Loop
    from anitui.train.using import Trained

FOLDS = 4
SHARE = 0.5  # of the run's own time, for each fold: labels that are wrong are learnt by heart last
AT_ONCE = 128
LOOK_EVERY = 0.25
MOST_NAMELESS = 50_000
_UNLABELLED = "unlabelled.parquet"


def out_of_fold(
    run: Run,
    catalogue: Catalogue,
    *,
    folds: int = FOLDS,
    share: float = SHARE,
    most_nameless: int = MOST_NAMELESS,
    device: str = "",
) -> Work[None]:
    """Have both files there, of the run as it is now; in a process of its own."""
    import pyarrow.parquet

    if not (run.checkpoints / BEST).exists():
        raise WrongUse(f"run {run.number} has no model yet: let it train until it was measured once")
    if folds < 2:
        raise WrongUse(f"{folds} folds cannot be: each face is looked at by a model that was trained without its fold")
    folder = run.folder / "review"
    folder.mkdir(exist_ok=True)
    unknown = nameless(catalogue, str(run.settings["label_set"]), most_nameless)
    pyarrow.parquet.write_table(unknown, folder / _UNLABELLED)
    given = {"run": str(run.folder), "folds": folds, "share": share, "device": device or run.settings["device"]}
    yield from beside.done_by(__name__, given)


def fold_of(groups: NDArray[np.int64], targets: NDArray[np.int32], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each face: what belongs together is in one, and each has about as many of every class."""
    chance = np.random.Generator(np.random.Philox(seed))
    unique, first, number = np.unique(groups, return_index=True, return_inverse=True)
    sizes = np.bincount(number)
    order = np.lexsort((chance.permutation(len(unique)), -sizes, targets[first]))
    found = np.empty(len(unique), np.int64)
    found[order] = np.arange(len(unique)) % folds
    return found[number]


def _work(arguments: Mapping[str, Any]) -> Work[None]:
    import pyarrow.parquet

    from anitui.train import using
    from anitui.train.members import store_of
    from anitui.train.preparing import nothing

    run = Run(Path(arguments["run"]))
    folder = run.folder / "review"
    yield Event("loading the model")
    model = using.load(run, arguments["device"])
    members = run.members()
    store = store_of(run, members, model.recipe.size, model.recipe.margin, nothing)
    targets = members["target"].to_numpy()
    rows = np.flatnonzero((targets >= 0) & store.good)
    groups = _groups(members)[rows]
    fold = fold_of(groups, targets[rows], arguments["folds"], model.recipe.seed)
    odds = np.zeros((len(rows), len(model.classes)), np.float16)
    for number in range(arguments["folds"]):
        left_out = rows[fold == number]
        if len(left_out):
            rest = rows[fold != number]
            doing = f"fold {number + 1} of {arguments['folds']}"
            odds[fold == number] = yield from _one_fold(run, arguments, model, members, store, rest, left_out, doing)
    points, _ = yield from _seen(model, store.pixels, rows, "looking at all of them")
    _keep(
        folder / "oof.npz",
        face_id=members["face_id"].to_numpy()[rows],
        said=targets[rows].astype(np.int32),
        group_id=groups,
        probabilities=odds,
        embeddings=points,
    )
    unknown = pyarrow.parquet.read_table(folder / _UNLABELLED)
    strangers = store_of(run, unknown, model.recipe.size, model.recipe.margin, nothing)
    rows = np.flatnonzero(strangers.good)
    points, chances = yield from _seen(model, strangers.pixels, rows, "looking at faces without a name")
    ids = unknown["face_id"].to_numpy()[rows]
    _keep(folder / "unlabelled.npz", face_id=ids, probabilities=chances, embeddings=points)


def _groups(members: pyarrow.Table) -> NDArray[np.int64]:
    groups: NDArray[np.int64] = members["group_id"].fill_null(-1).to_numpy()
    return np.where(groups < 0, -1 - np.arange(len(groups)), groups)


def _one_fold(
    run: Run,
    arguments: Mapping[str, Any],
    model: Trained,
    members: pyarrow.Table,
    store: Store,
    rest: NDArray[np.int64],
    left_out: NDArray[np.int64],
    doing: str,
) -> Work[NDArray[np.float16]]:
    """What a model that was trained with the rest says of those that were left out; found, or trained."""
    digest = hashlib.sha256(rest.tobytes() + members["target"].to_numpy().tobytes())
    digest.update(f"{run.settings['settings']} {arguments['share']} {store.folder.name}".encode())
    file = run.folder / "review" / f"fold-{digest.hexdigest()[:16]}.npy"
    if file.exists():
        found: NDArray[np.float16] = np.load(file)
        return found
    from anitui.train.members import Members
    from anitui.train.preparing import Rows, loop_of, nothing
    from anitui.train.speed import machine
    from anitui.train.together import Together

    recipe = replace(
        model.recipe,
        epochs=model.recipe.epochs * arguments["share"],
        minutes=model.recipe.minutes * arguments["share"],
        cpu_minutes=model.recipe.cpu_minutes * arguments["share"],
        patience=0,
    )
    rows, on = Rows(rest, rest[:0], fresh=True), machine(arguments["device"], recipe)
    loop = loop_of(run, recipe, Members(run, recipe), store, rows, on, Together(), None, nothing)
    yield from _trained(loop, doing)
    learnt = replace(model, network=loop.network, size=loop.size, normalisation=loop.normalisation)
    _, odds = yield from _seen(learnt, store.pixels, left_out, f"{doing}: looking at those that were left out")
    buffer = io.BytesIO()
    np.save(buffer, odds)
    write_atomically(file, buffer.getvalue())
    return odds


def _trained(loop: Loop, doing: str) -> Work[None]:
    """Train in a thread, and tell how far it is."""
    ended, stop = threading.Event(), threading.Event()
    fault: list[BaseException] = []

    def train() -> None:
        try:
            loop.train(stop.is_set)
        except BaseException as error:
            fault.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=train, name="fold")
    thread.start()
    try:
        yield Event(doing, 0, 100)
        while not ended.wait(LOOK_EVERY):
            yield Event(doing, round(100 * loop.reached()), 100)
    finally:
        stop.set()
        thread.join()
    if fault:
        raise fault[0]


def _seen(
    model: Trained, pixels: NDArray[np.uint8], rows: NDArray[np.int64], doing: str
) -> Work[tuple[NDArray[np.float32], NDArray[np.float16]]]:
    points: list[NDArray[np.float32]] = []
    odds: list[NDArray[np.float16]] = []
    for start in range(0, len(rows), AT_ONCE):
        yield Event(doing, start, len(rows))
        said = model.ask(pixels[rows[start : start + AT_ONCE]])
        points.append(said.embeddings)
        odds.append(model.probabilities(said).astype(np.float16))
    if not points:
        return np.zeros((0, 1), np.float32), np.zeros((0, len(model.classes)), np.float16)
    return np.concatenate(points), np.concatenate(odds)


def _keep(file: Path, **arrays: NDArray[np.generic]) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_atomically(file, buffer.getvalue())


if __name__ == "__main__":
    raise SystemExit(beside.serve(_work))
