"""Key → pixels in Browse: the real program in a terminal, on a long catalogue with real pictures.

    python bench/browse.py [--catalogue N] [--pictures N] [--from DIR] [--presses N] [--size CxR]

Three programs run side by side on equal workspaces, and the keys go to them in turn: anitui in a plain terminal;
anitui inside tmux, where there is one; and the baseline, anitui with its prepared lines switched off, so that the
same page goes through Textual as Segments, one Style for each cell. Told is the time from the key to the last byte
(to the first, too), and the bytes. The quiet time that says "that was the last one" does not count.
"""

from __future__ import annotations

from players import on_stage, options, play, tell
from terminal import Terminal

# What is pressed, as a terminal sends it. First on and on through pages that nobody has seen before; then far away;
# then decisions, close enough together that the message about one does not fade during the next.
ACTS = (
    (("right", "\x1b[C"), ("page down", "\x1b[6~")),
    (("five pages down at once", "\x1b[6~" * 5),),
    (("to the end", "\x1b[F"), ("to the start", "\x1b[H")),
    (("set aside", "x"), ("undo", "u")),
)


def to_browse(terminal: Terminal) -> None:
    """From Home to the pictures."""
    terminal.type("g")
    terminal.settle()
    terminal.type("b")
    terminal.until("newest")


def main() -> None:
    chosen = options("key → last byte and bytes in Browse, plain and in tmux").parse_args()
    with on_stage(chosen, "anitui.screens.browse", to_browse) as (players, _):
        play(players, ACTS, chosen.presses, chosen.quiet, chosen.pause)
        tell(players, ACTS, chosen.catalogue, chosen.size.replace("x", "×"))


if __name__ == "__main__":
    main()
