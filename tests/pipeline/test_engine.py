from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from anitui.pipeline.engine import InProcess, Processes, cores

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


def test_as_many_workers_as_cores_that_may_be_used() -> None:
    assert Processes().workers == cores() == len(os.sched_getaffinity(0))
    assert Processes(3).workers == 3
