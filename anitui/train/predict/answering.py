"""A model that answers: what it says of pictures that were made ready, and as a process of its own that stays.

`python -m anitui.train.predict.answering` reads questions and writes answers (asking.py says how); one at a time, until
whoever asks closes the pipe. Reading a picture may take it down; then a new one is started.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import WrongUse, in_one_sentence
from anitui.pipeline.decode import Limits
from anitui.pipeline.detect.choosing import Chosen, chosen
from anitui.pipeline.detecting import smallest_of, wishes
from anitui.settings import DetectSettings
from anitui.train.predict import centres
from anitui.train.predict.cutting import Cut, Ready, cut
from anitui.train.predict.frames import receive, send
from anitui.train.predict.judging import Judge, judge_of
from anitui.train.predict.said import FaceSaid, PictureSaid
from anitui.train.run import BEST, Run

AT_ONCE = 64


class Answering:
    """The best model of a run, loaded. Without torch where the run is a detector: that one finds, and names nobody."""

    def __init__(self, run: Run, device: str = "auto") -> None:
        self.run = run
        self.made_at = made_at(run)
        self.task = run.task
        self.size, self.margin = 0, 0.0
        self.detector: Chosen | None = None
        self._model: Any = None
        self._centres: NDArray[np.float32] | None = None
        if self.task == "detect":
            self.detector = _detector_of(run)
            self.judge = Judge(self.task, tuple(run.classes))
            return
        from anitui.train import using

        self._model = using.load(run, device)
        self.size, self.margin = (
            self._model.recipe.size,
            self._model.recipe.margin,
        )  # as they were cut to be learnt from
        self.judge = judge_of(run, self.task, self._model.classes)
        if self.task == "embed" and self._model.recipe.loss == "contrastive":
            self._centres = centres.of(run)

    def of(self, pictures: Sequence[Ready], judge: Judge | None = None, top: int = 5) -> list[PictureSaid]:
        """What it says of pictures that could be read."""
        judge = judge or self.judge
        if self._model is None:
            return [PictureSaid(each.width, each.height, _unnamed(each)) for each in pictures]
        chances = self._chances(pictures, judge)
        said, at = [], 0
        for each in pictures:
            assert each.pixels is not None
            own = chances[at : at + len(each.pixels)]
            at += len(own)
            said.append(_said(each, own, judge, top))
        return said

    def _chances(self, pictures: Sequence[Ready], judge: Judge) -> NDArray[np.float64]:
        pixels = np.concatenate([each.pixels for each in pictures if each.pixels is not None])
        found = [np.zeros((0, len(judge.classes)))]
        for start in range(0, len(pixels), AT_ONCE):
            said = self._model.ask(pixels[start : start + AT_ONCE])
            logits = said.logits if self._centres is None else centres.logits(said.embeddings, self._centres)
            found.append(judge.chances(logits))
        return np.concatenate(found)

    def ask(self, question: Mapping[str, Any], data: bytes | None = None) -> dict[str, Any]:
        """The answer to one question (asking.Question), as plain data."""
        of_all = self.task == "multi"
        boxes = question.get("boxes")
        detector = self.detector
        if detector is None and not of_all and boxes is None:
            detector = _chosen(question["detector"], tuple(sorted(question["detect"].items())))
        ready = cut(
            Cut(
                0,
                question.get("file") or "",
                self.size,
                self.margin,
                Limits(*question["limits"]),
                data,
                None if boxes is None or of_all else tuple((x, y, w, h) for x, y, w, h in boxes),
                None if of_all else detector,
                smallest_of(question["smallest"]),
            )
        )
        if ready.reason:
            return {"refused": ready.reason}
        judge = self.judge.with_threshold(question.get("threshold"))
        (said,) = self.of([ready], judge, question["top"])
        return {"said": said.plain(self.task), "task": self.task, **judge.plain()}


def made_at(run: Run) -> int:
    """When its best model was kept; WrongUse where it has none yet."""
    try:
        return (run.checkpoints / BEST).stat().st_mtime_ns
    except FileNotFoundError:
        raise WrongUse(
            f"run {run.number} has no model yet: one is kept when it is measured, or stopped (`anitui runs`)"
        ) from None


def _unnamed(ready: Ready) -> tuple[FaceSaid, ...]:
    return tuple(FaceSaid(box, score) for box, score in zip(ready.boxes, ready.scores, strict=True))


def _said(ready: Ready, chances: NDArray[np.float64], judge: Judge, top: int) -> PictureSaid:
    if judge.task == "multi":
        own = chances[0]
        return PictureSaid(ready.width, ready.height, (), judge.names(own), judge.guesses(own, top))
    faces = tuple(
        FaceSaid(box, score, *judge.name(own), judge.guesses(own, top))
        for box, score, own in zip(ready.boxes, ready.scores, chances, strict=True)
    )
    return PictureSaid(ready.width, ready.height, faces)


def _detector_of(run: Run) -> Chosen:
    """A run that finds faces, as the detector that it becomes when it is exported."""
    from anitui.train.exporting import exported_detector

    return Chosen("onnx", str(exported_detector(run)), (("least_score", 0.0),))


@cache
def _chosen(named: str, settings: tuple[tuple[str, Any], ...]) -> Chosen:
    return chosen(named, wishes(DetectSettings(**dict(settings)), named))[0]


def main() -> int:
    """Answer questions until nobody asks any more."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # they reach the whole terminal; the end comes with the owner's
    model: Answering | None = None
    while (asked := receive(source)) is not None:
        question, data = asked
        try:
            run = Run(Path(question["run"]))
            # A run that is being trained has better models as time goes on.
            if model is None or (model.run, model.made_at) != (run, made_at(run)):
                model = None
                model = Answering(run, question["device"])
            answer = model.ask(question, data) if question["do"] == "ask" else {"ready": True, "task": model.task}
        except Exception as error:
            sentence = in_one_sentence(error)
            if sentence is None:
                sys.stderr.write(traceback.format_exc())
                sys.stderr.flush()
            answer = {"error": sentence or f"{type(error).__name__}: {error}"}
        send(out, answer)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
