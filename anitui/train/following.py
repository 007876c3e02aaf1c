"""A run is watched until it ends. Whoever stops watching leaves it at work."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from anitui.progress import Event, Work
from anitui.train.run import Run, Standing
from anitui.words import duration

LOOK_EVERY = 0.2


def follow(run: Run) -> Work[Standing]:
    """Yields how far it is; returns how it stands when its trainer has ended."""
    while True:
        standing = run.standing()
        if not standing.under_way:
            return standing
        yield event_of(standing)
        time.sleep(LOOK_EVERY)


def event_of(standing: Standing) -> Event:
    """How a run stands, as progress."""
    live = standing.live
    if standing.state == "training" and live.get("steps"):
        return Event("training", int(live["step"]), int(live["steps"]), note(standing))
    if standing.state == "training":
        seconds, eta = float(live.get("seconds") or 0), live.get("eta")
        total = round(seconds + float(eta)) if eta is not None else None
        return Event("training", round(seconds), total, note(standing))
    done, total = live.get("done"), live.get("total")
    return Event(
        str(live.get("doing") or standing.state), int(done or 0), int(total) if total else None, note(standing)
    )


def note(standing: Standing) -> str:
    """What a line has room for."""
    live, last = standing.live, standing.live.get("last") or {}
    said = [f"epoch {live['epoch']:.1f}"] if live.get("epoch") is not None else []
    if last.get("train/loss") is not None:
        said.append(f"loss {last['train/loss']:.3f}")
    best = standing.best
    if best:
        said.append(f"{best[0].partition('/')[2]} {in_words(best[0], best[1])}")
    if live.get("images_per_second"):
        said.append(f"{live['images_per_second']:,.0f} img/s")
    if live.get("eta") is not None:
        said.append(f"{duration(float(live['eta']))} left")
    if standing.silent:
        said.append(f"silent for {duration(standing.silent)}")
    return " · ".join(said)


def in_words(name: str, value: float) -> str:
    """A number of this name as people say it: shares in percent, losses as they are."""
    return f"{value:.3f}" if name.endswith(("loss", "lr")) else f"{100 * value:.1f} %"


def summary(run: Run, standing: Standing) -> Mapping[str, Any]:
    """A run as it is reported."""
    best = standing.best
    return {
        "run": run.number,
        "name": run.settings["name"],
        "state": standing.state,
        "reason": standing.reason,
        "task": run.task,
        "split": run.settings["split"],
        "recipe": run.settings["recipe"],
        "model": run.settings["model"],
        "made_at": run.settings["made_at"],
        "folder": str(run.folder),
        "best": {"name": best[0], "value": best[1], "epoch": best[2]} if best else None,
        "last": dict(standing.live.get("last") or {}),
        "step": standing.live.get("step"),
        "epoch": standing.live.get("epoch"),
        "seconds": standing.live.get("seconds"),
        "device": standing.live.get("device"),
        "note": run.note,
        **({"silent": standing.silent} if standing.silent else {}),
    }
