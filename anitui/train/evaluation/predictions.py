"""What a model says of a part, as it was kept, beside who the members are."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import AnituiError
from anitui.train.evaluation.report import Face
from anitui.train.predicting import file_of
from anitui.train.run import Run

_COLUMNS = (
    "part", "face_id", "image_id", "group_id", "label", "target", "targets", "file", "x", "y", "w", "h", "width",
    "height",
)  # fmt: skip


class Members:
    """The manifest of a run, read once."""

    def __init__(self, run: Run) -> None:
        import pyarrow.parquet

        self.table = pyarrow.parquet.read_table(run.manifest, columns=list(_COLUMNS))
        self.part = self.table["part"].to_numpy(zero_copy_only=False)
        self.target = self.table["target"].to_numpy(zero_copy_only=False).astype(np.int64)

    def of_part(self, part: str) -> NDArray[np.int64]:
        """The rows of a part."""
        return np.flatnonzero(self.part == part)

    def groups(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Whom each is together with; who is in no group is alone."""
        found = self.table["group_id"].take(rows).to_numpy(zero_copy_only=False).astype(np.float64)
        alone = np.isnan(found)
        return np.where(alone, -1 - np.asarray(rows, np.int64), np.nan_to_num(found).astype(np.int64))

    def labels(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """A number for each label, also for those that are no class of the model; -1 without one."""
        encoded = self.table["label"].take(rows).combine_chunks().dictionary_encode().indices
        found: NDArray[np.int64] = encoded.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return found

    def ids(self, column: str) -> NDArray[np.int64]:
        """Numbers of faces or pictures, -1 where there is none."""
        found: NDArray[np.int64] = self.table[column].fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return found

    def truth(self, rows: NDArray[np.integer[Any]], classes: int) -> NDArray[np.bool_]:
        """Of each member, which classes hold."""
        found = np.zeros((len(rows), classes), bool)
        for at, own in enumerate(self.table["targets"].take(rows).to_pylist()):
            found[at, own or []] = True
        return found

    def faces(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> list[Face]:
        """Who they are."""
        made = []
        for row, each in zip(rows, self.table.take(np.asarray(rows, np.int64)).to_pylist(), strict=True):
            box = None if each["x"] is None else (each["x"], each["y"], each["w"], each["h"])
            size = each["width"] or 0, each["height"] or 0
            made.append(Face(int(row), each["face_id"], each["image_id"], each["file"], box, size))
        return made


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """A row for each member of a part whose picture could be read."""

    rows: NDArray[np.int64]
    logits: NDArray[np.floating[Any]] | None
    embeddings: NDArray[np.floating[Any]] | None

    def __len__(self) -> int:
        return len(self.rows)


def read(run: Run, part: str, members: Members) -> Predictions:
    """What was kept of a part. Raises AnituiError where it does not fit the run."""
    file = file_of(run, part)
    again = f"remove {file}, and `anitui eval {run.number}` makes it anew"
    try:
        with np.load(file, allow_pickle=False) as found:
            rows = found["rows"].astype(np.int64)
            logits = found.get("logits")
            embeddings = found.get("embeddings")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise AnituiError(f"{file} cannot be read: {again}") from error
    fits = all(each is None or len(each) == len(rows) for each in (logits, embeddings))
    if not fits or (len(rows) and (rows.min() < 0 or rows.max() >= len(members.part))):
        raise AnituiError(f"{file} is not of the members of run {run.number}: {again}")
    if logits is not None and logits.shape[1] != len(run.classes):
        raise AnituiError(f"{file} is not of the classes of run {run.number}: {again}")
    return Predictions(rows, logits, embeddings)
