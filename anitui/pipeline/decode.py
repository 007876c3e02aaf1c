"""The one place where bytes from outside become a picture: a Picture comes out, or Refused with a reason."""

from __future__ import annotations

import ctypes
import io
import logging
import re
import stat
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import ExifTags, Image

from anitui.pipeline import containers

Size = tuple[int, int]

#: Pillow's name of a format → ours. An MPO is a JPEG followed by more of them; its first picture counts.
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "JPEG": "jpeg",
        "MPO": "jpeg",
        "PNG": "png",
        "WEBP": "webp",
        "GIF": "gif",
        "BMP": "bmp",
        "TIFF": "tiff",
        "AVIF": "avif",
    }
)

_EXTENSIONS = {"jpeg": ".jpg"}
_TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BACKDROP = (128, 128, 128)
_ENDS_EARLY = "the file ends before the picture does"

# Pillow's warnings and log lines would be written over a terminal screen. What they warn of is checked here.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())


class Reason(StrEnum):
    """Why bytes were not taken, in the words that people read."""

    EMPTY = "empty"
    NOT_A_PICTURE = "not a picture"
    UNSUPPORTED = "unsupported format"
    TRUNCATED = "truncated"
    BROKEN = "broken"
    BOMB = "too many pixels"
    TOO_LARGE = "too many bytes"
    NO_MEMORY = "not enough memory to decode it"


class Refused(Exception):
    """These bytes are not taken: `reason` for counting, `detail` (may be empty) for the curious."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)  # both, so that it survives the way back from another process
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        if self.reason is Reason.UNSUPPORTED:
            return f"{self.detail} is not taken: convert it to PNG or JPEG"
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken."""

    max_bytes: int = 512 * 1024 * 1024
    max_pixels: int = 89_478_485


@dataclass(slots=True)
class Picture:
    """The first frame, decoded, as it lies in the file: `orientation` is told, not yet applied.

    `width` and `height` are those of the whole picture as displayed, also where `image` was decoded smaller.
    """

    image: Image.Image
    format: str
    width: int
    height: int
    mode: str
    frames: int
    orientation: int


def extension(format: str) -> str:
    """The file name's end for one of our formats, with its dot."""
    return _EXTENSIONS.get(format, f".{format}")


def open_picture(
    data: bytes,
    limits: Limits = Limits(),
    *,
    shrink_to: Size | Callable[[int, int], Size | None] | None = None,
    grey: bool = False,
) -> Picture:
    """Decodes the first frame, or raises Refused; nothing else comes out, whatever the bytes.

    With `shrink_to`, a JPEG may come out smaller (and several times faster), but never smaller than that size
    as displayed. A function is asked with the picture's width and height, and may answer None. With `grey` as well, the
    colours of a JPEG need not be decoded.
    """
    if not data:
        raise Refused(Reason.EMPTY)
    if len(data) > limits.max_bytes:
        raise too_large(len(data), limits)
    kind = containers.kind(data)
    if kind is None:
        raise Refused(Reason.NOT_A_PICTURE)
    if kind not in containers.OURS:
        raise Refused(Reason.UNSUPPORTED, kind)
    if kind == "webp" and (size := containers.webp_size(data)):
        _check_pixels(size, limits)
    if kind == "tiff":
        _silence_libtiff()
    structure = containers.frames(data, kind)
    # Pillow holds twice its ceiling against what a file makes it reserve on the way: that must not be below our limit.
    Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, limits.max_pixels)
    with _pillow_raising("its header cannot be read", limits, structure.cut):
        image = Image.open(io.BytesIO(data), formats=(kind.upper(),))
    _check_pixels(image.size, limits)
    if structure.cut:
        raise Refused(Reason.TRUNCATED, _ENDS_EARLY)
    with _pillow_raising("its pixels cannot be decoded", limits):
        frames = max(structure.count, _frames_told(image, kind))
        stored = image.size
        if kind == "jpeg" and shrink_to is not None:
            _draft(image, shrink_to, grey)
        image.load()
        if kind != "jpeg":  # a TIFF is turned upright while it loads, a GIF may have grown
            stored = image.size
    orientation = _orientation(image)
    width, height = _as_displayed(stored, orientation)
    return Picture(
        image=image,
        format=FORMATS[image.format or ""],
        width=width,
        height=height,
        mode=image.mode,
        frames=frames,
        orientation=orientation,
    )


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as its EXIF orientation wants it shown; no pixel is changed, only moved."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def seen(image: Image.Image) -> Image.Image:
    """The picture in 8 bits as a person would see it: mode L, LA, RGB or RGBA.

    Deep greys are scaled, where Pillow's own conversion would cut everything above 255 to white.
    """
    mode = image.mode
    if mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if mode in ("I", "F"):
        return Image.fromarray(_scaled(np.asarray(image)))
    if mode == "LAB":
        return _from_lab(image)
    if mode in ("La", "RGBa"):
        return image.convert({"La": "LA", "RGBa": "RGBA"}[mode])
    if mode in ("P", "PA", "RGB") and image.has_transparency_data:
        return image.convert("RGBA")
    if mode in ("1", "L"):
        return image.convert("LA" if image.has_transparency_data else "L")
    return image if mode in ("LA", "RGB", "RGBA") else image.convert("RGB")


def for_display(path: Path, box: Size, limits: Limits = Limits(), *, grey: bool = False) -> Image.Image:
    """RGB (or grey), upright, fitted into the box and never enlarged; what is transparent shows a neutral grey.

    Raises Refused as open_picture does, and OSError where the file itself cannot be read.
    """
    picture = open_picture(read(path, limits), limits, shrink_to=box, grey=grey)
    with _pillow_raising("it cannot be shown", limits):
        image = seen(picture.image)
        if grey and image.mode == "RGB":
            image = image.convert("L")
        target = _as_displayed(_fitted((picture.width, picture.height), box), picture.orientation)
        if image.size != target:
            image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
        image = upright(image, picture.orientation)
        if image.mode in ("LA", "RGBA"):
            backdrop = Image.new("RGBA", image.size, (*_BACKDROP, 255))
            image = Image.alpha_composite(backdrop, image.convert("RGBA"))
        return image.convert("L" if grey else "RGB")


def read(path: Path, limits: Limits) -> bytes:
    """The bytes of a file, or Refused. Never waits on a pipe, and never reads more than the limit allows."""
    told = path.stat()
    if not stat.S_ISREG(told.st_mode):
        raise Refused(Reason.NOT_A_PICTURE, "not a regular file")
    if told.st_size > limits.max_bytes:
        raise too_large(told.st_size, limits)
    return path.read_bytes()


@contextmanager
def _pillow_raising(said: str, limits: Limits, cut: bool = False) -> Iterator[None]:
    """Whatever Pillow raises in here, from struct.error to MemoryError, becomes Refused.

    In words of ours: a decoder's own speak of its inside ("could not create decoder object").
    """
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        size = re.search(r"\d+", str(error))
        raise _too_many_pixels(f"{int(size[0]):,} pixels" if size else "it says it has more", limits) from None
    except MemoryError:
        raise Refused(Reason.NO_MEMORY) from None
    except Exception as error:
        if cut or isinstance(error, EOFError) or "truncated" in str(error).lower():
            raise Refused(Reason.TRUNCATED, _ENDS_EARLY) from None
        raise Refused(Reason.BROKEN, said) from None


@cache
def _silence_libtiff() -> None:
    """libtiff writes its complaints straight to the terminal; they come as exceptions anyway."""
    with suppress(AttributeError, OSError):  # linked in where it cannot be reached: then it stays as it is
        library = ctypes.CDLL(Image.core.__file__)  # type: ignore[attr-defined]
        library.TIFFSetErrorHandler(None)
        library.TIFFSetWarningHandler(None)


def _check_pixels(size: Size, limits: Limits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(f"{width:,} × {height:,} pixels", limits)


def _too_many_pixels(size: str, limits: Limits) -> Refused:
    return Refused(Reason.BOMB, f"{size}, at most {limits.max_pixels:,} are taken")


def too_large(size: int, limits: Limits) -> Refused:
    """The refusal of so many bytes."""
    return Refused(Reason.TOO_LARGE, f"{size:,} bytes, at most {limits.max_bytes:,} are taken")


def _frames_told(image: Image.Image, kind: str) -> int:
    """GIF and TIFF would seek through the whole file to answer; their blocks are counted instead."""
    return 1 if kind in ("gif", "tiff") else int(getattr(image, "n_frames", 1))


def _draft(image: Image.Image, shrink_to: Size | Callable[[int, int], Size | None], grey: bool) -> None:
    orientation = _orientation(image)
    size = shrink_to(*_as_displayed(image.size, orientation)) if callable(shrink_to) else shrink_to
    if size is not None:
        width, height = _as_displayed(size, orientation)
        image.draft("L" if grey else None, (max(1, width), max(1, height)))


def _orientation(image: Image.Image) -> int:
    """1 where the EXIF data is broken: a picture is not lost for a bad tag."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
        return int(value) if value in _TURNS else 1
    except Exception:
        return 1


def _as_displayed(size: Size, orientation: int) -> Size:
    """Swaps the sides where the orientation lies on its side; its own inverse."""
    return (size[1], size[0]) if orientation >= 5 else size


def _fitted(size: Size, box: Size) -> Size:
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _scaled(values: np.ndarray) -> np.ndarray:
    """Greys of unknown range: 0..1, 0..255 and 0..65535 are taken as such, anything else is stretched."""
    deep = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(deep.min()), float(deep.max())
    if low < 0 or high > 65535:
        deep, top = deep - low, high - low
    elif values.dtype.kind == "f" and high <= 1:
        top = 1.0
    else:
        top = 255.0 if high <= 255 else 65535.0
    return np.clip(deep * (255 / (top or 1.0)), 0, 255).astype(np.uint8)


def _from_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(lab, srgb, "LAB", "RGB").apply(image)
