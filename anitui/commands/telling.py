"""How commands tell what they do: progress on standard error, results on standard output, JSON on its last line."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from anitui import progress
from anitui.progress import Event, Work

Report = TypeVar("Report")

LINE_EVERY = 2.0


def say(text: str = "") -> None:
    """One line of result."""
    sys.stdout.write(f"{text}\n")


def report(options: argparse.Namespace, what: Mapping[str, Any]) -> None:
    """With --json, the last line of standard output."""
    if options.json:
        takes_all = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        say(json.dumps(what, ensure_ascii=not takes_all, default=_plain))


def drive(work: Work[Report]) -> Report:
    """Run long work to its end, with a bar on a terminal and plain lines elsewhere."""
    moves = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    with _bar() if moves else _lines() as told:
        return progress.run(work, told)


@contextmanager
def _bar() -> Iterator[Callable[[Event], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[counts]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def told(event: Event) -> None:
            if event.doing not in tasks:
                tasks[event.doing] = bar.add_task(event.doing, total=event.total, counts="")
            bar.update(tasks[event.doing], completed=event.done, total=event.total, counts=_counts(event))

        yield told


@contextmanager
def _lines() -> Iterator[Callable[[Event], None]]:
    last = {"": 0.0}

    def told(event: Event) -> None:
        now = time.monotonic()
        if event.done != event.total and now - last.get(event.doing, 0.0) < LINE_EVERY:
            return
        last[event.doing] = now
        of = f" of {event.total:,}" if event.total is not None else ""
        far = f": {event.done:,}{of}" if event.done or of else ""
        sys.stderr.write(f"{event.doing}{far}  {_counts(event)}".rstrip() + "\n")

    yield told


def _counts(event: Event) -> str:
    counts = [f"{name} {number:,}" for name, number in event.counts.items() if number]
    return "  ".join([*counts, event.note] if event.note else counts)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Path,)):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be reported")
