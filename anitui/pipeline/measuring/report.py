"""Statistics to share: one HTML page, or a file for each chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from anitui.errors import AnituiError, WrongUse
from anitui.files import write_atomically
from anitui.pipeline import decode
from anitui.pipeline.charts import cloud, page, png, svg
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.measuring import catalogue as measuring
from anitui.pipeline.measuring.rows import Statistic
from anitui.pipeline.measuring.samples import Gallery, gallery
from anitui.progress import Event, Work
from anitui.store import statistics as stats
from anitui.store.catalogue import Catalogue
from anitui.store.labels import CHARACTERS
from anitui.workspace import Workspace

SAMPLES = 4  # of each class


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    file: str
    bytes: int
    charts: int
    classes_with_samples: int
    samples: int
    pictures_unread: int
    told: tuple[str, ...]  # what is not in it, a sentence each


def write_page(
    workspace: Workspace,
    catalogue: Catalogue,
    target: Path,
    statistics: Sequence[Statistic] = measuring.STATISTICS,
    label_set: str = CHARACTERS,
    samples: int = SAMPLES,
    limits: decode.Limits | None = None,
    *,
    force: bool = False,
) -> Work[Written]:
    """Write the page. Raises WrongUse where a file is in the way, unless `force`."""
    target = ready(target, force=force)
    measured = measuring.Measured(catalogue, label_set)
    charts: list[Chart] = []
    for at, each in enumerate(statistics):
        yield Event("reading statistics", at, len(statistics))
        charts.append(measured.chart(each))
    yield Event("reading statistics", len(statistics), len(statistics))
    totals = measured.totals()
    shown = Gallery()
    if samples > 0:
        shown = yield from gallery(workspace, catalogue, label_set, samples, limits or decode.Limits())
    yield Event("drawing", 0, None)
    often, drawn_of = _names(catalogue, label_set)
    drawn = cloud.file_of(often)
    name = workspace.root.name or str(workspace.root)
    content = page.made(
        page.Page(
            title=f"{name}: statistics",
            made=f"made {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; labels of the set {label_set}",
            totals=totals,
            charts=charts,
            samples=shown.classes,
            samples_told=shown.told,
            cloud=drawn,
            cloud_told=drawn_of,
        )
    ).encode()
    put(target, content)
    told = [shown.told] if shown.told else []
    if often and drawn is None and not cloud.is_there():
        told.append(f"without a word cloud: {cloud.MISSING}")
    pictures = sum(len(each.pictures) for each in shown.classes)
    return Written(
        str(target), len(content), len(charts), len(shown.classes), pictures, shown.unread, tuple(told)
    )  # fmt: skip


def write_charts(folder: Path, charts: Sequence[Chart], kind: str, *, force: bool = False) -> list[str]:
    """A file for each chart that has something to show, `kind` being png or svg; the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    there = [each for each in charts if not each.empty]
    targets = [ready(folder / f"{each.name}.{kind}", force=force) for each in there]  # all before one is written
    for each, target in zip(there, targets, strict=True):
        put(target, png.file_of(each) if kind == "png" else svg.file_of(each).encode())
    return [str(each) for each in targets]


def write_cloud(catalogue: Catalogue, folder: Path, label_set: str, *, force: bool = False) -> list[str]:
    """The word cloud as PNG; nothing where it cannot be drawn."""
    drawn = cloud.file_of(_names(catalogue, label_set)[0])
    if drawn is None:
        return []
    target = ready(folder / "cloud.png", force=force)
    put(target, drawn)
    return [str(target)]


def ready(target: Path, *, force: bool) -> Path:
    """Where to write. Raises WrongUse for what would be lost, or cannot be."""
    target = target.expanduser()
    if target.is_dir():
        raise WrongUse(f"{target} is a folder: name a file in it, such as {target / 'statistics.html'}")
    if target.exists() and not force:
        raise WrongUse(f"{target} is there already: choose another name, or write over it with --force")
    if not target.parent.is_dir():
        raise WrongUse(f"{target.parent} is no folder: make it first, or choose another place")
    return target


def put(target: Path, content: bytes) -> None:
    try:
        write_atomically(target, content)
    except PermissionError as error:
        raise AnituiError(f"{target} may not be written: choose another place") from error


def _names(catalogue: Catalogue, label_set: str) -> tuple[dict[str, int], str]:
    """How often each name of the set was given, to faces or else to pictures."""
    of_faces = {each.label: each.faces for each in stats.read(catalogue, stats.ClassCount, label_set) if each.faces}
    if of_faces:
        return of_faces, "classes, each as large as it has faces"
    return {each.label: each.pictures for each in stats.read(catalogue, stats.TagCount, label_set)}, (
        "tags, each as large as it has pictures"
    )
