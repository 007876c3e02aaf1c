"""The statements that were run, a JSON line each in the workspace: a kill costs at most the line being written."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from anitui.files import write_atomically

KEPT = 500
FILE = "sql_history.jsonl"


class History:
    """The last statements, the newest last, none twice in a row."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines = 0
        self._whole = True
        self.statements: list[str] = []
        for line in self._read():
            self._lines += 1
            try:
                statement = json.loads(line)["sql"]
            except (ValueError, KeyError, TypeError):
                continue  # cut off by a kill or a full disk: the others are as good as before
            if isinstance(statement, str) and (not self.statements or self.statements[-1] != statement):
                self.statements.append(statement)
        self.statements = self.statements[-KEPT:]

    def add(self, statement: str) -> None:
        """Remember a statement. It is in the file when this returns, unless the disk is full or the file is shut.

        Statements are asked all the more when a disk is full: they must not fail for not being remembered.
        """
        statement = statement.strip()
        if not statement or (self.statements and self.statements[-1] == statement):
            return
        self.statements = [*self.statements, statement][-KEPT:]
        with suppress(OSError):
            self._keep(statement)

    def _keep(self, statement: str) -> None:
        if self._lines >= 2 * KEPT:
            write_atomically(self._file, "".join(_line(each) for each in self.statements).encode())
            self._lines, self._whole = len(self.statements), True
            return
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(handle, ("" if self._whole else "\n").encode() + _line(statement).encode())
        finally:
            os.close(handle)
        self._lines, self._whole = self._lines + 1, True

    def _read(self) -> list[str]:
        if not self._file.is_file():
            return []
        text = self._file.read_bytes().decode(errors="replace")
        self._whole = not text or text.endswith("\n")
        return text.splitlines() if text else []


def _line(statement: str) -> str:
    record = {"sql": statement, "run_at": datetime.now(UTC).isoformat(timespec="seconds")}
    return json.dumps(record) + "\n"
