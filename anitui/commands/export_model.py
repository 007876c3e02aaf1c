"""`anitui export --format model`: a trained model for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from anitui import workspace
from anitui.commands.telling import report, say
from anitui.errors import WrongUse
from anitui.train.installed import check_installed
from anitui.train.run import find
from anitui.words import size

_KINDS = {".onnx": "onnx", ".pt2": "torch"}


def run(options: argparse.Namespace) -> int:
    """Write it. It reads the run's folder alone, so it works beside the app."""
    check_installed()
    found = find(workspace.find(getattr(options, "workspace", None)), options.run)
    target, kind = _target(options.destination.expanduser(), options.model_kind, found.number)
    if target.exists() and not options.force:
        raise WrongUse(f"{target} is there already: --force writes over it")

    from anitui.train.exporting import export_model

    about = export_model(found, target, kind)
    say(f"{target}: run {found.number}, {found.settings['name']}, {size(target.stat().st_size)}")
    say("what goes in and comes out, and how pictures are cut: docs/using-models.md")
    report(options, {"file": str(target), "kind": kind, "model": about})
    return 0


def _target(given: Path, kind: str | None, number: int) -> tuple[Path, str]:
    """The file, and what it holds: a file's ending says it, in a folder it has the run's number."""
    ending = given.suffix.lower()
    if ending in _KINDS and not given.is_dir():
        if kind is not None and kind != _KINDS[ending]:
            raise WrongUse(f"{given.name} would hold {_KINDS[ending]}: leave --as out, or name another file")
        return given, _KINDS[ending]
    if ending and not given.is_dir():
        raise WrongUse(f"a model is written to a folder, or to a file that ends in {' or '.join(_KINDS)}")
    kind = kind or "onnx"
    return given / f"run-{number}{next(each for each, name in _KINDS.items() if name == kind)}", kind
