"""Where batches of work on pictures run: in this process, or in a pool of processes."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine(Protocol):
    """Applies a function to many items; results come as they are ready, in any order."""

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], crashed: Callable[[Item], Result]
    ) -> Generator[Result, None, None]:
        """`crashed` makes the result for an item whose worker died of it. Closing it waits for what is being done."""
        ...


class InProcess:
    """One after the other, right here: for a handful of items, and for tests."""

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], crashed: Callable[[Item], Result]
    ) -> Generator[Result, None, None]:
        del crashed  # what kills the work here kills us too
        yield from map(function, items)


class Processes:
    """A pool of processes. A picture that kills its worker (a decoder's fault, no memory) costs only itself."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or cores()

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], crashed: Callable[[Item], Result]
    ) -> Generator[Result, None, None]:
        source = iter(items)
        while True:
            suspects: list[Item] = []
            yield from self._until_broken(function, source, suspects, self.workers, self.workers * 4)
            if not suspects:
                return
            # One of these killed its worker and took the pool with it; one at a time, the culprit shows itself.
            rest = iter(suspects)
            while True:
                culprits: list[Item] = []
                yield from self._until_broken(function, rest, culprits, workers=1, ahead=1)
                if not culprits:
                    break
                yield from map(crashed, culprits)

    def _until_broken(
        self,
        function: Callable[[Item], Result],
        source: Iterator[Item],
        suspects: list[Item],
        workers: int,
        ahead: int,
    ) -> Generator[Result, None, None]:
        # spawn: a forked child would inherit the database's threads and locks.
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_follow_owner)
        running: dict[Future[Result], Item] = {}

        def submit(items: Iterable[Item]) -> None:
            for item in items:
                try:
                    running[pool.submit(function, item)] = item
                except BrokenProcessPool:
                    suspects.append(item)

        try:
            submit(islice(source, ahead))
            while running:
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    item = running.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        suspects.append(item)
                    else:
                        yield future.result()
                if not suspects:
                    submit(islice(source, len(ready)))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def cores() -> int:
    """How many cores this process may use (a container or `taskset` may allow fewer than there are)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _follow_owner() -> None:
    """Workers leave signals to their owner, and end when it ends, however it ends.

    ctrl-C and a hang-up reach the whole terminal; the owner decides what is kept, the workers just finish their
    picture. A worker whose owner was killed would otherwise wait for work for ever: it holds the very pipe whose
    end it waits for.
    """
    for each in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    # What C libraries write of broken pictures would spoil the terminal app's screen, which this process shares.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    owner = parent_process()
    if owner is not None:
        threading.Thread(target=_end_with, args=(owner.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)
