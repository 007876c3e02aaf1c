"""The one HTTP client, for pictures and pages alike: what it may reach, how much it takes, how often it tries."""

from __future__ import annotations

import random
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpcore

from anitui.errors import AnituiError
from anitui.files import unfinished_name
from anitui.pipeline import network, picture_stream
from anitui.pipeline.addresses import Forbidden, Target, parse
from anitui.pipeline.fetched import DiskFull, Fetched, NotFetched, Page, Stopping
from anitui.pipeline.network import Checked, Connect, Resolve, Unknown
from anitui.pipeline.politeness import LONGEST_WAIT, Hosts, asked_wait
from anitui.pipeline.sites import Sites

Got = TypeVar("Got")

USER_AGENT = "anitui/0.1 (collects pictures of anime on a person's behalf)"
_AGAIN = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
_GONE = {404, 410, 451}
_FOR_ONE_SITE = {"authorization", "cookie"}
_MOVED = {301, 302, 303, 307, 308}
_FIRST_WAIT, _LAST_WAIT = 0.5, 30.0
_MORE_PATIENCE = 5  # with a site that asks to wait than with one that fails
_CHUNK = 64 << 10
_AS_THEY_ARE = Sites({})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much, how long, how often."""

    max_bytes: int = 64 << 20  # of a picture
    max_pixels: int = 89_000_000
    max_page_bytes: int = 8 << 20  # of a page, unpacked
    max_redirects: int = 5
    connect_seconds: float = 10.0
    read_seconds: float = 20.0  # without a byte
    total_seconds: float = 120.0  # for one picture or page
    least_speed: int = 1000  # bytes a second, over `read_seconds`
    attempts: int = 4


class _Passing(Exception):
    """It went wrong in a way that may be over in a moment. `wait`: the site says when to come back.

    Not `soon`: it took so long that another run may try it again, and this one has better things to do. `busy`: the
    site answers no address for now, which says nothing of this one.
    """

    def __init__(self, reason: str, wait: float | None = None, *, soon: bool = True, busy: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.soon = soon
        self.busy = busy


@dataclass(slots=True)
class _Answer:
    """An answer whose body has not been read."""

    target: Target
    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes]
    chain: tuple[str, ...]


class Client:
    """Fetches. Safe to share between threads; every method may raise NotFetched, Stopping or DiskFull."""

    def __init__(
        self,
        limits: FetchLimits,
        hosts: Hosts,
        *,
        sites: Sites = _AS_THEY_ARE,
        resolve: Resolve = network.resolve,
        connect: Connect = network.connect,
        user_agent: str = USER_AGENT,
        first_wait: float = _FIRST_WAIT,
    ) -> None:
        self.hosts = hosts
        self._limits = limits
        self._sites = sites
        self._agent = user_agent
        self._first_wait = first_wait
        self._winding_down = threading.Event()
        self._stopping = threading.Event()
        self._network = Checked(loopback=sites.loopback, resolve=resolve, connect=connect)
        self._pool = httpcore.ConnectionPool(
            ssl_context=network.tls(),
            max_connections=1000,  # how many there are at once, the hosts' turns say
            max_keepalive_connections=64,
            keepalive_expiry=20.0,
            network_backend=self._network,
        )

    def page(
        self, url: str, *, headers: Mapping[str, str] | None = None, pace: float = 0.0, patient: bool = True
    ) -> Page:
        """A page of any text type, unpacked. `pace`: so many seconds between two such requests to its host.

        Not `patient`: there is another way, so a site that asks to wait counts as one that fails.
        """

        def read(answer: _Answer) -> Page:
            body = b"".join(self._body(answer, self._limits.max_page_bytes))
            self.hosts.fine(answer.target.site, len(body))
            return Page(answer.chain[-1], answer.status, answer.headers, body)

        asked = {"Accept": "text/html,application/json;q=0.9,*/*;q=0.5", "Accept-Encoding": "gzip", **(headers or {})}
        got, _ = self._again(url, asked, pace, read, patient=patient)
        return got

    def picture(self, url: str, into: Path, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Stream a picture into the file `into`, which is there and whole when this returns, and else is not.

        To make it durable is left to whoever looks at it: a kill takes nothing of it away, and a picture whose arrival
        is known the sooner is not asked for twice.
        """

        def read(answer: _Answer) -> tuple[_Answer, int, str]:
            size, kind = self._store(answer, into)
            self.hosts.fine(answer.target.site, size)
            return answer, size, kind

        asked = {"Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity", **(headers or {})}
        (answer, size, kind), attempts = self._again(url, asked, 0.0, read)
        return Fetched(answer.chain, size, kind, attempts)

    def site(self, url: str) -> str:
        """Which site is asked for an address, as `hosts` knows it."""
        try:
            return parse(self._sites.actual(url)).site
        except Forbidden:
            return "?"

    def wind_down(self) -> None:
        """Begin nothing any more: what is arriving goes on, everything else raises Stopping."""
        self._winding_down.set()
        self.hosts.stop()

    def stop(self) -> None:
        """End what is arriving, too."""
        self.wind_down()
        self._stopping.set()

    def _again(
        self,
        url: str,
        headers: Mapping[str, str],
        pace: float,
        read: Callable[[_Answer], Got],
        *,
        patient: bool = True,
    ) -> tuple[Got, int]:
        """Try, and try again what is worth it, with pauses that grow and differ from one another."""
        attempt, left, patience = 0, self._limits.attempts, self._limits.attempts * _MORE_PATIENCE
        while True:
            attempt += 1
            try:
                with self._asked(url, headers, pace) as answer:
                    return read(answer), attempt
            except NotFetched as error:
                raise NotFetched(error.reason, final=error.final, attempts=attempt) from None
            except _Passing as error:
                left, patience = (left, patience - 1) if error.busy and patient else (left - 1, patience)
                if left == 0 or patience == 0 or (error.wait or 0.0) > LONGEST_WAIT or not error.soon:
                    # It was tried, so nothing that stands in for it should be had instead.
                    raise NotFetched(error.reason, final=False, attempts=max(2, attempt)) from None
                wait = random.uniform(0.5, 1.0) * min(self._first_wait * 2 ** (attempt - 1), _LAST_WAIT)
                if self._winding_down.wait(wait if error.wait is None else 0.0):  # the host's turn keeps the other wait
                    raise Stopping from None

    @contextmanager
    def _asked(self, url: str, headers: Mapping[str, str], pace: float) -> Iterator[_Answer]:
        """The answer at the end of all redirects, with its body not yet read."""
        left = self._limits.total_seconds  # without the waits for the hosts' turns: those are no fault of the address
        chain: list[str] = []
        while True:
            try:
                target = parse(self._sites.actual(url))
            except Forbidden as error:
                raise NotFetched(str(error), final=True) from None
            chain.append(url)
            if urlsplit(target.url).path.endswith("/removed.png"):
                raise NotFetched(picture_stream.PLACEHOLDER, final=True)
            with self.hosts.turn(target.site, pace), self._response(target, headers, left) as (response, until):
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                self.hosts.heed(target.site, response.status, told)
                if response.status not in _MOVED or "location" not in told:
                    self._check_status(response.status, told)
                    yield _Answer(target, response.status, told, self._stream(response, until), tuple(chain))
                    return
                try:
                    before, url = url, urljoin(url, told["location"])
                except ValueError:
                    raise NotFetched("the address is malformed", final=True) from None
            left = until - time.monotonic()
            self.hosts.fine(target.site)
            if urlsplit(before)[:2] != urlsplit(url)[:2]:  # a key is for the site that it was meant for
                headers = {name: value for name, value in headers.items() if name.lower() not in _FOR_ONE_SITE}
            if url in chain:
                raise NotFetched("its redirects lead in a circle", final=True)
            if len(chain) > self._limits.max_redirects:
                raise NotFetched("too many redirects", final=True)

    @contextmanager
    def _response(
        self, target: Target, headers: Mapping[str, str], left: float
    ) -> Iterator[tuple[httpcore.Response, float]]:
        """The answer, and the moment at which all of it must be here."""
        if self._winding_down.is_set():
            raise Stopping
        until = time.monotonic() + left
        answered = False
        limits = self._limits
        timeouts = {"connect": limits.connect_seconds, "read": limits.read_seconds, "write": limits.read_seconds}
        self._network.deadline.until = until
        try:
            with self._pool.stream(
                "GET",
                target.url,
                headers=[("Host", target.site), ("User-Agent", self._agent), *headers.items()],
                extensions={"timeout": timeouts},
            ) as response:
                answered = True
                yield response, until
        except Forbidden as error:
            raise NotFetched(str(error), final=True) from None
        except Unknown as error:
            self.hosts.trouble(target.site)
            raise (_Passing(str(error)) if error.again else NotFetched(str(error), final=False)) from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError):
            self.hosts.trouble(target.site)
            raise _Passing("the host does not answer") from None
        except (httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout):
            if not answered:  # what comes of an address once the host has answered, is the address's own
                self.hosts.trouble(target.site, target.path)
            raise _Passing("it took too long", soon=time.monotonic() < until) from None
        except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError):
            if not answered:
                self.hosts.trouble(target.site, target.path)
            raise _Passing("the connection was cut in the middle") from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise NotFetched("what it answers is no HTTP", final=True) from None

    def _stream(self, response: httpcore.Response, until: float) -> Iterator[bytes]:
        limits = self._limits
        received, since = 0, time.monotonic()
        for chunk in response.iter_stream():
            if self._stopping.is_set():
                raise Stopping
            now = time.monotonic()
            received += len(chunk)
            if now > until:
                raise _Passing("it took too long", soon=False)
            if now - since >= limits.read_seconds:
                if received < limits.least_speed * (now - since):
                    raise _Passing("it comes too slowly", soon=False)
                received, since = 0, now
            yield chunk

    def _check_status(self, status: int, headers: Mapping[str, str]) -> None:
        if status in _AGAIN:
            why = "the site asks to wait" if status == 429 else "the site has trouble"
            raise _Passing(f"{why} ({status})", asked_wait(status, headers), busy=status == 429)
        if status in _GONE:
            raise NotFetched(f"the site says that it is gone ({status})", final=True)
        if status in (401, 403):
            raise NotFetched(f"the site does not give it out ({status})", final=False)
        if not 200 <= status < 300:
            raise NotFetched(f"the site refuses it ({status})", final=True)

    def _body(self, answer: _Answer, most: int) -> Iterator[bytes]:
        """The body, unpacked, and never more of it than the limit."""
        length = answer.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > most:
            raise NotFetched("too many bytes", final=True)
        packing = answer.headers.get("content-encoding", "").strip().lower()
        chunks = answer.body if packing in ("", "identity") else _unpacked(answer.body, packing)
        total = 0
        for chunk in chunks:
            total += len(chunk)
            if total > most:
                raise NotFetched("too many bytes", final=True)
            yield chunk

    def _store(self, answer: _Answer, into: Path) -> tuple[int, str]:
        limits = self._limits
        chunks = self._body(answer, limits.max_bytes)
        first, kind = b"", ""
        for chunk in chunks:
            first += chunk
            if len(first) >= 512:  # enough to know what it is; a page that poses as a picture ends here
                break
        kind = picture_stream.judged_kind(first)
        part = unfinished_name(into)
        try:
            with part.open("xb") as file:
                checked = False
                size = len(first)
                file.write(first)
                for chunk in chunks:
                    if not checked:
                        first += chunk
                        picture_stream.check_pixels(first, kind, limits.max_pixels)
                        checked = len(first) >= picture_stream.FIRST_BYTES
                    file.write(chunk)
                    size += len(chunk)
                if not checked:
                    picture_stream.check_pixels(first, kind, limits.max_pixels)
                if size < picture_stream.FIRST_BYTES:
                    picture_stream.check_placeholder(first, urlsplit(answer.chain[-1]).hostname or "")
            part.rename(into)
        except OSError as error:
            part.unlink(missing_ok=True)
            if network.is_full(error):
                raise DiskFull from error
            raise AnituiError(
                f"{into.parent} cannot be written to: {(error.strerror or str(error)).lower()}"
            ) from error
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return size, kind


def _unpacked(chunks: Iterator[bytes], packing: str) -> Iterator[bytes]:
    """Little by little, so that a bomb is noticed long before it is all there."""
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise NotFetched("it is packed in a way that was not asked for", final=True)
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        for chunk in chunks:
            while chunk:
                yield unpack.decompress(chunk, _CHUNK)
                chunk = unpack.unconsumed_tail
        if not unpack.eof:
            raise _Passing("the connection was cut in the middle")
    except zlib.error:
        raise NotFetched("its packing is broken", final=True) from None
