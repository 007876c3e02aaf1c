"""What a run leaves for its review, read without taking it into memory: half a million faces times 3,263 classes are
3 GB.

`oof.npz` holds for each face with a label what a model said that was not trained with it; `unlabelled.npz` the same of
faces without one. The vectors of both are of one model, else they could not be compared.
"""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anitui.errors import AnituiError

Floats: TypeAlias = NDArray[np.float32]
Halves: TypeAlias = NDArray[np.float16]
Integers: TypeAlias = NDArray[np.int64]

FOLDER = "review"
LABELLED, UNLABELLED = "oof.npz", "unlabelled.npz"
_LOCAL_HEADER = 30  # bytes before the name of a member of a zip file


@dataclass(frozen=True, slots=True)
class Labelled:
    """Faces with a label, a row each. `said`: the class that each is called."""

    face_ids: Integers
    said: NDArray[np.int32]
    groups: Integers
    probabilities: Halves
    embeddings: Floats

    def __len__(self) -> int:
        return len(self.face_ids)


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """Faces without a label, a row each."""

    face_ids: Integers
    probabilities: Halves
    embeddings: Floats

    def __len__(self) -> int:
        return len(self.face_ids)


def labelled(run: Path) -> Labelled:
    """What the run of this folder said of faces with a label."""
    found = _arrays(run / FOLDER / LABELLED, ("face_id", "said", "group_id", "probabilities", "embeddings"))
    made = Labelled(
        found["face_id"].astype(np.int64),
        found["said"].astype(np.int32),
        found["group_id"].astype(np.int64),
        found["probabilities"],
        found["embeddings"],
    )
    if len(made) and not 0 <= int(made.said.min()) <= int(made.said.max()) < made.probabilities.shape[1]:
        raise AnituiError(f"{run / FOLDER / LABELLED} names classes that it has no numbers of: make the review again")
    return made


def unlabelled(run: Path) -> Unlabelled:
    """What the run of this folder said of faces without a label; nothing where it looked at none."""
    file = run / FOLDER / UNLABELLED
    if not file.exists():
        return Unlabelled(np.zeros(0, np.int64), np.zeros((0, 1), np.float16), np.zeros((0, 1), np.float32))
    found = _arrays(file, ("face_id", "probabilities", "embeddings"))
    return Unlabelled(found["face_id"].astype(np.int64), found["probabilities"], found["embeddings"])


def _arrays(file: Path, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            found = {name: _array(file, archive, name) for name in names}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise AnituiError(f"{file} cannot be read ({error}): make the review again") from None
    if len({len(each) for each in found.values()}) != 1:
        raise AnituiError(f"{file} has not as many rows of one thing as of another: make the review again")
    return found


def _array(file: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """An array of an .npz: mapped where it lies in the file as it is, else read."""
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        with archive.open(member) as packed:
            read: NDArray[Any] = np.lib.format.read_array(packed)
            return read
    with file.open("rb") as plain:
        plain.seek(member.header_offset)
        header = plain.read(_LOCAL_HEADER)
        of_name, of_extra = struct.unpack("<HH", header[26:30])
        plain.seek(of_name + of_extra, 1)
        version = np.lib.format.read_magic(plain)
        reads = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, kind = reads(plain)
        if 0 in shape:
            return np.zeros(shape, kind)
        return np.memmap(file, kind, "r", plain.tell(), shape, "F" if by_columns else "C")
