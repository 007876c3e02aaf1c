"""Looking at runs while they are seen: several times a second, in a thread, and never in a run's way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from anitui.screens.frame import FrameScreen
from anitui.screens.jobs.listing import Listing, Parts
from anitui.screens.train import telling
from anitui.train.watching import Line, Logged, Seen, Watch

if TYPE_CHECKING:
    from textual.timer import Timer

    from anitui.train.mistakes import Mistakes

LOOK_EVERY = 0.15  # seconds: what was logged is to be seen within a quarter of one


class Looking(FrameScreen):
    """Knows the runs and what they logged, and which of them is chosen. How it is drawn is the board's."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[Line] = ()
        self.marked: list[int] = []  # in the order in which they were marked, which is that of their colours
        self.wished: int | None = None  # the run that the cursor is to go to, as soon as it is on the list
        self.logged: Mapping[int, Logged] = {}
        self.mistakes: Mistakes | None = None
        self.words: Sequence[str] = ()
        self._at: int | None = None
        self._watch: Watch | None = None
        self._timer: Timer | None = None
        self._looking = self._again = self._looked = False

    def on_mount(self) -> None:
        self._watch = Watch(self.host.workspace)
        self._timer = self.set_interval(LOOK_EVERY, self.look)

    def on_screen_suspend(self) -> None:
        if self._timer is not None:
            self._timer.pause()

    def on_screen_resume(self) -> None:
        self.listing.focus()
        if self._timer is not None:
            self._timer.resume()
            self._looking = False  # what was being looked at when one left is told to nobody
            self.look()

    # The board's own.

    @abstractmethod
    def draw(self) -> None:
        """Draw what has changed, of what is seen."""

    @abstractmethod
    def listed(self) -> None:
        """There are other runs on the list, or they stand otherwise."""

    # What is looked at.

    @property
    def listing(self) -> Listing:
        return self.query_one("#train-runs", Listing)

    @property
    def chosen(self) -> Line | None:
        """The run that keys are about."""
        at = self.listing.cursor
        return self.lines[at] if 0 <= at < len(self.lines) else None

    @property
    def shown_runs(self) -> list[int]:
        """The runs whose curves are drawn: the marked ones with the chosen one, else that alone."""
        at = self._at
        return [*self.marked, *([at] if at is not None and at not in self.marked else [])]

    def reload(self) -> None:
        self.look()

    def look(self) -> None:
        """Look once more, one look at a time."""
        self._again = self._looking
        if self._looking or not self.is_mounted or self._watch is None:
            return
        self._looking = True
        watch, closely, also = self._watch, self.wished or self._at, tuple(self.marked)

        def ended() -> None:
            self._looking = False

        self.off_thread(lambda: watch.look(closely, also), self._arrive, group="runs", failed=ended)

    def _arrive(self, seen: Seen) -> None:
        self._looking = False
        self.logged = {**self.logged, **seen.logged}
        if not self._looked or list(seen.lines) != list(self.lines):
            self._looked = True
            self._list(seen.lines)
        closely = next(iter(seen.logged), None)
        if closely == self._at:
            self.mistakes, self.words = seen.mistakes, seen.words
        self.draw()
        if seen.more or self._again:
            self.call_later(self.look)

    def _list(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        numbers = [line.number for line in lines]
        self.marked = [each for each in self.marked if each in numbers]
        self.logged = {number: found for number, found in self.logged.items() if number in numbers}
        at = self._at
        if self.wished in numbers:
            at, self.wished = self.wished, None
        elif at not in numbers:  # it is gone: the one in its place
            at = numbers[min(self.listing.cursor, len(numbers) - 1)] if numbers else None
        self._at = at
        listing = self.listing
        listing.show(
            telling.heading(listing.room), len(lines), self._line, cursor=numbers.index(at) if at in numbers else 0
        )
        self.listed()

    def _line(self, number: int) -> Parts:
        line = self.lines[number]
        return telling.line(line, self.listing.room, marked=line.number in self.marked)

    def on_listing_moved(self) -> None:
        line = self.chosen
        now = line.number if line is not None else None
        if now != self._at:
            self._at, self.mistakes, self.words = now, None, ()
            self.draw()
            self.refresh_keys()
            self.look()

    def on_listing_widened(self) -> None:
        listing = self.listing
        listing.show(telling.heading(listing.room), len(self.lines), self._line)
