"""Training runs in the catalogue: what their folders said when they were last looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from anitui.store.arrow import as_table
from anitui.store.catalogue import Catalogue, incoming

if TYPE_CHECKING:
    import pyarrow

_TYPES = {
    "run_id": "int64", "name": "string", "task": "string", "split": "string", "recipe": "string", "model": "string",
    "state": "string", "reason": "string", "best_name": "string", "best_value": "float64", "best_epoch": "float64",
    "epochs": "float64", "seconds": "float64", "classes": "int32", "device": "string", "note": "string",
    "settings": "string", "started_at": "timestamp[us]", "ended_at": "timestamp[us]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands."""

    run_id: int
    name: str
    task: str
    split: str | None
    recipe: str | None
    model: str | None
    state: str
    reason: str | None
    best_name: str | None
    best_value: float | None
    best_epoch: float | None
    epochs: float | None
    seconds: float | None
    classes: int
    device: str | None
    note: str | None
    settings: str
    started_at: datetime | None
    ended_at: datetime | None


def put(catalogue: Catalogue, rows: Sequence[RunRow]) -> None:
    """These runs and no others are there, as they stand."""
    with catalogue.writing() as connection:
        connection.execute("DELETE FROM runs")
        if rows:
            with incoming(connection, as_table(rows, _TYPES)):
                connection.execute("INSERT INTO runs SELECT * FROM incoming")
        for table in ("run_logs", "run_metrics"):
            connection.execute(f"DELETE FROM {table} WHERE run_id NOT IN (SELECT run_id FROM runs)")


def listed(catalogue: Catalogue) -> list[RunRow]:
    """The runs as they were last looked at, the newest first."""
    rows = catalogue.rows(f"SELECT {', '.join(_TYPES)} FROM runs ORDER BY run_id DESC")
    return [RunRow(*row) for row in rows]


def read_to(catalogue: Catalogue) -> dict[int, tuple[int, int]]:
    """Of each run, how far its metrics have been read: bytes, and the last step."""
    rows = catalogue.rows("SELECT run_id, read_to, last_step FROM run_logs")
    return {run_id: (place, step) for run_id, place, step in rows}


def add_metrics(
    catalogue: Catalogue, run_id: int, metrics: pyarrow.Table, place: int, last_step: int, anew_from: int | None
) -> None:
    """Keep metrics (step, epoch, name, value, logged_at) and how far they were read.

    `anew_from`: from this step on they take the place of those that are there, for the run went on from earlier.
    """
    with catalogue.writing() as connection:
        if anew_from is not None:
            connection.execute("DELETE FROM run_metrics WHERE run_id = ? AND step >= ?", [run_id, anew_from])
        if len(metrics):
            with incoming(connection, metrics):
                connection.execute(
                    "INSERT INTO run_metrics SELECT ?, step, epoch, name, value, logged_at FROM incoming", [run_id]
                )
        connection.execute("DELETE FROM run_logs WHERE run_id = ?", [run_id])
        connection.execute("INSERT INTO run_logs VALUES (?, ?, ?)", [run_id, place, last_step])
