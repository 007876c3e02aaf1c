"""Runs beside each other as a table: what differs in their settings, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from anitui.screens.widgets.picture.words import tame
from anitui.train.comparing import Row, differing, results
from anitui.train.watching import Line, Logged


def in_columns(lines: Sequence[Line], logged: Mapping[int, Logged]) -> Table | Text:
    """A column for each run."""
    if len(lines) < 2:
        return Text("mark two runs or more, and they stand here beside each other", "dim")
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, pad_edge=False)
    table.add_column("", style="dim", no_wrap=True)
    for line in lines:
        table.add_column(Text(f"{line.number} {tame(line.name)}", "bold"), justify="right", overflow="ellipsis")
    _add(table, results(lines, logged))
    table.add_row("", *([""] * len(lines)))
    settings = differing([line.run for line in lines])
    if settings:
        _add(table, settings)
    else:
        table.add_row("settings", *(["the same"] * len(lines)))
    return table


def _add(table: Table, rows: Sequence[Row]) -> None:
    for row in rows:
        cells = [
            Text(f"{tame(value)} ◂" if at == row.best else tame(value), "bold" if at == row.best else "")
            for at, value in enumerate(row.values)
        ]
        table.add_row(row.name, *cells)
