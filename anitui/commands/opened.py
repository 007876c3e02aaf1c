"""The workspace that a command works on: found, held and opened for the length of a block."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from anitui import workspace
from anitui.pipeline.recovery import recover
from anitui.settings import Settings
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Opened:
    workspace: Workspace
    catalogue: Catalogue
    settings: Settings


@contextmanager
def opened(options: argparse.Namespace) -> Iterator[Opened]:
    """Find, hold and open the workspace; close it whatever happens."""
    with held(workspace.find(getattr(options, "workspace", None))) as found:
        yield found


@contextmanager
def held(found: Workspace) -> Iterator[Opened]:
    """Hold and open this workspace."""
    settings = found.settings()
    with found.held():
        catalogue = open_catalogue(found.catalogue, settings.catalogue, told=_say)
        try:
            tidied = recover(found, catalogue)
            if tidied.jobs:
                _say(
                    f"an import was cut off when its process was killed: {tidied.files:,} unfinished files removed; "
                    "the same import given again goes on"
                )
            yield Opened(found, catalogue, settings)
        finally:
            catalogue.close()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
