"""A small, quick web server on loopback, that keeps account of what it served.

class Shop(Serving):
    def answer(self, request: Request) -> Response:
        return Response(body=b"bread") if request.path == "/bread" else plain(404)

with Shop() as shop:
    …  # ask for shop.url + "/bread"
    assert [each.path for each in shop.requests] == ["/bread"]
"""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import struct
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeAlias, cast
from urllib.parse import parse_qsl, unquote

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_LONGEST_LINE = 1 << 16
# With this the kernel answers what it still has to send with a reset, in place of the usual farewell.
_LINGER_NOT = struct.pack("ii", 1, 0)

_Address: TypeAlias = "tuple[str, int]"


class Reset(Exception):
    """Raised by a body, or by `answer`: the connection is reset where it stands."""


@dataclass(slots=True)
class Request:
    """What was asked for. Names of headers are in lower case."""

    method: str
    path: str  # decoded, without the query
    raw_query: str
    headers: Mapping[str, str]
    body: bytes
    stopping: threading.Event  # a body that takes its time waits on this and not on the clock

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(slots=True)
class Response:
    """What is answered. A body of chunks goes out chunked, unless `length` announces how long it will be.

    One that ends before its announced length ends the connection.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""
    length: int | None = None


@dataclass(slots=True)
class Asked:
    """One request as the server remembers it. `whole`: its answer was sent to the last byte."""

    method: str
    path: str
    query: str
    status: int
    whole: bool
    agent: str


def plain(status: int, text: str = "") -> Response:
    """A line of text: errors, mostly."""
    return Response(status, {"content-type": "text/plain"}, (text or _REASONS.get(status, "")).encode())


def page(html: str, status: int = 200) -> Response:
    return Response(status, {"content-type": "text/html; charset=utf-8"}, html.encode())


def as_json(value: Any, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json; charset=UTF-8"}, json.dumps(value).encode())


class Serving:
    """A server for as long as its `with` block lasts. What it answers is up to `answer`, called by many threads."""

    def __init__(self, *, latency: float = 0.0) -> None:
        """`latency`: seconds before each answer, as if the server were far away."""
        self.latency = latency
        self.stopping = threading.Event()
        self._asked: list[Asked] = []
        self._connections: set[socket.socket] = set()
        self._server: _Server | None = None

    def answer(self, request: Request) -> Response:
        """The answer to a request; `plain(404)` unless a site says otherwise."""
        return plain(404)

    def respond(self, request: Request) -> Response:
        """As `answer`; what lays faults over a site comes between."""
        return self.answer(request)

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        if self._server is None:
            raise RuntimeError("The server has not been started.")
        host, port = cast(_Address, self._server.server_address)
        return f"http://{host}:{port}"

    @property
    def requests(self) -> list[Asked]:
        """All requests until now. One whose answer the client has in its hands is among them."""
        return list(self._asked)

    def forget_requests(self) -> None:
        """Begin the account anew."""
        self._asked.clear()

    def start(self) -> None:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="site", daemon=True).start()

    def stop(self) -> None:
        """End all connections and the server."""
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, site: Serving) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), _Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients leave in the middle: that is no news. A fault of the site itself is answered with its text."""


class _Conversation(socketserver.BaseRequestHandler):
    """All requests of one connection, one after the other."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        site = self.server.site
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        site._connections.add(self.request)
        try:
            with self.request.makefile("rb") as incoming:
                while not site.stopping.is_set() and self._one(site, incoming):
                    pass
        except Reset:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            # `shutdown_request` would say farewell; after this it finds nothing to say it on.
            self.request.close()
        finally:
            site._connections.discard(self.request)

    def _one(self, site: Serving, incoming: BinaryIO) -> bool:
        """Answer one request. False: the connection is over."""
        request = _read(incoming, site.stopping)
        if request is None:
            return False
        if site.latency and site.stopping.wait(site.latency):
            return False
        asked = Asked(request.method, request.path, request.raw_query, 0, False, request.headers.get("user-agent", ""))
        try:
            response = site.respond(request)
        except Reset:
            site._asked.append(asked)
            raise
        except Exception as error:
            response = plain(500, f"{type(error).__name__}: {error}")
        asked.status = response.status
        site._asked.append(asked)
        keep = request.headers.get("connection", "").lower() != "close"
        try:
            return self._send(response, asked, keep)
        except OSError:
            asked.whole = False
            return False

    def _send(self, response: Response, asked: Asked, keep: bool) -> bool:
        """`whole` is set before the last bytes go: whoever has them finds it set."""
        body = response.body
        length = response.length if response.length is not None else len(body) if isinstance(body, bytes) else None
        lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        lines.append("transfer-encoding: chunked" if length is None else f"content-length: {length}")
        if not keep:
            lines.append("connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        send = self.request.sendall
        if asked.method == "HEAD":
            asked.whole = True
            send(head)
            return keep
        if isinstance(body, bytes):
            asked.whole = len(body) == length
            send(head + body if len(body) < _LONGEST_LINE else head)
            if len(body) >= _LONGEST_LINE:
                send(body)
            return keep and asked.whole
        send(head)
        if length is None:
            for chunk in body:
                if chunk:
                    send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            asked.whole = True
            send(b"0\r\n\r\n")
            return keep
        for chunk in body:
            length -= len(chunk)
            asked.whole = length == 0
            send(chunk)
        return keep and asked.whole


def _read(incoming: BinaryIO, stopping: threading.Event) -> Request | None:
    try:
        method, target, _ = incoming.readline(_LONGEST_LINE).decode("latin-1").split(None, 2)
        headers = {}
        while line := incoming.readline(_LONGEST_LINE).decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = incoming.read(int(headers.get("content-length") or 0))
    except (OSError, ValueError):
        return None
    path, _, query = target.partition("?")
    return Request(method, unquote(path), query, headers, body, stopping)
