"""The options of `anitui pairs`."""

from __future__ import annotations

import argparse

DESCRIPTION = """\
Find pairs of pictures (or faces) whose hashes differ by few bits, or that a model sees as alike, and add them to those
to decide. What was compared before is not compared again; a search that was cut off goes on where it stopped."""


def add_to(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("--on", choices=("images", "faces"), default="images", help="of what (default: images)")
    command.add_argument(
        "--hash", choices=("dhash", "phash", "ahash", "cosine"), default="dhash",
        help="by what (default: dhash); cosine: by what a run sees, after `anitui review`",
    )  # fmt: skip
    command.add_argument(
        "--max-distance", metavar="N",
        help="so many of 64 bits may differ (default: 4), or so far by cosine, from 0 to 2 (default: 0.2)",
    )  # fmt: skip
    command.add_argument("--min-distance", default="0", metavar="N", help="at least so much they differ (default: 0)")
    command.add_argument(
        "--within",
        metavar="COLUMN",
        help="only pairs with the same title, label, folder, job, post, site, author or format",
    )
    command.add_argument("--between", nargs=2, metavar="FILTER", help="only pairs with one side in each of two filters")
    command.add_argument(
        "--preview", action="store_true", help="only say how many pairs each distance would give; write nothing"
    )
