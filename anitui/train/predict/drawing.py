"""A picture with what a model says of it: boxes in the colours of their names, which stand beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from anitui.pipeline.charts.fonts import Font, font_for, own, plain
from anitui.store.labels import COLOURS
from anitui.train.predict.said import Box, PictureSaid

UNKNOWN = "unknown"
GREY = "#9a9a9a"
LEAST_SIDE = 480  # a smaller picture is made larger, or no name on it could be read
_LONGEST_NAME = 40
_INK, _PAPER = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Tag:
    """A box with words."""

    box: Box
    words: str
    colour: str


def colour_of(name: str | None, classes: Sequence[str]) -> str:
    """What the boxes of a name are drawn in."""
    return COLOURS[classes.index(name) % len(COLOURS)] if name in classes else GREY


def percent(confidence: float) -> str:
    """How sure, for people: never 100 % for what is less."""
    return f"{min(99.9, confidence * 100):.1f} %" if 0.99 <= confidence < 1 else f"{confidence:.0%}".replace("%", " %")


def tags_of(said: PictureSaid, task: str, classes: Sequence[str]) -> list[Tag]:
    """The boxes of the faces, with what is written at each."""
    if task == "detect":
        return [
            Tag(each.box, "" if each.score is None else percent(min(1.0, each.score)), COLOURS[1])
            for each in said.faces
        ]
    return [
        Tag(
            each.box, f"{_short(each.name or UNKNOWN)} {percent(each.confidence or 0.0)}", colour_of(each.name, classes)
        )
        for each in said.faces
    ]


def drawn(image: Image.Image, said: PictureSaid, task: str, classes: Sequence[str]) -> Image.Image:
    """The picture (RGB, upright, whole or smaller) with it; larger where it is too small for words."""
    scale = max(1, -(-LEAST_SIDE // max(image.size)))
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.LANCZOS)
    else:
        image = image.copy()
    draw = ImageDraw.Draw(image)
    across, down = image.width / said.width, image.height / said.height
    wanted = round(max(13.0, min(image.size) / 36))
    if task == "multi":
        words = [f"{_short(each.name)} {percent(each.confidence)}" for each in said.names] or ["nothing that it knows"]
        colours = [colour_of(each.name, classes) for each in said.names] or [GREY]
        _list(draw, image.size, words, colours, wanted)
        return image
    tags = tags_of(said, task, classes)
    thick = max(2, round(min(image.size) / 250))
    corners = []
    for each in tags:
        x, y, w, h = each.box
        left, top, right, bottom = x * across, y * down, (x + w) * across - 1, (y + h) * down - 1
        corners.append((left, top, max(left, right), max(top, bottom)))
        # A dark rim: a pale box is seen on a pale picture.
        draw.rectangle([left - 1, top - 1, max(left, right) + 1, max(top, bottom) + 1], outline=_INK, width=thick + 2)
        draw.rectangle(corners[-1], outline=each.colour, width=thick)
    # All names above all boxes, where they do not lie on each other as far as there is room.
    taken: list[tuple[float, float, float, float]] = []
    fonts = _fonts(each.words for each in tags)
    for each, corner in zip(tags, corners, strict=True):
        if each.words:
            _write(draw, image.size, each, corner, fonts, wanted, taken, corners)
    return image


def _write(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    tag: Tag,
    corner: tuple[float, float, float, float],
    fonts: _Fonts,
    wanted: int,
    taken: list[tuple[float, float, float, float]],
    faces: Sequence[tuple[float, float, float, float]],
) -> None:
    words, font, width, height = _fitting(draw, tag.words, fonts, wanted, size[0])
    left, top, right, bottom = corner
    room = max(0.0, size[0] - width), max(0.0, size[1] - height)
    across = [min(max(0.0, x), room[0]) for x in (left - 1, right + 2 - width, (left + right - width) / 2)]
    # Right above, right below, within at the top; then further and further away.
    down = [(top - height - 1, 0), (bottom + 2, 1), (top + 2, 8)]
    down += [(y, 9 * n) for n in range(1, 6) for y in (top - height * (n + 1), bottom + 2 + height * n)]
    places = [(x, y, far) for y, far in down if 0 <= y <= room[1] for x in across]

    def cost(place: tuple[float, float, int]) -> int:
        """To lie on another name is worst, on a face bad, far from its own not good."""
        x, y, far = place
        label = (x, y, x + width, y + height)
        names, others = (sum(_lie_on_each_other(label, each) for each in some) for some in (taken, faces))
        return 100 * names + 10 * others + far

    x, y, _ = min(places or [(across[0], min(max(0.0, top), room[1]), 0)], key=cost)
    taken.append((x, y, x + width, y + height))
    _label(draw, (x, y, width, height), words, font, tag.colour)


def _list(draw: ImageDraw.ImageDraw, size: tuple[int, int], words: list[str], colours: list[str], wanted: int) -> None:
    """Names of all of the picture, in its corner."""
    fonts, y = _fonts(words), 0.0
    for text, colour in zip(words, colours, strict=True):
        text, font, width, height = _fitting(draw, text, fonts, wanted, size[0])
        if y + height > size[1]:
            return
        _label(draw, (0.0, y, width, height), text, font, colour)
        y += height


def _label(
    draw: ImageDraw.ImageDraw, at: tuple[float, float, float, float], words: str, font: Font, colour: str
) -> None:
    x, y, width, height = at
    draw.rectangle([x, y, x + width - 1, y + height - 1], fill=colour)
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    dark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
    draw.text((x + width / 2, y + height / 2), words, font=font, fill=_PAPER if dark else _INK, anchor="mm")


_Fonts = tuple[Callable[[int], Font], bool]


def _fonts(words: Iterable[str]) -> _Fonts:
    """The font that has all of their letters; and whether it has to do with plain ones, since the system has none."""
    found = font_for(list(words) or [""])
    return (found, False) if found is not None else (own, True)


def _fitting(
    draw: ImageDraw.ImageDraw, words: str, fonts: _Fonts, wanted: int, room: int
) -> tuple[str, Font, float, float]:
    """Words, their font, and the width and height of their label: smaller where they are too wide for the picture."""
    make, plainly = fonts
    words = plain(words) if plainly else words
    size = wanted
    while True:
        font = make(size)
        width = draw.textlength(words, font=font) + size * 0.6
        if width <= room or size <= 11:
            return words, font, width, round(size * 1.4)
        size = max(11, int(size * 0.85))


def _lie_on_each_other(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
