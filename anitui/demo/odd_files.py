"""Files as a user meets them that no import can take: cut off, empty, mislabelled, absurd, badly named."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from anitui.demo.drawing import cast, draw_face


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file to be refused, and why in a word: truncated, empty, not a picture, too large, name."""

    path: Path
    why: str


def write(folder: Path, seed: int) -> list[Refusal]:
    """Write one of each into the folder; names that its file system cannot hold are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    refused = []
    for name, why, content in _odd(seed):
        path = folder / name
        try:
            path.write_bytes(content)
        except OSError:
            if why != "name":
                raise
            continue
        refused.append(Refusal(path, why))
    return refused


def _odd(seed: int) -> Iterator[tuple[str, str, bytes]]:
    whole = _jpeg(seed, 0)
    yield "cut off.jpg", "truncated", whole[: len(whole) * 2 // 5]
    yield "empty.png", "empty", b""
    yield "saved page.jpg", "not a picture", _PAGE
    yield "enormous.png", "too large", _enormous_png()
    yield "read me.txt", "not a picture", b"Posters are from the fair, stills are my own.\n"
    yield "two\nlines.jpg", "name", _jpeg(seed, 1)
    yield os.fsdecode(b"caf\xe9.jpg"), "name", _jpeg(seed, 2)


def _jpeg(seed: int, number: int) -> bytes:
    who = cast(seed, number + 1)[number]
    encoded = io.BytesIO()
    draw_face(who, np.random.default_rng([seed, number]), 300).save(encoded, "JPEG", quality=88)
    return encoded.getvalue()


_PAGE = b"""<!DOCTYPE html>
<html><head><title>404 Not Found</title></head>
<body><h1>Not Found</h1><p>The picture that you asked for is no longer here.</p></body></html>
"""


def _enormous_png() -> bytes:
    """A header that claims 60000 x 60000 pixels over a few real bytes: decoding it would ask for 10 GB."""
    small = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 220, 240)).save(small, "PNG")
    honest = small.getvalue()
    header = b"IHDR" + struct.pack(">II", 60000, 60000) + honest[24:29]
    return honest[:12] + header + struct.pack(">I", zlib.crc32(header)) + honest[33:]
