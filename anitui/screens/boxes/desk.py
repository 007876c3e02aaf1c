"""The boxes of one picture while a person works on them: which one is in the hand, and what is not on the disk yet.

No screen and no catalogue: it is told what is pressed, and says what is to be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count as counting

from anitui.screens.boxes.geometry import CORNERS, Rect, Size, clamped, grown, moved, stretched
from anitui.store.boxes import FACE, HEAD, Box, Boxed
from anitui.store.faces import BY_HAND

SHOWN = ("faces and heads", "faces", "heads")
_own_numbers = counting(1)


def rect_of(box: Box) -> Rect:
    return Rect(box.x, box.y, box.w, box.h)


@dataclass(eq=False, slots=True)
class Desk:
    """The boxes of a picture. A box that is not in the catalogue yet has a number below zero."""

    picture: Boxed
    showing: str = SHOWN[0]
    every: list[Box] = field(default_factory=list)
    selected: int | None = None  # a face_id
    corner: int | None = None
    draft: int | None = None  # the box that is being inserted, or drawn: nobody has said that it stays
    moved: set[int] = field(default_factory=set)  # lies otherwise than on the disk

    def __post_init__(self) -> None:
        self.every = list(self.picture.boxes)

    @property
    def size(self) -> Size:
        return self.picture.width, self.picture.height

    @property
    def kind(self) -> str:
        """What is drawn now."""
        return HEAD if self.showing == "heads" else FACE

    @property
    def boxes(self) -> list[Box]:
        """What is shown, in the order in which it came."""
        kinds = {"faces": (FACE,), "heads": (HEAD,)}.get(self.showing, (FACE, HEAD))
        return [each for each in self.every if each.kind in kinds]

    @property
    def current(self) -> Box | None:
        """The box in the hand."""
        return next((each for each in self.boxes if each.face_id == self.selected), None)

    @property
    def place(self) -> int | None:
        """Which of those that are shown it is."""
        return next((at for at, each in enumerate(self.boxes) if each.face_id == self.selected), None)

    # Which one is in the hand.

    def select(self, face_id: int | None, corner: int | None = None) -> None:
        self.selected, self.corner = face_id, corner

    def step(self, by: int) -> bool:
        """To the next box, or the one before; False where there is none."""
        boxes = self.boxes
        if not boxes:
            return False
        at = self.place
        at = (at + by) % len(boxes) if at is not None else (0 if by > 0 else len(boxes) - 1)
        self.select(boxes[at].face_id)
        return True

    def next_corner(self) -> bool:
        """From the whole box to its corners, one after the other, and back to the whole; False where none is chosen."""
        if self.current is None:
            return False
        following = 0 if self.corner is None else self.corner + 1
        self.corner = following if following < len(CORNERS) else None
        return True

    def show(self, showing: str) -> None:
        self.showing = showing
        if self.current is None:
            self.select(None)

    # What is changed.

    def push(self, dx: float, dy: float) -> bool:
        """Move what is in the hand: a corner, the box, or, of a box that is being inserted, its edges outwards."""
        box = self.current
        if box is None:
            return False
        rect = rect_of(box)
        if self.draft == box.face_id and self.corner is None:
            after = grown(rect, dx, dy, self.size)
        elif self.corner is not None:
            after = stretched(rect, self.corner, dx, dy, self.size)
        else:
            after = moved(rect, dx, dy, self.size)
        return self.lay(after)

    def lay(self, rect: Rect) -> bool:
        """The box in the hand lies there now; False where it did."""
        box = self.current
        if box is None or rect == rect_of(box):
            return False
        is_draft = box.face_id == self.draft
        # A detector's score was said of the box that it found.
        after = replace(box, x=rect.x, y=rect.y, w=rect.w, h=rect.h, detector=BY_HAND, score=None)
        self.every = [after if each.face_id == box.face_id else each for each in self.every]
        if not is_draft:
            self.moved.add(box.face_id)
        return True

    def start(self, rect: Rect) -> None:
        """A new box, of which nobody has said that it stays."""
        box = Box(-next(_own_numbers), *_sides(clamped(rect, self.size)), kind=self.kind)
        self.every.append(box)
        self.draft = box.face_id
        self.select(box.face_id)

    def end(self) -> Box | None:
        """The new box stays."""
        found = next((each for each in self.every if each.face_id == self.draft), None)
        self.draft = None
        return found

    def give_up(self) -> bool:
        """The new box goes; False where there is none."""
        if self.draft is None:
            return False
        self.every = [each for each in self.every if each.face_id != self.draft]
        self.draft = None
        self.select(None)
        return True

    def remove(self) -> Box | None:
        """Take the box in the hand away; the next one is not taken into the hand, lest two presses remove two."""
        box = self.current
        if box is not None:
            self.every = [each for each in self.every if each.face_id != box.face_id]
            self.moved.discard(box.face_id)
            self.select(None)
        return box

    def name(self, label: str | None) -> Box | None:
        """The box in the hand is called so, until the catalogue says it too."""
        box = self.current
        if box is not None:
            said_by = "person" if label else None
            named = replace(box, label=label, said_by=said_by, unsure=box.unsure and label is None)
            self.every = [named if each.face_id == box.face_id else each for each in self.every]
        return box

    # What goes to the catalogue, and comes from it.

    def take_moved(self) -> list[Box]:
        """What lies otherwise than on the disk, to be written now."""
        found = [each for each in self.every if each.face_id in self.moved]
        self.moved.clear()
        return found

    def refresh(self, picture: Boxed, numbers: Mapping[int, int]) -> bool:
        """What the catalogue knows now; `numbers` are those that new boxes got. False where nothing is otherwise."""
        kept = [each for each in self.every if each.face_id == self.draft]
        every = [*picture.boxes, *kept]
        if self.selected is not None:
            self.selected = numbers.get(self.selected, self.selected)
        same = picture == self.picture and every == self.every
        self.picture, self.every = picture, every
        if self.current is None:
            self.select(None)
        return not same


def _sides(rect: Rect) -> tuple[float, float, float, float]:
    return rect.x, rect.y, rect.w, rect.h
