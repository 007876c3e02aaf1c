"""Pictures with faces whose places are known, drawn small, in a workspace with a split: to learn finding from."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from anitui.demo.drawing import FaceBox, cast, draw_scene
from anitui.demo.scenery import draw_backdrop
from anitui.pipeline.engine import InProcess
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import splits
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.train.making import TrainOrder, make_run
from anitui.train.run import Run
from anitui.workspace import Workspace, create

NUMBER, EMPTY = 60, 4  # pictures with faces, and without
SIZES = ((160, 120), (120, 160), (140, 140))
TINY = {"model": "light", "size": 128, "batch": 8, "threads": 1, "compile": "off", "ema": 0.9}


@dataclass(frozen=True)
class Gallery:
    """A workspace with a split `main` of pictures, and how one trains in it."""

    workspace: Workspace

    def run(self, **given: object) -> Run:
        """A run that is made and not started."""
        order = {name: str(given.pop(name)) for name in ("split", "recipe", "name") if name in given}
        catalogue = open_catalogue(self.workspace.catalogue)
        try:
            what = TrainOrder(order.pop("split", "main"), "detect", device="cpu", given={**TINY, **given}, **order)
            return run(make_run(self.workspace, catalogue, what), lambda _: None)
        finally:
            catalogue.close()

    def catalogue(self) -> Catalogue:
        return open_catalogue(self.workspace.catalogue)


def draw(place: int) -> tuple[Image.Image, Sequence[FaceBox]]:
    """One of the pictures, and the faces in it; those after NUMBER have none."""
    chance = np.random.default_rng(place)
    size = SIZES[place % len(SIZES)]
    if place >= NUMBER:
        return draw_backdrop(chance, size), ()
    scene = draw_scene(cast(place % 7, 1 + place % 2), chance, size)
    return scene.picture, scene.faces


def build(folder: Path) -> Path:
    """The workspace, closed: to be copied, which is quicker than to make another."""
    import pyarrow

    there: dict[str, Sequence[FaceBox]] = {}
    (folder / "pictures").mkdir(parents=True)
    for place in range(NUMBER + EMPTY):
        picture, faces = draw(place)
        picture.save(folder / "pictures" / f"{place}.png")
        there[f"{place}.png"] = faces
    workspace = create(folder / "workspace")
    catalogue = open_catalogue(workspace.catalogue)
    order = ImportOrder([str(folder / "pictures")])
    run(import_pictures(workspace, catalogue, order, ImportSettings(), InProcess()), lambda _: None)
    rows = catalogue.rows("SELECT image_id, parse_filename(url) FROM images JOIN sightings USING (image_id) ORDER BY 1")
    boxes = [(image, face.x, face.y, face.w, face.h) for image, name in rows for face in there[name]]
    with catalogue.writing() as connection:
        connection.executemany(
            "INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (?, ?, ?, ?, ?, 'person')", boxes
        )
        empty = [(image,) for image, name in rows if not there[name]]
        connection.executemany("INSERT INTO reviewed_images (image_id) VALUES (?)", empty)
    parts = ["train"] * 4 + ["val"]
    columns = {
        "part": [parts[place % len(parts)] for place in range(len(rows))],
        "face_id": pyarrow.nulls(len(rows), pyarrow.int64()),
        "image_id": [image for image, _ in rows],
        "group_id": [image for image, _ in rows],
        "labels": [["face"]] * len(rows),
    }
    splits.freeze(catalogue, [("main", {}, {}, pyarrow.table(columns), None)], "image", "boxes")
    catalogue.close()
    return workspace.root


def copied(made: Path, folder: Path) -> Gallery:
    """A copy of it of one's own."""
    return Gallery(Workspace(shutil.copytree(made, folder / "gallery")))
