"""The sample, made through the real path: drawn, imported, decided about, looked over by the doctor."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from anitui.demo.world import make_world
from anitui.pipeline.cleanup import clean
from anitui.pipeline.doctor import examine_workspace
from anitui.pipeline.ingest import ImportOrder, ImportReport, import_pictures
from anitui.pipeline.pair_scan import PairOrder, find_pairs
from anitui.progress import Event, Work
from anitui.settings import Settings
from anitui.store import gallery, journal, pairs, triage
from anitui.store.catalogue import Catalogue
from anitui.store.gallery import View
from anitui.store.groups import Statement, Verdict
from anitui.store.rule_words import parse
from anitui.store.verdicts import judge
from anitui.workspace import Workspace

GREY = "colour<2%"
FAVOURITES = 3
ALIKE = 8  # bits of dhash
SURE = "dhash<=1 phash<=1 labels:equal keep:larger,heavier"


@dataclass(slots=True)
class Tour:
    """What the tour did."""

    drawn: int = 0
    taken_in: ImportReport = field(default_factory=ImportReport)
    not_taken: dict[str, int] = field(default_factory=dict)
    pairs: int = 0
    pairs_open: int = 0
    decided: list[str] = field(default_factory=list)
    clean: bool = False
    pictures: int = 0
    labels: int = 0
    bytes: int = 0


def tour(workspace: Workspace, catalogue: Catalogue, settings: Settings, *, seed: int) -> Work[Tour]:
    """Make the sample, or go on where an earlier one was cut off; what a person decided in it stays."""
    done = Tour()
    folder = workspace.root / "pictures"
    if not folder.exists():
        yield Event("drawing")
        unfinished = workspace.root / ".pictures.part"
        make_world(unfinished, seed)
        unfinished.rename(folder)
    done.drawn = sum(1 for each in folder.rglob("*") if each.is_file())
    order = ImportOrder([str(folder)], labels_from_folders=True)
    done.taken_in = yield from import_pictures(workspace, catalogue, order, settings.importing)
    reasons = Counter(each.reason.partition(":")[0] for each in done.taken_in.failures)
    done.not_taken = dict(reasons.most_common())
    yield from find_pairs(catalogue, PairOrder(hi=ALIKE))
    done.pairs = sum(pairs.counted(catalogue, "image", "dhash").values())
    if not journal.history(catalogue, 1):
        yield from clean(workspace, catalogue, parse(SURE), apply=True, settings=settings)
        done.decided = _decide(catalogue)
    done.pairs_open = len(triage.line_up(catalogue, triage.View(hi=ALIKE)))
    examined = yield from examine_workspace(workspace, catalogue)
    done.clean = examined.clean
    done.pictures = len(gallery.arrange(catalogue, View("state:all")))
    done.labels = len(gallery.labels(catalogue))
    done.bytes = gallery.weight(catalogue)
    return done


def _decide(catalogue: Catalogue) -> list[str]:
    """A few decisions as a person would make them, so that there is a history to undo."""
    grey = gallery.arrange(catalogue, View(GREY)).ids
    if len(grey):
        gallery.set_aside(catalogue, [int(each) for each in grey], "grey")
    best = gallery.arrange(catalogue, View(order="sharpest")).ids[:FAVOURITES]
    gallery.mark(catalogue, [int(each) for each in best], 1)
    smallest = gallery.arrange(catalogue, View(order="smallest")).ids[:1]
    gallery.set_aside(catalogue, [int(each) for each in smallest], "too small")
    undone = journal.undo(catalogue).summary
    furthest = triage.line_up(catalogue, triage.View(hi=ALIKE)).pairs[-1:]
    for a, b in furthest:
        judge(catalogue, "image", [Statement.of(int(a), int(b), Verdict.ALTERNATES)])
    made = [each.summary for each in reversed(journal.history(catalogue)) if each.state == "done"]
    return [*made, f"{undone}, and took it back"]
