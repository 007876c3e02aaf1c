from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import active_children, set_executable
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path

import pytest

from anitui.pipeline.engine import InProcess, Processes, WorkersCannotStart, cores

ENGINES = (InProcess(), Processes(2))


def double(number: int) -> tuple[int, int]:
    return number, os.getpid()


def die_of_13(number: int) -> int:
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * 2


def die_of_every_fifth(number: int) -> int:
    if number % 5 == 0:
        os._exit(1)
    return number * 2


def refuse_3(number: int) -> int:
    if number == 3:
        raise KeyError("three")
    return number


def crashed(number: int) -> int:
    return -number


def test_what_kills_its_worker_costs_only_itself() -> None:
    results = list(Processes(2).map(die_of_13, range(40), crashed))
    assert sorted(results) == sorted([-13, *(number * 2 for number in range(40) if number != 13)])


def test_several_killers_and_a_last_one() -> None:
    results = list(Processes(2).map(die_of_every_fifth, range(1, 11), crashed))
    assert sorted(results) == sorted([-5, -10, *(number * 2 for number in range(1, 11) if number % 5)])


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: type(engine).__name__)
def test_an_error_of_the_work_itself_comes_out(engine: InProcess | Processes) -> None:
    with pytest.raises(KeyError, match="three"):
        list(engine.map(refuse_3, range(6), crashed))
    assert list(engine.map(refuse_3, [], crashed)) == []


def test_work_runs_in_other_processes_and_only_a_few_items_are_ahead() -> None:
    taken = 0

    def source() -> Iterator[int]:
        nonlocal taken
        for number in range(200):
            taken += 1
            yield number

    engine = Processes(2)
    pids, ahead = set(), []
    for done, (_, pid) in enumerate(engine.map(double, source(), lambda number: (number, 0)), 1):
        pids.add(pid)
        ahead.append(taken - done)
    assert len(ahead) == 200
    assert max(ahead) <= 2 * 4 + 2
    assert os.getpid() not in pids


def test_closing_in_the_middle_ends_the_workers() -> None:
    results = Processes(2).map(double, range(10_000), lambda number: (number, 0))
    _, pid = next(results)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.fixture
def broken_workers() -> Iterator[None]:
    """Worker processes end as soon as they begin."""
    set_executable("/bin/false")
    yield
    set_executable(sys.executable)


def test_workers_that_never_come_up_blame_no_item(broken_workers: None) -> None:
    with pytest.raises(WorkersCannotStart, match=r"the worker processes cannot start .* --workers 1") as caught:
        list(Processes(2).map(double, range(40), lambda number: pytest.fail(f"{number} was blamed")))
    assert caught.value.exit_code == 1
    assert active_children() == []


def test_an_interpreter_that_cannot_import_is_found_out_before_it_writes_over_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "python"
    broken.write_text(
        "#!/bin/sh\necho Traceback >&2\necho 'ModuleNotFoundError: No module named encodings' >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(WorkersCannotStart, match=r"\(ModuleNotFoundError: No module named encodings\)"):
        list(Processes(2).map(double, range(4), lambda number: (number, 0)))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    with pytest.raises(WorkersCannotStart, match="no such file"):
        list(Processes(2).map(double, range(4), lambda number: (number, 0)))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("left", [0, 6, 12])  # for looking whether it can start, for the pool, for its workers
def test_a_pool_that_the_system_does_not_let_start_leaves_nobody_behind(left: int) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    ensure_running()  # the tracker of semaphores, which would have what is left for itself
    used = {int(each.name) for each in Path("/proc/self/fd").iterdir()}
    free = [number for number in range(1000) if number not in used]
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[left], before[1]))
    try:
        with pytest.raises(WorkersCannotStart, match="too many open files"):
            list(Processes(4).map(double, range(4), lambda number: (number, 0)))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert active_children() == []


OWNER = """
import os, sys
from anitui.pipeline.engine import Processes
if __name__ == "__main__":
    work = Processes(2).map(abs, range(1000), abs)
    next(work)
    os.kill(os.getpid(), 9)
"""


def test_nothing_is_written_after_the_owner_was_killed(tmp_path: Path) -> None:
    """The tracker of semaphores outlives it, on the same terminal."""
    (tmp_path / "owner.py").write_text(OWNER)
    ended = subprocess.run([sys.executable, tmp_path / "owner.py"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGKILL, "", "")


def test_as_many_workers_as_cores_that_may_be_used() -> None:
    assert Processes().workers == cores() == len(os.sched_getaffinity(0))
    assert Processes(3).workers == 3
