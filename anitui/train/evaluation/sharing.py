"""An evaluation to be shared: one HTML page that needs nothing else, or a file for each chart."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from anitui.pipeline import crops, decode
from anitui.pipeline.charts import page
from anitui.pipeline.charts.page import Samples
from anitui.pipeline.crops import CropShape
from anitui.pipeline.measuring.report import put, ready
from anitui.pipeline.measuring.report import write_charts as write_files
from anitui.progress import Event, Work
from anitui.train.evaluation.charts import charts_of
from anitui.train.evaluation.report import Evaluation, Face
from anitui.train.evaluation.words import facts, heading, percent
from anitui.train.run import Run

MOST_SHOWN = 48  # of the most wrong
_SHAPE = CropShape(margin=0.15, size=112)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    file: str
    bytes: int
    charts: int
    faces: int
    unread: int  # pictures that could not be read


def write_page(
    run: Run, made: Evaluation, target: Path, limits: decode.Limits, *, force: bool = False
) -> Work[Written]:
    """Write the page. Raises WrongUse where a file is in the way, unless `force`."""
    target = ready(target, force=force)
    shown: list[Samples] = []
    unread = 0
    wanted = _wanted(made)
    for at, (label, told, faces) in enumerate(wanted):
        yield Event("cutting faces", at, len(wanted))
        pictures = [cut for face in faces if (cut := _cut(run, face, limits)) is not None]
        unread += len(faces) - len(pictures)
        if pictures:
            shown.append(Samples(label, told, pictures))
    yield Event("drawing")
    charts = charts_of(made)
    content = page.made(
        page.Page(
            title=heading(made),
            made=f"made {made.made_at}; {made.model}, labels of the set {made.label_set}",
            totals=dict(facts(made)),
            charts=[each for each in charts if not each.empty or each.name != "summary"],
            samples=shown,
            samples_told="the surest of the mistakes: who was said, and who it is",
            notes=made.notes,
            samples_title="The most wrong, as pictures",
            footer=f"anitui eval {made.run} measures it again; docs/evaluation.md says what each number is.",
        )
    ).encode()
    put(target, content)
    return Written(str(target), len(content), len(charts), sum(len(each.pictures) for each in shown), unread)


def write_charts(made: Evaluation, folder: Path, kind: str, *, force: bool = False) -> list[str]:
    """A PNG or an SVG for each chart; the names of the files."""
    return write_files(folder, charts_of(made), kind, force=force)


def _wanted(made: Evaluation) -> list[tuple[str, str, list[Face]]]:
    """What is shown: in words, and which faces."""
    found: list[tuple[str, str, list[Face]]] = []
    if made.one_name is not None:
        found += [
            (f"said {each.said}", f"is {each.true}; {percent(each.sure)} sure", [each.face])
            for each in made.one_name.wrong[:MOST_SHOWN]
        ]
    if made.same_pairs is not None:
        found += [
            ("one character" if each.same else "two characters", f"alike {each.alike:+.2f}", [each.one, each.other])
            for each in made.same_pairs.wrong[:MOST_SHOWN]
        ]
    return found


def _cut(run: Run, face: Face, limits: decode.Limits) -> bytes | None:
    """A small JPEG; None where the picture cannot be read."""
    width, height = face.size
    box = face.box
    longest = max(box[2:]) if box is not None and width else 0.0
    scale = min(1.0, _SHAPE.size / longest) if longest else 0.0
    size = (max(1, round(width * scale)), max(1, round(height * scale))) if scale else (_SHAPE.size, _SHAPE.size)
    try:
        image = decode.for_display(run.workspace / face.file, size, limits)
    except (decode.Refused, OSError):
        return None
    if box is not None and scale:
        across, down = image.width / width, image.height / height
        x, y, w, h = box
        image = crops.crop(image, (x * across, y * down, w * across, h * down), _SHAPE)
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()
