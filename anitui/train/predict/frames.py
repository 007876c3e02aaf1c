"""Messages between two processes: a line of JSON, and bytes behind it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, Protocol

_SIZES = struct.Struct(">IQ")
LONGEST = 64 << 20  # of the JSON


class Source(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


class Sink(Protocol):
    def write(self, data: bytes, /) -> Any: ...
    def flush(self) -> Any: ...


def send(sink: Sink, message: Mapping[str, Any], data: bytes | None = None) -> None:
    """Write one."""
    text = json.dumps(message).encode()
    sink.write(_SIZES.pack(len(text), 0 if data is None else len(data) + 1) + text)
    if data is not None:
        sink.write(b"\0")
        sink.write(data)
    sink.flush()


def receive(source: Source) -> tuple[dict[str, Any], bytes | None] | None:
    """Read one; None when no more come."""
    head = exactly(source, _SIZES.size)
    if head is None:
        return None
    length, more = _SIZES.unpack(head)
    text = exactly(source, length) if length <= LONGEST else None
    data = exactly(source, more) if more else None
    if text is None or (more and data is None):
        return None
    return json.loads(text), data[1:] if data is not None else None


def exactly(source: Source, size: int) -> bytes | None:
    """So many bytes, or None when they end before."""
    found = bytearray()
    while len(found) < size:
        some = source.read(min(size - len(found), 1 << 20))
        if not some:
            return None
        found += some
    return bytes(found)
