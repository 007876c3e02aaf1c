"""One picture, looked at in a worker: made as small as the faces wanted allow, and the boxes scaled back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from anitui.pipeline import crops, decode, hashing
from anitui.pipeline.detect.choosing import Chosen, made
from anitui.pipeline.detect.detector import Detector, Found
from anitui.store.faces import LookedAt, NewFace, ToLookAt


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker is asked."""

    picture: ToLookAt
    file: str
    detector: Chosen
    smallest: float  # the face: pixels, or below 1 a share of the picture's shorter side
    limits: decode.Limits


@dataclass(frozen=True, slots=True)
class Looked:
    """What it answers."""

    picture: LookedAt
    faces: tuple[NewFace, ...] = ()


def look(task: Look) -> Looked:
    """Find the faces in one picture."""
    image_id, width, height = task.picture.image_id, task.picture.width, task.picture.height
    detector = made(task.detector)
    least = task.smallest * min(width, height) if task.smallest < 1 else task.smallest
    scale = detector.scale(width, height, least)
    try:
        image = decode.for_display(
            Path(task.file), (max(1, round(width * scale)), max(1, round(height * scale))), task.limits,
            # Where little is saved, greys are made of the colours, which rounds less.
            grey=detector.grey and scale < 0.5,
        )  # fmt: skip
    except decode.Refused as refused:
        return Looked(LookedAt(image_id, 0, str(refused)))
    except OSError as error:
        return Looked(LookedAt(image_id, 0, (error.strerror or str(error)).lower()))
    faces: list[NewFace] = []
    for each, box in found_in(image, detector, (width, height), least):
        hashes = hashing.hashes(crops.crop(image, (each.x, each.y, each.w, each.h), crops.CropShape()))
        faces.append(NewFace(image_id, *box, each.score, *hashes))
    return Looked(LookedAt(image_id, len(faces)), tuple(faces))


def found_in(
    image: Image.Image, detector: Detector, size: tuple[int, int], least: float
) -> Iterator[tuple[Found, tuple[float, float, float, float]]]:
    """The faces in a picture that was made smaller, each with its box in the picture of full `size`."""
    width, height = size
    across, down = width / image.width, height / image.height
    for each in detector.detect(np.asarray(image)):
        x, y = max(0.0, each.x * across), max(0.0, each.y * down)
        w, h = min(each.w * across, width - x), min(each.h * down, height - y)
        if min(w, h) >= 1 and max(w, h) >= least * 0.9:  # windows grow in steps, so one may be a little below
            yield each, (round(x, 2), round(y, 2), round(w, 2), round(h, 2))


def crashed(task: Look) -> Looked:
    """The answer for a picture that took its worker down."""
    return Looked(LookedAt(task.picture.image_id, 0, "it crashed the detector"))
