"""Files that may be packed with zstd or gzip, as one stream: of a damaged one, all that stands before the damage."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any, BinaryIO, cast

from anitui.errors import AnituiError

_WINDOW = 1 << 31  # dumps are packed with windows of up to 2 GB
_PACKED_AT_ONCE = 16 << 10  # what it unpacks to lies in memory


def opened(place: Path) -> BinaryIO:
    """What is in a file, however it is packed; its content says how."""
    try:
        with place.open("rb") as file:
            start = file.read(4)
        if start == b"\x28\xb5\x2f\xfd" or start[1:] == b"\x2a\x4d\x18" or place.suffix.lower() == ".zst":
            return io.BufferedReader(_Unpacked(place), 1 << 20)
        if start[:2] == b"\x1f\x8b":
            return cast(BinaryIO, gzip.open(place))  # unbuffered, so that all before some damage arrives
        return place.open("rb", buffering=1 << 20)
    except OSError as error:
        raise AnituiError(f"{place} cannot be read: {error.strerror}") from error


class _Unpacked(io.RawIOBase):
    """All frames of a file packed with zstd. One that ends too early is an EOFError, where the library says nothing."""

    def __init__(self, place: Path) -> None:
        import zstandard

        self._file = place.open("rb")
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._frame: Any = None
        self._packed = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._ready:
            self._packed = self._packed or self._file.read(_PACKED_AT_ONCE)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("it ends in the middle")
                return 0
            if self._frame is None:
                self._frame = self._unpacker.decompressobj()
            self._ready = memoryview(self._frame.decompress(self._packed))
            self._packed = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = None
        size = min(len(into), len(self._ready))
        into[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


def packing_error() -> type[Exception]:
    """What is raised, beside EOFError, OSError and zlib.error, where a file is damaged."""
    import zstandard

    return zstandard.ZstdError
