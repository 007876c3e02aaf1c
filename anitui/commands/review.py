"""`anitui review`."""

from __future__ import annotations

import argparse
import csv
import io
from dataclasses import asdict
from pathlib import Path

from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.store import review
from anitui.train import run as runs
from anitui.train.review import files, making
from anitui.train.review.making import ReviewReport
from anitui.train.review.words import ranked_in_words
from anitui.words import count

_FIRST = 8  # suspects that are told


def run(options: argparse.Namespace) -> int:
    for name in ("limit", "unlabelled"):
        value = getattr(options, name)
        if value is not None and value < 0:
            raise WrongUse(f"--{name} is how many faces to ask about, so it must not be negative")
    file = Path(options.output) if options.output is not None else None
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise WrongUse(f"{file} cannot be written: name a file in a folder that is there")
    with opened(options) as at:
        reviewed = runs.find(at.workspace, options.run)
        making.check(reviewed)
        if not options.again:
            from anitui.train import folds
            from anitui.train.installed import check_installed

            check_installed()
            number = options.folds if options.folds is not None else folds.FOLDS
            drive(folds.out_of_fold(reviewed, at.catalogue, folds=number, device=options.device or ""))
        elif not (reviewed.folder / files.FOLDER / files.LABELLED).exists():
            raise WrongUse(f"run {reviewed.number} was not reviewed yet: leave --again out")
        done = drive(making.make_review(at.catalogue, reviewed, limit=options.limit, unlabelled=options.unlabelled))
        queue = list(review.listed(at.catalogue, done.label_set))
        if file is not None:
            _write(file, queue)
    tell(done, queue[1:])
    if file is not None:
        say(f"the queue is in {file}: {count(len(queue) - 1, 'row')}")
    report(options, {**asdict(done), "queue": len(queue) - 1})
    return 0


def interrupted(options: argparse.Namespace) -> str:
    """ctrl-C while models are trained for it."""
    del options
    return "each fold that is done is kept, and the same command goes on behind it; no queue was changed"


def tell(done: ReviewReport, queue: list[tuple[object, ...]]) -> None:
    """What a review came to, for a person."""
    say(f"run {done.run}: {ranked_in_words(done.look_wrong, done.agreed, done.looked_at)}")
    say(f"{count(done.labels + done.alike, 'label')} to look at, {done.alike:,} of them of near-duplicates")
    for _, kind, face, _, _, called, suggested, _, _, why in queue[:_FIRST]:
        if kind != "unlabelled":
            say(f"    face {face}: {called} → {suggested}  ({why})")
    if done.unlabelled:
        say(f"{count(done.unlabelled, 'face')} without a name worth one, the most worth first")
    if done.clusters:
        say(
            f"{count(done.clusters, 'cluster')} of faces without a name: in Faces, G groups by them, and A and a key "
            "name one"
        )
    say(f"{count(done.embeddings, 'face')} can be looked for by what is alike: y in Faces, anitui pairs --hash cosine")
    for note in done.notes:
        say(note)
    if queue:
        say("to go through them: anitui, and the line of home that says how many look wrong")


def _write(file: Path, rows: list[tuple[object, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_atomically(file, text.getvalue().encode("utf-8", "replace"))
