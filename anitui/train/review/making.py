"""A review, from what a run said of the faces to the queue that a person goes through."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from anitui.errors import WrongUse
from anitui.progress import Event, Work
from anitui.store import embeddings, review
from anitui.store.catalogue import Catalogue
from anitui.store.review import Asked, Called
from anitui.train.review import clusters, files, suspicion, worth
from anitui.train.review.files import Floats, Integers, Labelled, Unlabelled
from anitui.train.review.ranking import Ranked, Suspect, rank
from anitui.train.review.words import suspect_in_words, unlabelled_in_words

if TYPE_CHECKING:
    from anitui.train.run import Run

WORTH_LABELLING = 500
_KNOWS_ENOUGH = 0.7  # of all names


@dataclass(slots=True)
class ReviewReport:
    """What a review came to. `labels`, `alike` and `unlabelled` are faces that wait in the queue now."""

    run: int
    label_set: str
    looked_at: int = 0
    look_wrong: int = 0
    agreed: int = 0  # of so many the run says, without having learnt it, what they are called
    labels: int = 0
    alike: int = 0
    unlabelled: int = 0
    embeddings: int = 0
    clusters: int = 0
    settled: int = 0  # suspects of whom a person said something since they were asked about
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def make_review(
    catalogue: Catalogue, run: Run, *, limit: int | None = None, unlabelled: int = WORTH_LABELLING
) -> Work[ReviewReport]:
    """Rank what the run left in its folder, and keep the queue, what it sees in the faces, and who is alike.

    `limit`: so many labels are asked about; without it as many as look wrong.
    """
    started = time.monotonic()
    check(run)
    label_set = str(run.settings["label_set"])
    report = ReviewReport(run.number, label_set)
    known, unknown = files.labelled(run.folder), files.unlabelled(run.folder)
    yield Event("taking in what the run sees in the faces")
    report.embeddings = _take_in(catalogue, run, known, unknown)
    called = review.called(catalogue, label_set)
    asked = yield from _suspects(catalogue, run, known, called, limit, report)
    asked += yield from _worth(run, unknown, called, unlabelled, len(asked))
    review.put(catalogue, run.number, label_set, asked, report.looked_at, report.look_wrong)
    nameless = _rows_without_name(unknown, called)
    of = yield from clusters.clusters(np.asarray(unknown.embeddings[nameless], np.float32))
    report.clusters = review.put_clusters(catalogue, label_set, unknown.face_ids[nameless], of)
    waiting = review.waiting(catalogue, label_set)
    report.labels, report.alike, report.unlabelled = (waiting.get(kind, 0) for kind in review.KINDS)
    report.seconds = time.monotonic() - started
    return report


def check(run: Run) -> None:
    """Raise WrongUse where a run says nothing that could be reviewed."""
    if run.task != "single" or run.settings["kind"] != "face":
        raise WrongUse(
            f"run {run.number} does not say of faces who they are: a review is made of a run with one label for each "
            "face (`anitui train SPLIT --task single`)"
        )


def model_name(run: Run) -> str:
    """Under which name vectors are kept: those of a later run of the same kind take their place."""
    return f"{run.settings['model']} of {run.settings['split']}"


def _take_in(catalogue: Catalogue, run: Run, known: Labelled, unknown: Unlabelled) -> int:
    more = [(unknown.face_ids, unknown.embeddings)] if len(unknown) else []
    return embeddings.take_in(catalogue, "face", model_name(run), known.face_ids, known.embeddings, run.number, more)


def _suspects(
    catalogue: Catalogue, run: Run, known: Labelled, called: Called, limit: int | None, report: ReviewReport
) -> Work[list[Asked]]:
    """The labels that look wrong. Everyone votes by the name that they have now."""
    number = {name: at for at, name in enumerate(run.classes)}
    now = np.array([number.get(called.labels.get(int(face), ""), -1) for face in known.face_ids], np.int32)
    changed = now != known.said
    known = replace(known, said=np.where(now < 0, known.said, now))
    settled = changed | np.isin(known.face_ids, np.fromiter(called.settled, np.int64, len(called.settled)))
    row_of = {int(face): row for row, face in enumerate(known.face_ids)}
    pairs = [
        (row_of[a], row_of[b])
        for a, b in review.nearly_equal(catalogue, report.label_set)
        if a in row_of and b in row_of
    ]
    ranked: Ranked = yield from rank(known, limit, pairs, settled)
    report.looked_at, report.look_wrong, report.agreed = ranked.looked_at, ranked.look_wrong, ranked.agreed
    report.settled = int(settled.sum())
    if ranked.looked_at and ranked.agreed < _KNOWS_ENOUGH * ranked.looked_at:
        report.notes.append(
            "the run knows too little of these faces to say how many names are wrong; the first ones are still those "
            "to look at"
        )
    return [_asked(each, place, known, run.classes) for place, each in enumerate(ranked.suspects, 1)]


def _asked(suspect: Suspect, place: int, known: Labelled, classes: Sequence[str]) -> Asked:
    said = int(known.said[suspect.row])
    other = None if suspect.other is None else int(known.face_ids[suspect.other])
    partner = (other, int(known.said[suspect.other])) if other is not None and suspect.other is not None else None
    return Asked(
        place=place,
        kind="label" if other is None else "alike",
        face_id=int(known.face_ids[suspect.row]),
        other_face=other,
        said=classes[said],
        suggested=classes[suspect.suggested],
        sureness=suspect.sureness,
        score=suspect.score,
        why=suspect_in_words(suspect, classes, said, partner),
    )


def _rows_without_name(unknown: Unlabelled, called: Called) -> Integers:
    named = np.array([int(face) in called.labels or int(face) in called.settled for face in unknown.face_ids], bool)
    return np.flatnonzero(~named)


def _worth(run: Run, unknown: Unlabelled, called: Called, limit: int, behind: int) -> Work[list[Asked]]:
    rows = _rows_without_name(unknown, called)
    if not len(rows) or limit <= 0:
        return []
    yield Event("looking at faces without a name", 0, len(rows))
    unsure, likely, sureness = suspicion.uncertainty(unknown.probabilities)
    closely = rows[worth.considered(unsure[rows], limit)]
    dense: list[Floats] = []
    for done, part in worth.density(unknown.embeddings, closely):
        dense.append(part)
        yield Event("looking at faces without a name", done, len(closely))
    density = np.concatenate(dense)
    value = unsure[closely] * density
    chosen = worth.spread(np.asarray(unknown.embeddings[closely], np.float32), value, limit)
    return [
        Asked(
            place=behind + place,
            kind="unlabelled",
            face_id=int(unknown.face_ids[closely[at]]),
            other_face=None,
            said=None,
            suggested=run.classes[int(likely[closely[at]])],
            sureness=float(sureness[closely[at]]),
            score=float(value[at]),
            why=unlabelled_in_words(
                run.classes[int(likely[closely[at]])], float(sureness[closely[at]]), float(density[at])
            ),
        )
        for place, at in enumerate(chosen.tolist(), 1)
    ]
