"""The sample as files in a folder, as a collector's disk has them: titles, formats, duplicates and broken files."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anitui.demo import odd_files
from anitui.demo.drawing import FaceBox, Scene, cast, draw_cutout, draw_scene
from anitui.demo.formats import FORMATS, Format
from anitui.demo.near_copies import RECIPES
from anitui.demo.odd_files import Refusal

_TITLES = (
    "Rooftop Rain Club",
    "Moss and Thunder",
    "The Lighthouse Eats Breakfast",
    "Paper Comet Academy",
    "Kettle Witch Apprentice",
    "Glass Otter Detectives",
    "Seventeen Umbrellas",
    "Orchard of Quiet Bells",
    "Midnight Bakery Line",
    "Snowbound Signal",
    "Teacup Voyagers",
    "Lanterns of the Ninth Tide",
)
_CAST_SIZE = 4
_NEAR_EACH = 3  # near-duplicates by each recipe
_PORTRAITS = ((640, 900), (560, 800), (720, 1020), (480, 680))
_LANDSCAPES = ((960, 540), (854, 480), (720, 720), (1120, 630))


@dataclass(frozen=True, slots=True)
class WorldPicture:
    """One whole picture: where it lies, what it is saved as, and who was drawn into it where (seen upright)."""

    path: Path
    title: str
    kind: str
    faces: tuple[FaceBox, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """A picture that was made from another; `how` says by which change."""

    original: Path
    copy: Path
    how: str


@dataclass(slots=True)
class WorldReport:
    """What `make_world` wrote, so that what is found later can be held against what is there."""

    folder: Path
    pictures: list[WorldPicture] = field(default_factory=list)
    near_duplicates: list[Copy] = field(default_factory=list)
    exact_copies: list[Copy] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many files of each kind, beside the near-duplicates, exact copies and refused ones."""
        kinds = Counter(picture.kind for picture in self.pictures)
        return {
            **dict(sorted(kinds.items())),
            "near-duplicate": len(self.near_duplicates),
            "exact copy": len(self.exact_copies),
            "refused": len(self.refused),
        }

    @property
    def files(self) -> int:
        """How many files lie in the folder altogether."""
        return sum(self.counts.values())


def make_world(
    folder: Path,
    seed: int = 7,
    titles: int = 6,
    pictures_per_title: int = 8,
    told: Callable[[int, int], None] | None = None,
) -> WorldReport:
    """Draw the sample into `folder`: one folder per title, and `odd/` with files that no import can take.

    The same arguments write the same bytes wherever the same versions of Pillow and numpy are installed; files
    of an earlier world are overwritten. `told(done, total)` is called after each picture. Kinds that this
    Pillow cannot write are left out.
    """
    report = WorldReport(folder)
    total = titles * pictures_per_title
    schedule = _schedule([kind for kind in FORMATS if kind.available()], total)
    for number in range(titles):
        title = _title(number)
        shelf = folder / title
        shelf.mkdir(parents=True, exist_ok=True)
        for i in range(pictures_per_title):
            done = number * pictures_per_title + i
            report.pictures.append(_draw(shelf, title, i, schedule[done], [seed, number, i]))
            if told is not None:
                told(done + 1, total)
    _copy_some(report)
    report.refused = odd_files.write(folder / "odd", seed)
    return report


def _title(number: int) -> str:
    name = _TITLES[number % len(_TITLES)]
    season = number // len(_TITLES) + 1
    return name if season == 1 else f"{name} {season}"


def _schedule(kinds: list[Format], total: int) -> list[Format]:
    """One of each kind, spread evenly, and plain JPEG (the first kind) between them; a small world has fewer."""
    plan = [kinds[0]] * total
    for i, kind in enumerate(kinds[:total]):
        plan[i * total // min(len(kinds), total)] = kind
    return plan


def _draw(shelf: Path, title: str, i: int, kind: Format, seed: list[int]) -> WorldPicture:
    rng = np.random.default_rng(seed)
    people = cast(seed[0] * 1000 + seed[1], _CAST_SIZE)
    poster = i % 4 == 0
    many = int(rng.choice([1, 2, 3], p=(0.35, 0.4, 0.25)))
    present = [people[int(who)] for who in rng.permutation(len(people))[:many]]
    size = (_PORTRAITS if poster else _LANDSCAPES)[int(rng.integers(4))]
    scene: Scene
    if kind.transparent:
        scene = draw_cutout(present[0], rng, (480, 820))
    else:
        scene = draw_scene(present, rng, size, title if poster else None)
    path = shelf / f"{'poster' if poster else 'still'}_{i + 1:02}{kind.suffix}"
    kind.save(scene.picture, path, rng)
    return WorldPicture(path, title, kind.name, scene.faces)


def _copy_some(report: WorldReport) -> None:
    """Near-duplicates of most plain pictures, by every recipe in turn, and a few exact copies.

    Every third lies among the downloads, as if it had come from somewhere else: with another label, that is.
    """
    plain = [picture.path for picture in report.pictures if picture.kind.startswith("jpeg")]
    downloads = report.folder / "downloads"
    downloads.mkdir(exist_ok=True)
    for number in range(_NEAR_EACH * len(RECIPES)):
        recipe = RECIPES[number % len(RECIPES)]
        # Strides of five: some pictures have two such copies, and few of them an exact one as well.
        original = plain[number * 5 % len(plain)]
        place = downloads if number % 3 == 2 else original.parent
        copy = place / f"{original.stem} of {original.parent.name} ({recipe.how}){recipe.suffix}"
        recipe.make(original, copy)
        report.near_duplicates.append(Copy(original, copy, recipe.how))
    for number, original in enumerate(plain[1 :: max(1, len(plain) // 4)][:4]):
        copy = downloads / f"image ({number + 1}).jpg"
        shutil.copyfile(original, copy)
        report.exact_copies.append(Copy(original, copy, "same bytes"))
