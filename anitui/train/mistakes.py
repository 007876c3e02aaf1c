"""What a model gets wrong at the moment, as its trainer left it: who is taken for whom, and the worst faces."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anitui.train.run import Run

if TYPE_CHECKING:
    import pyarrow

FILE = "latest_val.npz"
_MOST_PAIRS = 1000
_MOST_WRONG = 200
_COLUMNS = ("target", "face_id", "image_id", "file", "x", "y", "w", "h", "width", "height")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A face that was taken for somebody else."""

    face_id: int | None
    image_id: int
    file: str  # absolute, or within the workspace
    box: tuple[float, float, float, float] | None
    size: tuple[int, int]  # of its picture
    true: str
    said: str
    sure: float  # of what was said
    of_true: float  # how likely it was taken to be whom it is


@dataclass(frozen=True, eq=False, slots=True)
class Mistakes:
    """All that went wrong in the latest measuring."""

    classes: Sequence[str]
    measured: int
    totals: NDArray[np.int64]  # of each class, how many were measured
    right: NDArray[np.int64]
    pairs: Sequence[tuple[int, int, int]]  # who it is, who was said, how often; the most frequent first
    wrong: Sequence[Wrong]  # the surest first

    @property
    def mistaken(self) -> int:
        return self.measured - int(self.right.sum())

    def table(self, most: int) -> tuple[list[int], NDArray[np.int64]]:
        """The classes that are mixed up most, at most so many, and how often each was said of each."""
        chosen: list[int] = []
        if len(self.classes) <= most:
            chosen = list(range(len(self.classes)))
        for true, said, _ in self.pairs:
            new = [each for each in (true, said) if each not in chosen]
            if len(chosen) + len(new) <= most:
                chosen += new
        by_number = np.argsort(-self.totals, kind="stable").tolist()
        chosen += [each for each in by_number if each not in chosen][: most - len(chosen)]
        chosen.sort()
        place = {each: at for at, each in enumerate(chosen)}
        counts = np.diag(self.right[chosen])
        for true, said, often in self.pairs:
            if true in place and said in place:
                counts[place[true], place[said]] = often
        return chosen, counts


class MistakesReader:
    """Reads them again whenever they were measured again."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._stamp: tuple[int, int] | None = None
        self._read: Mistakes | None = None
        self._members: pyarrow.Table | None = None

    def read(self) -> Mistakes | None:
        """The latest; None where nothing was measured yet, or the task is another one."""
        file = self.run.folder / FILE
        try:
            stat = file.stat()
        except OSError:
            self._stamp, self._read = None, None
            return None
        stamp = stat.st_ino, stat.st_mtime_ns
        if stamp != self._stamp:
            try:
                with np.load(file, allow_pickle=False) as found:
                    self._read = self._of({name: found[name] for name in ("rows", "top", "top_p", "true_p")})
            except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile):
                self._read = None  # of another task, or not of this manifest
            self._stamp = stamp
        return self._read

    def _of(self, found: dict[str, NDArray[Any]]) -> Mistakes:
        import pyarrow.parquet

        if self._members is None:
            self._members = pyarrow.parquet.read_table(self.run.manifest, columns=list(_COLUMNS))
        rows = found["rows"].astype(np.int64)
        classes = self.run.classes
        true = self._members["target"].to_numpy().astype(np.int64)[rows]
        said = found["top"].astype(np.int64)[:, 0]
        sure, of_true = found["top_p"].astype(np.float64)[:, 0], found["true_p"].astype(np.float64)
        known = (true >= 0) & (true < len(classes)) & (said >= 0) & (said < len(classes))
        good = known & (true == said)
        bad = np.flatnonzero(known & (true != said))
        number = len(classes)
        which, often = np.unique(true[bad] * number + said[bad], return_counts=True)
        order = np.argsort(-often, kind="stable")[:_MOST_PAIRS]
        worst = bad[np.argsort(of_true[bad] - sure[bad], kind="stable")][:_MOST_WRONG]
        return Mistakes(
            classes,
            int(known.sum()),
            np.bincount(true[known], minlength=number),
            np.bincount(true[good], minlength=number),
            [(int(which[at]) // number, int(which[at]) % number, int(often[at])) for at in order],
            self._wrong(worst, rows, classes, true, said, sure, of_true),
        )

    def _wrong(
        self,
        worst: NDArray[np.int64],
        rows: NDArray[np.int64],
        classes: Sequence[str],
        true: NDArray[np.int64],
        said: NDArray[np.int64],
        sure: NDArray[np.float64],
        of_true: NDArray[np.float64],
    ) -> list[Wrong]:
        assert self._members is not None
        members = self._members.take(rows[worst]).to_pylist()
        made = []
        for at, each in zip(worst.tolist(), members, strict=True):
            box = None if each["x"] is None else (each["x"], each["y"], each["w"], each["h"])
            made.append(
                Wrong(
                    each["face_id"], each["image_id"], each["file"], box, (each["width"] or 0, each["height"] or 0),
                    classes[true[at]], classes[said[at]], float(sure[at]), float(of_true[at]),
                )
            )  # fmt: skip
        return made
