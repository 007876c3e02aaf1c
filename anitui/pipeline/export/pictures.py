"""Pictures of an export, made in a worker: one decode for all that is wanted of a picture."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from anitui.pipeline.decode import Limits, Picture, Refused, open_picture, seen, upright
from anitui.pipeline.export.shaping import Shape

CHANGED = "the file has changed since it was taken in"
SPARE = 2  # a JPEG is decoded smaller only where so many times the pixels that are wanted are left


@dataclass(frozen=True, slots=True)
class Wanted:
    """One picture that is to be made, and where; without a file its bytes are given back."""

    place: int
    shape: Shape
    file: str | None


@dataclass(frozen=True, slots=True)
class Making:
    """All that is wanted of one picture."""

    file: str
    sha256: str
    wanted: tuple[Wanted, ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Made:
    """One that was made, or why it was not."""

    place: int
    size: int = 0
    data: bytes | None = None
    reason: str = ""


def make(task: Making) -> list[Made]:
    """Make them. What cannot be read is told; what cannot be written is raised, for it concerns all of them."""
    try:
        shaped = opened(task)
    except Refused as refused:
        return _failed(task, str(refused))
    except OSError as error:
        return _failed(task, why_unread(error))
    return [_made(each, shaped(each.shape)) for each in task.wanted]


def why_unread(error: OSError) -> str:
    """What a person should read of a picture that cannot be read."""
    return "the file is missing" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()


def crashed(task: Making) -> list[Made]:
    """The answer for a picture that took its worker down."""
    return _failed(task, "it crashed the decoder")


def _failed(task: Making, reason: str) -> list[Made]:
    return [Made(each.place, reason=reason) for each in task.wanted]


def opened(task: Making) -> Callable[[Shape], Image.Image]:
    """The picture, decoded once: what makes a shape of it. Raises Refused, or OSError."""
    data = Path(task.file).read_bytes()
    if hashlib.sha256(data).hexdigest() != task.sha256:
        raise OSError(CHANGED)
    return shaper(data, [each.shape for each in task.wanted], task.limits)


def shaper(
    data: bytes, shapes: Sequence[Shape], limits: Limits, whole: Picture | None = None
) -> Callable[[Shape], Image.Image]:
    """A picture decoded as large as these shapes want it: what makes them of it. Raises Refused.

    Where it is decoded already, as the `whole` that it is, that is used wherever the outcome is the same.
    """
    picture = whole
    if picture is None or (picture.format == "jpeg" and _least(shapes, picture.width, picture.height) is not None):
        picture = open_picture(data, limits, shrink_to=lambda width, height: _least(shapes, width, height))
    image = upright(seen(picture.image), picture.orientation)
    return lambda shape: _shaped(shape, image, picture)


def _least(shapes: Sequence[Shape], width: int, height: int) -> tuple[int, int] | None:
    """How small the picture may be decoded without anything being lost in what is made of it."""
    share = 0.0
    for each in shapes:
        left, top, right, bottom = each.window or (0, 0, width, height)
        share = max(share, each.width / (right - left), each.height / (bottom - top))
    share *= SPARE
    return (round(width * share), round(height * share)) if share <= 0.5 else None


def _shaped(shape: Shape, image: Image.Image, picture: Picture) -> Image.Image:
    left, top, right, bottom = shape.window or (0, 0, picture.width, picture.height)
    across, down = image.width / picture.width, image.height / picture.height
    found = image
    if (across, down) == (1.0, 1.0):
        found = image if shape.window is None else image.crop((left, top, right, bottom))
        if found.size != (shape.width, shape.height):
            found = found.resize((shape.width, shape.height), Image.Resampling.LANCZOS)
    else:
        box = (left * across, top * down, right * across, bottom * down)
        found = image.resize((shape.width, shape.height), Image.Resampling.LANCZOS, box=box)
    return found


def _made(wanted: Wanted, found: Image.Image) -> Made:
    data = encoded(found, wanted.shape.format, wanted.shape.quality)
    if wanted.file is None:
        return Made(wanted.place, len(data), data)
    with open(wanted.file, "wb") as file:  # noqa: PTH123 - a hundred thousand of them
        file.write(data)
    return Made(wanted.place, len(data))


def encoded(image: Image.Image, format: str, quality: int) -> bytes:
    """The bytes of a picture. What is transparent is white where the format knows nothing of it."""
    clear = image.mode in ("LA", "RGBA")
    if format in ("jpeg", "bmp") and clear:
        image = on_white(image)
    elif clear and image.getextrema()[-1] == (255, 255):
        image = image.convert(image.mode.removesuffix("A"))
    buffer = io.BytesIO()
    if format == "png":
        image.save(buffer, "PNG", compress_level=6)
    elif format == "bmp":
        image.save(buffer, "BMP")
    elif format == "webp":
        image.save(buffer, "WEBP", quality=quality, method=4)
    else:
        image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def on_white(image: Image.Image) -> Image.Image:
    """Without what is transparent of it."""
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def lies_turned(file: str, format: str) -> bool:
    """Whether a picture's EXIF data turns it, which not all who load pictures heed; cheap where it does not."""
    with open(file, "rb") as opened:  # noqa: PTH123
        head = opened.read(16_384)
        if format == "jpeg":
            if b"Exif\0\0" not in head:
                return False
        elif format == "png":
            if b"eXIf" not in head and not _has_late_chunk(opened):
                return False
        elif format != "webp" or head[12:16] != b"VP8X" or not head[20] & 8:
            return False
    try:
        with Image.open(file) as image:
            return image.getexif().get(0x0112, 1) not in (0, 1)
    except Exception:
        return False


def _has_late_chunk(opened: io.BufferedReader) -> bool:
    """A PNG may say it at its end as well."""
    opened.seek(max(0, os.fstat(opened.fileno()).st_size - 8192))
    return b"eXIf" in opened.read()
