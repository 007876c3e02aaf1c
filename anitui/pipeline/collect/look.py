"""One file that was fetched, looked at in a worker process; what comes back is plain, for the log.

Apart from `examine.py`, so that the process that collects need not load what decodes pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Look:
    """A file to look at: one that was fetched, which is ours to keep, or one that lies elsewhere."""

    url: str
    path: str
    ours: bool
    folder: str  # where copies of what is not ours are laid
    hashing: str
    max_bytes: int
    max_pixels: int
    seconds: int


def looked(task: Look) -> tuple[Look, dict[str, Any]]:
    """The picture's facts as a line of the log has them, or why it is not taken."""
    from anitui.pipeline.decode import Limits
    from anitui.pipeline.examine import Examined, Order, Task, examine

    limits = Limits(task.max_bytes, task.max_pixels)
    order = Order(task.folder, "ours" if task.ours else "copy", task.hashing, limits, task.seconds)
    result = examine(Task(0, task.path, None, order))
    if isinstance(result, Examined):
        plain = asdict(result)
        del plain["task"]
        return task, {"say": "taken", "examined": plain}
    state = "failed" if result.worth_retrying else "refused"
    return task, {"say": "not", "state": state, "reason": result.reason, "disk_full": result.disk_full}


def crashed(task: Look) -> tuple[Look, dict[str, Any]]:
    """The answer for a file that took its worker process down."""
    return task, {"say": "not", "state": "failed", "reason": "broken: it crashed the decoder", "disk_full": False}


def line_of(task: Look, line: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is written into the log; a file that was fetched for nothing is removed."""
    if line["say"] == "not" and task.ours:
        Path(task.path).unlink(missing_ok=True)
    return {**line, "url": task.url, **facts}
