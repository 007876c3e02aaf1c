"""Who lives in the sample's world: invented characters, each told apart from the others at a glance."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]

HAIR_STYLES = ("long", "short", "twin tails", "bun", "ponytail", "braids", "spiky")
FRINGES = ("pointed", "parted", "swept", "straight")
ACCESSORIES = ("ribbon", "clip", "glasses", "flower", "beret", "cat ears", "headband", "none")
OUTFITS = ("sailor", "blazer", "hoodie", "yukata", "pinafore")
SIGNATURES = ("mole", "freckles", "fang", "star", "plaster", "none")

_SKINS: tuple[Colour, ...] = ((255, 236, 220), (253, 226, 205), (247, 216, 190), (236, 198, 168))
# fmt: off
_GIVEN = [
    "Amiru", "Borune", "Chisae", "Dorumi", "Ekiho", "Fumori", "Girane", "Hozue", "Ibuna",
    "Jurika", "Kotemi", "Lunaho", "Mizane", "Norika", "Osemi", "Piyora", "Quiri", "Rusame",
    "Soyuna", "Tomika", "Uzuha", "Vereno", "Wakuri", "Yoshine",
]
_FAMILY = [
    "Aomizuki", "Brasswick", "Copperlane", "Dewfield", "Emberhara", "Fogmura", "Glasshino", "Harukaze", "Inkwell",
    "Juniper", "Kumobashi", "Lanternby", "Mossgrove", "Nightjar", "Oarsman", "Plumhollow", "Quillmori", "Rainford",
]
# fmt: on


@dataclass(frozen=True, slots=True)
class Character:
    """One invented person. Equal fields draw equal pictures, given the same random generator."""

    name: str
    hair: Colour
    eyes: Colour
    hair_style: str
    fringe: str
    ahoge: bool
    accessory: str
    accent: Colour
    outfit: str
    cloth: Colour
    skin: Colour
    signature: str


def cast(seed: int, count: int) -> list[Character]:
    """`count` characters for one title: hair colours spread over the wheel, no two with one hair style or name
    while the lists last. The same seed gives the same cast."""
    rng = np.random.default_rng([seed, 0xCA57])
    styles, fringes = _shuffled(rng, HAIR_STYLES), _shuffled(rng, FRINGES)
    accessories, outfits = _shuffled(rng, ACCESSORIES), _shuffled(rng, OUTFITS)
    signatures, given, family = (_shuffled(rng, names) for names in (SIGNATURES, _GIVEN, _FAMILY))
    first_hue = rng.random()
    people = []
    for i in range(count):
        hue = (first_hue + i / max(count, 1) + rng.uniform(-0.04, 0.04)) % 1.0
        people.append(
            Character(
                name=f"{given[i % len(given)]} {family[i % len(family)]}",
                hair=_hair_colour(rng, hue, unusual=i % 3 == 2),
                eyes=_colour(hue + rng.uniform(0.25, 0.75), rng.uniform(0.6, 0.9), rng.uniform(0.7, 0.95)),
                hair_style=styles[i % len(styles)],
                fringe=fringes[i % len(fringes)],
                ahoge=bool(rng.random() < 0.35),
                accessory=accessories[i % len(accessories)],
                accent=_colour(hue + 0.5 + rng.uniform(-0.15, 0.15), 0.75, 0.9),
                outfit=outfits[i % len(outfits)],
                cloth=_colour(hue + rng.uniform(0.3, 0.7), rng.uniform(0.4, 0.65), rng.uniform(0.4, 0.75)),
                skin=_SKINS[int(rng.choice(len(_SKINS), p=(0.4, 0.3, 0.2, 0.1)))],
                signature=signatures[i % len(signatures)],
            )
        )
    return people


def _shuffled(rng: np.random.Generator, names: tuple[str, ...] | list[str]) -> list[str]:
    return [names[i] for i in rng.permutation(len(names))]


def _hair_colour(rng: np.random.Generator, hue: float, unusual: bool) -> Colour:
    if unusual:  # silver, black-blue, chestnut and straw beside the bright ones
        hue, saturation, value = ((0.62, 0.12, 0.9), (0.64, 0.45, 0.33), (0.06, 0.55, 0.5), (0.13, 0.5, 0.96))[
            int(rng.integers(4))
        ]
        return _colour(hue, saturation, value)
    return _colour(hue, rng.uniform(0.42, 0.68), rng.uniform(0.62, 0.95))


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)
