"""All formats of label files. A new one is its file, and its line here and in the choices of the command line."""

from __future__ import annotations

from collections.abc import Mapping

from anitui.pipeline.label_files import coco, dafre, imagefolder, lap, plain_csv, voc, wider, yolo, zaci
from anitui.pipeline.label_files.model import LabelFormat

FORMATS: Mapping[str, LabelFormat] = {
    each.FORMAT.name: each.FORMAT for each in (lap, wider, coco, yolo, voc, dafre, zaci, plain_csv)
}
# Data sets that are read only: what writes them is no label file.
READ: Mapping[str, LabelFormat] = {**FORMATS, imagefolder.FORMAT.name: imagefolder.FORMAT}
