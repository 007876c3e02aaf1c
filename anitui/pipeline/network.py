"""The way to the network: a name is looked up once, every number it stands for is checked, and one is connected to.

So a name cannot stand for an open address while it is checked and for a private one when it is connected to.
"""

from __future__ import annotations

import errno
import math
import socket
import ssl
import threading
import time
import typing
from collections.abc import Callable, Iterable, Sequence

import httpcore

from anitui.pipeline.addresses import Forbidden, forbidden

Resolve = Callable[[str, int], Sequence[str]]
# Connects to a number and a port, within so many seconds.
Connect = Callable[[str, int, float], httpcore.NetworkStream]


class Unknown(Exception):
    """Nobody knows the name. `again`: it may be known a moment later."""

    def __init__(self, *, again: bool) -> None:
        super().__init__("its name is not known")
        self.again = again


def resolve(host: str, port: int) -> Sequence[str]:
    """All numbers that a name stands for."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise Unknown(again=error.errno == socket.EAI_AGAIN) from error
    except UnicodeError as error:
        raise Unknown(again=False) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def connect(number: str, port: int, seconds: float) -> httpcore.NetworkStream:
    """A connection to a number: no name is looked up on the way."""
    stream = httpcore.SyncBackend().connect_tcp(number, port, timeout=seconds)
    plain: socket.socket | None = stream.get_extra_info("socket")
    if plain is not None:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


class Deadline(threading.local):
    """Until when the request that this thread makes has to be over."""

    until: float = math.inf

    def within(self, seconds: float | None) -> float:
        """So many seconds, or as many as are left; httpcore.ReadTimeout where none is."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the request is over")
        return left if seconds is None else min(seconds, left)


class Checked(httpcore.NetworkBackend):
    """What httpcore connects through."""

    def __init__(self, *, loopback: bool, resolve: Resolve = resolve, connect: Connect = connect) -> None:
        self.deadline = Deadline()
        self._loopback = loopback
        self._resolve = resolve
        self._connect = connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.NetworkStream:
        numbers = self._resolve(host, port)
        for number in numbers:  # one that is not open is enough: the name is not what it seems
            why = forbidden(number, loopback=self._loopback)
            if why is not None:
                raise Forbidden(why)
        error: Exception = httpcore.ConnectError("no address")
        for number in numbers:
            try:
                stream = self._connect(number, port, self.deadline.within((timeout or 10.0) / len(numbers)))
                return _InTime(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as one:
                error = one
        raise error

    def connect_unix_socket(self, path: str, *_: typing.Any, **__: typing.Any) -> httpcore.NetworkStream:
        raise Forbidden("not an http(s) address")

    def sleep(self, seconds: float) -> None:
        raise AssertionError("httpcore is to try once: what is worth another try, the client knows")


class _InTime(httpcore.NetworkStream):
    """A connection that nobody waits for any longer than the request has: a byte now and then is not enough."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        return _InTime(stream, self._deadline)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._stream.get_extra_info(info)


def tls() -> ssl.SSLContext:
    """Certificates as the system has them."""
    return ssl.create_default_context()


def is_full(error: OSError) -> bool:
    """Whether there is no room on the disk."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
