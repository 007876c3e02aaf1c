"""Finding faces in all pictures that a detector has not looked at: in worker processes, committed batch by batch.

What is committed stays when it is cut off, and the next run goes on with what is left.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from anitui.errors import WrongUse
from anitui.pipeline.decode import Limits
from anitui.pipeline.detect import cascade, cascade_file
from anitui.pipeline.detect.choosing import Wishes, chosen, made
from anitui.pipeline.detect.detector import CannotDetect
from anitui.pipeline.detect.look import Look, Looked, crashed, look
from anitui.pipeline.engine import Engine, Processes
from anitui.progress import Event, Work
from anitui.settings import DetectSettings, Settings
from anitui.store import faces
from anitui.store.catalogue import Catalogue
from anitui.train.detection.of_run import detector_of
from anitui.train.run import find as find_run
from anitui.workspace import Workspace

BATCH_PICTURES = 256
BATCH_SECONDS = 1.0
_RUN = re.compile(r"run\s*\d+")
_SMALLEST = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)\s*(%|px)?")


@dataclass(frozen=True, slots=True)
class DetectOrder:
    """What a person asked for.

    `detector` may also be a run that learnt to find faces, "run 7". `smallest`: a face, as a share of the picture's
    shorter side ("6%") or in pixels.
    """

    detector: str = "auto"
    smallest: str = "6%"
    redo: bool = False


@dataclass(slots=True)
class DetectReport:
    """What it came to. `failures` are pictures that could not be looked at, with the reason."""

    detector: str = ""
    why: str = ""
    pictures: int = 0
    faces: int = 0
    new: int = 0
    without: int = 0
    alone: int = 0
    several: int = 0
    failed: int = 0
    otherwise: int = 0
    seconds: float = 0.0
    failures: list[dict[str, object]] = field(default_factory=list)


def find_faces(
    workspace: Workspace,
    catalogue: Catalogue,
    order: DetectOrder,
    settings: Settings,
    engine: Engine | None = None,
) -> Work[DetectReport]:
    """Find the faces in everything that the detector has not looked at. Closing it keeps what is done."""
    smallest = smallest_of(order.smallest)
    began = time.monotonic()
    yield Event("choosing a detector")
    named, detect = order.detector, settings.detect
    if of_run := _named_run(named, detect):
        file = yield from detector_of(find_run(workspace, of_run))
        named, detect = ("onnx" if named == of_run else named), replace(detect, onnx=str(file))
    detector, why = chosen(named, wishes(detect, named))
    if of_run and detector.kind == "onnx":
        why = f"the one that {of_run} has learnt to be"
    told = made(detector)
    asked = json.dumps({**told.settings, "smallest": order.smallest}, sort_keys=True)
    since = faces.now(catalogue)
    waiting = faces.count_waiting(catalogue, told.name, asked, redo=order.redo, since=since)
    report = DetectReport(told.name, why, otherwise=0 if order.redo else waiting.otherwise)
    importing = settings.importing
    limits = Limits(importing.max_megabytes << 20, importing.max_megapixels * 1_000_000)
    looks = (
        Look(each, str(workspace.file(each.path)), detector, smallest, limits)
        for each in faces.waiting(catalogue, told.name, redo=order.redo, since=since)
    )
    ready: list[Looked] = []
    last = time.monotonic()
    try:
        with closing((engine or Processes(importing.workers)).map(look, looks, crashed)) as results:
            for result in results:
                ready.append(result)
                _add_up(report, result)
                if len(ready) >= BATCH_PICTURES or time.monotonic() - last >= BATCH_SECONDS:
                    batch, ready = ready, []
                    report.new += _record(catalogue, told.name, asked, batch)
                    last = time.monotonic()
                yield Event("finding faces", report.pictures, waiting.pictures, "", _counts(report))
    finally:
        report.new += _record(catalogue, told.name, asked, ready)
    report.seconds = time.monotonic() - began
    return report


def _named_run(named: str, settings: DetectSettings) -> str:
    """The run that is meant where one names a run in place of a model's file."""
    for text in (named, settings.onnx if named in ("auto", "onnx") else ""):
        if _RUN.fullmatch(text):
            return text
    return ""


def wishes(settings: DetectSettings, named: str) -> Wishes:
    """What the settings say, with nagadomi's cascade where it is here or can be had."""
    file = Path(settings.cascade).expanduser() if settings.cascade else None
    notes: dict[str, str] = {}
    if file is None and named in ("auto", "cascade"):
        if not cascade.there():
            notes["cascade"] = (
                "OpenCV, which the better cascade needs, is not installed (pip install 'anitui[cascade]')"
            )
        elif named == "cascade" or not settings.onnx:
            try:
                file = cascade_file.fetch()
            except CannotDetect as error:
                notes["cascade"] = str(error)
    return Wishes(
        onnx_file=Path(settings.onnx).expanduser() if settings.onnx else None,
        least_score=settings.least_percent / 100,
        cascade_file=file,
        cascade_scale=settings.cascade_scale_percent / 100,
        cascade_neighbours=settings.cascade_neighbours,
        animeface_step=float(settings.animeface_step),
        notes=notes,
    )


def smallest_of(text: str) -> float:
    """A share below 1, or pixels; WrongUse for what is neither."""
    found = _SMALLEST.fullmatch(text.strip())
    number = float(found[1]) if found else 0.0
    if found is None or number <= 0 or (found[2] == "%" and number >= 100) or (found[2] != "%" and number < 1):
        raise WrongUse(f"the smallest face must be a share such as 6%, or pixels such as 40, not {text!r}")
    return number / 100 if found[2] == "%" else number


def _add_up(report: DetectReport, looked: Looked) -> None:
    report.pictures += 1
    if looked.picture.reason is not None:
        report.failed += 1
        report.failures.append({"image_id": looked.picture.image_id, "reason": looked.picture.reason})
        return
    report.faces += len(looked.faces)
    match len(looked.faces):
        case 0:
            report.without += 1
        case 1:
            report.alone += 1
        case _:
            report.several += 1


def _record(catalogue: Catalogue, detector: str, settings: str, batch: Sequence[Looked]) -> int:
    if not batch:
        return 0
    found = [face for each in batch for face in each.faces]
    return faces.record(catalogue, detector, settings, [each.picture for each in batch], found)


def _counts(report: DetectReport) -> dict[str, int]:
    return {"faces": report.faces, "failed": report.failed}
