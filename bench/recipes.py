"""The recipes against each other at equal CPU time: top-1 on a test that no training saw, over several seeds.

    python bench/recipes.py FOLDER [--seconds N] [--seeds N] [--threads N] [--with NAME=VALUE …]

FOLDER is a data set in class folders with `train` and `test`, as `anitui import --format imagefolder` takes it. With
--with a third way is tried beside the two: the recipe `strong` with these settings said otherwise.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from timing import table

from anitui import progress
from anitui.settings import CatalogueSettings
from anitui.store import splits
from anitui.store.catalogue import open_catalogue
from anitui.train.making import TrainOrder, make_run
from anitui.train.predicting import file_of, predict_part
from anitui.train.recipe import said_otherwise
from anitui.train.run import Run
from anitui.workspace import Workspace, create


def trained(workspace: Workspace, order: TrainOrder) -> Run:
    """A run, trained to its end in a process of its own, so that its CPU time is its own."""
    catalogue = open_catalogue(workspace.catalogue, CatalogueSettings(), told=print)
    try:
        run = progress.run(make_run(workspace, catalogue, order), lambda _: None)
    finally:
        catalogue.close()
    subprocess.run([sys.executable, "-m", "anitui.train", str(run.folder)], check=True)
    return run


def accuracy(run: Run) -> float:
    """Top-1 of the test part."""
    progress.run(predict_part(run, ["test"]), lambda _: None)
    with np.load(file_of(run, "test")) as said:
        right = said["logits"].argmax(axis=1) == run.members()["target"].to_numpy()[said["rows"]]
    return float(right.mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=200.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", choices=("classic", "strong"))
    parser.add_argument("--with", dest="given", action="append", default=[])
    options = parser.parse_args()
    ways: dict[str, tuple[str, dict[str, object]]] = {"classic": ("classic", {}), "strong": ("strong", {})}
    if options.only:
        ways = {} if options.given else {options.only: ways[options.only]}
    if options.given:
        ways[" ".join(options.given)] = ("strong", said_otherwise(options.given))
    with tempfile.TemporaryDirectory() as folder:
        workspace = create(Path(folder) / "recipes")
        command = ["import", "--format", "imagefolder", str(options.folder)]
        subprocess.run([sys.executable, "-m", "anitui", "-w", str(workspace.root), *command], check=True)
        catalogue = open_catalogue(workspace.catalogue, CatalogueSettings(), told=print)
        split = splits.names(catalogue)[0]
        catalogue.close()
        found: dict[str, list[float]] = {}
        for seed in range(1, options.seeds + 1):
            for way, (recipe, given) in ways.items():
                minutes = options.seconds / 60
                settings = {"epochs": 0.0, "cpu_minutes": minutes, "threads": options.threads, "seed": seed}
                run = trained(workspace, TrainOrder(split, recipe=recipe, given={**settings, **given}))
                found.setdefault(way, []).append(accuracy(run))
                epochs = run.standing().live["epoch"]
                print(f"{way}, seed {seed}: {found[way][-1]:.1%} after {epochs:.1f} epochs", flush=True)
    rows = [
        (way, f"{statistics.mean(each):.1%}", " ".join(f"{one:.1%}" for one in each)) for way, each in found.items()
    ]
    table(("recipe", f"top-1 after {options.seconds:.0f} CPU seconds", "by seed"), rows)


if __name__ == "__main__":
    main()
