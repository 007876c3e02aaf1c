"""The programs of the benches of screens: anitui plain, in tmux, and with its prepared lines switched off.

They run side by side on equal workspaces, and the keys go to them in turn. Told is the time from the key to the first
byte, to nearly all of them (the pictures are there, and a number in the top line may follow) and to the last one; and
the bytes. The quiet time that says "that was the last one" does not count.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import synthetic
from terminal import Answer, Terminal, resident, running
from timing import bytecode_in, percentile, table, told

from anitui.store.catalogue import Catalogue, open_catalogue

PYTHON = sys.executable
HERE = Path(__file__).resolve()
AS_SEGMENTS = "--as-segments"

# What is pressed, act after act: what it is called, and the keys as a terminal sends them.
Acts: TypeAlias = Sequence[Sequence[tuple[str, str]]]

TMUX = """\
set -g status off
set -g escape-time 0
set -g default-terminal tmux-256color
set -ga terminal-features ",*:RGB"
"""


@dataclass(slots=True)
class Player:
    """One of the programs that are compared."""

    name: str
    terminal: Terminal
    opened: float = 0.0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    process: int = 0  # the one that holds the catalogue


def plain() -> None:
    """Be anitui without its prepared lines: what a Textual widget is that gives Segments from `render_line`."""
    from textual.strip import Strip
    from textual.widget import Widget

    from anitui import cli
    from anitui.screens.widgets.picture.canvas import Canvas

    def render_line(canvas: Canvas, y: int) -> Strip:
        line = canvas.line(y)
        return Strip(list(line), line.cell_length)

    Canvas.render_lines = Widget.render_lines  # type: ignore[method-assign]
    Canvas.render_line = render_line  # type: ignore[method-assign, assignment]
    sys.exit(cli.main(sys.argv[2:]))


def in_tmux(folder: Path, command: list[str]) -> list[str]:
    """The same command inside a tmux of its own."""
    settings = folder / "tmux.conf"
    settings.write_text(TMUX)
    return ["tmux", "-f", str(settings), "-S", str(folder / "tmux.socket"), "new-session", *command]


def options(what: str) -> argparse.ArgumentParser:
    """The options that these benches share."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--catalogue", type=int, default=1_000_000, metavar="N", help="rows (1,000,000)")
    parser.add_argument("--pictures", type=int, default=200, metavar="N", help="real pictures behind them (200)")
    parser.add_argument("--from", type=Path, dest="source", metavar="DIR", help="these instead of drawn ones")
    parser.add_argument("--presses", type=int, default=10, metavar="N", help="how often each key (10)")
    parser.add_argument("--size", default="200x50", metavar="CxR", help="of the terminal, in cells (200x50)")
    parser.add_argument("--quiet", type=float, default=0.15, help="seconds without a byte that end an answer (0.15)")
    parser.add_argument("--pause", type=float, default=0.15, help="seconds between an answer and the next key (0.15)")
    return parser


@contextmanager
def on_stage(
    chosen: argparse.Namespace,
    module: str,
    ready: Callable[[Terminal], None],
    furnish: Callable[[Catalogue], None] = lambda _: None,
) -> Iterator[tuple[list[Player], dict[str, Path]]]:
    """The programs, each brought to the screen that is measured; and their workspaces.

    `furnish` puts into the catalogue what the screen shows besides pictures.
    """
    columns, rows = map(int, chosen.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        bytecode_in(folder / "bytecode", "anitui.app", "anitui.commands.terminal", module, "duckdb")
        if chosen.source is None:
            files = synthetic.draw(folder / "pictures", chosen.pictures)
        else:
            files = linked(folder / "pictures", chosen.source, chosen.pictures)
        workspaces = {"anitui": folder / "a", "as Segments": folder / "b"}
        made = synthetic.make(folder / "a", chosen.catalogue, synthetic.many_names(folder / "pictures", files))
        with closing(open_catalogue(made.catalogue)) as catalogue:
            furnish(catalogue)
        if shutil.which("tmux"):
            workspaces["in tmux"] = folder / "c"
        for place in list(workspaces.values())[1:]:
            shutil.copytree(folder / "a", place)
        players = []
        for name, place in workspaces.items():
            command = [PYTHON, "-m", "anitui", "-w", str(place)]
            if name == "as Segments":
                command = [PYTHON, str(HERE), AS_SEGMENTS, "-w", str(place)]
            if name == "in tmux":
                command = in_tmux(folder, command)
                stop = ["tmux", "-S", str(folder / "tmux.socket"), "kill-server"]
                stack.callback(subprocess.run, stop, capture_output=True)
            terminal = stack.enter_context(running(command, columns, rows))
            player = Player(name, terminal, terminal.until("look through"))
            terminal.settle()
            ready(terminal)
            terminal.settle()
            player.process = holder(place)
            players.append(player)
        yield players, workspaces


def play(players: list[Player], acts: Acts, presses: int, quiet: float, pause: float) -> None:
    """Press every key in turn everywhere, again and again; before each, a moment to look, as a person takes."""
    for act in acts:
        for _ in range(presses if len(act) > 1 else max(1, presses // 2)):
            for name, keys in act:
                for player in players:
                    time.sleep(pause)
                    player.answers.setdefault(name, []).append(player.terminal.press(keys, quiet))


def linked(folder: Path, source: Path, pictures: int) -> list[Path]:
    """Some of somebody's pictures, as links, so that nothing is changed where they lie."""
    folder.mkdir()
    endings = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif")
    found = sorted(each for each in source.resolve().rglob("*") if each.suffix.lower() in endings and each.is_file())
    links = []
    for number, file in enumerate(found[:: max(1, len(found) // pictures)][:pictures]):
        links.append(folder / f"{number:05}{file.suffix}")
        links[-1].symlink_to(file)
    return links


def holder(workspace: Path) -> int:
    """The process that holds a workspace."""
    return int(json.loads((workspace / ".anitui.lock").read_text())["pid"])


def tell(players: list[Player], acts: Acts, pictures: int, size: str) -> None:
    """The times, the bytes and the memory of all of them."""
    print(f"{pictures:,} pictures in the catalogue, a terminal of {size} cells")
    baseline = next(player for player in players if player.name == "as Segments")
    rows = []
    for name, _ in chain.from_iterable(acts):
        for player in players:
            last = [answer.last * 1000 for answer in player.answers[name]]
            first = [answer.first * 1000 for answer in player.answers[name]]
            drawn = [answer.drawn * 1000 for answer in player.answers[name]]
            size_kb = [answer.bytes / 1000 for answer in player.answers[name]]
            theirs = percentile([answer.last * 1000 for answer in baseline.answers[name]], 0.5)
            times = [percentile(first, 0.5)]
            for each in (drawn, last):
                times += [percentile(each, 0.5), percentile(each, 0.95)]
            sizes = [percentile(size_kb, 0.5), max(size_kb), theirs / percentile(last, 0.5)]
            rows.append((name, player.name, *map(told, [*times, *sizes])))
    table(("key", "where", "ms first", "drawn", "p95", "last", "p95", "kB", "kB most", "ratio"), rows)
    print()
    table(
        ("program", "s to Home", "MB resident"),
        [(player.name, told(player.opened), told(resident(player.process))) for player in players],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == [AS_SEGMENTS]:
        plain()
