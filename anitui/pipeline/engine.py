"""Where batches of work on pictures run: in this process, or in a pool of processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait as wait_for
from typing import Any, Protocol, TypeVar

from anitui.errors import AnituiError

Item = TypeVar("Item")
Result = TypeVar("Result")


_ERROR = re.compile(r"\w+(Error|Exit|Exception|Interrupt)\b")

# What multiprocessing's tracker of resources says when the owner was killed: it has tidied them away.
_UNTOLD = "ignore::UserWarning:multiprocessing.resource_tracker"


class WorkersCannotStart(AnituiError):
    """No worker process comes up, so nothing can be said of any item."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the worker processes cannot start ({why}): free some memory, give --workers 1, which needs the least, or "
            "install anitui again; then the same command goes on where this one stopped"
        )


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
    """A pool of processes. A picture that kills its worker (a decoder's fault, no memory) costs only itself.

    Raises WorkersCannotStart where the workers are to blame, and not what they work on. In a `with` block the workers
    stay from one `map` to the next, for work that comes in little by little.
    """

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or cores()
        self._stay = False
        self._staying: ProcessPoolExecutor | None = None

    def __enter__(self) -> Processes:
        self._stay = True
        return self

    def __exit__(self, *_: object) -> None:
        self._stay = False
        if self._staying is not None:
            self._staying.shutdown(wait=True, cancel_futures=True)
            self._staying = None

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], crashed: Callable[[Item], Result]
    ) -> Generator[Result, None, None]:
        _check_interpreter(sys.executable)
        source = iter(items)
        while True:
            suspects: list[Item] = []
            yield from self._until_broken(function, source, suspects, self.workers, self.workers * 4)
            if not suspects:
                return
            # One of these killed its worker and took the pool with it, if it was one of them; one at a time, each with
            # a worker that has shown that it can work, the culprit shows itself.
            rest = iter(suspects)
            while True:
                culprits: list[Item] = []
                yield from self._until_broken(function, rest, culprits, workers=1, ahead=1, proven=True)
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
        proven: bool = False,
    ) -> Generator[Result, None, None]:
        stays = self._stay and not proven
        pool = (self._staying if stays else None) or _pool(workers)
        self._staying = None if stays else self._staying  # nobody else's until it is given back
        running: dict[Future[Result], Item] = {}

        def submit(items: Iterable[Item]) -> None:
            for item in items:
                try:
                    running[_submitted(pool, function, item)] = item
                except BrokenProcessPool:
                    suspects.append(item)

        try:
            if proven:
                _prove(pool, function)
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
            if stays and not running and not suspects:
                self._staying = pool
            else:
                pool.shutdown(wait=True, cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    if _UNTOLD not in sys.warnoptions:
        sys.warnoptions.append(_UNTOLD)  # which the tracker, started with the first pool, is given
    try:
        # spawn: a forked child would inherit the database's threads and locks.
        return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_follow_owner)
    except OSError as error:  # a system without semaphores, or without any left
        raise WorkersCannotStart(_why(error)) from error


def _submitted(pool: ProcessPoolExecutor, function: Callable[[Any], Result], item: Any) -> Future[Result]:
    before = set(active_children())
    try:
        return pool.submit(function, item)
    except OSError as error:
        # With the first item the workers are started, and one could not be. The others wait for work for ever.
        for worker in set(active_children()) - before:
            worker.kill()
        raise WorkersCannotStart(_why(error)) from error


def _prove(pool: ProcessPoolExecutor, function: Callable[[Any], Any]) -> None:
    """Let a worker do nothing, once: by then it has started, and has imported what `function` needs."""
    try:
        _submitted(pool, _receive, function).result()
    except BrokenProcessPool as error:
        raise WorkersCannotStart("they end before they have done anything") from error


def _receive(function: Callable[[Any], Any]) -> None:
    del function


@cache
def _check_interpreter(executable: str) -> None:
    """A worker that cannot even import this module would write a traceback over the screen; here it is caught."""
    try:
        tried = subprocess.run(
            [executable, "-c", f"import {__name__}"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise WorkersCannotStart(_why(error)) from error
    if tried.returncode:
        lines = tried.stderr.strip().splitlines() or [f"a new interpreter ended with {tried.returncode}"]
        raise WorkersCannotStart(next((line for line in lines[::-1] if _ERROR.match(line)), lines[-1]).strip()[:200])


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


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
