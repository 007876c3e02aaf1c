"""Connections: HTTP/1.1 as h11 reads it, with an end to everything that may be dragged out or piled up.

A request's head has `HEAD_SECONDS` from its connection or the answer before it, its body `BODY_SECONDS`, and whoever
does not read an answer is let go. No more than `CONNECTIONS` are open, and `BODIES` are in memory, at a time.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address

import h11

from anitui.errors import AnituiError
from anitui.train.predict.serving.answers import Answered, Fault, Reply

CONNECTIONS = 64
BODIES = 16
HEAD_BYTES = 16 * 1024
_CHUNK = 64 * 1024
_LINGER_SECONDS, _LINGER_BYTES = 2.0, 64 << 20
_SAFE = (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for the other side, in seconds."""

    head: float = 15.0
    body: float = 60.0
    reading: float = 30.0  # of an answer


class Server:
    """Listens, and answers."""

    def __init__(self, answered: Answered, patience: Patience = Patience()) -> None:
        self._answered = answered
        self._patience = patience
        self._open: set[asyncio.Task[None]] = set()
        self._bodies = 0
        self._loopback = True

    async def serve(self, host: str, port: int, ready: Callable[[str, int], None], stop: asyncio.Event) -> None:
        """Listen until `stop`; `ready` hears where. AnituiError where nobody can listen there."""
        try:
            server = await asyncio.start_server(self._connected, host, port, limit=_CHUNK, backlog=128)
        except (OSError, OverflowError) as error:
            why = os.strerror(error.errno or 0) if isinstance(error, OSError) and (error.errno or 0) > 0 else str(error)
            raise AnituiError(
                f"nobody can listen on {host} port {port} ({why.lower()}): give another --port or --host"
            ) from error
        where = [each.getsockname() for each in server.sockets]
        self._loopback = all(_is_loopback(each[0]) for each in where)
        try:
            ready(where[0][0], where[0][1])
            await stop.wait()
        finally:
            server.close()
            for each in self._open:
                each.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            connection = _Connection(reader, writer, self._patience)
            if len(self._open) > CONNECTIONS:
                await connection.refuse(Fault(503, "too many are connected: try again in a moment").reply)
            else:
                while await self._request(connection):
                    pass
        except (OSError, TimeoutError, EOFError, asyncio.CancelledError):
            pass  # whoever asked has gone, or we go
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _request(self, connection: _Connection) -> bool:
        """Read one request and answer it; whether another one may follow."""
        try:
            request = await connection.head()
            if request is None:
                return False
            reply = await self._answer(connection, request)
        except Fault as fault:
            reply = fault.reply
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint if error.error_status_hint in (413, 431, 501) else 400
            reply = Fault(status, "this is no HTTP request that can be read").reply
        except TimeoutError:
            reply = Fault(408, "the request did not come in time").reply
        return await connection.send(reply)

    async def _answer(self, connection: _Connection, request: h11.Request) -> Reply:
        method, target = request.method.decode("ascii", "replace"), request.target.decode("ascii", "replace")
        self._check_host(_header(request, b"host"))
        kind = _header(request, b"content-type")
        length = _header(request, b"content-length")
        self._answered.check(method, target, kind, int(length) if length else None)
        if method != "POST":
            await connection.body(0)
            return await self._answered.reply(method, target, kind, b"")
        if self._bodies >= BODIES:
            raise Fault(503, "too many pictures are on their way: try again in a moment", {"Retry-After": "1"})
        self._bodies += 1
        try:
            body = await connection.body(self._answered.max_bytes)
            if body is None:
                raise self._answered.too_large()
            return await self._answered.reply(method, target, kind, body)
        finally:
            self._bodies -= 1

    def _check_host(self, host: str) -> None:
        """On this machine alone, no page of another site may get here by giving its own name our number."""
        name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
        if self._loopback and host and not (name.lower() == "localhost" or _is_loopback(name.strip("[]"))):
            raise Fault(421, "only this machine is served: ask for http://127.0.0.1, or start it with --host")


class _Connection:
    """One connection, request after request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: Patience) -> None:
        self._reader, self._writer, self._patience = reader, writer, patience
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._head_only = False

    async def head(self) -> h11.Request | None:
        """The next request; None when there is none."""
        try:
            async with asyncio.timeout(self._patience.head):
                event = await self._next()
        except TimeoutError:
            if self._http.trailing_data[0]:  # something of it came
                raise
            return None
        if not isinstance(event, h11.Request):
            return None
        self._head_only = event.method == b"HEAD"
        return event

    async def body(self, most: int) -> bytes | None:
        """All of the body; None where it is larger than that."""
        found = bytearray()
        async with asyncio.timeout(self._patience.body):
            while True:
                if self._http.they_are_waiting_for_100_continue:
                    await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
                event = await self._next()
                if isinstance(event, h11.Data):
                    if len(found) + len(event.data) > most:
                        return None
                    found += event.data
                elif isinstance(event, h11.EndOfMessage):
                    return bytes(found)
                else:
                    raise EOFError

    async def send(self, reply: Reply) -> bool:
        """Answer; whether the connection can be used again."""
        http = self._http
        if http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return False
        whole = http.their_state is h11.DONE
        headers = [("Content-Type", reply.kind), ("Content-Length", str(len(reply.body))), *_SAFE]
        headers += [*reply.headers.items(), *([] if whole else [("Connection", "close")])]
        reason = HTTPStatus(reply.status).phrase
        data = http.send(h11.Response(status_code=reply.status, headers=headers, reason=reason)) or b""
        if not self._head_only:
            data += http.send(h11.Data(data=reply.body)) or b""
        data += http.send(h11.EndOfMessage()) or b""
        await self._write(data)
        if self._over():
            http.start_next_cycle()
            return True
        await self._linger()
        return False

    def _over(self) -> bool:
        """Whether both sides have said all, and go on."""
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def refuse(self, reply: Reply) -> None:
        """Answer before anything was asked."""
        await self.send(reply)

    async def _next(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._http.receive_data(await self._reader.read(_CHUNK))

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            async with asyncio.timeout(self._patience.reading):
                await self._writer.drain()

    async def _linger(self) -> None:
        """Who is still sending would lose the answer, were the connection simply cut."""
        with suppress(OSError, TimeoutError):
            if self._writer.can_write_eof():
                self._writer.write_eof()
            left = _LINGER_BYTES
            async with asyncio.timeout(_LINGER_SECONDS):
                while left > 0 and (some := await self._reader.read(_CHUNK)):
                    left -= len(some)


def _header(request: h11.Request, name: bytes) -> str:
    values: Sequence[bytes] = [value for each, value in request.headers if each == name]
    return values[0].decode("latin-1") if values else ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
