"""Tidying after a process that was killed in the middle of an import, when the workspace is opened again.

Only what was never acknowledged is touched: files half-written, and files that got their names in a batch whose rows
were not committed. What they were made from still waits in the queue, so the next run takes it in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anitui.files import UNFINISHED, write_atomically
from anitui.store import intake, jobs
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was tidied away."""

    jobs: int
    files: int


@contextmanager
def placing(workspace: Workspace, names: Sequence[str]) -> Iterator[None]:
    """Say which files of `media` get their names now; taken back when the rows that own them are committed.

    When the block fails the note stays, for `recover`, and the next one is written together with it.
    """
    if not names:
        yield
        return
    note = _note(workspace)
    before = note.read_text("utf-8").split("\n") if note.exists() else []
    write_atomically(note, "\n".join([*before, *names]).encode())
    yield
    if before:
        write_atomically(note, "\n".join(before).encode())
    else:
        note.unlink()


def recover(workspace: Workspace, catalogue: Catalogue) -> Recovered:
    """Tidy up if a process was killed here; costs next to nothing if none was."""
    stopped = jobs.stop_running(catalogue)
    note = _note(workspace)
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
    return Recovered(stopped, removed)


def sweep(workspace: Workspace) -> int:
    """Remove half-written files. Only while nobody writes any."""
    unfinished = list(workspace.media.glob(f"*/.*{UNFINISHED}"))
    for file in unfinished:
        file.unlink(missing_ok=True)
    return len(unfinished)


def _note(workspace: Workspace) -> Path:
    return workspace.root / ".placing"
