"""Going through pairs: what comes next is read before it is wanted, and one comes back to where one was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Static

from anitui.screens.duplicates import lining
from anitui.screens.duplicates.deck import Deck, Writing
from anitui.screens.duplicates.lining import Lined, Stop
from anitui.screens.duplicates.pace import Pace
from anitui.screens.duplicates.pair import NOT_IN_QUEUE, Pair, next_pairs, read_again
from anitui.screens.duplicates.sides import Sides
from anitui.screens.frame import FrameScreen
from anitui.screens.reading import Reading
from anitui.store import remembered, triage
from anitui.store.triage import Question, View

if TYPE_CHECKING:
    from anitui.store.journal import Entry

NAME = "duplicates"
READ_AT_ONCE = 9
SHOWN_AHEAD = 3


class PairsScreen(FrameScreen):
    """Shows the pairs of a view, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self.deck: Deck | None = None
        self.pace = Pace()
        self.noting = False  # a verdict is being put on the disk, which takes a blink: its pair stays so long
        self._lined: Lined | None = None
        self.reading = Reading()
        self._kept: object = None
        self._stepped: tuple[Entry, bool] | None = None  # the last undo or redo when one left

    def body(self) -> ComposeResult:
        sides = Sides(loader=self.host.pictures, policy=self.host.settings.look.pictures)
        sides.add_class("-empty")
        yield sides
        yield Static(id="nothing", markup=False)

    def on_mount(self) -> None:
        self.where("duplicates", "reading …")
        self.off_thread(
            lambda: lining.from_memory(remembered.remembered(self.host.catalogue, NAME)),
            lambda found: self.line_up(*found),
            group="line up",
        )

    def on_unmount(self) -> None:
        self.reading.stop()

    def on_screen_suspend(self) -> None:
        self._stepped = self.host.last_step

    def on_screen_resume(self) -> None:
        if self.deck is not None and self.host.last_step is not None and self.host.last_step is not self._stepped:
            entry, undone = self.host.last_step
            self.stepped(entry, undone=undone)
        if self.deck is not None and self.deck.current is None and not self.reading:
            self.line_up(self.view)
        else:
            self.reload()

    @property
    def nothing_waits(self) -> bool:
        """Whether it is said that there is no pair."""
        return self.is_mounted and self.query_one("#nothing").has_class("-said")

    @property
    def sides(self) -> Sides:
        return self.query_one(Sides)

    # Which pairs.

    def line_up(self, view: View, at: Stop | None = None, *, say: str = "") -> None:
        """Work a view out, and show its first pair, or the one where one stopped."""
        self.where(f"duplicates › {lining.in_words(view)}", "reading … esc stops it")
        cursor = self.reading.start(self.host.catalogue)
        self.off_thread(
            lambda: lining.line_up(self.host.catalogue, view, cursor),
            lambda found: self._line_is_up(found, at, say),
            group="line up",
            failed=self._gave_up,
        )

    def _gave_up(self) -> None:
        self.reading.done()
        self.tell()

    def _line_is_up(self, found: Lined, at: Stop | None, say: str) -> None:
        self.reading.done()
        before = self.deck
        self.view, self._lined = found.queue.view, found
        deck = self.deck = Deck(found.queue, found.queue.at_or_after(*at) if at is not None else 0)
        if before is not None and before.queue.view.kind == self.view.kind:
            deck.inherit(before)
        if say and len(deck.queue):
            self.say(say.format(n=f"{len(deck.queue):,}"))
        self.read_ahead()
        self.keep_place()

    # What is shown.

    def reload(self) -> None:
        """Read what comes next again: something was decided."""
        self.read_ahead()

    def read_ahead(self) -> None:
        """Have the next pairs ready before they are wanted."""
        deck, host = self.deck, self.host
        if deck is None:
            return
        start, settling = deck.frontier, deck.settling
        self.off_thread(
            lambda: next_pairs(host.catalogue, host.workspace, deck.queue, start, READ_AT_ONCE),
            lambda found: self._arrive(deck, start, found, settling),
            group="ahead",
        )

    def _arrive(self, deck: Deck, start: int, found: list[Pair], settling: list[Writing]) -> None:
        if deck is not self.deck:
            return
        deck.take(start, found, READ_AT_ONCE, settling)
        if deck.current is not None:
            self.show()
        elif deck.settling or (not deck.ended and not deck.unsettled):
            self.read_ahead()
        elif not deck.unsettled:
            self._at_end(deck)

    def _at_end(self, deck: Deck) -> None:
        """Nothing waits behind this place: what was passed or put off comes again, or all is decided."""
        if deck.frontier > 0:
            self.line_up(self.view, say="from the beginning again: passed or put off: {n}")
            return
        self.sides.add_class("-empty")
        if self._lined is not None:
            nothing = self.query_one("#nothing", Static)
            nothing.update(self._lined.nothing(self.host.status, deck.progress[0]))
            nothing.add_class("-said")
        self.tell()
        self.refresh_keys()

    def show(self) -> None:
        """Show the pair whose turn it is; the one before stays until it can be told which that is."""
        deck, lined = self.deck, self._lined
        if deck is not None and lined is not None and deck.current is not None:
            self.sides.remove_class("-empty")
            self.query_one("#nothing").remove_class("-said")
            alike = lined.together.count(deck.current.left.id)
            self.sides.show(deck.current, deck.ahead[:SHOWN_AHEAD], alike=alike, revisited=deck.revisiting)
            self.keep_place()
        self.tell()
        self.refresh_keys()

    def tell(self) -> None:
        """Where one is, how far, and how long the rest takes."""
        where = f"duplicates › {lining.in_words(self.view)}"
        done, of = self.deck.progress if self.deck is not None else (0, 0)
        rest = self.pace.rest(of - done)
        far = f"{done:,} of {of:,}" if of else ""
        room = self.size.width - 3 - cell_len(where) - len(far)
        for words in (f" · {rest} at your pace", f" · {rest}", f" · {rest.replace('about ', '~').replace('utes', '')}"):
            if rest and len(words) <= room:
                far += words
                break
        self.where(where, far)

    def keep_place(self) -> None:
        """Come back to here, whenever that is."""
        here = self.here()
        if here is not None and here != self._kept:
            self._kept = here
            self.host.keep_place(NAME, here)

    def here(self) -> object:
        """Where one is, as it is kept."""
        return lining.to_memory(self.deck) if self.deck is not None else None

    def kept_with_a_decision(self) -> object:
        """The same, for who writes it together with something else."""
        self._kept = self.here()
        return self._kept

    # Where one goes.

    def return_to(self, asked: Question) -> None:
        """Show a pair again, wherever one is: as a question where it still waits, else with its verdict."""
        deck, host, kind = self.deck, self.host, self.view.kind
        if deck is None:
            return

        def read() -> tuple[Pair | None, bool]:
            pair = read_again(host.catalogue, host.workspace, kind, asked)
            first = triage.questions(host.catalogue, deck.queue, asked.place, 1) if asked.place >= 0 else []
            return pair, bool(first) and (first[0].a_id, first[0].b_id) == (asked.a_id, asked.b_id)

        def arrive(found: tuple[Pair | None, bool]) -> None:
            pair, waits = found
            if deck is not self.deck or pair is None:
                return
            deck.forget({pair.ids})
            if waits:
                deck.jump(min(asked.place, deck.frontier))
                self.read_ahead()
            else:
                deck.look_at(replace(pair, question=replace(asked, place=NOT_IN_QUEUE)))
                self.show()

        self.off_thread(read, arrive, group="return")

    def action_next(self) -> None:
        """On without a verdict."""
        deck = self.deck
        if deck is not None and deck.current is not None and not self.noting:
            deck.skip()
            self.show()
            self.read_ahead()

    def action_previous(self) -> None:
        """To the pair before that still waits."""
        deck, host = self.deck, self.host
        if deck is None or self.noting:
            return
        if deck.unskip():
            self.show()
            self.read_ahead()  # what was decided since may have closed it
            return
        before = deck.frontier - 1

        def arrive(found: list[Pair]) -> None:
            if deck is not self.deck:
                return
            if not found:
                self.say("this is the first that waits")
                return
            deck.jump(found[0].place)
            self.read_ahead()

        self.off_thread(
            lambda: next_pairs(host.catalogue, host.workspace, deck.queue, before, 1, backwards=True),
            arrive,
            group="previous",
        )
