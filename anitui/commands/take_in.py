"""`anitui import`."""

from __future__ import annotations

import argparse
import glob
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anitui.cli import DATA_SETS, LABEL_FORMATS
from anitui.commands import label_files, scrape
from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.collect.owner import Collecting, CollectReport
from anitui.pipeline.collect.recognising import CALLED, DUMPS, OTHERS, Kind, jobs_for, kind_of
from anitui.pipeline.collect.specs import JobSpec
from anitui.pipeline.ingest import ImportOrder, ImportReport, import_pictures

if TYPE_CHECKING:
    from anitui.pipeline.label_files.taking import LabelReport


def run(options: argparse.Namespace) -> int:
    if options.workers is not None and options.workers < 1:
        raise WrongUse("--workers must be at least 1")
    if options.format in (*LABEL_FORMATS, *DATA_SETS):
        return label_files.take_in(options)
    for option, given in (
        ("--pictures", options.pictures), ("--label-set", options.label_set), ("--as", options.speaker),
    ):  # fmt: skip
        if given:
            raise WrongUse(f"{option} is for label files: name their --format, such as coco")
    paths, specs, trees = _sorted_out(options)
    given = {
        name: getattr(options, name) for name in ("mode", "hashing", "workers") if getattr(options, name) is not None
    }
    collected: CollectReport | None = None
    labelled: LabelReport | None = None
    with opened(options) as at:
        settings = replace(at.settings.importing, **given)
        if paths:
            order = ImportOrder(paths, options.label, options.labels_from_folders)
            done = drive(import_pictures(at.workspace, at.catalogue, order, settings))
        if trees:
            labelled = label_files.bring(at, options, "imagefolder", trees)
        if specs:
            collecting = Collecting(at.workspace, at.catalogue, replace(at.settings, importing=settings))
            collected = scrape.collect(collecting, collecting.add(specs))
    # Each kind of path has a report of its own; the first that there is stands for all, with the others in it.
    reports: list[tuple[str, dict[str, Any]]] = []
    code = 0
    if paths:
        tell(done)
        reports.append(("imported", asdict(done)))
        code = 3 if done.failures else 0
    if labelled is not None:
        label_files.tell(labelled)
        reports.append(("data_sets", asdict(labelled)))
        code = max(code, 3 if labelled.in_part else 0)
    if collected is not None:
        scrape.tell(collected)
        reports.append(("collected", asdict(collected)))
        code = max(code, scrape.outcome(collected))
    (_, first), *others = reports
    report(options, {**first, **dict(others)})
    return code


def interrupted(options: argparse.Namespace) -> str | None:
    """What is true of an import that was cut off; nothing special of pictures alone."""
    if options.format in (*LABEL_FORMATS, *DATA_SETS):
        return "no box and no label was taken in; pictures that were are kept, and the same command passes over them"
    meant = [path for each in options.paths for path in _meant(each, options)]
    if all(_kind(path, options) != "imagefolder" for path in meant):
        return None
    kept = "pictures that were taken in are kept, and the same command passes over them"
    if len(meant) == 1:
        return f"no label was taken in; {kept}"
    # What else was named comes before or after: whether the labels are in by now, only the catalogue tells.
    return f"{kept}; the labels of data sets in class folders are taken in all at once, or none"


def _sorted_out(options: argparse.Namespace) -> tuple[list[str], list[JobSpec], list[str]]:
    """What is imported as files lie, the jobs that read what others wrote of theirs, and data sets in class folders."""
    kinds = {path: _kind(path, options) for each in options.paths for path in _meant(each, options)}
    others = [path for path, kind in kinds.items() if kind in OTHERS]
    for option, given in (("--labels-from-folders", options.labels_from_folders), ("--mode", options.mode)):
        if given and others and not (option == "--mode" and options.mode == "copy"):
            raise WrongUse(f"{option} is for files as they lie: {others[0]} is read as {CALLED[kinds[others[0]]]}")
    for path in others:
        if not Path(path).exists():
            raise WrongUse(f"{path} is not there: nothing was imported")
        if kinds[path] == "gallery-dl" and not Path(path).is_dir():
            raise WrongUse(f"{path} is no folder: --format gallery-dl is for those that gallery-dl wrote to")
    for path, kind in kinds.items():
        if options.format == "auto" and kind != "folder":
            say(f"{path}: {CALLED[kind]}")
    jobs: list[JobSpec] = []
    for kind in OTHERS:
        jobs += jobs_for(kind, [Path(path) for path, other in kinds.items() if other == kind], options.label)
    trees = [path for path, kind in kinds.items() if kind == "imagefolder"]
    return [path for path, kind in kinds.items() if kind == "folder"], jobs, trees


def _meant(path: str, options: argparse.Namespace) -> list[str]:
    """The dumps or folders that a quoted glob means; one of pictures is a matter of the ordinary import."""
    of_others = options.format not in ("auto", "folder") or Path(path).suffix.lower() in DUMPS
    found = sorted(glob.glob(path, recursive=True)) if of_others and not Path(path).exists() else []  # noqa: PTH207
    return found or [path]


def _kind(path: str, options: argparse.Namespace) -> Kind:
    if options.format != "auto":
        chosen: Kind = options.format
        return chosen
    kind = kind_of(Path(path))
    # Who wants what the folders say, or files left where they are, has a folder of pictures in mind.
    as_it_lies = options.labels_from_folders or options.mode not in (None, "copy")
    labelled = options.labels_from_folders or options.label is not None
    return "folder" if (kind == "gallery-dl" and as_it_lies) or (kind == "imagefolder" and labelled) else kind


def tell(done: ImportReport) -> None:
    """What an import did, for a person."""
    counts = f"{done.new:,} new, {done.already:,} already there, {done.unchanged:,} looked at earlier"
    say(f"{counts}, of {done.found:,} found")
    if done.animated:
        say(f"{done.animated:,} animated: only their first frame is looked at")
    if done.copied_instead:
        say(f"{done.copied_instead:,} copied: a hard link cannot be made from where they lie")
    if not done.failures:
        return
    say(f"{done.refused + done.failed:,} not taken:")
    reasons = Counter(failure.reason.partition(":")[0] for failure in done.failures)
    for reason, often in reasons.most_common():
        say(f"{often:>8,}  {clipped(reason)}")
    lines = [f"{clipped(each.url)}: {clipped(each.reason)}" for each in done.failures]
    say_list(lines, 'all of them: anitui sql "FROM not_taken"')
