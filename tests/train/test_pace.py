from __future__ import annotations

import time

import pytest

from anitui.train.pace import Clock, Pace
from anitui.train.recipe import Recipe


def pace(**given: object) -> Pace:
    return Pace(Recipe().changed(given, "test"), 1000, 10, grows=True)


def test_by_epochs() -> None:
    by = pace(epochs=2.5, batch=10)
    assert by.steps == 250
    assert by.share(125, Clock()) == pytest.approx(0.5)
    assert by.share(10_000, Clock()) == 1
    assert by.epoch(150) == pytest.approx(1.5)


def test_by_time_and_whichever_comes_first() -> None:
    by = pace(epochs=0, minutes=1)
    assert by.steps is None
    assert by.share(10**6, Clock(30.0)) == pytest.approx(0.5)
    both = pace(epochs=1, minutes=1)
    assert both.share(90, Clock(6.0)) == pytest.approx(0.9)
    assert both.share(10, Clock(57.0)) == pytest.approx(0.95)
    assert pace(epochs=0, cpu_minutes=1).share(0, Clock(1000.0, 15.0)) == pytest.approx(0.25)


def test_the_clock_counts_only_while_it_goes() -> None:
    clock = Clock(5.0)
    clock.go()
    time.sleep(0.02)
    clock.stop()
    stood = clock.read()[0]
    assert 5.02 <= stood < 6
    time.sleep(0.02)
    assert clock.read()[0] == stood


def test_one_cycle_of_the_rate() -> None:
    by = pace(schedule="onecycle", lr=1.0, warmup=0.2)
    rates = [by.rate(each / 100) for each in range(101)]
    assert max(rates) == rates[20] == pytest.approx(1.0)
    assert rates == sorted(rates[:21]) + sorted(rates[21:], reverse=True)
    assert rates[0] < 0.1 and rates[100] < 0.001
    cosine = pace(schedule="cosine", lr=1.0)
    assert cosine.rate(0.0) == 1.0 and cosine.rate(0.5) == pytest.approx(0.5)
    assert {pace(lr=0.3).rate(each) for each in (0.0, 0.5, 1.0)} == {0.3}


def test_pictures_grow_and_larger_ones_take_longer() -> None:
    by = pace(size=128, start_size=64, grow_at=0.5)
    assert (by.size(0.0), by.size(0.49), by.size(0.5), by.size(1.0)) == (64, 64, 128, 128)
    assert pace(size=128).size(0.0) == 128
    assert Pace(Recipe(start_size=64), 10, 10, grows=False).size(0.0) == 128
    left = by.left(0.25, Clock(100.0))
    assert left == pytest.approx(100 + 4 * 200)  # as much again, and then half of all at four times the cost
    assert by.left(0.0, Clock()) is None
