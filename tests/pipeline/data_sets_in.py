"""Small data sets on the disk, taken in, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anitui.store.catalogue import Catalogue
from tests.fakes.pictures import picture


def tree(folder: Path, files: Mapping[str, int | str]) -> Path:
    """A number is the seed of a picture, text is a text file."""
    for name, what in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture(what) if isinstance(what, int) else what.encode())
    return folder


def labelled(catalogue: Catalogue) -> list[tuple[Any, ...]]:
    return catalogue.rows(
        "SELECT label, count(*) FROM faces LEFT JOIN labelled_faces USING (face_id) GROUP BY 1 ORDER BY 1"
    )
