from __future__ import annotations

import threading

import pytest

from anitui.pipeline.fetched import NotFetched, Stopping
from anitui.pipeline.politeness import DOWN_AFTER, Hosts, asked_wait


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_the_next_waits_for_its_turn() -> None:
    hosts = Hosts(2)
    inside = threading.Event()
    with hosts.turn("a"), hosts.turn("a"):
        assert not hosts.ready("a") and hosts.ready("b")

        def third() -> None:
            with hosts.turn("A"):
                inside.set()

        thread = threading.Thread(target=third)
        thread.start()
        assert not inside.wait(0.1)
    assert inside.wait(5)
    thread.join()


def test_a_site_that_asks_to_wait_is_left_alone_and_asked_less_at_once() -> None:
    clock = Clock()
    hosts = Hosts(4, clock=clock)
    hosts.heed("a", 429, {"retry-after": "30"})
    (state,) = hosts.state()
    assert (state.waits, state.why, state.slots) == (30.0, "asked to wait (429)", 2)
    assert not hosts.ready("a")
    clock.now += 31
    assert hosts.ready("a") and hosts.state()[0].why == ""
    for _ in range(40):
        hosts.heed("a", 200, {})
    assert hosts.state()[0].slots == 4


def test_a_quota_that_is_used_up_is_waited_for() -> None:
    clock = Clock()
    hosts = Hosts(4, clock=clock)
    hosts.heed("a", 200, {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "12"})
    assert hosts.state()[0].waits == 12.0
    assert asked_wait(200, {"x-ratelimit-remaining": "5", "x-ratelimit-reset": "12"}) is None
    assert asked_wait(429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


def test_a_pace_is_kept_between_two_turns() -> None:
    clock = Clock()
    hosts = Hosts(4, clock=clock)
    with hosts.turn("a", pace=2.0):
        pass
    assert not hosts.ready("a")
    clock.now += 2.1
    assert hosts.ready("a")


def test_a_host_that_does_not_answer_is_waited_for_and_given_up_at_last() -> None:
    clock = Clock()
    hosts = Hosts(4, give_up_seconds=100.0, clock=clock)
    for _ in range(DOWN_AFTER):
        hosts.trouble("a")
    assert not hosts.ready("a") and hosts.state()[0].why == "does not answer"
    clock.now += 16
    with hosts.turn("a"):
        assert not hosts.ready("a"), "one finds out, the others wait"
    hosts.trouble("a")
    clock.now += 120
    hosts.trouble("a")
    with pytest.raises(NotFetched, match="does not answer"), hosts.turn("a"):
        pass
    clock.now += 200
    with hosts.turn("a"):
        hosts.fine("a")
    assert hosts.ready("a") and hosts.state()[0].why == ""


def test_stopping_wakes_whoever_waits() -> None:
    hosts = Hosts(1)
    ended: list[str] = []

    def wait() -> None:
        try:
            with hosts.turn("a"):
                ended.append("had it")
        except Stopping:
            ended.append("stopped")

    with hosts.turn("a"):
        thread = threading.Thread(target=wait)
        thread.start()
        hosts.stop()
        thread.join(5)
    assert ended == ["stopped"]


def test_one_address_that_is_not_answered_is_not_the_host() -> None:
    clock = Clock()
    hosts = Hosts(clock=clock)
    for _ in range(20):
        hosts.trouble("a", "/broken.png")
    assert hosts.ready("a")
    for n in range(4):
        hosts.trouble("a", f"/{n}.png")
    assert not hosts.ready("a"), "five of them are"


def test_who_asks_to_wait_and_says_no_time_is_left_alone_longer_each_time() -> None:
    clock = Clock()
    hosts = Hosts(clock=clock)
    waits = []
    for _ in range(8):
        hosts.heed("a", 429, {})
        waits.append(hosts.state()[0].waits)
        clock.now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    hosts.heed("a", 200, {})
    hosts.heed("a", 429, {})
    assert hosts.state()[0].waits == 1
