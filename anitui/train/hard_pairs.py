"""Hard negatives, as ZACI-20 has them: of all pairs of different characters those that a model finds most alike.

A frozen split stays as it is; its members and pairs, and the hard ones beside them, become another split. Who measures
a model by pairs that it chose itself measures it harder than others: choose by one run, and measure another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anitui.errors import WrongUse
from anitui.progress import Event, Work
from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.train.predicting import file_of, predict_part
from anitui.train.run import Run

if TYPE_CHECKING:
    import pyarrow

AT_ONCE = 2048
MOST_EACH = 5  # hard pairs that one face is in: else the oddest face would be in all of them


def with_hard_pairs(catalogue: Catalogue, name: str, like: str, run: Run) -> Work[Mapping[str, int]]:
    """Make a split of a split: as many hard negatives as it has others. Returns how many there are of each part."""
    import pyarrow.compute

    splits.is_free(catalogue, name)
    found = splits.find(catalogue, like)
    members, pairs = splits.whole(catalogue, like)
    if not len(pairs):
        raise WrongUse(f"the split {like} has no pairs: `anitui split NAME --rule zaci` makes one that has")
    if run.settings["split"] != like:
        raise WrongUse(f"run {run.number} was trained on {run.settings['split']}, not on {like}: name a run of that")
    parts = sorted(set(pairs["part"].to_pylist()))
    yield from predict_part(run, parts)
    made = [pairs]
    counts: dict[str, int] = {}
    for part in parts:
        yield Event(f"looking for hard pairs in {part}")
        known = pairs.filter(pyarrow.compute.equal(pairs["part"], part))
        table = _hard(run, part, known)
        counts[part] = len(table)
        made.append(table.cast(pairs.schema))
    hardened = pyarrow.concat_tables(made)
    made_from = {**found.made_from, "like": like, "hard_by": run.number}
    splits.freeze(
        catalogue, [(name, made_from, {**found.report, "splits": [name]}, members, hardened)], found.kind,
        found.label_set,
    )  # fmt: skip
    return counts


def _hard(run: Run, part: str, known: pyarrow.Table) -> pyarrow.Table:
    import pyarrow

    manifest = run.members()
    with np.load(file_of(run, part)) as said:
        rows, points = said["rows"], said["embeddings"].astype(np.float32)
    faces = manifest["face_id"].to_numpy()[rows]
    labels = np.array(manifest["label"].to_pylist(), object)[rows]
    of = np.unique(labels.astype(str), return_inverse=True)[1]
    there = {frozenset(pair) for pair in zip(known["a_face"].to_pylist(), known["b_face"].to_pylist(), strict=True)}
    wanted = sum(not same for same in known["same"].to_pylist())
    chosen = hardest(points, of, wanted, lambda a, b: frozenset((int(faces[a]), int(faces[b]))) not in there)
    first = len(known)
    return pyarrow.table(
        {
            "part": [part] * len(chosen),
            "place": list(range(first, first + len(chosen))),
            "a_face": [int(faces[a]) for a, _ in chosen],
            "b_face": [int(faces[b]) for _, b in chosen],
            "same": [False] * len(chosen),
            "chosen": ["hard"] * len(chosen),
        }
    )


def hardest(
    points: NDArray[np.float32], of: NDArray[np.int64], wanted: int, free: Callable[[int, int], bool]
) -> list[tuple[int, int]]:
    """The most alike pairs of different characters, the hardest first; no face in more than a few of them."""
    alike: list[NDArray[np.float32]] = []
    places: list[NDArray[np.int64]] = []
    keep = max(1000, 20 * wanted)
    for start in range(0, len(points), AT_ONCE):
        block = points[start : start + AT_ONCE] @ points.T
        rows = np.arange(start, start + len(block))
        block[(of[rows][:, None] == of[None, :]) | (rows[:, None] >= np.arange(len(points))[None, :])] = -2
        flat = block.ravel()
        best = np.argpartition(-flat, min(keep, len(flat) - 1))[:keep]
        best = best[flat[best] > -2]
        alike.append(flat[best])
        places.append(best + start * len(points))
    if not places:
        return []
    order = np.argsort(-np.concatenate(alike), kind="stable")
    often = np.zeros(len(points), np.int64)
    found: list[tuple[int, int]] = []
    for place in np.concatenate(places)[order]:
        a, b = divmod(int(place), len(points))
        if len(found) == wanted:
            break
        if often[a] < MOST_EACH and often[b] < MOST_EACH and free(a, b):
            often[[a, b]] += 1
            found.append((a, b))
    return found
