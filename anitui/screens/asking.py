"""The model that the screens ask: in a process of its own, started with the first question, ended with the app."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from anitui.errors import WrongUse
from anitui.pipeline.decode import Limits
from anitui.pipeline.detecting import smallest_of
from anitui.screens.host import Host
from anitui.screens.widgets.picture import Box, Caption
from anitui.store.labels import COLOURS
from anitui.store.pictures import Detail
from anitui.train.predict.asking import Answer, Asking, Question
from anitui.train.predict.drawing import GREY, UNKNOWN, colour_of, percent
from anitui.train.run import BEST, Run, find, listed
from anitui.words import count

GUESSES = 3
_starting = Lock()


@dataclass(frozen=True, slots=True)
class Told:
    """What a run's model says of the picture that is shown."""

    run: int
    name: str
    answer: Answer
    classes: tuple[str, ...]

    def summary(self) -> str:
        """In a line."""
        said = self.answer.said
        if self.answer.task == "multi":
            return f"run {self.run}, {self.name}: {count(len(said.names), 'name')}"
        known = sum(face.name is not None for face in said.faces)
        named = "" if self.answer.task == "detect" or not said.faces else f", {known:,} of them known"
        return f"run {self.run}, {self.name}: {count(len(said.faces), 'face')}{named}"

    def boxes(self) -> list[Box]:
        """Where the faces are, in the colours of their names."""
        return [
            Box(x, y, w, h, _rgb(colour)) for (x, y, w, h), colour in zip(self._shares(), self.colours(), strict=True)
        ]

    def captions(self) -> list[Caption]:
        """What is written at them."""
        if self.answer.task == "detect":
            return []
        faces = zip(self.answer.said.faces, self.colours(), self._shares(), strict=True)
        return [
            Caption(f"{face.name or UNKNOWN} {percent(face.confidence or 0.0)}", colour, *share, short=str(number))
            for number, (face, colour, share) in enumerate(faces, 1)
        ]

    def colours(self) -> list[str]:
        if self.answer.task == "detect":
            return [COLOURS[1]] * len(self.answer.said.faces)
        return [colour_of(face.name, self.classes) for face in self.answer.said.faces]

    def lines(self) -> list[tuple[str, str, str]]:
        """A line for each face (or name): colour, what it is, and what else it could be."""
        said = self.answer.said
        if self.answer.task == "multi":
            names = [
                (colour_of(each.name, self.classes), f"{each.name} {percent(each.confidence)}", "")
                for each in said.names
            ]
            return names or [(GREY, "nothing that it is sure of", "")]
        found = []
        for face, colour in zip(said.faces, self.colours(), strict=True):
            if self.answer.task == "detect":
                found.append(
                    (colour, "a face" if face.score is None else f"a face {percent(min(1.0, face.score))}", "")
                )
                continue
            others = [each for each in face.guesses if each.confidence >= 0.01 and each.name != face.name]
            more = ", ".join(f"{each.name} {percent(each.confidence)}" for each in others)
            found.append((colour, f"{face.name} {percent(face.confidence or 0.0)}" if face.name else UNKNOWN, more))
        return found

    def _shares(self) -> list[tuple[float, float, float, float]]:
        width, height = self.answer.said.width, self.answer.said.height
        return [
            (x / width, y / height, w / width, h / height)
            for x, y, w, h in (face.box for face in self.answer.said.faces)
        ]


def usable(host: Host) -> list[Run]:
    """The runs that have a model, the newest first. Reads files: not for the thread that draws."""
    return [each for each in listed(host.workspace) if (each.checkpoints / BEST).exists()]


def tell(host: Host, run: Run | None, picture: Detail) -> Told:
    """Ask about one picture; without a run the newest that has a model. Waits: not for the thread that draws."""
    if run is None:
        there = usable(host)
        if not there:
            find(host.workspace, None)  # which says so where there is no run at all
            raise WrongUse("no run has a model yet: one is kept when it is measured, or stopped")
        run = there[0]
    settings = host.settings
    smallest_of(settings.detect.smallest)
    known = tuple((face.x, face.y, face.w, face.h) for face in picture.faces)
    question = Question(
        file=str(host.workspace.file(picture.path)),
        boxes=known if known and run.task in ("single", "embed") else None,
        top=GUESSES,
        detector=settings.detect.detector,
        smallest=settings.detect.smallest,
        detect=settings.detect,
        limits=Limits(settings.importing.max_megabytes << 20, settings.importing.max_megapixels * 1_000_000),
    )
    return Told(run.number, str(run.settings["name"]), _asking(host, run).ask(question), tuple(run.classes))


def _asking(host: Host, run: Run) -> Asking:
    """One process for the app; asked about another run, it loads that one's model."""
    with _starting:
        if host.asking is None:
            host.asking = Asking(run)
        host.asking.run = run
        return host.asking


def stop(host: Host) -> None:
    """Wait for no answer any more: who leaves must not have to."""
    with _starting:
        found, host.asking = host.asking, None
    if found is not None:
        found.close()


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
