"""What the benches share: rounds that take turns, medians, and a table.

Everything here runs on machines where other work runs too. So the ways that are compared take turns within every
round, a busy moment disturbs them alike, and what is told is a median and a ratio, never a promise of seconds.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.cells import cell_len


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def rounds(ways: Mapping[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """Call each way in turn, `count` times over. A way returns its own seconds: what to time is its own affair."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(count):
        for name, way in ways.items():
            spent[name].append(way())
    return spent


def bytecode_in(folder: Path, *modules: str) -> None:
    """Let every Python started from here on find these modules compiled, as the second start on any machine does.

    The bytecode goes to a folder of the bench's own: in containers Python is often told to write none, and then
    every start compiles the whole toolkit again.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    subprocess.run([sys.executable, "-c", f"import {', '.join(modules)}"], check=True)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that a share of the values (0.95) does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def told(value: float, unit: str = "") -> str:
    """Three digits that mean something."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{unit and ' ' + unit}"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print an aligned table: the first column to the left, all others to the right."""
    lines = [headings, *rows]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        first, *others = (text + " " * (width - cell_len(text)) for text, width in zip(line, widths, strict=True))
        print("   ".join([first, *map(_to_the_right, others)]).rstrip())


def _to_the_right(padded: str) -> str:
    text = padded.rstrip()
    return " " * (len(padded) - len(text)) + text
