"""A run in words: its line in the list, and what is known of it beside its curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from rich.cells import cell_len

from anitui.screens.jobs.listing import Parts, Role
from anitui.screens.widgets.picture.words import cut, wrapped
from anitui.train.following import in_words
from anitui.train.run import UNDER_WAY, Standing
from anitui.train.watching import Line
from anitui.words import ago, duration, size

_SIGNS: Mapping[str, tuple[str, Role]] = {
    **dict.fromkeys(UNDER_WAY, ("●", "good")),
    "waiting": ("○", "dim"),
    "done": ("✓", "plain"),
    "stopped": ("■", "waits"),
    "failed": ("✗", "bad"),
    "killed": ("✗", "bad"),
}
MARK = "◆"
_LOSS, _BEST = 6, 6  # columns
_BAR = "━"
_WORDS = 4  # last words of a run that went wrong


def heading(room: int) -> Parts:
    """Above the list."""
    name = room - 7 - _LOSS - _BEST
    return [("   run".ljust(7) + " " * max(0, name) + "loss".rjust(_LOSS) + "best".rjust(_BEST), "dim")]


def line(of: Line, room: int, *, marked: bool) -> Parts:
    """A run in the list."""
    sign, role = _SIGNS.get(of.standing.state, ("?", "dim"))
    if of.standing.silent:
        sign, role = "?", "waits"
    loss = _loss(of.standing)
    best = best_of(of.standing)
    told = f"{100 * best[1]:.1f}" if best and not best[0].endswith("loss") else f"{best[1]:.2f}" if best else ""
    name = max(0, room - 7 - _LOSS - _BEST)
    parts: list[tuple[str, Role]] = [
        (MARK if marked else " ", "strong"),
        (sign + " ", role),
        (f"{of.number:>3} ", "strong"),
        (_filled(of.name, name), "plain"),
        (loss.rjust(_LOSS), "plain"),
        (told.rjust(_BEST), "strong"),
    ]
    return parts


def best_of(standing: Standing) -> tuple[str, float, float] | None:
    """The best so far; None also where what stands there makes no sense."""
    try:
        return standing.best
    except (LookupError, TypeError, ValueError):
        return None


def _loss(standing: Standing) -> str:
    last = standing.live.get("last") or {}
    value = last.get("train/loss")
    return f"{value:.2f}" if isinstance(value, (int, float)) else ""


def _filled(text: str, width: int) -> str:
    shown = cut(text, max(0, width - 1)) if width > 1 else ""
    return shown + " " * (width - cell_len(shown))


def mistaken(said: str, true: str, width: int) -> str:
    """`cocoa → chino`: both of them, however little room there is."""
    room = max(2, width - 3)
    first = max(room // 2, room - cell_len(true))
    said = cut(said, first)
    return f"{said} → {cut(true, room - cell_len(said))}"


def facts(of: Line, room: int, words: Sequence[str]) -> list[Parts]:
    """What is known of a run, the most urgent first."""
    live, standing = of.standing.live, of.standing
    lines: list[Parts] = [*_state(of, room, words)]
    far = _far(live)
    if far:
        lines.append([(far, "strong")])
        share = _share(standing)
        if share is not None:
            full = round(share * room)
            lines.append([(_BAR * full, "good" if standing.under_way else "plain"), (_BAR * (room - full), "dim")])
    if standing.under_way:
        lines += _pace(live)
    elif live.get("seconds"):
        lines.append([(f"{_took(live['seconds'])} of training", "plain")])
    lines += _results(standing)
    lines += _machine(live, standing.under_way)
    lines += _order(of)
    if of.note:
        lines += [[(each, "waits")] for each in wrapped(f"“{of.note}”", room)]
    return lines


def _state(of: Line, room: int, words: Sequence[str]) -> list[Parts]:
    standing = of.standing
    sign, role = _SIGNS.get(standing.state, ("?", "dim"))
    live = standing.live
    doing = str(live.get("doing") or "")
    state = standing.state
    if standing.under_way and doing and doing != state:
        total = live.get("total")
        state = f"{doing} {live.get('done') or 0:,} of {total:,}" if total else doing
    if standing.state == "waiting":
        return [[("○ ", "dim"), ("not started", "strong")]]
    lines: list[Parts] = [[(f"{sign} ", role), (cut(state, room - 2), role if role != "plain" else "strong")]]
    if standing.silent:
        said = f"silent for {duration(standing.silent)}: its process lives, but says nothing"
        lines += [[(each, "waits")] for each in wrapped(said, room)]
    why = standing.reason if not standing.under_way else str(live.get("reason") or "")
    if why:
        bad: Role = "bad" if standing.state in ("failed", "killed") else "waits"
        lines += [[(each, bad)] for each in wrapped(why, room)[:6]]
    if standing.state in ("failed", "killed"):
        for each in words[-_WORDS:]:
            if each.strip() and each.strip() != why.strip():
                lines += [[(part, "dim")] for part in wrapped(each, room)[:2]]
    return lines


def _far(live: Mapping[str, Any]) -> str:
    epoch, epochs = live.get("epoch"), live.get("epochs")
    if epoch is None:
        return ""
    return f"epoch {epoch:.1f}/{epochs:g}" if epochs else f"epoch {epoch:.1f}"


def _share(standing: Standing) -> float | None:
    live = standing.live
    if standing.state == "done":
        return 1.0
    seconds, eta = live.get("seconds"), live.get("eta")
    if eta is not None and seconds is not None and seconds + eta > 0:
        return min(1.0, max(0.0, float(seconds) / float(seconds + eta)))
    if live.get("steps"):
        return min(1.0, max(0.0, float(live.get("step") or 0) / float(live["steps"])))
    return None


def _pace(live: Mapping[str, Any]) -> list[Parts]:
    lines: list[Parts] = []
    rate = live.get("images_per_second")
    said = [f"{rate:,.0f} img/s"] if rate else []
    eta = live.get("eta")
    said += [f"{_shortly(float(eta))} left"] if eta is not None else []
    if said:
        lines.append([("  ".join(said), "plain")])
    return lines


def _shortly(seconds: float) -> str:
    """`6 min`, where a line has little room."""
    return duration(seconds).removeprefix("about ").replace("minutes", "min")


def _took(seconds: object) -> str:
    return duration(float(seconds)) if isinstance(seconds, (int, float)) else ""


def _results(standing: Standing) -> list[Parts]:
    lines: list[Parts] = []
    last = standing.live.get("last") or {}
    losses = [(called, last.get(name)) for called, name in (("", "train/loss"), ("val ", "val/loss"))]
    said = [f"{called}{value:.3f}" for called, value in losses if isinstance(value, (int, float))]
    if said:
        lines.append([("loss ", "dim"), (" · ".join(said), "plain")])
    best = best_of(standing)
    if best:
        name, value, epoch = best
        told = f"{name.partition('/')[2]} {in_words(name, value)}"
        lines.append([("best ", "dim"), (told, "strong"), (f" at {epoch:.1f}", "dim")])
    return lines


def _machine(live: Mapping[str, Any], now: bool) -> list[Parts]:
    lines: list[Parts] = []
    if live.get("device"):
        lines.append([(str(live["device"]), "plain")])
    if not now:
        return lines
    said = []
    if live.get("gpu_percent") is not None:
        said.append(f"GPU {live['gpu_percent']:.0f} %")
    used = live.get("gpu_memory")
    if isinstance(used, (list, tuple)) and len(used) == 2 and None not in used:
        said.append(f"{used[0] / 1e9:.1f}/{used[1] / 1e9:.0f} GB")
    if said:
        lines.append([("  ".join(said), "plain")])
    if live.get("memory"):
        lines.append([(f"memory {size(int(live['memory']))}", "dim")])
    return lines


def _order(of: Line) -> list[Parts]:
    settings = of.run.settings
    classes = len(settings.get("classes") or ())
    lines: list[Parts] = [
        [(f"{settings.get('task', '')} · {settings.get('recipe', '')} · {settings.get('model', '')}", "dim")],
        [(f"split {settings.get('split', '')} · {classes:,} classes", "dim")],
    ]
    with suppress(ValueError):  # a folder that was put together by hand need not say when
        made = datetime.fromisoformat(str(settings.get("made_at")))
        lines.append([(f"made {ago(made)}", "dim")])
    return lines
