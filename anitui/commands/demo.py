"""`anitui demo`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from anitui.commands import terminal
from anitui.commands.opened import held
from anitui.commands.telling import drive, report, say
from anitui.demo.gather import JOBS
from anitui.demo.lesson import PAGE, Learnt, Lesson
from anitui.demo.tour import ALIKE, IMPORTED, LABEL_FILES, POSTED, Tour, tour
from anitui.errors import WrongUse
from anitui.words import count, duration, size
from anitui.workspace import Workspace, create

_NUMBERS = 4  # of what was measured of the model


def run(options: argparse.Namespace) -> int:
    if not 0 <= options.minutes <= 1000:
        raise WrongUse(f"--minutes is how long a model is trained, from 0 to 1,000, not {options.minutes:g}")
    lesson = Lesson(options.minutes) if options.minutes else None
    made = create(options.folder)
    with held(made) as at:
        done = drive(tour(at.workspace, at.catalogue, at.settings, seed=options.seed, lesson=lesson))
    _tell(options.folder, done)
    headless = options.headless or not (sys.stdin.isatty() and sys.stdout.isatty())
    if headless:
        report(options, asdict(done))
        return 0
    input("\nEnter opens it … ")
    return terminal.show(Workspace(made.root))


def _tell(folder: Path, done: Tour) -> None:
    say(f"A sample workspace: {folder}")
    apart = f"{done.drawn - done.posted:,} in {IMPORTED}/, {done.posted:,} in {POSTED}/"
    say(f"  drawn     {count(done.drawn, 'file')} of invented anime, offline: {apart}")
    _tell_collected(done)
    imported = (
        f"{count(done.taken_in.new, 'new picture')}, {count(done.taken_in.already, 'exact copy', 'exact copies')}"
    )
    again = f", {done.taken_in.unchanged:,} looked at earlier" if done.taken_in.unchanged else ""
    say(f"  imported  {imported}{again}, in {duration(done.taken_in.seconds)}")
    _tell_reasons("refused", done.not_taken)
    say(f"  alike     {count(done.pairs, 'pair')} of near-duplicates up to {ALIKE} bits of dhash apart")
    _tell_faces(done)
    if done.split:
        parts = ", ".join(f"{part} {number:,}" for part, number in done.split.items())
        say(f"  split     {parts}: no picture, near-duplicate or post on two sides; g p")
        say(f"  exported  {count(done.exported, 'crop')} in exports/dataset, for torchvision and others: g e")
        _tell_learnt(done.learnt)
    if done.page:
        say("  counted   everything, as one page: exports/statistics.html; g i")
    for sentence in done.decided:
        say(f"  decided   {sentence}")
    say(f"  waiting   {count(done.pairs_open, 'pair')} to decide side by side: g d")
    say(f"  doctor    {'clean' if done.clean else 'found something: anitui doctor'}")
    say(f"  holds     {count(done.pictures, 'picture')}, {size(done.bytes)}, {count(done.labels, 'label')}")
    say("")
    say("By hand:")
    say(f"  anitui -w {folder}                                   the terminal app; g j shows the jobs")
    say(f"  anitui -w {folder} labels                            who is known, and how many faces of each")
    say(f'  anitui -w {folder} sql "FROM images LIMIT 5"         ask the catalogue')
    say(f'  anitui -w {folder} clean --rule "dhash<=3"           what a rule would decide, before it does')
    say(f"  anitui -w {folder} history                           what was decided, and `undo` to take it back")


def _tell_learnt(learnt: Learnt) -> None:
    if learnt.why_not:
        say(f"  trained   nothing: {learnt.why_not}")
    elif learnt.run:
        classes = count(learnt.classes, "character")
        say(f"  trained   run {learnt.run}, {classes} in {duration(learnt.seconds)}: g t")
        for name, value in list(learnt.measured.items())[:_NUMBERS]:
            say(f"  measured  {name} {value}" if name != "measured" else f"  measured  {value}")
        say(f"            all of it in exports/{PAGE}, and on the screen: g v")
        if learnt.look_wrong:
            say(f"  reviewed  {count(learnt.look_wrong, 'name looks', 'names look')} wrong: g f, then the review")
        for suspect in learnt.suspects:
            say(f"    {suspect}")


def _tell_faces(done: Tour) -> None:
    if done.no_detector:
        say(f"  faces     none were looked for: {done.no_detector}")
        return
    by = f", by {done.found.detector}, in {duration(done.found.seconds)}" if done.found.pictures else ""
    say(f"  faces     {done.faces:,} found{by}")
    say(f"  to name   {done.faces - done.named:,} that nobody has named: g f; their boxes: g x")
    say(f"  written   {count(done.label_files, 'label file')} in exports/labels: {', '.join(LABEL_FILES)}")


def _tell_collected(done: Tour) -> None:
    told, jobs = done.collected, count(len(done.collected.jobs), "job")
    if told.new or told.already:
        there = f", {told.already:,} already there" if told.already else ""
        pictures = f"{count(told.new, 'new picture')}{there}"
        say(f"  collected {pictures} from its own Reddit, by {jobs} ({JOBS}), in {duration(told.seconds)}")
    else:
        say(f"  collected nothing new: {jobs} ({JOBS}) looked once more")
    _tell_reasons("refused", done.not_collected)
    _tell_reasons("to retry", done.to_retry)
    for job in told.jobs:
        if job["state"] != "done":
            say(f"  {job['state']:9} {job['name']}: {job['reason'] or 'the same command goes on'}")


def _tell_reasons(what: str, reasons: Mapping[str, int]) -> None:
    for reason, often in reasons.items():
        say(f"  {what:9} {often:>3}  {reason}")
