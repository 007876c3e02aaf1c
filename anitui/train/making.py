"""A run is made: who is in it, as it is now, and every setting; all of it frozen in its folder before it starts."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.progress import Event, Work
from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.store.dataset_rows import Asked, DatasetRows, Member
from anitui.train import models
from anitui.train import recipe as recipes
from anitui.train.detection import making as detecting
from anitui.train.manifest import place, write_manifest
from anitui.train.recipe import Recipe
from anitui.train.run import Run, new_folder, now
from anitui.words import count
from anitui.workspace import Workspace

if TYPE_CHECKING:
    pass

#: Of each task: what its best model is chosen by.
BEST_BY = {"single": "val/top1", "multi": "val/map", "embed": "val/eer", "detect": "val/ap"}
TASKS = tuple(BEST_BY)
_FEW = 2  # pictures of a class that one can hardly learn from


@dataclass(frozen=True, slots=True)
class TrainOrder:
    """What is to be trained. `given`: settings of the recipe that are to be otherwise."""

    split: str
    task: str = "auto"  # single for faces, multi for pictures
    recipe: str = recipes.USUAL
    name: str = ""
    device: str = "auto"
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an order comes to, before anything is made. `notes` say what one should know of it."""

    order: TrainOrder
    task: str
    kind: str
    label_set: str
    recipe: Recipe
    classes: tuple[str, ...]
    sizes: Mapping[str, int]  # of the parts, of those that are in a class
    notes: tuple[str, ...]


def plan(catalogue: Catalogue, order: TrainOrder) -> Plan:
    """Check an order, and say what it comes to; WrongUse where it cannot be meant."""
    found = splits.find(catalogue, order.split)
    task = _task(order, found.kind)
    if order.recipe == recipes.USUAL:
        order = replace(order, recipe=recipes.USUAL_OF.get(task, recipes.USUAL))
    recipe = recipes.load(order.recipe).changed(order.given, "the settings given")
    _check(recipe, task)
    if task == "detect":
        boxes = detecting.look(catalogue, order.split)
        told = tuple(detecting.notes(boxes))
        return Plan(order, task, found.kind, found.label_set, recipe, (detecting.FACE,), boxes.pictures, told)
    with DatasetRows(catalogue, Asked(order.split, label_set=found.label_set)) as rows:
        sizes = rows.sizes()
    counts = {label: parts for label, parts in sizes.counts.items() if parts.get("train")}
    classes = tuple(sorted(counts))
    if not classes:
        raise WrongUse(f"nobody in the train part of {order.split} is here and has a label: make a new split")
    if task in ("single", "embed") and len(classes) < 2:
        raise WrongUse(f"all of the train part of {order.split} are {classes[0]}: there is nothing to tell apart")
    parts = {part: number for part, (number, _) in sizes.parts.items()}
    notes = _notes(counts, sizes.counts, parts, task, recipe)
    return Plan(order, task, found.kind, found.label_set, recipe, classes, parts, tuple(notes))


def make_run(workspace: Workspace, catalogue: Catalogue, order: TrainOrder) -> Work[Run]:
    """Make a run; it is not started. Closed on the way, nothing of it is left."""
    yield Event("looking who is in it")
    what = plan(catalogue, order)
    folder = new_folder(workspace)
    try:
        if what.task == "detect":
            yield from detecting.write_boxes(catalogue, order.split, Run(folder).manifest)
        else:
            yield from _write_manifest(catalogue, what, Run(folder))
            _write_pairs(catalogue, what, Run(folder))
        settings = {
            "run": int(folder.name),
            "name": order.name or f"{what.order.recipe} on {order.split}",
            "task": what.task,
            "split": order.split,
            "kind": what.kind,
            "label_set": what.label_set,
            "recipe": what.order.recipe,
            "model": what.recipe.model,
            "device": order.device,
            "classes": list(what.classes),
            "seed": what.recipe.seed,
            "best_by": BEST_BY[what.task],
            "made_at": now(),
            "notes": list(what.notes),
            "settings": what.recipe.plain(),
        }
        write_atomically(folder / "settings.json", json.dumps(settings, ensure_ascii=False, indent=1).encode())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Run(folder)


def _task(order: TrainOrder, kind: str) -> str:
    if order.task == "auto":
        return "single" if kind == "face" else "multi"
    if order.task not in TASKS:
        raise WrongUse(f"there is no task {order.task}: there are {', '.join(TASKS)}")
    return order.task


def _check(recipe: Recipe, task: str) -> None:
    """What can be seen to be impossible before anything is made."""
    fits = {
        "single": ("auto", "cross_entropy"),
        "multi": ("auto", "soft_margin", "asymmetric"),
        "embed": ("auto", "arcface", "contrastive"),
        "detect": ("auto",),
    }[task]
    if task == "detect":
        detecting.check(recipe)
    else:
        models.find(recipe.model)
    if recipe.loss not in fits:
        raise WrongUse(f"the loss {recipe.loss} is not for the task {task}: it takes {', '.join(fits)}")
    if task == "embed" and recipe.batch < 2:
        raise WrongUse("faces are compared with each other in a batch: give a batch of at least 2")


def _notes(
    counts: Mapping[str, Mapping[str, int]],
    all_counts: Mapping[str, Mapping[str, int]],
    parts: Mapping[str, int],
    task: str,
    recipe: Recipe,
) -> list[str]:
    found: list[str] = []
    few = sorted(label for label, own in counts.items() if own["train"] < _FEW)
    if few:
        found.append(
            f"{count(len(few), 'class has', 'classes have')} a single picture to learn from: {_some(few)}; leave such "
            "out with `anitui split --min-per-class`"
        )
    unseen = sorted(set(all_counts) - set(counts))
    if unseen and task in ("single", "multi"):
        found.append(
            f"{count(len(unseen), 'class is', 'classes are')} not in the train part, and not measured: {_some(unseen)}"
        )
    if not parts.get("val"):
        found.append("there is no val part: nothing is measured on the way, and the last model is kept")
    sizes = Counter({label: own["train"] for label, own in counts.items()})
    if task == "single" and recipe.balance == "none" and len(sizes) > 1:
        (most, number), (least, fewest) = sizes.most_common(1)[0], sizes.most_common()[-1]
        if number > 20 * fewest:
            found.append(
                f"{most} has {number:,} pictures and {least} {fewest:,}: --with balance=root shows rare ones more often"
            )
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def _write_manifest(catalogue: Catalogue, what: Plan, run: Run) -> Work[None]:
    numbers = {label: number for number, label in enumerate(what.classes)}
    asked = Asked(what.order.split, label_set=what.label_set)
    with DatasetRows(catalogue, asked) as rows:
        found = (_row(each, numbers, what.task) for each in rows.members("picture"))
        yield from write_manifest(run.manifest, found, sum(what.sizes.values()))


def _row(each: Member, numbers: Mapping[str, int], task: str) -> dict[str, Any]:
    return {
        "part": each.part, "face_id": each.face_id, "image_id": each.image_id, "group_id": each.group_id,
        "label": each.labels[0] if len(each.labels) == 1 or task != "multi" else None, "labels": list(each.labels),
        "target": numbers.get(each.labels[0], -1),
        "targets": [numbers[name] for name in each.labels if name in numbers],
        "file": each.path, "sha256": each.sha256, "width": each.width, "height": each.height, **place(each.box),
    }  # fmt: skip


def _write_pairs(catalogue: Catalogue, what: Plan, run: Run) -> None:
    import pyarrow.parquet

    _, pairs = splits.whole(catalogue, what.order.split)
    if len(pairs):
        pyarrow.parquet.write_table(pairs, run.folder / "pairs.parquet")
