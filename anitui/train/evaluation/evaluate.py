"""A run is evaluated: what its best model says of a part, in numbers, kept as `evaluation/report.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.progress import Event, Work
from anitui.train import predicting
from anitui.train.evaluation import boxes, finding, one_name, pair_pictures, same_pairs, several_names
from anitui.train.evaluation.predictions import Members, Predictions, read
from anitui.train.evaluation.report import FILE, VERSION, Evaluation, OneName, SamePairs, SeveralNames, as_json
from anitui.train.evaluation.report import read as read_report
from anitui.train.metrics.intervals import RESAMPLES
from anitui.train.metrics.pair_files import read_pairs
from anitui.train.metrics.verification import HUMAN_MISSES, OneSided
from anitui.train.run import Run, now
from anitui.words import count

PARTS = ("train", "val", "test")
FEW = 200  # members, with which intervals are wide


@dataclass(frozen=True, slots=True)
class EvalOrder:
    """What is to be measured. `wanted`: which share of answers is to be right, for the threshold of "unknown"."""

    part: str = "test"
    pairs: Path | None = None
    pictures: Path | None = None  # where those of the pairs lie
    false_negative: float = HUMAN_MISSES
    wanted: float = 0.95
    device: str = "auto"
    resamples: int = RESAMPLES
    seed: int = 7


def report_of(run: Run) -> Path:
    """Where the latest evaluation of a run is kept."""
    return run.folder / "evaluation" / FILE


def latest(run: Run) -> Evaluation | None:
    """The latest evaluation; None where there was none."""
    return read_report(report_of(run))


def evaluate(run: Run, order: EvalOrder) -> Work[Evaluation]:
    """Measure a part of a run's split. Raises WrongUse where there is nothing to measure."""
    if order.pairs is not None and run.task == "detect":
        raise WrongUse(f"run {run.number} finds faces and compares none: --pairs is for the other tasks")
    pairs = read_pairs(order.pairs) if order.pairs is not None else None  # before the long part
    members = Members(run)
    there = [part for part in PARTS if len(members.of_part(part))]
    if order.part not in there and pairs is None:
        others = " or ".join(f"--part {part}" for part in there if part != "train") or "a split with other shares"
        raise WrongUse(f"the split of run {run.number} has no {order.part} part: give {others}")
    if run.task == "detect":
        return (yield from _of_detector(run, order, members))
    asked = [part for part in dict.fromkeys((order.part, "val")) if part in there]
    yield from predicting.predict_part(run, asked, order.device)
    said = {part: read(run, part, members) for part in asked}
    part = said.get(order.part)
    yield Event("measuring")
    notes: list[str] = []
    fitted_on = said.get("val")
    if order.part == "val":
        notes.append("measured on val, which chose the model, its temperature and its thresholds: test says more")
    named: OneName | None = None
    tags: SeveralNames | None = None
    used: Mapping[str, Any] = {}
    if part is not None:
        _tell_members(part, members, order, notes)
        named, tags, used = _names(run, part, fitted_on, members, order, notes)
    compared: SamePairs | None = None
    try:
        if pairs is not None and order.pairs is not None:
            folders = [order.pictures or order.pairs.parent]
            names = list(dict.fromkeys(name for each in pairs.pairs for name in (each.one, each.other)))
            places = pair_pictures.find(names, folders, members, part)
            found = yield from pair_pictures.judged(run, order.pairs, pairs, places, part, members, order.device)
            yield Event("measuring")
            compared = same_pairs.measure(found, order.false_negative, order.seed)
        elif part is not None and part.embeddings is not None and len(part):
            of_split = same_pairs.of_split(run, order.part, part, members)
            if of_split is None and run.task == "embed":
                of_split = same_pairs.of_members(part, members, order.seed)
            if of_split is not None:
                compared = same_pairs.measure(of_split, order.false_negative, order.seed)
    except OneSided as error:
        if pairs is not None or run.task == "embed":
            raise
        notes.append(str(error))
    if compared is not None and compared.left_out:
        notes.append(f"{count(compared.left_out, 'pair')} left out, since a picture of it could not be had")
    made = _evaluation(run, order, members, notes, 0 if part is None else len(part), named, tags, compared, used)
    return _kept(run, made)


def _tell_members(part: Predictions, members: Members, order: EvalOrder, notes: list[str]) -> None:
    gone = len(members.of_part(order.part)) - len(part)
    if gone:
        notes.append(f"{count(gone, 'member')} of {order.part} left out: the picture could not be read")
    groups = len(np.unique(members.groups(part.rows)))
    if groups < FEW:
        notes.append(f"{count(len(part), 'member')} in {count(groups, 'group')} are few: the intervals are wide")


def _names(
    run: Run, part: Predictions, val: Predictions | None, members: Members, order: EvalOrder, notes: list[str]
) -> tuple[OneName | None, SeveralNames | None, Mapping[str, Any]]:
    """What the model says by name, and what whoever uses it needs to know."""
    if part.logits is None or not len(part):
        return None, None, {}
    classes = run.classes
    if run.task == "multi":
        found, told = several_names.fit(val, members, len(classes))
        notes += told
        thresholds = dict(zip(classes, found.values.tolist(), strict=True))
        measured = several_names.measure(part, members, classes, found, order.resamples, order.seed)
        if not measured.classes:
            notes.append(f"no member of {order.part} has a name that the model knows: nothing is measured by name")
        return None, measured, {"thresholds": thresholds}
    known = bool((members.target[part.rows] >= 0).any())
    if run.task == "embed" and not known:
        return None, None, {}  # its characters are others than those that were learnt, as they should be
    if not known:
        notes.append(f"no member of {order.part} is of a class that the model knows: nothing is measured by name")
    fitted = one_name.fit(val, members, order.wanted)
    notes += fitted.notes
    used = {"temperature": fitted.temperature.value, "threshold": fitted.threshold.value}
    return one_name.measure(part, members, classes, fitted, order.resamples, order.seed), None, used


def _of_detector(run: Run, order: EvalOrder, members: Members) -> Work[Evaluation]:
    yield from finding.found_in(run, order.part, order.device)
    yield Event("measuring")
    found = boxes.measured(run, order.part, members)
    made = _evaluation(run, order, members, [], found.pictures, None, None, None, {})
    return _kept(run, replace(made, boxes=found))


def _evaluation(
    run: Run,
    order: EvalOrder,
    members: Members,
    notes: list[str],
    number: int,
    named: OneName | None,
    tags: SeveralNames | None,
    compared: SamePairs | None,
    used: Mapping[str, Any],
) -> Evaluation:
    settings = run.settings
    groups = len(np.unique(members.groups(members.of_part(order.part))))
    return Evaluation(
        VERSION, run.number, str(settings.get("name") or ""), run.task, str(settings.get("model") or ""),
        str(settings.get("split") or ""), str(settings.get("label_set") or ""), order.part, now(), number, groups,
        tuple(notes), named, tags, compared, None, used or None,
    )  # fmt: skip


def _kept(run: Run, made: Evaluation) -> Evaluation:
    file = report_of(run)
    file.parent.mkdir(exist_ok=True)
    write_atomically(file, as_json(made))
    return made
