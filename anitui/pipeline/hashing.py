"""Facts about a picture from one decode: three perceptual hashes, colour, sharpness, brightness.

The hashes are those of the `imagehash` package to the last bit, unless the picture was decoded smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anitui.pipeline.decode import Picture, seen, upright

_LANCZOS = Image.Resampling.LANCZOS
_SHARPNESS_SIDE = 256
_COLOUR_SIDE = 128
_COLOURED = 50
_SMALLEST_DRAFT = 64
_FAST_GAP = 3.0  # Pillow's word for it: hardly to be told from the full reduction


@dataclass(frozen=True, slots=True)
class Facts:
    """Hashes are unsigned 64-bit numbers, the first bit of imagehash's flattened array highest.

    `colourfulness` is Hasler and Süsstrunk's measure (0 for greys, above 100 for the most vivid).
    `colour_share` (0..1) is the share of pixels whose channels differ by more than 50 of 255: greys have
    none.
    `sharpness` is the variance of the Laplacian with the long side reduced to 256 pixels, so that pictures of
    different sizes can be compared; smaller pictures are measured as they are.
    `brightness` is the mean grey, 0..255. Transparency is ignored throughout, as it is by the hashes.
    """

    dhash: int
    phash: int
    ahash: int
    colourfulness: float
    colour_share: float
    sharpness: float
    brightness: float


def facts(picture: Picture) -> Facts:
    """All of it, from the decoded picture; the orientation is applied on the way."""
    visible = seen(picture.image)
    grey = upright(_grey(picture.image), picture.orientation)
    reduced = _reduction(grey, shrunk=grey.width * grey.height < picture.width * picture.height)
    # Deep greys are clipped to white by the conversion that the hashes must use; people see them scaled.
    tone = visible if picture.mode.startswith(("I", "F")) else grey
    small = _reduced(tone, _SHARPNESS_SIDE)
    colourfulness, colour_share = _colour(visible)
    return Facts(
        dhash=_dhash(reduced(9, 8)),
        phash=_phash(reduced(32, 32)),
        ahash=_ahash(reduced(8, 8)),
        colourfulness=colourfulness,
        colour_share=colour_share,
        sharpness=_sharpness(small),
        brightness=float(small.mean()),
    )


def hashes(image: Image.Image) -> tuple[int, int, int]:
    """dhash, phash and ahash of a picture that was made smaller on its way: of the fast kind."""
    reduced = _reduction(_grey(image), shrunk=True)
    return _dhash(reduced(9, 8)), _phash(reduced(32, 32)), _ahash(reduced(8, 8))


def hash_shrink(width: int, height: int) -> tuple[int, int] | None:
    """What `open_picture` may shrink a JPEG to in fast mode: a quarter, a half, or (None) nothing.

    The hashes look at 32×32 pixels and the sharpness at 256: below that a shrunk decode would change them.
    """
    for divisor in (4, 2):
        size = width // divisor, height // divisor
        if min(size) >= _SMALLEST_DRAFT and max(size) >= _SHARPNESS_SIDE:
            return size
    return None


def _reduction(grey: Image.Image, *, shrunk: bool) -> Callable[[int, int], NDArray[np.uint8]]:
    """How this picture is to be reduced: to the last bit, or, where the decoder has rounded already, quickly."""
    if shrunk:
        return lambda *size: np.asarray(grey.resize(size, _LANCZOS, reducing_gap=_FAST_GAP))
    if _rows_come_first(*grey.size) and _stacking_is_exact():
        return _Stacked(grey).resized
    return lambda *size: np.asarray(grey.resize(size, _LANCZOS))


class _Stacked:
    """Pillow's own Lanczos reductions of one grey picture, with half the work.

    Pillow reduces first along the rows, each by itself, and then along the columns. Four rows laid over each
    other as the channels of one picture give the same numbers in half the time. Narrow and tall pictures are
    left to Pillow: it begins those with their columns, which rounds otherwise.
    """

    def __init__(self, grey: Image.Image) -> None:
        self.grey = grey
        self.width, self.height = grey.size
        self.stripe = self.height // 4
        # CMYK because it is four plain channels: an alpha channel would be multiplied into the others.
        self.stacked = Image.merge("CMYK", [self._rows(i, self.stripe) for i in range(4)])

    def resized(self, width: int, height: int) -> NDArray[np.uint8]:
        narrow = Image.new("L", (width, self.height))
        for i, rows in enumerate(self.stacked.resize((width, self.stripe), _LANCZOS).split()):
            narrow.paste(rows, (0, i * self.stripe))
        if rest := self.height - 4 * self.stripe:
            narrow.paste(self._rows(4, rest).resize((width, rest), _LANCZOS), (0, 4 * self.stripe))
        return np.asarray(narrow.resize((width, height), _LANCZOS))

    def _rows(self, stripe: int, count: int) -> Image.Image:
        top = stripe * self.stripe
        return self.grey.crop((0, top, self.width, top + count))


def _rows_come_first(width: int, height: int) -> bool:
    """Well within the shapes that Pillow begins with the rows: Pillow 13 up to about 1:1.85, 12 far beyond."""
    return width >= 200 and height >= 64 and height * 5 <= width * 8


@cache
def _stacking_is_exact() -> bool:
    """Asks this very Pillow, once, at the edges of the shapes that are stacked: another may work otherwise."""
    for width, height in ((200, 320), (401, 69)):
        noise = np.random.default_rng(0).integers(0, 2, (height, width), dtype=np.uint8) * 255
        grey = Image.fromarray(noise)
        stacked = _Stacked(grey)
        for size in ((9, 8), (32, 32), (8, 8)):
            if not np.array_equal(stacked.resized(*size), np.asarray(grey.resize(size, _LANCZOS))):
                return False
    return True


def _grey(image: Image.Image) -> Image.Image:
    """Straight from the picture's own mode, as imagehash does; by way of RGB some bits would differ."""
    if image.mode == "L":
        return image
    if image.mode == "LAB":  # which Pillow cannot convert; its first channel is the lightness
        return image.getchannel(0)
    return image.convert("L")


def _dhash(pixels: NDArray[np.uint8]) -> int:
    return _number(pixels[:, 1:] > pixels[:, :-1])


def _ahash(pixels: NDArray[np.uint8]) -> int:
    return _number(pixels > np.mean(pixels))


def _phash(pixels: NDArray[np.uint8]) -> int:
    # On flat pictures most coefficients are rounding noise, so the hash is the same only with the same DCT.
    dct = _scipys_dct()
    low = dct(dct(pixels.astype(np.float64), 0), 1)[:8, :8]
    return _number(low > np.median(low))


@cache
def _scipys_dct() -> Callable[[NDArray[np.float64], int], NDArray[np.float64]]:
    """The DCT alone: all of `scipy.fft` would take a quarter of a second and 20 MB in every process."""
    import scipy

    places = [str(Path(each) / "fft" / "_pocketfft") for each in scipy.__path__]
    spec = PathFinder.find_spec("pypocketfft", places)
    if spec is None or spec.loader is None:  # another scipy keeps it elsewhere
        import scipy.fft

        return lambda values, axis: scipy.fft.dct(values, axis=axis)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda values, axis: module.dct(values, 2, (axis,))


def _number(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _reduced(grey: Image.Image, side: int) -> NDArray[np.float32]:
    longest = max(grey.size)
    if longest > side:
        size = tuple(max(1, round(length * side / longest)) for length in grey.size)
        # Plain means, as a JPEG decoded smaller holds: the measure is then the same in both modes.
        grey = grey.resize((size[0], size[1]), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.float32)


def _sharpness(grey: NDArray[np.float32]) -> float:
    if min(grey.shape) < 3:
        return 0.0
    middle = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * middle
    return float(laplacian.var(dtype=np.float64))


def _colour(visible: Image.Image) -> tuple[float, float]:
    if visible.mode in ("L", "LA"):
        return 0.0, 0.0
    colours = visible if visible.mode == "RGB" else visible.convert("RGB")
    factor = max(colours.size) // _COLOUR_SIDE
    if factor > 1:
        colours = colours.reduce(factor)
    # Whole planes, signed and wide enough that differences cannot wrap around.
    red, green, blue = (np.asarray(plane, dtype=np.int16) for plane in colours.split())
    highest = np.maximum(np.maximum(red, green), blue)
    lowest = np.minimum(np.minimum(red, green), blue)
    share = float(np.mean(highest - lowest > _COLOURED))
    red_green = (red - green).astype(np.float32)
    yellow_blue = (red + green).astype(np.float32) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    distance = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + 0.3 * distance), share
