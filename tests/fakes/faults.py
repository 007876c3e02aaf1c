"""What goes wrong with sites, on demand and over any path of any of the fakes.

    with Imgur() as imgur:
        imgur.faults.on("/abc.png", cut())                        # always
        imgur.faults.on("/abd.png", too_many(retry_after=1), first=2)  # twice, then all is well
        imgur.faults.on(lambda request: request.path.endswith(".png"), unavailable(), first=1, each=True)
        imgur.faults.clear()

Of several that apply, the one laid last comes first, as long as it lasts.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from anitui.demo.site.serving import Request, Reset, Response, Serving, page, plain
from tests.fakes.pictures import picture

# Makes of a request, and of what would have been answered, what is answered instead.
Fault: TypeAlias = Callable[[Request, Callable[[], Response]], Response]

_BLOCK = 1 << 16
_POSING = "<!DOCTYPE html><html><head><title>Not here</title></head><body>The picture is elsewhere.</body></html>"


@dataclass(slots=True)
class _Laid:
    applies: Callable[[Request], bool]
    fault: Fault
    first: int | None
    each: bool
    seen: Counter[str] = field(default_factory=Counter)


class Faults:
    """The faults of one site."""

    def __init__(self) -> None:
        self._laid: list[_Laid] = []
        self._counting = threading.Lock()

    def on(
        self,
        where: str | Callable[[Request], bool],
        fault: Fault,
        *,
        first: int | None = None,
        each: bool = False,
    ) -> None:
        """Lay a fault over a path (without its query), or over the requests for which `where` is true.

        `first`: only over so many requests altogether, or with `each` over so many of every path.
        """
        applies = where if callable(where) else (lambda request: request.path == where)
        with self._counting:
            self._laid.insert(0, _Laid(applies, fault, first, each))

    def clear(self) -> None:
        with self._counting:
            self._laid.clear()

    def over(self, request: Request) -> Fault | None:
        """The fault that this request meets."""
        with self._counting:
            for laid in self._laid:
                if not laid.applies(request):
                    continue
                counted = request.path if laid.each else ""
                if laid.first is None or laid.seen[counted] < laid.first:
                    laid.seen[counted] += 1
                    return laid.fault
        return None


class Faulty(Serving):
    """A site with faults: to be named before the site itself among the bases."""

    def __init__(self, *given: object, **settings: object) -> None:
        super().__init__(*given, **settings)  # type: ignore[arg-type]
        self.faults = Faults()

    def respond(self, request: Request) -> Response:
        fault = self.faults.over(request)
        if fault is None:
            return super().respond(request)
        return fault(request, lambda: super(Faulty, self).respond(request))


def status(code: int, headers: dict[str, str] | None = None) -> Fault:
    """An error of any kind."""

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        response = plain(code)
        response.headers |= headers or {}
        return response

    return answer


def too_many(retry_after: str | float | None = 1) -> Fault:
    """429. `retry_after` in seconds, or a date as HTTP writes it; None: the site does not say."""
    return status(429, {} if retry_after is None else {"retry-after": str(retry_after)})


def unavailable(retry_after: float | None = None) -> Fault:
    return status(503, {} if retry_after is None else {"retry-after": str(retry_after)})


def expired() -> Fault:
    """What a preview answers whose signature is no longer good."""
    return status(403)


def redirect(to: str, code: int = 302) -> Fault:
    """To anywhere; nobody but the client can keep it from going there."""
    return status(code, {"location": to})


def drip(seconds: float = 0.2, size: int = 16) -> Fault:
    """The right answer, `size` bytes at a time with a wait before each."""

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        response = right()
        content = _whole(response)

        def slowly() -> Iterator[bytes]:
            for at in range(0, len(content), size):
                if request.stopping.wait(seconds):
                    return
                yield content[at : at + size]

        return Response(response.status, response.headers, slowly(), len(content))

    return answer


def silence() -> Fault:
    """No answer at all, for as long as the client or the server lasts."""

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        request.stopping.wait()
        raise Reset

    return answer


def cut(share: float = 0.5) -> Fault:
    """The right answer up to a share of it; then the connection is closed."""

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        response = right()
        content = _whole(response)
        kept = min(len(content) - 1, int(len(content) * share))
        return Response(response.status, response.headers, content[: max(0, kept)], len(content))

    return answer


def reset(share: float | None = None) -> Fault:
    """The connection is reset: at once, or when a share of the right answer was sent."""

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        if share is None:
            raise Reset
        response = right()
        content = _whole(response)

        def broken() -> Iterator[bytes]:
            yield content[: int(len(content) * share)]
            raise Reset

        return Response(response.status, response.headers, broken(), len(content))

    return answer


def endless(size: int = 10 << 30, *, announced: bool = True, start: bytes | None = None) -> Fault:
    """A body of 10 GB that begins like a PNG: announced, or in chunks of which nobody says how many."""
    begin = picture(0)[:64] if start is None else start

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        def zeros() -> Iterator[bytes]:
            yield begin
            left = size - len(begin)
            block = bytes(_BLOCK)
            while left > 0 and not request.stopping.is_set():
                yield block[:left]
                left -= _BLOCK

        return Response(200, {"content-type": "image/png"}, zeros(), size if announced else None)

    return answer


def wrong_type(html: str = _POSING, said: str | None = None) -> Fault:
    """A page in place of whatever should be there. `said`: what it claims to be, such as "image/jpeg"."""

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        response = page(html)
        if said is not None:
            response.headers["content-type"] = said
        return response

    return answer


def gzip_bomb(size: int = 10 << 30, *, start: bytes | None = None, said: str = "image/png") -> Fault:
    """A few MB that unpack to 10 GB (a thousandth each), beginning like a PNG unless `start` says how."""
    begin = picture(0)[:64] if start is None else start

    def answer(request: Request, right: Callable[[], Response]) -> Response:
        return Response(200, {"content-type": said, "content-encoding": "gzip"}, _bomb(begin, size, request))

    return answer


def _bomb(begin: bytes, size: int, request: Request) -> Iterator[bytes]:
    """Blocks that were emptied of all history are complete in themselves, so that one can be sent again and again."""
    zeros = bytes(1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + packer.compress(begin) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    check, count = zlib.crc32(begin), max(1, size >> 20)
    for _ in range(count):
        if request.stopping.is_set():
            return
        check = zlib.crc32(zeros, check)
        yield block
    total = len(begin) + count * len(zeros)
    yield packer.flush(zlib.Z_FINISH) + check.to_bytes(4, "little") + (total & 0xFFFFFFFF).to_bytes(4, "little")


def _whole(response: Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)
