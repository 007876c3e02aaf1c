"""What becomes of a picture on its way out: which part of it, how large, in which format, or not a byte changed."""

from __future__ import annotations

from dataclasses import dataclass

from anitui.pipeline.crops import CropShape, around
from anitui.store.dataset_rows import Member

KEPT = ("jpeg", "png", "webp", "bmp")  # what all who load datasets can read
_CLEAR = ("RGBA", "RGBa", "LA", "La", "PA", "P")  # modes that may be transparent
_DEEP = ("I", "F")  # greys of more than 8 bits, whose lights others cut off
ENDINGS = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "bmp": ".bmp"}

# LAP's: a picture that is larger is made smaller, one that is heavier is saved again, one that is smaller is enlarged.
LARGEST, HEAVIEST, SMALLEST = 1920, 700_000, 300
LARGE_QUALITY, HEAVY_QUALITY = 75, 80


@dataclass(frozen=True, slots=True)
class Wishes:
    """How pictures are wanted."""

    crops: bool
    size: int | None
    margin: float
    image_format: str
    quality: int
    link: str
    fix_sizes: bool
    as_they_are: bool = False  # crops that are whole pictures need not have the size of the others


@dataclass(frozen=True, slots=True)
class Shape:
    """What is made of one picture. Without a `window` it is all of it; `unchanged`: its very bytes."""

    window: tuple[int, int, int, int] | None  # left, top, right, bottom, in the picture as displayed
    width: int
    height: int
    format: str
    quality: int
    unchanged: bool = False
    link: str = "copy"

    @property
    def told(self) -> str:
        """All that decides what comes out, beside the bytes that go in."""
        if self.unchanged:
            return self.link
        cut = f"crop {' '.join(map(str, self.window))} " if self.window else ""
        how = "" if self.format in ("png", "bmp") else f" {self.quality}"
        return f"{cut}to {self.width}×{self.height} {self.format}{how}"

    @property
    def ending(self) -> str:
        return ENDINGS[self.format]

    def moved(
        self, box: tuple[float, float, float, float], width: int, height: int
    ) -> tuple[float, float, float, float]:
        """Where a box of a picture of this size lies in what is made of it."""
        left, top, right, bottom = self.window or (0, 0, width, height)
        across, down = self.width / (right - left), self.height / (bottom - top)
        x1, y1 = max(0.0, (box[0] - left) * across), max(0.0, (box[1] - top) * down)
        x2 = min(float(self.width), (box[0] + box[2] - left) * across)
        y2 = min(float(self.height), (box[1] + box[3] - top) * down)
        return x1, y1, max(0.0, x2 - x1), max(0.0, y2 - y1)


def shape_of(member: Member, wishes: Wishes) -> Shape:
    """What is to be made for a member."""
    format = wishes.image_format
    if format == "same":
        clear = member.mode in _CLEAR
        keeps = not wishes.crops and member.format in KEPT and (member.frames == 1 or member.format == "jpeg")
        keeps = keeps and not member.mode.startswith(_DEEP)
        format = member.format if keeps else "png" if clear else "jpeg"
    if wishes.crops and member.box is not None:
        size = wishes.size or 224
        if _is_all_of(member):
            # A crop already: to cut a square out of it would cut off what somebody left in it.
            if wishes.as_they_are and wishes.image_format == "same" and member.format in KEPT and member.frames == 1:
                return Shape(None, member.width, member.height, member.format, wishes.quality, True, wishes.link)
            scale = size / max(member.width, member.height)
            width, height = max(1, round(member.width * scale)), max(1, round(member.height * scale))
            return Shape(None, width, height, format, wishes.quality)
        left, top, right, bottom = around(member.box, member.width, member.height, CropShape(wishes.margin, True, size))
        scale = size / max(right - left, bottom - top)
        width, height = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
        return Shape((left, top, right, bottom), width, height, format, wishes.quality)
    longest = max(member.width, member.height)
    wanted, quality, again = longest if wishes.size is None else min(longest, wishes.size), wishes.quality, False
    if wishes.fix_sizes:
        if wanted > LARGEST:
            wanted, quality, again = LARGEST, LARGE_QUALITY, True
        elif wanted == longest and member.bytes > HEAVIEST:
            quality, again = HEAVY_QUALITY, True
        elif wanted < SMALLEST and wishes.size is None:
            wanted, again = SMALLEST, True
        if again and wishes.image_format == "same":
            format = "jpeg"
    scale = wanted / longest
    width, height = max(1, round(member.width * scale)), max(1, round(member.height * scale))
    one = (member.frames == 1 or format == "jpeg") and not member.mode.startswith(_DEEP)
    unchanged = not again and scale == 1 and format == member.format and one
    return Shape(None, width, height, format, quality, unchanged, wishes.link if unchanged else "copy")


def _is_all_of(member: Member) -> bool:
    """Whether the face is the whole picture, as in sets of faces that were cut before."""
    assert member.box is not None
    x, y, w, h = member.box
    return x <= 1 and y <= 1 and x + w >= member.width - 1 and y + h >= member.height - 1
