"""Every kind of picture file that the sample holds, and how a drawn picture becomes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps, features

_Save = Callable[[Image.Image, Path, np.random.Generator], None]

_ORIENTATION = 0x0112  # the EXIF tag that tells which way up a picture belongs


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. `mode` is what Pillow says on opening it, `codec` the Pillow feature that it needs."""

    name: str
    suffix: str
    mode: str
    save: _Save
    transparent: bool = False
    codec: str | None = None

    def available(self) -> bool:
        """Whether this Pillow can write it."""
        return self.codec is None or bool(features.check(self.codec))


def _jpeg(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.save(path, quality=int(rng.choice([72, 80, 88, 94])))


def _jpeg_progressive(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.save(path, quality=60, progressive=True, optimize=True)


def _jpeg_cmyk(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.convert("CMYK").save(path, quality=88)


def _jpeg_turned(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    """Lies on its side; its EXIF orientation 6 says to turn it clockwise for viewing."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    picture.transpose(Image.Transpose.ROTATE_90).save(path, quality=88, exif=exif)


def _jpeg_scan(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    """A grey page with paper grain and soft edges, as out of a scanner."""
    grey = ImageOps.grayscale(picture).filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.fromarray(rng.integers(0, 16, (grey.height, grey.width), dtype=np.uint8))
    ImageChops.subtract(grey.point([16 + round(i * 0.92) for i in range(256)]), grain).save(path, quality=78)


def _png(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.save(path)


def _png_palette(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.quantize(128, Image.Quantize.MEDIANCUT).save(path)


def _png_16_bit(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    grey = np.asarray(ImageOps.grayscale(picture), dtype=np.uint16)
    Image.fromarray(grey * np.uint16(257)).save(path)


def _webp(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.save(path, quality=82, method=2)


def _webp_lossless(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.save(path, lossless=True, quality=20, method=1)


def _gif(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.quantize(96, Image.Quantize.MEDIANCUT).save(path)


def _gif_animated(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    """Four frames that brighten in turn; the first is the picture itself."""
    small = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
    first = small.quantize(64, Image.Quantize.MEDIANCUT)
    glow = (Image.blend(small, Image.new("RGB", small.size, "white"), share) for share in (0.12, 0.24, 0.12))
    frames = [frame.quantize(palette=first, dither=Image.Dither.NONE) for frame in glow]
    first.save(path, save_all=True, append_images=frames, duration=160, loop=0)


def _tiff(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    picture.save(path, compression="tiff_lzw" if features.check("libtiff") else None)


def _avif(picture: Image.Image, path: Path, rng: np.random.Generator) -> None:
    # One thread: with several, the bytes may depend on the machine.
    picture.save(path, quality=70, speed=9, max_threads=1)


# The first is what most of the world consists of.
FORMATS = (
    Format("jpeg", ".jpg", "RGB", _jpeg),
    Format("png", ".png", "RGB", _png),
    Format("webp", ".webp", "RGB", _webp, codec="webp"),
    Format("jpeg progressive", ".jpeg", "RGB", _jpeg_progressive),
    Format("png transparent", ".png", "RGBA", _png, transparent=True),
    Format("gif animated", ".gif", "P", _gif_animated),
    Format("jpeg turned by exif", ".jpg", "RGB", _jpeg_turned),
    Format("png palette", ".png", "P", _png_palette),
    Format("tiff", ".tif", "RGB", _tiff),
    Format("jpeg cmyk", ".jpg", "CMYK", _jpeg_cmyk),
    Format("webp transparent", ".webp", "RGBA", _webp_lossless, transparent=True, codec="webp"),
    Format("png 16-bit", ".png", "I;16", _png_16_bit),
    Format("bmp", ".bmp", "RGB", _png),
    Format("avif", ".avif", "RGB", _avif, codec="avif"),
    Format("jpeg grey scan", ".jpg", "L", _jpeg_scan),
    Format("gif", ".gif", "P", _gif),
)
