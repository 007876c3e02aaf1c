"""How one character is drawn: hair behind, body, face, hair in front, each on the same pen."""

from __future__ import annotations

import numpy as np

from anitui.demo import outfit
from anitui.demo.character import Character, Colour
from anitui.demo.pen import Pen, Points, curve, darker, mirrored, mix, oval, polygon, star

WHITE: Colour = (255, 255, 255)
INK: Colour = (58, 34, 44)
EXPRESSIONS = ("smile", "laugh", "calm", "surprised", "sulky", "wink")

_EYE_X, _EYE_Y, _EYE_W, _EYE_H = 0.47, 0.16, 0.33, 0.37
_NECK = (0.0, 1.1)  # what a tilted head turns about


def draw_figure(
    pen: Pen, who: Character, rng: np.random.Generator, expression: str, tilt: float = 0.0, body: bool = True
) -> None:
    """Draw the whole character, head up to `tilt` degrees to a side, standing straight below."""
    with pen.turned(tilt, _NECK):
        _hair_behind(pen, who)
    if body:
        outfit.draw_body(pen, who, rng)
    with pen.turned(tilt, _NECK):
        _face(pen, who, expression)
        _hair_in_front(pen, who)
        _accessory(pen, who)


def _hair_behind(pen: Pen, who: Character) -> None:
    back, dark = darker(who.hair, 0.8), darker(who.hair, 0.5)
    if who.hair_style == "bun":
        for side in (-1, 1):
            pen.fill(oval(side * 1.02, -1.5, 0.5, 0.5), who.hair, dark)
            pen.line(oval(side * 1.02, -1.5, 0.27, 0.27, 150, 400), dark, 0.03)
            pen.fill(oval(side * 0.82, -1.2, 0.24, 0.14), who.accent, darker(who.accent, 0.6))
    elif who.hair_style == "twin tails":
        for side in (-1, 1):
            tail = curve(
                (1.05, -1.0), (2.2, -1.5), (2.2, 0.1), (2.25, 1.3), (1.75, 2.7),
                (1.75, 2.1), (1.55, 1.75), (1.5, 2.2), (1.3, 2.4), (1.55, 0.8), (1.1, -0.5),
            )  # fmt: skip
            pen.fill(mirrored(tail, side), who.hair, dark)
            for shift in (0.0, 0.25):
                strand = curve((1.3, -0.8), (1.95 - shift, -0.6), (1.9 - shift, 0.9), (1.85 - shift, 1.5), (1.65, 2))
                pen.line(mirrored(strand, side), back, 0.04)
            pen.fill(oval(side * 1.16, -0.88, 0.2, 0.25), who.accent, darker(who.accent, 0.6))
    elif who.hair_style == "ponytail":
        tail = curve(
            (0.5, -1.5), (1.9, -2.3), (2.1, -0.7), (2.35, 0.6), (1.75, 2.2), (1.85, 1.5), (1.6, 1.3),
            (1.5, 1.7), (1.35, 1.8), (1.6, 0.2), (0.8, -0.9),
        )  # fmt: skip
        pen.fill(tail, who.hair, dark)
        pen.line(curve((1.0, -1.35), (1.9, -1.3), (1.9, 0.3), (1.9, 1.0), (1.7, 1.6)), back, 0.04)
        pen.fill(oval(0.85, -1.4, 0.27, 0.2), who.accent, darker(who.accent, 0.6))
    if who.hair_style == "long":
        fall = curve(
            (-1.2, -0.9), (-1.75, 0.8), (-1.6, 2.6), (-1.35, 2.5), (-1.2, 2.75), (-0.9, 2.5), (-0.7, 2.7),
            (0, 2.5), (0.7, 2.7), (0.9, 2.5), (1.2, 2.75), (1.35, 2.5), (1.6, 2.6), (1.75, 0.8), (1.2, -0.9),
        )  # fmt: skip
    elif who.hair_style == "spiky":
        fall = polygon(
            [(-1.1, -1.2), (-1.75, -0.75), (-1.38, -0.5), (-1.8, 0.05), (-1.3, 0.15), (-1.5, 0.75), (-0.9, 0.8),
             (0, 1.2), (0.9, 0.8), (1.5, 0.75), (1.3, 0.15), (1.8, 0.05), (1.38, -0.5), (1.75, -0.75), (1.1, -1.2)]
        )  # fmt: skip
    elif who.hair_style == "short":
        fall = curve(
            (-1.2, -0.9), (-1.75, 0.6), (-1.25, 1.3), (-0.9, 1.15), (-0.8, 1.35), (0, 1.0), (0.8, 1.35),
            (0.9, 1.15), (1.25, 1.3), (1.75, 0.6), (1.2, -0.9),
        )  # fmt: skip
    else:  # put up or braided: only the nape shows
        fall = curve((-1.2, -0.9), (-1.5, 0.5), (-0.8, 1.0), (0, 1.2), (0.8, 1.0), (1.5, 0.5), (1.2, -0.9))
    pen.fill(fall, back, dark)


def _face(pen: Pen, who: Character, expression: str) -> None:
    jaw = mix(darker(who.skin, 0.5), INK, 0.25)
    for side in (-1, 1):
        pen.fill(oval(side * 1.0, 0.2, 0.15, 0.24), who.skin, jaw, 0.03)
    face = curve(
        (-0.98, -0.8), (-1.06, 0.1), (-0.9, 0.5), (-0.72, 0.86), (-0.28, 1.06), (0, 1.2), (0.28, 1.06),
        (0.72, 0.86), (0.9, 0.5), (1.06, 0.1), (0.98, -0.8),
    )  # fmt: skip
    pen.fill(face, who.skin)
    shadow = _fringe(who) + np.array([0.0, 0.1])
    pen.fill(np.concatenate([shadow, [[-0.9, -0.9], [0.9, -0.9]]]), darker(who.skin, 0.86))
    pen.line(face, jaw, 0.035)
    for side in (-1, 1):
        pen.fill(oval(side * 0.66, 0.64, 0.2, 0.09), mix(who.skin, (255, 140, 135), 0.26))
    _signature(pen, who)
    for side in (-1, 1):
        if expression == "wink" and side == 1:
            lid = curve((0.14, 0.22), (0.47, 0.5), (0.8, 0.16))
            pen.brush(lid, INK, 0.1)
        else:
            _eye(pen, who, side, expression)
        lift = {"surprised": -0.12, "sulky": 0.04}.get(expression, 0.0)
        slant = 0.07 if expression == "sulky" else -0.02
        brow = curve((0.2, -0.34 + lift + slant), (0.45, -0.46 + lift), (0.76, -0.32 + lift - slant))
        pen.brush(mirrored(brow, side), darker(who.hair, 0.55), 0.04)
    pen.line(curve((0.01, 0.5), (-0.035, 0.56), (0.02, 0.59)), mix(who.skin, jaw, 0.6), 0.03)
    _mouth(pen, who, expression)


def _eye(pen: Pen, who: Character, side: int, expression: str) -> None:
    x, y, w = side * _EYE_X, _EYE_Y, _EYE_W
    h = _EYE_H * {"surprised": 1.08, "calm": 0.93, "sulky": 0.93}.get(expression, 1.0)
    iris, rim = who.eyes, darker(who.eyes, 0.42)
    pen.fill(oval(x, y, w, h), WHITE)
    pen.fill(oval(x, y, w * 0.99, h * 1.0, 200, 340), (214, 214, 228))
    # Slightly towards the nose: a look that meets the viewer's.
    ix = x - side * 0.025
    pen.fill(oval(ix, y, w * 0.74, h * 0.95), iris, rim, 0.03)
    pen.fill(oval(ix, y, w * 0.72, h * 0.93, 172, 368), rim)
    pen.fill(oval(ix, y + h * 0.02, w * 0.56, h * 0.62), darker(iris, 0.72))
    pen.fill(oval(ix, y + h * 0.56, w * 0.42, h * 0.26), mix(iris, WHITE, 0.5))
    pen.fill(oval(ix, y + h * 0.02, w * 0.34, h * 0.44), (26, 16, 32))
    pen.fill(oval(ix - w * 0.3, y - h * 0.44, w * 0.25, h * 0.27), WHITE)
    pen.fill(oval(ix + w * 0.32, y + h * 0.4, w * 0.12, h * 0.13), WHITE)
    lash = curve((0.1, 0.03), (0.2, -0.34), (0.5, -0.28), (0.8, -0.24), (0.86, 0.16))
    pen.brush(mirrored(lash, side), INK, 0.15)
    wing = polygon([(0.76, -0.12), (0.98, -0.12), (0.86, 0.14)])
    pen.fill(mirrored(wing, side), INK)
    pen.brush(mirrored(curve((0.3, 0.51), (0.5, 0.58), (0.68, 0.47)), side), darker(who.skin, 0.5), 0.045)
    pen.brush(mirrored(curve((0.24, -0.27), (0.5, -0.4), (0.76, -0.25)), side), darker(who.skin, 0.68), 0.03)


def _mouth(pen: Pen, who: Character, expression: str) -> None:
    lip: Colour = (150, 66, 70)
    if expression in ("laugh", "wink"):
        mouth = curve((-0.22, 0.74), (0, 0.8), (0.22, 0.74), (0.16, 1.0), (0, 0.99), (-0.16, 1.0), (-0.22, 0.74))
        pen.fill(mouth, (176, 66, 78), lip)
        pen.fill(oval(0, 0.92, 0.11, 0.055), (238, 132, 132))
        if who.signature == "fang":
            pen.fill(polygon([(0.07, 0.77), (0.16, 0.76), (0.12, 0.86)]), WHITE)
    elif expression == "surprised":
        pen.fill(oval(0, 0.83, 0.08, 0.1), (176, 66, 78), lip)
    elif expression == "sulky":
        pen.brush(curve((-0.15, 0.86), (0, 0.74), (0.15, 0.86)), lip, 0.055)
    elif expression == "calm":
        pen.brush(curve((-0.12, 0.8), (0, 0.825), (0.12, 0.8)), lip, 0.055)
    else:
        pen.brush(curve((-0.22, 0.76), (0, 0.92), (0.22, 0.76)), lip, 0.065)
        if who.signature == "fang":
            pen.fill(polygon([(0.08, 0.82), (0.16, 0.79), (0.13, 0.89)]), WHITE)


def _signature(pen: Pen, who: Character) -> None:
    if who.signature == "mole":
        pen.fill(oval(0.36, 0.66, 0.035, 0.035), darker(who.skin, 0.35))
    elif who.signature == "freckles":
        for x, y in ((0.5, 0.6), (0.62, 0.66), (0.74, 0.6)):
            for side in (-1, 1):
                pen.fill(oval(side * x, y, 0.026, 0.026), darker(who.skin, 0.68))
    elif who.signature == "star":
        pen.fill(star(-0.62, 0.66, 0.12), who.accent, darker(who.accent, 0.6), 0.02)
    elif who.signature == "plaster":
        with_edge = polygon([(0.48, 0.6), (0.84, 0.5), (0.87, 0.62), (0.51, 0.72)])
        pen.fill(with_edge, (240, 205, 160), (190, 140, 100), 0.02)


_TIPS: dict[str, tuple[tuple[float, float], ...]] = {
    # (x of the tip, y of the tip) of each lock, from the right to the left
    "pointed": ((0.72, -0.02), (0.3, -0.2), (-0.06, -0.06), (-0.42, -0.2), (-0.76, -0.02)),
    "parted": ((0.9, 0.02), (0.66, -0.3), (0.05, -0.78), (-0.62, -0.3), (-0.9, 0.02)),
    "swept": ((0.8, -0.22), (0.42, -0.3), (0.0, -0.16), (-0.5, -0.04), (-0.88, 0.14)),
    "straight": ((0.7, -0.25), (0.36, -0.22), (0.0, -0.2), (-0.36, -0.22), (-0.7, -0.25)),
}


def _fringe(who: Character) -> Points:
    """The lower edge of the hair over the brow, from right to left."""
    tips = _TIPS[who.fringe]
    blunt = who.fringe == "straight"
    valley = -0.34 if blunt else -0.62
    points = [(1.0, -0.2)]
    for i, (x, y) in enumerate(tips):
        after = tips[i + 1][0] if i + 1 < len(tips) else -1.0
        between = (x + after) / 2
        points += [((points[-1][0] + x) / 2 + 0.1, (valley + y) / 2 + 0.1), (x, y)]
        points += [(x - 0.12 if not blunt else x - 0.17, (valley + y) / 2 - 0.02), (between, min(valley, y - 0.05))]
    points[-1] = (-1.0, -0.2)
    return curve(*points)


def _hair_in_front(pen: Pen, who: Character) -> None:
    dark, light = darker(who.hair, 0.5), mix(who.hair, WHITE, 0.45)
    reach = {"long": 1.75, "short": 1.0, "spiky": 0.55}.get(who.hair_style, 1.15)
    for side in (-1, 1):
        lock = curve(
            (1.2, -0.9), (1.42, 0.2), (1.22, reach * 0.75), (1.15, reach), (0.96, reach + 0.12),
            (1.02, reach * 0.6), (0.84, 0.1), (0.8, -0.2), (0.86, -0.9),
        )  # fmt: skip
        pen.fill(mirrored(lock, side), who.hair, dark)
    cap = curve(
        (-1.0, -0.2), (-1.1, 0.05), (-1.25, 0.1), (-1.48, -0.8), (-1.02, -1.32), (-0.6, -1.74), (0, -1.74),
        (0.6, -1.74), (1.02, -1.32), (1.48, -0.8), (1.25, 0.1), (1.1, 0.05), (1.0, -0.2),
    )  # fmt: skip
    fringe = _fringe(who)
    pen.fill(np.concatenate([cap, fringe]), who.hair)
    # No line where the cap runs into the side locks: it would look like a helmet.
    pen.line(cap[8:-8], dark)
    pen.line(fringe, dark)
    for x, _ in _TIPS[who.fringe][:-1]:
        pen.line(curve((x - 0.15, -0.5), (x * 0.9, -1.1), (x * 0.35, -1.42)), darker(who.hair, 0.72), 0.028)
    shine = oval(0, 0.2, 1.16, 1.42, 222, 318)
    jag = np.where(np.arange(len(shine)) % 4 < 2, 0.12, 0.22)[:, None] * np.array([[0.0, 1.0]])
    fade = np.sin(np.linspace(0, np.pi, len(shine)))[:, None]
    pen.fill(np.concatenate([shine, (shine + jag * fade)[::-1]]), light)
    if who.ahoge:
        pen.fill(curve((-0.1, -1.68), (0.0, -2.35), (0.62, -2.2), (0.2, -2.1), (0.1, -1.68)), who.hair, dark)
    if who.hair_style == "braids":
        for side in (-1, 1):
            for i in range(5):
                pen.fill(oval(side * (1.2 + 0.04 * i), 0.85 + 0.36 * i, 0.25 - 0.015 * i, 0.22), who.hair, dark)
            pen.fill(oval(side * 1.4, 2.53, 0.14, 0.1), who.accent, darker(who.accent, 0.6))
            pen.fill(curve((1.3, 2.6), (1.2, 2.9), (1.42, 3.0), (1.6, 2.9), (1.5, 2.6)) * [side, 1], who.hair, dark)


def _accessory(pen: Pen, who: Character) -> None:
    colour, edge = who.accent, darker(who.accent, 0.58)
    if who.accessory == "ribbon":
        for side in (-1, 1):
            loop = curve((0.0, 0.0), (0.3, -0.6), (0.62, -0.3), (0.7, 0.25), (0.55, 0.3), (0.3, 0.25), (0, 0))
            pen.fill(mirrored(loop, side) + np.array([0.0, -1.68]), colour, edge)
        pen.fill(oval(0, -1.66, 0.15, 0.17), colour, edge)
    elif who.accessory == "clip":
        for shift in (0.0, 0.17):
            bar = polygon([(-0.96, -0.62), (-0.5, -0.78), (-0.48, -0.68), (-0.94, -0.52)])
            pen.fill(bar + np.array([shift * 0.3, shift]), colour, edge, 0.02)
    elif who.accessory == "glasses":
        rim = mix(who.accent, who.skin, 0.35)  # a dark rim is what detectors stumble over
        for side in (-1, 1):
            pen.line(oval(side * _EYE_X, 0.2, 0.47, 0.46), rim, 0.03)
        pen.line(curve((-0.02, 0.16), (0, 0.14), (0.02, 0.16)), rim, 0.03)
    elif who.accessory == "flower":
        for turn in range(5):
            angle = np.radians(turn * 72)
            pen.fill(oval(0.95 + 0.19 * np.cos(angle), -0.95 + 0.19 * np.sin(angle), 0.16, 0.16), colour, edge, 0.02)
        pen.fill(oval(0.95, -0.95, 0.12, 0.12), (255, 224, 110), edge, 0.02)
    elif who.accessory == "beret":
        pen.fill(
            curve((-1.3, -1.05), (-1.75, -1.9), (-0.3, -2.1), (1.4, -2.3), (1.25, -1.2), (0, -1.75), (-1.3, -1.05)),
            colour, edge,
        )  # fmt: skip
        pen.line(curve((-0.2, -2.08), (-0.2, -2.2), (-0.1, -2.28)), edge, 0.08)
    elif who.accessory == "cat ears":
        for side in (-1, 1):
            ear = curve((0.45, -1.6), (0.75, -2.2), (1.2, -2.35), (1.4, -1.7), (1.25, -1.05))
            pen.fill(mirrored(ear, side), who.hair, darker(who.hair, 0.5))
            inner = curve((0.68, -1.6), (0.85, -1.95), (1.12, -2.1), (1.22, -1.7), (1.16, -1.3))
            pen.fill(mirrored(inner, side), (246, 170, 172))
    elif who.accessory == "headband":
        band = np.concatenate([oval(0, -0.3, 1.33, 1.4, 205, 335), oval(0, -0.22, 1.3, 1.24, 205, 335)[::-1]])
        pen.fill(band, colour, edge)
