"""Work in a process of its own: orders reach it, what it says is read once, and its end is known for certain."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from anitui import detached
from anitui.detached import Detached, LogFull, Worker
from anitui.errors import AnituiError

MODULE = """
import sys
from pathlib import Path
from anitui.detached import Worker

if len(sys.argv) < 2:
    raise SystemExit
worker = Worker(Path(sys.argv[1]), tied="--tied" in sys.argv)
worker.show({"doing": "waiting"})
while not worker.told_to_end.wait(0.005):
    for order in worker.orders():
        worker.say([{"heard": order}])
        if order.get("do") == "leave":
            print("as I was told", flush=True)
            raise SystemExit
worker.end()
worker.say([{"told": "to end"}])
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Detached]]:
    """`start()`: the module above, at work in a folder of its own."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "odd_work.py").write_text(MODULE)
    (tmp_path / "modules" / "odd_ruin.py").write_text("print('first')\nraise RuntimeError('it is in ruins')\n")
    monkeypatch.syspath_prepend(tmp_path / "modules")
    begun: list[Detached] = []

    def begin(module: str = "odd_work", **options: Any) -> Detached:
        work = detached.new(tmp_path / "work", "odd")
        begun.append(work)
        work.start(module, **options)
        return work

    yield begin
    for work in begun:
        if work.alive():
            os.kill(pid_of(work), signal.SIGKILL)


def pid_of(work: Detached) -> int:
    pid: int = json.loads((work.folder / "process.json").read_text())["pid"]
    return pid


def ended(work: Detached) -> None:
    """Wait until its process has ended: the kernel gives the lock to whoever is next."""
    with (work.folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def lines(work: Detached, start: int = 0) -> list[dict[str, Any]]:
    return [line for line, _ in work.read(start)[0]]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Worker]:
    """A worker in this very process, for what needs no other; signals stay ours."""
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    worker = Worker(detached.new(tmp_path / "here", "odd").folder)
    yield worker
    for each, handler in handlers.items():
        signal.signal(each, handler)
    os.close(worker._lock)
    os.close(worker._log)


# A process.


def test_it_takes_orders_in_their_order_and_says_what_it_did(start: Callable[..., Detached]) -> None:
    work = start()
    assert work.alive()
    assert os.getsid(pid_of(work)) == pid_of(work) != os.getsid(0), "a hang-up of this terminal does not reach it"
    for number in range(200):
        work.order({"number": number})
    work.order({"do": "leave"})
    ended(work)
    assert [line["heard"].get("number") for line in lines(work)] == [*range(200), None]
    assert not work.alive()
    assert work.last_words() == "as I was told"
    assert list((work.folder / "inbox").iterdir()) == []


def test_a_polite_end_lets_it_say_what_there_is_to_say(start: Callable[..., Detached]) -> None:
    work = start()
    assert not work.ending()
    os.kill(pid_of(work), signal.SIGTERM)
    ended(work)
    assert lines(work) == [{"told": "to end"}]
    assert work.ending()
    assert work.live() == {"doing": "waiting"}


def test_kill_9_is_known_at_once_though_everything_lies_there_as_before(start: Callable[..., Detached]) -> None:
    work = start()
    os.kill(pid_of(work), signal.SIGKILL)
    ended(work)
    assert (work.folder / "process.json").exists()
    assert not work.alive() and not work.ending()
    work.order({"number": 1})
    assert len(list((work.folder / "inbox").iterdir())) == 1, "an order that nobody hears stays"
    work.remove()
    assert not work.folder.exists() and not work.alive()


@pytest.mark.parametrize("tied", [True, False])
def test_only_a_tied_one_ends_with_its_owner(start: Callable[..., Detached], tmp_path: Path, tied: bool) -> None:
    folder = tmp_path / "work" / "odd-0"
    owner = (
        "import os; from pathlib import Path; from anitui.detached import Detached\n"
        f"Detached(Path({str(folder)!r})).start('odd_work', tied={tied}); os._exit(9)"  # as suddenly as by kill -9
    )
    path = os.pathsep.join(filter(None, sys.path))
    assert subprocess.run([sys.executable, "-c", owner], env={**os.environ, "PYTHONPATH": path}).returncode == 9
    work = Detached(folder)
    if tied:
        ended(work)
        assert lines(work) == [{"told": "to end"}]
    else:
        assert work.alive()
        work.order({"do": "leave"})
        ended(work)
        assert lines(work) == [{"heard": {"do": "leave"}}]


def test_one_that_does_not_come_up_is_told_with_its_last_words(start: Callable[..., Detached]) -> None:
    with pytest.raises(AnituiError, match=r"did not come up \(RuntimeError: it is in ruins\)"):
        start("odd_ruin")
    with pytest.raises(AnituiError, match=r"did not come up .*No module named no_such_module"):
        start("no_such_module")


def test_a_folder_has_one_process(start: Callable[..., Detached]) -> None:
    work = start()
    second = subprocess.run(
        [sys.executable, "-m", "odd_work", str(work.folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}, capture_output=True, text=True,
    )  # fmt: skip
    assert second.returncode == 1 and "BlockingIOError" in second.stderr
    assert work.alive()


# What is told.


def test_a_log_is_read_in_stretches_and_each_line_once(here: Worker) -> None:
    work = Detached(here.folder)
    assert work.read(0) == ([], 0)
    here.say([{"n": 1}, {"n": 2}])
    first, at = work.read(0)
    assert [line for line, _ in first] == [{"n": 1}, {"n": 2}]
    assert work.read(at) == ([], at)
    assert lines(work, first[0][1]) == [{"n": 2}], "the place behind a line is where the next begins"
    here.say([{"words": "心愛\n\ud83d\x00"}])
    assert lines(work, at) == [{"words": "心愛\n?\x00"}], "what is no text is replaced and breaks nothing"


def test_a_log_larger_than_a_stretch(here: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detached, "_LONGEST_READ", 100)
    work = Detached(here.folder)
    said = [{"n": n, "more": "x" * (n % 7) * 40} for n in range(40)]  # some are longer than a stretch
    here.say(said)
    heard: list[dict[str, Any]] = []
    at, reads = 0, 0
    while (read := work.read(at))[0]:
        heard += [line for line, _ in read[0]]
        at, reads = read[1], reads + 1
    assert heard == said and reads > 10
    assert at == work.log.stat().st_size


def test_a_line_that_was_cut_is_not_read_before_it_is_whole(here: Worker) -> None:
    work = Detached(here.folder)
    here.say([{"n": 1}])
    with work.log.open("ab") as log:
        log.write(b'{"n": 2, "rest')
    ((line, at),) = work.read(0)[0]
    assert line == {"n": 1}
    assert work.read(at) == ([], at)
    with work.log.open("ab") as log:
        log.write(b'": 3}\n')
    assert lines(work, at) == [{"n": 2, "rest": 3}]


def test_what_it_had_no_time_to_say_is_written_behind_a_cut_line(here: Worker) -> None:
    work = Detached(here.folder)
    work.complete([{"n": 0}])
    with work.log.open("ab") as log:
        log.write(b'{"n": 1, "cu')
    work.complete([{"n": 2}, {"n": 3}])
    work.complete([{"n": 4}])
    assert lines(work) == [{"n": 0}, {}, {"n": 2}, {"n": 3}, {"n": 4}]


@pytest.mark.parametrize("left", [b"\x00\x00\x00\n", b"\xff\n", b"7\n", b"null\n", b"\n", b'"say"\n', b"[1]\n"])
def test_what_a_power_cut_left_is_a_line_that_says_nothing(here: Worker, left: bytes) -> None:
    work = Detached(here.folder)
    here.say([{"n": 1}])
    with work.log.open("ab") as log:
        log.write(left)
    here.say([{"n": 2}])
    assert lines(work) == [{"n": 1}, {}, {"n": 2}]


def test_a_full_disk_leaves_no_half_of_what_was_said(here: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Detached(here.folder)
    here.say([{"n": 1}])
    write = os.write

    def full(handle: int, content: bytes) -> int:
        if len(content) > 20:
            return write(handle, content[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(LogFull):
        here.say([{"n": 2}, {"n": 3}, {"n": 4}])
    monkeypatch.undo()
    assert work.log.read_bytes() == b'{"n": 1}\n'
    here.say([{"n": 5}])
    assert lines(work) == [{"n": 1}, {"n": 5}]


def test_how_it_stands_is_whole_or_not_there(here: Worker) -> None:
    work = Detached(here.folder)
    assert work.live() == {}
    here.show({"n": 1})
    here.show({"n": 2})
    assert work.live() == {"n": 2}
    (here.folder / "live.json").write_text('{"n": ')
    assert work.live() == {}
    assert work.last_words() == ""


def test_many_who_look_whether_it_lives_do_not_mislead_each_other(here: Worker, tmp_path: Path) -> None:
    dead = Detached(tmp_path / "dead")
    dead.folder.mkdir()
    assert not dead.alive()
    (dead.folder / "lock").touch()
    alive = Detached(here.folder)
    wrong: list[str] = []

    def look() -> None:
        for _ in range(300):
            if dead.alive():
                wrong.append("the dead one lives")
            if not alive.alive():
                wrong.append("the living one is dead")

    threads = [threading.Thread(target=look) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []


def test_who_looks_at_that_very_moment_does_not_keep_it_from_coming_up(tmp_path: Path) -> None:
    folder = tmp_path / "odd-0"
    folder.mkdir()
    looking = (folder / "lock").open("w")
    fcntl.flock(looking, fcntl.LOCK_SH)
    threading.Timer(0.05, looking.close).start()
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    worker = Worker(folder)
    for each, handler in handlers.items():
        signal.signal(each, handler)
    assert Detached(folder).alive()
    os.close(worker._lock)
    os.close(worker._log)
    assert not Detached(folder).alive()


def test_folders_are_found_oldest_first_and_by_their_kind(tmp_path: Path) -> None:
    made = [detached.new(tmp_path, "odd") for _ in range(5)]
    detached.new(tmp_path, "other")
    (tmp_path / "odd-file").touch()
    assert detached.found(tmp_path, "odd") == made
    assert detached.found(tmp_path / "none", "odd") == []
