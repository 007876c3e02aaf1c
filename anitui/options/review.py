"""The options of `anitui review`."""

from __future__ import annotations

import argparse

DESCRIPTION = """\
Which labels are likely wrong, which near-duplicates have different ones, and which faces without a name are most worth
one (docs/review.md). Models that never saw a face in their training judge it, so this takes about twice as long as the
run did; what is done stays when it is cut off. Faces goes through the queue: home leads there."""


def add_to(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("run", nargs="?", metavar="RUN", help="its number, or its name (default: the newest run)")
    command.add_argument(
        "--folds",
        type=int,
        metavar="K",
        help="so many models are trained, each without a part of the faces (default: 4)",
    )
    command.add_argument(
        "--limit", type=int, metavar="N", help="ask about so many labels (default: as many as look wrong)"
    )
    command.add_argument(
        "--unlabelled", type=int, default=500, metavar="N", help="and so many faces without a name (default: 500)"
    )
    command.add_argument("--device", metavar="D", help="cpu, cuda, cuda:1 or mps (default: the run's)")
    command.add_argument("--again", action="store_true", help="rank what the run said before, and train nothing for it")
    command.add_argument("-o", "--output", metavar="FILE", help="write the queue to a CSV file as well")
