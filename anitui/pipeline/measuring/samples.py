"""What classes look like: small crops of a few of their faces, or of pictures where no face has a name."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from anitui.pipeline import crops, decode
from anitui.pipeline.charts.page import Samples
from anitui.pipeline.crops import CropShape
from anitui.progress import Event, Work
from anitui.store import statistics as stats
from anitui.store.catalogue import Catalogue
from anitui.store.statistics import Sample
from anitui.words import count
from anitui.workspace import Workspace

MOST_CLASSES = 200
MOST_BYTES = 12_000_000  # of all JPEGs together, so that the page can be sent by mail
_SHAPE = CropShape(margin=0.15, size=112)
_AT_ONCE = 24


@dataclass(frozen=True, slots=True)
class Gallery:
    """Samples of classes, and in words which are not among them."""

    classes: tuple[Samples, ...] = ()
    told: str = ""
    unread: int = 0  # pictures that could not be read: doctor tells of them


def gallery(
    workspace: Workspace, catalogue: Catalogue, label_set: str, most: int, limits: decode.Limits
) -> Work[Gallery]:
    """Up to `most` of each class of a set, the largest classes first."""
    named = [(each.label, each.faces) for each in stats.read(catalogue, stats.ClassCount, label_set) if each.faces]
    of_faces = bool(named)
    if not of_faces:
        named = [(each.label, each.pictures) for each in stats.read(catalogue, stats.TagCount, label_set)]
    if not named or most <= 0:
        return Gallery()
    labels = [label for label, _ in named[:MOST_CLASSES]]
    found = (
        stats.sample_faces(catalogue, label_set, labels, most)
        if of_faces
        else stats.sample_pictures(catalogue, labels, most)
    )
    chosen = {label: list(group) for label, group in groupby(found, key=lambda each: each.label)}
    made: list[Samples] = []
    total = unread = 0
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for start in range(0, len(labels), _AT_ONCE):
            yield Event("cutting samples", start, len(labels))
            part = labels[start : start + _AT_ONCE]
            wanted = [each for label in part for each in chosen.get(label, [])]
            cut = dict(zip(wanted, pool.map(lambda each: _cut(workspace, each, limits), wanted), strict=True))
            for label, number in named[start : start + len(part)]:
                pictures = [content for each in chosen.get(label, []) if (content := cut[each]) is not None]
                unread += len(chosen.get(label, [])) - len(pictures)
                total += sum(map(len, pictures))
                if pictures and total <= MOST_BYTES:
                    made.append(Samples(label, count(number, "face" if of_faces else "picture"), pictures))
            if total > MOST_BYTES:
                break
    yield Event("cutting samples", len(labels), len(labels))
    told = _told(len(made), len(named), most, of_faces=of_faces) if made else ""
    return Gallery(tuple(made), told, unread)


def _told(shown: int, there: int, most: int, *, of_faces: bool) -> str:
    of = "faces" if of_faces else "pictures, since no face has a name,"
    which = "every class" if shown == there else f"{shown:,} of {there:,} classes, the largest first"
    return f"up to {most} {of} of {which}"


def _cut(workspace: Workspace, sample: Sample, limits: decode.Limits) -> bytes | None:
    """A small JPEG; None where the picture cannot be read."""
    box = sample.box or _middle(sample)
    scale = min(1.0, _SHAPE.size / max(1.0, *box[2:]))
    size = max(1, round(sample.width * scale)), max(1, round(sample.height * scale))
    try:
        image = decode.for_display(workspace.file(sample.path), size, limits)
    except (decode.Refused, OSError):
        return None
    across, down = image.width / sample.width, image.height / sample.height
    x, y, w, h = box
    out = io.BytesIO()
    crops.crop(image, (x * across, y * down, w * across, h * down), _SHAPE).save(out, "JPEG", quality=82)
    return out.getvalue()


def _middle(sample: Sample) -> tuple[float, float, float, float]:
    """The largest square in the middle, where there is no box."""
    side = float(min(sample.width, sample.height))
    return ((sample.width - side) / 2, (sample.height - side) / 2, side, side)
