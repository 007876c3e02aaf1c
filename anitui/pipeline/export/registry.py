"""All formats of datasets. A new one is its file, its line here, and its name in the choices of the command line."""

from __future__ import annotations

from collections.abc import Mapping

from anitui.pipeline.export import boxed, paired, sharded, tables
from anitui.pipeline.export.model import DatasetFormat

FORMATS: Mapping[str, DatasetFormat] = {
    each.name: each
    for each in (
        tables.IMAGEFOLDER, tables.CSV, tables.DAFRE, boxed.COCO, boxed.YOLO, boxed.LAP, sharded.WEBDATASET,
        sharded.PARQUET, paired.ZACI,
    )
}  # fmt: skip
