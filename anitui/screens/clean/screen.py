"""Clean: a fact, how it is spread, and a threshold that one chooses by looking at what lies on either side of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from anitui.errors import WrongUse
from anitui.screens.bindings import bindings, shown_key
from anitui.screens.clean import aside
from anitui.screens.clean import choice as choices
from anitui.screens.clean.axis import Axis, Mark, axis, between, mark
from anitui.screens.clean.choice import KINDS, ONE, Choice
from anitui.screens.clean.histogram import Drawn, Histogram, room
from anitui.screens.clean.side import Near, Side, nearest
from anitui.screens.completing import Filters
from anitui.screens.frame import FrameScreen
from anitui.screens.questions import Ask
from anitui.screens.reading import Reading
from anitui.screens.widgets.lines import Lines
from anitui.screens.widgets.picture import PictureGrid
from anitui.store import facts, gallery
from anitui.store.facts import ABOVE, BELOW, Fact, Spread
from anitui.words import count

if TYPE_CHECKING:
    from anitui.pipeline.cleaning.telling import Cleaning
    from anitui.store.rule_words import Rule

_NARROW, _LOW = 72, 18
_SCALE, _SCALE_WHERE_WIDE = 12, 16


class CleanScreen(FrameScreen):
    """Sets aside what lies on one side of a threshold."""

    place = "clean"
    CSS_PATH = "clean.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("clean")
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._choice = Choice(facts.of_kind("image")[0])
        self._spread: Spread | None = None
        self._axis = Axis(())
        self._kept: dict[Fact, Choice] = {}  # how each fact was left
        self._reading = Reading()
        self._below_active = True  # which of the two sides the cursor is on
        self._asking = False

    def body(self) -> ComposeResult:
        look = self.host.settings.look
        scale = _SCALE if self.app.size.width < 100 else _SCALE_WHERE_WIDE
        with Container(id="clean"):
            with Container(id="clean-which", classes="panel") as which:
                which.border_title = "pictures by"
                listed = Lines(id="clean-facts")
                listed.can_focus = False
                yield listed
            with Vertical(id="clean-shown"):
                with Container(id="clean-histogram", classes="panel"):
                    yield Histogram(id="histogram-bars")
                with Horizontal(id="clean-sides"):
                    for name in ("below", "above"):
                        yield Side(loader=self.host.pictures, policy=look.pictures, scale=scale, id=f"side-{name}")

    def on_mount(self) -> None:
        self._list()

    def on_screen_resume(self) -> None:
        self.reload()  # what was decided elsewhere meanwhile

    def on_unmount(self) -> None:
        self._reading.stop()  # else leaving would wait for it

    def on_resize(self) -> None:
        width, height = self.size
        self.set_class(width < _NARROW, "-narrow")
        self.set_class(height < _LOW, "-low")
        lines = max(3, min(10, height // 5))
        self.query_one("#clean-histogram").styles.height = lines if height < _LOW else lines + 2
        self.call_after_refresh(self._lay_out)

    # What is shown.

    def _list(self) -> None:
        listed = self.query_one("#clean-facts", Lines)
        listed.clear_options()
        known = facts.of_kind(self._choice.fact.kind)
        listed.add_options([Option(each.name, id=each.word) for each in known])
        listed.highlighted = known.index(self._choice.fact)
        self.query_one("#clean-which").border_title = f"{KINDS[self._choice.fact.kind]} by"

    def reload(self) -> None:
        """Read the fact again, of everyone who is left."""
        fact, query = self._choice.fact, self._choice.query
        self.where(self._choice.in_words(), "reading …")
        self.refresh_keys()
        cursor = self._reading.start(self.host.catalogue)
        self.off_thread(
            lambda: facts.spread(self.host.catalogue, fact, query, cursor),
            self._arrive,
            group="spread",
            failed=self._reading.done,
        )

    def _arrive(self, spread: Spread) -> None:
        self._reading.done()
        if spread.fact != self._choice.fact:
            return
        self._spread = spread
        self._lay_out()
        threshold = self._choice.threshold or choices.first_shown(spread, self._axis)
        self._choose(replace(self._choice, threshold=None if spread.even else threshold))

    def _lay_out(self) -> None:
        """As many bars as there is room for."""
        if self._spread is not None and self._stands:
            self._axis = axis(self._spread, room(self.query_one(Histogram).content_size.width))
            self._draw()

    def _choose(self, choice: Choice) -> None:
        """Part at another place, or the other way round."""
        if choice.side != self._choice.side:
            self._below_active = choice.side == BELOW
        self._choice = choice
        self._kept[choice.fact] = choice
        self._draw()
        self._look()

    def _draw(self) -> None:
        spread, choice = self._spread, self._choice
        if spread is None or spread.fact != choice.fact:
            return
        why, bars = choices.nothing(spread, choice.query), self.query_one(Histogram)
        panel = self.query_one("#clean-histogram")
        one = ONE[choice.fact.kind]
        panel.border_title = f"{choice.fact.name} of {count(len(spread), one)} · {choice.fact.about}"
        self.query_one("#clean-sides").set_class(bool(why) or choice.threshold is None, "-nothing")
        if why or choice.threshold is None:
            bars.show(why or "these values lie too near to each other to be parted")
            panel.border_subtitle = ""
            self.where(choice.in_words(), "")
            return
        counts = spread.counts(self._axis.thresholds)
        below = spread.below(choice.threshold.value)
        bars.show(Drawn(self._axis, counts, choice.threshold, choice.side == BELOW, below))
        unknown = f"{spread.missing:,} unknown · " if spread.missing else ""
        panel.border_subtitle = f"{unknown}highest bar {max(counts):,}, heights by logarithm"
        text = choice.threshold.text
        for side, number, what, goes, active in (
            (self._below, below, f"below {text}", choice.side == BELOW, self._below_active),
            (self._above, len(spread) - below, f"from {text} up", choice.side == ABOVE, not self._below_active),
        ):
            side.tell(number, one, what, goes=goes, active=active)
        self.where(choice.in_words(), f"{choice.goes(spread):,} of {len(spread):,}")

    def _look(self) -> None:
        """Show who is nearest to the threshold."""
        spread, threshold = self._spread, self._choice.threshold
        if spread is None or threshold is None:
            return
        catalogue, workspace = self.host.catalogue, self.host.workspace

        def arrive(found: tuple[Near, Near]) -> None:
            if spread is self._spread:
                self._below.show(found[0])
                self._above.show(found[1])

        read = partial(nearest, catalogue, workspace, spread, threshold.value)
        self.off_thread(read, arrive, group="near")

    @property
    def _below(self) -> Side:
        return self.query_one("#side-below", Side)

    @property
    def _above(self) -> Side:
        return self.query_one("#side-above", Side)

    @property
    def _active(self) -> Side:
        return self._below if self._below_active else self._above

    # Which fact, among whom.

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._take_fact(event.option_id or "")

    def _take_fact(self, word: str) -> None:
        fact = next((each for each in facts.of_kind(self._choice.fact.kind) if each.word == word), None)
        if fact is None or fact == self._choice.fact:
            return
        kept = self._kept.get(fact) or Choice(fact, side=fact.usual)
        self._choice = replace(kept, query=self._choice.query)
        self._below_active = self._choice.side == BELOW
        self.reload()

    def action_down(self) -> None:
        self._step_fact(1)

    def action_up(self) -> None:
        self._step_fact(-1)

    def _step_fact(self, step: int) -> None:
        known = facts.of_kind(self._choice.fact.kind)
        at = (known.index(self._choice.fact) + step) % len(known)
        self.query_one("#clean-facts", Lines).highlighted = at
        self._take_fact(known[at].word)  # at once: the list tells it only when it is seen

    def action_kind(self) -> None:
        """Pictures, or faces; what the filter says of the one may mean nothing of the other."""
        kind = "face" if self._choice.fact.kind == "image" else "image"
        fact = facts.of_kind(kind)[0]
        self._choice = replace(self._kept.get(fact) or Choice(fact, side=fact.usual), query="")
        self._below_active = self._choice.side == BELOW
        self._list()
        self.reload()

    def action_filter(self) -> None:
        def answered(query: str | None) -> None:
            if query is None:
                return
            try:
                choices.check(self._choice.fact.kind, query)
            except WrongUse as error:
                self.host.complain(error)
                return
            self._choice = replace(self._choice, query=query.strip(), threshold=None)
            self._kept.clear()
            self.reload()

        completing = Filters(facts.GRAMMARS[self._choice.fact.kind])
        detail = "label:miku size<300 -format:gif -label:any; all that a rule may have"
        self.app.push_screen(Ask("Only among", self._choice.query, detail=detail, suggester=completing), answered)
        self.off_thread(lambda: gallery.labels(self.host.catalogue), completing.labels.extend, group="labels")

    def step_back(self) -> bool:
        if self._choice.query:
            self._choice = replace(self._choice, query="", threshold=None)
            self._kept.clear()
            self.reload()
            return True
        return False

    def way_out(self) -> str:
        return "among all" if self._choice.query else ""

    # Where they are parted.

    def action_left(self) -> None:
        self._move(-1)

    def action_right(self) -> None:
        self._move(1)

    def _move(self, step: int) -> None:
        threshold = self._choice.threshold
        if threshold is not None:
            self._part(self._axis.beside(threshold.value, step))

    def action_fine_left(self) -> None:
        self._move_finely(-1)

    def action_fine_right(self) -> None:
        self._move_finely(1)

    def _move_finely(self, step: int) -> None:
        """So that the nearest one changes sides, with all that have the same value."""
        spread, threshold = self._spread, self._choice.threshold
        if spread is not None and threshold is not None:
            values = spread.around(threshold.value, step)
            self._part(between(spread.fact, *values) if values is not None else None)

    def action_first(self) -> None:
        self._part(self._axis.edges[0] if self._axis.edges else None)

    def action_last(self) -> None:
        self._part(self._axis.edges[-1] if self._axis.edges else None)

    def _part(self, threshold: Mark | None) -> None:
        if threshold is None:
            self.say("no further: on the other side there would be nobody")
        else:
            self._choose(replace(self._choice, threshold=threshold))

    def action_type(self) -> None:
        """A threshold as a number."""
        fact, threshold = self._choice.fact, self._choice.threshold
        if threshold is None:
            self.say("there is nothing to part")
            return

        def answered(text: str | None) -> None:
            if text:
                try:
                    self._choose(replace(self._choice, threshold=mark(fact, text)))
                except WrongUse as error:
                    self.host.complain(error)

        unit = f", in {fact.unit}" if fact.unit else ""
        self.app.push_screen(Ask(f"Part at which {fact.name}{unit}?", threshold.text), answered)

    def action_side(self) -> None:
        """Set the other side aside."""
        self._choose(self._choice.swapped())

    # Looking closer.

    def action_next(self) -> None:
        self._active.grid.move(1, 0)

    def action_previous(self) -> None:
        self._active.grid.move(-1, 0)

    def action_other_side(self) -> None:
        self._below_active = not self._below_active
        self._draw()

    def on_picture_grid_chosen(self, event: PictureGrid.Chosen) -> None:
        self._below_active = event.grid is self._below.grid
        self._draw()

    def on_picture_grid_opened(self, event: PictureGrid.Opened) -> None:
        self._below_active = event.grid is self._below.grid
        self.action_open()

    def action_open(self) -> None:
        current = self._active.current if self._choice.threshold is not None else None
        if current is not None:
            self.host.open_picture(current.image_id, self._active.image_ids)

    def action_bigger(self) -> None:
        for each in (self._below, self._above):
            each.grid.bigger()

    def action_smaller(self) -> None:
        for each in (self._below, self._above):
            each.grid.smaller()

    def action_drawing(self) -> None:
        policy = self.host.next_drawing()
        for each in (self._below, self._above):
            each.grid.set_policy(policy)
        self.say(f"pictures are drawn: {policy}")

    # Doing it.

    def action_rule(self) -> None:
        """The same for the command line."""
        rule = choices.can_be_rule(self._choice)
        if rule is None:
            self.say("there is nothing to part")
            return
        self.host.say(choices.command(rule), stays=True)

    def action_set_aside(self) -> None:
        """Say first what it does; then it is one decision."""
        rule = choices.can_be_rule(self._choice)
        if rule is None or self._asking:
            self.say("one moment: it is being counted" if self._asking else "there is nothing to part")
            return
        self._asking = True

        def ended(done: Cleaning | None = None) -> None:
            self._asking = False
            if done is not None:
                self._confirm(rule, done)

        self.off_thread(lambda: self._clean(rule, apply=False), ended, group="preview", failed=ended)

    def _clean(self, rule: Rule, *, apply: bool) -> Cleaning:
        return aside.cleaned(self.host.workspace, self.host.catalogue, rule, apply=apply)

    def _confirm(self, rule: Rule, done: Cleaning) -> None:
        undo = shown_key("anywhere.undo", self.host.key_map)
        if not done.set_aside:
            self.say(aside.nobody(done))
            return

        def write() -> str:
            return aside.told(self._clean(rule, apply=True).set_aside, rule.kind, undo)

        def answered(yes: bool | None) -> None:
            if yes:
                self.host.decide(write)

        everyone = len(self._spread) if self._spread is not None else 0
        self.app.push_screen(aside.question(done, rule, everyone, undo), answered)
