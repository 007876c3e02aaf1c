"""Tidying after a process that was killed in the middle of its work, when the workspace is opened again.

Only what was never acknowledged is removed: files half-written, what did not fit into memory, and files that got their
names in a batch whose rows were not committed. What those were made from still waits in the queue, so the next run
takes it in. What was acknowledged and had not arrived, verdicts under way, is put in its place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anitui.files import UNFINISHED, write_atomically
from anitui.store import intake, jobs, spool, under_way
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

_SPILT_BY = re.compile(r"duckdb_temp_(\d+)_")  # the database names its process


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was tidied away."""

    jobs: int
    files: int
    verdicts: int = 0  # that were on their way, and are in place now


@contextmanager
def placing(workspace: Workspace, names: Sequence[str]) -> Iterator[None]:
    """Say which files of `media` get their names now; taken back when the rows that own them are committed.

    When the block fails the note stays, for `recover`, and the next one is written together with it.
    """
    if not names:
        yield
        return
    note = workspace.placing
    before = note.read_text("utf-8").split("\n") if note.exists() else []
    write_atomically(note, "\n".join([*before, *names]).encode())
    yield
    if before:
        write_atomically(note, "\n".join(before).encode())
    else:
        note.unlink()


def recover(workspace: Workspace, catalogue: Catalogue) -> Recovered:
    """Tidy up if a process was killed here; costs next to nothing if none was."""
    _empty_spill(workspace.root / spool.SPILL)
    stopped = jobs.stop_running(catalogue)
    note = workspace.placing
    removed = 0
    if note.exists():
        names = note.read_text("utf-8").split("\n")
        known = intake.known_images(catalogue, [Path(name).stem for name in names])
        for name in names:
            if Path(name).stem not in known and (workspace.media / name).exists():
                (workspace.media / name).unlink()
                removed += 1
        note.unlink()
    if stopped:
        removed += sweep(workspace)
    return Recovered(stopped, removed, under_way.take_up(catalogue, workspace.answers))


def sweep(workspace: Workspace) -> int:
    """Remove half-written files. Only while nobody writes any."""
    unfinished = list(workspace.media.glob(f"*/.*{UNFINISHED}"))
    for file in unfinished:
        file.unlink(missing_ok=True)
    return len(unfinished)


def _empty_spill(folder: Path) -> None:
    """Remove what did not fit into the memory of processes before this one, which had no time to do it themselves."""
    spool.remove_left_over(folder)
    for each in folder.glob("duckdb_temp_*"):
        by = _SPILT_BY.match(each.name)
        if by is None or int(by[1]) != os.getpid():
            each.unlink(missing_ok=True)
