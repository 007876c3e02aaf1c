"""What a picture that is still arriving may be told by: its first bytes, and how many there are."""

from __future__ import annotations

import hashlib
import struct

from anitui.pipeline import containers
from anitui.pipeline.fetched import NotFetched

FIRST_BYTES = 64 << 10  # by then even a JPEG with a large profile has said its size
_PLACEHOLDERS = {"9b5936f4006146e4e1e9025b474c02863c0b5614132ad40db4b925a10e8bfbb9"}  # imgur's "removed"
_REMOVED_SIZE, _REMOVED_BYTES = (161, 81), 2_000
PLACEHOLDER = "a placeholder: the picture was removed"
_VIDEO_BRANDS = {b"isom", b"mp41", b"mp42", b"iso2", b"iso4", b"iso5", b"iso6", b"avc1", b"M4V ", b"qt  ", b"dash"}
_STARTS_OF_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


def judged_kind(first: bytes) -> str:
    """The kind of picture that begins so; NotFetched, for good, where it is none that is taken."""
    kind = containers.kind(first)
    if kind in containers.OURS:
        return str(kind)
    if (first[4:8] == b"ftyp" and first[8:12] in _VIDEO_BRANDS) or first.startswith(b"\x1a\x45\xdf\xa3"):
        raise NotFetched("a video, not a picture", final=True)
    if kind is not None:
        raise NotFetched(f"{kind} is not taken", final=True)
    start = first[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<!--", b"<script")) or b"<html" in start:
        raise NotFetched("a web page, not a picture", final=True)
    raise NotFetched("not a picture" if first else "empty", final=True)


def check_pixels(first: bytes, kind: str, most: int) -> None:
    """Refuse a bomb before it is here, where its first bytes say how large it is."""
    size = announced_size(first, kind)
    if size is not None and size[0] * size[1] > most:
        raise NotFetched("too many pixels", final=True)


def check_placeholder(whole: bytes, host: str) -> None:
    """Refuse what a site gives instead of a picture that is gone, by what it is."""
    if hashlib.sha256(whole).hexdigest() in _PLACEHOLDERS:
        raise NotFetched(PLACEHOLDER, final=True)
    removed = len(whole) < _REMOVED_BYTES and announced_size(whole, "png") == _REMOVED_SIZE
    if removed and (host == "imgur.com" or host.endswith(".imgur.com")):
        raise NotFetched(PLACEHOLDER, final=True)


def announced_size(first: bytes, kind: str) -> tuple[int, int] | None:
    """The width and height that a file announces; None where that has not come yet, or stands elsewhere."""
    try:
        match kind:
            case "png":
                return struct.unpack(">II", first[16:24]) if first[12:16] == b"IHDR" else None
            case "gif":
                return struct.unpack("<HH", first[6:10])
            case "bmp":
                width, height = struct.unpack("<ii", first[18:26])
                return abs(width), abs(height)
            case "webp":
                return containers.webp_size(first)
            case "jpeg":
                return _jpeg_size(first)
    except struct.error:
        return None
    return None


def _jpeg_size(first: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(first):
        if first[at] != 0xFF:
            return None
        marker = first[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _STARTS_OF_FRAMES:
            height, width = struct.unpack(">HH", first[at + 5 : at + 9])
            return width, height
        elif marker in (0x01, *range(0xD0, 0xD9)):
            at += 2
        else:
            at += 2 + int.from_bytes(first[at + 2 : at + 4], "big")
    return None
