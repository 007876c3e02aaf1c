"""How fast prepared pictures reach the terminal, against plain Segments and against textual-image.

    python bench/pictures.py [--pairs 6] [--size 200x50]

Measures what the UI thread does from "show the next pair" to the bytes for the terminal (median over pairs never
shown before), and how many bytes those are. Ours has its neighbours prepared by workers, as in the app; the others
have no such thing. textual-image is used where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widget import Widget

from anitui.pipeline import decode
from anitui.screens.widgets.picture import GridCell, PictureGrid, PictureLoader, PictureView

ENVIRON = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
TERMINAL = Console(force_terminal=True, color_system="truecolor")
Measured = tuple[float, int]


def draw_pictures(folder: Path, count: int) -> list[Path]:
    """Soft blots, every other one in flat colours with hard edges: between a photograph and a drawing."""
    numbers = np.random.default_rng(7)
    paths = []
    for at in range(count):
        rough = Image.fromarray(numbers.integers(0, 256, (10, 7, 3), dtype=np.uint8))
        picture = rough.resize((1000, 1400), Image.Resampling.BICUBIC)
        picture = ImageOps.posterize(picture, 2) if at % 2 else picture
        paths.append(folder / f"{at}.jpg")
        picture.save(paths[-1], quality=90)
    return paths


class PlainView(Widget):
    """The straightforward way: a Segment with a Style for every cell, made when it is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.styles.width = self.styles.height = "1fr"
        self.made: list[Strip] = []

    def show(self, path: Path) -> None:
        width, height = self.size
        image = decode.for_display(path, (width, height * 2))
        pixels = np.asarray(image.resize((image.width, image.height // 2 * 2))).tolist()
        self.made = []
        for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
            cells = [
                Segment("▀", Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below)))
                for above, below in zip(upper, lower, strict=True)
            ]
            self.made.append(Strip(cells, len(cells)))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        return self.made[y] if y < len(self.made) else Strip.blank(self.size.width)


class Bench(App[None]):
    """Two widgets beside each other, drawn as the compositor draws them for a terminal."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.console = TERMINAL

    def compose(self) -> ComposeResult:
        yield Horizontal(*self.widgets)

    def drawn(self) -> int:
        """Bytes of everything that is out of date."""
        compositor = self.screen._compositor
        compositor.update_widgets(set(self.screen.walk_children(Widget)))
        update = compositor.render_update(full=True)
        return len(update.render_segments(TERMINAL).encode())  # type: ignore[union-attr]


def summary(results: Sequence[Measured]) -> Measured:
    return statistics.median(ms for ms, _ in results), round(statistics.median(size for _, size in results))


async def timed(app: Bench, act: Callable[[], object]) -> Measured:
    start = time.perf_counter()
    act()
    size = app.drawn()
    return (time.perf_counter() - start) * 1000, size


async def measure_views(pairs: Sequence[tuple[Path, Path]], size: tuple[int, int]) -> Measured:
    loader = PictureLoader()
    views = [PictureView(loader=loader, environ=ENVIRON) for _ in range(2)]
    app = Bench(*views)
    results = []

    def show(pair: Sequence[Path], following: Sequence[Path]) -> None:
        for view, path, after in zip(views, pair, following, strict=True):
            view.show(path, prepare_next=[after])

    async with app.run_test(size=size) as pilot:
        for at, pair in enumerate(pairs):
            following = pairs[at + 1] if at + 1 < len(pairs) else pair
            results.append(await timed(app, partial(show, pair, following)))
            await asyncio.to_thread(loader.wait, 30)
            await pilot.pause(0.05)
    loader.close()
    return summary(results[1:])  # the first pair was prepared by nobody


async def measure_plain(pairs: Sequence[tuple[Path, Path]], size: tuple[int, int]) -> Measured:
    views = [PlainView() for _ in range(2)]
    app = Bench(*views)

    def show(pair: Sequence[Path]) -> None:
        for view, path in zip(views, pair, strict=True):
            view.show(path)

    async with app.run_test(size=size):
        return summary([await timed(app, partial(show, pair)) for pair in pairs])


async def measure_textual_image(pairs: Sequence[tuple[Path, Path]], size: tuple[int, int]) -> Measured | None:
    if find_spec("textual_image") is None:
        return None
    from textual_image.widget import HalfcellImage  # type: ignore[import-not-found,unused-ignore]

    views = [HalfcellImage() for _ in range(2)]
    for view in views:
        view.styles.width, view.styles.height = "1fr", "1fr"
    app = Bench(*views)

    def show(pair: Sequence[Path]) -> None:
        for view, path in zip(views, pair, strict=True):
            view.image = path

    async with app.run_test(size=size) as pilot:
        results = []
        for pair in pairs:
            results.append(await timed(app, partial(show, pair)))
            await pilot.pause(0.05)
        return summary(results)


async def measure_grid(paths: Sequence[Path], size: tuple[int, int]) -> tuple[Measured, Measured]:
    """A page turned, and the cursor moved, in a catalogue of a million."""
    loader = PictureLoader()
    grid = PictureGrid(loader=loader, environ=ENVIRON)
    app = Bench(grid)

    def answer() -> None:
        first, last = grid.model.worth_asking()
        cells = [GridCell(at, paths[at % len(paths)], f"picture {at}") for at in range(first, last)]
        grid.set_window(first, cells, 1_000_000)

    async with app.run_test(size=size) as pilot:
        turns, moves = [], []
        for _ in range(6):
            answer()
            await asyncio.to_thread(loader.wait, 30)
            await pilot.pause(0.1)
            turns.append(await timed(app, lambda: grid.page(1)))
            compositor = app.screen._compositor
            compositor._dirty_regions.clear()
            grid._exchange_repaint_regions()
            start = time.perf_counter()
            grid.move(1, 0)
            compositor.update_widgets({grid})
            update = compositor.render_partial_update()
            written = 0 if update is None else len(update.render_segments(TERMINAL).encode())
            moves.append(((time.perf_counter() - start) * 1000, written))
    loader.close()
    return summary(turns), summary(moves)


def told(name: str, measured: Measured | None, ours: Measured) -> None:
    if measured is None:
        print(f"{name:<34} skipped: not installed")
        return
    ms, size = measured
    times, bytes_ = ms / ours[0], size / ours[1]
    print(f"{name:<34} {ms:8.1f} ms {size / 1000:8.1f} kB   {times:5.1f}× the time, {bytes_:4.1f}× the bytes")


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--pairs", type=int, default=6)
    arguments.add_argument("--size", default="200x50")
    chosen = arguments.parse_args()
    width, height = (int(part) for part in chosen.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        paths = draw_pictures(Path(folder), chosen.pairs * 2)
        pairs = list(zip(paths[::2], paths[1::2], strict=True))
        print(f"the next pair on {width}×{height} cells, UI thread only, median of {len(pairs)} (JPEGs of 1000×1400)")
        ours = await measure_views(pairs, (width, height))
        told("prepared pieces (ours)", ours, ours)
        told("plain Segments, same decoder", await measure_plain(pairs, (width, height)), ours)
        told("textual-image, half cells", await measure_textual_image(pairs, (width, height)), ours)
        turn, move = await measure_grid(paths, (width, height))
        print(
            f"grid of a million: page turned {turn[0]:.1f} ms, {turn[1] / 1000:.0f} kB; "
            f"cursor moved {move[0]:.1f} ms, {move[1]} bytes ({turn[1] / max(1, move[1]):.0f}× fewer)"
        )


if __name__ == "__main__":
    asyncio.run(main())
