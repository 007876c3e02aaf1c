"""`anitui predict`: names for the faces in pictures, or for those of the catalogue."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from anitui import workspace
from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.decode import Limits
from anitui.pipeline.detecting import smallest_of
from anitui.settings import Settings
from anitui.train.installed import check_installed
from anitui.train.run import find
from anitui.words import count, duration

SHOWN = 40


def run(options: argparse.Namespace) -> int:
    check_installed()
    if options.faces is not None:
        return _faces(options)
    if options.apply:
        raise WrongUse("--apply is for --faces: without it nothing in the catalogue is named")
    if not options.pictures:
        raise WrongUse("name pictures or folders; or --faces, for the faces of the catalogue")
    if options.smallest is not None:
        smallest_of(options.smallest)
    # Only its folders and its settings: it works beside the app.
    at = workspace.find(getattr(options, "workspace", None))
    found, settings = find(at, options.run), at.settings()

    from anitui.train.predict.pictures import PredictOrder, predict

    order = PredictOrder(
        options.pictures,
        options.output,
        options.force,
        options.threshold,
        options.top,
        options.detector or settings.detect.detector,
        options.smallest or settings.detect.smallest,
        options.device,
    )
    done = drive(predict(found, order, settings.detect, limits_of(settings)))
    for each in done.pictures[:SHOWN]:
        _tell(each, done.task)
    if len(done.pictures) > SHOWN:
        say(f"and {len(done.pictures) - SHOWN:,} more; --json has all of them")
    _sum_up(done)
    report(options, asdict(done))
    return 3 if done.failures else 0


def limits_of(settings: Settings) -> Limits:
    """How large pictures may be."""
    importing = settings.importing
    return Limits(importing.max_megabytes << 20, importing.max_megapixels * 1_000_000)


def interrupted(options: argparse.Namespace) -> str:
    """What is true when it was cut off."""
    if options.faces is not None:
        return "nothing was named"
    return "the pictures that are written are whole"


def _faces(options: argparse.Namespace) -> int:
    for name, given in (("IMAGE", options.pictures), ("-o", options.output), ("--detector", options.detector)):
        if given:
            raise WrongUse(f"--faces names the faces that are in the catalogue: leave {name} out")
    from anitui.train.predict.catalogue import NameOrder, name_faces

    with opened(options) as at:
        order = NameOrder(options.faces, options.threshold, options.apply, options.device)
        done = drive(
            name_faces(at.workspace, at.catalogue, find(at.workspace, options.run), order, limits_of(at.settings))
        )
    sure = f"{done.threshold:.0%} sure or more"
    if not done.looked_at:
        say("no face waits for a name; a filter such as --faces by:job takes others")
    elif options.apply:
        say(f"named {count(done.named, 'face')} of {done.looked_at:,}, {sure}; `anitui undo` takes it back")
    else:
        say(f"would name {count(done.named, 'face')} of {done.looked_at:,}, {sure}; --apply does it")
    for label, number in list(done.labels.items())[:SHOWN]:
        say(f"{number:>8,}  {clipped(label, 60)}")
    _failures(done.failures)
    report(options, asdict(done))
    return 3 if done.failures else 0


def _tell(picture: dict[str, Any], task: str) -> None:
    from anitui.train.predict.drawing import UNKNOWN, percent

    name = clipped(Path(picture["file"]).name, 60)
    if task == "multi":
        names = ", ".join(f"{each['name']} {percent(each['confidence'])}" for each in picture["names"])
        say(f"{name}: {names or 'nothing that it is sure of'}")
        return
    faces = picture["faces"]
    if task == "detect":
        say(f"{name}: {count(len(faces), 'face')}")
    elif not faces:
        say(f"{name}: no face found")
    else:
        said = [f"{clipped(each['name'] or UNKNOWN, 40)} {percent(each['confidence'])}" for each in faces]
        say(f"{name}: {', '.join(said)}")


def _sum_up(done: Any) -> None:
    parts = [count(len(done.pictures), "picture")]
    if done.task != "multi":
        faces = [face for each in done.pictures for face in each["faces"]]
        parts.append(count(len(faces), "face"))
        if done.task != "detect":
            parts.append(f"{sum(face['name'] is None for face in faces):,} unknown (less than {done.threshold:.0%})")
        say(f"faces by {done.why}")
    say(f"{', '.join(parts)}, by run {done.run} in {duration(done.seconds)}")
    if done.written:
        where = done.written[0] if len(done.written) == 1 else Path(done.written[0]).parent
        say(f"{count(len(done.written), 'picture')} written: {where}")
    _failures(done.failures)


def _failures(failures: list[dict[str, str]]) -> None:
    if failures:
        say(f"{count(len(failures), 'picture')} could not be looked at, or not be written:")
        say_list([f"{clipped(each['file'])}: {each['reason']}" for each in failures])
