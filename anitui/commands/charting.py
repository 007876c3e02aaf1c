"""Charts on standard output: coloured on a terminal, plain elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from anitui.commands.telling import say
from anitui.pipeline.charts.text import Line

_PIPED = 100  # cells, where there is no terminal
_STYLES = {
    "title": "bold", "dim": "dim", "number": "", "name": "", "bar0": "blue", "bar1": "yellow", "bar2": "green",
    "bar3": "magenta", "bar4": "red", "bar5": "cyan",
}  # fmt: skip


def room() -> int:
    """How many cells a line may take."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPED


def tell(lines: Sequence[Line]) -> None:
    """Print them."""
    if not sys.stdout.isatty():
        for line in lines:
            say(line.text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        pieces = [(piece, _STYLES.get(role, "")) for piece, role in line.pieces]
        console.print(Text.assemble(*pieces), no_wrap=True, overflow="crop", crop=True)
