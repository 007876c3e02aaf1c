"""Checkpoints: what training goes on from, and what models are used from. A crash leaves the old one or the new one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from anitui.errors import AnituiError
from anitui.files import sync_folder, unfinished_name

LAYOUT = 1
_TIGHT = 64 << 20


class NotKept(AnituiError):
    """A checkpoint could not be written; the one before it is there still."""


def keep(file: Path, content: Mapping[str, Any]) -> None:
    """Write it in place of the one that is there; raises NotKept."""
    file.parent.mkdir(exist_ok=True)
    part = unfinished_name(file)
    try:
        with part.open("wb") as opened:
            torch.save({"layout": LAYOUT, **content}, opened)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
        sync_folder(file.parent)
    except (OSError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        full = shutil.disk_usage(file.parent).free < _TIGHT or "No space" in str(error)
        why = "the disk is full" if full else str(error).splitlines()[0]
        raise NotKept(f"the checkpoint {file.name} could not be kept: {why}") from error


def read(file: Path) -> dict[str, Any]:
    """What was kept, on the CPU."""
    try:
        found: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise AnituiError(f"there is no checkpoint {file}: the run has not come that far") from error
    except Exception as error:  # torch has many ways to say so, and none that would help a person
        raise AnituiError(f"the checkpoint {file} is damaged: remove it, and the run begins anew") from error
    if found.get("layout") != LAYOUT:
        raise AnituiError(f"the checkpoint {file} was written by another version of anitui: train a new run")
    return found
