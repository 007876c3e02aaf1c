"""What stands behind the characters: a dozen plain backdrops, and the lettering of a poster."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from anitui.demo.character import Colour
from anitui.demo.pen import darker, mix, star

_FINE = 2  # backdrops are drawn at twice their size
_WHITE: Colour = (255, 255, 255)


class _Board:
    """A backdrop in the making; positions and sizes are shares of its width and height."""

    def __init__(self, size: tuple[int, int], rng: np.random.Generator) -> None:
        self.width, self.height = size[0] * _FINE, size[1] * _FINE
        self.rng = rng
        self.sheet = Image.new("RGB", (self.width, self.height))
        self._draw = ImageDraw.Draw(self.sheet)

    def shade(self, top: Colour, bottom: Colour, until: float = 1.0) -> None:
        """A gradient from the top edge down to a share of the height, leaning to one side."""
        lean = self.rng.uniform(-0.7, 0.7)
        ramp = np.add.outer(np.linspace(0, 1, 48), np.linspace(-lean / 2, lean / 2, 48)).clip(0, 1)[..., None]
        pixels = (np.array(top) * (1 - ramp) + np.array(bottom) * ramp).round().astype(np.uint8)
        size = self.width, round(self.height * until)
        self.sheet.paste(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A circle; its radius is a share of the width."""
        x, y, radius = x * self.width, y * self.height, radius * self.width
        self._draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """An upright rectangle."""
        across, down = (left * self.width, right * self.width), (top * self.height, bottom * self.height)
        self._draw.rectangle([across[0], down[0], across[1], down[1]], fill=colour)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """A closed straight-edged shape."""
        self._draw.polygon([(x * self.width, y * self.height) for x, y in points], fill=colour)

    def star(self, x: float, y: float, radius: float, colour: Colour, tips: int = 5, inner: float = 0.45) -> None:
        """A star; its radius is a share of the width."""
        points = star(x * self.width, y * self.height, radius * self.width, tips, inner)
        self._draw.polygon([(px, py) for px, py in points.tolist()], fill=colour)

    def finish(self) -> Image.Image:
        """The backdrop at its real size."""
        return self.sheet.reduce(_FINE)


def _pastel(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(c) for c in rng.integers(150, 246, 3))
    return red, green, blue


def _clouds(board: _Board) -> None:
    board.shade((90, 160, 230), (205, 236, 250))
    for _ in range(int(board.rng.integers(3, 6))):
        x, y, wide = board.rng.uniform(0, 1), board.rng.uniform(0.05, 0.6), board.rng.uniform(0.06, 0.13)
        for part in (-1.3, -0.6, 0.1, 0.8, 1.4):
            board.disc(x + part * wide, y, wide * (0.95 - 0.3 * abs(part)), (246, 250, 255))
    board.shape([(0, 0.86), (0.3, 0.8), (0.65, 0.87), (1, 0.82), (1, 1), (0, 1)], (120, 190, 110))
    board.shape([(0, 0.93), (0.4, 0.89), (1, 0.92), (1, 1), (0, 1)], (92, 165, 96))


def _dusk(board: _Board) -> None:
    board.shade((70, 60, 130), (255, 170, 110))
    board.disc(board.rng.uniform(0.2, 0.8), 0.62, 0.16, (255, 226, 150))
    x = 0.0
    while x < 1:
        wide, top = board.rng.uniform(0.06, 0.15), board.rng.uniform(0.55, 0.8)
        board.box(x, top, x + wide, 1, (56, 44, 84))
        for row in np.arange(top + 0.03, 0.97, 0.045):
            for column in np.arange(x + 0.015, x + wide - 0.02, 0.03):
                if board.rng.random() < 0.45:
                    board.box(column, row, column + 0.014, row + 0.016, (255, 214, 120))
        x += wide


def _night(board: _Board) -> None:
    board.shade((18, 20, 60), (70, 60, 130))
    for _ in range(90):
        x, y, radius = board.rng.uniform(0, 1), board.rng.uniform(0, 0.9), board.rng.uniform(0.002, 0.006)
        board.star(x, y, radius * 2, (236, 236, 255), tips=4, inner=0.35)
    x, y = board.rng.uniform(0.15, 0.85), board.rng.uniform(0.1, 0.25)
    board.disc(x, y, 0.11, (250, 240, 200))
    for dx, dy, radius in ((-0.03, 0.015, 0.026), (0.04, -0.01, 0.018), (0.01, -0.04, 0.014), (0.035, 0.035, 0.022)):
        board.disc(x + dx, y + dy, radius, (234, 222, 176))
    board.shape([(0, 0.85), (0.25, 0.76), (0.5, 0.84), (0.8, 0.74), (1, 0.82), (1, 1), (0, 1)], (22, 22, 50))


def _room(board: _Board) -> None:
    wall = _pastel(board.rng)
    board.shade(wall, mix(wall, _WHITE, 0.25))
    left = board.rng.choice([0.06, 0.56])
    board.box(left, 0.1, left + 0.38, 0.5, (250, 246, 236))
    board.box(left + 0.02, 0.115, left + 0.36, 0.485, (160, 212, 244))
    board.disc(left + 0.12, 0.38, 0.05, (240, 248, 255))
    board.disc(left + 0.18, 0.385, 0.06, (240, 248, 255))
    board.box(left + 0.18, 0.1, left + 0.2, 0.5, (250, 246, 236))
    shelf = 0.94 - left - 0.38
    for row in (0.28, 0.46):
        board.box(shelf, row, shelf + 0.38, row + 0.016, (140, 96, 66))
        x = shelf + 0.01
        while x < shelf + 0.34:
            wide, tall = board.rng.uniform(0.02, 0.045), board.rng.uniform(0.07, 0.12)
            board.box(x, row - tall, x + wide, row, darker(_pastel(board.rng), 0.85))
            x += wide + 0.004
    board.box(0, 0.78, 1, 1, (196, 150, 108))
    for row in (0.84, 0.91):
        board.box(0, row, 1, row + 0.004, (164, 118, 82))


def _stripes(board: _Board) -> None:
    one = _pastel(board.rng)
    other, wide, slope = mix(one, _WHITE, 0.45), board.rng.uniform(0.07, 0.2), board.rng.uniform(-0.8, 0.8)
    board.box(0, 0, 1, 1, one)
    for x in np.arange(-1.0, 2.0, 2 * wide):
        board.shape([(x, 0), (x + wide, 0), (x + wide + slope, 1), (x + slope, 1)], other)


def _rays(board: _Board) -> None:
    one = _pastel(board.rng)
    other, count = mix(one, _WHITE, 0.5), int(board.rng.integers(9, 16))
    x, y = board.rng.uniform(0.2, 0.8), board.rng.uniform(0.2, 0.6)
    board.box(0, 0, 1, 1, one)
    for i in range(count):
        begin, end = (2 * math.pi * (i + part) / count for part in (0.0, 0.5))
        far = [(x + 2 * math.cos(angle), y + 2 * math.sin(angle)) for angle in (begin, end)]
        board.shape([(x, y), *far], other)


def _dots(board: _Board) -> None:
    ground = _pastel(board.rng)
    board.shade(ground, darker(ground, 0.8))
    step = board.rng.uniform(0.12, 0.2)
    for row, y in enumerate(np.arange(0, 1.1, step * board.width / board.height)):
        for x in np.arange((row % 2) * step / 2, 1.1, step):
            board.disc(x, y, step * 0.2, mix(ground, _WHITE, 0.55))


def _blossom(board: _Board) -> None:
    board.shade((206, 232, 250), (255, 236, 244))
    side = board.rng.choice([-1, 1])
    trunk = [
        (0.5 + side * x, y) for x, y in ((0.42, 1.0), (0.44, 0.4), (0.2, 0.16), (0.47, 0.3), (0.6, 0.3), (0.6, 1.0))
    ]
    board.shape(trunk, (112, 80, 72))
    for _ in range(40):
        x, y = 0.5 + side * board.rng.uniform(0.0, 0.55), board.rng.uniform(0, 0.3)
        tint = mix((250, 176, 200), (255, 226, 236), board.rng.random())
        board.disc(x, y, board.rng.uniform(0.03, 0.08), tint)
    for _ in range(45):
        x, y = board.rng.uniform(0, 1), board.rng.uniform(0, 1)
        board.disc(x, y, board.rng.uniform(0.006, 0.012), (250, 180, 204))


def _seaside(board: _Board) -> None:
    board.shade((120, 200, 240), (230, 246, 250), 0.5)
    board.box(0, 0.48, 1, 0.8, (44, 130, 186))
    for _ in range(36):
        x, y = board.rng.uniform(0, 1), board.rng.uniform(0.5, 0.78)
        board.box(x, y, x + 0.07, y + 0.004, (150, 210, 234))
    board.shape([(0, 0.8), (0.5, 0.76), (1, 0.8), (1, 1), (0, 1)], (242, 222, 172))
    x = board.rng.uniform(0.15, 0.85)
    board.shape([(x, 0.3), (x, 0.455), (x + 0.11, 0.455)], (255, 250, 240))
    board.shape([(x - 0.08, 0.465), (x + 0.13, 0.465), (x + 0.08, 0.5), (x - 0.04, 0.5)], (180, 70, 66))


def _classroom(board: _Board) -> None:
    board.shade((240, 228, 200), (226, 206, 170))
    board.box(0.05, 0.1, 0.95, 0.52, (140, 100, 70))
    board.box(0.065, 0.115, 0.935, 0.505, (48, 96, 78))
    for i in range(5):
        x, y = board.rng.uniform(0.1, 0.6), 0.16 + 0.065 * i
        board.box(x, y, x + board.rng.uniform(0.1, 0.3), y + 0.008, (200, 222, 210))
    board.box(0, 0.72, 1, 1, (178, 132, 94))
    for x in np.arange(0.02, 1, 0.34):
        board.box(x, 0.76, x + 0.26, 0.79, (214, 170, 120))
        board.box(x + 0.02, 0.79, x + 0.05, 1, (120, 120, 130))
        board.box(x + 0.21, 0.79, x + 0.24, 1, (120, 120, 130))


def _forest(board: _Board) -> None:
    board.shade((210, 236, 200), (120, 176, 120))
    for depth, colour in ((0.0, (150, 196, 150)), (0.1, (96, 150, 104)), (0.2, (58, 108, 76))):
        for _ in range(6):
            x, top = board.rng.uniform(-0.05, 1.05), board.rng.uniform(0.1, 0.4) + depth
            for tier in range(3):
                y, wide = top + 0.12 * tier, 0.08 + 0.04 * tier
                board.shape([(x, y), (x - wide, y + 0.2), (x + wide, y + 0.2)], colour)
            board.box(x - 0.015, min(top + 0.44, 0.95), x + 0.015, 1, (90, 66, 52))
    board.box(0, 0.9, 1, 1, (70, 120, 70))


def _confetti(board: _Board) -> None:
    ground = _pastel(board.rng)
    board.shade(mix(ground, _WHITE, 0.4), ground)
    for _ in range(26):
        x, y, radius = board.rng.uniform(0, 1), board.rng.uniform(0, 1), board.rng.uniform(0.02, 0.07)
        board.star(x, y, radius, mix(_pastel(board.rng), _WHITE, 0.2), tips=int(board.rng.choice([4, 5])))


BACKDROPS: dict[str, Callable[[_Board], None]] = {
    "clouds": _clouds,
    "dusk": _dusk,
    "night": _night,
    "room": _room,
    "stripes": _stripes,
    "rays": _rays,
    "dots": _dots,
    "blossom": _blossom,
    "seaside": _seaside,
    "classroom": _classroom,
    "forest": _forest,
    "confetti": _confetti,
}


def draw_backdrop(rng: np.random.Generator, size: tuple[int, int], name: str | None = None) -> Image.Image:
    """One of `BACKDROPS`, by its name or by chance."""
    board = _Board(size, rng)
    BACKDROPS[name or sorted(BACKDROPS)[int(rng.integers(len(BACKDROPS)))]](board)
    return board.finish()


def letter(picture: Image.Image, title: str, colour: Colour, at_top: bool) -> None:
    """Set the title along the top or bottom edge, in one line or two, outlined so that it reads on anything."""
    width, height = picture.size
    words = title.split()
    half = (len(words) + 1) // 2
    lines = [title] if len(title) <= 14 or len(words) == 1 else [" ".join(words[:half]), " ".join(words[half:])]
    draw = ImageDraw.Draw(picture)
    probe = ImageFont.load_default(100)
    widest = max(probe.getlength(line) for line in lines)
    size = min(width * 0.88 / widest * 100, height * 0.09)
    font = ImageFont.load_default(size)
    edge, gap = darker(colour, 0.45), max(2, round(size * 0.1))
    for i, line in enumerate(lines):
        foot = height * 0.05 + (i + 0.8) * size if at_top else height * 0.95 - (len(lines) - 1 - i) * size
        draw.text((width / 2, foot), line, _WHITE, font, "ms", stroke_width=gap, stroke_fill=edge)
