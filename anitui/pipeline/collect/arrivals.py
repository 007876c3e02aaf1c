"""What the collecting process has told, into the catalogue: batch by batch, each exactly once.

A batch is a stretch of the log. Its rows and how far the log was read are committed together; what was found is noted
first, in a transaction that may be repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anitui.detached import Detached
from anitui.pipeline.collect.look import Look, crashed, line_of, looked
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import InProcess, Processes
from anitui.pipeline.examine import Examined, Order, Task
from anitui.pipeline.hashing import Facts
from anitui.pipeline.media import media_for_a_moment
from anitui.pipeline.taking import Taking
from anitui.progress import Event, Work
from anitui.store import collecting, intake
from anitui.store.catalogue import Catalogue
from anitui.store.collecting import FoundLead, Settled
from anitui.workspace import Workspace

FEW = 8  # that are looked at here, sooner than other processes start
_LATEST = 253_402_300_799.0  # the end of the year 9999: what lies beyond, a site made up


def take_in(workspace: Workspace, catalogue: Catalogue, work: Detached, hashing: str) -> Counter[str] | None:
    """Take in the next stretch of the log: what it came to, or None where there was nothing more to read."""
    name = work.folder.name
    lines, read_to = work.read(collecting.read_to(catalogue, name))
    if not lines:
        return None
    told = [line for line, _ in lines]
    leads = [_lead_of(line) for line in told if line.get("say") in ("found", "gone")]
    pages = [(line["job"], line["page"], line["stamp"]) for line in told if line.get("say") == "mark"]
    counts: Counter[str] = Counter(gone=collecting.enlist(catalogue, leads, pages))
    states = [(line["job"], line["state"], line.get("reason")) for line in told if line.get("say") == "job"]
    with media_for_a_moment():
        pictures = {line["url"]: (line, _examined_of(line, hashing)) for line in told if line.get("say") == "taken"}
        taking = Taking(workspace, catalogue, [each for _, each in pictures.values()], keep=True)
        settled: list[Settled] = []
        again: list[Settled] = []  # that failed earlier in this run, and was found once more
        for url, (line, examined) in pictures.items():
            settled.append(_take(taking, url, line, examined))
        for line in told:
            if line.get("say") == "not":
                attempts = line.get("attempts", 1)
                failed = Settled(line["url"], line["state"], line["reason"], attempts=attempts)
                (again if line.get("again") else settled).append(failed)
            elif line.get("say") == "opened":
                settled.append(
                    Settled(line["url"], "done", f"a page of {line['pictures']} pictures", jobs=tuple(line["jobs"]))
                )
                counts["pages"] += 1
        for each in settled:
            if each.sha256 is not None:
                counts["new" if each.state == "done" else "already"] += 1
            elif each.state in ("refused", "failed"):
                counts[each.state] += 1

        urls = {each.url for each in settled}
        settled += [each for each in again if each.url not in urls]

        def also(connection: Any) -> None:
            collecting.settle(connection, settled, name, read_to)
            collecting.state_in(connection, states)

        taking.record(intake.Batch(None, list(taking.images.values()), (), (), taking.moved, also))
    return counts


def _take(taking: Taking, url: str, line: Mapping[str, Any], examined: Examined) -> Settled:
    chain, attempts = tuple(line.get("chain", ())), line.get("attempts", 1)
    if not Path(examined.part or "").exists():
        return Settled(url, "failed", "its bytes were lost before they were taken in", None, chain, attempts)
    state, reason = taking.take(examined)
    return Settled(url, state, reason, None if state == "refused" else examined.sha256, chain, attempts)


def _examined_of(line: Mapping[str, Any], hashing: str) -> Examined:
    plain = dict(line["examined"])
    order = Order("", "ours", hashing, Limits(), 0)
    return Examined(Task(0, plain["part"], None, order), **{**plain, "facts": Facts(**plain["facts"])})


def _lead_of(line: Mapping[str, Any]) -> FoundLead:
    seen = dict(line["seen"])
    moment = seen.pop("posted_at")
    return FoundLead(
        line["job"],
        line["url"],
        line["label"],
        **seen,
        posted_at=moment if moment is not None and 0 <= moment <= _LATEST else None,
        instead=tuple(line.get("instead", ())),
        file=line.get("file"),
        tags=tuple(line.get("tags", ())),
        via=tuple(line.get("via", ())),
        gone=line.get("reason"),
    )


def finish(work: Detached) -> Work[None]:
    """Look at what a process had fetched and, when it was killed, not yet looked at; the log is completed with it."""
    fetched: dict[str, Mapping[str, Any]] = {}
    at = 0
    while (read := work.read(at))[0]:
        lines, at = read
        for line, _ in lines:
            if line.get("say") == "fetched":
                fetched[line["task"]["url"]] = line
            elif line.get("say") in ("taken", "not"):
                fetched.pop(line["url"], None)
    # After a power cut a file may be there with less in it; it is fetched again.
    waiting = {
        line["task"]["path"]: line["facts"]
        for line in fetched.values()
        if _size(Path(line["task"]["path"])) == line["facts"]["bytes"]
    }
    if not waiting:
        return
    tasks = [Look(**line["task"]) for line in fetched.values() if line["task"]["path"] in waiting]
    engine = Processes() if len(tasks) > FEW else InProcess()
    for number, (task, line) in enumerate(engine.map(looked, tasks, crashed), 1):
        if not line.pop("disk_full", False):
            work.complete([line_of(task, line, waiting[task.path])])
        yield Event("looking at what was fetched", number, len(tasks))


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None
