"""Wrong labels found: of labels that were flipped, the share that comes first in the queue of a review.

    python bench/review.py FOLDER [--flipped 0.1] [--first 0.1] [--seconds 150] [--seeds 1] [--threads 1]

FOLDER is a data set in class folders, as `anitui import --format imagefolder` takes it. A tenth of all labels are given
to other classes, evenly drawn; a run is trained on that, and the queue is made as `anitui review` makes it. A queue by
chance has as large a share of the flipped in its first tenth as that is: a tenth.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow
from timing import table

from anitui import progress
from anitui.settings import CatalogueSettings
from anitui.store import splits
from anitui.store.catalogue import Catalogue, incoming, open_catalogue
from anitui.train.folds import out_of_fold
from anitui.train.making import TrainOrder, make_run
from anitui.train.review.making import make_review
from anitui.workspace import Workspace, create


def flip(catalogue: Catalogue, share: float, seed: int) -> set[int]:
    """Give a share of all faces another label; returns which."""
    rows = catalogue.rows("SELECT face_id, label FROM labelled_faces WHERE label_set = 'characters' ORDER BY face_id")
    names = sorted({label for _, label in rows})
    chance = np.random.default_rng(seed)
    chosen = [rows[each] for each in chance.choice(len(rows), round(share * len(rows)), replace=False)]
    others = [names[(names.index(label) + int(chance.integers(1, len(names)))) % len(names)] for _, label in chosen]
    flipped = pyarrow.table({"face_id": [face for face, _ in chosen], "label": others})
    with catalogue.writing() as connection, incoming(connection, flipped):
        connection.execute(
            "UPDATE face_labels SET label = incoming.label FROM incoming WHERE face_labels.face_id = incoming.face_id"
        )
    return {face for face, _ in chosen}


def found(workspace: Workspace, options: argparse.Namespace, seed: int) -> tuple[float, float]:
    """The share of the flipped in the first part of the queue, and the share of that part that were flipped."""
    catalogue = open_catalogue(workspace.catalogue, CatalogueSettings(), told=print)
    try:
        flipped = flip(catalogue, options.flipped, seed)
        settings = {"epochs": 0.0, "cpu_minutes": options.seconds / 60, "threads": options.threads, "seed": seed}
        order = TrainOrder(splits.names(catalogue)[0], given=settings)
        run = progress.run(make_run(workspace, catalogue, order), lambda _: None)
        subprocess.run([sys.executable, "-m", "anitui.train", str(run.folder)], check=True)
        progress.run(out_of_fold(run, catalogue), lambda _: None)
        everyone = int(catalogue.value("SELECT count(*) FROM labelled_faces"))
        done = progress.run(make_review(catalogue, run, limit=everyone), lambda _: None)
        first = round(options.first * everyone)
        queue = catalogue.rows(
            "SELECT face_id FROM review WHERE label_set = $set AND kind <> 'unlabelled' ORDER BY place LIMIT $first",
            {"set": done.label_set, "first": first},
        )
        hits = len(flipped & {face for (face,) in queue})
        return hits / len(flipped), hits / max(1, len(queue))
    finally:
        catalogue.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--flipped", type=float, default=0.1)
    parser.add_argument("--first", type=float, default=0.1)
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    rows = []
    for seed in range(1, options.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            workspace = create(Path(folder) / "review")
            command = ["import", "--format", "imagefolder", str(options.folder)]
            subprocess.run([sys.executable, "-m", "anitui", "-w", str(workspace.root), *command], check=True)
            share, precision = found(workspace, options, seed)
            rows.append((f"seed {seed}", f"{share:.1%}", f"{options.first:.1%}", f"{precision:.1%}"))
            print(*rows[-1], flush=True)
    heading = f"{options.flipped:.0%} of the labels flipped"
    table((heading, f"of them in the first {options.first:.0%}", "by chance", "of the first, flipped"), rows)


if __name__ == "__main__":
    main()
