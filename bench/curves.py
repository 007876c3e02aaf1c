"""A run's curve in the terminal: milliseconds for a frame, against plotext where it is there, else every point by hand.

    python bench/curves.py [--points N …] [--rounds N]

The curve grows by a few points between two frames, as it does while a run is watched. By hand: a loop over all points
that sets the dot of each, and joins neighbours, as one would write it at first; nothing of numbers, names and colours.
plotext is measured in addition if it is installed. Reading is measured too: what was logged, line by line.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from timing import median, rounds, seconds, table, told

from anitui.screens.widgets.curves.drawing import Curve, Drawer, Look
from anitui.train.series import MetricsReader

WIDTH, HEIGHT = 100, 30
_NEW = 20  # points between two frames
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def noisy(points: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    numbers = np.random.default_rng(7)
    x = np.arange(points) / 1000
    return x, np.exp(-5 * x / x[-1]) * (1 + 0.2 * numbers.normal(size=points)) + 0.2


class Growing:
    """Frames of a curve that grows."""

    def __init__(self, points: int, look: Look) -> None:
        self._x, self._y = noisy(points)
        self._look, self._drawer = look, Drawer()
        self._end = points - _NEW * 200

    def frame(self) -> float:
        self._end = min(len(self._x), self._end + _NEW)
        curve = Curve("train", self._x[: self._end], self._y[: self._end], "$accent")
        return seconds(lambda: self._drawer.draw([curve], self._look, WIDTH, HEIGHT, x_name="epoch"))


def by_hand(x: list[float], y: list[float]) -> list[str]:
    width, height = WIDTH * 2, HEIGHT * 4
    grid = [[0] * WIDTH for _ in range(HEIGHT)]
    left, right, bottom, top = min(x), max(x), min(y), max(y)
    before = None
    for a, b in zip(x, y, strict=True):
        column = int((a - left) / (right - left) * (width - 1))
        row = int((top - b) / (top - bottom) * (height - 1))
        first, last = (row, row) if before is None else (min(row, before), max(row, before))
        for dot in range(first, last + 1):
            grid[dot >> 2][column >> 1] |= _DOTS[dot & 3][column & 1]
        before = row
    return ["".join(chr(0x2800 + cell) for cell in line) for line in grid]


def with_plotext(x: list[float], y: list[float]) -> str:
    import plotext

    plotext.clear_figure()
    plotext.plot_size(WIDTH, HEIGHT)
    plotext.plot(x, y, marker="braille")
    return str(plotext.build())


def drawing(points: int, count: int) -> None:
    x, y = (each.tolist() for each in noisy(points))
    ways: dict[str, Callable[[], float]] = {
        "ours": Growing(points, Look()).frame,
        "ours, smoothed": Growing(points, Look(smoothing=0.97)).frame,
        "ours, log": Growing(points, Look(log=True)).frame,
        "by hand": partial(seconds, partial(by_hand, x, y)),
    }
    if importlib.util.find_spec("plotext") is not None:
        ways["plotext"] = partial(seconds, partial(with_plotext, x, y))
    for way in ways.values():
        way()
    spent = {name: median(each) for name, each in rounds(ways, count).items()}
    lines = [(name, told(1000 * each), told(each / spent["ours"])) for name, each in spent.items()]
    table((f"{points:,} points, a frame", "ms", "× ours"), lines)


def reading(points: int) -> None:
    x, y = noisy(points)
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        file = Path(temporary) / "metrics.jsonl"
        with file.open("w") as opened:
            for step, (epoch, loss) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
                said = {"step": step, "epoch": epoch, "time": 1e9 + step, "train/loss": loss, "train/lr": 0.1}
                opened.write(json.dumps(said) + "\n")
        reader = MetricsReader(file)
        whole = seconds(reader.read_all)
        plain = seconds(lambda: [json.loads(line) for line in file.read_text().splitlines()])
        again = median([seconds(reader.poll) for _ in range(50)])
    rows = [
        ("read whole", told(1000 * whole), told(1.0)),
        ("json.loads for each line, kept as it is", told(1000 * plain), told(plain / whole)),
        ("asked again, nothing new", told(1000 * again), f"{again / whole:.5f}"),
    ]
    table((f"{points:,} lines", "ms", "× ours"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="curves of a run, drawn and read")
    parser.add_argument("--points", type=int, nargs="+", default=[100_000, 200_000], help="how many (100000 200000)")
    parser.add_argument("--rounds", type=int, default=15, help="how often each is drawn (15)")
    chosen = parser.parse_args()
    for points in chosen.points:
        drawing(points, chosen.rounds)
        print()
    reading(max(chosen.points))


if __name__ == "__main__":
    main()
