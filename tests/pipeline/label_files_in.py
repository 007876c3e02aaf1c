"""Label files on their way in and out, right here: as the command has them, without worker processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anitui.pipeline.engine import InProcess
from anitui.pipeline.label_files.giving import ExportOrder, ExportReport, export_labels
from anitui.pipeline.label_files.registry import FORMATS, READ
from anitui.pipeline.label_files.taking import LabelOrder, LabelReport, import_labels
from anitui.progress import run
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

Bring = Callable[..., LabelReport]
Give = Callable[..., ExportReport]


def bringing(workspace: Workspace, catalogue: Catalogue) -> Bring:
    """`bring("coco", path, …)`: an import of label files."""

    def take(format: str, *paths: Path, **options: Any) -> LabelReport:
        order = LabelOrder(paths, READ[format], **options)
        return run(import_labels(workspace, catalogue, order, engine=InProcess()), lambda _: None)

    return take


def giving(catalogue: Catalogue) -> Give:
    """`give("coco", path, …)`: an export of label files."""

    def write(format: str, destination: Path, **options: Any) -> ExportReport:
        return run(export_labels(catalogue, ExportOrder(destination, FORMATS[format], **options)), lambda _: None)

    return write


def put(folder: Path, name: str, content: Any) -> Path:
    """Write a file: bytes and text as they are, all else as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.write_bytes(content)
    return path


def reasons(report: LabelReport) -> dict[str, int]:
    """What was left out or noticed, and how often."""
    return {each.reason: each.often for each in report.problems}


def told(report: LabelReport) -> dict[str, tuple[str, ...]]:
    """What was left out or noticed, and where first."""
    return {each.reason: each.first for each in report.problems}
