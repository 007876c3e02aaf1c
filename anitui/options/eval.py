"""The options of `anitui eval`."""

from __future__ import annotations

import argparse
from pathlib import Path

EVAL = """\
Measure the best model of a run on what it has not learnt from (docs/evaluation.md): how often it is right, with
intervals that know which faces belong together; each class, who is taken for whom, how sure it is. Models that
compare are measured by pairs: those of the split, of a file as ZACI-20 has them, or all of the part. What comes out
is kept in the run's folder. It reads folders only, so it works beside the app. RUN is a number or a name; without
one, the newest."""


def add_eval(command: argparse.ArgumentParser) -> None:
    """Give `eval` its options."""
    command.add_argument("run", nargs="?", metavar="RUN", help="a number or a name (default: the newest)")
    command.add_argument(
        "--part", choices=("test", "val", "train"), default="test", help="of the split (default: test)"
    )
    command.add_argument(
        "--pairs", type=Path, metavar="FILE", help="a CSV of pairs: pathA,pathB,label,human_prediction,invalid"
    )
    command.add_argument(
        "--pictures", type=Path, metavar="DIR", help="where the pictures of the pairs lie (default: beside the file)"
    )
    command.add_argument(
        "--fnr", type=float, default=0.139, metavar="SHARE",
        help="of the same that may be missed, for the FPR (default: 0.139, as persons do)",
    )  # fmt: skip
    command.add_argument(
        "--right", type=float, default=0.95, metavar="SHARE",
        help="of answers that is to be right, for the threshold of `unknown` (default: 0.95)",
    )  # fmt: skip
    command.add_argument("--show", action="store_true", help="show what was measured last, and measure nothing")
    command.add_argument("--html", type=Path, metavar="FILE", help="write all of it as one page, to share")
    command.add_argument("--png", type=Path, metavar="DIR", help="write each chart as a PNG")
    command.add_argument("--svg", type=Path, metavar="DIR", help="write each chart as an SVG")
    command.add_argument("--force", action="store_true", help="write over files that are there")
    command.add_argument("--device", default="auto", metavar="D", help="auto (default), cpu, cuda, cuda:1 or mps")
    command.add_argument("--seed", type=int, default=7, metavar="N", help="of the intervals, and of drawn pairs")
