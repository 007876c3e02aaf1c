"""The sample, made through the real path: drawn, collected, imported, decided about, looked over by the doctor."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from anitui.demo.gather import gather
from anitui.demo.lesson import Learnt, Lesson, learn
from anitui.demo.portraits import draw_portraits
from anitui.demo.world import make_world
from anitui.pipeline.cleanup import clean
from anitui.pipeline.collect.owner import CollectReport
from anitui.pipeline.detect.detector import CannotDetect
from anitui.pipeline.detecting import DetectOrder, DetectReport, find_faces
from anitui.pipeline.doctor import examine_workspace
from anitui.pipeline.export.exporting import export_dataset
from anitui.pipeline.export.order import DatasetOrder
from anitui.pipeline.ingest import ImportOrder, ImportReport, import_pictures
from anitui.pipeline.label_files.giving import ExportOrder, export_labels
from anitui.pipeline.label_files.registry import FORMATS
from anitui.pipeline.measuring.report import write_page
from anitui.pipeline.pair_scan import PairOrder, find_pairs
from anitui.pipeline.splitting.making import make_split
from anitui.pipeline.splitting.order import SplitOrder
from anitui.progress import Event, Work
from anitui.settings import Settings
from anitui.store import face_gallery, gallery, journal, naming, overview, pairs, splits, triage
from anitui.store.catalogue import Catalogue
from anitui.store.face_gallery import FaceView
from anitui.store.gallery import View
from anitui.store.groups import Statement, Verdict
from anitui.store.jobs import Failure
from anitui.store.rule_words import parse
from anitui.store.verdicts import judge
from anitui.workspace import Workspace

IMPORTED, POSTED = "pictures", "reddit"  # the folder that is imported; what stands on the sample's Reddit
POSTED_TITLES = 4
GREY = "colour<2%"
FAVOURITES = 3
ALIKE = 8  # bits of dhash
AGREED = 6  # faces whose name from a folder a person agrees with
OFFLINE = "animeface"  # the detector that needs no download
FACES = "10%"  # of a picture's shorter side, the smallest that is drawn
LABEL_FILES = ("lap", "coco", "csv")
SPLIT = "main"
CAST = 10  # faces that a label has at least: those that are drawn again and again, not the titles
CROPS = 96  # pixels
SURE = "dhash<=1 phash<=1 labels:equal keep:larger,heavier"


@dataclass(slots=True)
class Tour:
    """What the tour did."""

    drawn: int = 0
    posted: int = 0  # of these
    collected: CollectReport = field(default_factory=CollectReport)
    not_collected: dict[str, int] = field(default_factory=dict)
    to_retry: dict[str, int] = field(default_factory=dict)
    taken_in: ImportReport = field(default_factory=ImportReport)
    not_taken: dict[str, int] = field(default_factory=dict)
    found: DetectReport = field(default_factory=DetectReport)
    no_detector: str = ""  # why no faces were looked for
    faces: int = 0
    named: int = 0
    label_files: int = 0
    split: dict[str, int] = field(default_factory=dict)  # its parts; empty where there is nobody to split
    exported: int = 0
    learnt: Learnt = field(default_factory=Learnt)
    page: bool = False
    pairs: int = 0
    pairs_open: int = 0
    decided: list[str] = field(default_factory=list)
    clean: bool = False
    pictures: int = 0
    labels: int = 0
    bytes: int = 0


def tour(
    workspace: Workspace, catalogue: Catalogue, settings: Settings, *, seed: int, lesson: Lesson | None
) -> Work[Tour]:
    """Make the sample, or go on where an earlier one was cut off; what a person decided in it stays.

    Without a `lesson` no model is trained.
    """
    done = Tour()
    folder, posted = workspace.root / IMPORTED, workspace.root / POSTED
    if not (folder.exists() and posted.exists()):
        yield Event("drawing")
        _draw(folder, posted, seed)
    done.posted = _files(posted)
    done.drawn = _files(folder) + done.posted
    done.collected = yield from gather(workspace, catalogue, settings, posted)
    failures = done.collected.failures
    done.not_collected = _reasons([each for each in failures if each.state != "failed"])
    done.to_retry = _reasons([each for each in failures if each.state == "failed"])
    order = ImportOrder([str(folder)], labels_from_folders=True)
    done.taken_in = yield from import_pictures(workspace, catalogue, order, settings.importing)
    done.not_taken = _reasons(done.taken_in.failures)
    yield from find_pairs(catalogue, PairOrder(hi=ALIKE))
    done.pairs = sum(pairs.counted(catalogue, "image", "dhash").values())
    fresh = not journal.history(catalogue, 1)
    if fresh:
        yield from clean(workspace, catalogue, parse(SURE), apply=True, settings=settings)
        _decide(catalogue)
    detector = settings.detect.detector if settings.detect.detector != "auto" else OFFLINE
    try:
        done.found = yield from find_faces(workspace, catalogue, DetectOrder(detector, FACES), settings)
    except CannotDetect as error:
        done.no_detector = str(error)
    if fresh:
        _name(catalogue)
    yield from _split(workspace, catalogue, settings, done)
    if done.split and lesson is not None:
        done.learnt = yield from learn(workspace, catalogue, settings, SPLIT, lesson)
    if fresh:
        done.decided = _told(catalogue)
    for name in LABEL_FILES:
        written = ExportOrder(workspace.exports / "labels" / name, FORMATS[name], force=True)
        done.label_files += len((yield from export_labels(catalogue, written)).files)
    yield from write_page(workspace, catalogue, workspace.exports / "statistics.html", samples=4, force=True)
    done.page = True
    done.pairs_open = len(triage.line_up(catalogue, triage.View(hi=ALIKE)))
    examined = yield from examine_workspace(workspace, catalogue)
    done.clean = examined.clean
    counted = overview.overview(catalogue, datetime.now(UTC).date())
    done.faces, done.named = counted.status.faces, counted.named_faces
    done.pictures = len(gallery.arrange(catalogue, View("state:all")))
    done.labels = len(gallery.labels(catalogue))
    done.bytes = gallery.weight(catalogue)
    return done


def _split(workspace: Workspace, catalogue: Catalogue, settings: Settings, done: Tour) -> Work[None]:
    """Deal the named faces to parts, once, and write them as crops in class folders."""
    dealt = any(each.action == "split.make" for each in journal.history(catalogue))
    if not dealt and overview.overview(catalogue, datetime.now(UTC).date()).named_faces:
        yield from make_split(workspace, catalogue, SplitOrder(SPLIT, least=CAST), settings.importing)
    found = [each for each in splits.listed(catalogue) if each.split == SPLIT]
    if found:
        done.split = {part: number for part, number in found[0].sizes.items() if number}
        order = DatasetOrder(workspace.exports / "dataset", "imagefolder", SPLIT, size=CROPS)
        exported = yield from export_dataset(workspace, catalogue, order, settings.importing)
        done.exported = exported.members


def _draw(folder: Path, posted: Path, seed: int) -> None:
    """Draw the world and share it out. Whatever lies there already, whole or drawn by an earlier version, stays."""
    unfinished = folder.with_name(f".{IMPORTED}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    world = make_world(unfinished / IMPORTED, seed)
    draw_portraits(unfinished / IMPORTED, seed)
    (unfinished / POSTED).mkdir()
    for title in list(dict.fromkeys(each.title for each in world.pictures))[:POSTED_TITLES]:
        (unfinished / IMPORTED / title).rename(unfinished / POSTED / title)
    for made, place in ((unfinished / POSTED, posted), (unfinished / IMPORTED, folder)):
        if not place.exists():
            made.rename(place)
    shutil.rmtree(unfinished)


def _files(folder: Path) -> int:
    return sum(1 for each in folder.rglob("*") if each.is_file())


def _reasons(failures: Sequence[Failure]) -> dict[str, int]:
    return dict(Counter(each.reason.partition(":")[0] for each in failures).most_common())


def _decide(catalogue: Catalogue) -> None:
    """A few decisions as a person would make them, so that there is a history to undo."""
    grey = gallery.arrange(catalogue, View(GREY)).ids
    if len(grey):
        gallery.set_aside(catalogue, [int(each) for each in grey], "grey")
    best = gallery.arrange(catalogue, View(order="sharpest")).ids[:FAVOURITES]
    gallery.mark(catalogue, [int(each) for each in best], 1)
    furthest = triage.line_up(catalogue, triage.View(hi=ALIKE)).pairs[-1:]
    for a, b in furthest:
        judge(catalogue, "image", [Statement.of(int(a), int(b), Verdict.ALTERNATES)])


def _name(catalogue: Catalogue) -> None:
    """Agree with a few names, be unsure once, say once that a box holds no face; and take the last back."""
    heard = [int(each) for each in face_gallery.arrange(catalogue, FaceView("by:job", "best score")).ids]
    if heard[:AGREED]:
        naming.accept(catalogue, heard[:AGREED])
    worst = [int(each) for each in face_gallery.arrange(catalogue, FaceView("", "least score")).ids]
    if worst:
        naming.unsure(catalogue, worst[:1])
        naming.not_faces(catalogue, worst[:1])
        journal.undo(catalogue)


def _told(catalogue: Catalogue) -> list[str]:
    """What was decided, the first first."""
    made = list(reversed(journal.history(catalogue)))
    return [each.summary if each.state == "done" else f"{each.summary}, and took it back" for each in made]
