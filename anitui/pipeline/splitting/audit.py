"""Anybody's folders of pictures in parts: what of the test is, in one form or another, in the training as well."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.pipeline import name_sources
from anitui.pipeline.engine import Engine, Processes
from anitui.pipeline.examine import Examined, Order, Rejected, Task, crashed, examine, limits_of
from anitui.pipeline.sources import FoundFile, Unfit
from anitui.pipeline.sources.folder import walk
from anitui.pipeline.splitting.near import Hashed, near_pairs
from anitui.pipeline.splitting.order import LARGEST, NEAR, check_alike
from anitui.progress import Event, Work
from anitui.settings import ImportSettings
from anitui.words import count

Places = NDArray[np.int64]

# What folders of parts are called.
PARTS = {
    "train": "train", "training": "train", "trainset": "train", "train_set": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test", "testset": "test", "test_set": "test", "eval": "test", "query": "test",
}  # fmt: skip
_RANK = {"train": 0, "val": 1, "test": 2}
SHOWN = 1000  # leaks that a report holds; the file has all of them
REASONS = ("the same file", "near-duplicate", "cut from one picture")


@dataclass(frozen=True, slots=True)
class AuditOrder:
    """Which folders, and what counts as a leak."""

    folders: Sequence[Path]
    near: int = NEAR
    names: str = "auto"
    largest: int = LARGEST
    output: Path | None = None


@dataclass(slots=True)
class AuditReport:
    """How much of each part is in an earlier one as well, and which pictures these are."""

    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    leaking: int = 0  # pictures of later parts that are in an earlier one
    leaks: list[dict[str, Any]] = field(default_factory=list)  # the first of them
    names: str = ""  # how the files' names were read
    asked_names: str = "auto"
    piles: int = 0  # names that too many files share to be one picture's
    same_part: int = 0  # pictures that have a near-duplicate beside them, which is no leak
    refused: list[dict[str, str]] = field(default_factory=list)
    output: str | None = None
    seconds: float = 0.0


def audit(order: AuditOrder, settings: ImportSettings, engine: Engine | None = None) -> Work[AuditReport]:
    """Look through folders, and find what lies on two sides."""
    begun = time.monotonic()
    check_alike(order.near, order.names)
    if order.output is not None and order.output.exists():
        raise WrongUse(f"{order.output} is there already: give -o another name")
    report = AuditReport(asked_names=order.names)
    yield Event("looking for pictures")
    found = list(_found(order.folders, report))
    names = sorted({part for _, part in found}, key=lambda name: (_RANK.get(name, 3), name))
    if len(names) < 2:
        raise WrongUse(_no_parts(order.folders, names, report.refused))
    task_order = Order("", "reference", "exact", limits_of(settings), settings.seconds_per_picture)
    tasks = [Task(at, path, None, task_order) for at, (path, _) in enumerate(found)]
    seen: list[Examined] = []
    engine = engine or Processes(settings.workers)
    yield Event("looking at pictures", 0, len(tasks))
    with closing(engine.map(examine, tasks, crashed)) as results:
        for number, each in enumerate(results, 1):
            if isinstance(each, Rejected):
                report.refused.append({"path": each.task.path, "reason": each.reason})
            else:
                seen.append(each)
            yield Event("looking at pictures", number, len(tasks), counts={"refused": len(report.refused)})
    seen.sort(key=lambda each: each.task.path)
    yield Event("looking for leaks")
    _compare(seen, [found[each.task.item_id][1] for each in seen], names, order, report)
    report.seconds = round(time.monotonic() - begun, 3)
    return report


def _found(folders: Sequence[Path], report: AuditReport) -> Iterator[tuple[str, str]]:
    """Every picture with its part: the folder of that name that it lies in, or else the folder that was given."""
    for folder in folders:
        if not folder.is_dir():
            raise WrongUse(f"{folder} is no folder: name one that holds train and test, or a folder for each part")
        for each in walk([folder], label=None, labels_from_folders=False):
            if isinstance(each, Unfit):
                report.refused.append({"path": each.path, "reason": each.reason})
                continue
            assert isinstance(each, FoundFile)
            if Path(each.path).suffix.lower() in _NOT_PICTURES:
                continue
            below = Path(each.path).relative_to(folder).parts[:-1]
            part = next((PARTS[step.lower()] for step in below if step.lower() in PARTS), None)
            if part is None and len(folders) > 1:
                part = PARTS.get(folder.name.lower(), folder.name)
            if part is not None:
                yield each.path, part


# What lies beside the pictures of sets; anything else is looked at.
_NOT_PICTURES = {".csv", ".json", ".jsonl", ".txt", ".xml", ".yaml", ".yml", ".md", ".tsv", ".cache", ".parquet", ".db"}


def _no_parts(folders: Sequence[Path], names: list[str], refused: list[dict[str, str]]) -> str:
    where = ", ".join(str(folder) for folder in folders)
    there = f"{where} has pictures of {names[0]} only" if names else f"{where} has no pictures of train, val or test"
    if refused:
        first = f"{refused[0]['path']}: {refused[0]['reason']}"
        there += f" ({count(len(refused), 'file')} could not be looked at, such as {first})"
    return f"{there}: name a folder that holds train and test, or a folder for each part"


def _compare(
    seen: list[Examined], part_of: list[str], names: list[str], order: AuditOrder, report: AuditReport
) -> None:
    part = np.array([names.index(each) for each in part_of], np.int64)
    paths = [each.task.path for each in seen]
    facts = [each.facts for each in seen]
    measured = [(each.sharpness, each.brightness, each.colourfulness, each.colour_share) for each in facts]
    bits = np.array([each.dhash for each in facts], np.uint64)
    told = name_sources.read(paths, order.names, name_sources.Looks(np.array(measured, float).reshape(-1, 4), bits))
    report.names = told.way
    by_reason: dict[str, dict[int, tuple[int, int]]] = {reason: {} for reason in REASONS}
    digests: dict[str, int] = {}
    same = np.array([digests.setdefault(each.sha256, len(digests)) for each in seen], np.int64)
    _match(by_reason["the same file"], _together(same), part)
    sources = told.sources.to_numpy().copy()
    sizes = np.bincount(sources[sources >= 0], minlength=1)
    report.piles = int((sizes > order.largest).sum())
    sources[(sources >= 0) & (sizes[np.maximum(sources, 0)] > order.largest)] = -1
    _match(by_reason["cut from one picture"], _together(sources), part)
    if order.near >= 0 and seen:
        hashed = Hashed.of(np.arange(len(seen)), bits)
        beside = np.zeros(len(seen), bool)
        for one, other, distance in near_pairs(hashed, order.near):
            left = hashed.nodes[hashed.starts[one] : hashed.starts[one + 1]]
            right = hashed.nodes[hashed.starts[other] : hashed.starts[other + 1]]
            near = by_reason["near-duplicate"]
            for a in left.tolist():
                for b in right.tolist():
                    if part[a] == part[b]:
                        beside[[a, b]] = beside[[a, b]] | (a != b)
                        continue
                    if same[a] == same[b]:
                        continue  # it is told as the same file
                    early, late = (a, b) if part[a] < part[b] else (b, a)
                    if late not in near or (part[early], distance) < (part[near[late][0]], near[late][1]):
                        near[late] = (early, distance)
        report.same_part = int(beside.sum())
    _tell(seen, part, names, by_reason, order, report)


def _together(keys: Places) -> list[Places]:
    """Places with the same key, where there are several; below 0 is none."""
    order = np.argsort(keys, kind="stable")
    order = order[keys[order] >= 0]
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    return [group for group in np.split(order, cuts) if len(group) > 1]


def _match(found: dict[int, tuple[int, int]], groups: list[Places], part: Places) -> None:
    """Those who have one of their group in an earlier part, with the first of the earliest."""
    for group in groups:
        first = int(group[part[group].argmin()])
        for each in group.tolist():
            if part[each] > part[first]:
                found[each] = (first, 0)


def _tell(
    seen: list[Examined], part: Places, names: list[str], by_reason: dict[str, dict[int, tuple[int, int]]],
    order: AuditOrder, report: AuditReport,
) -> None:  # fmt: skip
    leaking = sorted({each for found in by_reason.values() for each in found})
    report.leaking = len(leaking)
    for index, name in enumerate(names):
        here = part == index
        number = int(here.sum())
        mine = [each for each in leaking if part[each] == index]
        report.parts[name] = {"pictures": number}
        if index:
            report.parts[name] |= {
                "leaking": len(mine), "share": round(len(mine) / number, 4) if number else 0.0,
                **{reason: sum(int(part[each] == index) for each in found) for reason, found in by_reason.items()},
            }  # fmt: skip
    rows = [
        {
            "path": seen[each].task.path, "part": names[part[each]], "reason": reason,
            "bits": distance if reason == "near-duplicate" else None,
            "other": seen[other].task.path, "other_part": names[part[other]],
        }
        for each in leaking
        for reason, found in by_reason.items()
        if each in found
        for other, distance in [found[each]]
    ]  # fmt: skip
    report.leaks = rows[:SHOWN]
    if order.output is not None:
        text = io.StringIO()
        writer = csv.DictWriter(text, ("path", "part", "reason", "bits", "other", "other_part"), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_atomically(order.output, text.getvalue().encode("utf-8", "surrogateescape"))
        report.output = str(order.output)
