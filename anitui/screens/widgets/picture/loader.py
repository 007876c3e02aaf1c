"""Pictures decoded and prepared beside the UI thread, what is seen first."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from PIL import ExifTags, Image

from anitui.screens.widgets.picture.prepare import Order, Placeholder, Prepared, Result, prepare
from anitui.screens.widgets.picture.subject import Subject, cropped, difference

if TYPE_CHECKING:
    from anitui.pipeline.decode import Limits

Deliver = Callable[[Order, Result], None]
Decode = Callable[[Path, tuple[int, int]], Image.Image]
K = TypeVar("K")
V = TypeVar("V")

DECODED_BYTES = 64 << 20
PREPARED_BYTES = 48 << 20
BROKEN_FOR = 5.0


class PictureLoader:
    """A few threads that prepare what widgets ask for, and remember it.

    Each widget's latest `ask` replaces what it asked before: what nobody waits for any more is never begun. What is
    seen goes before what is prepared ahead, the newest asker before older ones. Results come on a worker's thread.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        decoded_bytes: int = DECODED_BYTES,
        prepared_bytes: int = PREPARED_BYTES,
        broken_for: float = BROKEN_FOR,
        limits: Limits | None = None,
        decode: Decode | None = None,
    ) -> None:
        self._workers = workers or max(1, min(4, (os.cpu_count() or 2) - 1))
        self._decode = decode or partial(_decode, limits=limits)
        self._broken_for = broken_for
        self._changed = threading.Condition()
        self._decoded: _Remembered[Path, _Decoded] = _Remembered(decoded_bytes)
        self._prepared: _Remembered[Order, Prepared] = _Remembered(prepared_bytes)
        self._sizes: dict[Path, tuple[int, int]] = {}  # of whole pictures, where a part of them was wanted
        self._broken: dict[tuple[Path, ...], tuple[float, Placeholder]] = {}
        self._asked: OrderedDict[Hashable, _Asked] = OrderedDict()
        self._busy: set[Order] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def ready(self, order: Order) -> Result | None:
        """What is known of this order already; never waits for a disk or a decoder."""
        with self._changed:
            return self._ready(order)

    def ask(self, who: Hashable, now: Iterable[Order], ahead: Iterable[Order], deliver: Deliver) -> None:
        """Have these prepared. `deliver` is called on a worker's thread, once for each of `now` that was not ready
        already; what is `ahead` is only remembered."""
        with self._changed:
            if self._closed:
                return
            seen = {order: None for order in now if self._ready(order) is None}
            later = {order: None for order in ahead if order not in seen and self._ready(order) is None}
            self._asked[who] = _Asked(seen, later, deliver)
            self._asked.move_to_end(who)
            self._start()
            self._changed.notify_all()

    def forget(self, who: Hashable) -> None:
        """Nothing more is delivered to this asker, except what is being delivered at this moment."""
        with self._changed:
            self._asked.pop(who, None)

    @property
    def pending(self) -> int:
        """How many pictures are still to be made, also those prepared ahead."""
        with self._changed:
            asked = {order for asked in self._asked.values() for order in (*asked.now, *asked.ahead)}
            return len(asked | self._busy)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all is made and delivered; False where it took longer. Not for the UI thread."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.pending, timeout)

    def close(self) -> None:
        """Stop the threads, each after the picture in its hands."""
        with self._changed:
            self._closed = True
            self._asked.clear()
            self._changed.notify_all()

    def _start(self) -> None:
        while len(self._threads) < self._workers:
            # Daemons: leaving must not wait for a slow disk.
            thread = threading.Thread(target=self._work, name=f"pictures-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (order := self._next()) is not None:
            result = self._make(order)
            with self._changed:
                if isinstance(result, Prepared):
                    self._prepared.put(order, result, result.nbytes)
                else:
                    self._broken[order.subject.files] = (time.monotonic() + self._broken_for, result)
                waiting = []
                for asked in self._asked.values():
                    asked.ahead.pop(order, None)
                    if order in asked.now:
                        del asked.now[order]
                        waiting.append(asked.deliver)
            for deliver in waiting:
                deliver(order, result)
            with self._changed:
                self._busy.discard(order)
                self._changed.notify_all()

    def _next(self) -> Order | None:
        with self._changed:
            while not self._closed:
                for orders in self._queues():
                    for order in orders:
                        if order not in self._busy:
                            self._busy.add(order)
                            return order
                self._changed.wait()
            return None

    def _queues(self) -> Iterable[Iterable[Order]]:
        yield from [asked.now for asked in reversed(self._asked.values())]
        yield from [asked.ahead for asked in reversed(self._asked.values())]

    def _ready(self, order: Order) -> Result | None:
        if (prepared := self._prepared.get(order)) is not None:
            return prepared
        if (broken := self._broken.get(order.subject.files)) is not None:
            until, placeholder = broken
            if time.monotonic() < until:
                return placeholder
            del self._broken[order.subject.files]
        return None

    def _make(self, order: Order) -> Result:
        files = iter(order.subject.files)
        at = order.path
        try:
            image = self._image(Subject(at := next(files), order.crop), order.decoded_size())
            if order.against is not None:
                at = next(files)
                image = difference(image, self._image(order.against, order.decoded_size()))
            return prepare(image, order)
        except Exception as error:  # whatever is wrong with a picture, it is said in its place and stops nothing
            return Placeholder(_said(error, at))

    def _image(self, subject: Subject, wanted: tuple[int, int]) -> Image.Image:
        if subject.crop is None:
            return self._whole(subject.path, wanted)
        whole = self._size(subject.path)
        # As large as the whole must be for the part to have as many pixels as are wanted.
        scale = min(1.0, *(pixels / max(1.0, part) for pixels, part in zip(wanted, subject.crop[2:], strict=True)))
        box = (max(1, round(whole[0] * scale)), max(1, round(whole[1] * scale)))
        return cropped(self._whole(subject.path, box), whole, subject.crop)

    def _whole(self, path: Path, wanted: tuple[int, int]) -> Image.Image:
        with self._changed:
            known = self._decoded.get(path)
        if known is not None and known.serves(wanted):
            return known.image
        image = self._decode(path, wanted)
        with self._changed:
            self._decoded.put(path, _Decoded(image, wanted), image.width * image.height * 3)
        return image

    def _size(self, path: Path) -> tuple[int, int]:
        size = self._sizes.get(path)
        if size is None:
            size = self._sizes[path] = _size_as_displayed(path)
        return size


@dataclass(slots=True)
class _Asked:
    now: dict[Order, None]
    ahead: dict[Order, None]
    deliver: Deliver


@dataclass(frozen=True, slots=True)
class _Decoded:
    image: Image.Image
    box: tuple[int, int]

    def serves(self, wanted: tuple[int, int]) -> bool:
        """Whether decoding again for this box could bring no more detail."""
        width, height = self.box
        if wanted[0] <= width and wanted[1] <= height:
            return True
        # Smaller than the box it was decoded for in both directions: that is all there is.
        return self.image.width < width and self.image.height < height


class _Remembered(Generic[K, V]):
    """The latest used things, up to so many bytes. Not safe between threads by itself."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._things: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        if (found := self._things.get(key)) is None:
            return None
        self._things.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, nbytes: int) -> None:
        if (old := self._things.pop(key, None)) is not None:
            self._bytes -= old[1]
        self._things[key] = (value, nbytes)
        self._bytes += nbytes
        while self._bytes > self._limit and len(self._things) > 1:
            _, (_, freed) = self._things.popitem(last=False)
            self._bytes -= freed


def _decode(path: Path, box: tuple[int, int], *, limits: Limits | None) -> Image.Image:
    from anitui.pipeline import decode

    return decode.for_display(path, box, limits or decode.Limits())


def _size_as_displayed(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        width, height = image.size
        # A TIFF is turned upright while it loads, and tells its size so; others say how they are to be turned.
        turned = image.format != "TIFF" and image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def _said(error: Exception, path: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return f"file is missing: {Path(*path.parts[-3:])}"
    if isinstance(error, PermissionError):
        return f"file may not be read: {Path(*path.parts[-3:])}"
    reason = getattr(error, "reason", None)
    if reason is not None:
        detail = getattr(error, "detail", "")
        return f"broken: {reason}" + (f", {detail}" if detail else "")
    return f"broken: {error or type(error).__name__}"
