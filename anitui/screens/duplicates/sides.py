"""The two pictures: beside each other, both in one place, or how they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from anitui.screens.duplicates import facts
from anitui.screens.duplicates.pair import Pair
from anitui.screens.widgets.picture import Framing, PictureLoader, PictureView, Policy, Subject
from anitui.screens.widgets.picture.framing import WHOLE

PAN = 0.2  # of what is seen


class Showing(Enum):
    """How a pair is shown."""

    BESIDE = "beside"
    LEFT = "left"  # both in one place, the left one now
    RIGHT = "right"
    DIFFERENCE = "difference"


class Sides(Container):
    """A pair as it is seen, with what is known of it below. It binds no keys: the screen calls its methods."""

    def __init__(self, *, loader: PictureLoader, policy: Policy | str) -> None:
        super().__init__(id="sides")
        self._loader, self._policy = loader, policy
        self._pair: Pair | None = None
        self._next: tuple[Pair, ...] = ()
        self._alike = 0
        self._revisited = False
        self._told: dict[str, Content] = {}
        self.showing = Showing.BESIDE

    def compose(self) -> ComposeResult:
        with Container(id="pictures"):
            for name in ("left", "right", "together"):
                with Container(id=name, classes="panel"):
                    yield PictureView(loader=self._loader, policy=self._policy, id=f"{name}-view")
        with Container(id="both-facts"):
            yield Static(id="left-facts", classes="side-facts")
            yield Static(id="right-facts", classes="side-facts")
        yield Static(id="judgement")

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self) -> None:
        self.set_class(self.size.width < 100 or self.size.height < 27, "-narrow")
        self.call_after_refresh(self._tell)

    @property
    def _views(self) -> tuple[PictureView, PictureView]:
        return self.query_one("#left-view", PictureView), self.query_one("#right-view", PictureView)

    @property
    def _one(self) -> PictureView:
        return self.query_one("#together-view", PictureView)

    @property
    def framing(self) -> Framing:
        """How near both pictures are seen."""
        return (self._one if self.showing is not Showing.BESIDE else self._views[0]).framing

    def show(self, pair: Pair, following: Sequence[Pair], *, alike: int, revisited: bool) -> None:
        """Show a pair beside each other, and prepare those that follow; the same pair stays as it is looked at."""
        same = self._pair is not None and self._pair.pictures == pair.pictures
        self._pair, self._next = pair, tuple(following)
        self._alike, self._revisited = alike, revisited
        if not same:
            self.showing = Showing.BESIDE
        self._arrange(keep_framing=same)
        self._tell()

    def _arrange(self, *, keep_framing: bool = False) -> None:
        beside = self.showing is Showing.BESIDE
        framing = self.framing if keep_framing else WHOLE
        for name in ("left", "right"):
            self.query_one(f"#{name}").display = beside
        self.query_one("#together").display = not beside
        pair = self._pair
        if pair is None:
            return
        if beside:
            for view, picture, at in zip(self._views, pair.framed_alike, (0, 1), strict=True):
                view.show(picture, [each.framed_alike[at] for each in self._next], framing=framing)
        else:
            self._show_together(framing)
        self._entitle()

    def _show_together(self, framing: Framing) -> None:
        pair = self._pair
        assert pair is not None
        left, right = pair.framed_alike
        following = [each for pair in self._next[:1] for each in pair.framed_alike]
        if self.showing is Showing.DIFFERENCE:
            self._one.show(Subject(left.path, left.crop, left.shape, right), following, framing=framing)
        else:
            shown, other = (left, right) if self.showing is Showing.LEFT else (right, left)
            self._one.show(shown, following, beside=other, framing=framing)

    def _entitle(self) -> None:
        pair = self._pair
        assert pair is not None
        titles = []
        for name, side, keep in (("left", pair.left, " · keep"), ("right", pair.right, "")):
            sign = "" if side.state == "active" else " · ✗ set aside"
            titles.append(f"{name}{'' if self._revisited else keep}{sign}")
            self._entitle_panel(name, titles[-1])
        if self.showing is Showing.DIFFERENCE:
            self._entitle_panel("together", "the difference, four times as strong · black is equal · d goes back")
        elif self.showing is not Showing.BESIDE:
            sign, at = ("◧", 0) if self.showing is Showing.LEFT else ("◨", 1)
            self._entitle_panel("together", f"{sign} {titles[at]} · f shows the other")
        for name, showing in (("left", Showing.LEFT), ("right", Showing.RIGHT)):
            self.query_one(f"#{name}-facts").set_class(self.showing is showing, "-shown")

    def _entitle_panel(self, name: str, title: str) -> None:
        panel = self.query_one(f"#{name}")
        if panel.border_title != title:  # a new title draws the whole panel again, the picture too
            panel.border_title = title

    def _tell(self) -> None:
        pair = self._pair
        if pair is None or not self.is_attached:
            return
        lines = 2 if self.has_class("-narrow") else 3
        for name, of_left in (("left", True), ("right", False)):
            under = self.query_one(f"#{name}-facts", Static)
            said = facts.side_lines(pair, of_left, under.content_size.width, lines)
            self._update(under, facts.stacked(said))
        below = self.query_one("#judgement", Static)
        width = below.content_size.width
        said = [
            facts.judgement(pair, width, revisited=self._revisited),
            facts.doubts(pair, self._alike, width),
        ]
        self._update(below, facts.stacked(said))

    def _update(self, where: Static, told: Content) -> None:
        """Only what is otherwise: over SSH every line that is drawn again is felt."""
        name = where.id or ""
        before = self._told.get(name)
        if before is None or not before.is_same(told):
            self._told[name] = told
            where.update(told, layout=False)

    # How it is looked at.

    def flick(self) -> None:
        """Both in one place, the left one first; then always the other one."""
        self._look(Showing.RIGHT if self.showing is Showing.LEFT else Showing.LEFT)

    def differ(self) -> None:
        """How the two differ, and back."""
        self._look(Showing.BESIDE if self.showing is Showing.DIFFERENCE else Showing.DIFFERENCE)

    def step_back(self) -> bool:
        """Beside each other again; False where they are."""
        if self.showing is Showing.BESIDE:
            return False
        self._look(Showing.BESIDE)
        return True

    def _look(self, showing: Showing) -> None:
        if self._pair is not None:
            framing = self.framing
            self.showing = showing
            self._arrange()
            self._both(lambda view: view.frame_as(framing))

    def _both(self, act: Callable[[PictureView], None]) -> None:
        for view in self._views if self.showing is Showing.BESIDE else (self._one,):
            act(view)

    @property
    def zoomed(self) -> bool:
        return self.framing.zoom > 1

    def zoom_in(self) -> None:
        self._both(PictureView.zoom_in)

    def zoom_out(self) -> None:
        self._both(PictureView.zoom_out)

    def whole(self) -> None:
        self._both(PictureView.whole)

    def pan(self, dx: float, dy: float) -> None:
        """Move both over the same part; they stop at their edges together."""
        leading = self._views[0] if self.showing is Showing.BESIDE else self._one
        leading.pan(dx * PAN, dy * PAN)
        framing = leading.framing
        self._both(lambda view: view.frame_as(framing))

    def set_policy(self, policy: Policy) -> None:
        self._policy = policy
        for view in (*self._views, self._one):
            view.set_policy(policy)
