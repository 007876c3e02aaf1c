"""About how long training will take, before it has begun: going by runs that there were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anitui.train.recipe import Recipe
from anitui.train.watching import Line


@dataclass(frozen=True, slots=True)
class Guess:
    """Seconds, and what they were told by; a run of the same kind, or the order itself."""

    seconds: float
    by_run: int | None = None
    rate: float = 0.0  # images per second


def guess(recipe: Recipe, members: int, device: str, lines: Sequence[Line]) -> Guess | None:
    """How long so many members take; None where nothing tells."""
    limit = recipe.minutes * 60 if recipe.minutes else None
    if not recipe.epochs:
        return Guess(limit) if limit else None
    for line in lines:
        rate = _rate(line, recipe, device)
        if rate:
            seconds = recipe.epochs * members / rate
            return Guess(min(seconds, limit) if limit else seconds, line.number, rate)
    return Guess(limit) if limit else None


def _rate(line: Line, recipe: Recipe, device: str) -> float | None:
    """Images per second that such a run made, as if its pictures had had this size."""
    settings, live = line.run.settings, line.standing.live
    own = settings.get("settings") or {}
    seconds, steps = live.get("seconds") or 0, live.get("step") or 0
    if own.get("model") != recipe.model or settings.get("device") != device or seconds < 1 or not steps:
        return None
    try:
        had, has = _pixels(own), _pixels(recipe.plain())
        return float(steps) * float(own["batch"]) / float(seconds) * had / has
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _pixels(settings: dict[str, object]) -> float:
    """Of the pictures on average: they may begin smaller."""
    size, start, grow = (float(str(settings[name])) for name in ("size", "start_size", "grow_at"))
    start = start or size
    return grow * start**2 + (1 - grow) * size**2
