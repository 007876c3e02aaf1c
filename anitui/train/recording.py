"""What the folders of runs tell is taken into the catalogue, where SQL can ask for it: only what is new."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from anitui.store import runs
from anitui.store.catalogue import Catalogue
from anitui.store.runs import RunRow
from anitui.train.run import Run, Standing, listed
from anitui.workspace import Workspace

_NO_METRIC = ("step", "epoch", "time")


def take_in(workspace: Workspace, catalogue: Catalogue) -> bool:
    """Have the tables `runs` and `run_metrics` say what the folders say now; whether any run stands otherwise."""
    found = listed(workspace)
    rows = [_row(run, run.standing()) for run in reversed(found)]
    changed = rows != list(reversed(runs.listed(catalogue)))
    if changed:
        runs.put(catalogue, rows)
    if found:
        known = runs.read_to(catalogue)
        for run in found:
            _take_metrics(catalogue, run, *known.get(run.number, (0, -1)))
    return changed


def _row(run: Run, standing: Standing) -> RunRow:
    settings, live, best = run.settings, standing.live, standing.best
    ended = None if standing.under_way or not live.get("beat") else _moment(float(live["beat"]))
    return RunRow(
        run.number,
        str(settings["name"]),
        run.task,
        settings.get("split"),
        settings.get("recipe"),
        settings.get("model"),
        standing.state,
        standing.reason or None,
        best[0] if best else None,
        best[1] if best else None,
        best[2] if best else None,
        live.get("epoch"),
        None if standing.under_way else live.get("seconds"),  # which would be another one at every look
        len(run.classes),
        live.get("device"),
        run.note or None,
        json.dumps(settings["settings"]),
        datetime.fromisoformat(settings["made_at"]).astimezone(UTC).replace(tzinfo=None),
        ended,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _take_metrics(catalogue: Catalogue, run: Run, place: int, last_step: int) -> None:
    try:
        size = run.metrics.stat().st_size
    except FileNotFoundError:
        return
    if size < place:  # another run has this number by now
        place, last_step = 0, -1
        runs.add_metrics(catalogue, run.number, _table([]), 0, -1, anew_from=0)
    while size > place:
        lines, reached = run.process.read(place)
        if reached == place:
            return
        kept: list[Mapping[str, Any]] = []
        anew: int | None = None
        for line, _ in lines:
            step = line.get("step")
            if not isinstance(step, int):
                continue
            if step < last_step:  # it was killed, and went on from its last checkpoint
                anew = step if anew is None else min(anew, step)
                kept = [each for each in kept if each["step"] < step]
            last_step = step
            kept.append(line)
        runs.add_metrics(catalogue, run.number, _table(kept), reached, last_step, anew)
        place = reached


def _table(lines: Sequence[Mapping[str, Any]]) -> Any:
    import pyarrow

    columns: dict[str, list[Any]] = {"step": [], "epoch": [], "name": [], "value": [], "logged_at": []}
    for line in lines:
        for name, value in line.items():
            if name not in _NO_METRIC and isinstance(value, (int, float)):
                columns["step"].append(line["step"])
                columns["epoch"].append(line.get("epoch"))
                columns["name"].append(name)
                columns["value"].append(float(value))
                columns["logged_at"].append(_moment(float(line.get("time", 0))))
    types = map(pyarrow.type_for_alias, ("int64", "float64", "string", "float64", "timestamp[us]"))
    return pyarrow.table(columns, schema=pyarrow.schema(list(zip(columns, types, strict=True))))
