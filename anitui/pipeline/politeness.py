"""How often a host is asked, by what it says itself: so many requests at once, pauses that it asks for, and patience
with one that does not answer. Shared by everything that fetches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from anitui.pipeline.fetched import NotFetched, Stopping

LONGEST_WAIT = 300.0  # that one waits for because a host asks for it
FIRST_PROBE, LAST_PROBE = 15.0, 120.0
LONGEST_GUESS = 60.0  # where it asks to wait and does not say for how long
DOWN_AFTER = 5  # failures to connect, or addresses without an answer, and no answer in between
RECOVERS_AFTER = 20  # answers, until one more slot is used again
ASKED_TO_WAIT = "asked to wait"


@dataclass(frozen=True, slots=True)
class HostState:
    """A host as it stands, for people."""

    host: str
    in_flight: int
    slots: int
    waits: float  # seconds
    why: str
    done: int
    bytes: int


class _Host:
    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.in_flight = 0
        self.not_before = 0.0
        self.why = ""
        self.in_a_row = 0  # answers since a slot was taken away
        self.failing: set[str] = set()  # addresses, since it last answered one
        self.refused = 0  # times, since it last answered, that it asked to wait and did not say for how long
        self.down_since: float | None = None
        self.probe = FIRST_PROBE
        self.done = 0
        self.bytes = 0


class Hosts:
    """All hosts that were asked. Safe to share between threads."""

    def __init__(
        self,
        per_host: int = 6,
        *,
        give_up_seconds: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_host = per_host
        self._give_up = give_up_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._hosts: dict[str, _Host] = {}
        self._stopped = False

    @contextmanager
    def turn(self, host: str, pace: float = 0.0) -> Iterator[None]:
        """Wait for this host's turn, and have it for the length of the block. `pace`: seconds until the next turn.

        Raises NotFetched for a host that has not answered for long, and Stopping.
        """
        with self._changed:
            at = self._at(host)
            while not self._stopped:
                now = self._clock()
                if at.down_since is not None and now - at.down_since > self._give_up and now < at.not_before:
                    raise NotFetched("the host does not answer", final=False)
                if self._is_ready(at, now):
                    break
                wait = at.not_before - now if at.in_flight < at.slots and now < at.not_before else 1.0
                self._changed.wait(min(max(wait, 0.01), 1.0))
            if self._stopped:
                raise Stopping
            at.in_flight += 1
            at.not_before = max(at.not_before, self._clock() + pace)
        try:
            yield
        finally:
            with self._changed:
                at.in_flight -= 1
                self._changed.notify_all()

    def ready(self, host: str, taken: int = 0) -> bool:
        """Whether a turn could be had now, by one more than the `taken` that are about to have theirs.

        A host that was given up is ready, too: it says so at once.
        """
        with self._changed:
            at = self._at(host)
            now = self._clock()
            gave_up = at.down_since is not None and now - at.down_since > self._give_up
            return gave_up or self._is_ready(at, now, taken)

    def heed(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says of how often one may ask. Names of headers in lower case."""
        wait = asked_wait(status, headers)
        with self._changed:
            at = self._at(host)
            if status in (429, 503):
                at.slots, at.in_a_row = max(1, at.slots // 2), 0
            elif at.slots < self._per_host:
                at.in_a_row += 1
                if at.in_a_row >= RECOVERS_AFTER:
                    at.slots, at.in_a_row = at.slots + 1, 0
            at.why = "" if at.down_since is None and self._clock() >= at.not_before else at.why
            at.failing.clear()
            at.refused = at.refused + 1 if status == 429 else 0
            if status == 429 and "retry-after" not in headers:
                wait = max(wait or 0.0, min(2.0 ** (at.refused - 1), LONGEST_GUESS))
            if wait:
                at.not_before = max(at.not_before, self._clock() + min(wait, LONGEST_WAIT))
                at.why = f"{ASKED_TO_WAIT} ({status})" if status >= 400 else ASKED_TO_WAIT
            self._changed.notify_all()

    def fine(self, host: str, received: int = 0) -> None:
        """It has answered."""
        with self._changed:
            at = self._at(host)
            at.failing.clear()
            at.probe, at.done, at.bytes = FIRST_PROBE, at.done + 1, at.bytes + received
            if at.down_since is not None:
                at.down_since, at.not_before, at.why = None, 0.0, ""
                self._changed.notify_all()

    def trouble(self, host: str, address: str | None = None) -> None:
        """It could not be reached; or it did not answer for one address, which may be that address's own fault."""
        with self._changed:
            at = self._at(host)
            at.failing.add(address or f"{len(at.failing)}")
            if len(at.failing) >= DOWN_AFTER:
                now = self._clock()
                at.down_since = now if at.down_since is None else at.down_since
                at.not_before = max(at.not_before, now + at.probe)
                at.probe = min(at.probe * 2, LAST_PROBE)
                at.why = "does not answer"

    def stop(self) -> None:
        """Wake everyone who waits; nobody has a turn any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def state(self) -> list[HostState]:
        """All hosts as they stand, the busiest first."""
        with self._changed:
            now = self._clock()
            found = [
                HostState(
                    name, at.in_flight, at.slots, round(max(0.0, at.not_before - now), 1),
                    at.why if at.down_since is not None or now < at.not_before else "", at.done, at.bytes,
                )
                for name, at in self._hosts.items()
            ]  # fmt: skip
        return sorted(found, key=lambda each: (-each.in_flight, -each.done, each.host))

    def _at(self, host: str) -> _Host:
        return self._hosts.setdefault(host.lower(), _Host(self._per_host))

    def _is_ready(self, at: _Host, now: float, taken: int = 0) -> bool:
        # Of one that is down, one at a time finds out whether it is back.
        slots = 1 if at.down_since is not None else at.slots
        return max(at.in_flight, taken) < slots and now >= at.not_before


def asked_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """For how many seconds a site asks to be left alone."""
    said = headers.get("retry-after")
    if said is not None and status >= 300:
        seconds = _number(said)
        if seconds is None:
            try:
                seconds = parsedate_to_datetime(said).timestamp() - time.time()
            except (ValueError, TypeError, OverflowError):
                seconds = 1.0
        return max(0.0, seconds)
    for left, until in (("x-ratelimit-remaining", "x-ratelimit-reset"), ("ratelimit-remaining", "ratelimit-reset")):
        remaining, reset = _number(headers.get(left)), _number(headers.get(until))
        if remaining is not None and reset is not None and remaining < 1:
            # Some say how long, some say when.
            return max(0.0, reset - time.time() if reset > 1e9 else reset)
    return 1.0 if status == 429 else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is None or number == number else None
