"""Starting: `anitui --help`, and the first screen of the real program in a terminal.

    python bench/startup.py [--rounds N] [--pictures N …] [--no-cold]

Against what Python itself takes (`python -c pass`) and what the toolkit takes (`import textual.app`), in turn in
every round. Home is measured from the start of the process to its frame, and to the numbers in it. Cold: before
each start the files that the program loads are dropped from the page cache, as after booting; what another
process holds in memory stays there. First ever: as after installing, when Python has compiled nothing yet.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import synthetic
from terminal import running
from timing import bytecode_in, median, percentile, rounds, seconds, table, told

PYTHON = sys.executable
ANITUI = (PYTHON, "-m", "anitui")
# The frame of Home has this word, and no other screen; its numbers come when the catalogue was read.
FRAME, NUMBERS = "what to do next", "look through"

LOADED = ("anitui.app", "anitui.commands.terminal", "anitui.screens.home", "duckdb")

_FILES_OF = """
import json, pathlib, sys
import {modules}
paths = {{getattr(each, "__file__", None) for each in list(sys.modules.values())}}
paths |= {{getattr(each, "__cached__", None) for each in list(sys.modules.values())}}
maps = pathlib.Path("/proc/self/maps")
if maps.exists():
    paths |= {{line.split(maxsplit=5)[5] for line in maps.read_text().splitlines() if line.count("/")}}
print(json.dumps(sorted(each for each in paths if each and pathlib.Path(each).is_file())))
"""


def run(*command: str) -> float:
    """Seconds that a command takes from its start to its end."""
    return seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def first_screen(workspace: Path, words: str) -> float:
    """Seconds from the start of the program until these words are on the terminal."""
    with running([*ANITUI, "-w", workspace]) as terminal:
        return terminal.until(words)


def loaded_files(modules: str) -> list[Path]:
    """The files that a Python loads when it imports these modules."""
    answer = subprocess.run([PYTHON, "-c", _FILES_OF.format(modules=modules)], check=True, capture_output=True)
    return [Path(each) for each in json.loads(answer.stdout)]


def dropped(files: list[Path], way: Callable[[], float]) -> float:
    """Run a way after dropping files from the page cache."""
    for file in files:
        handle = os.open(file, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
    return way()


def uncompiled(bytecode: Path, way: Callable[[], float]) -> float:
    """Run a way where Python finds nothing compiled."""
    shutil.rmtree(bytecode, ignore_errors=True)
    return way()


def main() -> None:
    parser = argparse.ArgumentParser(description="how long `anitui --help` and the first screen take")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is started (7)")
    parser.add_argument(
        "--pictures", type=int, nargs="+", default=[1000], metavar="N", help="workspaces with so many pictures (1000)"
    )
    parser.add_argument("--no-cold", action="store_true", help="leave the page cache alone")
    chosen = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        bytecode = Path(temporary) / "bytecode"
        bytecode_in(bytecode, *LOADED)
        plain, toolkit = "python -c pass", "import textual.app"
        ways: dict[str, Callable[[], float]] = {
            plain: partial(run, PYTHON, "-c", "pass"),
            toolkit: partial(run, PYTHON, "-c", "import textual.app"),
            "anitui --help": partial(run, *ANITUI, "--help"),
        }
        for pictures in chosen.pictures:
            made = synthetic.make(Path(temporary) / str(pictures), pictures)
            ways[f"Home, its frame, {pictures:,} pictures"] = partial(first_screen, made.root, FRAME)
            ways[f"Home, with numbers, {pictures:,} pictures"] = partial(first_screen, made.root, NUMBERS)
        for way in ways.values():
            way()
        few = max(3, chosen.rounds // 2)
        _tell("warm", ways, rounds(ways, chosen.rounds), plain, toolkit)
        if not chosen.no_cold and hasattr(os, "posix_fadvise"):
            files = loaded_files(", ".join(LOADED))
            cold = {name: partial(dropped, files, way) for name, way in ways.items()}
            print()
            _tell("cold", cold, rounds(cold, few), plain, toolkit)
        anew = {name: partial(uncompiled, bytecode, way) for name, way in ways.items()}
        print()
        _tell("first ever", anew, rounds(anew, few), plain, toolkit)


def _tell(
    name: str, ways: Mapping[str, Callable[[], float]], spent: Mapping[str, list[float]], plain: str, toolkit: str
) -> None:
    rows = []
    for way in ways:
        taken = median(spent[way])
        ratios = [told(taken / median(spent[other])) for other in (plain, toolkit)]
        rows.append((way, told(taken * 1000), told(percentile(spent[way], 0.95) * 1000), *ratios))
    table((f"{name}, {len(spent[plain])} rounds", "ms", "p95", "× python", "× textual"), rows)


if __name__ == "__main__":
    main()
