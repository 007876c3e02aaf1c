"""What a character wears and how they stand: the body below the head, seen from the front."""

from __future__ import annotations

import numpy as np

from anitui.demo.character import Character, Colour
from anitui.demo.pen import Pen, Points, curve, darker, mirrored, mix, oval, polygon

_WHITE: Colour = (250, 250, 252)
_TORSO: Points = curve(
    (-0.32, 1.3), (-0.9, 1.42), (-1.02, 1.75), (-0.95, 2.4), (-0.78, 3.1), (0, 3.2), (0.78, 3.1),
    (0.95, 2.4), (1.02, 1.75), (0.9, 1.42), (0.32, 1.3),
)  # fmt: skip


def draw_body(pen: Pen, who: Character, rng: np.random.Generator) -> None:
    """Legs, skirt, torso, arms and neck; about six units from neck to shoes."""
    pale = who.outfit == "sailor"
    top = _WHITE if pale else who.cloth
    edge = darker(who.cloth, 0.5)
    pose = int(rng.integers(4))
    _legs(pen, who)
    if who.outfit == "yukata":
        _robe(pen, who, edge)
    else:
        _skirt(pen, who, edge)
    for side in (-1, 1):
        if not (pose == 1 and side == 1):
            _arm(pen, who, side, top, edge, on_hip=pose == 2)
    pen.fill(_TORSO, top, edge)
    skin_edge = darker(who.skin, 0.6)
    pen.fill(curve((-0.3, 0.8), (-0.26, 1.3), (-0.42, 1.42), (0, 1.9), (0.42, 1.42), (0.26, 1.3), (0.3, 0.8)), who.skin)
    pen.fill(curve((-0.3, 0.8), (-0.28, 1.1), (-0.28, 1.18), (0, 1.42), (0.28, 1.18), (0.28, 1.1), (0.3, 0.8)),
             darker(who.skin, 0.84))  # fmt: skip
    pen.line(curve((-0.28, 1.15), (-0.27, 1.35), (-0.42, 1.42)), skin_edge, 0.03)
    pen.line(curve((0.28, 1.15), (0.27, 1.35), (0.42, 1.42)), skin_edge, 0.03)
    _front(pen, who, edge)
    if pose == 1:
        _raised_arm(pen, who, top, edge)


def _legs(pen: Pen, who: Character) -> None:
    sock, shoe = mix(who.cloth, _WHITE, 0.75), darker(who.cloth, 0.45)
    for side in (-1, 1):
        leg = polygon([(0.1, 3.8), (0.62, 3.8), (0.52, 6.2), (0.16, 6.2)])
        pen.fill(mirrored(leg, side), who.skin, darker(who.skin, 0.6), 0.03)
        low = polygon([(0.13, 5.3), (0.57, 5.3), (0.52, 6.2), (0.16, 6.2)])
        pen.fill(mirrored(low, side), sock, darker(sock, 0.6), 0.03)
        pen.fill(curve((0.08, 6.1), (0.3, 5.95), (0.62, 6.1), (0.85, 6.45), (0.6, 6.5), (0.3, 6.52), (0.08, 6.45),
                       (0.05, 6.3), (0.08, 6.1)) * [side, 1], shoe)  # fmt: skip


def _skirt(pen: Pen, who: Character, edge: Colour) -> None:
    colour = who.cloth if who.outfit != "hoodie" else darker(mix(who.cloth, (70, 70, 110), 0.6), 0.8)
    hem = curve(
        (-0.75, 2.95), (-1.15, 3.7), (-1.4, 4.5), (-1.1, 4.72), (-0.85, 4.58), (-0.55, 4.76), (-0.28, 4.62),
        (0, 4.78), (0.28, 4.62), (0.55, 4.76), (0.85, 4.58), (1.1, 4.72), (1.4, 4.5), (1.15, 3.7), (0.75, 2.95),
    )  # fmt: skip
    pen.fill(hem, colour, edge)
    for x in (-0.85, -0.28, 0.28, 0.85):
        pen.line(polygon([(x * 0.62, 3.15), (x, 4.58)]), darker(colour, 0.75), 0.035)


def _robe(pen: Pen, who: Character, edge: Colour) -> None:
    robe = curve((-0.75, 2.9), (-1.05, 4.5), (-0.95, 6.0), (0, 6.1), (0.95, 6.0), (1.05, 4.5), (0.75, 2.9))
    pen.fill(robe, who.cloth, edge)
    pen.line(curve((0.1, 3.2), (-0.1, 4.6), (0.25, 6.0)), edge, 0.035)
    for x, y in ((-0.5, 4.1), (0.55, 4.4), (-0.45, 5.2), (0.5, 5.5)):
        pen.fill(oval(x, y, 0.17, 0.17), mix(who.cloth, _WHITE, 0.55))


def _arm(pen: Pen, who: Character, side: int, sleeve: Colour, edge: Colour, on_hip: bool) -> None:
    if on_hip:
        bone = curve((0.9, 1.72), (1.5, 2.2), (1.55, 2.5), (1.4, 2.85), (0.95, 3.0))
    else:
        bone = curve((0.9, 1.72), (1.12, 2.3), (1.2, 3.3))
    _limb(pen, who, mirrored(bone, side), sleeve, edge)


def _raised_arm(pen: Pen, who: Character, sleeve: Colour, edge: Colour) -> None:
    _limb(pen, who, curve((0.85, 1.85), (1.5, 2.4), (1.75, 2.0), (1.95, 1.6), (1.95, 0.95)), sleeve, edge)


def _limb(pen: Pen, who: Character, bone: Points, sleeve: Colour, edge: Colour) -> None:
    """A sleeve that ends in a hand; the outline is a wider stroke beneath."""
    hand_x, hand_y = bone[-1]
    pen.fill(oval(hand_x, hand_y, 0.21, 0.23), who.skin, darker(who.skin, 0.6), 0.03)
    wide = 0.62 if who.outfit == "yukata" else 0.42
    cloth = bone[: -max(2, len(bone) // 8)]
    pen.line(cloth, edge, wide + 0.07)
    pen.line(cloth, sleeve, wide)


def _front(pen: Pen, who: Character, edge: Colour) -> None:
    """What tells one outfit from another: collars, ties, strings and belts."""
    accent, accent_edge = who.accent, darker(who.accent, 0.6)
    if who.outfit == "sailor":
        for side in (-1, 1):
            collar = curve((0.3, 1.22), (0.8, 1.35), (0.95, 1.6), (0.7, 2.0), (0, 2.3), (0.25, 1.8), (0.3, 1.22))
            pen.fill(mirrored(collar, side), who.cloth, edge)
            pen.line(mirrored(curve((0.78, 1.62), (0.55, 1.95), (0.04, 2.2)), side), _WHITE, 0.04)
            bow = curve((0, 2.3), (0.3, 2.0), (0.55, 2.2), (0.55, 2.6), (0.35, 2.62), (0.2, 2.5), (0, 2.3))
            pen.fill(mirrored(bow, side), accent, accent_edge)
        pen.fill(oval(0, 2.32, 0.11, 0.12), accent, accent_edge)
    elif who.outfit == "blazer":
        pen.fill(polygon([(-0.42, 1.4), (0.42, 1.4), (0, 2.6)]), _WHITE, edge)
        pen.fill(polygon([(-0.1, 1.85), (0.1, 1.85), (0.14, 2.35), (0, 2.55), (-0.14, 2.35)]), accent, accent_edge)
        for side in (-1, 1):
            lapel = polygon([(0.34, 1.3), (0.62, 1.5), (0.62, 1.95), (0.5, 2.0), (0.0, 2.7)])
            pen.fill(mirrored(lapel, side), darker(who.cloth, 0.85), edge)
        for y in (2.8, 3.0):
            pen.fill(oval(0.08, y, 0.05, 0.05), (240, 210, 120))
    elif who.outfit == "hoodie":
        hood = curve((-0.5, 1.25), (-0.95, 1.5), (-0.5, 1.75), (0, 2.2), (0.5, 1.75), (0.95, 1.5), (0.5, 1.25),
                     (0.3, 1.6), (0, 1.75), (-0.3, 1.6), (-0.5, 1.25))  # fmt: skip
        pen.fill(hood, darker(who.cloth, 0.85), edge)
        for side in (-1, 1):
            pen.line(polygon([(side * 0.2, 1.9), (side * 0.23, 2.4)]), _WHITE, 0.05)
        pocket = polygon([(-0.5, 2.65), (0.5, 2.65), (0.65, 3.05), (-0.65, 3.05)])
        pen.fill(pocket, darker(who.cloth, 0.9), edge, 0.03)
    elif who.outfit == "yukata":
        pen.fill(polygon([(0.42, 1.38), (0.2, 1.38), (-0.35, 2.5), (-0.1, 2.75)]), _WHITE, edge, 0.03)
        pen.fill(polygon([(-0.42, 1.38), (-0.2, 1.38), (0.35, 2.5), (0.1, 2.75)]), _WHITE, edge, 0.03)
        pen.fill(polygon([(-0.85, 2.5), (0.85, 2.5), (0.8, 3.1), (-0.8, 3.1)]), accent, accent_edge)
        pen.line(polygon([(-0.8, 2.8), (0.8, 2.8)]), mix(accent, _WHITE, 0.6), 0.06)
    else:  # pinafore
        pen.fill(polygon([(-0.5, 2.1), (0.5, 2.1), (0.62, 3.1), (-0.62, 3.1)]), _WHITE, edge, 0.03)
        for side in (-1, 1):
            pen.fill(mirrored(polygon([(0.5, 1.4), (0.68, 1.45), (0.5, 2.2), (0.34, 2.2)]), side), _WHITE, edge, 0.03)
            pen.fill(mirrored(curve((0, 1.66), (0.25, 1.45), (0.4, 1.55), (0.4, 1.85), (0, 1.66)), side), accent)
        pen.fill(oval(0, 1.67, 0.08, 0.08), accent_edge)
