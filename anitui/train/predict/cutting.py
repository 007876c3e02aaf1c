"""One picture, made ready for a model, in a worker that knows nothing of torch: its faces found, and cut out as those
that the model learnt from were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anitui.pipeline.crops import CropShape, around
from anitui.pipeline.decode import Limits, Picture, Refused, open_picture, read, seen, upright
from anitui.pipeline.detect.choosing import Chosen, made
from anitui.pipeline.detect.detector import Found
from anitui.pipeline.detect.look import found_in
from anitui.pipeline.export.pictures import on_white, shaper, why_unread
from anitui.pipeline.export.shaping import Shape
from anitui.train.predict.said import Box

MOST_FACES = 300  # of one picture, the largest: a detector may see one in every leaf of a tree
_BACKDROP = (128, 128, 128, 255)  # of what is transparent, as detectors see it


@dataclass(frozen=True, slots=True)
class Cut:
    """What is asked of a worker: a file, or its bytes; and where its faces are, or what finds them.

    Without either the model is for whole pictures.
    """

    place: int
    file: str
    size: int  # of the crops; 0: none are wanted
    margin: float
    limits: Limits
    data: bytes | None = None
    boxes: tuple[Box, ...] | None = None
    detector: Chosen | None = None
    smallest: float = 0.06


@dataclass(frozen=True, slots=True)
class Ready:
    """What it answers: the picture's size, its faces, and their pixels; or why there are none."""

    place: int
    width: int = 0
    height: int = 0
    boxes: tuple[Box, ...] = ()
    scores: tuple[float | None, ...] = ()
    pixels: NDArray[np.uint8] | None = None  # N × size × size × 3
    reason: str = ""


def cut(task: Cut) -> Ready:
    """Make one picture ready."""
    try:
        return _cut(task)
    except Refused as refused:
        return Ready(task.place, reason=str(refused))
    except OSError as error:
        return Ready(task.place, reason=why_unread(error))


def crashed(task: Cut) -> Ready:
    """The answer for a picture that took its worker down."""
    return Ready(task.place, reason="it crashed the decoder")


def _cut(task: Cut) -> Ready:
    data = read(Path(task.file), task.limits) if task.data is None else task.data
    picture = open_picture(data, task.limits)
    width, height = picture.width, picture.height
    boxes = task.boxes or ()
    scores: tuple[float | None, ...] = (None,) * len(boxes)
    windows: list[tuple[int, int, int, int] | None] = [None]
    if task.boxes is None and task.detector is not None:
        boxes, scores = _faces(picture, task.detector, task.smallest)
    if task.boxes is not None or task.detector is not None:
        windows = [_window(each, width, height, task) for each in boxes]
    pixels = np.zeros((len(windows), task.size, task.size, 3), np.uint8)
    if task.size and windows:
        shapes = [Shape(each, task.size, task.size, "png", 0) for each in windows]
        shaped = shaper(data, shapes, task.limits, picture)
        for place, shape in enumerate(shapes):
            image = shaped(shape)
            image = on_white(image) if image.mode in ("LA", "RGBA") else image.convert("RGB")
            pixels[place] = np.asarray(image)
    return Ready(task.place, width, height, boxes, scores, pixels)


def _window(box: Box, width: int, height: int, task: Cut) -> tuple[int, int, int, int]:
    left, top, right, bottom = around(box, width, height, CropShape(task.margin, True, task.size))
    return left, top, right, bottom


def _faces(picture: Picture, chosen: Chosen, smallest: float) -> tuple[tuple[Box, ...], tuple[float | None, ...]]:
    detector = made(chosen)
    width, height = picture.width, picture.height
    least = smallest * min(width, height) if smallest < 1 else smallest
    scale = detector.scale(width, height, least)
    image = _flat(upright(seen(picture.image), picture.orientation))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    found = _largest(list(found_in(image.convert("L" if detector.grey else "RGB"), detector, (width, height), least)))
    return tuple(box for _, box in found), tuple(each.score for each, _ in found)


def _largest(found: Sequence[tuple[Found, Box]]) -> list[tuple[Found, Box]]:
    order = sorted(range(len(found)), key=lambda at: -found[at][1][2] * found[at][1][3])[:MOST_FACES]
    return [found[at] for at in sorted(order)]


def _flat(image: Image.Image) -> Image.Image:
    if image.mode not in ("LA", "RGBA"):
        return image.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", image.size, _BACKDROP), image.convert("RGBA")).convert("RGB")
