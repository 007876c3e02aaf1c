"""The options of `anitui predict`, `anitui serve`, and of the export of models."""

from __future__ import annotations

import argparse
from pathlib import Path

PREDICT = """\
Have a trained model name who is in pictures (docs/using-models.md): files, folders and globs, from anywhere. With
-o the pictures are written with what was found drawn on them. With --faces it names the faces of the catalogue that
have no name yet, as a model's word, which a person's overrules; without --apply it only says what would happen."""

SERVE = """\
A trained model over HTTP (docs/using-models.md): a page to drop a picture on at /, JSON from POST /predict. It listens
on this machine alone unless --host says otherwise; then anyone who reaches the port may ask, for there are no
passwords."""

DETECTORS = ("auto", "cascade", "animeface", "onnx", "whole")
MODEL_KINDS = ("onnx", "torch")
_RUN = "which run: its number, or its name"
_DEVICE = "auto (default), cpu, cuda, cuda:1 or mps"
_DETECTOR = "what finds the faces (default: the settings')"
_SMALLEST = "face: a share of the picture's shorter side, 6%%, or pixels, 40 (default: the settings')"
_THRESHOLD = "from 0 to 1: below it nobody is named (default: the run's as measured, else 0.5)"


def add_predict(command: argparse.ArgumentParser) -> None:
    """Give `predict` its options."""
    command.add_argument("run", metavar="RUN", help=_RUN)
    command.add_argument("pictures", nargs="*", metavar="IMAGE", help="a file, a folder or a quoted glob")
    command.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="write the pictures with boxes and names: OUT.png, or a folder"
    )
    command.add_argument("--force", action="store_true", help="write over files that are there")
    command.add_argument("--threshold", type=_share, metavar="P", help=_THRESHOLD)
    command.add_argument("--top", type=_top, default=5, metavar="N", help="so many guesses of each face (default: 5)")
    command.add_argument("--detector", choices=DETECTORS, help=_DETECTOR)
    command.add_argument("--smallest", metavar="SIZE", help=_SMALLEST)
    command.add_argument("--device", default="auto", metavar="D", help=_DEVICE)
    command.add_argument(
        "--faces", nargs="?", const="", metavar="FILTER",
        help='the faces of the catalogue instead of pictures: all without a name, or of those "hint:miku size>300"',
    )  # fmt: skip
    command.add_argument("--apply", action="store_true", help="--faces: do it")


def add_serve(command: argparse.ArgumentParser) -> None:
    """Give `serve` its options."""
    command.add_argument("run", metavar="RUN", help=_RUN)
    command.add_argument("--host", default="127.0.0.1", metavar="H", help="where it listens (default: 127.0.0.1)")
    command.add_argument("--port", type=_port, default=8000, metavar="N", help="default: 8000; 0: any that is free")
    command.add_argument("--threshold", type=_share, metavar="P", help=_THRESHOLD)
    command.add_argument("--detector", choices=DETECTORS, help=_DETECTOR)
    command.add_argument("--smallest", metavar="SIZE", help=_SMALLEST)
    command.add_argument("--device", default="auto", metavar="D", help=_DEVICE)
    command.add_argument(
        "--max-megabytes", type=_positive, default=20, metavar="N", help="of a picture; more is refused (default: 20)"
    )
    command.add_argument(
        "--max-megapixels", type=_positive, default=40, metavar="N", help="of a picture; more is refused (default: 40)"
    )


def add_model_export(command: argparse.ArgumentParser) -> None:
    """Give `export` what is only for models."""
    group = command.add_argument_group("models (--format model)")
    group.add_argument("--run", metavar="RUN", help=f"{_RUN} (default: the newest)")
    group.add_argument("--as", dest="model_kind", choices=MODEL_KINDS, help="onnx (default), or torch.export's .pt2")


def _share(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: give one from 0 to 1, such as 0.5")
    return value


def _top(text: str) -> int:
    return _whole(text, 1, 1000)


def _port(text: str) -> int:
    return _whole(text, 0, 65_535)


def _positive(text: str) -> int:
    return _whole(text, 1, 4096)


def _whole(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {least} to {most}")
    return int(text)
