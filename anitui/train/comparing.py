"""Runs beside each other: the settings in which they differ, and what came of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from anitui.train.following import in_words
from anitui.train.run import Run, better
from anitui.train.series import Series
from anitui.train.watching import Line, Logged
from anitui.words import duration

_OF_ITS_OWN = ("run", "name", "made_at", "notes", "about", "settings", "classes", "best_by")
_SHOWN_BEFORE = ("task", "split", "recipe", "model", "device")


@dataclass(frozen=True, slots=True)
class Row:
    """A value for each run; `best` is the place of the one that is better than the others, where there is one."""

    name: str
    values: tuple[str, ...]
    best: int | None = None


def differing(runs: Sequence[Run]) -> list[Row]:
    """The settings that are not the same for all."""
    every = [_settings(each) for each in runs]
    names = list(dict.fromkeys(name for each in every for name in each))
    rows = [Row(name, tuple(_told(each.get(name)) for each in every)) for name in names]
    return [row for row in rows if len(set(row.values)) > 1]


def results(lines: Sequence[Line], logged: Mapping[int, Logged]) -> list[Row]:
    """How each stands, and the best of whatever was measured of it."""
    standing = [each.standing for each in lines]
    rows = [
        Row("state", tuple(each.state for each in standing)),
        Row("trained", tuple(_number(each.live.get("epoch"), "{:.1f} epochs") for each in standing)),
        Row("time", tuple(_time(each.live.get("seconds")) for each in standing)),
        Row("images/s", tuple(_number(each.live.get("images_per_second"), "{:,.0f}") for each in standing)),
    ]
    series = [logged[each.number].series if each.number in logged else {} for each in lines]
    names = sorted({name for each in series for name in each if name.startswith("val/")})
    if any("train/loss" in each for each in series):
        names.insert(0, "train/loss")
    for name in names:
        values = [_best(name, each.get(name)) for each in series]
        rows.append(Row(_called(name), tuple(_value(name, each) for each in values), _best_of(name, values)))
    return [row for row in rows if any(row.values)]


def _settings(run: Run) -> dict[str, object]:
    given = dict(run.settings)
    own = {name: given.pop(name) for name in _SHOWN_BEFORE if name in given}
    inner = {name: value for name, value in dict(given.get("settings") or {}).items() if name not in _OF_ITS_OWN}
    others = {name: value for name, value in given.items() if name not in _OF_ITS_OWN}
    return {**own, "classes": len(run.settings.get("classes") or ()), **others, **inner}


def _told(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: object, form: str) -> str:
    return form.format(value) if isinstance(value, (int, float)) else ""


def _time(seconds: object) -> str:
    return duration(float(seconds)) if isinstance(seconds, (int, float)) else ""


def _called(name: str) -> str:
    return f"last {name}" if name.startswith("train/") else f"best {name}"


def _best(name: str, series: Series | None) -> float:
    """Of what is measured the best; of what training says the last."""
    if series is None:
        return math.nan
    if not name.startswith("val/"):
        return series.last
    values = series.value[np.isfinite(series.value)]
    if not len(values):
        return math.nan
    return float(values.min() if better(name, 0, 1) else values.max())


def _value(name: str, value: float) -> str:
    return "" if math.isnan(value) else in_words(name, value)


def _best_of(name: str, values: Sequence[float]) -> int | None:
    there = [at for at, value in enumerate(values) if not math.isnan(value)]
    if len(there) < 2:
        return None
    best = there[0]
    for at in there[1:]:
        if better(name, values[at], values[best]):
            best = at
    told = [_value(name, values[at]) for at in there]
    return best if told.count(_value(name, values[best])) == 1 else None
