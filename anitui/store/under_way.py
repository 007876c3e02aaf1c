"""Verdicts on their way into the catalogue: on the disk before the next pair is shown, each as a line of a file.

A verdict with all that follows from it takes the catalogue some hundredths of a second; a line takes a few thousandths.
Whoever sees the next pair may so rely on the last verdict, even if the process is killed at that moment: the lines that
did not arrive are said when the workspace is opened again.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

from anitui.errors import AnituiError
from anitui.files import sync_folder
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Statement, Verdict
from anitui.store.remembered import remember, remembered
from anitui.store.verdicts import judge

NAME = "verdicts under way"


class UnderWay:
    """The file of one workspace, while it is open here. Safe between threads."""

    def __init__(self, file: Path, catalogue: Catalogue) -> None:
        self._file = file
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._last = _arrived(catalogue)

    def note(self, kind: str, statement: Statement, dropping: Collection[int] = ()) -> int:
        """Put a verdict on the disk; after this returns it is safe. Returns its number."""
        with self._lock:
            number = self._last + 1
            line = {
                "n": number, "kind": kind, "a": statement.a_id, "b": statement.b_id,
                "verdict": str(statement.verdict), "dropping": list(dropping),
            }  # fmt: skip
            new = not self._file.exists()
            with self._file.open("ab") as file:
                file.write(json.dumps(line).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if new:
                sync_folder(self._file.parent)
            self._last = number
            return number

    def arrives(self, number: int) -> None:
        """Within the transaction that takes the verdict in: this one need not be said again."""
        remember(self._catalogue, NAME, number)

    def done(self, number: int) -> None:
        """It has arrived, or was not to be: when none is under way any more, the file is emptied."""
        with self._lock:
            if number == self._last and self._file.exists():
                os.truncate(self._file, 0)


def take_up(catalogue: Catalogue, file: Path) -> int:
    """Say what was under way when a process was killed; returns how many verdicts that were."""
    if not file.exists() or not file.stat().st_size:
        return 0
    said = 0
    for line in file.read_bytes().split(b"\n"):
        try:
            noted: dict[str, Any] = json.loads(line)
            statement = Statement(int(noted["a"]), int(noted["b"]), Verdict(noted["verdict"]))
            number, kind, dropping = int(noted["n"]), str(noted["kind"]), [int(each) for each in noted["dropping"]]
        except (ValueError, KeyError, TypeError):
            continue  # cut off while it was written, so nobody was told that it is safe
        if number <= _arrived(catalogue):
            continue
        try:
            with catalogue.writing():
                judge(catalogue, kind, [statement], dropping=dropping)
                remember(catalogue, NAME, number)
            said += 1
        except AnituiError:
            continue  # it contradicts what was said before, or a picture is gone: the pair is asked about again
    file.unlink()
    return said


def _arrived(catalogue: Catalogue) -> int:
    number = remembered(catalogue, NAME)
    return number if isinstance(number, int) else 0
