"""The workspace that a command works on: found, held and opened for the length of a block."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from anitui import workspace
from anitui.pipeline.recovery import recover
from anitui.settings import Settings
from anitui.store.catalogue import Catalogue, damage_told, open_catalogue
from anitui.words import count
from anitui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Opened:
    workspace: Workspace
    catalogue: Catalogue
    settings: Settings
    lost: str = ""  # what to say where the catalogue was missing


@contextmanager
def opened(options: argparse.Namespace) -> Iterator[Opened]:
    """Find, hold and open the workspace; close it whatever happens."""
    with held(workspace.find(getattr(options, "workspace", None))) as found:
        yield found


@contextmanager
def held(found: Workspace) -> Iterator[Opened]:
    """Hold and open this workspace."""
    settings = found.settings()
    with found.held(), damage_told(found.catalogue):
        lost = _lost(found)
        if lost:
            # A new catalogue knows of none of these files, and they would be taken for never acknowledged.
            found.placing.unlink(missing_ok=True)
        catalogue = open_catalogue(found.catalogue, settings.catalogue, told=_say)
        try:
            if lost:
                _say(lost)
            tidied = recover(found, catalogue)
            if tidied.jobs:
                _say(
                    "an import was cut off when its process was killed: "
                    f"{count(tidied.files, 'unfinished file')} removed; the same import given again goes on"
                )
            if tidied.verdicts:
                _say(f"put in place what was on its way when anitui was killed: {count(tidied.verdicts, 'verdict')}")
            yield Opened(found, catalogue, settings, lost)
        finally:
            catalogue.close()


def _lost(found: Workspace) -> str:
    """Nobody must take an empty catalogue for an empty workspace."""
    if found.catalogue.exists():
        return ""
    files = sum(len(names) for _, _, names in os.walk(found.media))
    if not files:
        return ""
    held = f"media holds {count(files, 'file')} that it does not know"
    return f"the catalogue was missing and a new one was made; {held}: `anitui doctor --mend` takes them in"


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
