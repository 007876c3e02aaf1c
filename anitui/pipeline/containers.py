"""What a picture file's structure tells before anything is decoded: its kind, its frames, whether it was cut.

Pillow forgives a missing end and counts frames by seeking through them; a catalogue must not, and need not.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

OURS = ("jpeg", "png", "webp", "gif", "bmp", "tiff", "avif")

_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
# Bits per sample, the colour map, and where the strips or tiles begin and how long they are.
_NEEDED = (258, 320, 273, 279, 324, 325)
_FOREIGN_STARTS = (
    (b"8BPS", "PSD"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"gimp xcf", "XCF"),
    (b"DDS ", "DDS"),
    (b"icns", "ICNS"),
    (b"qoif", "QOI"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "HDR"),
    (b"\x8aMNG\r\n\x1a\n", "MNG"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"\x59\xa6\x6a\x95", "Sun raster"),
    (b"\x01\xda\0\1", "SGI"),
    (b"\x01\xda\1\1", "SGI"),
    (b"/* XPM */", "XPM"),
    (b"SIMPLE  =", "FITS"),
    (b"<svg", "SVG"),
)
_NETPBM = {b"P1": "PBM", b"P4": "PBM", b"P2": "PGM", b"P5": "PGM", b"P3": "PPM", b"P6": "PPM", b"P7": "PAM"}
# The boxes that lie at the top of such a file: anything else after the picture was put there by somebody.
_AVIF_BOXES = {
    b"ftyp",
    b"meta",
    b"mdat",
    b"moov",
    b"moof",
    b"mfra",
    b"sidx",
    b"styp",
    b"free",
    b"skip",
    b"uuid",
    b"pdin",
}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


@dataclass(frozen=True, slots=True)
class Frames:
    """How many pictures the file holds, as far as it goes, and whether it ends before its own end."""

    count: int
    cut: bool


def kind(data: bytes) -> str | None:
    """One of OURS, the capitalised name of a kind that is not taken, or None: no picture that we know of."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(_TIFF_STARTS):
        return "tiff"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if data[4:8] == b"ftyp":
        return _brand(data)
    return next((name for start, name in _FOREIGN_STARTS if data.startswith(start)), None) or _without_a_start(data)


def _without_a_start(data: bytes) -> str | None:
    """The kinds whose first bytes could be anything: these look further, so that text is not called a picture."""
    if data[:2] in _NETPBM and re.match(rb"P[1-7]\s+(#[^\n]*\n\s*)*(\d+\s+\d+|WIDTH )", data[:400]):
        return _NETPBM[data[:2]]
    if data[:5] in (b"<?xml", b"<!DOC") and b"<svg" in data[:2000]:
        return "SVG"
    if data[128:132] == b"DICM":
        return "DICOM"
    if data[:3] in (b"\x0a\0\1", b"\x0a\2\1", b"\x0a\3\1", b"\x0a\5\1") and data[3:4] in (b"\1", b"\2", b"\4", b"\x08"):
        return "PCX"
    if data[:4] in (b"\0\0\1\0", b"\0\0\2\0") and len(data) >= 22:
        count, size, start = struct.unpack_from("<H8xII", data, 4)
        if count and size and start >= 6 + 16 * count and start + size <= len(data):
            return "ICO" if data[2] == 1 else "CUR"
    return "TGA" if _is_tga(data) else None


def _is_tga(data: bytes) -> bool:
    if data.endswith(b"TRUEVISION-XFILE.\0"):
        return True
    if len(data) <= 18:
        return False
    coloured, type_, first, colours, width, height, depth, flags = struct.unpack_from("<xBBHHx4xHHBB", data)
    mapped = type_ in (1, 9)
    palette = coloured == 1 and 0 < colours <= 256 if mapped else not (coloured or first or colours)
    depths = (8,) if mapped else {2: (15, 16, 24, 32), 10: (15, 16, 24, 32), 3: (8, 16), 11: (8, 16)}.get(type_, ())
    # The unused bits are nought, and pixels that are not packed are all there.
    whole = type_ > 8 or len(data) >= 18 + data[0] + width * height * ((depth + 7) // 8)
    return palette and depth in depths and bool(width and height) and not flags & 0xC0 and whole


def webp_size(data: bytes) -> tuple[int, int] | None:
    """The canvas that a WebP announces: its decoder reserves that much as soon as the file is opened."""
    chunk = data[12:16]
    if chunk == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if chunk == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def frames(data: bytes, format: str) -> Frames:
    """Walks the file's blocks without decoding. Where only a decoder can count frames, the count is 1."""
    try:
        match format:
            case "gif":
                return _gif(data)
            case "tiff":
                return _tiff(data)
            case "jpeg":
                return Frames(1, _jpeg_cut(data))
            case "png":
                return Frames(1, _png_cut(data))
            case "webp":
                return Frames(1, len(data) < 8 + int.from_bytes(data[4:8], "little"))
            case "avif":
                return Frames(1, _boxes_cut(data))
            case "bmp":
                return Frames(1, _bmp_cut(data))
    except (IndexError, struct.error, OverflowError):  # a field lies beyond the last byte
        return Frames(1, True)
    return Frames(1, False)


def _brand(data: bytes) -> str | None:
    """AVIF and HEIC share a container, and often the first brand; the list of compatible ones decides."""
    length = min(max(int.from_bytes(data[:4], "big"), 12), 256)
    brands = {data[8:12]} | {data[i : i + 4] for i in range(16, length, 4)}
    if brands & {b"avif", b"avis"}:
        return "avif"
    return "HEIC" if brands & _HEIF_BRANDS else None


def _jpeg_cut(data: bytes) -> bool:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:
            break
        if marker == 0xFF:  # padding before a marker
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    # Coded pixels never contain this pair, so one found after the header means that an end was written.
    return data.rfind(b"\xff\xd9", at) < 0


def _png_cut(data: bytes) -> bool:
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if at > len(data):
            return True
        if name == b"IEND":
            return False


def _boxes_cut(data: bytes) -> bool:
    """What lies behind the last box is not the picture's; but a picture has its index and its pixels before that."""
    at = 0
    seen: set[bytes] = set()
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if name not in _AVIF_BOXES:
            break
        if size == 1:
            size = struct.unpack_from(">Q", data, at + 8)[0]
        elif size == 0:  # up to the end of the file
            return False
        if size < 8:  # broken, which the decoder will say
            return False
        at += size
        seen.add(name)
    index = b"moov" if data[8:12] == b"avis" else b"meta"
    return at > len(data) or not (index in seen and (b"mdat" in seen or b"idat" in data))


def _bmp_cut(data: bytes) -> bool:
    """Only run-length pictures need asking: Pillow pads those in silence, and tells of the others."""
    if int.from_bytes(data[14:18], "little") < 40:
        return False
    start, compression, size = struct.unpack_from("<10xI16xII", data, 0)
    return compression in (1, 2) and start + size > len(data)


def _gif(data: bytes) -> Frames:
    def after_blocks(at: int) -> int:
        while length := data[at]:
            at += 1 + length
        return at + 1

    def palette(flags: int) -> int:
        return 3 << (flags & 7) + 1 if flags & 0x80 else 0

    count = 0
    at = 13 + palette(data[10])
    try:
        while (block := data[at]) != 0x3B:
            if block == 0x21:
                at = after_blocks(at + 2)
            elif block == 0x2C:
                at = after_blocks(at + 11 + palette(data[at + 9]))
                count += 1
            else:  # padding, or nonsense that viewers skip too
                at += 1
    except IndexError:
        return Frames(max(count, 1), True)
    return Frames(max(count, 1), False)


def _tiff(data: bytes) -> Frames:
    seen: set[int] = set()
    cut = False
    values = 0
    for at, count, ends in _directories(data):
        values += count
        # A chain that bites its tail, or directories that lie over each other to keep us busy.
        if at in seen or values > len(data):
            break
        seen.add(at)
        cut = cut or any(end > len(data) for end in ends)
    return Frames(max(len(seen), 1), cut)


def _directories(data: bytes) -> Iterator[tuple[int, int, list[int]]]:
    """Each directory's place, how many values it holds, and where what the picture cannot do without ends."""
    order = "<" if data.startswith(b"II") else ">"
    big = 43 in data[2:4]
    number, entry, first = ("Q", "HHQ", 8) if big else ("I", "HHI", 4)
    width = struct.calcsize(order + number)
    sizes = {3: "H", 4: "I", 13: "I", 16: "Q"}
    at = struct.unpack_from(order + number, data, first)[0]
    while at:
        count = struct.unpack_from(order + ("Q" if big else "H"), data, at)[0]
        fields: dict[int, tuple[int, ...]] = {}
        ends: list[int] = []
        place = at + (8 if big else 2)
        for _ in range(count):
            tag, type_, items = struct.unpack_from(order + entry, data, place)
            value = place + struct.calcsize(order + entry)
            if tag in _NEEDED and type_ in sizes:
                layout = f"{order}{items}{sizes[type_]}"
                if struct.calcsize(layout) > width:
                    value = struct.unpack_from(order + number, data, value)[0]
                ends.append(value + struct.calcsize(layout))
                if ends[-1] <= len(data):
                    fields[tag] = struct.unpack_from(layout, data, value)
            place += struct.calcsize(order + entry) + width
        starts = fields.get(273, fields.get(324, ()))
        lengths = fields.get(279, fields.get(325, ()))
        ends += [start + length for start, length in zip(starts, lengths, strict=False)]
        yield at, count + len(ends), ends
        at = struct.unpack_from(order + number, data, place)[0]
