"""Which curves are drawn: of one run, or of several in the colours that the list has for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anitui.screens.widgets.curves import Curve
from anitui.train.series import Series
from anitui.train.watching import Logged

COLOURS = ("$accent", "$warning", "$success", "$error", "$secondary", "#c69bf0", "#5fc9d4", "#f0a35e")
_MOST = 4  # metrics of one run in one picture
_SHARES = ("top1", "top5", "macro_f1", "micro_f1", "weighted_f1", "map", "ap", "eer", "auc")


def loss(runs: Sequence[tuple[int, Logged]]) -> list[Curve]:
    """What is made smaller, in training and as it is measured."""
    return _parts(runs, "loss")


def rate(runs: Sequence[tuple[int, Logged]]) -> list[Curve]:
    return _parts(runs, "lr", measured=False)


def pace(runs: Sequence[tuple[int, Logged]]) -> list[Curve]:
    return _parts(runs, "images_per_second", measured=False)


def measured(runs: Sequence[tuple[int, Logged]], best_by: str) -> list[Curve]:
    """Of one run what was measured, the one that decides first and thick; of several that one alone."""
    if len(runs) > 1:
        return [
            _curve(f"{number} {_called(best_by)}", found.series[best_by], COLOURS[at % len(COLOURS)], thick=True)
            for at, (number, found) in enumerate(runs)
            if best_by in found.series
        ]
    made = []
    for _, found in runs:
        names = [name for name in measured_names(found.series) if name != best_by]
        for at, name in enumerate([best_by] * (best_by in found.series) + names):
            made.append(_curve(_called(name), found.series[name], COLOURS[at % len(COLOURS)], thick=name == best_by))
    return made[:_MOST]


def measured_names(series: Mapping[str, Series]) -> list[str]:
    """What was measured, but for losses: what is best known first."""
    names = [name for name in series if name.startswith("val/") and not name.endswith("loss")]
    order = {each: at for at, each in enumerate(_SHARES)}
    return sorted(names, key=lambda name: (order.get(_called(name), len(order)), name))


def _parts(runs: Sequence[tuple[int, Logged]], name: str, *, measured: bool = True) -> list[Curve]:
    made: list[Curve] = []
    alone = len(runs) == 1
    for at, (number, found) in enumerate(runs):
        for part, thick in (("train", False), ("val", True)):
            series = found.series.get(f"{part}/{name}")
            if series is None or (thick and not measured):
                continue
            called = part if alone else f"{number} {part}" if measured else str(number)
            made.append(_curve(called, series, COLOURS[int(alone and thick) or at % len(COLOURS)], thick=thick))
    return made


def _called(name: str) -> str:
    return name.partition("/")[2]


def _curve(name: str, series: Series, colour: str, *, thick: bool) -> Curve:
    step, epoch, _, value = series.columns()
    # Somebody's own trainer may log no epochs.
    return Curve(name, epoch if len(epoch) and epoch[-1] == epoch[-1] else step, value, colour, thick)
