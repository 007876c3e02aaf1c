"""A small class to learn from: drawings in three colours that a tiny network tells apart within seconds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from anitui.pipeline.engine import InProcess
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import splits
from anitui.store.catalogue import open_catalogue
from anitui.train.making import TrainOrder, make_run
from anitui.train.run import Run
from anitui.workspace import Workspace, create

COLOURS = {"ai": (200, 60, 60), "bo": (60, 200, 60), "ci": (60, 60, 200)}
EACH = 12
TINY = {"model": "small", "size": 32, "start_size": 0, "batch": 8, "threads": 1, "ema": 0.0, "compile": "off"}


@dataclass(frozen=True)
class School:
    """A workspace with a split, and how one trains in it."""

    workspace: Workspace

    def run(self, **given: object) -> Run:
        """A run that is made and not started."""
        order = {name: str(given.pop(name)) for name in ("task", "split", "recipe", "name") if name in given}
        catalogue = open_catalogue(self.workspace.catalogue)
        try:
            what = TrainOrder(order.pop("split", "main"), device="cpu", given={**TINY, **given}, **order)  # type: ignore[arg-type]
            return run(make_run(self.workspace, catalogue, what), lambda _: None)
        finally:
            catalogue.close()


def draw(file: Path, colour: Sequence[int], seed: int, side: int = 40) -> None:
    """A drawing in a colour, with noise that no two share."""
    noise = np.random.default_rng(seed).integers(-50, 50, (side, side, 3))
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)).save(file)


def build(folder: Path) -> Path:
    """The workspace, closed: to be copied, which is quicker than to make another."""
    import pyarrow

    for place, (label, colour) in enumerate(COLOURS.items()):
        for number in range(EACH):
            draw(folder / "pictures" / label / f"{number}.png", colour, 100 * place + number)
    workspace = create(folder / "workspace")
    catalogue = open_catalogue(workspace.catalogue)
    order = ImportOrder([str(folder / "pictures")], labels_from_folders=True)
    run(import_pictures(workspace, catalogue, order, ImportSettings(), InProcess()), lambda _: None)
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, detector) "
            "SELECT image_id, 0, 0, width, height, 'whole' FROM images"
        )
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) "
            "SELECT face_id, regexp_extract(url, '([^/]+)/[^/]+$', 1), 'person', 'me' "
            "FROM faces JOIN sightings USING (image_id)"
        )
    rows = catalogue.rows("SELECT face_id, image_id, label FROM labelled_faces JOIN faces USING (face_id) ORDER BY 1")
    parts = ["train"] * 8 + ["val"] * 2 + ["test"] * 2
    columns = {
        "part": [parts[place % len(parts)] for place in range(len(rows))],
        "face_id": [row[0] for row in rows],
        "image_id": [row[1] for row in rows],
        "group_id": [row[1] for row in rows],
        "labels": [[row[2]] for row in rows],
    }
    splits.freeze(catalogue, [("main", {}, {}, pyarrow.table(columns), None)], "face", "characters")
    catalogue.close()
    return workspace.root


def copied(made: Path, folder: Path) -> School:
    """A copy of it of one's own."""
    return School(Workspace(shutil.copytree(made, folder / "school")))


def train_here(run: Run, stop: Callable[[], bool] = lambda: False) -> str:
    """Train in this process; the state that it ends in."""
    from anitui.detached import Worker
    from anitui.train.preparing import prepared
    from anitui.train.recipe import Recipe
    from anitui.train.run import METRICS
    from anitui.train.together import Together
    from anitui.train.voice import Voice

    worker = Worker(run.folder, log_name=METRICS)
    voice = Voice(worker)
    try:
        loop = prepared(run, Recipe(**run.settings["settings"]), voice, Together(), lambda **_: None)
        return loop.train(stop)
    finally:
        voice.close()
        worker.close()


def metrics(run: Run, name: str) -> list[tuple[int, float]]:
    """What was logged under a name: steps and values."""
    lines = [json.loads(line) for line in run.metrics.read_text().splitlines()]
    return [(line["step"], line[name]) for line in lines if name in line]
