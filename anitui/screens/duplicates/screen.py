"""The duplicates screen: one key for each verdict, the next pair at once, the writing behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from anitui import actions
from anitui.screens.bindings import bindings
from anitui.screens.completing import Filters
from anitui.screens.duplicates import lining
from anitui.screens.duplicates.contradicted import ask_which_link
from anitui.screens.duplicates.deck import Writing
from anitui.screens.duplicates.going import NAME, SHOWN_AHEAD
from anitui.screens.duplicates.looking import LookingScreen
from anitui.screens.duplicates.pair import Pair, decided_before, read_again
from anitui.screens.duplicates.sides import Showing
from anitui.screens.questions import Ask
from anitui.store import comparing, gallery, remembered, triage, verdicts
from anitui.store.comparing import Side
from anitui.store.groups import Verdict
from anitui.store.pairs import PairOrder
from anitui.store.spoken import spoken_of

if TYPE_CHECKING:
    from anitui.store.groups import Said
    from anitui.store.journal import Entry


_OF_A_PAIR = frozenset(
    each.method
    for each in actions.REGISTRY
    if each.place == "duplicates"
    and each.method not in ("back", "threshold", "filter", "find", "rules", "drawing", "previous")
)


class DuplicatesScreen(LookingScreen):
    """Decides on near-duplicates."""

    place = "duplicates"
    CSS_PATH = "duplicates.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("duplicates")

    def __init__(self) -> None:
        super().__init__()
        self._before_this: int | None = None  # the verdict up to which one went back beyond this sitting
        self._ruled = False  # one went to the rules from here

    # What one decides.

    def decide(self, verdict: Verdict) -> None:
        """Say this of the pair that is shown, and go on; `keep a` means the left one."""
        deck = self.deck
        if deck is None or deck.current is None or self.noting:
            waiting = deck is not None and (deck.unsettled or not deck.ended or self.noting)
            self.say("one moment: the next pair is not there yet" if waiting else "there is no pair to decide")
            return
        pair = deck.current
        statement = pair.statement(verdict)
        if deck.revisiting and pair.said is statement.verdict:
            self.action_next()
            return
        self._take(Writing(pair, statement))

    def _take(self, writing: Writing) -> None:
        """Put a verdict on the disk, then show the next pair; the catalogue takes it in behind."""
        host, kind = self.host, self.view.kind

        def noted(number: int | None) -> None:
            self.noting = False
            if number is not None:
                writing.number = number
                self._taken(writing)

        self.noting = True
        host.note(lambda: host.under_way.note(kind, writing.statement, writing.dropping), noted)

    def _taken(self, writing: Writing) -> None:
        deck = self.deck
        self.pace.decided()
        if self._lined is not None:
            self._lined.together.parted(writing.pair.ids)
        if deck is not None:
            deck.say(writing)
        self._write(writing)
        if deck is None or not self.is_attached:
            return
        self.show()
        if deck.current is not None and len(deck.ahead) < SHOWN_AHEAD:
            self.read_ahead()

    def _write(self, writing: Writing) -> None:
        catalogue, kind, under_way = self.host.catalogue, self.view.kind, self.host.under_way
        place, lined = self.kept_with_a_decision(), self._lined

        def write() -> str:
            try:
                # One transaction, and so one wait for the disk: the verdict, and where to go on.
                with catalogue.writing():
                    outcome = verdicts.judge(catalogue, kind, [writing.statement], dropping=writing.dropping)
                    remembered.remember(catalogue, NAME, place)
                    under_way.arrives(writing.number)
            except Exception as error:
                writing.error = error
                if writing.contradiction is None:
                    raise
            else:
                if lined is not None:
                    lined.together.has_gone(outcome.set_aside)
                    lined.together.is_back(outcome.brought_back)
            finally:
                writing.written = True
                under_way.done(writing.number)
            return ""

        self.host.decide(write, lambda: self._failed(writing) if writing.error is not None else None)

    def _failed(self, writing: Writing) -> None:
        """A verdict was not taken: its pair comes back, after it was asked which earlier one was wrong."""
        deck = self.deck
        if deck is None or not self.is_attached:
            return
        deck.unsettled = [each for each in deck.unsettled if each is not writing]
        asked = writing.pair.question
        if writing.contradiction is None:
            self.return_to(asked)
            return

        def answered(verdict_id: int | None) -> None:
            if verdict_id is None:
                self.return_to(asked)
                return
            self._take(Writing(writing.pair, writing.statement, (*writing.dropping, verdict_id)))

        ask_which_link(self, self.view.kind, writing.contradiction, answered)

    def stepped(self, entry: Entry, *, undone: bool) -> None:
        """A decision was taken back, or made again: to the pair that it was about."""
        deck, kind, lined = self.deck, self.view.kind, self._lined
        if deck is None or lined is None:
            return
        if entry.action.startswith("clean."):
            self.line_up_again()  # thousands of pairs may wait again, or no more
            return

        def arrive(pairs: list[tuple[int, int]]) -> None:
            if not pairs or deck is not self.deck:
                return
            ids = {frozenset(each) for each in pairs}
            for each in ids:
                (lined.together.rejoined if undone else lined.together.parted)(each)
            if undone:
                asked = deck.of(pairs)
                deck.forget(ids)
                self.return_to(asked)

        self.off_thread(lambda: spoken_of(self.host.catalogue, entry.entry_id).get(kind, []), arrive, group="stepped")

    def action_keep_left(self) -> None:
        self.decide(Verdict.KEEP_A)

    def action_keep_right(self) -> None:
        self.decide(Verdict.KEEP_B)

    def action_keep_both(self) -> None:
        self.decide(Verdict.SAME)

    def action_alternates(self) -> None:
        self.decide(Verdict.ALTERNATES)

    def action_different(self) -> None:
        self.decide(Verdict.DIFFERENT)

    def action_set_aside(self) -> None:
        self.decide(Verdict.ASIDE)

    def action_not_now(self) -> None:
        self.decide(Verdict.NOT_NOW)

    # Back to what was decided.

    def action_back(self) -> None:
        deck = self.deck
        if deck is None or self.noting:
            return
        if deck.back():
            self.show()
            self._read_current_again()
        else:
            self._back_beyond()

    def _read_current_again(self) -> None:
        """What is known of a pair that one came back to may be another by now."""
        deck, host, kind = self.deck, self.host, self.view.kind
        if deck is None or deck.current is None:
            return
        asked = deck.current.question

        def arrive(pair: Pair | None) -> None:
            if pair is not None and deck is self.deck:
                deck.look_again(pair)
                self.show()

        self.off_thread(lambda: read_again(host.catalogue, host.workspace, kind, asked), arrive, group="again")

    def _back_beyond(self) -> None:
        """To what was decided before this sitting."""
        deck, host, kind = self.deck, self.host, self.view.kind
        assert deck is not None
        known = {each.ids for each in deck.past}

        def arrive(found: tuple[Said | None, Pair | None]) -> None:
            said, pair = found
            if said is None or pair is None or deck is not self.deck:
                self.say("this is the first that was decided")
                return
            self._before_this = said.verdict_id
            deck.look_at(pair, first=True)
            self.show()

        before = self._before_this
        self.off_thread(
            lambda: decided_before(host.catalogue, host.workspace, kind, before, known), arrive, group="again"
        )

    # How it is looked at.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where no pair waits, the keys that matter are those that lead to some."""
        return action not in _OF_A_PAIR or not self.nothing_waits

    def step_back(self) -> bool:
        deck = self.deck
        if self.reading.stop():
            self.tell()
            self.say("stopped; what was shown stays")
        elif self.sides.step_back():
            self.refresh_keys()
        elif self.sides.zoomed:
            self.sides.whole()
        elif deck is not None and deck.revisiting:
            deck.return_to_the_present()
            self.show()
            self.read_ahead()
        elif self.view.query:
            self.line_up(replace(self.view, query=""))
        else:
            return False
        return True

    def way_out(self) -> str:
        if not self.is_mounted or self.deck is None:
            return ""
        if self.sides.showing is not Showing.BESIDE:
            return "side by side"
        return "back to what waits" if self.deck.revisiting else ""

    # What is asked.

    def action_filter(self) -> None:
        def answered(query: str | None) -> None:
            if query is not None:
                self.line_up(replace(self.view, query=query))

        completing = Filters()
        detail = "pairs of which one at least is: label:miku size<300 -format:gif added>7d cocoa"
        self.app.push_screen(Ask("Only pairs with", self.view.query, detail=detail, suggester=completing), answered)
        self.off_thread(lambda: gallery.labels(self.host.catalogue), completing.labels.extend, group="labels")

    def action_threshold(self) -> None:
        from anitui.screens.duplicates.threshold import Chosen, Threshold

        def answered(chosen: Chosen | None) -> None:
            if chosen is None:
                return
            if chosen.search:
                self._find(chosen.view)
            if chosen.view != self.view:
                self.line_up(chosen.view)

        self.app.push_screen(Threshold(self.host.catalogue, self.view), answered)

    def action_find(self) -> None:
        self._find(self.view)

    def _find(self, view: triage.View) -> None:
        before = self.view

        def done(new: int, waiting: int) -> None:
            self.say(lining.found_in_words(new, waiting))
            # Where the view that was asked for is still being worked out, the one before is still the screen's.
            self.line_up(view if self.view is before else self.view)

        self.host.find_pairs(PairOrder(view.kind, view.algorithm, 0, view.hi, view.within), done)

    def action_rules(self) -> None:
        from anitui.screens.duplicates.rules import RulesScreen

        def decided() -> None:
            """It may be done behind another screen, where one went meanwhile."""
            if self in self.app.screen_stack:
                self.line_up_again()
            else:
                self._ruled = True

        self._ruled = True
        self.app.push_screen(RulesScreen(decided))

    def on_screen_resume(self) -> None:
        """Back from the rules, which find pairs and decide on many: what waits is another queue now."""
        if self._ruled and self.deck is not None:
            self.line_up_again()
        self._ruled = False

    def line_up_again(self) -> None:
        """Work the view out again, and go on at the pair where one is."""
        self.line_up(self.view, lining.from_memory(self.here())[1])

    def action_alike(self) -> None:
        """All that hang together with this pair, at once."""
        deck, host, view = self.deck, self.host, self.view
        if deck is None or deck.current is None:
            self.say("there is no pair here")
            return
        start = deck.current.left.id

        def read() -> list[Side]:
            order = triage.cluster(host.catalogue, deck.queue, start)
            found = comparing.sides(host.catalogue, view.kind, order)
            return [found[each] for each in order if each in found]

        def arrive(found: list[Side]) -> None:
            from anitui.screens.duplicates.alike import AlikeScreen

            if len(found) < 3:
                self.say("no more than two are alike here")
            else:
                self.app.push_screen(AlikeScreen(view.kind, found))

        self.off_thread(read, arrive, group="alike")
