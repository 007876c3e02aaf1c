"""How far the Train screen is behind a trainer: from a line in metrics.jsonl to its number in the terminal.

    python bench/watching.py [--points N …] [--lines N] [--size CxR]

The real program in a terminal, on a run that has logged so many points; nothing is trained, the lines are written
here. The baseline is what one would write at first: a loop that reads the whole file again five times a second, and
says the last number.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import synthetic
from terminal import running
from timing import median, percentile, table, told

_LOOK_EVERY = 0.2
_PER_EPOCH = 1000


class Trainer:
    """Writes what a trainer writes, and lives as one does."""

    def __init__(self, folder: Path, points: int) -> None:
        self.folder, self._step = folder, points
        folder.mkdir(parents=True)
        said = {
            "run": 1, "name": "bench", "task": "single", "split": "main", "kind": "face", "label_set": "characters",
            "recipe": "strong", "model": "resnet18", "device": "auto", "classes": ["a", "b"], "best_by": "val/top1",
            "made_at": "2026-03-02T09:15:00+00:00", "settings": {},
        }  # fmt: skip
        (folder / "settings.json").write_text(json.dumps(said))
        (folder / "process.json").write_text("{}")
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        with (folder / "metrics.jsonl").open("w") as file:
            file.writelines(self._line(step, "train/loss", 1 + step / points) for step in range(1, points + 1))
        self.live()

    def live(self) -> None:
        live = {"state": "training", "step": self._step, "epoch": self._step / _PER_EPOCH, "beat": time.time()}
        (self.folder / ".live.json").write_text(json.dumps(live))
        (self.folder / ".live.json").replace(self.folder / "live.json")

    def say(self, value: float) -> None:
        self._step += 1
        with (self.folder / "metrics.jsonl").open("a") as file:
            file.write(self._line(self._step, "train/loss", value))
        self.live()

    def close(self) -> None:
        os.close(self._lock)

    def _line(self, step: int, name: str, value: float) -> str:
        return f'{{"step": {step}, "epoch": {step / _PER_EPOCH}, "time": {1.7e9 + step}, "{name}": {value}}}\n'


def numbers(count: int) -> list[float]:
    """Each of four digits that no other one has."""
    return [each / 10_000 for each in random.Random(7).sample(range(1001, 9999), count) if each % 10]


def in_anitui(workspace: Path, trainer: Trainer, values: list[float], columns: int, rows: int) -> list[float]:
    with running([sys.executable, "-m", "anitui", "-w", workspace], columns, rows) as terminal:
        terminal.until("what to do next")
        terminal.type("g")
        terminal.settle()
        terminal.type("t")
        terminal.until("train 2")  # the last one so far, when all have been read
        return [_delay(trainer, value, lambda value: terminal.until(f"train {value:g}")) for value in values]


def by_a_loop(trainer: Trainer, values: list[float]) -> list[float]:
    seen = threading.Event()
    last = [0.0]
    stop = threading.Event()

    def loop() -> None:
        while not stop.wait(_LOOK_EVERY):
            lines = [json.loads(line) for line in (trainer.folder / "metrics.jsonl").read_text().splitlines()]
            last[0] = [line["train/loss"] for line in lines][-1]
            seen.set()

    def wait(value: float) -> None:
        while last[0] != value:
            seen.wait()
            seen.clear()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        return [_delay(trainer, value, wait) for value in values]
    finally:
        stop.set()
        thread.join()


def _delay(trainer: Trainer, value: float, until) -> float:  # type: ignore[no-untyped-def]
    time.sleep(random.uniform(0.3, 0.5))  # so that it is written at any moment between two looks
    begun = time.perf_counter()
    trainer.say(value)
    until(value)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description="from a logged line to its number on the Train screen")
    parser.add_argument("--points", type=int, nargs="+", default=[2_000, 200_000], help="logged before (2000 200000)")
    parser.add_argument("--lines", type=int, default=40, help="how many are written (40)")
    parser.add_argument("--size", default="120x40", help="of the terminal (120x40)")
    chosen = parser.parse_args()
    columns, rows = map(int, chosen.size.split("x"))
    lines = []
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        for points in chosen.points:
            workspace = Path(temporary) / str(points)
            synthetic.make(workspace, 100)
            trainer = Trainer(workspace / "runs" / "1", points)
            values = numbers(chosen.lines)
            ours = in_anitui(workspace, trainer, values, columns, rows)
            loop = by_a_loop(trainer, values)
            trainer.close()
            for name, spent in (("Train screen", ours), ("the whole file again", loop)):
                ratio = told(median(spent) / median(ours))
                lines.append(
                    (
                        f"{name}, {points:,} points",
                        told(1000 * median(spent)),
                        told(1000 * percentile(spent, 0.95)),
                        ratio,
                    )
                )
    table(("from the line to the terminal", "ms", "p95", "× ours"), lines)


if __name__ == "__main__":
    main()
