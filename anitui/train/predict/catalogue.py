"""The faces of the catalogue that have no name yet, named by a model: as one decision, or only told."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from anitui.errors import WrongUse
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Engine, InProcess, Processes
from anitui.progress import Event, Work
from anitui.store import model_words
from anitui.store.catalogue import Catalogue
from anitui.train.predict import centres
from anitui.train.predict.answering import Answering
from anitui.train.predict.cutting import Cut, crashed, cut
from anitui.train.predict.pictures import AT_ONCE, FEW
from anitui.train.run import Run
from anitui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NameOrder:
    """What a person asked for; without `apply` nothing is changed."""

    query: str = ""
    threshold: float | None = None
    apply: bool = False
    device: str = "auto"


@dataclass(slots=True)
class NameReport:
    """What it came to. `labels`: how many faces each name is for, the most frequent first."""

    run: int
    threshold: float = 0.0
    looked_at: int = 0
    named: int = 0
    applied: bool = False
    labels: dict[str, int] = field(default_factory=dict)
    failures: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0


def name_faces(
    workspace: Workspace,
    catalogue: Catalogue,
    run: Run,
    order: NameOrder,
    limits: Limits,
    engine: Engine | None = None,
) -> Work[NameReport]:
    """Name those of whom the model is sure enough. Closed on the way, nothing is named."""
    began = time.monotonic()
    if run.task not in ("single", "embed"):
        raise WrongUse(f"run {run.number} names no faces, it is for {run.task}: take one of single or embed")
    report = NameReport(run.number)
    label_set = str(run.settings["label_set"])
    yield Event("looking who waits for a name")
    face_ids = model_words.waiting(catalogue, order.query, label_set)
    pictures = list(model_words.places(catalogue, face_ids))
    yield from centres.ready(run, order.device)
    yield Event("loading the model")
    model = Answering(run, order.device)
    judge = model.judge.with_threshold(order.threshold)
    report.threshold = judge.threshold
    tasks = (
        Cut(place, str(workspace.file(path)), model.size, model.margin, limits, boxes=tuple(f.box for f in faces))
        for place, (path, faces) in enumerate(pictures)
    )
    said: list[tuple[int, str, float]] = []
    engine = engine or (InProcess() if len(pictures) <= FEW else Processes())
    with closing(engine.map(cut, tasks, crashed)) as results:
        while some := list(islice(results, AT_ONCE)):
            good = [each for each in some if not each.reason]
            report.failures += [
                {"file": pictures[each.place][0], "reason": each.reason} for each in some if each.reason
            ]
            for ready, found in zip(good, model.of(good, judge, 1) if good else (), strict=True):
                for waiting, face in zip(pictures[ready.place][1], found.faces, strict=True):
                    report.looked_at += 1
                    if face.name is not None and face.confidence is not None:
                        said.append((waiting.face_id, face.name, round(face.confidence, 5)))
            yield Event("naming faces", report.looked_at, len(face_ids), "", {"named": len(said)})
    report.labels = dict(Counter(name for _, name, _ in said).most_common())
    report.named = len(said)
    if order.apply and said:
        yield Event("saying so")
        report.named = model_words.say(catalogue, said, label_set, f"run {run.number}")
        report.applied = True
    report.seconds = time.monotonic() - began
    return report
