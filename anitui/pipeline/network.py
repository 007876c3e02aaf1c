"""The way to the network: a name is looked up once, every number it stands for is checked, and one is connected to.

So a name cannot stand for an open address while it is checked and for a private one when it is connected to.
"""

from __future__ import annotations

import errno
import socket
import ssl
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


class Checked(httpcore.NetworkBackend):
    """What httpcore connects through."""

    def __init__(self, *, loopback: bool, resolve: Resolve = resolve, connect: Connect = connect) -> None:
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
                return self._connect(number, port, (timeout or 10.0) / len(numbers))
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as one:
                error = one
        raise error

    def connect_unix_socket(self, path: str, *_: typing.Any, **__: typing.Any) -> httpcore.NetworkStream:
        raise Forbidden("not an http(s) address")

    def sleep(self, seconds: float) -> None:
        raise AssertionError("httpcore is to try once: what is worth another try, the client knows")


def tls() -> ssl.SSLContext:
    """Certificates as the system has them."""
    return ssl.create_default_context()


def is_full(error: OSError) -> bool:
    """Whether there is no room on the disk."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
