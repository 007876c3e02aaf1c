"""Faces to learn from: a cast drawn again and again, in folders of their names, a few in the wrong one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from anitui.demo.character import Character
from anitui.demo.drawing import cast, draw_face

PEOPLE = 5
EACH = 26
WRONG = 5  # portraits that lie in the folder of somebody else
SIZE = 128  # pixels
_ROOM = 1.5  # how much larger they are drawn than they are cut
_QUALITY = 88


def draw_portraits(folder: Path, seed: int, people: int = PEOPLE, each: int = EACH) -> dict[str, str]:
    """Draw them into `folder/NAME/`. Returns which lie in the wrong folder: their path below it → whom they show."""
    who = cast(seed * 1000 + 999, people)
    misplaced = _misplaced(np.random.default_rng([seed, 0xBAD]), people, each)
    wrong: dict[str, str] = {}
    for number, person in enumerate(who):
        for place in range(each):
            home = who[misplaced.get((number, place), number)].name
            file = folder / home / f"portrait_{number}{place:02}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            _portrait(person, np.random.default_rng([seed, number, place])).save(file, "JPEG", quality=_QUALITY)
            if home != person.name:
                wrong[f"{home}/{file.name}"] = person.name
    return wrong


def _portrait(who: Character, rng: np.random.Generator) -> Image.Image:
    """Nearer or further, to one side or the other: else all of one person would be near-duplicates of each other."""
    side = round(SIZE * _ROOM)
    drawn = draw_face(who, rng, side, tilt=float(rng.uniform(-16, 16)))
    window = int(rng.uniform(0.62, 0.98) * side)
    middle = (0.5 * side, 0.54 * side)
    free = max(0.0, window / 2 - 0.27 * side)  # so that the face stays within it
    left, top = (int(np.clip(at - window / 2 + rng.uniform(-free, free), 0, side - window)) for at in middle)
    found = drawn.crop((left, top, left + window, top + window)).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    return found.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else found


def _misplaced(rng: np.random.Generator, people: int, each: int) -> dict[tuple[int, int], int]:
    """A few portraits, each with the number of another person."""
    chosen = rng.choice(people * each, min(WRONG, people * each), replace=False)
    return {divmod(int(one), each): (int(one) // each + int(rng.integers(1, people))) % people for one in chosen}
