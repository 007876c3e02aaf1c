"""A run of a detector is made: which pictures and which boxes it learns from, and what one should know of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.progress import Work
from anitui.store.catalogue import Catalogue
from anitui.store.detect_rows import DetectRows, Face, Sizes
from anitui.train.detection import models
from anitui.train.manifest import place, write_manifest
from anitui.train.recipe import Recipe
from anitui.words import count

FACE = "face"  # the one class
_FEW = 100  # pictures with which a detector learns little
_UNFIT = ("rotate", "mixup")  # boxes would not follow
_UNFIT_ALL = {"frozen": False, "balance": "none", "max_per_class": 0, "label_smoothing": 0.0}


def look(catalogue: Catalogue, split: str) -> Sizes:
    """What there is to learn from; WrongUse where there is nothing."""
    with DetectRows(catalogue, split) as rows:
        sizes = rows.sizes()
    if not sizes.faces:
        raise WrongUse(
            f"there are no boxes of faces in the pictures of {split}: find faces with `anitui detect`, or draw them in "
            "Boxes (g b)"
        )
    if not sizes.pictures.get("train"):
        raise WrongUse(f"no picture of the train part of {split} has a box of a face: make a new split")
    return sizes


def check(recipe: Recipe) -> None:
    """What can be seen to be impossible before anything is made."""
    found = models.find(recipe.model)
    for name in ("size", "start_size"):
        if getattr(recipe, name) % found.step:
            near = max(found.step, round(getattr(recipe, name) / found.step) * found.step)
            raise WrongUse(f"{recipe.model} takes sizes in steps of {found.step}: {name}={near}")
    if recipe.start_size and not found.grows:
        raise WrongUse(f"{recipe.model} takes pictures of one size: leave start_size out")
    for name in _UNFIT:
        if getattr(recipe, name):
            raise WrongUse(f"{name} is not for the task detect, since boxes cannot follow it: --with {name}=0")
    for name, usual in _UNFIT_ALL.items():
        if getattr(recipe, name) != usual:
            raise WrongUse(f"{name} is not for the task detect: leave it out")


def notes(sizes: Sizes) -> list[str]:
    """What one should know of what it learns from."""
    found = [_boxes(sizes)]
    if sizes.unknown:
        found.append(
            f"{count(sizes.unknown, 'picture is', 'pictures are')} left out: no face was found there, and nobody went "
            "through them in Boxes (g b) to say that there is none"
        )
    if sizes.pictures["train"] < _FEW:
        found.append(f"{count(sizes.pictures['train'], 'picture')} to learn from is little: some hundreds are better")
    if not sizes.pictures.get("val"):
        found.append("there is no val part: nothing is measured on the way, and the last model is kept")
    return found


def _boxes(sizes: Sizes) -> str:
    parts = [f"{sizes.drawn:,} drawn by a person"] if sizes.drawn else []
    parts += [f"{sizes.confirmed:,} found by a detector and seen by a person"] if sizes.confirmed else []
    parts += [f"{sizes.found:,} as a detector found them, which nobody went through"] if sizes.found else []
    without = f"; {count(sizes.without, 'picture')} without any" if sizes.without else ""
    return f"{count(sizes.faces, 'face')}: {', '.join(parts)}{without}"


def write_boxes(catalogue: Catalogue, split: str, file: Path) -> Work[None]:
    """A row for each face, and one for each picture that is known to have none."""
    with DetectRows(catalogue, split) as rows:
        yield from write_manifest(file, map(_row, rows.faces()))


def _row(face: Face) -> dict[str, Any]:
    here = face.box is not None
    return {
        "part": face.part, "face_id": face.face_id, "image_id": face.image_id, "group_id": face.group_id,
        "label": FACE if here else None, "labels": [FACE] * here, "target": 0 if here else -1, "targets": [0] * here,
        "file": face.path, "sha256": face.sha256, "width": face.width, "height": face.height, **place(face.box),
    }  # fmt: skip
