"""Which pair is before the person, which come next, and which lie behind: the order of things, without a screen.

What comes next is read before it is wanted. A verdict changes what is open, so a prepared pair that has to do with a
decision which is still on its way is not shown before it has been read again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from anitui.screens.duplicates.pair import NOT_IN_QUEUE, Pair
from anitui.store.groups import Contradiction, Statement
from anitui.store.triage import Question, Queue

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


@dataclass(eq=False, slots=True)
class Writing:
    """A decision on its way to the disk."""

    pair: Pair
    statement: Statement
    dropping: tuple[int, ...] = ()
    number: int = 0  # under which it is on the disk already
    written: bool = False
    error: Exception | None = None

    @property
    def contradiction(self) -> Contradiction | None:
        return self.error if isinstance(self.error, Contradiction) else None


@dataclass(eq=False, slots=True)
class Deck:
    """The pairs of a queue, gone through one after the other."""

    queue: Queue
    frontier: int  # the place from which on nothing was passed yet
    current: Pair | None = None
    ahead: list[Pair] = field(default_factory=list)
    past: list[Pair] = field(default_factory=list)
    at: int | None = None  # which one of the past is looked at again
    unsettled: list[Writing] = field(default_factory=list)
    ended: bool = False
    closed: NDArray[numpy.bool_] = field(init=False)

    def __post_init__(self) -> None:
        import numpy

        self.closed = numpy.zeros(len(self.queue), dtype=bool)

    @property
    def revisiting(self) -> bool:
        return self.at is not None

    @property
    def progress(self) -> tuple[int, int]:
        """How many pairs need no answer any more, and of how many."""
        return self.queue.settled + int(self.closed.sum()), self.queue.settled + len(self.queue)

    @property
    def settling(self) -> list[Writing]:
        """The decisions that what is read from now on takes account of."""
        return [each for each in self.unsettled if each.written]

    def say(self, writing: Writing) -> None:
        """The person has decided on the pair that is shown; on to the next."""
        pair = writing.pair.after(writing.statement)
        self.unsettled.append(writing)
        if self.current is not writing.pair:
            return
        if self.at is not None:
            self.past[self.at] = pair
        else:
            self.closed[pair.place] = True
        self._leave(pair)

    def skip(self) -> None:
        """On to the next without a verdict: of the past, or of what waits."""
        if self.at is not None and self.at + 1 < len(self.past):
            self.at += 1
            self.current = self.past[self.at]
        elif self.current is not None:
            self._leave(self.current)

    def unskip(self) -> bool:
        """Back to the pair that was passed just now; False where the one before this was decided, or is not known."""
        before = self.past[-1] if self.past and self.at is None else None
        if before is None or before.said is not None or not 0 <= before.place < self.frontier:
            return False
        if before.ids & {id for each in self.unsettled for id in each.pair.ids}:
            return False
        self._keep_for_later()
        self.current = self.past.pop()
        self.frontier = before.place
        return True

    def _leave(self, pair: Pair) -> None:
        if self.at is None:
            self.past.append(pair)
            self.frontier = pair.place + 1
        self.at = None
        self.advance()

    def advance(self) -> bool:
        """Take the next pair, if it may be shown."""
        self.current = None
        if not self.ahead or self.ahead[0].ids & {id for each in self.unsettled for id in each.pair.ids}:
            return False
        self.current = self.ahead.pop(0)
        self.frontier = self.current.place
        return True

    def back(self) -> bool:
        """To the pair that was decided, or passed, before this one; False where there is none."""
        at = len(self.past) if self.at is None else self.at
        if at == 0:
            return False
        self._keep_for_later()
        self.at = at - 1
        self.current = self.past[self.at]
        return True

    def return_to_the_present(self) -> None:
        """From what lies behind to the pair that waits."""
        self.at = None
        self.advance()

    def inherit(self, before: Deck) -> None:
        """Another queue is gone through now; what lies behind, and what is being written, stays."""
        self.past = [_out_of_queue(each) for each in before.past]
        self.unsettled = before.unsettled
        for each in self.unsettled:
            each.pair = _out_of_queue(each.pair)

    def look_at(self, pair: Pair, *, first: bool = False) -> None:
        """Look again at a pair that does not wait: as the latest of the past, or as the first of it."""
        self._keep_for_later()
        self.past.insert(0 if first else len(self.past), pair)
        self.at = 0 if first else len(self.past) - 1
        self.current = pair

    def look_again(self, pair: Pair) -> None:
        """What is known of the pair that is looked at again, read anew."""
        if self.at is not None and self.current is not None and self.current.ids == pair.ids:
            self.past[self.at] = self.current = replace(pair, question=self.current.question)

    def _keep_for_later(self) -> None:
        if self.at is None and self.current is not None:
            self.ahead.insert(0, self.current)

    def jump(self, place: int) -> None:
        """Go on from another place; what is there has to be read first."""
        self.frontier, self.current, self.at, self.ended = place, None, None, False
        self.ahead.clear()

    def forget(self, pairs: Collection[frozenset[int]]) -> None:
        """These lie behind no more: their verdicts were taken back."""
        self.past = [each for each in self.past if each.ids not in pairs]
        if self.at is not None:
            self.at, self.current = None, None

    def take(self, start: int, found: Sequence[Pair], wanted: int, settling: Collection[Writing]) -> None:
        """What was read from a place on: the pair that is shown stays where it still waits."""
        if start > self.frontier:
            return
        self.unsettled = [each for each in self.unsettled if each not in settling]
        self.ended = len(found) < wanted
        last = len(self.queue) if self.ended else found[-1].place + 1
        self.closed[start:last] = True
        for each in found:
            self.closed[each.place] = False
        for writing in self.unsettled:
            if writing.pair.place >= 0:
                self.closed[writing.pair.place] = True
        waiting = [each for each in found if each.place >= self.frontier]
        self.ahead = waiting
        if self.at is not None:
            return
        if self.current is not None and waiting and waiting[0].ids == self.current.ids:
            self.current = self.ahead.pop(0)
        elif self.current is None or waiting or self.ended:
            self.advance()

    def of(self, pairs: Sequence[tuple[int, int]]) -> Question:
        """The question that these pairs were the answer to: as it was shown, or the first of them in the queue."""
        import numpy

        ids = {frozenset(each) for each in pairs}
        shown = [each.question for each in self.past if each.ids in ids and each.place >= 0]
        if shown:
            return min(shown, key=lambda each: each.place)
        anyone = list({id for each in pairs for id in each})
        found = numpy.flatnonzero(numpy.isin(self.queue.pairs, anyone).all(axis=1))
        if len(found):
            place = int(found[0])
            a, b = self.queue.pairs[place].tolist()
            return Question(place, a, b, int(self.queue.distances[place]), False)
        return Question(NOT_IN_QUEUE, *pairs[0], 0, False)


def _out_of_queue(pair: Pair) -> Pair:
    return replace(pair, question=replace(pair.question, place=NOT_IN_QUEUE))
