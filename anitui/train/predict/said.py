"""What a model says of a picture, as plain data (docs/using-models.md has it as JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]  # x, y, w, h in pixels of the picture as displayed


@dataclass(frozen=True, slots=True)
class Guess:
    """A name, and how sure the model is of it, from 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class FaceSaid:
    """A face. Without a name it is nobody that the model knows, or the model knows no names; see `confidence`."""

    box: Box
    score: float | None  # the detector's
    name: str | None = None
    confidence: float | None = None  # of the likeliest name, also where that is below the threshold
    guesses: tuple[Guess, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureSaid:
    """A picture: its faces, or where the model is for whole pictures what holds for it."""

    width: int
    height: int
    faces: tuple[FaceSaid, ...] = ()
    names: tuple[Guess, ...] = ()
    guesses: tuple[Guess, ...] = ()

    def plain(self, task: str) -> dict[str, Any]:
        """As JSON has it."""
        found: dict[str, Any] = {"width": self.width, "height": self.height}
        if task == "multi":
            return found | {"names": _plain(self.names), "guesses": _plain(self.guesses)}
        return found | {"faces": [_face(each, task) for each in self.faces]}


def _face(face: FaceSaid, task: str) -> dict[str, Any]:
    x, y, w, h = (round(each, 2) for each in face.box)
    found: dict[str, Any] = {"x": x, "y": y, "w": w, "h": h, "score": _rounded(face.score)}
    if task == "detect":
        return found
    return found | {
        "name": face.name,
        "confidence": _rounded(face.confidence),
        "guesses": _plain(face.guesses),
    }


def _plain(guesses: tuple[Guess, ...]) -> list[dict[str, Any]]:
    return [{"name": each.name, "confidence": _rounded(each.confidence)} for each in guesses]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)


def from_plain(found: Mapping[str, Any]) -> PictureSaid:
    """What another process said, as `plain` put it."""
    faces = tuple(
        FaceSaid(
            (each["x"], each["y"], each["w"], each["h"]),
            each["score"],
            each.get("name"),
            each.get("confidence"),
            _guesses(each.get("guesses", ())),
        )
        for each in found.get("faces", ())
    )
    names, guesses = _guesses(found.get("names", ())), _guesses(found.get("guesses", ()))
    return PictureSaid(found["width"], found["height"], faces, names, guesses)


def _guesses(found: Any) -> tuple[Guess, ...]:
    return tuple(Guess(each["name"], each["confidence"]) for each in found)
