"""Which detector is taken: the one that is named, or with `auto` the best that is here, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from anitui.pipeline.detect import animeface, cascade, onnx
from anitui.pipeline.detect.detector import CannotDetect, Detector
from anitui.pipeline.detect.whole import Whole

Kind: TypeAlias = Literal["animeface", "cascade", "onnx", "whole"]
KINDS: tuple[Kind, ...] = ("animeface", "cascade", "onnx", "whole")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A detector as worker processes are told of it."""

    kind: Kind
    file: str | None = None
    options: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Wishes:
    """What the settings say of detectors."""

    onnx_file: Path | None = None
    least_score: float = 0.0  # of a model; 0: what its file says
    cascade_file: Path | None = None
    cascade_scale: float = 1.05
    cascade_neighbours: int = 5
    animeface_step: float = 4.0
    notes: Mapping[str, str] = field(default_factory=dict)


def chosen(named: str, wishes: Wishes) -> tuple[Chosen, str]:
    """The detector for this name, tried out, and in a few words why it is that one. Raises CannotDetect."""
    if named != "auto":
        return _tried(_of(named, wishes)), named
    if wishes.onnx_file is not None:
        return _tried(_of("onnx", wishes)), f"onnx, since the settings name {wishes.onnx_file.name}"
    if wishes.cascade_file is not None and cascade.there():
        return _tried(_of("cascade", wishes)), f"cascade, since {wishes.cascade_file.name} is here"
    if animeface.there():
        why = wishes.notes.get("cascade", "no model is named")
        return _tried(_of("animeface", wishes)), f"animeface, which needs nothing else; {why}"
    raise CannotDetect(
        "no detector is here: pip install 'anitui[cascade]' and run `anitui detect --detector cascade` once with a "
        "network, or name a model with [detect] onnx in the settings"
    )


@cache
def made(of: Chosen) -> Detector:
    """The detector itself, once in each process."""
    options = dict(of.options)
    match of.kind:
        case "animeface":
            return animeface.AnimeFace(step=options["step"])
        case "cascade":
            return cascade.Cascade(Path(of.file or ""), scale=options["scale"], neighbours=int(options["neighbours"]))
        case "onnx":
            return onnx.Onnx(Path(of.file or ""), least_score=options["least_score"])
        case "whole":
            return Whole()


def _tried(of: Chosen) -> Chosen:
    made(of)
    return of


def _of(named: str, wishes: Wishes) -> Chosen:
    match named:
        case "animeface":
            return Chosen("animeface", None, (("step", wishes.animeface_step),))
        case "cascade":
            if wishes.cascade_file is None:
                raise CannotDetect(wishes.notes.get("cascade", "no cascade file is named"))
            options = (("scale", wishes.cascade_scale), ("neighbours", float(wishes.cascade_neighbours)))
            return Chosen("cascade", str(wishes.cascade_file), options)
        case "onnx":
            if wishes.onnx_file is None:
                raise CannotDetect("no model is named: give its path as [detect] onnx in the settings")
            return Chosen("onnx", str(wishes.onnx_file), (("least_score", wishes.least_score),))
        case "whole":
            return Chosen("whole")
    raise CannotDetect(f"there is no detector {named!r}: auto, {', '.join(KINDS)}")
