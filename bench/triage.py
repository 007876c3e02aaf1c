"""Key → next pair in Duplicates: the real program in a terminal, a long catalogue, many undecided pairs, real pictures.

    python bench/triage.py [--catalogue N] [--pictures N] [--from DIR] [--presses N] [--size CxR]

A fifth of the catalogue's pictures has a near-duplicate that nobody has judged: 200,000 pairs for a million. Three
programs run side by side as in browse.py: anitui in a plain terminal, anitui inside tmux, and the baseline, anitui
with its prepared lines switched off. At the end every verdict that was given is counted in the catalogue.
"""

from __future__ import annotations

from pathlib import Path

from players import Player, on_stage, options, play, tell
from terminal import Terminal
from timing import table

from anitui.store.catalogue import open_catalogue

ACTS = (
    (("keep left", " "), ("keep right", "s"), ("different", "r")),
    (("next", "j"), ("before", "k")),
    (("flick", "f"),),
    (("keep and undo", " "), ("undo", "u")),
)


def to_duplicates(terminal: Terminal) -> None:
    """From Home to the first pair."""
    terminal.type("g")
    terminal.settle()
    terminal.type("d")
    terminal.until("keep left")


def main() -> None:
    chosen = options("key → last byte and bytes in Duplicates, plain and in tmux").parse_args()
    with on_stage(chosen, "anitui.screens.duplicates", to_duplicates) as (players, workspaces):
        play(players, ACTS, chosen.presses, chosen.quiet, chosen.pause)
        tell(players, ACTS, chosen.catalogue, chosen.size.replace("x", "×"))
        for player in players:
            player.terminal.leave("q")
        print()
        table(("program", "verdicts given", "in the catalogue"), [counted(each, workspaces) for each in players])


def counted(player: Player, workspaces: dict[str, Path]) -> tuple[str, str, str]:
    """How many verdicts were given by keys, and how many stand: the last act takes back what it gave."""
    given = sum(len(player.answers[name]) for name in ("keep left", "keep right", "different"))
    catalogue = open_catalogue(workspaces[player.name] / "catalogue.duckdb")
    try:
        stand = catalogue.value("SELECT count(*) FROM verdicts")
    finally:
        catalogue.close()
    return player.name, f"{given:,}", f"{stand:,}"


if __name__ == "__main__":
    main()
