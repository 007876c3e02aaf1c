"""Pictures from anywhere, named by a model: read and cut by worker processes, answered here, and drawn where wanted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.files import write_atomically
from anitui.pipeline import decode
from anitui.pipeline.decode import Limits, Refused
from anitui.pipeline.detect.choosing import Chosen, chosen, made
from anitui.pipeline.detecting import smallest_of, wishes
from anitui.pipeline.engine import Engine, InProcess, Processes
from anitui.pipeline.export.pictures import encoded
from anitui.pipeline.sources import Unfit
from anitui.pipeline.sources.folder import printable, resolve, walk
from anitui.progress import Event, Work
from anitui.settings import DetectSettings
from anitui.train.predict import centres
from anitui.train.predict.answering import Answering
from anitui.train.predict.cutting import Cut, Ready, crashed, cut
from anitui.train.predict.drawing import drawn
from anitui.train.predict.judging import Judge
from anitui.train.predict.said import PictureSaid
from anitui.train.run import Run

FEW = 16  # pictures for which no worker processes are started: these take as long as to start them
AT_ONCE = 32  # pictures whose faces are looked at together
FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
_QUALITY = 92


@dataclass(frozen=True, slots=True)
class PredictOrder:
    """What a person asked for. `out`: a file for one picture, or a folder."""

    patterns: Sequence[str]
    out: Path | None = None
    force: bool = False
    threshold: float | None = None
    top: int = 5
    detector: str = "auto"
    smallest: str = "6%"
    device: str = "auto"


@dataclass(slots=True)
class PredictReport:
    """What it came to, as JSON has it."""

    run: int
    task: str = ""
    threshold: float = 0.0
    temperature: float = 1.0
    thresholds: dict[str, float] = field(default_factory=dict)
    detector: str = ""
    why: str = ""  # it is that one
    pictures: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    seconds: float = 0.0


def predict(
    run: Run, order: PredictOrder, detect: DetectSettings, limits: Limits, engine: Engine | None = None
) -> Work[PredictReport]:
    """Say of each picture who is in it; what cannot be read is told, and the others go on."""
    began = time.monotonic()
    files, report = _files(order, run.number)
    smallest = smallest_of(order.smallest)
    targets = _Targets(order, files)
    yield from centres.ready(run, order.device)
    yield Event("loading the model")
    model = Answering(run, order.device)
    judge = model.judge.with_threshold(order.threshold)
    detector, report.why = _detector(model, order, detect)
    report.detector = "" if detector is None else made(detector).name
    report.task, report.threshold, report.temperature = model.task, judge.threshold, judge.temperature
    report.thresholds = judge.plain().get("thresholds", {})
    tasks = (
        Cut(place, file, model.size, model.margin, limits, detector=detector, smallest=smallest)
        for place, file in enumerate(files)
    )
    by_place: dict[int, dict[str, Any]] = {}
    engine = engine or (InProcess() if len(files) <= FEW else Processes())
    doing = "finding faces" if model.task == "detect" else "naming what is in them"
    done = 0
    with closing(engine.map(cut, tasks, crashed)) as results:
        while some := list(islice(results, 1 if len(files) <= FEW else AT_ONCE)):
            for ready, said in _answered(model, judge, some, order.top):
                file = printable(files[ready.place])
                done += 1
                reason = ready.reason if said is None else targets.write(ready.place, files, said, model, limits)
                if said is None or reason:
                    report.failures.append({"file": file, "reason": reason})
                if said is not None:
                    by_place[ready.place] = {"file": file, **said.plain(model.task)}
            yield Event(doing, done, len(files), "", {"failed": len(report.failures)})
    report.pictures = [by_place[place] for place in sorted(by_place)]
    report.written = [targets.written[place] for place in sorted(targets.written)]
    report.seconds = time.monotonic() - began
    return report


def _answered(
    model: Answering, judge: Judge, some: Sequence[Ready], top: int
) -> Iterator[tuple[Ready, PictureSaid | None]]:
    good = [each for each in some if not each.reason]
    said = iter(model.of(good, judge, top)) if good else iter(())
    for each in some:
        yield each, None if each.reason else next(said)


def _files(order: PredictOrder, run: int) -> tuple[list[str], PredictReport]:
    report, files = PredictReport(run), []
    for each in walk(resolve(order.patterns, "nothing was looked at"), label=None, labels_from_folders=False):
        if isinstance(each, Unfit):
            report.failures.append({"file": each.path, "reason": each.reason})
        else:
            files.append(each.path)
    if not files and not report.failures:
        raise WrongUse(f"there is nothing in {', '.join(map(printable, order.patterns))}: name pictures, or folders")
    return files, report


def _detector(model: Answering, order: PredictOrder, settings: DetectSettings) -> tuple[Chosen | None, str]:
    """What finds the faces, and why that one; nothing where the model is for whole pictures."""
    if model.task == "multi":
        return None, ""
    if model.detector is not None:
        return model.detector, f"run {model.run.number}"
    found, why = chosen(order.detector, wishes(settings, order.detector))
    return found, why


class _Targets:
    """Where the pictures are written to with what was said of them."""

    def __init__(self, order: PredictOrder, files: Sequence[str]) -> None:
        self._folder: Path | None = None
        self._file: Path | None = None
        self._force = order.force
        self._names: list[str] = []  # of the files in the folder
        self.written: dict[int, str] = {}
        out = order.out.expanduser() if order.out is not None else None
        if out is None:
            return
        if out.suffix.lower() in FORMATS and not out.is_dir():
            if len(files) > 1:
                raise WrongUse(f"{out} is one file, and there are {len(files):,} pictures: name a folder with -o")
            self._file = out
            self._check(out)
        elif out.exists() and not out.is_dir():
            raise WrongUse(f"{out} is not a folder: name a folder, or a file that ends in {', '.join(FORMATS)}")
        elif out.suffix and not out.is_dir():
            raise WrongUse(f"pictures are written as {', '.join(FORMATS)}, not as {out.suffix}")
        else:
            self._folder = out
            self._names = _told_apart(files)
        (self._folder or out.parent).mkdir(parents=True, exist_ok=True)
        for each in files:
            if self._file is not None and _same(self._file, each):
                raise WrongUse(f"{out} is the picture itself: write it somewhere else")

    def write(self, place: int, files: Sequence[str], said: PictureSaid, model: Answering, limits: Limits) -> str:
        """Write one; why it was not possible, or nothing."""
        if self._file is None and self._folder is None:
            return ""
        try:
            target = self._file or self._of(place, files)
            self._check(target)
            image = decode.for_display(Path(files[place]), (said.width, said.height), limits)
            image = drawn(image, said, model.task, model.judge.classes)
            write_atomically(target, encoded(image, FORMATS[target.suffix.lower()], _QUALITY))
        except (Refused, WrongUse) as error:
            return str(error)
        self.written[place] = str(target)
        return ""

    def _of(self, place: int, files: Sequence[str]) -> Path:
        assert self._folder is not None
        target = self._folder / f"{self._names[place]}.png"
        if target.exists() and any(_same(target, each) for each in files):
            raise WrongUse(f"{printable(target)} is one of the pictures itself: write to another folder")
        return target

    def _check(self, target: Path) -> None:
        if target.exists() and not self._force:
            raise WrongUse(f"{printable(target)} is there already: --force writes over it")


def _told_apart(files: Sequence[str]) -> list[str]:
    """Their names without endings; one that comes again, from another folder or with another ending, has a number."""
    often: Counter[str] = Counter()
    taken = {Path(each).stem.lower() for each in files}
    names = []
    for each in files:
        stem = name = Path(each).stem
        while often[name.lower()] or (name != stem and name.lower() in taken):
            often[stem.lower()] += 1
            name = f"{stem}-{often[stem.lower()]}"
        often[name.lower()] += 1
        names.append(name)
    return names


def _same(one: Path, other: str) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
