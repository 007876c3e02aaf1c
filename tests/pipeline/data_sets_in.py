"""Small data sets on the disk, taken in, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from anitui.pipeline.engine import InProcess
from anitui.pipeline.label_files.registry import READ
from anitui.pipeline.label_files.taking import LabelOrder, LabelReport, import_labels
from anitui.progress import run
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.fakes.pictures import picture

Bring = Callable[..., LabelReport]


def bringing(workspace: Workspace, catalogue: Catalogue) -> Bring:
    """Takes in what lies at some paths, as a format."""

    def take(format: str, *paths: Path, **options: Any) -> LabelReport:
        order = LabelOrder(paths, READ[format], **options)
        return run(import_labels(workspace, catalogue, order, engine=InProcess()), lambda _: None)

    return take


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


def reasons(report: LabelReport) -> dict[str, int]:
    return {each.reason: each.often for each in report.problems}
