"""What is to be seen: a picture, a part of it, or how it differs from another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

Crop = tuple[float, float, float, float]

_STRONGER = 4  # a difference that a re-encoding leaves would not be seen as it is


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture by its file. `crop` is a part of it: left, top, width and height in pixels of the whole.

    `shape` is the size to frame it in. Of one that is looked at closely its own: it is decoded smaller, and how near
    one may go depends on its true pixels. Of two that are flicked between in one place that of one of them: they must
    not differ by a line because one was rounded another way.
    """

    path: Path
    crop: Crop | None = None
    shape: tuple[int, int] | None = None
    against: Subject | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it is made of."""
        return (self.path, *self.against.files) if self.against is not None else (self.path,)

    @classmethod
    def of(cls, what: Path | Subject) -> Subject:
        """A whole picture, where only its file is given."""
        return what if isinstance(what, Subject) else cls(what)


def cropped(image: Image.Image, whole: tuple[int, int], crop: Crop) -> Image.Image:
    """The part of a picture that was decoded smaller than the `whole` that the crop is measured on."""
    across, down = image.width / whole[0], image.height / whole[1]
    left, top, width, height = crop
    x, y = min(image.width - 1, max(0, round(left * across))), min(image.height - 1, max(0, round(top * down)))
    right, bottom = round((left + width) * across), round((top + height) * down)
    return image.crop((x, y, min(image.width, max(x + 1, right)), min(image.height, max(y + 1, bottom))))


def difference(image: Image.Image, other: Image.Image) -> Image.Image:
    """How two pictures differ, in each colour, scaled to one size and made stronger: black is equal."""
    # To the smaller one of the two: what scaling up would invent is no difference.
    size = min(image.size, other.size, key=lambda each: each[0] * each[1])
    one, two = (each if each.size == size else each.resize(size, Image.Resampling.LANCZOS) for each in (image, other))
    return ImageChops.difference(one.convert("RGB"), two.convert("RGB")).point(
        lambda value: min(255, value * _STRONGER)
    )
