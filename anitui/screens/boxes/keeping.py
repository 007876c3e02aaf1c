"""What a person does to boxes on its way to the catalogue: in the order of the keys, off the thread that draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from anitui.errors import AnituiError
from anitui.screens.host import Host
from anitui.store import boxing, naming, remembered
from anitui.store.boxes import Box, Corners

TOGETHER = 2.0  # seconds: moves of one box within them are one entry of the journal


class Keeper:
    """Writes the decisions of one screen, and knows how many are on their way."""

    def __init__(self, host: Host, settled: Callable[[], None]) -> None:
        self._host = host
        self._settled = settled
        self._on_their_way = 0
        self._last_move: tuple[int, frozenset[int], float] | None = None
        self._apart = False
        self.numbers: dict[
            int, int
        ] = {}  # of boxes that were new: what they were called here, and are in the catalogue

    @property
    def busy(self) -> bool:
        """Whether the catalogue does not know everything yet."""
        return self._on_their_way > 0

    def apart(self) -> None:
        """What is moved from now on is a decision of its own."""
        self._apart = True

    def draw(self, image_id: int, box: Box) -> None:
        def write() -> str:
            self.numbers[box.face_id] = boxing.draw(self._host.catalogue, image_id, box.corners, box.kind)
            return ""

        self._decide(write)

    def move(self, image_id: int, moved: Sequence[Box]) -> None:
        if not moved:
            return
        apart, self._apart = self._apart, False

        def write() -> str:
            lie: list[tuple[int, Corners]] = [(self._number(each.face_id), each.corners) for each in moved]
            which, now = frozenset(number for number, _ in lie), time.monotonic()
            last = self._last_move
            together = not apart and last is not None and last[1] == which and now - last[2] < TOGETHER
            into = last[0] if last is not None and together else None
            entry = boxing.move(self._host.catalogue, image_id, lie, into=into)
            self._last_move = (entry, which, now)
            return ""

        self._decide(write)

    def remove(self, box: Box) -> None:
        def write() -> str:
            boxing.remove(self._host.catalogue, [self._number(box.face_id)])
            return ""

        self._decide(write)

    def name(self, box: Box, label: str, label_set: str) -> None:
        """Say who it is; an empty name takes back what a person said."""

        def write() -> str:
            number = self._number(box.face_id)
            if label:
                naming.name(self._host.catalogue, [number], label, label_set, action="boxes.name")
                return ""
            return "" if naming.unname(self._host.catalogue, [number], label_set) else "no person has named this box"

        self._decide(write)

    def copy(self, image_id: int, detector: str, kind: str) -> None:
        def write() -> str:
            taken, left = boxing.copy(self._host.catalogue, image_id, detector, kind)
            there = f"{left} of {detector} {'means' if left == 1 else 'mean'} what is there already"
            if taken:
                return f"copied {taken} of {detector}" + (f"; {there}" if left else "")
            return f"nothing to copy: {there}" if left else f"nothing to copy: all boxes of {detector} are there"

        self._decide(write)

    def review(self, image_id: int, name: str, place: object) -> None:
        """Somebody has gone through this picture; in the same transaction, where to go on."""

        def write() -> str:
            with self._host.catalogue.writing():
                boxing.review(self._host.catalogue, image_id)
                if name:
                    remembered.remember(self._host.catalogue, name, place)
            return ""

        self._decide(write)

    def mark(self, image_id: int) -> None:
        def write() -> str:
            marked = boxing.mark_for_deletion(self._host.catalogue, image_id)
            if marked is None:
                return "this picture is set aside for another reason already"
            return "marked for deletion: set aside, and `anitui purge` removes it" if marked else "not marked any more"

        self._decide(write)

    def _number(self, face_id: int) -> int:
        number = self.numbers.get(face_id, face_id)
        if number < 0:
            raise AnituiError("the box could not be kept, so nothing can be said of it")
        return number

    def _decide(self, write: Callable[[], str]) -> None:
        self._on_their_way += 1
        self._host.decide(write, self._written)

    def _written(self) -> None:
        self._on_their_way -= 1
        if not self._on_their_way:
            self._settled()
