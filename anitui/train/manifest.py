"""The manifest of a run: who is in it, a row each, frozen when the run is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anitui.progress import Event, Work

if TYPE_CHECKING:
    import pyarrow

_PAGE = 16_384


def schema() -> pyarrow.Schema:
    """Of a manifest."""
    import pyarrow as pa

    return pa.schema(
        [
            ("part", pa.string()), ("face_id", pa.int64()), ("image_id", pa.int64()), ("group_id", pa.int64()),
            ("label", pa.string()), ("labels", pa.list_(pa.string())), ("target", pa.int32()),
            ("targets", pa.list_(pa.int32())), ("file", pa.string()), ("sha256", pa.string()),
            ("x", pa.float64()), ("y", pa.float64()), ("w", pa.float64()), ("h", pa.float64()),
            ("width", pa.int32()), ("height", pa.int32()),
        ]
    )  # fmt: skip


def write_manifest(file: Path, rows: Iterable[Mapping[str, Any]], total: int | None = None) -> Work[None]:
    """Write rows of that schema, page by page."""
    import pyarrow.parquet

    form, left, done = schema(), iter(rows), 0
    with pyarrow.parquet.ParquetWriter(file, form) as out:
        while page := list(islice(left, _PAGE)):
            out.write_table(pyarrow.Table.from_pylist(page, schema=form))
            done += len(page)
            yield Event("writing who is in it", done, total)


def place(box: tuple[float, float, float, float] | None) -> dict[str, float | None]:
    """The columns of a box, empty where there is none."""
    return dict(zip("xywh", box or (None, None, None, None), strict=True))
