"""The options of `anitui train` and `anitui runs`."""

from __future__ import annotations

import argparse

TRAIN = """\
Train a model on a split (docs/training.md). The trainer is a process of its own: what is shown here only watches it,
and ctrl-C, a closed terminal or a lost line leave it at work. `anitui runs attach` shows it again."""

RUNS = """\
The runs of this workspace: list them, watch one, stop it gently, go on with it, note something, delete it. None of it
needs the workspace for itself, so it works beside the app. RUN is a number, or a name; without one, the newest."""


def add_train(command: argparse.ArgumentParser) -> None:
    """Give `train` its options."""
    command.add_argument("split", metavar="SPLIT", help="what is trained on: `anitui split` makes one")
    command.add_argument(
        "--task", choices=("auto", "single", "multi", "embed", "detect"), default="auto",
        help="single: one name for each face (default for faces); multi: several for each picture (default for "
        "pictures); embed: who is the same, also of characters never seen; detect: where faces are",
    )  # fmt: skip
    command.add_argument("--recipe", default="strong", metavar="NAME", help="strong (default), classic, a .toml file")
    command.add_argument("--model", metavar="NAME", help="resnet18, convnext_tiny, vit_b_16 … (default: the recipe's)")
    command.add_argument("--epochs", type=float, metavar="N", help="how often all is seen (default: the recipe's)")
    command.add_argument("--minutes", type=float, metavar="N", help="for so long, instead of a number of epochs")
    command.add_argument("--size", type=int, metavar="N", help="pixels of a picture's side")
    command.add_argument("--batch", type=int, metavar="N", help="samples of a step")
    command.add_argument("--threads", type=int, metavar="N", help="of the CPU (default: one for each core)")
    command.add_argument("--seed", type=int, metavar="N", help="another seed, another run")
    command.add_argument(
        "--with",
        dest="given",
        action="append",
        metavar="NAME=VALUE",
        help="any setting of the recipe; repeatable",
    )
    command.add_argument("--device", default="auto", metavar="D", help="auto (default), cpu, cuda, cuda:1 or mps")
    command.add_argument("--name", default="", metavar="NAME", help="what the run is called")
    command.add_argument("--detach", action="store_true", help="start it and come back at once")
    command.add_argument(
        "--later", action="store_true", help="make the run and do not start it: `anitui runs resume`, or torchrun, does"
    )
    command.add_argument("--dry-run", action="store_true", help="only say what would be trained")


def add_runs(command: argparse.ArgumentParser) -> None:
    """Give `runs` its options."""
    does = ("list", "attach", "stop", "resume", "show", "note", "delete")
    command.add_argument("do", nargs="?", choices=does, default="list", help="default: list")
    command.add_argument("run", nargs="?", metavar="RUN", help="a number or a name (default: the newest)")
    command.add_argument("text", nargs="?", metavar="TEXT", help="note: what is to be noted")
    command.add_argument("--detach", action="store_true", help="resume: come back at once")
    command.add_argument("--yes", action="store_true", help="delete: do not ask")
