"""Real bytes of every kind of picture that people have, and of every kind of file that only looks like one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw

EXIF_ORIENTATION = 0x0112


def scene(size: tuple[int, int] = (96, 72), seed: int = 0) -> Image.Image:
    """Coloured shapes over a gradient with some noise: enough detail for hashes to mean something."""
    width, height = size
    numbers = np.random.default_rng(seed)
    across = np.linspace(0, 255, width)[None, :, None] * numbers.random(3)
    down = np.linspace(0, 255, height)[:, None, None] * numbers.random(3)
    noise = numbers.normal(0, 6, (height, width, 3))
    image = Image.fromarray(np.clip((across + down) / 1.5 + noise, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y = (int(numbers.integers(0, side)) for side in size)
        radius = int(numbers.integers(1, max(2, min(size) // 3)))
        colour = tuple(int(c) for c in numbers.integers(0, 256, 3))
        shape = draw.ellipse if numbers.random() < 0.5 else draw.rectangle
        shape((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return image


def bytes_of(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def in_mode(mode: str, image: Image.Image) -> Image.Image:
    """The scene in any mode that Pillow can write, with the whole range of a deep mode used."""
    grey = np.asarray(image.convert("L")).astype(np.int64)
    match mode:
        case "I;16":
            return Image.fromarray((grey * 257).astype(np.uint16))
        case "I;16B":
            return Image.frombytes("I;16B", image.size, (grey * 257).astype(">u2").tobytes())
        case "I":
            return Image.fromarray((grey * 257).astype(np.int32))
        case "F":
            return Image.fromarray((grey / 255).astype(np.float32))
        case "LA" | "RGBA":
            faded = image.convert(mode)
            faded.putalpha(Image.linear_gradient("L").resize(image.size))
            return faded
        case "P":
            return image.quantize(37)
        case "LAB":
            return Image.merge("LAB", image.convert("YCbCr").split())
    return image.convert(mode)


# Every format × mode that Pillow both writes and reads back.
_MODES: Mapping[str, tuple[str, ...]] = {
    "JPEG": ("L", "RGB", "CMYK", "YCbCr"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("L", "P", "RGB", "RGBA"),
    "GIF": ("1", "L", "P", "RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I;16B", "I", "F"),
    "AVIF": ("L", "RGB", "RGBA"),
}

_Encode = Callable[[Image.Image], bytes]


def _plain(format: str, mode: str) -> _Encode:
    return lambda image: bytes_of(in_mode(mode, image), format)


def _variants() -> dict[str, _Encode]:
    """What one format can hold beyond its modes."""
    tiff = ("tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits", "jpeg", "group4")
    variants: dict[str, _Encode] = {
        "jpeg progressive": lambda i: bytes_of(i, "JPEG", progressive=True),
        "jpeg 4:4:4": lambda i: bytes_of(i, "JPEG", subsampling=0),
        "jpeg restart marks": lambda i: bytes_of(i, "JPEG", restart_marker_rows=1),
        "jpeg stored as RGB": lambda i: bytes_of(i, "JPEG", keep_rgb=True),
        "jpeg with bytes after its end": lambda i: bytes_of(i, "JPEG") + b"trailer " * 20,
        "mpo": lambda i: bytes_of(i, "MPO", save_all=True, append_images=[i.rotate(90)]),
        "png palette with transparency": lambda i: bytes_of(i.quantize(9), "PNG", transparency=3),
        "png palette with alphas": lambda i: bytes_of(i.quantize(4), "PNG", transparency=b"\x00\x40\x80\xff"),
        "png palette of 2": lambda i: bytes_of(i.quantize(2), "PNG"),
        "png palette of 256": lambda i: bytes_of(i.quantize(256), "PNG"),
        "png grey with transparency": lambda i: bytes_of(i.convert("L"), "PNG", transparency=7),
        "png rgb with transparency": lambda i: bytes_of(i, "PNG", transparency=(1, 2, 3)),
        "png rgb of 16 bits": _png_of_16_bits,
        "png animated": lambda i: bytes_of(i, "PNG", save_all=True, append_images=_later(i)),
        "webp lossless": lambda i: bytes_of(i, "WEBP", lossless=True),
        "webp animated": lambda i: bytes_of(i, "WEBP", save_all=True, append_images=_later(i)),
        "gif animated": lambda i: bytes_of(i, "GIF", save_all=True, append_images=_later(i)),
        "gif with transparency": lambda i: bytes_of(i.quantize(16), "GIF", transparency=0),
        "gif interlaced": lambda i: bytes_of(i.quantize(16), "GIF", interlace=1),
        "tiff of pages": lambda i: bytes_of(i, "TIFF", save_all=True, append_images=_later(i)),
        "tiff big": lambda i: bytes_of(i, "TIFF", big_tiff=True),
        "avif animated": lambda i: bytes_of(i, "AVIF", save_all=True, append_images=_later(i)),
    }
    for name in tiff:
        mode = "1" if name == "group4" else "RGB"
        variants[f"tiff {name}"] = lambda i, m=mode, c=name: bytes_of(i.convert(m), "TIFF", compression=c)
    return variants


def _later(image: Image.Image) -> list[Image.Image]:
    return [image.rotate(90), image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png(width: int, height: int, header: bytes, *rest: bytes) -> bytes:
    first = _png_chunk(b"IHDR", struct.pack(">II", width, height) + header)
    return b"\x89PNG\r\n\x1a\n" + first + b"".join(rest) + _png_chunk(b"IEND", b"")


def _png_of_16_bits(image: Image.Image) -> bytes:
    rows = np.asarray(image).astype(">u2") * 257
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows)
    return _png(*image.size, b"\x10\x02\0\0\0", _png_chunk(b"IDAT", zlib.compress(raw)))


_ENCODERS: Mapping[str, _Encode] = {
    **{f"{format.lower()} {mode}": _plain(format, mode) for format, modes in _MODES.items() for mode in modes},
    **_variants(),
}

#: The names that `ordinary` takes, e.g. "png RGBA" or "gif animated".
KINDS = tuple(_ENCODERS)

#: Those that hold more than one picture, and how many.
FRAMES: Mapping[str, int] = {
    "mpo": 2,
    "png animated": 3,
    "webp animated": 3,
    "gif animated": 3,
    "tiff of pages": 3,
    "avif animated": 3,
}


@cache
def ordinary(kind: str, size: tuple[int, int] = (96, 72), seed: int = 0) -> bytes:
    """A whole and harmless file of one of KINDS."""
    return _ENCODERS[kind](scene(size, seed))


def flat(kind: str, colour: tuple[int, int, int], size: tuple[int, int] = (40, 30)) -> bytes:
    """One colour only: what is left in the high frequencies is rounding noise."""
    return _ENCODERS[kind](Image.new("RGB", size, colour))


def turned(format: str, orientation: int, size: tuple[int, int] = (96, 72), seed: int = 0) -> bytes:
    """A file whose EXIF says how it is to be turned before it is looked at."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    return bytes_of(scene(size, seed), format, exif=exif.tobytes())


def with_broken_exif() -> bytes:
    """A sound JPEG with nonsense where its EXIF should be."""
    return bytes_of(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 40)


def png_header(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that promises this many pixels."""
    return _png(width, height, b"\x08\x02\0\0\0", _png_chunk(b"IDAT", zlib.compress(b"\0" * 64)))


def gif_header(width: int, height: int) -> bytes:
    plain = bytearray(bytes_of(Image.new("L", (2, 2)), "GIF"))
    plain[6:10] = struct.pack("<HH", width, height)
    return bytes(plain)


def webp_header(width: int, height: int) -> bytes:
    """An extended WebP whose canvas is this large; its decoder would reserve the memory at once."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    inner = bytes_of(Image.new("RGB", (2, 2)), "WEBP")[12:]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bombs() -> dict[str, bytes]:
    """Small files that would become gigabytes."""
    return {
        "png of 60000 × 60000": png_header(60_000, 60_000),
        "png just over the limit": png_header(9_460, 9_460),
        "gif of 65535 × 65535": gif_header(65_535, 65_535),
        "webp of 16000 × 16000": webp_header(16_000, 16_000),
        "webp just over the limit": webp_header(9_460, 9_460),
    }


@cache
def cut() -> Mapping[str, bytes]:
    """Every kind, ended in its middle, as an interrupted download leaves it.

    Without the MPO, whose first picture, the one that counts, is whole by then.
    """
    halves = {f"half of {kind}": ordinary(kind)[: len(ordinary(kind)) // 2] for kind in KINDS if kind != "mpo"}
    return MappingProxyType(halves)


def strangers() -> dict[str, bytes]:
    """Files that are no picture at all, or begin like one."""
    return {
        "text": b"not a picture\n" * 40,
        "zeroes": bytes(4096),
        "page": b"<!DOCTYPE html><html><body>404</body></html>",
        "zip": b"PK\x03\x04" + bytes(200),
        "text that begins like a ppm": b"P6 is a mark, and P1 2 another",
        "noughts and ones": b"\0\0\2\0" + bytes(60),
        "many remarks": b"P6" + b" #" * 300,
        "text that begins like a bitmap": b"BMW is a maker of cars, and this is a text about it.",
        "one byte": b"\xff",
    }


def foreign() -> dict[str, bytes]:
    """Pictures of kinds that are not taken."""
    image = scene()
    return {
        "ico": bytes_of(image, "ICO"),
        "pdf": bytes_of(image, "PDF"),
        "cur": b"\0\0\2\0" + bytes_of(image, "ICO")[4:],
        "tga": bytes_of(image, "TGA")[:-26],  # without the signature that newer ones end with
        "tga, packed": bytes_of(image, "TGA", compression="tga_rle"),
        "tga of a palette": bytes_of(image.quantize(9), "TGA")[:-26],
        "ppm": bytes_of(image, "PPM"),
        "ppm with a remark": b"P6\n# made by hand\n# twice\n2 1\n255\n" + bytes(6),
        "pgm": bytes_of(image.convert("L"), "PPM"),
        "pcx": bytes_of(image, "PCX"),
        "svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        "psd": b"8BPS\0\x01" + bytes(100),
        "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100),
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
    }


@cache
def hostile() -> Mapping[str, bytes]:
    """Everything that must be refused, by name: empty, cut, bombs, strangers, foreign kinds, broken insides."""
    files = {
        "empty": b"",
        **strangers(),
        **foreign(),
        **bombs(),
        **cut(),
        "png without pixels": _png(8, 8, b"\x08\x02\0\0\0"),
        "png of a bit depth that does not exist": _png(8, 8, b"\x05\x02\0\0\0"),
        "png whose pixels are nonsense": _png(8, 8, b"\x08\x02\0\0\0", _png_chunk(b"IDAT", b"nonsense")),
        "jpeg of two marks": b"\xff\xd8\xff\xd9",
        "jpeg header, then noise": ordinary("jpeg RGB")[:200] + bytes(range(256)) * 8 + b"\xff\xd9",
        "gif header only": b"GIF89a",
        "tiff that points beyond itself": b"II*\0\xff\xff\xff\x7f",
        "tiff whose directories go round": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
    }
    return MappingProxyType(files)
