"""The options of `anitui split`."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """\
Deal faces (or pictures) to train, val and test, so that nothing of the test is in the training in another form
(docs/splits.md). A split is frozen under its name. Without a name: the splits that there are. --audit looks at folders
of anybody's instead, and needs no workspace."""


def share(text: str) -> float:
    """A share as people write it: .2, 0,2, 20, 20%, 1/5."""
    text = text.strip().replace(",", ".")
    if text.endswith("%"):
        return float(text[:-1]) / 100
    number, slash, whole = text.partition("/")
    try:
        return float(number) / float(whole) if slash else float(number)
    except ZeroDivisionError:
        raise ValueError(text) from None


def add_to(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("name", nargs="?", metavar="NAME", help="what the split is called")
    does = command.add_mutually_exclusive_group()
    does.add_argument("--show", action="store_true", help="what the split of this name is like")
    does.add_argument("--check", action="store_true", help="look for leaks in the split of this name once more")
    does.add_argument("--delete", action="store_true", help="take the split of this name away; undo brings it back")
    does.add_argument(
        "--audit", nargs="+", type=Path, metavar="DIR",
        help="which pictures of a folder's test are in its train as well: a folder that holds both, or one for each",
    )  # fmt: skip
    who = command.add_argument_group("who takes part")
    who.add_argument(
        "--of", choices=("faces", "images", "boxes"), default="faces",
        help="images go by their tags; boxes: pictures with faces in them, named or not, for a detector to learn from",
    )  # fmt: skip
    who.add_argument("--set", metavar="NAME", help="by the labels of this set (default: characters)")
    who.add_argument("--filter", metavar="FILTER", help='only these, such as "by:person score>0.8"')
    who.add_argument("--min-per-class", type=int, metavar="N", help="leave labels with fewer out (1; dafre: 20)")
    who.add_argument("--max-per-class", type=int, default=0, metavar="N", help="of a label at most so many, drawn")
    how = command.add_argument_group("how it is dealt")
    how.add_argument(
        "--rule", choices=("plain", "dafre", "zaci"), default="plain",
        help="dafre: .7 .1 .2, score 0.85, one face in a picture; zaci: characters of the test are in no training, "
        "with two faces each, and pairs to judge",
    )  # fmt: skip
    for part in ("train", "val", "test"):
        how.add_argument(f"--{part}", type=share, metavar="SHARE", help=f"share of {part}" + " (.7 .1 .2)")
    how.add_argument("--folds", type=int, default=0, metavar="K", help="K splits, NAME.1 to NAME.K, each fold once val")
    how.add_argument("--seed", type=int, default=7, metavar="N", help="another seed deals otherwise (7)")
    together = command.add_argument_group("what stays together, or counts as a leak")
    together.add_argument(
        "--near", type=int, default=7, metavar="BITS", help="dhashes at most so far apart (7); -1: only verdicts"
    )
    together.add_argument(
        "--together", action="append", metavar="COLUMN",
        help="also what has the same title, folder, job, post, site or author; may be repeated",
    )  # fmt: skip
    together.add_argument(
        "--names", default="auto", metavar="PATTERN",
        help="how files' names tell the picture they were cut from: auto, none, or a pattern with a group, such as "
        r"'(\d+)_\d+$'",
    )  # fmt: skip
    together.add_argument(
        "--largest-source", type=int, default=100, metavar="N",
        help="a post, album or page with more pictures is a pile, and no source (100)",
    )  # fmt: skip
    together.add_argument("--no-sources", action="store_true", help="posts, albums, pages and names mean nothing")
    hard = command.add_argument_group("hard pairs")
    hard.add_argument(
        "--like", metavar="SPLIT", help="a split as this one, which has pairs, with hard ones beside them"
    )
    hard.add_argument(
        "--hard", metavar="RUN", help="--like: those that this run takes for the same, though they are not"
    )
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="--audit: write all leaks as CSV")
