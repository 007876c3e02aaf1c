"""Pictures that cost next to nothing and are all different: `picture(7)`, `picture(7, "webp", (300, 200))`.

The same seed, format and size give the same bytes; another seed is another content, and far from it to any hash.
"""

from __future__ import annotations

import io
import random
from typing import Literal

from PIL import Image

Format = Literal["png", "jpeg", "webp"]


def picture(seed: int, format: Format = "png", size: tuple[int, int] = (96, 72)) -> bytes:
    """A picture of coloured noise, coarse enough to survive being scaled."""
    coarse = Image.frombytes("RGB", (12, 9), random.Random(seed).randbytes(12 * 9 * 3))
    written = io.BytesIO()
    coarse.resize(size, Image.Resampling.NEAREST).save(written, format.upper())
    return written.getvalue()
